import numpy as np
import pytest
import shapely

from geo.basis.area import basis
from geo.basis.layer import Zone
from geo.basis.progress import silent
from geo.basis.tables import settled
from geo.measure import by_overlay, robust
from geo.measure.pieces import IN
from geo.measure.zones import Ground
from tests.geo.measure.making import CRS, X, Y, box, layer, measure, overlaid, overlap, parcels, pieces, world

FLOOD, MINE = Zone("flood"), Zone("mine")
PARCEL = box(0, 0, 100, 100)


def approx(expected):
    return pytest.approx(expected, abs=1e-6)


def test_exact_sets_of_zones_add_up():
    tables = measure(
        world(parcels(PARCEL), layer(box(50, -10, 200, 200)), layer(box(-10, -10, 200, 50), name="mine")), [FLOOD, MINE]
    )
    assert pieces(tables) == approx({"": 2500, "flood": 2500, "mine": 2500, "flood|mine": 2500})


def test_features_of_one_layer_that_overlap_count_once():
    tables = measure(
        world(parcels(PARCEL), layer(box(0, 0, 60, 100), box(40, 0, 80, 100), box(40, 0, 80, 100))), [FLOOD]
    )
    assert pieces(tables) == approx({"flood": 8000, "": 2000})
    assert overlap(tables) == approx((8000, 8000, 0.8, 1.0))


def test_a_zone_that_only_touches_has_no_piece():
    touching = [box(100, 0, 200, 100), box(100, 100, 200, 200), box(-50, -50, 0, 0)]
    tables = measure(world(parcels(PARCEL), layer(*touching)), [FLOOD])
    assert pieces(tables) == approx({"": 10_000})
    assert tables["overlaps"].empty


def test_holes_and_parts_on_both_sides():
    ring = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    island = shapely.MultiPolygon([box(45, 45, 50, 50), box(200, 0, 300, 10)])
    two = shapely.MultiPolygon([ring, box(210, 0, 220, 10)])
    tables = measure(world(parcels(two, PARCEL), layer(island), layer(ring, name="mine")), [FLOOD, MINE])
    assert pieces(tables, "p0") == approx({"mine": 9600, "flood": 100})
    assert pieces(tables, "p1") == approx({"mine": 9600, "flood": 25, "": 375})


def test_parcels_that_overlap_one_another_are_measured_alone():
    tables = measure(world(parcels(PARCEL, PARCEL, box(50, 0, 150, 100)), layer(box(50, 0, 100, 100))), [FLOOD])
    assert [overlap(tables, parcel=p)[0] for p in ("p0", "p1", "p2")] == approx([5000, 5000, 5000])


def test_unknown_coverage_leaves_all_ground_in_doubt_that_is_not_found():
    tables = measure(world(parcels(PARCEL), layer(box(0, 0, 30, 100), coverage="unknown")), [FLOOD])
    assert pieces(tables) == approx({"flood": 3000, "?flood": 7000})
    assert overlap(tables) == approx((3000, 10_000, 0.3, 0.3))


def test_ground_outside_the_coverage_is_in_doubt_and_presence_proves_anywhere():
    known = box(0, 0, 60, 100)
    tables = measure(world(parcels(PARCEL), layer(box(50, 0, 80, 100), coverage="partial", known=known)), [FLOOD])
    assert pieces(tables) == approx({"": 5000, "flood": 3000, "?flood": 2000})
    assert overlap(tables) == approx((3000, 5000, 0.3, 0.8))


def test_complete_within_a_boundary_is_known_only_inside_it():
    tables = measure(world(parcels(PARCEL), layer(known=box(0, 0, 60, 100))), [FLOOD])
    assert pieces(tables) == approx({"": 6000, "?flood": 4000})


def test_a_buffer_eats_into_the_coverage():
    """An unseen feature 10 m beyond the edge would reach 10 m in."""
    tables = measure(
        world(parcels(PARCEL), layer(coverage="partial", known=box(-50, -50, 60, 150))), [Zone("flood", 10.0)]
    )
    assert pieces(tables) == approx({"": 5000, "?flood+10": 5000})


def test_features_outside_the_study_reach_in_through_their_buffer():
    tables = measure(world(parcels(PARCEL), layer(box(105, 0, 110, 100))), [FLOOD, Zone("flood", 25.0)])
    assert pieces(tables) == approx({"flood+25": 2000, "": 8000})


