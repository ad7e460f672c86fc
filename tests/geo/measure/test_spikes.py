"""Spikes are taken off one after another, as by hand; everything else stays as it was drawn."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.measure.spikes import MIN_RING, SPIKE_M2, spikeless


def test_a_spike_of_no_width_is_taken_off_and_the_area_stays():
    spiked = shapely.Polygon([(0, 0), (100, 0), (100, 100), (100.0000001, 150), (99.9999999, 100), (0, 100)])
    plain = shapely.Polygon([(0, 0), (100, 0), (100, 100), (0, 100)], [[(10, 10), (20, 10), (20, 20)]])
    thin = shapely.Polygon([(0, 0), (100, 0), (100, 100), (100.5, 150), (99, 100), (0, 100)])
    found = spikeless(np.array([spiked, plain, thin], object))
    assert len(found[0].exterior.coords) <= 6
    assert found[0].bounds == pytest.approx((0, 0, 100, 100), abs=1e-6)
    assert found[0].area == pytest.approx(10_000, abs=1e-3)
    assert found[1].equals_exact(plain)
    assert found[2].equals_exact(thin)


def by_hand(shape):
    """One spike after another, the first of a ring first: the plain way."""
    rings = [ring_by_hand(shapely.get_coordinates(ring)[:-1]) for ring in (shape.exterior, *shape.interiors)]
    made = shapely.Polygon(rings[0], rings[1:])
    good = made.is_valid and abs(made.area - shape.area) <= SPIKE_M2 * shapely.get_num_coordinates(shape)
    return made if good else shape


def ring_by_hand(points):
    while len(points) > MIN_RING:
        back, ahead = np.roll(points, 1, axis=0) - points, np.roll(points, -1, axis=0) - points
        area = np.abs(back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]) / 2
        spikes = ((back * ahead).sum(axis=1) > 0) & (area < SPIKE_M2) | (np.abs(ahead).sum(axis=1) == 0)
        if not spikes.any():
            break
        points = np.delete(points, np.flatnonzero(spikes)[0], axis=0)
    return points


corners = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=9)
outs = st.lists(st.tuples(st.integers(0, 8), st.integers(-3, 3), st.integers(1, 3), st.booleans()), max_size=4)


@given(corners, outs, st.integers(0, 8))
def test_as_by_hand(points, spikes, turn):
    """Rings with spikes of one or more points, repeated points, and a seam anywhere, spikes included."""
    ring = [tuple(map(float, p)) for p in points]
    for at, dx, length, twice in spikes:
        k = at % len(ring)
        x, y = ring[k]
        way = [(x + dx * n, y + 2 * n) for n in range(1, length + 1)]
        ring[k + 1 : k + 1] = [*way, *reversed(way[:-1]), (x, y), *([(x, y)] if twice else [])]
    turn %= len(ring)
    shape = shapely.Polygon(ring[turn:] + ring[:turn])
    found = spikeless(np.array([shape, shapely.box(0, 0, 1, 1)], object))
    assert shapely.equals_identical(found[0], by_hand(shape))
    assert shapely.equals_identical(found[1], shapely.box(0, 0, 1, 1))


def test_holes_keep_their_shape_and_lose_their_spikes():
    hole = [(10, 10), (20, 10), (20, 20), (20, 15), (20, 20), (10, 20)]
    shape = shapely.Polygon([(0, 0), (50, 0), (50, 50), (0, 50)], [hole, [(30, 30), (40, 30), (40, 40)]])
    (found,) = spikeless(np.array([shape], object))
    assert len(found.interiors) == 2
    assert found.area == shape.area
    assert len(found.interiors[0].coords) == 6  # a point on a straight edge is none of our business


def test_very_many_spikes_take_no_longer_than_their_number():
    """Ten thousand spikes of one ring: one after another from the start each time would be 10⁸ steps."""
    x = np.arange(10_000.0)
    ring = np.column_stack([np.repeat(x, 3), np.tile([0.0, -1.0, 0.0], len(x))])
    shape = shapely.Polygon(np.vstack([ring, [[x[-1], 50.0], [0.0, 50.0]]]))
    (found,) = spikeless(np.array([shape], object))
    assert found.area == pytest.approx(shape.area)
    assert found.bounds == (0.0, 0.0, 9_999.0, 50.0)
