"""A coarser problem: which project goes to which group of sites (park), before which site.

Each project has one item per group: its best value there, drawing the least any of its
sites draws. So every assignment of the whole problem is one of the coarse problem with at
least its value: a bound of the coarse problem bounds the whole. It is small, so it is
solved first, and its answer is then given sites.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from geo.place import greedy, satisfy
from geo.place.improve import groups
from geo.place.problem import Ints, Problem, around, renumbered
from geo.place.satisfy import Effort


@dataclass(frozen=True)
class Coarse:
    """The coarse problem and the way back.

    Parameters
    ----------
    problem : Problem
        Its options are the items.
    label : int64 array
        Group of each site of the whole problem.
    group : int64 array
        Group of each item.
    """

    problem: Problem
    label: Ints
    group: Ints


def coarse(problem: Problem) -> Coarse:
    """Return the coarse problem of a problem."""
    label = groups(problem)
    key = problem.project * (int(label.max(initial=0)) + 1) + label[problem.site]
    order = np.lexsort((-problem.goal, key))
    first = np.flatnonzero(np.diff(key[order], prepend=-1))
    items = order[first]
    count = len(items)
    ends = np.append(first, len(order))
    item_of = np.empty(problem.n_options, np.int64)
    item_of[order] = np.repeat(np.arange(count), np.diff(ends))
    own = sparse.csr_array(sparse.eye_array(count, dtype=np.int64))
    ones = np.ones(count, np.int64)
    made = Problem(
        problem.project[items], np.arange(count), problem.value[items], problem.liking[items], ones,
        problem.n_projects, ones, own, _least(problem, item_of, count), problem.free, problem.must,
    )  # fmt: skip
    return Coarse(made, label, label[problem.site[items]])


def _least(problem: Problem, item_of: Ints, count: int) -> sparse.csr_array:
    """Return per item the least its options draw of each account; an account some of them do not draw is not drawn."""
    drawn = problem.drawn.tocoo()
    rows, items = drawn.coords[0], item_of[drawn.coords[1]]
    cell = rows.astype(np.int64) * count + items
    cells, where = np.unique(cell, return_inverse=True)
    least = np.full(len(cells), np.iinfo(np.int64).max)
    np.minimum.at(least, where, drawn.data.astype(np.int64))
    times = np.bincount(where, minlength=len(cells))
    sizes = np.bincount(item_of, minlength=count)
    full = times == sizes[cells % count]
    kept = cells[full]
    shape = (len(problem.free), count)
    return sparse.csr_array((least[full], (kept // count, kept % count)), shape)


def with_sites(problem: Problem, given: Coarse, items: Ints, effort: Effort) -> Ints:
    """Give every project of a coarse answer a site in its group, then fill what is left.

    Parameters
    ----------
    problem : Problem
    given : Coarse
    items : int64 array
        Item of each project, -1 for none.
    effort : Effort
        Of each group.
    """
    group = np.full(problem.n_projects, -1, np.int64)
    placed = np.flatnonzero(items >= 0)
    group[placed] = given.group[items[placed]]
    chosen = np.full(problem.n_projects, -1, np.int64)
    meant = group[problem.project] == given.label[problem.site]
    for number in np.unique(group[placed]).tolist():
        mine = group == number
        part, options = around(problem, chosen, mine)
        only = np.flatnonzero(meant[options])
        found = satisfy.search(part.keeping(only), effort)
        if found.chosen is not None:
            chosen[mine] = renumbered(found.chosen, options[only])[mine]
    return greedy.taken(problem, np.argsort(-problem.goal, kind="stable"), chosen)
