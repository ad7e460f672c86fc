"""Large neighbourhood search: free some groups of sites and all unplaced projects, solve that exactly, keep gains."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from geo.place import satisfy
from geo.place.problem import Flags, Ints, Problem, around, renumbered
from geo.place.rows import valid
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
    """Improve an answer, two pairs of groups at a time.

    Parameters
    ----------
    problem : Problem
    start : int64 array
        A valid answer.
    rounds : int
        Rounds of `AT_ONCE` sub-problems that have no group and no project in common, solved
        side by side: work is counted, not time, so the answer is the same everywhere.
    effort : Effort
        Of each sub-problem.
    done : callable
        Told the answer after each round that bettered it; True stops the search.
    """
    label = groups(problem)
    names = np.unique(label[problem.site])
    rng = np.random.default_rng(effort.seed)
    best, queue = start, _Queue(names.tolist(), rng)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(rounds):
            freed = _disjoint(problem, best, label, queue.next(), rng)
            found = [pool.submit(_solved, problem, best, free, effort) for free in freed]
            better = best.copy()
            for free, answer in zip(freed, found, strict=True):
                better[free] = answer.result()[free]
            # the parts are independent but for accounts of the whole county, which both may draw
            if not valid(problem, better):
                better = found[0].result()
            if _worth(problem, better) > _worth(problem, best) + 1e-9:
                best = better
                if done(best):
                    break
    return best


AT_ONCE = 2
"""Sub-problems solved side by side: a fixed number, so that answers do not depend on the computer."""


class _Queue:
    """Pairs of groups in a random order, each pair once before any comes again; two disjoint pairs at a time."""

    def __init__(self, names: list[int], rng: np.random.Generator):
        self.pairs: list[tuple[int, ...]] = list(combinations(names, 2)) or [(n,) for n in names]
        self.rng, self.waiting = rng, list[tuple[int, ...]]()

    def next(self) -> list[tuple[int, ...]]:
        """Return up to `AT_ONCE` pairs without a group in common."""
        out: list[tuple[int, ...]] = []
        while len(out) < AT_ONCE:
            if not self.waiting:
                self.waiting = [self.pairs[k] for k in self.rng.permutation(len(self.pairs))]
            taken = {n for pair in out for n in pair}
            free = next((k for k, pair in enumerate(self.waiting) if not taken & set(pair)), None)
            if free is None:
                return out
            out.append(self.waiting.pop(free))
        return out


def _worth(problem: Problem, chosen: Ints) -> float:
    return float(problem.goal[chosen[chosen >= 0]].sum())


def _disjoint(
    problem: Problem, chosen: Ints, label: Ints, pairs: list[tuple[int, ...]], rng: np.random.Generator
) -> list[Flags]:
    """Return the projects each sub-problem may move: those of its groups, and its share of the unplaced."""
    placed = np.flatnonzero(chosen >= 0)
    share = rng.integers(0, len(pairs), problem.n_projects)
    out = []
    for k, pair in enumerate(pairs):
        free = (chosen < 0) & (share == k)
        free[placed] = np.isin(label[problem.site[chosen[placed]]], pair)
        out.append(free)
    return out


def _solved(problem: Problem, chosen: Ints, free: Flags, effort: Effort) -> Ints:
    rest, options = around(problem, chosen, free)
    place = np.full(problem.n_options, -1, np.int64)
    place[options] = np.arange(len(options))
    found = satisfy.search(rest, effort, renumbered(np.where(free, chosen, -1), place))
    return chosen if found.chosen is None else np.where(free, renumbered(found.chosen, options), chosen)
