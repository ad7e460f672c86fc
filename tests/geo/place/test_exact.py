import numpy as np
import pytest

from geo.place import greedy, relax
from geo.place.rows import rows, valid
from tests.geo.place import exact
from tests.geo.place.cases import best, problem, random_problem


@pytest.mark.parametrize("seed", range(25))
def test_branching_reaches_the_value_of_trying_everything(seed):
    case = random_problem(seed)
    found = exact.branch(case)
    assert case.total(found.chosen) == best(case)
    assert valid(case, found.chosen)
    assert found.bound == pytest.approx(case.goal[found.chosen[found.chosen >= 0]].sum(), abs=1e-4)


@pytest.mark.parametrize("seed", range(10))
def test_relaxation_bounds_and_greedy_answers_are_valid(seed):
    case = random_problem(seed)
    bound = relax.relax(rows(case))
    top = best(case)
    assert bound.bound >= top - 1e-6
    for chosen in (greedy.by_value(case), greedy.by_density(case), greedy.by_relaxation(case, bound)):
        assert valid(case, chosen)
        assert case.total(chosen) <= top


def test_one_site_takes_two_projects_when_cut_but_no_part_is_used_twice():
    # site 0 = part a (100), site 1 = parts a and b (150): both hold two projects of 50, not together
    case = problem([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [10] * 6, [50] * 6, [100, 150], [[1, 1], [0, 1]],
                   np.zeros((1, 6)), [0])  # fmt: skip
    found = exact.branch(case)
    assert case.total(found.chosen) == 30
    assert set(case.site[found.chosen]) == {1}


def test_what_must_be_placed_is_placed_or_nothing_is():
    case = problem([0, 1], [0, 0], [10, 1], [80, 80], [100], [[1]], [[1, 1]], [1], must=[False, True])
    assert case.total(exact.branch(case).chosen) == 1
    never = problem([0, 1], [0, 0], [10, 1], [80, 80], [100], [[1]], [[1, 2]], [1], must=[False, True])
    assert exact.branch(never).impossible


def test_liking_decides_only_between_equal_values():
    case = problem([0, 0], [0, 1], [5, 5], [1, 1], [1, 1], [[1, 0], [0, 1]], [[0, 0]], [0], liking=[0.2, 0.9])
    assert case.site[exact.branch(case).chosen[0]] == 1
    dearer = problem([0, 0], [0, 1], [6, 5], [1, 1], [1, 1], [[1, 0], [0, 1]], [[0, 0]], [0], liking=[0.0, 1.0])
    assert dearer.site[exact.branch(dearer).chosen[0]] == 0


def test_nothing_to_place_is_an_answer():
    case = problem([], [], [], [], [10], [[1]], np.zeros((1, 0)), [5], n_projects=2)
    assert exact.branch(case).chosen.tolist() == [-1, -1]
