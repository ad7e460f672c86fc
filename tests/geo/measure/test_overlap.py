import numpy as np
import pytest
import shapely

from geo.basis.layer import Zone
from tests.geo.measure.making import box, layer, measure, overlaid, parcels, world

PARCEL = box(0, 0, 100, 100)


def classes(*names):
    out = np.empty(len(names), object)
    out[:] = names
    return out


def by_class(tables, parcel="p0"):
    rows = tables["overlap_classes"]
    mine = rows[rows["parcel_id"] == parcel]
    return dict(zip(mine["class"], mine["area_m2"], strict=True))


def test_classes_count_overlaps_once_within_and_fully_between():
    made = layer(
        box(0, 0, 40, 100), box(20, 0, 60, 100), box(50, 0, 70, 100), box(90, 0, 200, 100),
        classes=classes("0101", "0101", "0301", None),
    )  # fmt: skip
    tables = measure(world(parcels(PARCEL, box(300, 0, 400, 100)), made), [Zone("flood")])
    assert by_class(tables) == pytest.approx({"0101": 6000, "0301": 2000, "": 1000}, abs=1e-6)
    assert by_class(tables, "p1") == {}
    assert tables["overlaps"].set_index("parcel_id").loc["p0", "area_m2"] == pytest.approx(8000)


def test_classes_of_a_parcel_wholly_inside_are_its_area():
    made = layer(box(-10, -10, 200, 200), classes=classes("A"))
    assert by_class(measure(world(parcels(PARCEL), made), [Zone("flood")])) == pytest.approx({"A": 10_000})


def test_maybe_features_and_lost_layers_have_no_class():
    made = layer(PARCEL, PARCEL, maybe=[1], classes=classes("A", "B"))
    assert by_class(measure(world(parcels(PARCEL), made), [Zone("flood")])) == pytest.approx({"A": 10_000})
    lost = layer(PARCEL, state="stale", classes=classes("A"))
    assert measure(world(parcels(PARCEL), lost), [Zone("flood")])["overlap_classes"].empty


def test_a_failed_overlay_has_no_area_in_its_class(monkeypatch):
    def broken(*_args, **_kwargs):
        raise shapely.GEOSException("forced")

    made = layer(box(0, 0, 40, 100), classes=classes("A"))
    overlaid(monkeypatch)
    monkeypatch.setattr(shapely, "intersection", broken)
    found = by_class(measure(world(parcels(PARCEL), made), [Zone("flood")]))
    assert np.isnan(found["A"])


def test_huge_parcels_add_their_classes_up():
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    land = shapely.Polygon(np.c_[500_000 + 500 * np.cos(angle), 3_100_000 + 500 * np.sin(angle)])
    made = layer(box(-600, 0, 600, 600), box(0, -600, 600, 600), classes=classes("N", "E"))
    found = by_class(measure(world(parcels(land), made), [Zone("flood")]))
    assert found == pytest.approx({"N": land.area / 2, "E": land.area / 2}, rel=1e-9)
