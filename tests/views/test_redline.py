"""The Red line page without a browser: empty, answered, cut, stale, damaged; in both languages."""

import json
import re
import shutil
import time

import pandas as pd
import pytest

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.outputs.project import headlines
from layers.outputs.redline_files import answer_of
from layers.serve.pages import redlines
from layers.study import checks, incoming
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, code, number, say
from tests.cases import drawings
from tests.views import studies
from views.parts import redline_intake

MAIN = studies.ROOT / "views" / "main.py"


def line(points):
    rows = [f"J{k},{studies.NORTH + y:.3f},{studies.EAST + x:.3f}" for k, (x, y) in enumerate(points, 1)]
    return "\n".join(["点号,X,Y", *rows])


# 600 × 400 m across the fields: the east of it is permanent basic farmland
ACROSS = line([(1900, 2000), (2500, 2000), (2500, 2400), (1900, 2400)])
FREE = line([(3600, 800), (3800, 800), (3800, 1000), (3600, 1000)])


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = studies.run(studies.write(tmp_path_factory.mktemp("redline") / "study", count=30))
    checks.check(folder, ACROSS, checks.RedlineQuestion(name="across", investment_wan=31_000.0), silent)
    checks.check(folder, FREE, checks.RedlineQuestion(name="free"), silent)
    return folder


@pytest.fixture
def own(study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    return mine


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh", select=""):
        if folder is None:
            monkeypatch.delenv("LUODI_STUDY", raising=False)
        else:
            monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "redline")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select
        page.run()
        assert not page.exception
        assert not re.search(r"\[(ui\w*|reason|explain|column|word|code|ledger|redline\w*)\.", words(page))
        return page

    return go


