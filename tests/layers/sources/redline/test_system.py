"""Zones and axis order: the pure functions, against the EPSG database."""

import numpy as np
import pyproj
import pytest

from layers.sources.redline.model import Notes, Point, StatedSystem
from layers.sources.redline.system import axis_order, recognise
from layers.sources.redline.zones import Wanted, meridian, old_datum, same, zone_code, zone_of

ZONES = [(z, 3, p) for z in range(25, 46) for p in (True, False)] + [
    (z, 6, p) for z in range(13, 24) for p in (True, False)
]


@pytest.mark.parametrize(("zone", "band", "prefixed"), ZONES)
def test_codes_agree_with_the_database(zone, band, prefixed):
    code = zone_code(zone, band, prefixed)
    crs = pyproj.CRS.from_user_input(code)
    parameters = {p.name: p.value for p in crs.coordinate_operation.params}
    assert crs.geodetic_crs.to_epsg() == 4490
    assert parameters["Longitude of natural origin"] == meridian(zone, band)
    assert parameters["False easting"] == 500_000 + (zone * 1e6 if prefixed else 0)
    assert zone_of(code) == zone_of(crs.to_wkt()) == (zone, band, prefixed)


@pytest.mark.parametrize(("zone", "band"), [(24, 3), (46, 3), (12, 6), (24, 6)])
def test_zones_that_do_not_exist(zone, band):
    assert zone_code(zone, band, False) == ""


def test_other_systems_are_no_zones():
    assert [zone_of(c) for c in ("EPSG:32650", "EPSG:4490", "EPSG:2383")] == [None, None, None]


@pytest.mark.parametrize(
    ("text", "datum"),
    [("1954北京坐标系", "Beijing 1954"), ("北京54", "Beijing 1954"), ("1980西安坐标系", "Xian 1980"),
     ("80西安", "Xian 1980"),
     ("西安大地坐标系", "Xian 1980"), ("2000国家大地坐标系", ""), ("CGCS2000", ""), ("国家2000", ""), ("", "")],
)  # fmt: skip
def test_old_datums(text, datum):
    assert old_datum(text) == datum


def test_order_of_columns_point_by_point():
    first = np.array([3.18e6, 5e5, 40.5e6, 5e5, 120.0])
    second = np.array([5e5, 3.18e6, 3.18e6, 5e5, 28.0])
    assert axis_order(first, second).tolist() == [1, 2, 2, 3, 0]


def test_one_system_under_two_names():
    assert same("EPSG:4549", pyproj.CRS.from_epsg(4549).to_wkt())
    assert not same("EPSG:4549", "EPSG:4528")


def points(*places):
    return [Point(f"J{k}", a, b, k) for k, (a, b) in enumerate(places, 1)]


def test_the_far_south_is_asked():
    notes = Notes()
    found = recognise(
        points((8e5, 5e5), (8.001e5, 5e5), (8.001e5, 5.001e5)), StatedSystem(zone=38), Wanted("EPSG:4547"), notes
    )
    assert (found.crs, found.axes) == ("EPSG:4547", "xy_north_first")
    assert "redline_axes_open" in {r.code for r in notes.confirmations}


def test_a_study_elsewhere_is_recognised_by_its_bounds():
    wanted = Wanted("EPSG:27700", (0.0, 0.0, 700_000.0, 100_000.0))
    for places in ([(600_000.0, 20_000.0), (600_100.0, 20_000.0)], [(50.0, 90_000.0), (60.0, 99_999.0)]):
        notes = Notes()
        found = recognise(points(*places), StatedSystem(order="east_first"), wanted, notes)
        assert (found.crs, found.axes) == ("EPSG:27700", "east_first")
        assert "redline_crs_of_study" in {r.code for r in notes.confirmations}
    notes = Notes()
    assert recognise(points((20_000.0, 900_000.0)), StatedSystem(), wanted, notes) is None
    assert notes.problems


@pytest.mark.parametrize(
    ("stated", "code"),
    [(StatedSystem(zone=41), "redline_zone_mismatch"), (StatedSystem(zone=40, band=6), "redline_band_mismatch"),
     (StatedSystem(unit="deg"), "redline_degrees_expected"),
     (StatedSystem(datum="地方坐标系"), "redline_datum_unknown")],
)  # fmt: skip
def test_header_and_numbers_are_cross_checked(stated, code):
    notes = Notes()
    assert recognise(points((3.18e6, 40.5e6)), stated, Wanted("EPSG:4549"), notes) is None
    assert [r.code for r in notes.problems] == [code]


def test_a_prefix_that_is_no_zone():
    notes = Notes()
    assert recognise(points((3.18e6, 24.5e6)), StatedSystem(), Wanted("EPSG:4549"), notes) is None
    assert [r.code for r in notes.problems] == ["redline_zone_unknown"]


def test_a_band_without_zone_must_be_that_of_the_study():
    notes = Notes()
    assert recognise(points((3.18e6, 5e5)), StatedSystem(band=6), Wanted("EPSG:4549"), notes) is None
    assert [r.code for r in notes.problems] == ["redline_band_not_study"]


def test_a_study_with_prefix_reads_six_digits_in_the_same_zone():
    found = recognise(points((3.18e6, 5e5)), StatedSystem(), Wanted("EPSG:4528"), Notes())
    assert found.crs == "EPSG:4549"
