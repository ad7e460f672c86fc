from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.place.miss import nearest
from geo.place.problem import around
from tests.geo.place import exact
from tests.geo.place.cases import problem, random_problem


def fits_now(case, chosen, project):
    """Whether a project could be placed somewhere while all others stay."""
    freed = np.arange(case.n_projects) == project
    return around(case, chosen, freed)[0].n_options > 0


def more(case, miss, share):
    free = case.free.copy()
    free[miss.accounts] += np.floor(miss.amounts * share).astype(np.int64)
    return replace(case, free=free)


@given(st.integers(0, 10_000))
def test_with_the_amounts_it_fits_and_with_99_percent_it_does_not(seed):
    case = random_problem(seed, projects=6, sites=5, tight=0.4)
    chosen = exact.branch(case).chosen
    for project in np.flatnonzero(chosen < 0):
        miss = nearest(case, chosen, project, np.arange(len(case.free)))
        if miss.option < 0 or miss.taken_by:
            continue
        assert len(miss.accounts) > 0
        assert not fits_now(more(case, miss, 0.99), chosen, project)
        assert fits_now(more(case, miss, 1.0), chosen, project)


def test_misses_of_several_resources_come_as_a_set():
    case = problem([0, 1], [0, 1], [9, 5], [10, 10], [10, 10], np.eye(2), [[4, 6], [3, 5]], [8, 7])
    chosen = np.array([0, -1])
    miss = nearest(case, chosen, 1, np.arange(2))
    assert dict(zip(miss.accounts.tolist(), miss.amounts.tolist(), strict=True)) == {0: 2, 1: 1}
    for alone in (0, 1):
        free = case.free.copy()
        free[miss.accounts[alone]] += miss.amounts[alone]
        assert not fits_now(replace(case, free=free), chosen, 1)


def test_land_that_is_taken_names_who_took_it():
    case = problem([0, 1], [0, 1], [9, 5], [10, 10], [10, 12], [[1, 1], [0, 1]], np.zeros((1, 2)), [0])
    miss = nearest(case, np.array([0, -1]), 1, np.arange(1))
    assert miss.taken_by == (0,)
    assert miss.land == 0


def test_room_of_a_shared_block():
    case = problem([0, 1], [0, 0], [9, 5], [60, 70], [100], [[1]], np.zeros((1, 2)), [0])
    miss = nearest(case, np.array([0, -1]), 1, np.arange(1))
    assert (miss.land, miss.taken_by) == (30, (0,))


def test_a_project_without_options_misses_nothing_that_could_be_given():
    case = problem([0], [0], [9], [10], [10], [[1]], [[1]], [5], n_projects=2)
    assert nearest(case, np.array([0, -1]), 1, np.arange(1)).option == -1


@pytest.mark.parametrize("seed", range(5))
def test_taking_lowers_the_accounts_and_giving_back_restores_them(seed):
    from geo.place.problem import State

    case = random_problem(seed)
    state = State(case)
    before = state.left.copy(), state.room.copy(), state.barred.copy()
    chosen = exact.branch(case).chosen
    taken = chosen[chosen >= 0]
    for option in taken:
        state.take(int(option))
    assert np.array_equal(state.left, case.left(chosen))
    for option in taken[::-1]:
        state.give_back(int(option))
    assert all(np.array_equal(a, b) for a, b in zip(before, (state.left, state.room, state.barred), strict=True))
