"""Headings over three rows, units of a line above the table, areas by name and unit: read, or told, never lost."""

import openpyxl
import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.sources import gate
from layers.sources.cells.quantity import number_of
from layers.study import catalog, load, overrides, sheets, spec
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.cases import base

TOP = ["编号", "受让人", "土地情况", None, None, "时间", None, None]
MIDDLE = [None, None, "坐落", "面积", None, "合同", "动工", None]
LOW = [None, None, None, "供应面积（亩）", "已开发面积（亩）", "签订日期", "约定开工时间", "实际开工时间"]
ROWS = [["G1", "甲厂", "青石镇", 30, 15, "2023-01-05", "2023-06-01", "2023-05-20"],
        ["G2", "乙厂", "青石镇", 45, 0, "2023-02-05", "2023-07-01", "未动工"]]  # fmt: skip
MERGED = ("A2:A4", "B2:B4", "C2:E2", "C3:C4", "D3:E3", "F2:H2", "G3:H3")
NAMES = [
    "编号", "受让人", "土地情况/坐落", "土地情况/面积/供应面积（亩）", "土地情况/面积/已开发面积（亩）",
    "时间/合同/签订日期", "时间/动工/约定开工时间", "时间/动工/实际开工时间",
]  # fmt: skip


def workbook(path, merged=MERGED, rows=ROWS):
    book = openpyxl.Workbook()
    for row in (["某县供地台账"], TOP, MIDDLE, LOW, *rows):
        book.active.append(row)
    for span in ("A1:H1", *merged) if merged else ():
        book.active.merge_cells(span)
    book.save(path)
    return path


def test_three_merged_rows_are_one_heading(tmp_path):
    file = gate.open_table(workbook(tmp_path / "t.xlsx"), tmp_path / "cache")
    assert list(file.frame.columns) == NAMES
    assert file.frame["编号"].tolist() == ["G1", "G2"]
    assert file.rows.tolist() == [5, 6]


def test_three_rows_whose_merges_are_lost(tmp_path):
    lines = [[c or "" for c in row] for row in (TOP, MIDDLE, LOW, *ROWS)]
    pd.DataFrame(lines).to_csv(tmp_path / "t.csv", index=False, header=False)
    file = gate.open_table(tmp_path / "t.csv", tmp_path / "cache")
    assert list(file.frame.columns) == NAMES
    assert file.frame["编号"].tolist() == ["G1", "G2"]


def test_a_first_row_of_words_alone_is_no_heading(tmp_path):
    rows = [["甲", "甲厂", "青石镇", "约30", "", "未签", "未定", "未动工"], *ROWS]
    file = gate.open_table(workbook(tmp_path / "t.xlsx", rows=rows), tmp_path / "cache")
    assert file.frame["编号"].tolist() == ["甲", "G1", "G2"]
    lines = [
        ["编号", "名称", "时间", ""],
        ["", "", "签订", "动工"],
        ["甲", "甲厂", "未定", ""],
        ["G1", "乙厂", "", "未动工"],
    ]
    pd.DataFrame(lines).to_csv(tmp_path / "u.csv", index=False, header=False)
    file = gate.open_table(tmp_path / "u.csv", tmp_path / "cache")
    assert (list(file.frame), file.frame["编号"].tolist()) == (["编号", "名称", "时间/签订", "时间/动工"], ["甲", "G1"])


def test_a_register_under_three_rows_is_taken_by_its_columns_and_runs(tmp_path):
    folder = base.study(tmp_path / "s")
    told = catalog.add(folder, workbook(tmp_path / "t.xlsx"), {"role": "supply", "id": "supply"})
    assert "fields_other_unit" not in base.codes(told)
    layer = spec.read(folder).layer("supply")
    assert layer.fields == {"id": NAMES[0], "holder": NAMES[1], "area_ha": NAMES[3], "developed_ha": NAMES[4],
                            "contract": NAMES[5], "start_by": NAMES[6], "started": NAMES[7]}  # fmt: skip
    runs.update(folder, "idle", silent)
    found = open_results(folder).table("idle").set_index("asset_id")
    columns = [c for c in found if c in ("area_m2", "net_m2", "supplied_m2", "contract_m2")]
    assert found.loc["G1", columns].tolist() == pytest.approx([20_000.0] * len(columns)), found.columns
    assert columns


