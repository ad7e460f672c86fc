"""Ways of searching large problems: valid, repeatable, never above what is proved, never below where they start."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from geo.place import greedy, improve
from geo.place.anneal import anneal
from geo.place.coarse import coarse, with_sites
from geo.place.rows import valid
from geo.place.satisfy import Effort, search
from geo.place.solve import Work, solve
from tests.geo.place.cases import best, problem, random_problem

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("benchmark_place", ROOT / "benchmarks" / "place.py")
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)


@pytest.fixture(scope="module", params=[False, True], ids=["county", "parks"])
def case(request):
    return benchmark.pipeline(60, 300, 3, request.param)


@pytest.mark.parametrize("seed", range(12))
def test_coarse_bound_is_never_below_the_best(seed):
    case = random_problem(seed)
    given = coarse(case)
    top = best(case)
    assert search(given.problem, Effort(5.0)).bound >= top - 1e-6
    chosen = with_sites(case, given, search(given.problem, Effort(5.0)).chosen, Effort(2.0))
    assert valid(case, chosen)
    assert case.total(chosen) <= top


@pytest.mark.parametrize("seed", range(12))
def test_annealing_a_small_problem_finds_the_best(seed):
    case = random_problem(seed)
    found = anneal(case, greedy.by_value(case), 20_000)
    assert valid(case, found)
    assert case.total(found) == best(case)


def test_annealing_keeps_what_must_stay_and_its_accounts_whole():
    case = problem([0, 1], [0, 1], [1, 9], [1, 1], [1, 1], np.eye(2), [[5, 5]], [5], must=[True, False])
    found = anneal(case, np.array([0, -1]), 5_000)
    assert found.tolist() == [0, -1]


def test_each_way_is_valid_repeatable_and_no_worse_than_its_start(case):
    start = greedy.by_value(case)
    for way in (lambda: anneal(case, start, 30_000), lambda: improve.improve(case, start, 3, Effort(0.2))):
        found = way()
        assert valid(case, found)
        assert case.total(found) >= case.total(start)
        assert np.array_equal(found, way())


def test_a_large_problem_is_solved_within_its_bound_and_the_same_every_time(case):
    work = Work(whole=1.0, small=100, moves=30_000, rounds=3, last=1, each=0.2)
    one, two = (solve(case, work) for _ in range(2))
    assert valid(case, one.chosen)
    assert one.value <= one.bound + 1e-6
    assert one.value > dict(one.ways)["greedy"]
    assert np.array_equal(one.chosen, two.chosen)
    assert one.gap < 0.15


def test_groups_are_parks_where_only_facilities_of_parks_bind(case):
    label = improve.groups(case)
    sites = np.unique(case.site)
    park = sites // 30
    # sites of different parks never share a group; those of one park do when a facility of the park binds them
    assert all(len(np.unique(park[label[sites] == g])) == 1 for g in np.unique(label[sites]))
    if len(case.free) > benchmark.ACCOUNTS:
        assert len(np.unique(label[sites])) == benchmark.PARKS
