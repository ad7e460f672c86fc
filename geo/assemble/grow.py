"""The bounded search: sets grown from every piece, the best of them bettered by adding, dropping and swapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from geo.assemble.admit import admitted, within_limits
from geo.assemble.component import Component, bits
from geo.assemble.objective import key
from geo.assemble.region import Region
from geo.assemble.spec import Budget, Demand

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HOPS = 2
"""A set is bettered with pieces so many steps away at most."""
ONE_SEED_IN = 8.0
"""Sets of many pieces are grown from every eighth part of their size: seeds side by side grow the same set."""
ALIKE = 0.6
"""A grown set that shares more of its land with a better one is the same site found twice."""
TRIED = 4
"""Pieces tried for dropping, and for adding, in one step."""
UNMET = (float("inf"),)


def sets(land: Sequence[Region], demand: Demand, budget: Budget) -> Iterator[tuple[Component, int]]:
    """Yield admitted sets, each in a component of its neighbourhood.

    Parameters
    ----------
    land : sequence of Region
    demand : Demand
    budget : Budget
        The best grown sets of all regions together are bettered, as many as it allows.
    """
    found = [(p, n, rows) for n, region in enumerate(land) for p, rows in _distinct(region, demand, budget)]
    for _, n, rows in sorted(found, key=lambda f: (f[0], f[1], f[2].tobytes()))[: budget.kept]:
        region = land[n]
        part = region.component(region.window(rows, HOPS))
        place = {node: k for k, node in enumerate(part.nodes)}
        start = sum(1 << place[int(region.nodes[k])] for k in rows)
        chosen = _bettered(part, demand, budget, start)
        if _admitted(part, chosen, demand):
            yield part, chosen


def _grown(region: Region, demand: Demand, budget: Budget) -> Iterator[tuple[Ints, Ints]]:
    """Yield grown sets: where each begins among the members, and the members."""
    from geo.assemble import growth

    pieces = demand.land_min_m2 / float(np.median(region.area_m2))
    step = max(len(region) // budget.seeds + 1, int(pieces / ONE_SEED_IN))
    seeds = np.arange(0, len(region), step)
    merit = -region.quota_m2 / region.area_m2 if demand.objective == "quota" else np.zeros(len(region))
    codes = np.stack([region.owners, region.townships, region.parks])
    land = growth.Land(*region.around, region.area_m2, region.perimeter_m, merit, codes)
    limits, longest = demand.limits, min(len(region), budget.longest)
    # few holders are found by asking for one first
    holders = {limits.max_owners} | ({1} if demand.objective == "owners" else set())
    for number in sorted(holders, key=lambda n: n or 0):
        most = np.array([-1 if m is None else m for m in (number, limits.max_townships, limits.max_parks)])
        ends, members = growth.grown(land, most, seeds, demand.land_min_m2, longest)
        begins = np.r_[0, ends[:-1]]
        yield begins[begins < ends], members


def _distinct(region: Region, demand: Demand, budget: Budget) -> list[tuple[tuple[float, ...], Ints]]:
    """Return grown sets that differ from each other, with what their sums promise, best first."""
    found = [g for g in _grown(region, demand, budget) if len(g[0])]
    if not found:
        return []
    promise = np.vstack([_promise(region, begins, members, demand) for begins, members in found])
    rows = [r for begins, members in found for r in np.split(members, begins[1:])]
    out: list[tuple[tuple[float, ...], Ints]] = []
    used = np.zeros(len(region), bool)
    for k in np.lexsort(promise.T[::-1]).tolist():
        if len(out) == budget.kept:
            break
        if np.mean(used[rows[k]]) <= ALIKE:
            out.append((tuple(promise[k].tolist()), np.sort(rows[k])))
            used[rows[k]] = True
    return out


def _promise(region: Region, begins: Ints, members: Ints, demand: Demand) -> Floats:
    """Return a quick guess of the order of grown sets, a row each: the objective, what is lost, how round they are."""

    def total(values: Floats) -> Floats:
        return np.add.reduceat(values[members], begins)

    area, first = total(region.area_m2), np.zeros(len(begins))
    above = np.maximum(0.0, area - demand.land_max_m2)
    lost = np.where(demand.cut.allowed & (above >= demand.cut.min_area_m2), 0.0, above)
    if demand.objective == "quota":
        first = total(region.quota_m2) * demand.land_min_m2 / area
    if demand.objective == "owners":
        first = np.array([len(np.unique(m)) for m in np.split(region.owners[members], begins[1:])], np.float64)
    return np.stack([first, lost, total(region.perimeter_m) / np.sqrt(area)], axis=1)


def _admitted(part: Component, chosen: int, demand: Demand) -> bool:
    area = part.sums(chosen).area_m2
    return within_limits(part, chosen, demand) and admitted(part, chosen, area, demand)


def _bettered(part: Component, demand: Demand, budget: Budget, chosen: int) -> int:
    """Take the best add, drop or swap as long as there is one."""
    now = key(part, chosen, demand) if _admitted(part, chosen, demand) else UNMET
    for _ in range(budget.moves):
        options = [c for c in _moves(part, chosen) if _admitted(part, c, demand)]
        ranked = sorted((key(part, c, demand), c) for c in options)
        if not ranked or ranked[0][0] >= now:
            break
        now, chosen = ranked[0]
    return chosen


def _moves(part: Component, chosen: int) -> list[int]:
    """Return connected sets one add, drop or swap away: loosest members out, tightest neighbours in."""
    inside = sorted(bits(chosen), key=lambda k: (_hold(part, k, chosen), k))
    near = sorted(bits(part.border(chosen)), key=lambda k: (-_hold(part, k, chosen), k))[:TRIED]
    drops = [chosen & ~(1 << k) for k in inside[: 2 * TRIED]]
    drops = [d for d in drops if part.connected(d)][:TRIED]
    swaps = [d | (1 << k) for d in drops for k in near if part.neighbours[k] & d]
    return [chosen | (1 << k) for k in near] + drops + swaps


def _hold(part: Component, k: int, chosen: int) -> float:
    """Return the share of a piece's boundary that it has with a set."""
    later = part.pairs[k]
    total = sum(later[n][0] if n > k else part.pairs[n][k][0] for n in bits(part.neighbours[k] & chosen))
    return total / part.perimeter_m[k] if part.perimeter_m[k] > 0 else 0.0
