"""Rings of very many shapes are laid out in batches: the same rings, to the last bit."""

import numpy as np
import pytest
import shapely

from geo.basis import batches
from geo.basis.area import basis
from geo.basis.errors import CrsError
from geo.measure.grid import rings

CRS = "EPSG:4549"
WEST, SOUTH = 500_000.0, 3_500_000.0


def shapes():
    hole = shapely.Polygon(shapely.box(0, 0, 900, 900).exterior, [shapely.box(200, 200, 300, 300).exterior])
    two = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), hole])
    some = [hole, None, two, shapely.Polygon(), shapely.box(0, 0, 5000, 1), shapely.LineString([(0, 0), (1, 1)])] * 4
    move = [
        shapely.transform(s, lambda xy, k=k: xy + np.array([WEST + 37 * k, SOUTH])) if s else s
        for k, s in enumerate(some)
    ]
    return np.array(move, object)


@pytest.mark.parametrize("kind", ["ellipsoidal", None])
@pytest.mark.parametrize("rows", [1, 5, 23])
def test_batches_are_the_whole(monkeypatch, kind, rows):
    given = shapes()
    ground = basis(kind, CRS, (WEST, SOUTH, WEST + 5000, SOUTH + 5000)) if kind else None
    whole, areas = rings.of(given, ground)
    monkeypatch.setattr(batches, "ROWS", rows)
    parted, same = rings.of(given, ground)
    np.testing.assert_array_equal(areas, same)
    for name in rings.Rings._fields:
        np.testing.assert_array_equal(getattr(whole, name), getattr(parted, name), err_msg=name)


def test_what_has_no_place_is_counted_over_all_batches(monkeypatch):
    monkeypatch.setattr(batches, "ROWS", 1)
    ground = basis("ellipsoidal", CRS, (WEST, SOUTH, WEST + 1, SOUTH + 1))
    far = np.array([shapely.box(1e9, 1e9, 1e9 + 1, 1e9 + 1)] * 2, object)
    with pytest.raises(CrsError) as told:
        rings.of(far, ground)
    assert told.value.reasons[0].values["count"] > 4
