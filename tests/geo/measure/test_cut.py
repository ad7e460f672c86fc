import numpy as np
import pytest
import shapely

from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.basis.tables import settled
from geo.measure import cut
from tests.geo.measure.making import CRS, PLANAR, X, Y, box, layer, parcels

PARCEL = box(0, 0, 100, 100)
FLOOD = Zone("flood")


def land(lands, taken, *layers, area=PLANAR):
    return cut.land(lands, {x.layer_id: x for x in layers}, [cut.Taken(*t) for t in taken], area, silent)


def areas(found):
    return [
        (p, n, pytest.approx(a, abs=1e-6)) for p, n, a in zip(found.parcel_id, found.part, found.net_m2, strict=True)
    ]


def test_parts_are_numbered_by_area():
    found = land(parcels(PARCEL), [(FLOOD, False)], layer(box(20, -10, 50, 110)))
    assert areas(found) == [("p0", 1, 5000), ("p0", 2, 2000)]
    assert found.crs == CRS
    assert shapely.equals(found.geometry.iloc[0], box(50, 0, 100, 100))
    settled("land", found)


def test_every_zone_is_taken_and_a_parcel_taken_whole_has_no_row():
    layers = layer(box(0, 0, 100, 30)), layer(box(0, 20, 100, 40), box(200, 0, 300, 100), name="mine")
    lands = parcels(PARCEL, box(210, 10, 290, 90), box(400, 0, 410, 10))
    found = land(lands, [(FLOOD, False), (Zone("mine"), False)], *layers)
    assert areas(found) == [("p0", 1, 6000), ("p2", 1, 100)]


def test_outside_takes_the_ground_beyond_and_keeps_what_is_not_known():
    inside = layer(box(0, 0, 60, 100), box(60, 0, 70, 100), maybe=[1], name="boundary")
    found = land(parcels(PARCEL), [(Zone("boundary"), True)], inside)
    assert areas(found) == [("p0", 1, 7000)]
    partly = layer(box(0, 0, 30, 100), coverage="partial", known=box(0, 0, 80, 100), name="boundary")
    found = land(parcels(PARCEL), [(Zone("boundary"), True)], partly)
    assert areas(found) == [("p0", 1, 3000), ("p0", 2, 2000)]
    unknown = layer(box(0, 0, 30, 100), coverage="unknown", name="boundary")
    assert areas(land(parcels(PARCEL), [(Zone("boundary"), True)], unknown)) == [("p0", 1, 10_000)]


def test_outside_of_an_empty_layer_that_is_complete_takes_everything():
    assert land(parcels(PARCEL), [(FLOOD, True)], layer()).empty


@pytest.mark.parametrize("outside", [False, True])
def test_what_is_not_proved_takes_nothing(outside):
    for doubtful in (layer(PARCEL, state="missing"), layer(PARCEL, state="stale")):
        assert areas(land(parcels(PARCEL), [(FLOOD, outside)], doubtful)) == [("p0", 1, 10_000)]
    assert areas(land(parcels(PARCEL), [(FLOOD, outside)])) == [("p0", 1, 10_000)]


def test_maybe_features_are_not_cut():
    found = land(parcels(PARCEL), [(FLOOD, False)], layer(box(0, 0, 30, 100), maybe=[0]))
    assert areas(found) == [("p0", 1, 10_000)]


def test_buffers_and_the_area_basis():
    made = basis("ellipsoidal", CRS, (X + 1e5, Y, X + 1e5 + 100, Y + 100))
    lands = parcels(box(100_000, 0, 100_100, 100))
    found = land(lands, [(Zone("flood", 10.0), False)], layer(box(100_040, -50, 100_050, 150)), area=made)
    whole = made.areas(made.project(lands.geometry.to_numpy()))[0]
    assert found.net_m2.tolist() == pytest.approx([0.4 * whole, 0.3 * whole], rel=1e-6)
    assert found.geometry.area.tolist() == pytest.approx([4000, 3000], abs=1e-6)


def test_a_failed_overlay_takes_nothing(monkeypatch):
    def broken(*_args, **_kwargs):
        raise shapely.GEOSException("forced")

    monkeypatch.setattr(shapely, "difference", broken)
    for outside in (False, True):
        found = land(parcels(PARCEL), [(FLOOD, outside)], layer(box(0, 0, 30, 100)))
        assert areas(found) == [("p0", 1, 10_000)]


def test_net_parts_equal_the_pieces_on_random_ground():
    from tests.geo.measure.making import measure, world

    rng = np.random.default_rng(5)
    discs = [shapely.Point(X + x, Y + y).buffer(r) for x, y, r in rng.uniform(5, 95, (12, 3)) / [1, 1, 4]]
    inputs = world(parcels(PARCEL), layer(*discs[:6]), layer(*discs[6:], name="mine"))
    tables = measure(inputs, [FLOOD, Zone("mine")])
    free = tables["pieces"].query("zones == ''").area_m2.sum()
    found = land(inputs.parcels, [(FLOOD, False), (Zone("mine"), False)], *inputs.layers.values())
    assert found.net_m2.sum() == pytest.approx(free, abs=1e-6)
