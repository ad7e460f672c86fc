"""Aachen, Germany: shares of eligible ground published with the fixtures of a land-eligibility tool."""

import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import rasterio.features
import shapely
import shapely.geometry

from geo.basis.area import basis
from geo.basis.layer import Layer, Zone
from geo.basis.progress import silent
from geo.measure import every
from tests.geo.measure.making import parcels as lands
from tests.oracles import places

CRS = "EPSG:3035"


@pytest.fixture(scope="module")
def region():
    """One parcel: every cell of the land cover raster that holds data."""
    with rasterio.open(places.folder("aachen_de") / "clc-aachen_clipped.tif") as source:
        there = source.read_masks(1) > 0
        polygons = rasterio.features.shapes(there.astype(np.uint8), mask=there, transform=source.transform)
        whole = shapely.union_all([shapely.geometry.shape(g) for g, _ in polygons])
    return lands(whole).set_crs(CRS, allow_override=True)


def protected(later_than=None):
    frame = pyogrio.read_dataframe(places.folder("aachen_de") / "CDDA_aachenClipped.shp")
    if later_than is not None:
        frame = frame[pd.to_numeric(frame["YEAR"]) > later_than]
    shapes = places.repaired(frame)
    ids = np.arange(len(shapes)).astype(str).astype(object)
    return Layer("cdda", shapes, ids, np.zeros(len(shapes), bool), coverage="complete")


@pytest.mark.parametrize(
    ("later_than", "buffer_m", "expected"), [(None, 0.0, 76.47), (2000, 0.0, 86.90), (2000, 400.0, 77.97)]
)
def test_share_outside_protected_areas(region, later_than, buffer_m, expected):
    planar = basis("planar", CRS, tuple(region.total_bounds))
    inputs = places.inputs(region, protected(later_than))
    tables = every.measure(inputs, [Zone("cdda", buffer_m)], [], planar, silent)
    outside = 100 * (1 - tables["overlaps"]["share"].iloc[0])
    assert outside == pytest.approx(expected, abs=0.02)
