"""The search reaches the value that trying every connected set reaches."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assemble import objective, search
from geo.assemble.region import Region
from geo.assemble.search import Verified
from geo.assemble.spec import OBJECTIVES, Budget, CutRule, Demand, Limits
from geo.basis.progress import silent


def region(areas, edges, owners=None, quota=None):
    """A block as plain numbers; pieces are squares."""
    areas = np.asarray(areas, float)
    count, side = len(areas), np.sqrt(areas)
    first, second = (np.array([e[k] for e in edges], np.int64) for k in (0, 1))
    return Region(
        nodes=np.arange(count),
        first=first,
        second=second,
        shared_m=0.5 * np.minimum(side[first], side[second]),
        crossed_m2=np.where((first + second) % 3 == 0, 0.1 * areas[first], 0.0),
        area_m2=areas,
        quota_m2=np.asarray(areas if quota is None else quota, float),
        perimeter_m=4 * side,
        owners=np.asarray([1] * count if owners is None else owners, np.int64),
        townships=np.ones(count, np.int64),
        parks=np.ones(count, np.int64),
    )


def connected(part, nodes):
    """Independent of the search: grow from the first node."""
    left, found = set(nodes), {nodes[0]}
    grown = True
    while grown:
        more = {k for k in left - found if any(part.neighbours[k] >> m & 1 for m in found)}
        found, grown = found | more, bool(more)
    return found == left


def brute(part, demand, allowed):
    """Every non-empty set of nodes, tested from the definition."""
    keys = []
    for size in range(1, len(part) + 1):
        for nodes in itertools.combinations(range(len(part)), size):
            if not connected(part, nodes) or not fits(part, nodes, demand):
                continue
            chosen = sum(1 << k for k in nodes)
            if allowed(chosen):
                keys.append(objective.key(part, chosen, demand))
    return min(keys, default=None)


def fits(part, nodes, demand):
    area = sum(part.area_m2[k] for k in nodes)
    if demand.limits.max_owners is not None and len({part.owners[k] for k in nodes} - {0}) > demand.limits.max_owners:
        return False
    if area < demand.land_min_m2:
        return False
    if area <= demand.land_max_m2:
        return True
    smaller = [tuple(m for m in nodes if m != k) for k in nodes]
    return demand.cut.allowed and not any(
        rest and connected(part, rest) and sum(part.area_m2[m] for m in rest) > demand.land_max_m2 for rest in smaller
    )


@st.composite
def problems(draw):
    count = draw(st.integers(1, 9))
    areas = draw(st.lists(st.integers(1, 30), min_size=count, max_size=count))
    tree = [(draw(st.integers(0, k - 1)), k) for k in range(1, count)]
    every = list(itertools.combinations(range(count), 2))
    more = draw(st.lists(st.sampled_from(every), max_size=8, unique=True)) if every else []
    owners = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    quota = [a * draw(st.sampled_from([0, 1])) for a in areas]
    low = draw(st.integers(1, sum(areas)))
    demand = Demand(
        "d", low, low + draw(st.integers(0, 12)), Limits(max_owners=draw(st.sampled_from([None, 1, 2]))),
        CutRule(draw(st.booleans()), draw(st.sampled_from([0, 4, 9]))), draw(st.sampled_from(OBJECTIVES)), 3,
    )  # fmt: skip
    return region(areas, sorted({*tree, *more}), owners, quota), demand, draw(st.integers(0, 3))


@settings(max_examples=60)
@given(problems())
def test_the_search_reaches_the_best_value(problem):
    land, demand, odd = problem
    part = land.component()

    def allowed(chosen):  # stands for the shapes: some sets break a limit
        return odd == 0 or chosen % (odd + 2) != 0

    def verify(candidate):
        return Verified() if allowed(sum(1 << k for k in candidate.members)) else None

    found = search.find([land], demand, verify, Budget(), silent)
    best = brute(part, demand, allowed)
    assert found.exact
    assert (found.sites[0].key if found.sites else None) == best
    if best is not None:
        order = objective.signed(demand.objective, best[0])
        worse = order - found.bound if demand.objective in ("loss", "owners", "quota") else found.bound - order
        assert worse >= -1e-6


def same(land, demand):
    """The search and trying everything agree on the best set, or on there being none."""
    found = search.find([land], demand, lambda candidate: Verified(), Budget(), silent)
    best = brute(land.component(), demand, lambda chosen: True)
    assert found.exact
    assert (found.sites[0].key if found.sites else None) == best


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_all_connected_graphs_of_five_pieces(objective):
    every = list(itertools.combinations(range(5), 2))
    demand = Demand("d", 7, 9, Limits(max_owners=2), CutRule(True, 3), objective, 2)
    for code in range(1, 1 << len(every)):
        edges = [e for k, e in enumerate(every) if code >> k & 1]
        land = region([3, 1, 4, 2, 5], edges, [1, 1, 2, 3, 0], [3, 0, 4, 2, 0])
        if connected(land.component(), tuple(range(5))):
            same(land, demand)


@settings(max_examples=20)
@given(st.integers(10, 12), st.integers(0, 10**6), st.sampled_from(OBJECTIVES))
def test_random_graphs_of_up_to_twelve_pieces(count, seed, first):
    rng = np.random.default_rng(seed)
    tree = [(int(rng.integers(0, k)), k) for k in range(1, count)]
    more = [e for e in itertools.combinations(range(count), 2) if rng.random() < 0.2]
    areas = rng.integers(1, 30, count)
    land = region(areas, sorted({*tree, *more}), rng.integers(0, 4, count), areas * rng.integers(0, 2, count))
    low = int(rng.integers(10, 60))
    same(land, Demand("d", low, low + int(rng.integers(0, 10)), Limits(), CutRule(True, 9), first, 1))


def test_every_connected_set_comes_once():
    part = region([1] * 12, [(i, i + 1) for i in range(11)]).component()
    demand = Demand("d", 1, 1e9)
    sets = [chosen for chosen, _ in search.connected_sets(part, demand)]
    assert len(sets) == len(set(sets)) == 12 * 13 // 2


@pytest.mark.parametrize("count", [4, 6])
def test_number_of_connected_sets_of_a_complete_graph(count):
    part = region([1] * count, list(itertools.combinations(range(count), 2))).component()
    assert sum(1 for _ in search.connected_sets(part, Demand("d", 1, 1e9))) == 2**count - 1
