"""Which system are these numbers in (reliability cases 1-8, 12-13)?"""

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from layers.sources import gate
from layers.sources.checks import crs
from tests.layers.sources import make

STUDY = "EPSG:4549"


def square(x, y, side=1000.0):
    return np.array([shapely.box(x, y, x + side, y + side)], object)


def settled(shapes, declared="", accept=(), study=STUDY):
    return crs.settle(shapes, declared, study, accept)


def blocks(found):
    return [(f.code, f.proposal) for f in found.findings if f.severity == "block"]


@pytest.mark.parametrize(
    ("x", "y", "side", "first"),
    [
        (119.9, 28.5, 0.01, "crs:EPSG:4490"),
        (40_510_000, 3_150_000, 1000, "crs:EPSG:4528"),
        (37_510_000, 3_150_000, 1000, "crs:EPSG:4525"),
        (20_510_000, 3_150_000, 1000, "crs:EPSG:4498"),
        (28.5, 119.9, 0.01, "swap-axes"),
        (3_150_000, 510_000, 1000, "swap-axes"),
        (3_150_000, 40_510_000, 1000, "swap-axes"),
        (-71.1, 42.3, 0.01, "crs:EPSG:4326"),
    ],
)
def test_guesses_by_range(x, y, side, first):
    assert crs.guesses((x, y, x + side, y + side))[0] == first


def test_a_plain_easting_leaves_the_meridian_open_without_a_study():
    open_ = crs.guesses((510_000, 3_150_000, 511_000, 3_151_000))
    assert open_ == [f"crs:EPSG:{code}" for code in range(4534, 4555)]
    [(code, proposal)] = blocks(settled(square(510_000, 3_150_000), study=""))
    assert (code, proposal) == ("crs_missing_open", "")


def test_missing_crs_blocks_until_the_proposal_is_accepted():
    shapes = square(510_000, 3_150_000)
    [(code, proposal)] = blocks(settled(shapes))
    assert (code, proposal) == ("crs_missing", "crs:EPSG:4549")
    accepted = settled(shapes, accept=(proposal,))
    assert accepted.usable
    assert accepted.crs == STUDY


def test_degrees_under_a_projected_crs():
    [(code, proposal)] = blocks(settled(square(119.9, 28.5, 0.01), "EPSG:4549"))
    assert (code, proposal) == ("crs_metres_expected", "crs:EPSG:4490")


def test_metres_under_a_geographic_crs():
    assert blocks(settled(square(510_000, 3_150_000), "EPSG:4326")) == [("crs_degrees_expected", "crs:EPSG:4549")]


def test_swapped_axes_are_exchanged_when_accepted():
    shapes = square(28.5, 119.9, 0.01)
    assert blocks(settled(shapes, "EPSG:4490")) == [("axes_swapped", "swap-axes")]
    found = settled(shapes, "EPSG:4490", accept=("swap-axes",))
    assert found.usable
    moved, finite = crs.transformed(shapes, found, STUDY)
    assert finite.all()
    expected = Transformer.from_crs("EPSG:4490", STUDY, always_xy=True).transform(119.9, 28.5)
    assert shapely.bounds(moved[0])[:2] == pytest.approx(expected, abs=30)


def test_a_zone_prefix_under_the_system_without_one_and_back():
    assert blocks(settled(square(40_510_000, 3_150_000), "EPSG:4549")) == [("crs_lost", "crs:EPSG:4528")]
    assert blocks(settled(square(510_000, 3_150_000), "EPSG:4528")) == [("crs_lost", "crs:EPSG:4549")]


def test_the_neighbouring_zone_is_a_warning():
    x, y = Transformer.from_crs("EPSG:4490", "EPSG:4548", always_xy=True).transform(120.2, 28.5)
    found = settled(square(x, y), "EPSG:4548")
    assert found.usable
    [warn] = found.findings
    assert warn.code == "far_from_meridian"
    assert warn.reason.values["degrees"] == pytest.approx(3.2, abs=0.05)


@pytest.mark.parametrize("old", ["EPSG:2415", "EPSG:2363"])
def test_an_old_datum_blocks_until_the_error_is_accepted(old):
    shapes = square(39_510_000, 2_850_000)
    assert blocks(settled(shapes, old)) == [("datum_shift_unknown", "ballpark-datum-shift")]
    found = settled(shapes, old, accept=("ballpark-datum-shift",))
    assert found.usable
    assert [f.code for f in found.findings] == ["datum_shift_ballpark"]


def test_real_beijing54_data(tmp_path):
    path = make.real("real/cn_samples/youwuzhen_beijing54/outlet_beijing1954.shp")
    file = gate.open_vector(path, tmp_path)
    found = settled(file.shapes, file.crs, study="EPSG:4547")
    assert [f.code for f in found.findings if f.severity == "block"] == ["datum_shift_unknown"]


def test_nonsense_and_infinite():
    assert [c for c, _ in blocks(settled(square(510_000, 3_150_000), "EPSG:99999"))] == ["crs_unknown"]
    far, finite = crs.transformed(square(1e7, 9e7), crs.Settled("EPSG:4549"), "EPSG:4490")
    assert finite.tolist() == [far[0] is not None]


def test_transforming_is_exact_and_there_is_only_one():
    shapes = square(510_000, 3_150_000)
    same, _ = crs.transformed(shapes, crs.Settled(STUDY), STUDY)
    assert same[0].equals_exact(shapes[0], 0)
    there, _ = crs.transformed(shapes, crs.Settled(STUDY), "EPSG:4490")
    back, _ = crs.transformed(there, crs.Settled("EPSG:4490"), STUDY)
    assert back[0].equals_exact(shapes[0], 1e-5)


