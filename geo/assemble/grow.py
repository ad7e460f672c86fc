"""The bounded search: sets grown from many seeds, then bettered by adding, dropping and swapping pieces."""

from __future__ import annotations

from collections.abc import Callable

from geo.assemble.admit import admitted, within_limits
from geo.assemble.component import Component, bits
from geo.assemble.spec import Budget, Demand

Key = tuple[float, ...]
KEPT = 200
"""Sets handed on from growing to bettering."""


def sets(part: Component, demand: Demand, budget: Budget, key: Callable[[int], Key]) -> list[int]:
    """Return admitted sets found within the budget, in no order.

    Parameters
    ----------
    part : Component
    demand : Demand
    budget : Budget
    key : callable
        Order of sets, smaller first.
    """
    step = max(1, len(part) // budget.seeds)
    grown = {_grown(part, demand, seed) for seed in range(0, len(part), step)} - {0}
    best = sorted(grown, key=key)[:KEPT]
    return sorted({_bettered(part, demand, budget, key, chosen) for chosen in best} | set(best))


def _grown(part: Component, demand: Demand, seed: int) -> int:
    """Grow a set from a piece by the neighbour that shares most of its boundary; 0 when it never fits."""
    chosen, area = 1 << seed, part.area_m2[seed]
    contact = {k: _shared(part, seed, k) for k in bits(part.neighbours[seed])}
    while area < demand.land_min_m2 and contact:
        k = min(contact, key=lambda k: (-contact[k] / part.perimeter_m[k], k))
        del contact[k]
        if not within_limits(part, chosen | (1 << k), demand):
            continue
        chosen, area = chosen | (1 << k), area + part.area_m2[k]
        for n in bits(part.neighbours[k] & ~chosen):
            contact[n] = contact.get(n, 0.0) + _shared(part, k, n)
    return chosen if within_limits(part, chosen, demand) and admitted(part, chosen, area, demand) else 0


def _shared(part: Component, i: int, j: int) -> float:
    return part.shared.get((min(i, j), max(i, j)), 0.0)


def _bettered(part: Component, demand: Demand, budget: Budget, key: Callable[[int], Key], chosen: int) -> int:
    """Take the best add, drop or swap as long as there is one."""
    now = key(chosen)
    for _ in range(budget.moves):
        options = [
            c
            for c in _moves(part, chosen)
            if within_limits(part, c, demand) and admitted(part, c, part.total(part.area_m2, c), demand)
        ]
        ranked = sorted((key(c), c) for c in options)
        if not ranked or ranked[0][0] >= now:
            break
        now, chosen = ranked[0]
    return chosen


def _moves(part: Component, chosen: int) -> list[int]:
    """Return the connected sets one add, drop or swap away."""
    border = part.union(part.neighbours, chosen) & ~chosen
    drops = [chosen & ~(1 << k) for k in bits(chosen)]
    drops = [d for d in drops if part.connected(d)]
    adds = [chosen | (1 << k) for k in bits(border)]
    swaps = [d | (1 << k) for d in drops for k in bits(border) if part.neighbours[k] & d]
    return adds + drops + swaps
