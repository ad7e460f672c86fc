"""Boxes and coordinates on disk: found and built again as shapely's own tree and shapes say."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.serve.draw import stored
from layers.serve.draw.mercator import to_square, unit_square
from layers.serve.draw.places import Places
from layers.serve.draw.rings import Frame, Polygons
from layers.serve.draw.stored import Boxes, on_disk


@pytest.fixture(params=[1_000_000_000, 1])
def anywhere(request, monkeypatch):
    """In memory, and on disk."""
    monkeypatch.setattr(stored, "SMALL", request.param)


def shapes(count, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 40_000, (2, count))
    size = rng.choice([5.0, 80.0, 3_000.0], count, p=[0.6, 0.38, 0.02])
    made = shapely.box(x, y, x + size, y + size * rng.uniform(0.3, 2.0, count))
    made[::7] = [shapely.MultiPolygon([s, shapely.affinity.translate(s, 9_000, 0)]) for s in made[::7]]
    made[3::11] = [
        s.difference(s.centroid.buffer(s.bounds[2] - s.bounds[0]).intersection(s.buffer(-1))) for s in made[3::11]
    ]
    made[5::13] = shapely.Polygon()
    return shapely.affinity.translate(shapely.GeometryCollection(list(made)), 480_000, 3_150_000).geoms, made


def far(count=3_000, seed=1):
    return np.array(list(shapes(count, seed)[0]), object)


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 4_000])
def test_windows_find_what_a_tree_finds(anywhere, count):
    rng = np.random.default_rng(count)
    low = rng.normal(0, 10, (count, 2))
    bounds = np.hstack([low, low + rng.exponential(0.4, (count, 2))])
    bounds[1::9] = np.nan
    boxes, tree = Boxes(bounds), shapely.STRtree(shapely.box(*bounds.T)) if count else shapely.STRtree([])
    for _ in range(60):
        (west, south), wide = rng.normal(0, 10, 2), rng.exponential(3, 2)
        window = (west, south, west + wide[0], south + wide[1])
        assert boxes.query(window).tolist() == np.sort(tree.query(shapely.box(*window))).tolist()
    corner = bounds[0].tolist() if count else [0, 0, 0, 0]
    assert boxes.query((corner[2], corner[3], corner[2] + 1, corner[3] + 1)).tolist()[:1] == ([0] if count else [])


def test_numbers_on_disk_are_the_same_numbers_and_nobody_writes_them(monkeypatch):
    monkeypatch.setattr(stored, "SMALL", 100)
    values = np.arange(1_000.0).reshape(-1, 2)
    kept = on_disk(values)
    assert isinstance(kept, np.memmap)
    assert np.array_equal(kept, values)
    with pytest.raises(ValueError, match="read-only"):
        kept[0, 0] = 1.0
    assert not isinstance(on_disk(values[:3]), np.memmap)


def test_shapes_are_built_again_as_they_were(anywhere):
    given = far()
    made = Polygons(given)
    again = made.shapes(range(len(given)))
    assert shapely.equals(again, given)[~shapely.is_empty(given)].all()
    assert shapely.is_empty(again[shapely.is_empty(given)]).all()
    assert np.allclose(made.boxes, shapely.bounds(given), equal_nan=True)


def test_turned_polygons_are_those_of_turned_shapes(anywhere):
    given = far()
    order = np.argsort(-shapely.area(given), kind="stable")
    turned, wanted = Polygons(given).turned(to_square(4549), order), Polygons(unit_square(given, 4549), order)
    assert turned.bounds == pytest.approx(wanted.bounds, abs=1e-12)
    scale = 256 * 2.0**13
    left, top = (int(v * scale) for v in turned.bounds[:2])
    frame = Frame(scale, (left + 100, top + 60), (500, 500))
    assert turned.owner[turned.under(frame)].tolist() == wanted.owner[wanted.under(frame)].tolist()
    assert turned.rings(7, frame) == [pytest.approx(r) for r in wanted.rings(7, frame)]


def test_a_click_means_what_every_shape_tested_would_say(anywhere):
    given = far(1_200, 4)
    ids = np.array([f"P{k}" for k in range(len(given))], object)
    places = Places(ids, gpd.GeoSeries(given, crs=4549), f"test {len(given)}")
    rng, area = np.random.default_rng(2), shapely.area(given)
    corners = shapely.get_coordinates(given)[rng.integers(0, 4_000, 150)] + rng.choice([0.0, 0.4, 3.0], (150, 2))
    spots = np.vstack([rng.uniform([480_000, 3_150_000], [520_000, 3_190_000], (150, 2)), corners])
    degrees = gpd.GeoSeries(shapely.points(spots), crs=4549).to_crs(4326)
    for spot, at in zip(spots, degrees, strict=True):
        away = shapely.distance(shapely.Point(spot), given)
        away[np.isnan(away)] = np.inf
        hit = np.flatnonzero(away <= 0.001)
        near = np.argmin(away)
        wanted = ids[hit[np.lexsort((hit, area[hit]))[0]]] if len(hit) else ids[near] if away[near] <= 0.999 else None
        found = places.at(at.x, at.y)
        assert found == wanted or (wanted is None and found is not None and abs(away[near] - 1.0) < 0.01)
