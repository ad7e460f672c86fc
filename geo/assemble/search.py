"""Connected sets that meet a demand: all of them where few, the best of a bounded search where many."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from geo.assemble import bound, grow, objective
from geo.assemble.admit import admitted, within_limits
from geo.assemble.component import Component, bits
from geo.assemble.objective import Key
from geo.assemble.region import Region
from geo.assemble.spec import Budget, Demand
from geo.basis.progress import Progress


@dataclass(frozen=True)
class Candidate:
    """A set that meets the demand's sums.

    Parameters
    ----------
    members : tuple of int
        Its pieces, by their position in the fabric.
    area_m2 : float
        Usable area of the whole set.
    key : tuple of float
        What it is ordered by, smaller first: the objective, the others, the set itself.
    """

    members: tuple[int, ...]
    area_m2: float
    key: Key


@dataclass(frozen=True)
class Verified:
    """What the shapes say of a candidate: what is lost in it beside what its sums say, the quota it draws, its shape.

    Parameters
    ----------
    lost_m2 : float
    quota_m2 : float or None
        Of what the cut leaves of it; None where nothing is cut, and what its sums say holds.
    compactness, net_share : float or None
        Of its outline with what it crosses; None: what its sums say holds.
    """

    lost_m2: float = 0.0
    quota_m2: float | None = None
    compactness: float | None = None
    net_share: float | None = None


Verify = Callable[[Candidate], Verified | None]
"""Measures the shape of a candidate; None when it breaks a limit."""


@dataclass(frozen=True)
class Found:
    """Outcome of a search.

    Parameters
    ----------
    sites : tuple of Candidate
        Best first, at most as many as the demand keeps.
    exact : bool
        Every connected set was looked at: the first one is the best there is.
    bound : float
        No set can have a better value of the objective; NaN when nothing can meet the demand.
    looked_at : int
        Sets that met the demand by their sums.
    """

    sites: tuple[Candidate, ...]
    exact: bool
    bound: float
    looked_at: int


def find(land: Sequence[Region], demand: Demand, verify: Verify, budget: Budget, progress: Progress) -> Found:
    """Return the best sets for a demand.

    Parameters
    ----------
    land : sequence of Region
    demand : Demand
    verify : callable
        Called lazily, best candidates first, until enough are found.
    budget : Budget
    progress : Progress
        Told per region; may raise `Cancelled`.

    Notes
    -----
    Sets admitted by their sums: see `admit.admitted`. Where all connected sets were looked
    at and the shapes could be measured, the answer is exact; else it is the best of a
    bounded search, and `Found.bound` says how much better a set could be at most.
    """
    candidates: list[Candidate] = []
    wide: list[Region] = []
    left = budget.exact_sets
    for done, region in enumerate(sorted(land, key=lambda r: (len(r), tuple(r.nodes[:1].tolist())))):
        progress(done, len(land), "search")
        sets = _all_sets(region, demand, left) if left and len(region) <= budget.exact_nodes else None
        if sets is None:
            left = left if len(region) > budget.exact_nodes else 0
            wide.append(region)
        else:
            left -= len(sets[0])
            candidates += sets[1]
    grown = [_candidate(part, chosen, demand) for part, chosen in grow.sets(wide, demand, budget)]
    candidates += {c.members: c for c in grown}.values()
    progress(len(land), max(len(land), 1), "search")
    sites, measured = _verified(candidates, demand, verify, budget)
    reachable = min((b for b in (bound.best(r, demand) for r in land) if not math.isnan(b)), default=math.nan)
    exact = measured and not wide
    if exact and sites:
        reachable = sites[0].key[0]
    return Found(tuple(sites), exact, objective.signed(demand.objective, reachable), len(candidates))


def _all_sets(region: Region, demand: Demand, most: int) -> tuple[list[tuple[int, float]], list[Candidate]] | None:
    """Return every connected set of a region and the candidates among them, None where they are too many."""
    part = region.component()
    sets = connected_sets(part, demand)
    first = list(islice(sets, most))
    if next(sets, None) is not None:
        return None
    return first, [_candidate(part, chosen, demand) for chosen, area in first if admitted(part, chosen, area, demand)]


def connected_sets(part: Component, demand: Demand) -> Iterator[tuple[int, float]]:
    """Yield every connected set within the limits on owners, townships and parks, with its area.

    A set above the demand's band is yielded and not grown further. Each set comes once.
    """
    for start in range(len(part)):
        yield from _grown(part, demand, start, (1 << start) - 1)


def _grown(part: Component, demand: Demand, start: int, banned: int) -> Iterator[tuple[int, float]]:
    """Yield the connected sets whose first piece is `start` and that leave out what is banned."""
    first = 1 << start
    stack = [(first, part.area_m2[start], part.neighbours[start] & ~banned & ~first, banned)]
    while stack:
        chosen, area, frontier, out = stack.pop()
        if not within_limits(part, chosen, demand):
            continue
        yield chosen, area
        if area > demand.land_max_m2:
            continue
        for k in bits(frontier):
            more = chosen | (1 << k)
            stack.append((more, area + part.area_m2[k], (frontier | part.neighbours[k]) & ~(more | out), out))
            out |= 1 << k


def _candidate(part: Component, chosen: int, demand: Demand) -> Candidate:
    area = part.sums(chosen).area_m2
    return Candidate(part.members(chosen), area, objective.key(part, chosen, demand))


def _verified(
    candidates: list[Candidate], demand: Demand, verify: Verify, budget: Budget
) -> tuple[list[Candidate], bool]:
    """Return the best candidates whose shapes keep the limits, and whether the budget allowed to tell.

    What shapes say can only make a candidate worse (sums leave out the ends of what is crossed), so it is final
    when it comes up again with what was measured: the order is the one that measuring all would give.
    """
    heap: list[tuple[Key, int, bool]] = [(c.key, k, False) for k, c in enumerate(candidates)]
    heapq.heapify(heap)
    out: list[Candidate] = []
    looked = 0
    while heap and len(out) < demand.keep:
        order, k, measured = heapq.heappop(heap)
        if measured:
            out.append(replace(candidates[k], key=order))
            continue
        looked += 1
        if looked > budget.shapes:
            return out + _measured(heap, candidates, demand.keep - len(out)), False
        seen = verify(candidates[k])
        if seen is not None:
            heapq.heappush(heap, (_exact(order, seen, demand), k, True))
    return out, True


def _exact(order: Key, seen: Verified, demand: Demand) -> Key:
    """Return the key of a candidate with what its shape says."""
    names, out = objective.order(demand), list(order)
    out[names.index("loss")] += seen.lost_m2
    if seen.quota_m2 is not None:
        out[names.index("quota")] = max(out[names.index("quota")], round(seen.quota_m2, 6))
    for name, value in (("compactness", seen.compactness), ("net_share", seen.net_share)):
        if value is not None:
            out[names.index(name)] = max(out[names.index(name)], round(-value, 6))
    return tuple(out)


def _measured(heap: list[tuple[Key, int, bool]], candidates: list[Candidate], most: int) -> list[Candidate]:
    """Return the best of the candidates already measured."""
    known = sorted((order, k) for order, k, measured in heap if measured)[:most]
    return [replace(candidates[k], key=order) for order, k in known]
