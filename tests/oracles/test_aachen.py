"""Aachen, Germany: shares of ground outside protected areas, by rasters and as published.

The published figures (fixtures of the land-eligibility tool GLAES, its own test asserts on
a 100 m grid: 76.476, 86.898 and 77.950 %) are for the district. Its boundary may not be
passed on with the data; who has it (aachenShapefile.shp of that tool's test data) names it
in the environment variable ``AACHEN_BOUNDARY``. Without it the same three measurements
are held against cells of 25 m over the whole extent.
"""

import os
from functools import cache

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import rasterio.features
import rasterio.transform
import shapely
from scipy import ndimage

from geo.basis.area import basis
from geo.basis.layer import Layer, Zone
from geo.basis.progress import silent
from geo.measure import every
from tests.geo.measure.making import parcels
from tests.oracles import places

CRS = "EPSG:3035"
CELL = 25.0
CASES = [(None, 0.0, 76.47), (2000, 0.0, 86.90), (2000, 400.0, 77.97)]


@cache
def protected(later_than):
    frame = pyogrio.read_dataframe(places.folder("aachen_de") / "CDDA_aachenClipped.shp")
    if later_than is not None:
        frame = frame[pd.to_numeric(frame["YEAR"]) > later_than]
    shapes = places.repaired(frame)
    ids = np.arange(len(shapes)).astype(str).astype(object)
    return Layer("cdda", shapes, ids, np.zeros(len(shapes), bool), coverage="complete")


@cache
def extent():
    with rasterio.open(places.folder("aachen_de") / "clc-aachen_clipped.tif") as source:
        return shapely.box(*source.bounds)


def share_outside(region, later_than, buffer_m):
    land = parcels(region).set_crs(CRS, allow_override=True)
    planar = basis("planar", CRS, tuple(land.total_bounds))
    tables = every.measure(places.inputs(land, protected(later_than)), [Zone("cdda", buffer_m)], [], planar, silent)
    return 100 * (1 - tables["overlaps"]["share"].iloc[0])


@pytest.mark.parametrize(("later_than", "buffer_m"), [(None, 0.0), (2000, 0.0), (2000, 400.0)])
def test_share_of_the_extent_equals_counting_cells(later_than, buffer_m):
    """Cells whose centre is within the buffer of a protected cell; another method altogether."""
    west, south, east, north = extent().bounds
    shape = (round((north - south) / CELL), round((east - west) / CELL))
    grid = rasterio.transform.from_bounds(west, south, east, north, shape[1], shape[0])
    there = rasterio.features.rasterize(protected(later_than).shapes, shape, transform=grid).astype(bool)
    if buffer_m:
        # from cell to cell the distance is half a cell too long at the edge
        there = ndimage.distance_transform_edt(~there, sampling=CELL) <= buffer_m + CELL / 2
    assert share_outside(extent(), later_than, buffer_m) == pytest.approx(100 * (1 - there.mean()), abs=0.02)


@pytest.mark.parametrize(("later_than", "buffer_m", "expected"), CASES)
def test_share_of_the_district_as_published(later_than, buffer_m, expected):
    boundary = os.environ.get("AACHEN_BOUNDARY")
    if not boundary:
        pytest.skip("the boundary of the district may not be passed on; name it in AACHEN_BOUNDARY")
    region = pyogrio.read_dataframe(boundary).to_crs(CRS).union_all()
    assert share_outside(region, later_than, buffer_m) == pytest.approx(expected, abs=0.02)
