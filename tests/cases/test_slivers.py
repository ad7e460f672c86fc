"""Slivers: what a zone has of a parcel is what the overlay of the two has, whatever other zones cut it.

Two departments digitise one border, each with vertices of its own a hair off: the farmland reaches
1e-6 … 3e-5 m into the parcel here and there. The true area is worked out by hand along the border.
"""

import numpy as np
import pytest
import shapely

from geo.basis.layer import Zone
from tests.geo.measure.making import X, Y, layer, measure, overlap, parcels, world

WORST_M2 = 1e-4
"""No zone of a parcel is off by more, however many zones cut it."""


def drawn(draw, turned=True):
    """A parcel, farmland along its southern border, a zone across the parcel; and the true shared area."""
    side, amp = draw.uniform(100, 700), 10 ** draw.uniform(-6.5, -4.5)
    count = int(draw.integers(3, 30))
    along = np.sort(np.r_[0.0, draw.uniform(0, side, count), side])
    off = draw.normal(0, amp, count + 2)
    own = np.sort(np.r_[0.0, draw.uniform(0, side, int(draw.integers(0, 10))), side])
    angle = draw.uniform(0, 2 * np.pi) if turned else 0.0
    c, s, place = np.cos(angle), np.sin(angle), np.array([X, Y]) + draw.uniform(0, 1e4, 2)

    def there(points):
        return shapely.Polygon(np.asarray(points) @ np.array([[c, s], [-s, c]]) + place)

    parcel = there([*((x, 0.0) for x in own), (side, side), (0.0, side)])
    farm = there([(0.0, -50.0), (side, -50.0), *zip(along[::-1], off[::-1], strict=True)])
    across = there([(-10, -30), (0.4 * side, -30), (0.6 * side, side + 10), (-10, side + 10)])
    return (parcel, farm, across), direct(parcel, farm)


def direct(parcel, farm):
    """The two overlaid once, near the origin, where coordinates are finest."""
    origin = np.floor(shapely.get_coordinates(parcel).min(axis=0))
    one, two = (shapely.transform(g, lambda xy: xy - origin) for g in (parcel, farm))
    return shapely.intersection(one, two).area


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("first", ["aaa", "zzz"])
def test_a_sliver_is_neither_lost_nor_shrunk(seed, first):
    (parcel, farm, across), want = drawn(np.random.default_rng(seed))
    tables = measure(world(parcels(parcel), layer(across, name=first), layer(farm)), [Zone(first), Zone("flood")])
    assert overlap(tables)[0] == pytest.approx(want, abs=WORST_M2)
    summed = tables["pieces"]["area_m2"].sum()
    assert summed == pytest.approx(parcel.area, abs=1e-6)


def test_hardly_any_is_off_by_more_than_an_area_column_shows():
    off = []
    for seed in range(100, 200):
        (parcel, farm, across), want = drawn(np.random.default_rng(seed))
        for first in ("aaa", "zzz"):
            tables = measure(
                world(parcels(parcel), layer(across, name=first), layer(farm)), [Zone(first), Zone("flood")]
            )
            off.append(abs(overlap(tables)[0] - want))
    assert max(off) <= 6e-5
    assert sum(o > 5e-5 for o in off) <= 2


@pytest.mark.parametrize("seed", range(20))
def test_many_zones_across_one_sliver(seed):
    """Eight zones cut the sliver into cells each of which is too small to be written."""
    draw = np.random.default_rng(seed)
    (parcel, farm, _), want = drawn(draw, turned=False)
    west, south, east, north = parcel.bounds
    edges = np.linspace(west, east, 10)
    bands = [shapely.box(edges[k] - 1.0, south - 60, edges[k + 1] - 1.0, north + 5) for k in range(1, 9)]
    layers = [layer(b, name=f"b{k}") for k, b in enumerate(bands)]
    names = [Zone(f"b{k}") for k in range(8)]
    tables = measure(world(parcels(parcel), *layers, layer(farm)), [*names, Zone("flood")])
    assert overlap(tables)[0] == pytest.approx(want, abs=WORST_M2)
    for k, band in enumerate(bands):
        assert overlap(tables, f"b{k}")[0] == pytest.approx(direct(parcel, band), abs=WORST_M2)
    assert tables["pieces"]["area_m2"].sum() == pytest.approx(parcel.area, abs=1e-6)


@pytest.mark.parametrize("seed", range(10))
def test_three_zones_on_one_border(seed):
    draw = np.random.default_rng(seed)
    (parcel, farm, across), want = drawn(draw)
    ring = shapely.get_coordinates(farm)[:-1]
    copy = shapely.Polygon(ring + draw.normal(0, 1e-6, ring.shape))
    layers = [layer(across, name="aaa"), layer(farm), layer(copy, name="copy")]
    tables = measure(world(parcels(parcel), *layers), [Zone("aaa"), Zone("flood"), Zone("copy")])
    assert overlap(tables)[0] == pytest.approx(want, abs=WORST_M2)
    assert overlap(tables, "copy")[0] == pytest.approx(direct(parcel, copy), abs=WORST_M2)
