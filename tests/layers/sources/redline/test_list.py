"""Coordinate lists: separators, headers, plots, degrees, and sheets through the gate."""

import numpy as np
import openpyxl
import pytest
import shapely

from layers.sources import gate
from layers.sources.opened import TableFile
from layers.sources.redline import read as redline
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, get, refused, words

CORNERS = [(3_180_000, 500_000), (3_180_100, 500_000), (3_180_100, 500_100), (3_180_000, 500_100)]
SQUARE = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)


def table(separator, header=None, places=CORNERS, first=1):
    rows = [[f"J{k}", f"{x}", f"{y}"] for k, (x, y) in enumerate(places, first)]
    return "\n".join(separator.join(row) for row in ([header] if header else []) + rows)


@pytest.mark.grid
@pytest.mark.parametrize("separator", ["\t", ",", ";", " ", "  ", "，", "、", ", ", "\u3000"])
@pytest.mark.parametrize(
    "header", [None, ["点号", "X", "Y"], ["界址点号", "X坐标(m)", "Y坐标(m)"], ["No", "纵坐标", "横坐标"]]
)
def test_separators_and_headers(separator, header):
    line = get(table(separator, header))
    assert line.source == "coordinate_list"
    assert (line.plots[0].shape.equals(SQUARE), line.plots[0].points, line.axes) == (True, 4, "xy_north_first")
    assert {"redline_zone_from_study", "redline_datum_assumed"} <= set(asked(line))
    assert ("redline_axes_xy_north_first" in asked(line)) == (header is None)
    assert "redline_ring_closed" in found(line)


def test_two_columns_are_enough():
    line = get("\n".join(f"{x} {y}" for x, y in CORNERS))
    assert line.plots[0].shape.equals(SQUARE)


def test_columns_named_east_and_north_in_either_order():
    for header, places in (
        (["点", "东坐标", "北坐标"], [(y, x) for x, y in CORNERS]),
        (["点", "北坐标", "东坐标"], CORNERS),
    ):
        line = get(table("\t", header, places))
        assert line.plots[0].shape.equals(SQUARE)
        assert not {"redline_axes_swapped", "redline_axes_east_first"} & set(asked(line))


def test_an_easting_under_x_is_proposed():
    line = get(table(",", ["点号", "X", "Y"], [(y, x) for x, y in CORNERS]))
    assert (line.axes, line.plots[0].shape.equals(SQUARE)) == ("east_first", True)
    words(asked(line)["redline_axes_swapped"])


def test_field_book_rows_with_code_and_height():
    rows = "\n".join(f"{k},,{y}.000,{x}.000,35.2" for k, (x, y) in enumerate(CORNERS, 1))
    line = get(rows)
    assert (line.axes, line.plots[0].shape.equals(SQUARE)) == ("east_first", True)
    assert "redline_axes_east_first" in asked(line)


def test_grouped_digits_in_quotes_are_read_and_said():
    line = get("点号,X,Y\n" + "\n".join(f'J{k},"{x:,}.000","{y:,}.000"' for k, (x, y) in enumerate(CORNERS)))
    assert line.plots[0].shape.equals(SQUARE)
    assert "3,180,000.000" in words(found(line)["redline_grouped_digits"].reason)[1]


def test_grouped_digits_between_commas_are_refused():
    reasons = refused("点号,X,Y\n" + "\n".join(f"J{k},{x:,}.0,{y:,}.0" for k, (x, y) in enumerate(CORNERS)))
    assert reasons["redline_commas_inside"].values["line"] == 5


def test_plots_by_column_by_blank_line_and_by_title():
    far = [(x + 500, y) for x, y in CORNERS]
    by_column = "地块,点号,X,Y\n" + "\n".join(
        f"{name},J{k},{x},{y}" for name, places in (("甲", CORNERS), ("乙", far)) for k, (x, y) in enumerate(places)
    )
    by_blank = table("\t", ["点号", "X", "Y"]) + "\n\n" + table("\t", None, far)
    by_title = "甲\n" + table("\t") + "\n乙\n" + table("\t", None, far)
    for text, names in ((by_column, ["甲", "乙"]), (by_blank, ["1", "2"]), (by_title, ["甲", "乙"])):
        line = get(text)
        assert [p.plot_id for p in line.plots] == names
        assert [p.shape.area for p in line.plots] == [10_000, 10_000]


def test_a_plot_that_comes_back_gains_a_ring():
    hole = [(3_180_020, 500_020), (3_180_040, 500_020), (3_180_040, 500_040)]
    rows = [("甲", p) for p in CORNERS] + [("乙", (x + 500, y)) for x, y in CORNERS] + [("甲", p) for p in hole]
    line = get("地块\tX\tY\n" + "\n".join(f"{name}\t{x}\t{y}" for name, (x, y) in rows))
    assert [p.shape.area for p in line.plots] == [9_800, 10_000]


def test_a_ring_column():
    hole = [(3_180_020, 500_020), (3_180_040, 500_020), (3_180_040, 500_040)]
    rows = [(1, p) for p in CORNERS] + [(2, p) for p in hole]
    assert get("点号\t圈号\tX\tY\n" + "\n".join(f"J\t{r}\t{x}\t{y}" for r, (x, y) in rows)).plots[0].shape.area == 9_800