@pytest.mark.parametrize(("line", "heading", "hectares"), [
    ("单位：亩", "供应面积", 2.0), ("单位：公顷", "供应面积", 30.0), ("单位：亩、万元", "供应面积", 2.0),
    ("单位：亩", "供应面积（公顷）", 30.0), ("单位：万元", "供应面积", 30.0), ("单位：平方米", "供应面积", 0.003),
])  # fmt: skip
def test_a_line_of_units_above_a_register_holds_for_its_columns(tmp_path, line, heading, hectares):
    book = openpyxl.Workbook()
    for row in (["某县供地台账", None], [line, None], ["电子监管号", heading], ["G1", 30], ["G2", 30]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    folder = base.study(tmp_path / "s")
    catalog.add(folder, tmp_path / "t.xlsx", {"role": "supply", "id": "supply"})
    study = overrides.study(folder)
    sheet = sheets.read(study.layer("supply"), study, folder)
    read = [number_of(c, "area_ha", sheet.heading("area_ha")) for c in sheet.column("area_ha")]
    assert read == pytest.approx([hectares] * 2)


@pytest.mark.parametrize(("heading", "ours"), [
    ("面积（亩）", "legal_mu"), ("图斑面积（公顷）", "legal_ha"), ("宗地面积_平方米", "legal_m2"), ("面积", ""),
    ("TBMJ", ""),
])  # fmt: skip
def test_the_area_of_parcels_is_known_by_name_and_unit(tmp_path, heading, ours):
    folder = base.study(tmp_path / "s", with_parcels=False)
    size = {"legal_mu": 15.0, "legal_ha": 1.0}.get(ours, 10_000.0)
    base.parcels().assign(**{heading: size}).to_file(tmp_path / "p.gpkg")
    catalog.add(folder, tmp_path / "p.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    study = overrides.study(folder)
    assert [f for f in study.layer("parcels").fields if f.startswith("legal_")] == ([ours] if ours else [])
    if ours:
        assert load.inputs(study, folder).parcels["legal_m2"].tolist() == pytest.approx([10_000.0] * 16)


def sheet(path, rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    book.save(path)
    return path


def test_rows_nobody_sees_are_read_and_told(tmp_path):
    def hide(page):
        page.row_dimensions[3].hidden = True
        page.row_dimensions[9].hidden = True  # nothing stands there

    file = gate.open_table(sheet(tmp_path / "t.xlsx", [["编号", "面积"], ["A", 1], ["B", 2]], hide), tmp_path / "c")
    assert file.frame["编号"].tolist() == ["A", "B"]
    (told,) = file.findings
    assert (told.code, told.severity, told.reason.values["rows"]) == ("rows_hidden", "warn", [3])


def test_errors_in_place_of_values_are_told_with_their_cells(tmp_path):
    rows = [["编号", "面积"], ["A", "#REF!"], ["B", "#N/A"], ["C", 3]]
    file = gate.open_table(sheet(tmp_path / "t.xlsx", rows), tmp_path / "c")
    assert file.frame["面积"].tolist() == ["", "", "3"]
    (told,) = file.findings
    assert (told.code, told.reason.values["rows"]) == ("cells_with_error", ["B2 #REF!", "B3 #N/A"])


def test_who_filled_a_narrow_table_in_is_no_row_of_it(tmp_path):
    rows = [["编号", "面积（亩）"], ["A", 1], ["B", 2], ["合计", 3], ["制表人：张", None], ["备注：含道路", None]]
    file = gate.open_table(sheet(tmp_path / "t.xlsx", rows), tmp_path / "c")
    assert file.frame["编号"].tolist() == ["A", "B"]
    file = gate.open_table(sheet(tmp_path / "u.xlsx", [["编号", "面积"], ["A", 1], ["B", None]]), tmp_path / "c")
    assert file.frame["编号"].tolist() == ["A", "B"], "an id stands alone too"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16"])
def test_a_text_under_the_name_of_a_workbook_is_a_table(tmp_path, encoding):
    (tmp_path / "导出.xls").write_bytes("编号\t名称\nA\t甲厂\n".encode(encoding))
    file = gate.open_table(tmp_path / "导出.xls", tmp_path / "c")
    assert file.frame.to_dict("records") == [{"编号": "A", "名称": "甲厂"}]