def words(page):
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words(page)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_without_a_check_chosen(visit, study, language):
    page = visit(study, language)
    assert say("uiredline.title_page", language) in text(page)
    assert say("ui.synthetic", language) in text(page)
    assert page.button(key="redline-go").label == say("uiredline.check", language)
    names = [b.label for b in page.button if str(b.key).startswith("open-")]
    assert len(names) == 2
    assert any("across" in n for n in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_without_results_and_without_checks(visit, language, tmp_path):
    page = visit(studies.write(tmp_path / "fresh", count=5), language)
    assert say("uiredline.no_checks", language) in text(page)
    assert say("ui.synthetic", language) in text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_answer_says_what_the_tables_say(visit, study, language):
    answer = answer_of(checks.open_check(study, "across"))
    assert answer.gross_m2 == pytest.approx(240_000, abs=1)
    assert 0 < answer.net_m2 < answer.gross_m2
    shown = text(visit(study, language, "check:across"))
    for value in (answer.gross_m2, answer.net_m2):
        for word in ("mu", "ha", "m2"):
            assert number(value, word, language) in shown
    assert code("status", answer.status, language) in shown
    farm = next(c for c in answer.constraints if c.rule.id == "farm")
    assert farm.outcome == "conflict"
    assert number(farm.low, "mu", language) in shown
    for row in answer.constraints:
        assert getattr(row.rule.title, language) in shown
    for word in (code("outcome", "clear", language), code("outcome", "unknown", language)):
        assert word in shown
    assert code("severity", "not_examined", language) in shown
    assert number(answer.intensity.per_mu, "x", language) in shown
    assert say("uiredline.no_plan", language) in shown
    other = "en" if language == "zh" else "zh"
    assert say("uiredline.three_lines", other) not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_recognised_waits_for_confirmation(visit, study, language):
    page = visit(study, language, "check:across")
    assert say("uiredline.please_confirm", language) in text(page)
    assert code("redlineaxes", "xy_north_first", language) in text(page)
    page.button(key="redline-confirm").click().run()
    assert say("uiredline.please_confirm", language) not in text(page)
    assert say("uiredline.confirmed", language) in text(page)


def test_a_red_line_with_nothing_taken_offers_no_cut(visit, study):
    answer = answer_of(checks.open_check(study, "free"))
    assert not answer.needs_cut
    assert visit(study, "zh", "check:free").button(key="redline-accept").disabled
    assert not visit(study, "zh", "check:across").button(key="redline-accept").disabled


def test_the_accepted_check_names_its_parent(visit, own):
    cut = checks.accept(own, "across", silent)
    page = visit(own, "zh", f"check:{cut.check_id}")
    assert say("uiredline.cut_of", "zh", parent="across") in text(page)
    assert page.button(key="redline-accept").disabled
    page.button(key="redline-parent").click().run()
    assert page.query_params["select"] == "check:across"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stale_check_stays_readable_and_does_not_leave(visit, own, language):
    body = (own / "study.toml").read_text(encoding="utf-8")
    (own / "study.toml").write_text(body.replace("2026-11-23", "2026-11-25", 1), encoding="utf-8")
    page = visit(own, language, "check:across")
    assert say("uiredline.stale", language) in text(page)
    assert "240,000.00" in text(page)
    assert all(b.disabled for b in page.get("download_button"))
    assert page.button(key="redline-accept").disabled
    assert not page.button(key="redline-again").disabled
    with pytest.raises(BlockedError):
        redlines.as_file(redlines.opened(own, "across"), "txt", language)


@pytest.mark.parametrize("select", ["check:nobody", "check:", "check:../across", "parcel:LEFT", "check:<script>x"])
def test_selections_that_mean_nothing(visit, study, select):
    page = visit(study, select=select)
    assert page.button(key="redline-go")
    assert "<script" not in words(page)


@pytest.mark.parametrize("damage", ["check.json", "manifest.json", "land.parquet", "candidates.parquet"])
def test_a_damaged_check_is_said_and_the_others_open(visit, own, damage):
    (own / "checks" / "across" / damage).write_bytes(b"{ broken")
    page = visit(own)
    broken = page.button(key="open-across")
    assert broken.disabled
    assert say("ui.trouble", "zh") in text(visit(own, select="check:across"))
    assert "200" in text(visit(own, select="check:free"))


def test_names_are_text(visit, own):
    name = '<img src=x onerror="window.hit=1"> **b**'
    made = checks.check(own, FREE, checks.RedlineQuestion(name=name), silent)
    page = visit(own, select=f"check:{made.check_id}")
    assert "<img" not in words(page)
    assert "&lt;img src=x" in words(page)
    button = visit(own).button(key=f"open-{made.check_id}")
    assert "\\*\\*b\\*\\*" in button.label


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_study(visit, language, tmp_path):
    assert say("ui.no_study", language) in text(visit(None, language))
    assert say("uinew.lead", language) in text(visit(tmp_path / "nowhere", language))


def test_nothing_handed_in_is_said(visit, study):
    page = visit(study)
    page.button(key="redline-go").click().run()
    assert say("uiredline.nothing", "zh") in text(page)


def test_a_file_and_pasted_points_at_once_are_not_guessed(visit, study):
    page = visit(study)
    page.file_uploader[0].set_value([("a.txt", FREE.encode(), "text/plain")])
    page.text_area(key="redline-text").set_value(ACROSS)
    page.button(key="redline-go").click().run()
    assert say("uiredline.both_given", "zh") in text(page)


def settled(page, done):
    """Look at the page again until the check started from it has ended."""
    for _ in range(300):
        if done(page):
            return page
        time.sleep(0.3)
        page.run()
    raise AssertionError("the check did not end")


def test_a_file_is_answered_by_a_process_of_its_own(visit, own):
    page = visit(own)
    page.file_uploader[0].set_value(("../free land.csv", FREE.encode(), "text/csv"))
    page.number_input(key="redline-investment-new").set_value(3_000.0)
    page.button(key="redline-go").click().run()
    settled(page, lambda p: "select" in p.query_params)
    made = page.query_params["select"].removeprefix("check:")
    answer = redlines.opened(own, made)
    assert answer.gross_m2 == pytest.approx(40_000, abs=1)
    assert answer.check.head["asked"]["investment_wan"] == 3_000
    assert number(answer.gross_m2, "mu", "zh") in text(page)
    assert incoming.source_of(own, made).read_bytes() == FREE.encode()


def test_pasted_points_that_cannot_be_used_are_told_line_by_line(visit, own):
    page = visit(own)
    page.text_area(key="redline-text").set_value(FREE.replace(f"{studies.EAST + 3800:.3f}", "x", 1))
    page.button(key="redline-go").click().run()
    settled(page, lambda p: say("uiredline.not_read", "zh") in text(p))
    assert "第 3 行" in text(page)
    assert page.button(key="redline-reread-retry")
    assert "select" not in page.query_params


def test_files_for_a_meeting_are_what_the_writers_write(study):
    answer = redlines.opened(study, "across")
    assert {"docx", "xlsx", "txt"} <= set(redlines.formats())
    assert redlines.as_file(answer, "txt", "zh").decode("utf-8").startswith("[")
    assert redlines.as_file(answer, "xlsx", "en")[:2] == b"PK"
    assert redlines.file_name(answer, "docx") == "across.docx"


# --- what a visitor hands in -----------------------------------------------------


@pytest.mark.parametrize("name", ["a/../../../etc/x.txt", "..\\..\\x.TXT", "x\x00y.txt", "红线 2026.txt", ".txt"])
def test_a_name_from_outside_never_leads_out_of_the_shelf(tmp_path, name):
    path = incoming.keep(tmp_path, name, b"1,2\n")
    assert path.resolve().is_relative_to((tmp_path / ".luodi" / "incoming").resolve())
    assert path.read_bytes() == b"1,2\n"
    assert path.suffix == ".txt"


@pytest.mark.parametrize(
    ("name", "content", "code_"),
    [("x.exe", b"MZ", "incoming_kind"), ("x", b"1", "incoming_kind"), ("x.txt", b" \n", "incoming_empty")],
)
def test_what_is_no_red_line_is_refused(tmp_path, name, content, code_):
    with pytest.raises(BlockedError) as told:
        incoming.keep(tmp_path, name, content)
    assert told.value.reasons[0].code == code_
    assert not list((tmp_path / ".luodi").rglob("*.part")) if (tmp_path / ".luodi").exists() else True


def test_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(incoming, "MAX_BYTES", 10)
    with pytest.raises(BlockedError) as told:
        incoming.keep(tmp_path, "x.txt", b"12345678901")
    assert told.value.reasons[0].code == "incoming_large"


def test_the_shelf_forgets_the_oldest(tmp_path, monkeypatch):
    monkeypatch.setattr(incoming, "KEPT", 3)
    paths = [incoming.keep_text(tmp_path, f"{k},1") for k in range(5)]
    left = [p for p in paths if p.exists()]
    assert len(left) == 3
    assert paths[-1] in left


def test_a_check_finds_its_file_again(tmp_path):
    path = incoming.keep_text(tmp_path, "1,2")
    incoming.link(tmp_path, "across", path)
    assert incoming.source_of(tmp_path, "across") == path
    assert incoming.source_of(tmp_path, "free") is None
    path.unlink()
    assert incoming.source_of(tmp_path, "across") is None
    (path.parent.parent / incoming.LINKS).write_text(json.dumps({"a": "../../x"}), encoding="utf-8")
    assert incoming.source_of(tmp_path, "a") is None
    (path.parent.parent / incoming.LINKS).write_text("{", encoding="utf-8")
    assert incoming.source_of(tmp_path, "across") is None


def test_every_sentence_of_the_page_is_used():
    rooms = (studies.ROOT / "views", studies.ROOT / "layers" / "serve" / "pages")
    source = "\n".join(p.read_text(encoding="utf-8") for room in rooms for p in room.rglob("*.py"))
    ends = {key.rsplit(".", 1)[1] for key in catalogue("en") if key.startswith("uiredline.")}
    composed = ("step_", "download_", "crs_")  # uiredline.step_{k}, download_{kind}, crs_{key}
    assert [e for e in ends if e not in source and not e.startswith(composed)] == []
    assert set(catalogue("en")) == set(catalogue("zh"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_run_named_on_top_stays_when_a_check_is_opened(study, visit, language):
    named = [
        re.search(r"(?:run|运行) ([0-9a-f]{8})", words(visit(study, language, select)))
        for select in ("", "check:across")
    ]
    assert all(named)
    assert named[0][1] == named[1][1] == open_results(study).run_id[:8]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_of_a_check_names_the_land_it_rests_on_and_no_run(study, language):
    found = checks.open_check(study, "across")
    said = headlines(found, language, "candidates")[0]
    assert found.run_id in said
    assert {"en": "land state", "zh": "用地底数"}[language] in said
    assert not re.search(r"\brun\b|运行", said)


# --- a file with several layers --------------------------------------------------


def drawing(folder, *layers):
    """Keep a drawing with an outline of 200 × 200 m on each CAD layer, the frame twice as large."""
    shapes = []
    for k, layer in enumerate(layers):
        side, (x, y) = 200 * (1 + k), (studies.EAST + 3600, studies.NORTH + 800)
        shapes.append(drawings.polyline([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], layer=layer))
    path = folder / "drawn.dxf"
    drawings.drawing(path, *shapes)
    return incoming.keep(folder, "总图.dxf", path.read_bytes())


@pytest.mark.brief("line-zh")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pick", ["红线", "图框"], ids=["line", "frame"])
def test_a_drawing_with_several_layers_offers_them_with_what_they_hold(visit, own, language, pick):
    page = visit(own, language)
    path = drawing(own, "红线", "图框")
    page.session_state[f"note-{redline_intake.TOLD}"] = (
        refused(own, path),
        redline_intake.Wish(file=str(path), crs=studies.CRS),
    )
    page.run()
    offered = page.selectbox(key="redline-pick-retry")
    assert offered.value is None
    words_of = {o.split("：")[0].split(":")[0]: o for o in offered.options}
    assert set(words_of) == {"红线", "图框", say("uiredline.layer_whole", language)}
    assert "40,000" in words_of["红线"]
    offered.set_value(pick).run()
    page.button(key="redline-reread-retry").click().run()
    settled(page, lambda p: "select" in p.query_params)
    made = checks.listing(own)[0]
    assert made.head["asked"]["layer"] == pick
    assert answer_of(made).gross_m2 == pytest.approx({"红线": 40_000.0, "图框": 160_000.0}[pick])


def refused(folder, path):
    """Return what the command says of a file, as the page hears it."""
    with pytest.raises(BlockedError) as told:
        checks.check(folder, path, checks.RedlineQuestion(crs=studies.CRS), silent)
    return tuple(r.to_json() for r in told.value.reasons)


def test_a_workbook_with_several_sheets_offers_them(own):
    path = own / "two.xlsx"
    with pd.ExcelWriter(path) as book:
        for name in ("地块一", "地块二"):
            pd.DataFrame({"点号": ["J1"], "X": [1.0], "Y": [2.0]}).to_excel(book, sheet_name=name, index=False)
    assert redlines.layers_offered(refused(own, path), "zh") == {"地块一": "地块一", "地块二": "地块二"}
    assert redlines.layers_offered((), "zh") == {}
