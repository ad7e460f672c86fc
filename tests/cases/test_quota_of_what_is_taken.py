"""Land that is cut away draws no quota: sets are ordered by what the land taken draws."""

import itertools

import numpy as np
import pytest
import shapely
from shapely import affinity

from geo.assemble import flow
from geo.assemble.divide import cut_at, keeps, main_axis
from geo.assemble.spec import Budget, CutRule, Demand, Limits
from geo.basis.progress import silent
from tests.geo.assemble.making import fabric, grid

X, Y = 500_000.0, 3_180_000.0
RULE = CutRule(True, 1_000, 20)


def box(west, south, east, north):
    return shapely.box(X + west, Y + south, X + east, Y + north)


def best(made, demand, budget=None):
    """Return the first offer."""
    return flow.offers(made, [demand], budget or Budget(), silent)[0]


@pytest.mark.parametrize("angle", [0.0, 31.0])
@pytest.mark.parametrize("budget", [Budget(), Budget(exact_nodes=0)])
def test_the_set_that_draws_least_after_its_cut_is_first(angle, budget):
    shapes = [box(0, 0, 160, 100), box(160, 0, 320, 100), box(1_000, 0, 1_200, 100)]
    shapes = [affinity.rotate(s, angle, origin=(X, Y)) for s in shapes]
    made = fabric(shapes, quota_rate=[1.0, 0.5, 1.0])
    found = best(made, Demand("d", 20_000, 20_000, Limits(), RULE, "quota"), budget)
    assert found.members == (0, 1)
    assert found.value == pytest.approx(12_000.0, rel=1e-6)
    assert found.division.part_m2 == pytest.approx(20_000.0)
    assert found.found.exact is (budget.exact_nodes > 0)
    assert found.found.bound <= found.value + 1e-6


def test_where_the_cut_runs_the_other_way_it_is_no_bargain():
    """The dear end has to be kept: the cheap one is too narrow to stand alone."""
    shapes = [box(0, 0, 160, 100), box(160, 0, 560, 40), box(1_000, 0, 1_200, 100)]
    made = fabric(shapes, quota_rate=[1.0, 0.5, 0.62])
    found = best(made, Demand("d", 20_000, 20_000, Limits(min_width_m=60), RULE, "quota"))
    assert found.members == (2,)
    assert found.value == pytest.approx(12_400.0)


def test_what_is_not_known_counts_in_full():
    shapes = [box(0, 0, 160, 100), box(160, 0, 320, 100)]
    made = fabric(shapes, quota_rate=[np.nan, 0.0])
    found = best(made, Demand("d", 20_000, 20_000, Limits(), RULE, "quota"))
    assert found.value == pytest.approx(4_000.0)


@pytest.mark.parametrize("seed", range(6))
def test_the_least_there_is_agrees_with_trying_every_set_and_cut(seed):
    draw = np.random.default_rng(seed)
    shapes, rates = grid(3, 2), draw.choice([0.0, 0.3, 0.7, 1.0], 6)
    low, high = 22_000.0, 26_000.0
    made = fabric(shapes, quota_rate=rates)
    found = best(made, Demand("d", low, high, Limits(), RULE, "quota"))

    def joined(some):
        return shapely.union_all([shapes[k] for k in some])

    def connected(some):
        return all(joined(some[:n] + some[n + 1 :]).area > 0 for n in range(len(some))) and _one(joined(some))

    least = np.inf
    for count in range(1, 7):
        for some in itertools.combinations(range(6), count):
            ground = joined(some)
            if ground.area < low or not connected(list(some)):
                continue
            smaller = [list(some[:n] + some[n + 1 :]) for n in range(count)]
            if ground.area > high and any(joined(s).area > high and _one(joined(s)) for s in smaller if s):
                continue
            for part in _parts(ground, high):
                drawn = sum(r * shapely.area(shapely.intersection(shapes[k], part)) for k, r in enumerate(rates))
                least = min(least, drawn)
    assert found.found.exact
    assert found.value == pytest.approx(least, abs=0.02)


def _one(shape):
    """One piece, joined by more than corners."""
    return shape.geom_type == "Polygon"


def _parts(ground, most):
    if ground.area <= most:
        return [ground]
    axis = main_axis(ground)
    made = [cut_at(ground, axis + turn, most)[0] for turn in (0.0, 90.0, 180.0, 270.0)]
    return [p for p in made if p.geom_type == "Polygon" and keeps(p, Limits())]
