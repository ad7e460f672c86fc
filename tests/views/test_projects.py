"""The Projects page without a browser: board, list, card, form, edits, both languages, no projects, no run."""

import re
import shutil

import geopandas as gpd
import pytest

from county import registers, writers
from county.settings import part
from geo.basis.progress import silent
from geo.basis.reason import reason
from layers.study import edits
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say, sentence
from tests.layers.study import pipeline
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"
LAYERS = """
[standards]
investment_wan_mu = 150.0
investment_wan_mu_by_industry = { C26 = 250.0 }
source = "test"

[[layers]]
id = "parks"
role = "park"
source = "inputs/parks.gpkg"
fields = { park_id = "id", name = "name", industries = "admits", leading = "leads", chemical = "chemical" }
coverage = "complete"

[[layers]]
id = "projects"
role = "project"
source = "inputs/projects.xlsx"
layer = "推进表"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = studies.write(tmp_path_factory.mktemp("projects") / "study", count=20)
    given, names = part("plan")["parks"], pipeline.names()
    rows = [
        {"id": k, "name": names[k], "admits": ";".join(v["industries"]), "leads": ";".join(v["leading"]),
         "chemical": "是" if v["chemical"] else "否"}
        for k, v in given.items()
    ]  # fmt: skip
    shapes = [studies.box(100 + 600 * k, 600, 400, 400) for k in range(len(rows))]
    gpd.GeoDataFrame(rows, geometry=shapes, crs=studies.CRS).to_file(folder / "inputs" / "parks.gpkg")
    writers.workbook(folder / "inputs" / "projects.xlsx", registers.projects(), "推进表")
    text = (folder / "study.toml").read_text(encoding="utf-8")
    text = text.replace('rules = ["inputs/small.toml"]', 'rules = ["inputs/small.toml", "gates-cn"]')
    (folder / "study.toml").write_text(text + LAYERS, encoding="utf-8")
    runs.update(folder, "screen", silent)
    runs.update(folder, "chain", silent)
    return folder


@pytest.fixture
def own(study, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(study, mine, symlinks=True)
    return mine


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh", select=""):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "projects")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = f"project:{select}"
        page.run()
        assert not page.exception
        assert not re.search(r"\[(ui\w*|reason|project|column|word|code|gate\w*|pipeline)\.", text(page))
        return page

    return go


def text(page):
    bodies = [h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*"))]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "\n".join(bodies)))


def edit(page):
    page.segmented_control(key="project-side").set_value("edit").run()
    assert not page.exception
    return page


def typed(page, name, value):
    next(t for t in page.text_input if str(t.key).startswith(f"{name}-XM-02-")).set_value(value)


def press(page, key):
    next(b for b in page.button if str(b.key) == key).click()
    page.run()
    assert not page.exception


@pytest.mark.parametrize("language", LANGUAGES)
def test_board_list_and_results(visit, study, language):
    page = visit(study, language)
    words = text(page)
    for result, count in (("clear", 6), ("conflict", 1), ("unknown", 1)):
        assert say("uiprojects.result", language, word=code("gateresult", result, language), count=count) in words
    assert say("uiprojects.pick_title", language) in words
    listed = page.dataframe[0].value
    assert len(listed) == 8
    assert listed[say("column.findings", language)].str.contains("10.00").sum() == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_card_of_a_project(visit, study, language):
    words = text(visit(study, language, "XM-02"))
    assert ("超上限 10.00 亩" if language == "zh" else "10.00 mu above the ceiling") in words
    assert code("gate", "park-admission", language) in words
    assert "演示" in words or "demonstration" in words
    rejected = text(visit(study, language, "XM-06"))
    assert code("gateresult", "conflict", language) in rejected


@pytest.mark.parametrize("name", ["by_stage", "by_place", "rates", "milestones", "problems"])
def test_every_table_can_be_shown(visit, study, name):
    page = visit(study)
    page.segmented_control(key="project-table").set_value(name).run()
    assert not page.exception
    assert len(page.dataframe) == (name != "rates")
    if name == "rates":
        assert "履约率" in text(page)
        assert "14.95 %" in text(page)


def test_a_change_needs_a_person_and_a_ground(visit, own):
    page = edit(visit(own, "zh", "XM-02"))
    typed(page, "field-asked_m2", "140")
    press(page, "save-XM-02")
    assert edits.current(own).of("project") == {}
    assert sentence(reason("edit_incomplete", missing=["person", "reason"]), "zh") in text(page)


def test_a_change_is_kept_beside_the_official_value_and_counts_from_the_next_run(visit, own):
    page = edit(visit(own, "zh", "XM-02"))
    typed(page, "field-asked_m2", "140亩")
    typed(page, "person", "周工")
    typed(page, "ground", "联审会议纪要")
    press(page, "save-XM-02")
    kept = edits.current(own).of("project")["XM-02"]
    assert kept.value == {"asked_m2": pytest.approx(140 * 2000 / 3)}
    assert say("ui.stale", "zh") in text(page)
    runs.update(own, "chain", silent)
    assert open_results(own).table("demand").set_index("project_id").loc["XM-02", "over_m2"] == 0.0
    words = text(visit(own, "zh", "XM-02"))
    assert "周工" in words
    assert "150.00 亩" in words  # the official value


def test_what_cannot_be_read_is_said_and_not_kept(visit, own):
    page = edit(visit(own, "zh", "XM-02"))
    typed(page, "field-power_kva", "很大")
    typed(page, "person", "周工")
    typed(page, "ground", "试")
    press(page, "save-XM-02")
    assert "很大" in text(page)
    assert edits.current(own).of("project") == {}


def test_somebody_quicker_is_not_overwritten(visit, own):
    page = edit(visit(own, "zh", "XM-02"))
    edits.record(own, "project", "XM-02", {"asked_m2": 90000.0}, "李工", "先改")
    typed(page, "field-asked_m2", "140")
    typed(page, "person", "周工")
    typed(page, "ground", "后改")
    press(page, "save-XM-02")
    assert edits.current(own).of("project")["XM-02"].person == "李工"
    assert "李工" in text(page)


def test_a_study_without_a_project_list(visit, tmp_path_factory):
    folder = studies.write(tmp_path_factory.mktemp("bare") / "study", count=9)
    runs.update(folder, "chain", silent)
    assert say("uiprojects.none", "zh") in text(visit(folder))


def test_before_the_first_run(visit, tmp_path):
    folder = studies.write(tmp_path / "study", count=9)
    page = visit(folder)
    assert say("ui.no_run", "zh") in text(page)
    assert any(b.key == "run" for b in page.button)
