"""Values far above what solvers like: the answer is still exact, and no solver's refusal becomes an error."""

from dataclasses import replace

import numpy as np
import pytest

from geo.place.relax import relax
from geo.place.rows import rows
from geo.place.satisfy import Effort, search
from geo.place.solve import solve
from tests.geo.place.cases import best, random_problem


@pytest.mark.parametrize("times", [10**6, 10**9, 10**13])
@pytest.mark.parametrize("seed", range(3))
def test_values_of_billions_of_steps_are_placed_best(seed, times):
    """100 亿 × weight 10 are 10⁹ steps: there the linear solver ends with status 4."""
    small = random_problem(seed)
    case = replace(small, value=small.value * times)
    found = solve(case)
    assert found.value == best(small) * times
    assert found.bound >= found.value * (1 - 1e-12)
    assert found.gap < 1e-6


def test_a_bound_is_never_below_the_best():
    for seed in range(20):
        small = random_problem(seed)
        large = replace(small, value=small.value * 10**11)
        assert relax(rows(large)).bound >= best(small) * 10**11


def test_a_solver_that_gives_up_leaves_the_plain_bound(monkeypatch):
    case = random_problem(1)
    monkeypatch.setattr("geo.place.relax.SOLVED", 99)
    assert relax(rows(case)).bound >= best(case)
    assert solve(case).value == best(case)


def test_sums_that_64_bits_cannot_hold_prove_nothing_and_break_nothing():
    case = random_problem(2)
    huge = replace(case, draws=case.draws * (2**60 // max(int(case.draws.max()), 1)), free=case.free * 0 + 2**61)
    found = search(huge, Effort(1.0))
    assert found.bound >= best(replace(case, free=np.full(len(case.free), 2**30)))