XIAN_80_ZONE = "EPSG:2384"
"""Xian 1980, three degrees, 117° E."""
SEVEN = (12.5, -103.2, -42.8, 0.31, -0.22, 1.05, -3.7)


def by_hand(east, north, parameters):
    """Bursa-Wolf, position vector, written out: Xian 80 in metres to geocentric CGCS2000."""
    dx, dy, dz, rx, ry, rz, ppm = parameters
    to_degrees = Transformer.from_crs(XIAN_80_ZONE, "EPSG:4610", always_xy=True)
    lon, lat = np.radians(to_degrees.transform(east, north))
    a, f = 6_378_140.0, 1 / 298.257
    e2 = f * (2 - f)
    n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    old = np.array([n * np.cos(lat) * np.cos(lon), n * np.cos(lat) * np.sin(lon), n * (1 - e2) * np.sin(lat)])
    rx, ry, rz = np.radians(np.array([rx, ry, rz]) / 3600)
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    return np.array([dx, dy, dz]) + (1 + ppm * 1e-6) * turn @ old


@pytest.mark.parametrize("parameters", [SEVEN, (*SEVEN[:3], 0.0, 0.0, 0.0, 0.0)])
def test_parameters_of_an_old_datum_move_as_the_formula_says(parameters):
    place = (500_000.0, 3_150_000.0)
    shapes = np.array([shapely.Point(place)], object)
    numbers = parameters if any(parameters[3:]) else parameters[:3]
    settled = crs.settle(shapes, XIAN_80_ZONE, "EPSG:4549", ["datum:" + ",".join(map(str, numbers))])
    assert settled.usable
    assert [f.code for f in settled.findings] == ["datum_shift_given"]
    moved, finite = crs.transformed(shapes, settled, "EPSG:4549")
    assert finite.all()
    back = Transformer.from_crs("EPSG:4549", "EPSG:4490", always_xy=True)
    lon, lat = np.radians(back.transform(moved[0].x, moved[0].y))
    x, y, z = by_hand(*place, parameters)
    a, f = 6_378_137.0, 1 / 298.257222101
    assert lon == pytest.approx(np.arctan2(y, x), abs=1e-10)
    e2, flat = f * (2 - f), np.hypot(x, y)
    for _ in range(20):
        n = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        latitude = np.arctan2(z + e2 * n * np.sin(lat), flat)
        lat_now, lat = lat, latitude
    assert lat_now == pytest.approx(np.radians(back.transform(moved[0].x, moved[0].y))[1], abs=1e-9)  # 6 mm


def test_the_sign_of_the_rotations_is_said():
    shapes = np.array([shapely.Point(500_000.0, 3_150_000.0)], object)
    frame = (*SEVEN[:3], *(-v for v in SEVEN[3:6]), SEVEN[6])
    one, other = (
        crs.transformed(shapes, crs.settle(shapes, XIAN_80_ZONE, "EPSG:4549", [f"{kind}{','.join(map(str, p))}"]),
                        "EPSG:4549")[0][0]
        for kind, p in (("datum:", SEVEN), ("datum-cf:", frame))
    )  # fmt: skip
    assert one.distance(other) < 1e-6


PLANE = (-4.31, 117.62, -2.35, 3.1)
"""North, east, turn, scale."""


@pytest.mark.parametrize(("zone", "east"), [("EPSG:2385", 512_345.0), ("EPSG:2364", 40_512_345.0)])
def test_four_parameters_of_a_plane_move_as_the_formula_says(zone, east):
    """Xian 1980 with and without the number of the zone (40, 120° E) into CGCS2000 of 117° E."""
    north, turn, k = 3_150_000.0, np.radians(-2.35 / 3600), 1 + 3.1e-6
    shapes = np.array([shapely.Point(east, north)], object)
    found = crs.settle(shapes, zone, "EPSG:4548", ["plane:" + ",".join(map(str, PLANE))])
    assert [f.code for f in found.findings if f.code != "far_from_meridian"] == ["datum_shift_given"]
    moved, _ = crs.transformed(shapes, found, "EPSG:4548")
    plain = 512_345.0
    there = (PLANE[1] + k * (north * np.sin(turn) + plain * np.cos(turn)),
             PLANE[0] + k * (north * np.cos(turn) - plain * np.sin(turn)))  # fmt: skip
    wanted = Transformer.from_crs("EPSG:4549", "EPSG:4548", always_xy=True).transform(*there)
    assert (moved[0].x, moved[0].y) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize(
    ("numbers", "system", "code"),
    [
        ("1,2,3", XIAN_80_ZONE, "datum_parameters_wrong"),
        ("-4.3,117.6,-2.3,3.1;", XIAN_80_ZONE, "datum_parameters_wrong"),
        ("-4.3,117.6,-230,3.1", XIAN_80_ZONE, "plane_shift_far"),
        ("-4.3,117.6,-2.3,3.1", "EPSG:4610", "plane_shift_of_degrees"),
    ],
)
def test_four_parameters_that_lead_elsewhere_block(numbers, system, code):
    at = shapely.Point(120.1, 28.4) if system == "EPSG:4610" else shapely.Point(500_000.0, 3_150_000.0)
    found = crs.settle(np.array([at], object), system, "EPSG:4549", ["plane:" + numbers])
    assert code in [f.code for f in found.findings if f.severity == "block"]


@pytest.mark.parametrize(
    "wrong", ["datum:1,2", "datum:1,2,3,4,5,6,x", "datum:1,2,3,4,5,6,9999", "datum:1e9,0,0", "datum:nan,0,0"]
)
def test_parameters_that_are_none_block(wrong):
    shapes = np.array([shapely.Point(500_000.0, 3_150_000.0)], object)
    assert not crs.settle(shapes, XIAN_80_ZONE, "EPSG:4549", [wrong]).usable
