"""Closeness to the ideal where it can be told by hand: all alike, one criterion that says nothing, costs."""

import numpy as np
import pytest

from geo.rank.topsis import closeness

HOW = ("value_functions", "vector", "minmax")


@pytest.mark.parametrize("how", ["vector", "minmax"])
@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_where_all_are_alike_nobody_is_nearer(how, value):
    matrix = np.full((3, 2), value)
    assert closeness(matrix, np.array([0.5, 0.5]), [True, False], how).tolist() == [0.5] * 3


@pytest.mark.parametrize("how", HOW)
def test_without_any_weight_nobody_is_nearer(how):
    assert closeness(np.array([[0.2, 0.9], [0.7, 0.1]]), np.zeros(2), [True, True], how).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("how", HOW)
def test_a_criterion_in_which_all_are_alike_decides_nothing(how):
    matrix = np.array([[0.0, 0.0], [1.0, 0.0]])
    assert closeness(matrix, np.array([1.0, 0.0]), [True, True], how).tolist() == [0.0, 1.0]


def test_shares_are_held_against_all_and_nothing():
    got = closeness(np.array([[0.0], [0.25], [1.0]]), np.array([2.0]), [True], "value_functions")
    assert got.tolist() == pytest.approx([0.0, 0.25, 1.0])


@pytest.mark.parametrize("how", ["vector", "minmax"])
def test_of_a_cost_the_least_is_best(how):
    got = closeness(np.array([[1.0], [3.0], [5.0]]), np.array([1.0]), [False], how)
    assert got.tolist() == pytest.approx([1.0, 0.5, 0.0])


@pytest.mark.parametrize(("how", "expected"), [("vector", [1 / 1.2, 0.2 / 1.2]), ("minmax", [0.5, 0.5])])
def test_lengths_and_spans_are_two_ways_to_make_figures_comparable(how, expected):
    # by length 3 and 4 become 0.6 and 0.8, by span 0 and 1; the other criterion is 1 and 0 either way
    got = closeness(np.array([[3.0, 1.0], [4.0, 0.0]]), np.array([1.0, 1.0]), [True, True], how)
    assert got.tolist() == pytest.approx(expected)
