import numpy as np
import pyproj
import pytest
import shapely

from geo.basis.area import AreaBasis, basis, statutory_m2
from geo.basis.errors import CallError, CrsError

VECTORS = [
    (113.2, 28.1, "EPSG:4547", 500.0, 216250.0, 216217.086),
    (109.5, 24.3, "EPSG:4545", 1000.0, 865000.0, 864501.163),
    (124.4, 45.0, "EPSG:4550", 2000.0, 3460000.0, 3458933.689),
]


def quadrilateral(lon, lat, crs, size):
    x, y = pyproj.Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(lon, lat)
    offsets = [(0, 0), (size, 0.1 * size), (0.9 * size, size), (-0.1 * size, 0.8 * size)]
    return shapely.Polygon([(x + dx, y + dy) for dx, dy in offsets])


def array(*shapes):
    out = np.empty(len(shapes), object)
    out[:] = shapes
    return out


@pytest.mark.parametrize(("lon", "lat", "crs", "size", "planar", "expected"), VECTORS)
def test_survey_formula_meets_its_test_vectors(lon, lat, crs, size, planar, expected):
    shape = quadrilateral(lon, lat, crs, size)
    assert shape.area == pytest.approx(planar, abs=1e-6)
    assert statutory_m2(array(shape), crs)[0] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("lon", "lat", "crs", "size", "planar", "expected"), VECTORS)
def test_equal_area_and_densified_formula_agree_with_geodesics(lon, lat, crs, size, planar, expected):
    shapes = array(quadrilateral(lon, lat, crs, size))
    made = basis("ellipsoidal", crs, tuple(shapes[0].bounds))
    ours = made.areas(made.project(shapes))[0]
    to_lonlat = pyproj.Transformer.from_crs(crs, "EPSG:4490", always_xy=True)
    fine = shapely.transform(shapely.segmentize(shapes, 20), to_lonlat.transform, interleaved=False)[0]
    reference = abs(pyproj.Geod(ellps="GRS80").geometry_area_perimeter(fine)[0])
    assert ours == pytest.approx(reference, rel=3e-9)
    assert statutory_m2(shapes, crs, edge_m=20)[0] == pytest.approx(reference, rel=3e-9)
    assert abs(ours - planar) > 30  # not the planar area under another name


def test_holes_are_subtracted_and_parts_summed_in_any_ring_direction():
    outer, hole = shapely.box(500000, 3100000, 500400, 3100300), shapely.box(500100, 3100100, 500200, 3100200)
    far = shapely.box(501000, 3100000, 501100, 3100100)
    pierced = outer.difference(hole)
    single = statutory_m2(array(outer, hole, far, pierced), "EPSG:4549")
    assert single[3] == pytest.approx(single[0] - single[1], abs=1e-6)
    both = shapely.MultiPolygon([pierced, far])
    mirrored = shapely.reverse(both)
    assert statutory_m2(array(both, mirrored), "EPSG:4549") == pytest.approx([single[3] + single[2]] * 2, abs=1e-6)


def test_each_crs_is_measured_on_its_own_ellipsoid():
    """Beijing 1954 stands on Krassowsky's ellipsoid; no datum is shifted on the way."""
    crs = "EPSG:21480"
    shapes = array(shapely.box(650000, 3100000, 670000, 3120000))
    to_lonlat = pyproj.Transformer.from_crs(crs, pyproj.CRS(crs).geodetic_crs, always_xy=True)
    fine = shapely.transform(shapely.segmentize(shapes, 50), to_lonlat.transform, interleaved=False)[0]
    own, other = (abs(pyproj.Geod(ellps=e).geometry_area_perimeter(fine)[0]) for e in ("krass", "GRS80"))
    found = statutory_m2(shapes, crs, edge_m=50)[0]
    assert found == pytest.approx(own, rel=1e-9)
    assert abs(other - own) > 1e-6 * own
    made = basis("ellipsoidal", crs, tuple(shapes[0].bounds))
    assert made.areas(made.project(shapes))[0] == pytest.approx(own, rel=1e-9)


def test_empty_and_missing_shapes_have_area_nought():
    shapes = array(None, shapely.Polygon(), shapely.Point(500000, 3100000))
    assert statutory_m2(shapes, "EPSG:4549").tolist() == [0.0, 0.0, 0.0]
    made = basis("ellipsoidal", "EPSG:4549", (500000, 3100000, 501000, 3101000))
    assert made.areas(made.project(shapes)).tolist() == [0.0, 0.0, 0.0]


def test_planar_is_the_study_crs_and_moves_nothing():
    made = basis("planar", "EPSG:4549", (0, 0, 1, 1))
    shapes = array(shapely.box(0, 0, 10, 10))
    assert made == AreaBasis("planar", "EPSG:4549", "EPSG:4549")
    assert made.project(shapes)[0] is shapes[0]


def test_the_centre_is_stable_when_a_few_parcels_are_added():
    one = basis("ellipsoidal", "EPSG:4549", (500000, 3100000, 520000, 3120000))
    more = basis("ellipsoidal", "EPSG:4549", (500000, 3100000, 522000, 3119000))
    assert one == more


def test_long_edges_keep_their_course():
    """A 40 km edge is straight in the study CRS; its image must be bent, not cut short."""
    made = basis("ellipsoidal", "EPSG:4549", (400000, 3000000, 440000, 3040000))
    bare = shapely.box(400000, 3000000, 440000, 3040000)
    dense = shapely.segmentize(bare, 10)
    coarse, fine = made.areas(made.project(array(bare, dense)))
    assert coarse == pytest.approx(fine, rel=3e-11)
    corners = shapely.Polygon(shapely.get_coordinates(made.project(array(*map(shapely.Point, bare.exterior.coords)))))
    assert abs(corners.area - fine) > 1000 * abs(coarse - fine)


def test_a_lost_coordinate_is_an_error_that_names_the_row():
    made = basis("ellipsoidal", "EPSG:4549", (500000, 3100000, 501000, 3101000))
    shapes = array(shapely.box(500000, 3100000, 500010, 3100010), shapely.Point(4e9, 3e9))
    with pytest.raises(CrsError) as caught:
        made.project(shapes)
    found = caught.value.reasons[0]
    assert (found.code, found.values["count"], found.values["rows"]) == ("coordinates_not_finite", 1, ["1"])
    with pytest.raises(CrsError):
        statutory_m2(array(shapely.box(4e9, 3e9, 4e9 + 1, 3e9 + 1)), "EPSG:4549")


def test_bounds_that_are_no_extent_are_refused():
    with pytest.raises(CallError):
        basis("ellipsoidal", "EPSG:4549", (np.nan, 0, 1, 1))
