"""Connected sets that meet a demand: all of them where few, the best of a bounded search where many."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from geo.assemble import bound, grow
from geo.assemble.admit import admitted, within_limits
from geo.assemble.component import Component, bits
from geo.assemble.spec import OBJECTIVES, Budget, Demand
from geo.basis.progress import Progress

Key = tuple[float, ...]


@dataclass(frozen=True)
class Candidate:
    """A set that meets the demand's sums.

    Parameters
    ----------
    component : Component
    chosen : int
        Bit set of its pieces.
    area_m2 : float
        Usable area of the whole set.
    key : tuple of float
        What it is ordered by, smaller first: the objective, the others, the set itself.
    """

    component: Component
    chosen: int
    area_m2: float
    key: Key


@dataclass(frozen=True)
class Verified:
    """What the shapes say of a candidate: what is lost in it beside what its sums say."""

    lost_m2: float = 0.0


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
        Sets looked at.
    """

    sites: tuple[Candidate, ...]
    exact: bool
    bound: float
    looked_at: int


def find(parts: Sequence[Component], demand: Demand, verify: Verify, budget: Budget, progress: Progress) -> Found:
    """Return the best sets for a demand.

    Parameters
    ----------
    parts : sequence of Component
    demand : Demand
    verify : callable
        Called lazily, best candidates first, until enough are found.
    budget : Budget
    progress : Progress
        Told per component; may raise `Cancelled`.

    Notes
    -----
    A set is admitted when its area lies in the demand's band, or, where cutting is allowed,
    when it is above the band and no connected set with one piece less is (so it is the cut
    that makes it fit, not a piece too many).
    """
    candidates: list[Candidate] = []
    exact, looked_at, bounds = True, 0, []
    for done, part in enumerate(parts):
        progress(done, len(parts), "search")
        chosen, whole, seen = _sets(part, demand, budget)
        exact, looked_at = exact and whole, looked_at + seen
        candidates += [_candidate(part, c, demand) for c in chosen]
        bounds.append(bound.best(part, demand))
    progress(len(parts), max(len(parts), 1), "search")
    sites, measured = _verified(candidates, demand, verify, budget)
    reachable = min((b for b in bounds if b == b), default=float("nan"))
    return Found(tuple(sites), exact and measured, signed(demand.objective, reachable), looked_at)


def _sets(part: Component, demand: Demand, budget: Budget) -> tuple[list[int], bool, int]:
    """Return the admitted sets of a component, whether these are all, and how many sets were looked at."""
    out, seen = [], 0
    for chosen, area in connected_sets(part, demand):
        seen += 1
        if seen > budget.exact_sets:
            grown = grow.sets(part, demand, budget, lambda c: _candidate(part, c, demand).key)
            return grown, False, seen
        if admitted(part, chosen, area, demand):
            out.append(chosen)
    return out, True, seen


def connected_sets(part: Component, demand: Demand) -> Iterator[tuple[int, float]]:
    """Yield every connected set within the limits on owners, townships and parks, with its area.

    A set above the demand's band is yielded and not grown further. Each set comes once.
    """
    for start in range(len(part)):
        lower = (1 << start) - 1
        yield from _grown(part, demand, start, lower)


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
            bit = 1 << k
            stack.append(
                (chosen | bit, area + part.area_m2[k], (frontier | part.neighbours[k]) & ~(chosen | bit | out), out)
            )
            out |= bit


def _candidate(part: Component, chosen: int, demand: Demand) -> Candidate:
    area = part.total(part.area_m2, chosen)
    return Candidate(part, chosen, area, key(part, chosen, demand))


def key(part: Component, chosen: int, demand: Demand) -> Key:
    """Return what a set is ordered by, smaller first."""
    order = [demand.objective, *(o for o in OBJECTIVES if o != demand.objective)]
    return (*(round(value(part, chosen, demand, o), 6) for o in order), *(float(n) for n in part.members(chosen)))


def value(part: Component, chosen: int, demand: Demand, objective: str) -> float:
    """Return one objective of a set, smaller is better (shares with a minus)."""
    if objective == "owners":
        return float(owners(part, chosen))
    if objective == "net_share":
        return -part.net_share(chosen)
    if objective == "compactness":
        return -part.compactness(chosen)
    if objective == "quota":
        return part.total(part.quota_m2, chosen)
    return lost_m2(part, chosen, demand)


def owners(part: Component, chosen: int) -> int:
    """Return the number of holders; every piece whose holder is not known counts as one more."""
    unknown = sum(part.owners[k] == 0 for k in bits(chosen))
    return part.union(part.owners, chosen).bit_count() + unknown


def lost_m2(part: Component, chosen: int, demand: Demand) -> float:
    """Return usable land that taking a set leaves too small to use, as far as sums tell.

    Neighbours left in parts below the least remnant, and the remnant of the cut itself when
    it is below it.
    """
    least = demand.cut.min_area_m2
    if least <= 0:
        return 0.0
    rest = part.whole & ~chosen
    sizes = [part.total(part.area_m2, p) for p in part.parts(rest)]
    remnant = part.total(part.area_m2, chosen) - demand.land_max_m2
    return sum(s for s in sizes if s < least) + (remnant if 0 < remnant < least else 0.0)


def _verified(
    candidates: list[Candidate], demand: Demand, verify: Verify, budget: Budget
) -> tuple[list[Candidate], bool]:
    """Return the best candidates whose shapes keep the limits, and whether the budget allowed to tell.

    What shapes say can only make the loss larger, so a candidate is final when it comes up
    again with its measured loss: the order is the one that measuring all would give.
    """
    place = [demand.objective, *(o for o in OBJECTIVES if o != demand.objective)].index("loss")
    heap: list[tuple[Key, int, bool]] = [(c.key, k, False) for k, c in enumerate(candidates)]
    heapq.heapify(heap)
    out: list[Candidate] = []
    looked = 0
    while heap and len(out) < demand.keep:
        order, k, measured = heapq.heappop(heap)
        found = candidates[k]
        if measured:
            out.append(Candidate(found.component, found.chosen, found.area_m2, order))
            continue
        looked += 1
        if looked > budget.shapes:
            return out + _measured(heap, candidates, demand.keep - len(out)), False
        seen = verify(found)
        if seen is not None:
            more = (*order[:place], order[place] + seen.lost_m2, *order[place + 1 :])
            heapq.heappush(heap, (more, k, True))
    return out, True


def _measured(heap: list[tuple[Key, int, bool]], candidates: list[Candidate], most: int) -> list[Candidate]:
    """Return the best of the candidates already measured."""
    known = sorted((order, k) for order, k, measured in heap if measured)[:most]
    return [Candidate(c.component, c.chosen, c.area_m2, order) for order, c in ((o, candidates[k]) for o, k in known)]


def signed(objective: str, number: float) -> float:
    """Turn an ordering value back into the objective's own number."""
    return -number if objective in ("net_share", "compactness") else number
