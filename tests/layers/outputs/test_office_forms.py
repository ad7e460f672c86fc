"""Forms of the next office: their cells summed anew with pandas from the files, blanks that show, nothing that acts."""

import io
from datetime import date

import docx
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from geo.rules.spec import Rule
from layers.ask import landform
from layers.library import forms
from layers.outputs import form_ground, form_ledger, form_sheet, office_forms
from layers.outputs.office_forms import Asked
from layers.study import checks
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, both, code, say
from tests import district
from tests.layers.outputs import joint_study

UNITS = ["甲组", "乙组", "=1+1"]
CODES = ["0101", "0301", "1101", "0602"]
RULE = {"operator": "<=", "severity": "exclude", "effect": "cut", "title": "x", "clause": "x", "confidence": "S"}
HOLE = 400.0
RECORDS = [
    ("A1", "2024-05-10", "", "", "", "", None, ""),
    ("A2", "2024-03-01", "2024-09-01", "2025-01-01", "2024-10-01", "2024-12-20", 300.0, ""),
    ("A3", "2022-02-02", "2024-06-01", "2025-05-01", "2024-07-01", "", 1234.5, "企业原因"),
    ("A4", "2019-02-02", "", "", "", "", None, ""),
]
SUPPLY = """[[layers]]
id = "land_supply"
role = "supply"
source = "inputs/supply.gpkg"
coverage = "complete"
vintage = 2026-11-01
fields = { id = "GDBH", approved = "PZRQ", contract = "HTRQ", start_by = "YDKGRQ", delivered = "SJJDRQ", started = "SJKGRQ", price_wan = "CRJG", cause = "XZYY" }
"""  # noqa: E501
RED = (3.3, 7.7, 391.13, 288.9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The joint study with owners, several uses and both tenures, run, with a red line over most of it."""
    folder = joint_study.written(tmp_path_factory.mktemp("forms") / "study")
    frame = gpd.read_file(folder / "inputs" / "parcels.gpkg")
    rows = range(len(frame))
    frame = frame.assign(
        DLBM=[CODES[k % 4] for k in rows], QSDW=[UNITS[k % 3] for k in rows],
        KCXS=[0.1237 if k % 2 == 0 else 0.0 for k in rows], QSXZ=["20" if k % 5 == 0 else "30" for k in rows],
    )  # fmt: skip
    frame.to_file(folder / "inputs" / "parcels.gpkg", layer="parcels")
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    fields = 'tenure = "QSXZ", owner = "QSDW", ridge_share = "KCXS"'
    text = text[: text.index('[[layers]]\nid = "planned_use"')] + SUPPLY  # roads, parks and works are no part of a form
    settings.write_text(text.replace('tenure = "QSXZ"', fields), encoding="utf-8")
    grounds = [district.box(100 * k, 0, 100 * k + 90.123, 77.7) for k in range(len(RECORDS))]
    names = ("GDBH", "PZRQ", "HTRQ", "YDKGRQ", "SJJDRQ", "SJKGRQ", "CRJG", "XZYY")
    register = gpd.GeoDataFrame(RECORDS, columns=list(names), geometry=grounds, crs=district.CRS)
    register.to_file(folder / "inputs" / "supply.gpkg")
    for stage in ("screen", "idle"):
        runs.update(folder, stage, silent)
    line = folder / "inputs" / "line.gpkg"
    gpd.GeoDataFrame({"name": ["甲"]}, geometry=[district.box(*RED)], crs=district.CRS).to_file(line)
    checks.check(folder, line, checks.RedlineQuestion(name="甲"), silent)
    return folder


def written(folder, tmp_path, asked, language="zh", name="a.xlsx"):
    office_forms.write(folder, asked, tmp_path / name, language)
    return openpyxl.load_workbook(tmp_path / name, data_only=True), openpyxl.load_workbook(tmp_path / name)


def expected(folder, with_fields):
    frame = gpd.read_file(folder / "inputs" / "parcels.gpkg")
    area = frame.geometry.intersection(district.box(*RED)).area
    tilled = frame["DLBM"] == "0101"
    ridge = np.where(tilled & (not with_fields), area * frame["KCXS"], 0.0)
    state = frame["QSXZ"] == "20"
    fields = pd.DataFrame({"state": state, "unit": frame["QSDW"], "code": frame["DLBM"], "m2": area - ridge})
    ridges = pd.DataFrame({"state": state, "unit": frame["QSDW"], "code": "1203", "m2": ridge})
    rows = pd.concat([fields, ridges])
    return rows[rows["m2"] > 0].groupby(["state", "unit", "code"])["m2"].sum()


def lines(page):
    """The form as a frame: one line a unit, columns by code, with the subtotal lines apart."""
    rows = list(page.iter_rows(values_only=True))
    head = next(k for k, row in enumerate(rows) if row[0] == "序号")
    names = [str(n or rows[head][k] or k).split()[0] for k, n in enumerate(rows[head + 1])]
    names[:4] = ["no", "tenure", "unit", "place"]
    names[-1] = "合计"
    body = pd.DataFrame(rows[head + 2 :], columns=names)
    units = body[pd.to_numeric(body["no"], errors="coerce").notna()]
    sums = body[body["no"].astype(str).str.contains("小计|合计")].set_index("no")
    return units, sums


@pytest.mark.parametrize("ridges", office_forms.RIDGES)
def test_land_classes_add_up_as_pandas_adds_them(folder, tmp_path, ridges):
    values, formulas = written(folder, tmp_path, Asked("land-classes", "甲", None, ridges))
    units, sums = lines(values["地类面积表"])
    hand = expected(folder, ridges == "fields")
    codes = [c for c in units if c[:4].isdigit()]
    assert set(codes) == set(hand.index.get_level_values("code"))
    for (state, unit, use), area in hand.items():
        own = units[(units["tenure"] == ("国有" if state else "集体")) & (units["unit"] == unit)]
        assert abs(float(own[use].sum()) - area / 1e4) < 1e-4, (unit, use)
    bare = units[units["tenure"] == "权属未知"]  # the hole of p12 is in no parcel, and in the total
    assert bare["合计"].tolist() == sums.loc["权属未知小计", ["地类未知小计"]].tolist() == [HOLE / 1e4]
    total = round((hand.sum() + HOLE) / 1e4, 4)
    assert sums.loc["合计", "合计"] == total == round(shapely.box(*RED).area / 1e4, 4)
    assert round(float(units[codes].to_numpy(float).sum() + HOLE / 1e4), 4) == total
    for word in ("国有", "集体"):
        own = units[units["tenure"] == word]
        for column in sums.columns[3:]:
            assert round(float(own[column].sum()), 4) == sums.loc[f"{word}小计", column]
    named = {"农用地小计": ["0101", "0301", "1203"], "建设用地小计": ["0602"], "未利用地小计": ["1101"]}
    for name, members in named.items():
        assert np.allclose(
            units[name].astype(float), units[[m for m in members if m in codes]].astype(float).sum(axis=1)
        )
    assert units["其中：耕地小计"].tolist() == units["0101"].tolist()
    live = [c for row in formulas["地类面积表"].iter_rows() for c in row if c.data_type == "f"]
    assert live
    assert {str(c.value)[:5] for c in live} == {"=SUM("}
    assert "=1+1" in set(units["unit"])
    assert all(c.data_type != "f" or c.value != "=1+1" for c in live)


def test_the_annex_of_the_pre_review_adds_up_and_marks_its_blanks(folder, tmp_path):
    values, formulas = written(folder, tmp_path, Asked("pre-review", "甲"))
    hand = expected(folder, False)
    rows = list(values["拟用地面积"].iter_rows(values_only=True))
    head = next(k for k, row in enumerate(rows) if row[0] == "地类")
    form = pd.DataFrame(rows[head + 1 :], columns=rows[head]).set_index("地类")
    named = {
        "农用地": ["0101", "0301", "1203"],
        "其中：耕地": ["0101"],
        "其中：水田": ["0101"],
        "建设用地": ["0602"],
        "未利用地": ["1101"],
    }
    for name, codes in named.items():
        for state, column in ((True, "国有"), (False, "集体")):
            mine = hand[[k for k in hand.index if k[0] == state and k[2] in codes]].sum() / 1e4
            assert form.loc[name, column] == pytest.approx(mine, abs=4e-4), (name, column)
        assert form.loc[name, "合计"] == pytest.approx(
            form.loc[name, ["国有", "集体", "权属未知"]].astype(float).sum(), abs=1e-9
        )
    total = round((hand.sum() + HOLE) / 1e4, 4)
    assert form.loc["合计", "合计"] == pytest.approx(total, abs=1e-9)
    assert form.loc["地类未知", "权属未知"] == HOLE / 1e4
    assert form.loc["其中：永久基本农田", ["国有", "集体"]].tolist() == ["–", "–"]
    cells = {r[0]: r[1] for r in values["表"].iter_rows(values_only=True)}
    assert cells["项目名称"] == "甲"
    assert cells["拟用地总规模（公顷）"] == total
    assert cells["建设单位"] == "（待填）"
    assert cells["占用生态保护红线（公顷）"] == 0
    assert cells["城镇开发边界内（公顷）"] + cells["城镇开发边界外（公顷）"] == pytest.approx(total, abs=1e-4)
    live = [c for row in formulas["拟用地面积"].iter_rows() for c in row if c.data_type == "f"]
    assert {str(c.value)[:5] for c in live} == {"=SUM("}
    office_forms.write(folder, Asked("pre-review", "甲"), tmp_path / "a.docx", "zh")
    page = docx.Document(tmp_path / "a.docx")
    areas = {row.cells[0].text: [c.text for c in row.cells[1:]] for row in page.tables[1].rows}
    assert areas["合计"][0] == f"{total:,.4f}"
    assert say("officeform.no_text", "zh") in " ".join(p.text for p in page.paragraphs)


@pytest.mark.parametrize("kind", ["three-lines", "pre-review", "land-classes"])
def test_rows_are_as_high_as_what_is_printed_in_them(folder, tmp_path, kind):
    """Not every program makes a row higher by itself: text would run over the row below, or be cut."""
    values, _ = written(folder, tmp_path, Asked(kind, "甲"))
    for page in values:
        wide = {k: d.width for d in page.column_dimensions.values() for k in range(d.min, d.max + 1)}
        for row in page.iter_rows(min_row=3):
            for cell in (c for c in row if isinstance(c.value, str) and c.alignment.wrap_text and c.border.left.style):
                letters = sum(2 if ord(x) > 0x2E80 else 1 for x in cell.value)
                lines = -(-letters // int(wide.get(cell.column, 9)))
                high = page.row_dimensions[cell.row].height or 15
                assert high >= 11 * min(lines, 30), (page.title, cell.coordinate, cell.value)


def test_a_rule_on_a_part_of_a_line_is_not_the_line():
    """Of the boundary the rule on what lies outside speaks; those on its zones come after it and find nothing."""
    whole = Rule(id="a", layer="development_boundary", test="outside_m2", threshold=0.0, **RULE)
    zone = whole.model_copy(update={"id": "b", "test": "overlap_m2", "where": {"zone": ("特别用途区",)}})
    strip = Rule(id="c", layer="basic_farmland", test="overlap_m2", threshold=0.0, **RULE)
    assert [form_ground._whole(r) for r in (whole, zone, strip)] == [True, False, True]
    assert not form_ground._whole(strip.model_copy(update={"buffer_m": 50.0}))
    assert not form_ground._whole(strip.model_copy(update={"minus": ("other",)}))


def test_the_annex_of_a_site(ranked_folder, tmp_path):
    results = open_results(ranked_folder)
    site = str(results.table("ranking")["site_id"].iloc[0])
    shape = gpd.GeoDataFrame(results.table("sites")).set_index("site_id").geometry[site]
    asked = form_ground.of_site(results, site, "zh")
    assert asked.values["area_ha"] == pytest.approx(shape.area / 1e4, abs=1e-4)
    amounts = [asked.amount(r, None) for r in forms.form("pre-review").rows if r.of is not None]
    assert sum(amounts) == pytest.approx(asked.values["area_ha"], abs=1e-9)
    for language in LANGUAGES:
        form_ground.write(asked, tmp_path / f"{language}.xlsx", language)
        assert docx.Document(io.BytesIO(form_ground.document(asked, language))).tables
    with pytest.raises(BlockedError):
        form_ground.of_site(results, "nowhere", "zh")


def test_adjustment_is_shown_and_closes(folder, tmp_path):
    values, _ = written(folder, tmp_path, Asked("land-classes", "甲"))
    rows = list(values["平差"].iter_rows(values_only=True))
    body = pd.DataFrame([r for r in rows if r[3] and isinstance(r[4], (int, float)) and r[0]])
    assert len(body) == len(expected(folder, False)) + 1
    assert (body[6] - body[4] / 1e4).abs().max() < 1e-4
    assert body[7].abs().max() <= 1e-4 + 1e-12
    closing = {r[3]: r for r in rows if r[3] and not r[0]}
    assert round(body[6].sum(), 4) == closing["合计"][6] == closing["红线面积（控制面积）"][6]
    assert closing["控制面积 − 合计"][6] == 0


def test_three_lines_with_the_points_of_every_piece(folder, tmp_path):
    values, _ = written(folder, tmp_path, Asked("three-lines", "甲"))
    rows = list(values["三区三线核查表"].iter_rows(values_only=True))
    head = next(k for k, row in enumerate(rows) if row[0] == "序号")
    form = pd.DataFrame(rows[head + 1 : head + 4], columns=rows[head]).set_index("控制线")
    red = shapely.box(*RED)
    hand = {}
    for layer, name in (("farm.geojson", "永久基本农田"), ("red.gpkg", "生态保护红线"), ("edge.gpkg", "城镇开发边界")):
        ground = gpd.read_file(folder / "inputs" / layer).to_crs(district.CRS).geometry.union_all()
        ground = shapely.affinity.translate(ground, -district.X0, -district.Y0)
        hand[name] = (red - ground if layer.startswith("edge") else red & ground).area
        assert form.loc[name, "面积（m²）"] == pytest.approx(hand[name], abs=0.02)
        assert form.loc[name, "面积（公顷）"] == pytest.approx(hand[name] / 1e4, abs=1e-5)
        assert form.loc[name, "核查结论"] == ("不涉及" if hand[name] == 0 else "位于界外" if "边界" in name else "压占")
        assert form.loc[name, "核查意见"].startswith("（待填）")
    assert form.loc["永久基本农田", "图斑数"] == 2
    plots = list(values["逐地块"].iter_rows(values_only=True))[-1]
    assert plots[2:4] == pytest.approx((hand["永久基本农田"], hand["生态保护红线"]), abs=0.02)
    assert plots[4] + plots[5] == pytest.approx(plots[1], abs=1e-6)
    points = pd.DataFrame(list(values["压占图形界址点"].iter_rows(min_row=4, values_only=True)))
    farm = points[points[1] == "永久基本农田"]
    drawn = [shapely.Polygon(own[[9, 8]].to_numpy(float)).area for _, own in farm.groupby(0)]
    assert sum(drawn) == pytest.approx(hand["永久基本农田"], abs=0.05)
    assert sorted(drawn) == pytest.approx(sorted(farm.groupby(0)[5].first()), abs=0.05)


def test_heads_and_names_of_lines_are_not_cut(folder, tmp_path):
    _, book = written(folder, tmp_path, Asked("three-lines", "甲"), "en")
    for page in book.worksheets:
        # neighbours of one width stand as one entry
        wide = {k: d.width for d in page.column_dimensions.values() for k in range(d.min, d.max + 1)}
        for row in page.iter_rows():
            for cell in (c for c in row if isinstance(c.value, str) and c.alignment.wrap_text):
                lines = -(-len(cell.value) // int(wide.get(cell.column, 9)))
                high = page.row_dimensions[cell.row].height or 15
                assert high >= 12 * lines or cell.coordinate in page.merged_cells, (page.title, cell.coordinate)


def test_ledger_and_rate_of_supply_as_pandas_reckons_them(folder, tmp_path):
    values, formulas = written(folder, tmp_path, Asked("unsupplied", "-"))
    register = gpd.read_file(folder / "inputs" / "supply.gpkg")
    hectares = (register.area / 1e4).round(4)
    year = pd.to_datetime(register["PZRQ"]).dt.year
    open_, window = register["HTRQ"].fillna("") == "", year.between(2021, 2025)
    rows = list(values["批而未供台账"].iter_rows(min_row=3, values_only=True))
    form = pd.DataFrame(rows[1:4], columns=rows[0])
    assert form["供地编号／批次"][:2].tolist() == register["GDBH"][open_].tolist() == ["A1", "A4"]
    for column in ("批准面积（公顷）", "批而未供面积（公顷）"):
        assert form[column].tolist() == pytest.approx([*hectares[open_], hectares[open_].sum()], abs=1e-9)
    assert form["批准至今（月）"][:2].tolist() == [30, 93]
    assert form["责任单位"][0] == "（待填）"
    rates = pd.DataFrame(list(values["供地率"].iter_rows(min_row=4, values_only=True))).set_index(0)
    assert rates.loc["合计", 2] == pytest.approx(hectares[window].sum(), abs=1e-9)
    assert rates.loc["合计", 3] == pytest.approx(hectares[window & ~open_].sum(), abs=1e-9)
    assert rates.loc["合计", 4] == pytest.approx(hectares[window & ~open_].sum() / hectares[window].sum())
    assert rates.loc[2024, 4] == pytest.approx(hectares[1] / (hectares[0] + hectares[1]))
    assert rates.loc[2023, 4] == "当年无批准"
    assert {str(c.value)[:2] for row in formulas["供地率"].iter_rows() for c in row if c.data_type == "f"} == {
        "=S",
        "=D",
    }


def fields(path):
    return {row.cells[0].text: row.cells[1].text for row in docx.Document(path).tables[0].rows}


@pytest.mark.parametrize("language", LANGUAGES)
def test_documents_of_idle_land_are_plain_sheets_with_blanks(folder, tmp_path, language):
    names = [k for k in forms.kinds() if k.startswith("idle")]
    assert len(names) == 10
    blank = say("officeform.fill", language)
    for name in names if language == "zh" else names[4:5]:
        office_forms.write(folder, Asked(name, "A3"), tmp_path / f"{name}.docx", language)
        head = forms.form(name)
        found = fields(tmp_path / f"{name}.docx")
        assert list(found) == [both(f.title, language) for f in head.fields]
        assert all(found.values())
        assert all(found[both(f.title, language)].startswith(blank) for f in head.fields if not f.read)
        text = " ".join(p.text for p in docx.Document(tmp_path / f"{name}.docx").paragraphs)
        assert say("officeform.no_text", language) in text
        assert head.form.text_found is False
    office_forms.write(folder, Asked(names[4], "A3"), tmp_path / "fee.xlsx", language)
    cells = {r[0]: r[1] for r in openpyxl.load_workbook(tmp_path / "fee.xlsx").active.iter_rows(values_only=True)}
    fee, price, area = ({"zh": z, "en": e}[language] for z, e in (
        ("闲置费（万元）", "Fee (10k yuan)"), ("土地价款（万元）", "Price of the land (10k yuan)"),
        ("面积（m²）", "Area (m²)")))  # fmt: skip
    assert cells[price] == 1234.5
    assert cells[fee] == pytest.approx(1234.5 * 0.2)
    assert cells[area] == pytest.approx(90.123 * 77.7, abs=1e-3)
    office_forms.write(folder, Asked(names[4], "A3", date(2027, 6, 1)), tmp_path / "late.docx", language)
    assert fields(tmp_path / "late.docx")[fee].startswith(blank), "at two years land is taken back, no fee is asked"


def test_conditions_of_a_sale_take_no_figure_from_elsewhere(folder, tmp_path):
    office_forms.write(folder, Asked("standard-land", "p03"), tmp_path / "a.docx", "zh")
    found = fields(tmp_path / "a.docx")
    assert found["面积（m²）"] == "10,000.00"
    assert found["面积（亩）"] == "15.00"
    assert found["土地座落"] == "东村"
    assert {found[k] for k in ("固定资产投资强度（万元/亩）", "亩均税收（万元/亩）", "起拍价（万元）")} == {"（待填）"}


def test_a_site_that_is_sold_says_its_status(ranked_folder):
    results = open_results(ranked_folder)
    sites = results.table("sites").set_index("site_id")["status"]
    for site, status in sites.items():
        assert form_sheet.site_values(results, str(site), "zh")["status"] == code("status", str(status), "zh")


@pytest.mark.parametrize("areas", [[1.4] * 5, [0.4, 0.4, 0.4], [10.0, 20.0, 30.0], [2.5, 2.5], [1e-3, 99.9995]])
def test_spread_keeps_cells_within_a_digit(areas):
    areas = np.array(areas)
    found = landform.spread(areas, areas.sum(), 1.0)
    assert found.sum() == np.floor(areas.sum() + 0.5)
    assert (np.abs(found - areas) < 1).all()
    assert (found >= 0).all()


def test_what_cannot_be_written_is_refused(folder, tmp_path):
    refused = {
        CallError: [Asked("none", "甲"), Asked("land-classes", "甲", None, "x")],
        BlockedError: [Asked("land-classes", "乙"), Asked("idle-05-fee", "甲"), Asked("standard-land", "甲")],
    }
    for asked, error in [(one, kind) for kind, those in refused.items() for one in those]:
        with pytest.raises(error):
            office_forms.write(folder, asked, tmp_path / "b.xlsx", "en")
    assert set(forms.kinds()) == set(office_forms.WRITERS)


def test_a_use_only_line_leaves_neither_points_nor_areas(folder, tmp_path):
    settings = folder / "study.toml"
    text = settings.read_text(encoding="utf-8")
    try:
        settings.write_text(text.replace('title = "永久基本农田"', 'title = "永久基本农田"\nuse_only = true'), "utf-8")
        values, _ = written(folder, tmp_path, Asked("three-lines", "甲"))
    finally:
        settings.write_text(text, encoding="utf-8")
    rows = {r[1]: r for r in values["三区三线核查表"].iter_rows(values_only=True)}
    assert rows["永久基本农田"][2].startswith("待核实")
    assert {str(v)[:4] for v in rows["永久基本农田"][3:6]} == {"（待填）"}
    points = list(values["压占图形界址点"].iter_rows(min_row=4, values_only=True))
    assert {p[1] for p in points} == {"城镇开发边界"}
    plot, total = list(values["逐地块"].iter_rows(values_only=True))[-2:]
    assert plot[2] == total[2] == "待核实", "what no plot knows is no sum of 0"


def test_sums_of_records_without_an_area_are_no_zero(folder, tmp_path, monkeypatch):
    real = form_ledger.records

    def bare(results):
        found = real(results)
        found.loc[found["record_id"].isin(["A1", "A2"]), ["area_m2", "cultivated_m2"]] = np.nan
        return found

    monkeypatch.setattr(form_ledger, "records", bare)
    values, formulas = written(folder, tmp_path, Asked("unsupplied", "-"))
    rows = list(values["批而未供台账"].iter_rows(min_row=3, values_only=True))
    column = rows[0].index("批准面积（公顷）")
    assert [str(r[column])[:4] for r in rows[1:3]] == ["（待填）", str(rows[2][column])[:4]]
    assert rows[3][column] == rows[2][column], "the sum of what is known, and at least"
    assert formulas["批而未供台账"].cell(6, column + 1).number_format.startswith('"≥ "')
    rates = {row[0].value: row for row in formulas["供地率"].iter_rows(min_row=4)}
    assert [c.value for c in rates[2024][2:5]] == ["待核实"] * 3, "two records of 2024, no area known"
    assert rates["合计"][2].number_format.startswith('"≥ "')
    monkeypatch.setattr(form_ledger, "records", lambda r: bare(r).assign(area_m2=np.nan, cultivated_m2=np.nan))
    values, _ = written(folder, tmp_path, Asked("unsupplied", "-"))
    assert values["批而未供台账"].cell(6, column + 1).value == "待核实"
    assert list(values["供地率"].iter_rows(values_only=True))[-1][2:5] == ("待核实",) * 3
