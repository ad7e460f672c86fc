"""What led towards clear without a word: class rasters with values between classes or blocks nobody wrote, splines
and meshes of a drawing, layers of a drawing nobody asked for, a head that names another projection.
"""

import sqlite3

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from geo.basis.errors import BlockedError
from layers.study import catalog
from tests.cases import base, drawings
from tests.cases.base import X0, Y0
from tests.cases.test_rasters_say_their_unit import study as raster_study
from tests.cases.test_redline_layouts import HEAD, LAYOUTS, txt
from tests.layers.sources.redline_samples import get, refused, words

FARM = slice(50, 60), slice(20, 40)
"""Cells over p00 and p01."""


# --- rasters ----------------------------------------------------------------------


def tiff(path, values, written=None, **more):
    """Write 80 × 80 cells of 10 m over the base study; with `written` only those rows, the rest never."""
    values = np.asarray(values)
    place = from_origin(X0 - 200, Y0 + 600, 10, 10)
    with rasterio.open(path, "w", driver="GTiff", height=80, width=80, count=1, dtype=values.dtype, crs=base.CRS,
                       transform=place, **more) as out:  # fmt: skip
        if written is None:
            out.write(values, 1)
        else:
            out.write(values[written], 1, window=Window(0, written.start, 80, written.stop - written.start))
    return path


def cover(farm, dtype="float32"):
    values = np.full((80, 80), 2, dtype)
    values[FARM] = farm
    return values


def judged(tmp_path, file, **given):
    folder = raster_study(tmp_path / "study", "cover_class1_share", 0.0)
    said = base.codes(catalog.add(folder, file, {"role": "raster", "id": "cover", "kind": "classes"} | given))
    return said, base.statuses(folder)


@pytest.mark.parametrize("accept", [[], ["nodata-class:none"]])
@pytest.mark.parametrize("value", [1.00001, 1.4, 1.999])
def test_a_value_between_classes_is_no_class(tmp_path, value, accept):
    said, status = judged(tmp_path, tiff(tmp_path / "cover.tif", cover(value)), accept=accept)
    assert said.get("raster_classes_not_whole") == "warn"
    assert {status["p00"], status["p01"]} == {"unknown"}
    assert status["p10"] == "eligible"


def bands(path, *each):
    place = from_origin(X0 - 200, Y0 + 600, 10, 10)
    with rasterio.open(path, "w", driver="GTiff", height=80, width=80, count=len(each), dtype="uint8", crs=base.CRS,
                       transform=place) as out:  # fmt: skip
        for k, values in enumerate(each, 1):
            out.write(values, k)
    return path


def test_of_several_bands_nobody_knows_which_holds_the_classes(tmp_path):
    file = bands(tmp_path / "cover.tif", cover(2, "uint8"), cover(1, "uint8"))
    with pytest.raises(BlockedError) as told:
        judged(tmp_path, file)
    assert [(r.code, r.values["proposal"]) for r in told.value.reasons] == [("raster_bands_classes", "first-band")]


def test_who_says_that_the_first_band_holds_the_classes_is_believed(tmp_path):
    file = bands(tmp_path / "cover.tif", cover(1, "uint8"), cover(2, "uint8"))
    said, status = judged(tmp_path, file, accept=["first-band"])
    assert "raster_bands_classes" not in said
    assert status["p10"] == "eligible"
    assert "eligible" not in {status["p00"], status["p01"]}


def test_classes_with_a_scale_are_no_classes(tmp_path):
    path = tiff(tmp_path / "cover.tif", cover(1, "uint8"))
    with rasterio.open(path, "r+") as source:
        source.scales = (0.5,)
    said, status = judged(tmp_path, path)
    assert said.get("raster_classes_not_whole") == "warn"
    assert {status["p00"], status["p01"]} == {"unknown"}


def test_whole_classes_in_any_number_are_classes(tmp_path):
    said, status = judged(tmp_path, tiff(tmp_path / "cover.tif", cover(1.0, "float64")))
    assert "raster_classes_not_whole" not in said
    assert {status["p00"], status["p01"]} == {"excluded"}


@pytest.mark.parametrize("tiles", [{"tiled": True, "blockxsize": 16, "blockysize": 16}, {"blockysize": 16}])
def test_blocks_nobody_wrote_are_not_known(tmp_path, tiles):
    path = tiff(tmp_path / "cover.tif", cover(1, "uint8"), slice(64, 80), SPARSE_OK="TRUE", **tiles)
    said, status = judged(tmp_path, path)
    assert said.get("raster_blocks_missing") == "warn"
    assert set(status.values()) == {"unknown"}


# --- drawings ---------------------------------------------------------------------

AREA = [(X0, Y0), (X0 + 200, Y0), (X0 + 200, Y0 + 100), (X0, Y0 + 100)]
FAR = [(X0 + 300, Y0 + 300), (X0 + 400, Y0 + 300), (X0 + 400, Y0 + 400), (X0 + 300, Y0 + 400)]


def fitted(layer="农田"):
    """A spline that knows only the places it goes through."""
    places = [v for x, y in [*AREA, AREA[0]] for v in (11, x, 21, y, 31, 0)]
    return drawings.pairs(0, "SPLINE", 100, "AcDbEntity", 8, layer, 100, "AcDbSpline", 70, 1, 71, 3, 72, 0, 73, 0,
                          74, 5, *places)  # fmt: skip


