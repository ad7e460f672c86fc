"""Large neighbourhood search: free some groups of sites and all unplaced projects, solve that exactly, keep gains."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from geo.place import satisfy
from geo.place.problem import Ints, Problem, around, renumbered
from geo.place.satisfy import Effort

COUNTY_WIDE = 0.4
"""An account that options of more than this share of all sites draw from binds no group of its own."""


def groups(problem: Problem) -> Ints:
    """Return the group of each site: sites that share land or a facility belong together.

    Accounts of the whole county (drawn on `COUNTY_WIDE` of the sites) join nothing.
    """
    sites = len(problem.room)
    on_site = sparse.csr_array(
        (np.ones(problem.n_options), (np.arange(problem.n_options), problem.site)), (problem.n_options, sites)
    )
    drawn = sparse.csr_array((problem.draws != 0).astype(np.float64) @ on_site)
    local = np.diff(drawn.indptr) <= COUNTY_WIDE * max(len(np.unique(problem.site)), 1)
    links = sparse.vstack([drawn[local], problem.parts.astype(np.float64)], format="csr")
    _, label = csgraph.connected_components(links.T @ links, directed=False)
    return np.asarray(label, np.int64)


def improve(
    problem: Problem, start: Ints, rounds: int, effort: Effort, done: Callable[[Ints], bool] = lambda _: False
) -> Ints:
    """Improve an answer, pair of groups by pair of groups.

    Parameters
    ----------
    problem : Problem
    start : int64 array
        A valid answer.
    rounds : int
        Sub-problems to solve: work is counted, not time, so the answer is the same everywhere.
    effort : Effort
        Of each sub-problem.
    done : callable
        Told each better answer; True stops the search.
    """
    label = groups(problem)
    names = np.unique(label[problem.site])
    rng = np.random.default_rng(effort.seed)
    pairs: list[tuple[int, ...]] = list(combinations(names.tolist(), 2)) or [(int(n),) for n in names]
    best = start
    queue: list[tuple[int, ...]] = []
    for _ in range(rounds):
        if not queue:
            queue = [pairs[k] for k in rng.permutation(len(pairs))]
        better = _solved(problem, best, _freed(problem, best, label, queue.pop()), effort)
        if problem.goal[better[better >= 0]].sum() > problem.goal[best[best >= 0]].sum() + 1e-9:
            best = better
            if done(best):
                break
    return best


def _freed(problem: Problem, chosen: Ints, label: Ints, taken: tuple[int, ...]) -> np.ndarray:
    free = chosen < 0
    placed = np.flatnonzero(~free)
    free[placed] = np.isin(label[problem.site[chosen[placed]]], taken)
    return free


def _solved(problem: Problem, chosen: Ints, free: np.ndarray, effort: Effort) -> Ints:
    rest, options = around(problem, chosen, free)
    place = np.full(problem.n_options, -1, np.int64)
    place[options] = np.arange(len(options))
    found = satisfy.search(rest, effort, renumbered(np.where(free, chosen, -1), place))
    return chosen if found.chosen is None else np.where(free, renumbered(found.chosen, options), chosen)
