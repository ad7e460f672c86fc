from dataclasses import replace

import numpy as np
import pytest

from geo.place.price import force, runner_up, with_more
from geo.place.solve import solve
from tests.geo.place.cases import best, problem, random_problem


@pytest.mark.parametrize("seed", range(12))
def test_price_of_forcing_equals_trying_everything(seed):
    case = random_problem(seed, projects=6, sites=4)
    top = solve(case)
    assert top.gap == 0.0
    for project in np.flatnonzero(top.chosen < 0):
        forced = force(case, top, project)
        must = case.must.copy()
        must[project] = True
        value = best(replace(case, must=must))
        assert (forced.chosen is None) == (value is None)
        if value is not None:
            assert forced.price == top.value - value
            assert forced.chosen[project] >= 0


@pytest.mark.parametrize("seed", range(8))
def test_runner_up_stands_elsewhere(seed):
    case = random_problem(seed)
    top = solve(case)
    for project in np.flatnonzero(top.chosen >= 0):
        second = runner_up(case, top, project)
        if second.chosen is not None:
            assert case.site[second.chosen[project]] != case.site[top.chosen[project]]
            assert second.price >= 0


def test_more_headroom_places_more():
    case = problem([0, 1], [0, 1], [9, 5], [1, 1], [1, 1], np.eye(2), [[4, 6]], [8])
    assert solve(case).chosen.tolist() == [0, -1]
    top = solve(case)
    assert with_more(case, top, np.array([1])).enters == ()
    more = with_more(case, top, np.array([2]))
    assert (more.enters, more.leaves, more.price) == ((1,), (), -5)
