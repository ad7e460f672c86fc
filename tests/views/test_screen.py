"""The Screen page without a browser: every state it can be in, in both languages."""

import json
import re
import shutil

import pytest

from layers.outputs.formats import FORMATS
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, code, number, say
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("views") / "study", count=30))


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh", select="", click=None):
        if folder is None:
            monkeypatch.delenv("LUODI_STUDY", raising=False)
        else:
            monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "screen")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select
        if click:
            page.session_state["map-said"] = {"kind": "click", "lon": click[0], "lat": click[1]}
        page.run()
        assert not page.exception
        assert not re.search(r"\[(ui|reason|explain|column|word|code)\.", words(page))
        return page

    return go


def words(page):
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))


def text(page):
    return re.sub(r"<[^>]+>", " ", words(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_with_results(visit, study, language):
    page = visit(study, language)
    assert "小县 Small county" in text(page)
    assert say("ui.synthetic", language) in text(page)
    assert say("ui.as_of", language, day="2026-11-23") in text(page)
    assert say("ui.click_title", language) in text(page)
    assert say("ui.stale", language) not in text(page)
    table = page.dataframe[0].value
    assert len(table) == len(open_results(study).table("candidates"))
    assert table.columns[0] == say("column.parcel_id", language)
    other = "en" if language == "zh" else "zh"
    assert say("ui.click_title", other) not in text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_panel_says_what_the_row_says(visit, study, language):
    results = open_results(study)
    for parcel_id in ("RING", "DOUBT", "LEFT"):
        row = results.parcel_row("candidates", parcel_id).iloc[0]
        shown = text(visit(study, language, f"parcel:{parcel_id}"))
        assert parcel_id in shown
        assert code("status", row["status"], language) in shown
        assert number(row["gross_m2"], "m2", language) in shown
        assert number(row["net_m2"], "m2", language) in shown
        for rule in results.rules:
            assert getattr(rule.title, language) in shown
        assert say("ui.aside", language) in shown
        assert say("word.unverified", language) in shown  # the rule from memory


def test_failures_stand_before_passes(visit, study):
    shown = text(visit(study, "zh", "parcel:LEFT"))
    order = [m.group() for m in re.finditer("压占|待核实|不涉及", shown.split("审查规则")[1].split("地块信息")[0])]
    marks = [w for w in order if w in ("压占", "待核实", "不涉及")]
    assert marks.index("压占") < len(marks) - 1 - marks[::-1].index("不涉及")


def test_a_click_selects_and_a_click_beside_clears(visit, study):
    import pyproj

    turn = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)
    page = visit(study, click=turn.transform(studies.EAST + 450, studies.NORTH + 200))
    assert page.query_params["select"] == "parcel:BLOCK"
    assert "BLOCK" in text(page)
    page = visit(study, select="parcel:BLOCK", click=turn.transform(studies.EAST + 1150, studies.NORTH + 250))
    assert "select" not in page.query_params
    assert say("ui.no_parcel_here", "zh") in text(page)


def test_a_click_answered_once_does_not_come_back(visit, study):
    import pyproj

    turn = pyproj.Transformer.from_crs(studies.CRS, 4326, always_xy=True)
    page = visit(study, click=turn.transform(studies.EAST + 450, studies.NORTH + 200))
    page.query_params["select"] = "parcel:OVER"
    page.run()
    assert page.query_params["select"] == "parcel:OVER"
    assert "OVER" in text(page)


@pytest.mark.parametrize("select", ["parcel:NOBODY", "parcel:", "site:S1", "x", "parcel:<script>alert(1)</script>"])
def test_selections_that_mean_nothing(visit, study, select):
    page = visit(study, select=select)
    assert say("ui.click_title", "zh") in text(page)
    assert "<script" not in words(page)


def test_data_is_text(visit, study):
    body = words(visit(study, select="parcel:HOLED"))
    assert "<img" not in body
    assert "&lt;img src=x onerror=" in body


def test_filter_and_search(visit, study):
    page = visit(study)
    found = open_results(study).table("candidates")
    status = found.set_index("parcel_id")["status"]["LEFT"]
    page.button_group(key="shown").set_value([status]).run()
    assert len(page.dataframe[0].value) == (found["status"] == status).sum() < len(found)
    page.text_input(key="find").set_value("left").run()
    assert page.dataframe[0].value.iloc[:, 0].tolist() == ["LEFT"]
    page.text_input(key="find").set_value("no such [place").run()
    assert len(page.dataframe[0].value) == 0
    assert not page.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_study(visit, language, tmp_path):
    assert say("ui.no_study", language) in text(visit(None, language))
    assert say("uinew.lead", language) in text(visit(tmp_path / "nowhere", language)), "a study begins there"
    (tmp_path / "letter.txt").write_text("not a study", encoding="utf-8")
    assert "study.toml" in text(visit(tmp_path, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_run_yet(visit, language, tmp_path):
    page = visit(studies.write(tmp_path / "fresh", count=5), language)
    assert say("ui.no_run", language) in text(page)
    assert page.button(key="run").label == say("ui.run_button", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_that_cannot_be_read_leave_the_results_readable(visit, study, language, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    (mine / "study.toml").write_text("[study\nname = ", encoding="utf-8")
    page = visit(mine, language)
    assert "study.toml" in text(page)
    assert len(page.dataframe) == 1
    assert all(b.disabled for b in page.get("download_button"))


@pytest.mark.parametrize("damage", ["manifest", "candidates", "verdicts"])
def test_damaged_results_are_said(visit, study, tmp_path, damage):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    run = (mine / "results").resolve()
    path = run / ("manifest.json" if damage == "manifest" else f"{damage}.parquet")
    path.unlink()
    path.write_bytes(b"{" if damage == "manifest" else b"PAR1 broken")
    page = visit(mine, select="parcel:LEFT")
    assert say("ui.trouble", "zh") in text(page)
    assert "Traceback" not in text(page)


def test_stale_results_stay_but_do_not_leave(visit, study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    body = (mine / "study.toml").read_text(encoding="utf-8")
    (mine / "study.toml").write_text(body.replace("2026-11-23", "2026-11-25", 1), encoding="utf-8")
    page = visit(mine)
    assert say("ui.stale", "zh") in text(page)
    assert len(page.dataframe) == 1
    buttons = page.get("download_button")
    assert [b.key for b in buttons] == [f"download-{kind}" for kind in FORMATS]
    assert all(b.disabled for b in buttons)


def test_parcels_that_are_use_only_are_not_listed_drawn_or_handed_over(visit, study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    path = (mine / "results").resolve() / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["study"]["layers"][0]["use_only"] = True
    path.unlink()
    path.write_text(json.dumps(told), encoding="utf-8")
    page = visit(mine)
    assert say("reason.parcels_use_only", "zh") in text(page)
    assert not page.dataframe
    assert not page.get("download_button")


def test_every_sentence_of_the_page_is_used():
    source = "\n".join(p.read_text(encoding="utf-8") for p in (studies.ROOT / "views").rglob("*.py"))
    ours = [k for k in catalogue("en") if k.startswith("ui.")]
    assert [k for k in ours if k not in source and not k.startswith("ui.page_")] == []
