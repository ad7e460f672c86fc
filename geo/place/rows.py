"""The assignment as rows of a linear programme, the same for every solver.

A site that holds one project at most is a yes or no of the option itself. A site that can
hold several gets a column of its own (open or not): its land is divided among projects,
and a site that shares land with it stays shut.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo.place.problem import Ints, Problem

Floats = npt.NDArray[np.float64]
STRONG = 20_000
"""Up to so many options on divided sites each gets its own row "only if open": slower, but a closer bound. And up to
so many rows of distances are written; a system without them bounds all the same."""


@dataclass(frozen=True)
class Rows:
    """Maximise ``goal · x`` with ``low <= matrix · x <= high``, ``0 <= x <= 1``, all whole.

    Columns are the options, then the divided sites. `kind` names what a row is about:
    0 project, 1 land, 2 account, 3 distance.
    """

    goal: Floats
    matrix: sparse.csr_array
    low: Floats
    high: Floats
    kind: Ints
    n_options: int


def rows(problem: Problem) -> Rows:
    """Write a problem as rows."""
    count = problem.n_options
    open_ = divided(problem)
    column = np.full(len(problem.room), -1, np.int64)
    column[open_] = count + np.arange(len(open_))
    width = count + len(open_)
    options = np.arange(count)
    ones = np.ones(count)
    projects = sparse.csr_array((ones, (problem.project, options)), (problem.n_projects, width))
    blocks = [projects, _land(problem, column, width), _only_if_open(problem, column, width), _apart(problem, width)]
    accounts = sparse.hstack([problem.draws, sparse.csr_array((len(problem.free), width - count))], format="csr")
    scale = np.maximum(abs(accounts).max(axis=1).toarray().ravel(), 1.0) if count else np.ones(len(problem.free))
    blocks.append(sparse.csr_array(sparse.diags_array(1.0 / scale) @ accounts))
    high = np.concatenate([
        np.ones(projects.shape[0]), np.ones(blocks[1].shape[0]), np.zeros(blocks[2].shape[0]),
        np.ones(blocks[3].shape[0]), problem.free / scale,
    ])  # fmt: skip
    low = np.full(len(high), -np.inf)
    low[: problem.n_projects][problem.must] = 1.0
    sizes = [b.shape[0] for b in blocks]
    kind = np.repeat([0, 1, 1, 3, 2], sizes)
    goal = np.concatenate([problem.goal, np.zeros(len(open_))])
    return Rows(goal, sparse.csr_array(sparse.vstack(blocks, format="csr")), low, high, kind, count)


def divided(problem: Problem) -> Ints:
    """Return the sites with room for the two smallest demands among their options."""
    order = np.lexsort((problem.land, problem.site))
    site, land = problem.site[order], problem.land[order]
    first = np.flatnonzero(np.diff(site, prepend=-1))
    two = first[(first + 1 < len(site))]
    two = two[site[two] == site[two + 1]]
    both: Ints = site[two][land[two] + land[two + 1] <= problem.room[site[two]]]
    return both


def _land(problem: Problem, column: Ints, width: int) -> sparse.csr_array:
    """Return a row per set of land parts: of all that would use them, one does."""
    used = _distinct(problem.parts)
    options = np.flatnonzero(column[problem.site] < 0)
    of_option = sparse.csr_array((np.ones(len(options)), (problem.site[options], options)), (len(problem.room), width))
    sites = np.flatnonzero(column >= 0)
    of_site = sparse.csr_array((np.ones(len(sites)), (sites, column[sites])), (len(problem.room), width))
    land = sparse.csr_array(used @ (of_option + of_site))
    return land[np.diff(land.indptr) > 1]


def _distinct(parts: sparse.csr_array) -> sparse.csr_array:
    """Leave out parts that belong to the very same sites as another."""
    sets = land_sets(parts)
    rows_ = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    members = np.array([s for group in sets for s in group], np.int64)
    return sparse.csr_array((np.ones(len(members)), (rows_, members)), (len(sets), parts.shape[1]))


def land_sets(parts: sparse.csr_array) -> list[tuple[int, ...]]:
    """Return the distinct sets of sites that have a land part in common, each once."""
    cuts = pairwise(parts.indptr)
    return list(dict.fromkeys(tuple(np.sort(parts.indices[a:b]).tolist()) for a, b in cuts))


def _only_if_open(problem: Problem, column: Ints, width: int) -> sparse.csr_array:
    """Return the rows of divided sites: what is taken is at most the room, and nothing unless open."""
    options = np.flatnonzero(column[problem.site] >= 0)
    sites = np.flatnonzero(column >= 0)
    place = np.full(len(column), -1, np.int64)
    place[sites] = np.arange(len(sites))
    at = problem.site[options]
    share = problem.land[options] / problem.room[at]
    take = sparse.csr_array((share, (place[at], options)), (len(sites), width))
    shut = sparse.csr_array((np.ones(len(sites)), (np.arange(len(sites)), column[sites])), (len(sites), width))
    room = sparse.csr_array(take - shut)
    if len(options) > STRONG:
        return room
    each = np.arange(len(options))
    single = sparse.csr_array((np.ones(len(options)), (each, options)), (len(options), width))
    gate = sparse.csr_array((np.ones(len(options)), (each, column[at])), (len(options), width))
    return sparse.csr_array(sparse.vstack([room, single - gate], format="csr"))


def _apart(problem: Problem, width: int) -> sparse.csr_array:
    """Return a row per option another project would keep off: it, or that project anywhere near."""
    none = sparse.csr_array((0, width))
    if problem.off is None:
        return none
    near = problem.shuts
    rows_ = []
    for p in np.unique(problem.project[np.diff(near.indptr) > 0]).tolist():
        mine = problem.by_project[p]
        others = sparse.csr_array(near[mine].T)
        of = np.flatnonzero(np.diff(others.indptr) > 0)
        held = sparse.csr_array((np.ones(len(of)), (np.arange(len(of)), of)), (len(of), width))
        wide = sparse.csr_array((np.ones(len(mine)), (np.arange(len(mine)), mine)), (len(mine), width))
        rows_.append(sparse.csr_array(others[of] @ wide + held))
    made = sparse.csr_array(sparse.vstack(rows_, format="csr")) if rows_ else none
    return made if made.shape[0] <= STRONG else none


def valid(problem: Problem, chosen: Ints) -> bool:
    """Check an answer in whole numbers: accounts, room, shared land, distances, projects that must be placed."""
    options = chosen[chosen >= 0]
    sites = problem.site[options]
    used = np.unique(sites)
    taken = np.bincount(sites, problem.land[options].astype(np.float64), len(problem.room))
    twice = np.asarray(problem.parts[:, used].sum(axis=1)).ravel() > 1 if len(used) else np.zeros(1, bool)
    enough = bool((problem.left(chosen) >= 0).all() and (taken <= problem.room).all())
    return enough and not bool(twice.any()) and far(problem, options) and bool((chosen[problem.must] >= 0).all())


def far(problem: Problem, options: Ints) -> bool:
    """Tell whether options taken together keep the distances their projects ask for."""
    if problem.off is None or not len(options):
        return True
    near = problem.keeps[options][:, problem.site[options]].toarray()
    np.fill_diagonal(near, 0)
    return not bool(near.any())