def mesh(layer="农田"):
    """A polyline that is a mesh of two by two."""
    out = [0, "POLYLINE", 8, layer, 66, 1, 70, 16, 71, 2, 72, 2]
    for x, y in (AREA[0], AREA[3], AREA[1], AREA[2]):
        out += [0, "VERTEX", 8, layer, 70, 64, 10, x, 20, y]
    return drawings.pairs(*out, 0, "SEQEND", 8, layer)


def region(layer="另一层"):
    return drawings.pairs(0, "REGION", 100, "AcDbEntity", 8, layer, 100, "AcDbModelerGeometry", 70, 1)


@pytest.mark.parametrize("entity", [fitted(), fitted("另一层"), mesh(), region()])
def test_what_of_a_drawing_cannot_be_read_takes_coverage_away(tmp_path, entity):
    path = drawings.drawing(tmp_path / "farm.dxf", drawings.polyline(FAR, layer="农田"), entity)
    folder = base.study(tmp_path / "study")
    assert base.add(folder, path, crs=base.CRS).get("dxf_unread") == "warn"
    status = base.statuses(folder)
    assert (status["p00"], status["p01"], status["p15"]) == ("unknown", "unknown", "excluded")


def test_a_layer_that_was_asked_for_is_not_doubted_for_the_others(tmp_path):
    path = drawings.drawing(tmp_path / "farm.dxf", drawings.polyline(FAR, layer="农田"), fitted("另一层"))
    folder = base.study(tmp_path / "study")
    assert "dxf_unread" not in base.add(folder, path, crs=base.CRS, layer="农田")
    assert base.statuses(folder)["p00"] == "eligible"


# --- heads ------------------------------------------------------------------------


@pytest.mark.parametrize("projection", ["UTM", "通用横轴墨卡托", "Web Mercator", "兰伯特投影"])
def test_a_head_that_names_another_projection_is_not_gauss_kruger(projection):
    text = txt(LAYOUTS[0][0], head=HEAD.replace("高斯克吕格", projection))
    reasons = refused(text)
    assert set(reasons) == {"redline_projection_other"}
    words(reasons["redline_projection_other"])
    assert len(get(text, crs="EPSG:4528").plots) == 1, "who names the system has said what it is"


@pytest.mark.parametrize("projection", ["高斯-克吕格", "横轴墨卡托", "Transverse Mercator", "Gauss-Kruger", ""])
def test_words_for_gauss_kruger_are_taken(projection):
    assert len(get(txt(LAYOUTS[0][0], head=HEAD.replace("高斯克吕格", projection))).plots) == 1


# --- days -------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "told"), [("2062-06-01", True), ("2026-11-24", True), ("2026-11-23", False)])
def test_a_layer_dated_after_the_day_of_the_study_is_told(tmp_path, day, told):
    folder = base.study(tmp_path / "study")
    base.farm().to_file(tmp_path / "farm.gpkg")
    assert ("layer_dated_later" in base.add(folder, tmp_path / "farm.gpkg", vintage=day)) is told
    base.statuses(folder)
    assert ("layer_dated_later" in base.problems(folder)) is told


def test_so_is_a_list_dated_later(tmp_path):
    folder = base.study(tmp_path / "study")
    (tmp_path / "list.csv").write_text("项目编号,项目名称\nX1,甲\n", encoding="utf-8")
    given = {"role": "project", "id": "list", "vintage": "2062-06-01"}
    assert "layer_dated_later" in base.codes(catalog.add(folder, tmp_path / "list.csv", given))


# --- tables and columns of shapes a file holds beside those that are read ------------


def beside(tmp_path, kind):
    """Write farmland on p10 where it is read, and on p00 where it is not; return the file."""
    near, far = base.parcels().iloc[[0]], base.parcels().iloc[[5]]
    file = tmp_path / f"farm.{'parquet' if kind == 'column' else 'gpkg'}"
    if kind == "column":
        made = far.assign(other=near.geometry.to_numpy())
        made["other"] = gpd.GeoSeries(made["other"], crs=base.CRS)
        made.to_parquet(file)
        return file
    far.to_file(file, layer="farm", driver="GPKG")
    near.to_file(file, layer="more", driver="GPKG")
    with sqlite3.connect(file) as database:
        database.execute("DELETE FROM gpkg_contents WHERE table_name = 'more'")
        if kind == "nameless":
            database.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'more'")
    return file


@pytest.mark.parametrize("kind", ["column", "unlisted", "nameless"])
def test_shapes_a_file_holds_beside_those_that_are_read_take_its_coverage(tmp_path, kind):
    folder = base.study(tmp_path / "study")
    file = beside(tmp_path, kind)
    said = base.codes(catalog.add(folder, file, {"role": "constraint", "id": "farm", "coverage": "complete"}))
    assert said.get("shapes_beside") == "warn"
    status = base.statuses(folder)
    assert status["p00"] == "unknown"


@pytest.mark.parametrize("form", ["points", "same"])
def test_a_column_of_points_or_of_the_same_ground_is_nothing_unread(tmp_path, form):
    far = base.parcels().iloc[[5]]
    other = far.geometry.centroid if form == "points" else far.geometry
    far.assign(other=gpd.GeoSeries(other.to_numpy(), index=far.index, crs=base.CRS)).to_parquet(
        tmp_path / "farm.parquet"
    )
    folder = base.study(tmp_path / "study")
    given = {"role": "constraint", "id": "farm", "coverage": "complete"}
    assert "shapes_beside" not in base.codes(catalog.add(folder, tmp_path / "farm.parquet", given))