def test_round_buffers_keep_their_promise():
    point = shapely.Point(X + 50, Y + 50)
    for radius in (5.0, 30.0, 400.0):
        tables = measure(world(parcels(box(-500, -500, 600, 600)), layer(point)), [Zone("flood", radius)])
        true, got = np.pi * radius**2, overlap(tables, buffer_m=radius)[0]
        assert true - 2 * np.pi * radius * 0.05 <= got <= true


def test_lines_have_no_area_until_they_are_buffered():
    line = shapely.LineString([(X - 10, Y + 50), (X + 110, Y + 50)])
    tables = measure(world(parcels(PARCEL), layer(line)), [FLOOD, Zone("flood", 5.0)])
    assert pieces(tables) == approx({"?flood|flood+5": 1000, "?flood": 9000})
    state = tables["zones"].set_index("buffer_m")
    assert (state.loc[0.0, "state"], state.loc[0.0, "cause"]) == ("failed", "no_area")
    assert state.loc[5.0, "state"] == "ok"


def test_maybe_features_widen_the_interval_only_where_nothing_is_certain():
    tables = measure(world(parcels(PARCEL), layer(box(0, 0, 30, 100), box(20, 0, 50, 100), maybe=[1])), [FLOOD])
    assert pieces(tables) == approx({"flood": 3000, "?flood": 2000, "": 5000})
    assert overlap(tables) == approx((3000, 5000, 0.3, 0.8))
    zone = tables["zones"].iloc[0]
    assert (zone["features"], zone["maybe"]) == (1, 1)


@pytest.mark.parametrize("state", ["missing", "failed", "stale"])
def test_a_layer_that_is_not_ok_proves_nothing(state):
    tables = measure(world(parcels(PARCEL), layer(box(0, 0, 30, 100), state=state)), [FLOOD])
    assert pieces(tables) == approx({"?flood": 10_000})
    assert tables["zones"].iloc[0][["state", "cause"]].tolist() == [state, f"layer_{state}"]


def test_a_zone_without_a_layer_is_not_in_the_tables():
    tables = measure(world(parcels(PARCEL)), [Zone("nowhere")])
    assert tables["zones"].empty
    assert pieces(tables) == approx({"": 10_000})


def test_an_empty_parcel_keeps_a_row_of_area_nought():
    tables = measure(world(parcels(PARCEL, shapely.Polygon()), layer(PARCEL)), [FLOOD])
    assert pieces(tables, "p1") == {"": 0.0}


def test_no_parcels_and_no_zones_give_empty_tables_of_the_right_form():
    for lands, layers in ((parcels(), [layer(PARCEL)]), (parcels(), []), (parcels(PARCEL), [])):
        tables = measure(world(lands, *layers), [FLOOD], ["flood"])
        for name, frame in tables.items():
            settled(name, frame)


def test_huge_features_are_cut_up_and_lose_nothing():
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    noise = 1 + 0.05 * np.random.default_rng(1).random(angle.size)
    banks = shapely.Polygon(np.c_[X + 500 * noise * np.cos(angle), Y + 500 * noise * np.sin(angle)])
    lands = [box(x, y, x + 97, y + 83) for x in range(-600, 600, 97) for y in range(-600, 600, 83)]
    tables = measure(world(parcels(*lands), layer(banks)), [FLOOD])
    found = [overlap(tables, parcel=f"p{k}")[0] for k in range(len(lands))]
    assert found == pytest.approx([land.intersection(banks).area for land in lands], abs=1e-6)


def test_a_huge_parcel_is_cut_up_and_loses_nothing():
    angle = np.linspace(0, 2 * np.pi, 5_000, endpoint=False)
    land = shapely.Polygon(np.c_[X + 500 * np.cos(angle), Y + 500 * np.sin(angle)])
    tables = measure(world(parcels(land), layer(box(0, -600, 600, 600))), [FLOOD])
    assert pieces(tables) == pytest.approx({"flood": land.area / 2, "": land.area / 2}, rel=1e-9)


