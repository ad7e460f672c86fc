"""Areas that come out exactly, and the parts the county is made of."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from county import curves, exact, plats, settings, terrain


@given(st.floats(0.7, 1.4), st.floats(60, 420), st.floats(60, 420), st.floats(0, 90))
def test_meet_hits_the_target_on_the_millimetre_grid(share, width, height, angle):
    ring = exact.turned(np.array([(0, 0), (width, 0), (width, height), (0, height)]), np.array([5e5, 3.18e6]), angle)

    def area(corner):
        return shapely.area(shapely.Polygon([ring[0], ring[1], corner, ring[3]]))

    target = width * height * (0.5 + share / 2)
    corner = exact.meet(area, ring[2], target)
    # a millimetre moves the area by half the diagonal; half of that is the worst a grid can leave
    assert area(corner) == pytest.approx(target, abs=0.0005 * np.hypot(width, height) / 2 + 0.004)
    assert np.array_equal(corner, np.round(corner, 3))


def test_meet_refuses_a_corner_without_influence():
    with pytest.raises(ValueError, match="does not change"):
        exact.meet(lambda corner: 5.0, np.array([0.0, 0.0]), 6.0)


def test_turned_is_a_turn_to_the_left():
    (point,) = exact.turned(np.array([(10.0, 0.0)]), np.array([100.0, 200.0]), 90.0)
    assert point == pytest.approx([100.0, 210.0])


def test_streams_of_random_numbers_are_independent_and_repeatable():
    first = settings.rng("one").random(4)
    settings.rng("two").random(100)
    assert np.array_equal(settings.rng("one").random(4), first)
    assert not np.array_equal(settings.rng("two").random(4), first)


def test_plots_of_every_plat_fit_edge_to_edge_into_their_blocks():
    for plat in plats.build(settings.frame()):
        shapes = np.array([p.shape for p in plat.plots], dtype=object)
        assert shapely.coverage_is_valid(shapes), plat.park_id
        assert shapely.is_valid(shapes).all()
        # streets take up what a block of exact area leaves over, but no plot leaves the plat
        assert plat.outline.buffer(1e-6).covers(shapely.union_all(shapes)), plat.park_id


def test_noise_is_smooth_standardised_and_repeatable():
    frame = settings.frame()
    field = terrain.noise(frame, "test", 1500.0, 2)
    assert field.shape == frame.shape
    assert (field.mean(), field.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
    assert np.abs(np.diff(field, axis=1)).max() < 0.2
    assert np.array_equal(field, terrain.noise(frame, "test", 1500.0, 2))


def test_corridor_has_its_width():
    line = np.c_[np.linspace(0, 1000, 60), 40 * np.sin(np.linspace(0, 6, 60))]
    shape = curves.corridor(line, 12.0)
    length = shapely.length(shapely.LineString(line))
    assert shape.area == pytest.approx(12.0 * length, rel=0.01)
    assert shape.geom_type == "Polygon"


def test_ribbon_follows_its_widths():
    line = np.c_[np.linspace(0, 1000, 80), np.zeros(80)]
    shape = curves.ribbon(line, np.linspace(10, 30, 80))
    assert shape.area == pytest.approx(20 * 1000, rel=0.01)


def test_polygons_keeps_only_polygons():
    mixed = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])]
    )
    assert curves.polygons(mixed).equals(shapely.box(0, 0, 1, 1))
    assert curves.polygons(shapely.Point(0, 0)).is_empty
