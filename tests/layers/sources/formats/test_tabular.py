"""Tables from offices: titles, two header rows, totals, encodings, ids (reliability cases 29-30, 79-80)."""

import openpyxl
import pandas as pd
import pytest
import shapely

from layers.sources import gate
from tests.layers.sources import make


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def ledger(tmp_path):
    """A sheet as it hangs on the wall: title, unit, header over two rows, subtotal, total, note."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台账"
    rows = [
        ["某县工业项目台账（演示）"], ["单位：亩、亿元"],
        ["序号", "编号", "面积", None, "投资（亿元）"], [None, None, "总面积", "可用", None],
        [1, "0101", "1,200.5", 100, 3.2], [2, "0102", 350, 50, "约3"], ["小计", None, 1550.5, 150, 6.2],
        [3, "0103", 100, 25, 1], ["合 计", None, 1650.5, 175, 7.2],
        ["注：数据截至 2026 年 10 月"],
    ]  # fmt: skip
    for row in rows:
        sheet.append(row)
    for span in ("A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        sheet.merge_cells(span)
    path = tmp_path / "台账.xlsx"
    book.save(path)
    return path


def test_header_totals_and_notes(ledger, cache):
    file = gate.open_table(ledger, cache)
    assert list(file.frame.columns) == ["序号", "编号", "面积/总面积", "面积/可用", "投资（亿元）"]
    assert file.frame["编号"].tolist() == ["0101", "0102", "0103"]
    assert file.frame["面积/总面积"].tolist() == ["1,200.5", "350", "100"]
    assert file.rows.tolist() == [5, 6, 8]
    assert [(f.code, f.row) for f in file.findings] == [
        ("table_note", "10"), ("total_row", "7"), ("total_row", "9"), ("table_title", ""), ("table_units", ""),
    ]  # fmt: skip


def test_a_total_that_does_not_add_up(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_text("编号,面积\nA,100\nB,200\n合计,350\n", encoding="utf-8")
    file = gate.open_table(path, cache)
    [said] = [f for f in file.findings if f.code == "total_differs"]
    assert said.reason.values["columns"] == ["面积: 350 ≠ 300"]
    assert file.frame["编号"].tolist() == ["A", "B"]


@pytest.mark.grid
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators(tmp_path, cache, encoding, separator):
    path = tmp_path / "a.csv"
    path.write_bytes(f"编号{separator}名称\n0101{separator}水田\n".encode(encoding))
    file = gate.open_table(path, cache)
    assert file.frame.to_dict("records") == [{"编号": "0101", "名称": "水田"}]
    assert [f.code for f in file.findings if f.severity == "warn"] == []
    assert (encoding == "gbk") == ("encoding_found" in make.codes(file))


def test_rare_letters_leave_the_encoding_in_doubt(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_bytes("編號,名稱\n0101,臺灣鄉鎮\n".encode("big5"))
    assert "encoding_guessed" in make.codes(gate.open_table(path, cache))


def test_ids_keep_zeros_and_digits(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_text("BSM,DLBM\n3205810000000000017,0101\n,0102\n", encoding="utf-8")
    frame = gate.open_table(path, cache).frame
    assert frame["BSM"].tolist() == ["3205810000000000017", ""]
    assert frame["DLBM"].tolist() == ["0101", "0102"]


def test_a_long_number_typed_into_excel_is_said(tmp_path, cache):
    path = tmp_path / "a.xlsx"
    pd.DataFrame({"BSM": [3205810000000000017.0], "n": ["a"]}).to_excel(path, index=False)
    assert "digits_lost" in make.codes(gate.open_table(path, cache), "warn")


def test_sheets_are_listed(tmp_path, cache):
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        for name in ("甲", "乙"):
            pd.DataFrame({"编号": [name], "n": ["x"]}).to_excel(writer, sheet_name=name, index=False)
    assert make.refused(cache, path, opener=gate.open_table) == ["several_layers"]
    assert gate.open_table(path, cache, sheet="乙").frame["编号"].tolist() == ["乙"]


def test_no_header_and_empty(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_text("1,2\n3,4\n")
    assert make.refused(cache, path, opener=gate.open_table) == ["header_not_found"]
    path.write_text("\n\n")
    assert make.refused(cache, path, opener=gate.open_table) == ["sheet_empty"]
    path.write_bytes(b"\xff\x81\x00\x00\xff")
    [code] = make.refused(cache, path, opener=gate.open_table)
    assert code in ("encoding_unknown", "not_spatial")


def test_points_and_wkt_from_tables(tmp_path, cache):
    path = tmp_path / "a.csv"
    path.write_text("编号,经度,纬度\nA,120.1,28.5\nB,,\nC,x,1\n", encoding="gbk")
    file = gate.open_vector(path, cache)
    assert file.frame["编号"].tolist() == ["A"]
    assert shapely.get_coordinates(file.shapes).tolist() == [[120.1, 28.5]]
    assert {f.row: f.code for f in file.findings if f.severity == "rejected"} == {
        "3": "coordinate_unreadable",
        "4": "coordinate_unreadable",
    }
    path.write_text('编号,WKT\nA,"POLYGON((0 0,1 0,1 1,0 0))"\nB,POLYGON((0 0\nC,"POLYGON((0 0,2 2,2 0,0 2,0 0))"\n')
    file = gate.open_vector(path, cache)
    assert file.rows.tolist() == [2, 4]
    assert {f.row: f.code for f in file.findings if f.severity in ("rejected", "warn")} == {
        "3": "wkt_unreadable",
        "4": "geometry_repaired_much",
    }
    path.write_text("编号,名称\nA,b\n", encoding="utf-8")
    assert make.refused(cache, path) == ["table_without_coordinates"]
