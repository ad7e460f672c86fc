"""Parcels measured in parts: the same tables whoever measures which, and nothing claimed of what nobody measured."""

import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.inputs import Raster
from geo.basis.layer import Zone
from geo.basis.memo import Memo
from geo.basis.progress import silent
from geo.basis.tables import settled
from geo.measure import every
from tests.geo.measure.making import CRS, PLANAR, X, Y, box, layer, parcels, world

COUNT = 24
ZONES = [Zone("flood"), Zone("flood", 7.5), Zone("farmland"), Zone("seen")]
SIDE = 30


def land():
    """A row of parcels, three zones (one only partly seen), a class raster with holes, an elevation model."""
    lots = [box(10 * k, 3 * (k % 3), 10 * k + 9 - k % 4, 30) for k in range(COUNT)]
    classes = np.tile(np.repeat([1.0, 2.0, np.nan, 3.0, 4.0, 4.0], 5), (SIDE, 1))
    heights = np.add.outer(np.arange(SIDE) ** 1.5, np.arange(SIDE) * 2.0)
    grid = (10.0, 0.0, X, 0.0, -10.0, Y + 10.0 * SIDE)
    rasters = {n: Raster(n, kind, values, grid, CRS) for n, kind, values in (
        ("cover", "classes", classes), ("height", "dem", heights))}  # fmt: skip
    flood = layer(box(5, -5, 60, 12), box(50, 5, 95, 40), name="flood", maybe=[1])
    farmland = layer(box(100, 0, 150, 31), box(140, 0, 170, 8), name="farmland",
                     classes=np.array(["dry", "paddy"], object))  # fmt: skip
    seen = layer(box(0, 0, 30, 30), name="seen", coverage="partial", known=box(0, -50, 130, 50))
    return world(parcels(*lots), flood, farmland, seen, rasters=rasters)


@pytest.fixture(scope="module")
def inputs():
    return land()


@pytest.fixture(scope="module")
def whole(inputs):
    return measured(inputs)


def measured(inputs, spread=None):
    made = every.measure(inputs, ZONES, ["flood", "seen"], PLANAR, silent, spread=spread)
    return {name: settled(name, frame) for name, frame in made.items()}


def same(one, other):
    for name in one:
        pd.testing.assert_frame_equal(one[name], other[name], check_exact=True, obj=name)


def dealt(cuts):
    edges = sorted({0, COUNT, *cuts})

    def spread(lots, against, memo, progress):
        tiles = itertools.pairwise(edges)
        return [every.part(lots.iloc[a:b], against, memo, progress) for a, b in tiles]

    return spread


@given(st.sets(st.integers(1, COUNT - 1), max_size=6))
def test_any_parts_give_the_tables_of_the_whole(cuts):
    inputs = land()
    same(measured(inputs), measured(inputs, dealt(cuts)))


def test_one_parcel_at_a_time(inputs, whole):
    same(whole, measured(inputs, dealt(range(COUNT))))


def test_widths_that_were_asked_for_elsewhere_are_kept(inputs):
    memo = Memo()
    every.measure(inputs, ZONES, [], PLANAR, silent, memo, dealt([5, 9]))
    assert len(memo.kept()[0]) == len({shapely.to_wkb(s) for s in inputs.parcels.geometry})


def test_of_what_nobody_measured_nothing_is_claimed(inputs, whole):
    """Between nothing and all of the parcel, for every zone; the other parcels are as before."""

    def spread(lots, against, memo, progress):
        here, lost = every.part(lots.iloc[1:], against, memo, progress), every.unmeasured(lots.iloc[:1], against)
        return [lost, here]

    found = measured(inputs, spread)
    same(
        {n: t[~(t["parcel_id"] == "p0")].reset_index(drop=True) for n, t in whole.items() if "parcel_id" in t},
        {n: t[~(t["parcel_id"] == "p0")].reset_index(drop=True) for n, t in found.items() if "parcel_id" in t},
    )
    rows = found["overlaps"].query("parcel_id == 'p0'")
    assert len(rows) == len(ZONES)
    assert set(zip(rows["area_m2"], rows["area_hi_m2"], strict=True)) == {(0.0, 270.0)}
    assert set(rows["covered_share"]) == {0.0}
    assert set(found["overlap_classes"].query("parcel_id == 'p0'")["class"]) == {"dry", "paddy"}
    assert found["overlap_classes"].query("parcel_id == 'p0'")["area_m2"].isna().all()
    fact = found["facts"].query("parcel_id == 'p0'").iloc[0].drop("parcel_id")
    told = fact[fact.notna() & (fact != "")]
    assert told.to_dict() == {"cover_unknown_share": 1.0}
    assert (found["zones"]["cause"] != "").all()