DEGREES = [(119.5, 28.7), (119.6, 28.7), (119.6, 28.8)]


@pytest.mark.parametrize(
    ("text", "axes"),
    [("\n".join(f"{a},{b}" for a, b in DEGREES), "east_first"),
     ("\n".join(f"{b}\t{a}" for a, b in DEGREES), "xy_north_first"),
     ("经度,纬度\n" + "\n".join(f"{a},{b}" for a, b in DEGREES), "east_first"),
     ("点号\t纬度\t经度\n" + "\n".join(f"1\t{b}\t{a}" for a, b in DEGREES), "xy_north_first"),
     ("点号 经度 纬度\n1 119°30′00″ 28°42′00″\n2 119°36′00″ 28°42′\n3 119度36分0秒 28度48分0秒", "east_first")],
)  # fmt: skip
def test_longitude_and_latitude(text, axes):
    line = get(text, bounds=None)
    assert (line.crs, line.axes) == ("EPSG:4490", axes)
    west, south, east, north = line.plots[0].shape.bounds
    way = redline.redline_zones.transformer(STUDY, "EPSG:4490")
    assert way.transform(east, north) == pytest.approx((119.6, 28.8), abs=1e-9)
    assert (west < east, south < north) == (True, True)
    words(asked(line)["redline_degrees_taken"])


def test_exchanged_longitude_and_latitude_are_asked():
    line = get("经度,纬度\n" + "\n".join(f"{b},{a}" for a, b in DEGREES), bounds=None)
    assert "redline_lonlat_swapped" in asked(line)
    right = get("经度,纬度\n" + "\n".join(f"{a},{b}" for a, b in DEGREES), bounds=None)
    assert line.plots[0].shape.equals_exact(right.plots[0].shape, 1e-6)


def test_degrees_under_x_and_y_are_refused_unless_named():
    text = "X,Y\n" + "\n".join(f"{b},{a}" for a, b in DEGREES)
    assert set(refused(text, bounds=None)) == {"redline_degrees_for_metres"}
    assert get(text, bounds=None, crs="EPSG:4490").crs == "EPSG:4490"


@pytest.mark.parametrize(
    ("text", "code"),
    [("你好\n世界", "redline_columns_unknown"), ("只有一行", "redline_columns_unknown"),
     ("点号,X,Y", "redline_no_points"),
     ("点号,X,Y\nJ1,3180000,500000", "redline_too_few_points"),
     ("X,Y\n91,200\n92,201\n93,202", "redline_numbers_fit_nothing"),
     (table(",", ["点号", "X", "Y"]).replace("500100", "n/a"), "redline_not_a_number"),
     (table("\t", None).replace("3180100", "3.18E+06"), "redline_scientific"),
     ("经度,纬度\n10,20\n30,40\n50,60", "redline_degrees_outside")],
)  # fmt: skip
def test_lists_that_cannot_be_used(text, code):
    reasons = refused(text)
    assert code in reasons, reasons
    words(reasons[code])


def sheet(rows, header, lines):
    import pandas as pd

    frame = pd.DataFrame(rows, columns=header)
    return TableFile(frame, np.array(lines), (), "0" * 64, "Sheet1", ("Sheet1",))


def test_rows_of_a_sheet(monkeypatch, tmp_path):
    path = tmp_path / "点表.xlsx"
    path.write_bytes(b"PK\x03\x04")
    rows = [("J1", f"{x}", f"{y}") for x, y in CORNERS] + [("J1", f"{x + 500}", f"{y}") for x, y in CORNERS]
    opened = sheet([("点号", "X", "Y"), *rows], ["a", "b", "c"], [2, 3, 4, 5, 6, 8, 9, 10, 11])
    monkeypatch.setattr(gate, "open_table", lambda *a, **k: opened)
    line = redline.read(path, STUDY, bounds=BOUNDS)
    assert line.source == "table"
    assert [p.shape.area for p in line.plots] == [10_000, 10_000]  # line 7 is blank: a second plot


def test_a_sheet_without_a_header(monkeypatch, tmp_path):
    path = tmp_path / "点表.xlsx"
    path.write_bytes(b"PK\x03\x04")
    rows = [("J1", f"{x}", f"{y}") for x, y in CORNERS]
    monkeypatch.setattr(gate, "open_table", lambda *a, **k: sheet(rows, ["a", "b", "c"], [1, 2, 3, 4]))
    assert redline.read(path, STUDY, bounds=BOUNDS).plots[0].shape.equals(SQUARE)


def test_a_real_workbook_through_the_gate(tmp_path):
    pytest.importorskip("layers.sources.formats.tabular", reason="the gate does not open sheets yet")
    book = openpyxl.Workbook()
    for row in [["点号", "X", "Y"], *([f"J{k}", x, y] for k, (x, y) in enumerate(CORNERS, 1))]:
        book.active.append(row)
    book.save(tmp_path / "点表.xlsx")
    line = redline.read(tmp_path / "点表.xlsx", STUDY, bounds=BOUNDS)
    assert (line.source, line.plots[0].shape.equals(SQUARE)) == ("table", True)
