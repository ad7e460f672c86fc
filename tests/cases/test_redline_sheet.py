"""Case 08: the table of boundary points (界址点成果表) in its printed forms, as a workbook and as CSV."""

import csv

import openpyxl
import pytest

from layers.sources.redline import read as redline
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, refused, words

SQUARE = [(3_180_000, 40_500_000), (3_180_000, 40_500_100), (3_180_100, 40_500_100), (3_180_100, 40_500_000)]
AREA = "宗地面积(平方米): 10000.00   坐标系: 2000国家大地坐标系"
TWO_ROWS = [["点号", "坐标", None, "边长(m)"], [None, "x(m)", "y(m)", None]]


def closed(places=SQUARE, first=1, prefix="J"):
    return [(f"{prefix}{k}", x, y) for k, (x, y) in [*enumerate(places, first), (first, places[0])]]


def flat():
    return [["界址点号", "纵坐标（x）", "横坐标（y）", "反算边长（米）", "地块圈号", "备注"],
            *[[label, x, y, 100, 1, None] for label, x, y in closed()]]  # fmt: skip


def interleaved():
    rows = [["界址点成果表"], [AREA], *TWO_ROWS]
    for label, x, y in closed():
        rows += [[label, x, y, None], [None, None, None, 100]]
    return rows[:-1]


def two_rows():
    return [["界址点成果表"], *TWO_ROWS, *[[label, x, y, 100] for label, x, y in closed()]]


def pages():
    """Header again on the second page, its first point the last one of the page before."""
    points = [[label, x, y, 100.0] for label, x, y in closed()]
    title = [["界址点坐标成果表（2000国家大地坐标系） 表三"], ["地块位置：某村", None, None, "第 1 页 共 2 页"]]
    foot = [["界线总长：400.00 米", None, "地块面积：1.0000公顷"], ["计算者：张某", None, "检查者：李某", "2026-11-29"]]
    return [*title, *TWO_ROWS, *points[:3], *title, *TWO_ROWS, *points[2:], *foot]


def deeds():
    """One block per 宗地 with its code on a row of its own, sides between the points."""
    rows = [["权利人：某公司", None, "面积（㎡）:10000.00"], ["宗地代码：330881001001GB00001"],
            ["界址点号", "距离", "X坐标", "Y坐标", "备注"]]  # fmt: skip
    for label, x, y in closed():
        rows += [[label, None, x, y, "木桩"], [None, 100, None, None, None]]
    return rows[:-1]


def side_by_side():
    points = closed()
    left, right = points[:3], points[3:]
    rows = [["界址点成果表（CGCS2000）"], ["点号", "X坐标(北)", "Y坐标(东)"] * 2]
    return rows + [[*one, *(right[k] if k < len(right) else (None, None, None))] for k, one in enumerate(left)]


FORMS = [flat, interleaved, two_rows, pages, deeds, side_by_side]


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for k, row in enumerate(rows, 1):
        if row[:2] == ["点号", "坐标"]:
            for cells in (f"B{k}:C{k}", f"A{k}:A{k + 1}", f"D{k}:D{k + 1}"):
                book.active.merge_cells(cells)
    book.save(path)
    return path


def as_csv(path, rows):
    with path.open("w", encoding="gb18030", newline="") as stream:
        width = max(map(len, rows))
        csv.writer(stream).writerows([[*row, *[None] * (width - len(row))] for row in rows])
    return path


@pytest.mark.grid
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("write", [workbook, as_csv])
def test_every_printed_form(tmp_path, form, write):
    path = write(tmp_path / ("a.csv" if write is as_csv else "a.xlsx"), form())
    line = redline.read(path, STUDY, bounds=BOUNDS)
    (plot,) = line.plots
    assert (plot.points, plot.shape.area) == (4, pytest.approx(10_000))
    assert plot.stated_ha in (None, 1.0)
    assert plot.plot_id == ("330881001001GB00001" if form is deeds else "1")
    assert not [f for f in line.findings if f.severity == "warn"]
    if form is not flat:
        words(found(line)["redline_rows_beside"].reason)
    assert ("redline_datum_assumed" in asked(line)) == (form in (flat, two_rows, deeds))


def test_several_plots_over_pages(tmp_path):
    other = [(x + 500, y) for x, y in SQUARE]
    rows = [["宗地代码：A1"], *TWO_ROWS, *[[*p, 100] for p in closed()[:3]], ["第 1 页"],
            ["宗地代码：A1"], *TWO_ROWS, *[[*p, 100] for p in closed()[2:]],
            ["宗地代码：A2"], *TWO_ROWS, *[[*p, 100] for p in closed(other)]]  # fmt: skip
    line = redline.read(workbook(tmp_path / "a.xlsx", rows), STUDY, bounds=BOUNDS)
    assert [(p.plot_id, p.points, round(p.shape.area)) for p in line.plots] == [("A1", 4, 10_000), ("A2", 4, 10_000)]


@pytest.mark.parametrize(
    ("title", "code"),
    [("界址点成果表（1980西安坐标系）", "redline_old_datum"), ("坐标系：地方独立坐标系", "redline_datum_unknown")],
)
def test_the_datum_of_a_title_counts(title, code):
    rows = [[title], *TWO_ROWS, *[[*p, 100] for p in closed()]]
    assert code in refused("\n".join(",".join("" if c is None else str(c) for c in row) for row in rows))


def test_a_stated_area_that_differs_and_a_lost_coordinate(tmp_path):
    rows = interleaved()
    rows[1] = ["地块面积：1.2000公顷"]
    line = redline.read(workbook(tmp_path / "a.xlsx", rows), STUDY, bounds=BOUNDS)
    assert "redline_area_differs" in found(line)
    rows = two_rows()
    rows[4][1] = None
    text = "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows)
    assert refused(text)["redline_number_missing"].values["line"] == 5
