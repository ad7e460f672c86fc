"""The field sheet: one page with what is known and what contradicts it, blanks to fill in, the same bytes each time."""

import io
import zipfile
from datetime import date

import docx
import pytest

from geo.basis.errors import BlockedError
from layers.library import papers, roles
from layers.outputs import field_sheet, office_pages, template_start
from layers.outputs.project import layer_lines
from layers.study import field_checks
from layers.study.run.results import open_results
from layers.words import idle
from tests.layers import idle_study


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return open_results(idle_study.run(tmp_path_factory.mktemp("sheet") / "study"))


def words(data):
    page = docx.Document(io.BytesIO(data))
    texts = [p.text for p in page.paragraphs]
    texts += [c.text for t in page.tables for row in t.rows for c in row.cells]
    return "\n".join(texts)


def made(results, asset, language, on=None):
    return field_sheet.document(field_sheet.sheet(results, idle.shown(results, on), asset), language)


def test_the_sheet_of_a_contradiction_names_both_sides(results):
    text = words(made(results, "P-03", "zh"))
    assert text.startswith("现场核查表")
    for word in (
        "P-03",
        "演示精工2号厂房",
        "矛盾：用电 显示闲置",
        "18.00 %",
        "126.00",
        "2026-10-31",
        "□ 在用",
        "核查人",
        "°E",
    ):
        assert word in text
    assert "施工许可　□" not in text  # what is asked of land is not asked of a building


def test_it_names_its_layers_with_day_and_keeper(results):
    (told,) = layer_lines(results, "zh", roles.of_used_land())
    assert told in words(made(results, "P-03", "zh"))


def test_the_sheet_of_land_has_clock_and_money(results):
    text = words(made(results, "G-07", "zh"))
    for word in (
        "2024-09-30",
        "2025-09-30",
        "2026-09-30",
        "840.00 万元",
        "无认定书",
        "□ 未动工",
        "深基坑",
        "裸地",
        "影像",
    ):
        assert word in text


@pytest.mark.parametrize(("asset", "word"), [("G-07", "Field sheet"), ("T-01", "vacant"), ("QY9", "Number")])
def test_it_speaks_english_too(results, asset, word):
    assert word in words(made(results, asset, "en"))


def test_the_same_run_and_day_give_the_same_bytes_and_another_day_another_sheet(results):
    data = made(results, "G-18", "zh")
    assert data == made(results, "G-18", "zh")
    later = words(made(results, "G-18", "zh", date(2027, 3, 15)))
    assert "2027-03-15" in later
    assert "满一年" in later
    assert "w:fldChar" not in zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml").decode()


def test_earlier_results_are_printed(results, tmp_path):
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(results.folder, folder, symlinks=True)
    field_checks.record(folder, "P-03", "in_use", date(2026, 11, 24), ("王工", "生产正常"))
    text = words(made(open_results(folder), "P-03", "zh"))
    assert "王工" in text
    assert "生产正常" in text


def test_the_map_shows_the_asset_in_red_and_nothing_that_is_use_only(results, monkeypatch):
    from PIL import Image

    from layers.outputs import ground_map

    def colours(of, shape):
        made = ground_map.of_shape(of, shape, "P-03", "zh")
        return {colour for _, colour in Image.open(io.BytesIO(made.png)).convert("RGB").getcolors(1 << 24)}

    shapes = results.table("idle").set_index("asset_id")["geometry"]
    red, building = (0xD4, 0x13, 0x1B), (0xB8, 0xBE, 0xC7)
    assert {red, building} <= colours(results, shapes["P-03"])
    secret = [s.model_copy(update={"use_only": s.role == "building"}) for s in results.study.layers]
    study = results.study.model_copy(update={"layers": tuple(secret)})
    hidden = open_results(results.folder)
    monkeypatch.setitem(vars(hidden), "study", study)
    assert building not in colours(hidden, shapes["P-03"])


def test_an_asset_nobody_knows_is_named(results):
    with pytest.raises(BlockedError):
        field_sheet.sheet(results, idle.shown(results), "nobody")


@pytest.mark.parametrize("asset", ["P-03", "G-07"])
def test_an_office_lays_it_out_itself(results, tmp_path, monkeypatch, asset):
    sheet = field_sheet.sheet(results, idle.shown(results), asset)
    own = words(field_sheet.document(sheet, "zh"))
    monkeypatch.setenv(office_pages.FOLDER, str(tmp_path))
    template_start.write(field_sheet.PAPER, tmp_path / f"{field_sheet.PAPER}.docx", "zh")
    body = field_sheet.document(sheet, "zh")
    assert body == field_sheet.document(sheet, "zh")
    text, grids = words(body), [*field_sheet._grids(sheet, "zh"), field_sheet._blanks(sheet.row["kind"], "zh")]
    for cell in (c for g in grids for row in g.rows for c in row):
        assert cell in text
        assert cell in own
    declared = {f.id: f.columns for f in papers.fields(field_sheet.PAPER) if f.kind == "table"}
    assert {g.name: g.columns for g in grids}.items() <= declared.items()
    assert {"核查人：", "复核人："} <= set(text.split())
    assert len(docx.Document(io.BytesIO(body)).inline_shapes) == 1


def test_sections_are_counted_without_a_gap(results):
    page = docx.Document(io.BytesIO(made(results, "P-03", "zh")))
    signs = [p.text.split("、")[0] for p in page.paragraphs if p.text[1:2] == "、"]
    assert "".join(signs) == "一二三四五六七八九"[: len(signs)]
    assert len(signs) >= 5
