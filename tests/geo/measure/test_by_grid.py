"""The two ways to pieces say the same: sums over edges, and overlays of shapes."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.measure import by_grid
from tests.geo.measure.grid.test_sets import blob
from tests.geo.measure.making import CRS, PLANAR, X, Y, box, layer, measure, overlaid, parcels, world

ZONES = [Zone("flood"), Zone("mine"), Zone("mine", 7.5), Zone("road", 12.0), Zone("gone"), Zone("part")]
KEYS = {
    "pieces": ["parcel_id", "zones"],
    "overlap_classes": ["parcel_id", "layer_id", "class"],
    "stack_pieces": ["stack_id", "zones"],
    "overlaps": ["parcel_id", "layer_id", "buffer_m"],
}
ELLIPSOIDAL = basis("ellipsoidal", CRS, (X, Y, X + 1000, Y + 1000))


def scene(seed, span):
    rng = np.random.default_rng(seed)

    def some(n, low, high):
        return [blob(rng, *rng.uniform(0, span, 2), rng.uniform(low, high), int(rng.integers(4, 60))) for _ in range(n)]

    lots = some(14, 5, 60)
    lots += [lots[0], shapely.transform(lots[1], lambda xy: xy + 3.0)]  # records stacked on one lot
    roads = [shapely.LineString(rng.uniform(0, span, (4, 2)) + np.array([X, Y])) for _ in range(3)]
    kinds = np.array(["A", "B", "", "A", "B"], object)
    return world(
        parcels(*lots),
        layer(*some(5, 10, 90), classes=kinds, maybe=[2]),
        layer(*some(4, 10, 90), name="mine", coverage="unknown"),
        layer(*roads, name="road", coverage="partial", known=box(0, 0, span / 2, span)),
        layer(name="gone", state="failed", coverage="unknown"),
        layer(*some(3, 10, 60), name="part", coverage="partial", known=shapely.union_all(some(3, 40, 90))),
    )


@pytest.mark.parametrize(("seed", "on"), [(1, PLANAR), (2, PLANAR), (3, ELLIPSOIDAL), (4, ELLIPSOIDAL)])
def test_both_ways_say_the_same(monkeypatch, seed, on):
    inputs = scene(seed, 150.0 * seed)
    summed = measure(inputs, ZONES, basis=on)
    with monkeypatch.context() as within:
        overlaid(within)
        drawn = measure(inputs, ZONES, basis=on)
    for name, key in KEYS.items():
        both = pd.merge(summed[name], drawn[name], on=key, how="outer", suffixes=("", "_drawn")).fillna(0.0)
        assert len(both) > 2, name
        for column in [c for c in summed[name] if c.endswith("_m2")]:
            assert both[column].to_numpy() == pytest.approx(both[f"{column}_drawn"].to_numpy(), abs=1e-4), (
                name,
                column,
            )
    assert summed["stacks"].equals(drawn["stacks"])
    assert summed["zones"].equals(drawn["zones"])


def test_a_parcel_that_crosses_itself_is_overlaid_alone(monkeypatch):
    bow = shapely.Polygon([(X, Y), (X + 50, Y + 50), (X + 50, Y), (X, Y + 60)])
    inputs = world(parcels(box(100, 0, 140, 40), bow, box(30, 10, 60, 70)), layer(box(40, -5, 120, 70)))
    asked = []
    real = by_grid.overlaid
    monkeypatch.setattr(
        by_grid, "overlaid", lambda lots, rows, *more: asked.append(list(rows)) or real(lots, rows, *more)
    )
    tables = measure(inputs, [Zone("flood")])
    assert [rows for rows in asked if rows] == [[1]]
    whole = tables["pieces"].groupby("parcel_id")["area_m2"].sum()
    assert whole[["p0", "p2"]].tolist() == pytest.approx([1600, 1800])
    assert whole["p1"] == pytest.approx(shapely.make_valid(bow).area, abs=1e-4)
