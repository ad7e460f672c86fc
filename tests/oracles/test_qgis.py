"""QGIS's overlap analysis on the same shapes: agreement within 1e-6 of the area (planar)."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.measure import every
from tests.oracles import places

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "qgis_cambridge_overlaps.csv"
SUMS = GOLDEN.with_name("qgis_cambridge_sums.csv")


@pytest.fixture(scope="module")
def golden():
    return pd.read_csv(GOLDEN, comment="#", dtype={"parcel_id": str}).set_index("parcel_id")


@pytest.fixture(scope="module")
def ours(golden):
    parcels = places.cambridge_parcels()
    parcels = parcels[parcels["parcel_id"].isin(golden.index)].reset_index(drop=True)
    layers = [places.cambridge_layer(name) for name in places.CAMBRIDGE]
    planar = basis("planar", places.CAMBRIDGE_CRS, tuple(parcels.total_bounds))
    inputs = places.inputs(parcels, *layers)
    return every.measure(inputs, [Zone(name) for name in places.CAMBRIDGE], [], planar, silent)["overlaps"]


def test_the_golden_table_is_worth_comparing_with(golden):
    assert 200 <= len(golden) <= 400
    assert (golden > 1).sum().min() >= 20


@pytest.mark.parametrize("name", places.CAMBRIDGE)
def test_overlaps_equal_qgis(golden, ours, name):
    rows = ours[ours["layer_id"] == name].set_index("parcel_id")["area_m2"]
    found = rows.reindex(golden.index, fill_value=0.0).to_numpy()
    expected = golden[f"{name}_m2"].to_numpy()
    off = np.abs(found - expected)
    assert (off <= np.maximum(1e-6 * expected, 1e-4)).all(), golden.index[off > np.maximum(1e-6 * expected, 1e-4)][:5]


def test_sums_over_the_city_equal_qgis():
    parcels = places.cambridge_parcels()
    layers = [places.cambridge_layer(name) for name in places.CAMBRIDGE]
    planar = basis("planar", places.CAMBRIDGE_CRS, tuple(parcels.total_bounds))
    zones = [Zone(name) for name in places.CAMBRIDGE]
    ours = every.measure(places.inputs(parcels, *layers), zones, [], planar, silent)["overlaps"]
    golden = pd.read_csv(SUMS, comment="#").set_index("layer")["area_m2"]
    found = ours.groupby("layer_id")["area_m2"].sum()
    for name in places.CAMBRIDGE:
        assert found[name] == pytest.approx(golden[f"{name}_m2"], rel=1e-6)
