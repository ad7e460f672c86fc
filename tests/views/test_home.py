"""The Home page without a browser: with and without results, stale, damaged; in both languages."""

import re
import shutil
from html import escape

import geopandas as gpd
import pytest

from geo.basis.progress import silent
from layers.serve.pages.glance import glance, share, whole_view
from layers.study import checks
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, code, land_unit, number, say
from layers.words import first_steps
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("home") / "study", count=30))


@pytest.fixture
def own(study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    return mine


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh"):
        if folder is None:
            monkeypatch.delenv("LUODI_STUDY", raising=False)
        else:
            monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "home")
        page.query_params["lang"] = language
        page.run()
        assert not page.exception
        assert not re.search(r"\[(ui\w*|reason|explain|column|word|code)\.", words(page))
        return page

    return go


def words(page):
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words(page)))


def links(page):
    return [e.proto.label for e in page.get("page_link")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_study_at_a_glance(visit, study, language):
    page = visit(study, language)
    shown, found = text(page), open_results(study).table("candidates")
    assert "小县 Small county" in shown
    assert say("ui.synthetic", language) in shown
    parcels, land = (gpd.GeoDataFrame(open_results(study).table(name)) for name in ("parcels", "land"))
    whole = parcels.union_all().area  # one parcel lies in another
    assert whole < found["gross_m2"].sum() - 1.0
    assert number(whole, "mu", language) in shown
    for status, rows in found.groupby("status"):
        assert code("status", status, language) in shown
        proved = rows.loc[rows["net_m2"] > 0, "parcel_id"]
        if (rows["net_m2"] == rows["net_hi_m2"]).all():
            area = land[land["parcel_id"].isin(proved)].union_all().area
            assert number(area, land_unit(language).word, language) in shown
        assert say("uihome.count", language, parcels=len(rows)) in shown
    assert {say("uihome.door_redline", language), say("uihome.door_screen", language)} <= set(links(page))
    other = "en" if language == "zh" else "zh"
    assert say("uihome.attention", other) not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_layer_with_what_is_not_stated_about_it(visit, study, language):
    page, results = visit(study, language), open_results(study)
    shown = text(page)
    assert say("uihome.layers", language, count=len(results.study.layers)) in shown
    for spec in results.study.layers:
        assert f">{escape(spec.title)}</td>" in words(page)
        assert spec.vintage.isoformat() in shown
    assert say("uihome.not_stated", language) in shown  # no layer of this study names a department
    assert say("uihome.coverage_by_file", language) in shown
    assert say("uihome.no_parks", language) in shown


def test_what_to_find_out_first_and_which_layers_are_missing(visit, study):
    results = open_results(study)
    seen = glance(results)
    shown = text(visit(study))
    river = next(q for q in seen.questions if q.rule_id == "river")
    unsure = results.table("verdicts").query("rule_id == 'river' and outcome == 'unknown'")
    assert 0 < river.parcels <= len(unsure)
    assert say("uihome.find_out", "zh", rule="河湖管理范围", parcels=river.parcels,
               open=number(river.open_m2, "mu", "zh"), alone=number(river.alone_m2, "mu", "zh")) in shown  # fmt: skip
    assert seen.missing == ("mineral",)
    assert say("uihome.missing", "zh", layers=["压覆矿产"]) in shown
    steps = [re.sub(r"\s+", " ", line.strip()) for line in first_steps.lines(results, "zh", on_page=True)]
    assert len(steps) > 1
    assert [line for line in steps if line not in shown] == [], "which to find first, with office and names"
    assert "luodi " not in shown, "a page has buttons, no commands"


@pytest.mark.parametrize(("language", "other"), [("zh", "公顷"), ("en", "mu")])
def test_areas_of_home_are_in_the_unit_of_the_reader(visit, study, language, other):
    bodies = [h.proto.body for h in visit(study, language).get("html")]
    figures = [b for b in bodies if "lh-totals" in b]
    assert all(re.search(rf"lu-big[^>]*>[^<]*{other}", b) is None for b in figures)
    tables = "".join(b for b in bodies if "lh-h" in b)
    assert "lh-bars" in tables
    assert re.search(rf"\d ?{other}\b", re.sub(r"<[^>]+>", " ", tables)) is None


def test_parks_add_up(own):
    results = open_results(own)
    parcels = results.table("parcels")
    parcels["park_id"] = ["A" if k % 3 == 0 else "B" if k % 3 == 1 else "" for k in range(len(parcels))]
    results.manifest["written"] = "parks"  # another run for the memory of glances
    seen = glance(results)
    merged = results.table("candidates").merge(parcels[["parcel_id", "park_id"]], on="parcel_id")
    assert {p.park_id for p in seen.parks} == {"A", "B"}
    for park in seen.parks:
        own_rows = merged[merged["park_id"] == park.park_id]
        assert park.parcels == len(own_rows)
        assert park.net_m2 == pytest.approx(own_rows["net_m2"].sum())
        assert park.gross_m2 == pytest.approx(own_rows["gross_m2"].sum())
    assert [p.net_m2 for p in seen.parks] == sorted((p.net_m2 for p in seen.parks), reverse=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_yet(visit, language, tmp_path):
    page = visit(studies.write(tmp_path / "fresh", count=5), language)
    assert say("ui.no_run", language) in text(page)
    assert say("ui.synthetic", language) in text(page)
    assert say("uiredline.no_checks", language) in text(page)
    assert page.button(key="run").label == say("ui.run_button", language)
    assert say("uihome.door_redline", language) in links(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_study(visit, language, tmp_path):
    assert say("ui.no_study", language) in text(visit(None, language))
    assert say("uinew.lead", language) in text(visit(tmp_path / "nowhere", language))


def test_stale_results_and_checks_are_said(visit, own):
    plot = "\n".join(f"{k},{studies.NORTH + y},{studies.EAST + x}" for k, (x, y) in
                     enumerate([(3600, 800), (3800, 800), (3800, 1000), (3600, 1000)], 1))  # fmt: skip
    checks.check(own, plot, checks.RedlineQuestion(name="early"), silent)
    assert any("early" in label for label in links(visit(own)))
    assert say("uihome.stale_checks", "zh", count=1, names=["early"]) not in text(visit(own))
    body = (own / "study.toml").read_text(encoding="utf-8")
    (own / "study.toml").write_text(body.replace("2026-11-23", "2026-11-25", 1), encoding="utf-8")
    shown = text(visit(own))
    assert say("ui.stale", "zh") in shown
    assert say("uihome.stale_checks", "zh", count=1, names=["early"]) in shown


def test_damaged_settings_leave_the_results_readable(visit, own):
    (own / "study.toml").write_text("[study\nname = ", encoding="utf-8")
    shown = text(visit(own))
    assert "study.toml" in shown
    assert say("uihome.parks", "zh") in shown


@pytest.mark.parametrize("damage", ["manifest.json", "candidates.parquet", "zones.parquet"])
def test_damaged_results_are_said(visit, own, damage):
    path = (own / "results").resolve() / damage
    path.unlink()
    path.write_bytes(b"{")
    assert say("ui.trouble", "zh") in text(visit(own))


def test_text_of_data_is_text(visit, study):
    assert "<img" not in words(visit(study))


def test_the_map_shows_every_parcel(study):
    lat, lon, zoom = whole_view(open_results(study), (450, 338))
    assert (lon, lat) == pytest.approx((118.61, 28.72), abs=0.1)
    assert 11 <= zoom <= 14
    assert whole_view(open_results(study), (1800, 1352))[2] == zoom + 2


@pytest.mark.parametrize(("part", "whole", "wanted"), [(1, 4, 25), (0, 0, 0), (5, 4, 100), (-1, 4, 0)])
def test_bars(part, whole, wanted):
    assert share(part, whole) == wanted


def test_every_sentence_of_the_page_is_used():
    source = "\n".join(p.read_text(encoding="utf-8") for p in (studies.ROOT / "views").rglob("*.py"))
    ends = {key.rsplit(".", 1)[1] for key in catalogue("en") if key.startswith("uihome.")}
    composed = ("role_", "coverage_", "door_", "sensitivity_")
    assert [e for e in ends if e not in source and not e.startswith(composed)] == []
