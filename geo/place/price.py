"""Prices (代价): what it costs to force a project in or onto another site, and what more headroom would place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from geo.place.problem import Flags, Ints, Problem, renumbered
from geo.place.solve import Solved, Work, solve


@dataclass(frozen=True)
class Forced:
    """The best answer in which a wish is met, against the best one.

    Parameters
    ----------
    chosen : int64 array or None
        Option per project; None when the wish cannot be met.
    price : int
        Objective given up, in whole units.
    exact : bool
        True when both answers are proved best; else the price is what the search found.
    leaves, enters : tuple of int
        Projects no longer placed, and newly placed.
    """

    chosen: Ints | None
    price: int
    exact: bool
    leaves: tuple[int, ...] = ()
    enters: tuple[int, ...] = ()


def force(
    problem: Problem, best: Solved, project: int, allowed: Flags | None = None, work: Work | None = None
) -> Forced:
    """Re-solve with a project placed, on its allowed options only.

    Parameters
    ----------
    problem : Problem
    best : Solved
        The answer the price is counted from.
    project : int
    allowed : bool array, one per option, or None
        Options of the project that meet the wish; None allows all of them.
    work : Work or None
    """
    if best.chosen is None:
        return Forced(None, 0, False)
    mine = problem.project == project
    keep = np.flatnonzero(~mine | (np.ones_like(mine) if allowed is None else allowed))
    must = problem.must.copy()
    must[project] = True
    found = solve(replace(problem.keeping(keep), must=must), work)
    if found.chosen is None:
        return Forced(None, 0, found.bound == -np.inf)
    chosen = renumbered(found.chosen, keep)
    exact = found.gap == 0.0 and best.gap == 0.0
    before, after = best.chosen >= 0, chosen >= 0
    return Forced(
        chosen, best.value - found.value, exact, tuple(np.flatnonzero(before & ~after).tolist()),
        tuple(np.flatnonzero(after & ~before).tolist()),
    )  # fmt: skip


def runner_up(problem: Problem, best: Solved, project: int, work: Work | None = None) -> Forced:
    """Return the best answer in which a placed project stands elsewhere, or an unplaced one is placed."""
    if best.chosen is None or best.chosen[project] < 0:
        return force(problem, best, project, None, work)
    return force(problem, best, project, problem.site != problem.site[best.chosen[project]], work)


def with_more(problem: Problem, best: Solved, extra: Ints, work: Work | None = None) -> Forced:
    """Return the best answer with more in the accounts (whole steps per account); its price is a gain, so negative."""
    found = solve(replace(problem, free=problem.free + extra), work)
    if found.chosen is None or best.chosen is None:
        return Forced(None, 0, False)
    before, after = best.chosen >= 0, found.chosen >= 0
    return Forced(
        found.chosen, best.value - found.value, found.gap == 0.0 and best.gap == 0.0,
        tuple(np.flatnonzero(before & ~after).tolist()), tuple(np.flatnonzero(after & ~before).tolist()),
    )  # fmt: skip