def test_pieces_and_overlaps_agree_on_the_ellipsoid_and_the_ledger_closes():
    far = 100_000  # away from the central meridian, where planar areas are too large
    made = basis("ellipsoidal", CRS, (X + far, Y, X + far + 100, Y + 100))
    inputs = world(
        parcels(box(far, 0, far + 100, 100)),
        layer(box(far + 50, -10, far + 200, 200)),
        layer(box(far - 10, 20, far + 200, 50), name="mine"),
    )
    tables = measure(inputs, [FLOOD, MINE], basis=made)
    whole = made.areas(made.project(inputs.parcels.geometry.to_numpy()))[0]
    assert 9997 < whole < 9999
    assert sum(pieces(tables).values()) == pytest.approx(whole, abs=1e-7)
    with_flood = sum(v for k, v in pieces(tables).items() if "flood" in k)
    assert overlap(tables)[0] == pytest.approx(with_flood, abs=1e-9)
    assert with_flood == pytest.approx(whole / 2, rel=1e-6)


def test_an_overlay_that_fails_is_unknown_and_never_nought(monkeypatch):
    """Every attempt fails: the zone is in doubt on the whole parcel, and the cause says why."""

    def broken(*_args, **_kwargs):
        raise shapely.GEOSException("TopologyException: forced")

    overlaid(monkeypatch)
    monkeypatch.setattr(shapely, "intersection", broken)
    inputs = world(parcels(PARCEL, box(300, 0, 400, 100)), layer(box(50, 0, 80, 100)))
    tables = measure(inputs, [FLOOD])
    assert pieces(tables, "p0") == approx({"?flood": 10_000})
    assert pieces(tables, "p1") == approx({"": 10_000})
    assert tables["zones"].iloc[0]["cause"] == "geometry_failed"


def test_a_wrong_overlay_is_noticed_and_done_again_on_a_grid(monkeypatch):
    """GEOS may return a wrong polygon without an error; areas that do not balance give it away."""
    true = shapely.intersection

    def wrong(left, right, grid_size=None):
        found = true(left, right, grid_size=grid_size)
        return found if grid_size else shapely.buffer(found, 3.0)

    overlaid(monkeypatch)
    monkeypatch.setattr(robust.shapely, "intersection", wrong)
    tables = measure(world(parcels(PARCEL), layer(box(50, 0, 80, 100))), [FLOOD])
    assert pieces(tables) == pytest.approx({"flood": 3000, "": 7000}, abs=1e-3)


def test_labels_are_sorted_by_zone_whatever_the_order_asked():
    layers = [layer(PARCEL, name=n) for n in ("zoo", "alpha")] + [layer(name="mid", coverage="unknown")]
    zones = [Zone("zoo"), Zone("mid"), Zone("alpha"), Zone("alpha", 5.0)]
    tables = measure(world(parcels(PARCEL), *layers), zones)
    assert list(pieces(tables)) == ["alpha|alpha+5|?mid|zoo"]


def test_tables_fit_the_schema():
    inputs = world(parcels(PARCEL, box(100, 0, 200, 100)), layer(box(50, 0, 130, 60), coverage="unknown"))
    for name, frame in measure(inputs, [FLOOD, Zone("flood", 5.0)], ["flood"]).items():
        assert len(settled(name, frame)) == len(frame)


def test_a_crumb_left_by_one_zone_takes_no_ground_of_the_next(monkeypatch):
    """An overlay may hand a cell of 2e-4 m² more ground than it has; what the zone has of the parcel stays."""
    parcel, west = shapely.box(0, 0, 200, 200), shapely.box(0, 0, 150, 200)
    most = shapely.box(0, 0, 200, 199.999999)
    grounds = [Ground(Zone(name, 0.0), np.array([zone])) for name, zone in (("a", most), ("b", west))]
    sound = robust.parted

    def swollen(shapes, parts):
        within, beyond = sound(shapes, parts)
        crumbs = shapely.area(shapes) < 1e-3
        within[crumbs] = shapely.box(0, 199, 27, 200)
        return within, beyond

    monkeypatch.setattr(by_overlay.robust, "parted", swollen)
    made = by_overlay.cut(np.array(["P"], object), np.array([parcel]), grounds, silent)
    for column, area in enumerate((most.area, west.area)):
        assert made.area_m2[made.states[:, column] == IN].sum() == pytest.approx(area, abs=3e-4)
    assert made.area_m2.sum() == pytest.approx(parcel.area, abs=1e-6)
