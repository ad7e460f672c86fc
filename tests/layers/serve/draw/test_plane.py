"""Degrees into metres by a polynomial: against pyproj, in several kinds of systems."""

import numpy as np
import pyproj
import pytest

from layers.serve.draw.plane import REACH, _terms, fitted

COUNTIES = [
    (4549, (118.4, 28.4, 119.0, 28.9)),
    (4490 + 59, (118.95, 28.70, 118.96, 28.71)),
    (26986, (-71.17, 42.35, -71.06, 42.41)),
    (25832, (5.97, 50.66, 6.22, 50.86)),
    (3857, (118.4, 28.4, 119.4, 29.4)),
]


@pytest.mark.parametrize(("crs", "bounds"), COUNTIES)
def test_it_is_within_two_centimetres(crs, bounds):
    p = fitted(crs, bounds)
    assert p["name"] == f"EPSG:{crs}"
    assert p["digits"] == 1
    rng = np.random.default_rng(5)
    u, v = rng.uniform(-REACH, REACH, (2, 500))
    x, y = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(
        p["lon"] + u * p["scale"], p["lat"] + v * p["scale"]
    )
    terms = _terms(u, v, p["degree"])
    assert np.hypot(terms @ p["x"] - x, terms @ p["y"] - y).max() < 0.02


def test_the_order_of_its_terms_is_the_one_the_map_counts_by():
    # u⁰v⁰ u⁰v¹ u⁰v² u¹v⁰ u¹v¹ u²v⁰
    assert _terms(np.array([2.0]), np.array([3.0]), 2).tolist() == [[1, 3, 9, 2, 6, 4]]


def test_where_no_polynomial_is_near_there_is_none():
    assert fitted(4549, (-60.0, -60.0, 118.0, 60.0)) is None
