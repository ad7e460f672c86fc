"""Elevation in map sheets is one raster: on one grid, or refused with the sheet that is not."""

import numpy as np
import pytest
from rasterio.transform import from_origin

from layers.study import catalog, delivery, grid, load, spec
from tests.layers.sources import make
from tests.layers.sources.formats.test_raster import tiff

CELL = 30.0


@pytest.fixture
def study(tmp_path):
    catalog.new(tmp_path / "study", crs=make.GK)
    return tmp_path / "study"


def heights():
    """Return heights of a slope, twenty rows by thirty columns."""
    return (np.arange(600, dtype="float32").reshape(20, 30) * 0.37 + 100.0).astype("float32")


def sheet(place, name, values, left, top, shift=0.0):
    where = from_origin(make.X + CELL * left + shift, make.Y + 600 - CELL * top, CELL, CELL)
    return tiff(place / f"DEM_{name}.tif", values[top : top + 10, left : left + 10], where, nodata=-9999.0)


def line(study, place):
    return [p for p in delivery.delivery(study, [place]).proposals if p.kind and p.kind.raster == "dem"]


def test_sheets_are_one_line_and_the_raster_they_were_cut_from(study, tmp_path):
    values, place = heights(), tmp_path / "分幅"
    place.mkdir()
    names = [sheet(place, f"H50G{r}{c}", values, 10 * c, 10 * r).name for r in range(2) for c in range(3)]
    (one,) = line(study, place)
    assert len(one.table.parts) == len(names) == 6
    (taken,) = delivery.take(study, [one])
    assert taken.refused == ()
    layer = spec.read(study).layer(taken.id)
    made, found = grid.raster(layer, study / layer.source, study / load.CACHE, make.GK)
    assert [f.code for f in found if f.severity in ("block", "warn")] == []
    assert np.array_equal(made.values, values.astype(np.float64))
    assert made.transform == (CELL, 0.0, make.X, 0.0, -CELL, make.Y + 600)


def test_a_sheet_that_is_missing_is_a_gap_and_what_overlaps_says_the_same(study, tmp_path):
    values = heights()
    for name, left in (("a", 0), ("c", 20)):
        sheet(tmp_path, name, values, left, 0)
    entry = delivery.as_one(study, sorted(tmp_path.glob("DEM_*.tif")))
    made = catalog.added(study, tmp_path / "DEM_a.tif", entry | {"role": "raster", "kind": "dem", "vertical_unit": "m"})
    layer = spec.read(study).layer(made.id)
    raster, _ = grid.raster(layer, study / layer.source, study / load.CACHE, make.GK)
    assert np.isnan(raster.values[:, 10:20]).all()
    assert np.array_equal(raster.values[:, 20:], values[:10, 20:].astype(np.float64))


def test_sheets_that_disagree_where_they_overlap_are_told(study, tmp_path):
    values = heights()
    sheet(tmp_path, "a", values, 0, 0)
    sheet(tmp_path, "b", values + 1.0, 8, 0)
    entry = delivery.as_one(study, sorted(tmp_path.glob("DEM_*.tif")))
    found = catalog.checked(
        study, tmp_path / "DEM_a.tif", entry | {"role": "raster", "kind": "dem", "vertical_unit": "m"}
    )
    (told,) = [f for f in found if f.code == "raster_sheets_disagree"]
    assert told.reason.values["count"] == 20


@pytest.mark.parametrize("shift", [15.0, 0.0])
def test_sheets_off_each_others_grid_are_refused_by_name_and_are_no_proposal(study, tmp_path, shift):
    values = heights()
    sheet(tmp_path, "a", values, 0, 0)
    sheet(tmp_path, "b", values, 10, 0, shift)
    lines = line(study, tmp_path)
    assert len(lines) == (2 if shift else 1)
    entry = delivery.as_one(study, sorted(tmp_path.glob("DEM_*.tif")))
    found = catalog.checked(
        study, tmp_path / "DEM_a.tif", entry | {"role": "raster", "kind": "dem", "vertical_unit": "m"}
    )
    odd = [f.reason.values["parts"] for f in found if f.code == "raster_sheets_differ"]
    assert odd == ([["b"]] if shift else [])
