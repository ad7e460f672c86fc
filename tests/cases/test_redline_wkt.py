"""Case 19's brothers: a red line written out as WKT or WKB, pasted, as a text file, as a column of a table."""

import numpy as np
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.redline.read import read
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, refused, words

BOX = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)
WKT = "POLYGON ((500000 3180000, 500100 3180000, 500100 3180100, 500000 3180100, 500000 3180000))"
HOLED = f"{WKT[:-1]}, (500025 3180025, 500075 3180025, 500075 3180075, 500025 3180075, 500025 3180025))"
ZONED = shapely.transform(BOX, lambda xy: np.add(xy, (40e6, 0))).wkt
NORTH_FIRST = shapely.transform(BOX, lambda xy: xy[:, ::-1]).wkt
DEGREES = (
    "SRID=4326;POLYGON ((120.0 28.735916488, 120.001023693 28.735916484, 120.001023702 28.736818755, "
    "120.0 28.736818759, 120.0 28.735916488))"
)
TEXTS = [
    (WKT, "EPSG:4549", {"redline_zone_from_study", "redline_datum_assumed"}),
    (f"SRID=4549;\n{WKT}\n", "EPSG:4549", set()),
    (WKT.replace("POLYGON", "Polygon Z").replace(",", " 5.5,").replace("0))", "0 5.5))"), "EPSG:4549",
     {"redline_zone_from_study", "redline_datum_assumed"}),
    (ZONED, "EPSG:4528", {"redline_zone_recognised", "redline_datum_assumed"}),
    (NORTH_FIRST, "EPSG:4549", {"redline_axes_xy_north_first", "redline_zone_from_study", "redline_datum_assumed"}),
    (DEGREES, "EPSG:4326", {"redline_wgs84_taken"}),
]  # fmt: skip


def ground(line):
    return shapely.union_all([p.shape for p in line.plots])


def written(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.grid
@pytest.mark.parametrize(("text", "crs", "questions"), TEXTS)
@pytest.mark.parametrize("how", ["pasted", "txt", "utf-16"])
def test_shapes_written_out_are_the_red_line(tmp_path, text, crs, questions, how):
    encoding = "utf-16" if how == "utf-16" else "utf-8"
    source = text if how == "pasted" else written(tmp_path / "a.txt", text, encoding)
    line = read(source, STUDY, bounds=BOUNDS, cache=tmp_path / ".cache")
    assert [p.plot_id for p in line.plots] == ["1"]
    assert (line.crs, set(asked(line))) == (crs, questions)
    assert ground(line).symmetric_difference(BOX).area < 0.01
    assert not [f for f in line.findings if f.severity == "warn"]


def test_several_shapes_and_holes_keep_their_ground(tmp_path):
    other = shapely.transform(shapely.from_wkt(HOLED), lambda xy: np.add(xy, (500, 0))).wkt
    line = read(written(tmp_path / "a.wkt", f"{WKT}\n\n{other}"), STUDY, bounds=BOUNDS)
    assert [round(p.shape.area, 6) for p in line.plots] == [10_000, 7_500]


@pytest.mark.parametrize("text", [WKT[:-22], f"{WKT}\n{WKT[:-22]}", "POLYGON ((500000 3180000, x 1))"])
def test_a_broken_shape_is_refused_with_its_text(text):
    told = refused(text)
    words(told["wkt_unreadable"])


CELLS = {
    "wkt": WKT, "ewkt": f"SRID=4549;{WKT}", "wkb": shapely.to_wkb(BOX, hex=True),
    "ewkb": shapely.to_wkb(shapely.set_srid(BOX, 4549), hex=True, include_srid=True),
}  # fmt: skip


@pytest.mark.grid
@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("name", ["wkt", "geom", "图形边界"])
@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8"), (";", "gb18030"), ("\t", "utf-8-sig")])
def test_a_column_of_shapes_whatever_it_is_called(tmp_path, kind, name, separator, encoding):
    cell = f'"{CELLS[kind]}"' if separator in CELLS[kind] else CELLS[kind]
    text = separator.join(["地块编号", "地块名称", name]) + "\n" + separator.join(["D1", "甲", cell]) + "\n"
    path = written(tmp_path / "a.csv", text, encoding)
    (plot,) = read(path, STUDY, bounds=BOUNDS, cache=tmp_path / ".cache").plots
    assert (plot.plot_id, plot.name, plot.shape.equals(BOX)) == ("D1", "甲", True)
    opened = gate.open_vector(path, tmp_path / ".cache")
    assert opened.crs == ("EPSG:4549" if kind.startswith("e") else "")
    assert opened.shapes[0].equals(BOX)


def test_systems_that_contradict_each_other_are_none(tmp_path):
    text = f'id,geom\n1,"SRID=4549;{WKT}"\n2,"SRID=4528;{ZONED}"\n'
    assert gate.open_vector(written(tmp_path / "a.csv", text), tmp_path / ".cache").crs == ""


def test_a_workbook_with_a_column_of_shapes(tmp_path):
    import pandas as pd

    pd.DataFrame({"BSM": ["P1"], "边界": [WKT]}).to_excel(tmp_path / "a.xlsx", index=False)
    opened = gate.open_vector(tmp_path / "a.xlsx", tmp_path / ".cache")
    assert opened.shapes[0].equals(BOX)
    with pytest.raises(BlockedError):
        gate.open_vector(written(tmp_path / "b.csv", "a,b\n1,POLYGON\n"), tmp_path / ".cache")


def test_lost_digits_and_other_text_are_no_shapes():
    assert "redline_columns_unknown" in refused("POLYGON of the works\nsee the map")
    assert found(read(WKT, STUDY, bounds=BOUNDS)) == {}
