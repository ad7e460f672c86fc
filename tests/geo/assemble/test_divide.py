"""Cutting land: the area is exact, the remnant is told usable or lost."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.assemble.divide import divide, main_axis
from geo.assemble.spec import CutRule, Limits
from geo.basis.errors import CallError
from geo.basis.units import MU_M2

FREE = CutRule()


def test_eighty_mu_of_two_hundred():
    land = shapely.box(0, 0, 200 * MU_M2 / 250, 250)
    found = divide(
        land, 80 * MU_M2, Limits(min_width_m=60, rect_length_m=150, rect_width_m=80), CutRule(True, 5000, 30)
    )
    assert found.fits
    assert found.part_m2 == pytest.approx(80 * MU_M2, abs=1e-3)
    assert found.remnant_m2 == pytest.approx(120 * MU_M2, abs=1e-3)
    assert (found.usable_m2, found.lost_m2) == (pytest.approx(120 * MU_M2, abs=1e-3), pytest.approx(0, abs=1e-3))
    assert shapely.length(found.line) == pytest.approx(250, abs=1e-6)
    assert shapely.area(shapely.intersection(found.part, found.remnant)) == pytest.approx(0, abs=1e-6)


def test_a_narrow_remnant_is_lost_and_the_other_way_is_taken():
    land = shapely.box(0, 0, 300, 100)
    assert divide(land, 29_000, Limits(), CutRule(True, 0, 11)).lost_m2 == pytest.approx(1000, abs=1e-3)
    assert divide(land, 27_000, Limits(), CutRule(True, 0, 20)).lost_m2 == pytest.approx(0, abs=1e-3)


def test_nothing_is_cut_when_all_is_asked_for():
    land = shapely.box(0, 0, 100, 100)
    found = divide(land, 20_000, Limits(), FREE)
    assert (found.part_m2, found.remnant_m2, shapely.is_empty(found.line)) == (10_000, 0, True)


def test_areas_are_in_the_measure_of_the_basis():
    found = divide(shapely.box(0, 0, 100, 100), 4_000, Limits(), FREE, true_m2=9_990)
    assert found.part_m2 == pytest.approx(4_000, abs=1e-6)
    assert found.remnant_m2 == pytest.approx(5_990, abs=1e-6)
    assert shapely.area(found.part) == pytest.approx(4_000 / 0.999, abs=1e-6)


def test_an_area_of_nothing_is_refused():
    with pytest.raises(CallError):
        divide(shapely.box(0, 0, 1, 1), 0.0, Limits(), FREE)


def test_main_axis_follows_the_longer_side():
    turned = shapely.Polygon(np.array([[0, 0], [30, 30], [25, 35], [-5, 5]]) + 500_000.0)
    assert main_axis(turned) == pytest.approx(45)


@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_area_is_exact_on_any_shape(seed, share):
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.uniform(0, 2 * np.pi, 24))
    radius = rng.uniform(80, 300, 24)
    land = shapely.buffer(shapely.Polygon(np.c_[radius * np.cos(angle), radius * np.sin(angle)] + 4e5), 5.0)
    found = divide(land, share * land.area, Limits(), CutRule(True, 2000, 25))
    assert found.part_m2 == pytest.approx(share * land.area, abs=0.01)
    assert found.part_m2 + found.remnant_m2 == pytest.approx(land.area, abs=0.01)
    assert found.usable_m2 + found.lost_m2 == pytest.approx(found.remnant_m2, abs=1e-6)
