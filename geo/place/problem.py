"""The assignment of projects to sites as whole numbers: what solvers read and answers refer to.

Accounts, land and objective are whole numbers of a small unit (0.01 亩, 0.001 MVA …), so a
sum is exact, "99 % of the amount" means something, and every solver sees the same problem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """Options (a project on a site) and what they use up together.

    Parameters
    ----------
    project, site : int64 arrays, one per option
        Numbers of the project and of the site.
    value : int64 array
        What the option adds to the declared objective; not negative.
    liking : float64 array
        0 … 1 within a project: decides between options of equal value, never against value.
    land : int64 array
        What the option takes of its site.
    n_projects : int
    room : int64 array, one per site
        What a site holds; an option may take part of it and leave the rest to another project.
    parts : csr array, land parts × sites
        1 where the part belongs to the site. Two sites that share a part are never both used.
    draws : csr array, accounts × options
    free : int64 array, one per account
    must : bool array, one per project
        Placed in every answer, or there is none.
    off : csr array, options × sites, or None
        1 where no other project may stand while the option is taken: within the distance its project asks for.
        None: nobody asks for any.
    """

    project: Ints
    site: Ints
    value: Ints
    liking: npt.NDArray[np.float64]
    land: Ints
    n_projects: int
    room: Ints
    parts: sparse.csr_array
    draws: sparse.csr_array
    free: Ints
    must: Flags
    off: sparse.csr_array | None = None

    @property
    def n_options(self) -> int:
        """Number of options."""
        return len(self.project)

    @cached_property
    def by_project(self) -> tuple[Ints, ...]:
        """Options of each project."""
        order = np.argsort(self.project, kind="stable")
        ends = np.searchsorted(self.project[order], np.arange(self.n_projects + 1))
        return tuple(order[a:b] for a, b in pairwise(ends))

    @cached_property
    def rivals(self) -> tuple[Ints, ...]:
        """Sites that share land with each site, itself left out."""
        shared = sparse.csr_array(self.parts.T @ self.parts)
        rows = (shared.indices[a:b] for a, b in pairwise(shared.indptr))
        return tuple(np.asarray(r[r != s], np.int64) for s, r in enumerate(rows))

    @cached_property
    def keeps(self) -> sparse.csr_array:
        """Sites each option keeps others off, an empty array where nobody asks for a distance."""
        return self.off if self.off is not None else sparse.csr_array((self.n_options, len(self.room)), dtype=np.int64)

    def kept_from(self, option: int) -> Ints:
        """Return the sites an option keeps other projects off."""
        keeps = self.keeps
        return np.asarray(keeps.indices[keeps.indptr[option] : keeps.indptr[option + 1]], np.int64)

    @cached_property
    def shuts(self) -> sparse.csr_array:
        """Options of other projects each option keeps off: options × options."""
        near = sparse.coo_array(self.keeps[:, self.site])
        row, column = (c[self.project[near.row] != self.project[near.col]] for c in (near.row, near.col))
        return sparse.csr_array((np.ones(len(row), np.int64), (row, column)), (self.n_options, self.n_options))

    @cached_property
    def drawn(self) -> sparse.csc_array:
        """Draws with quick access to the accounts of an option."""
        return sparse.csc_array(self.draws)

    @cached_property
    def goal(self) -> npt.NDArray[np.float64]:
        """Value with the liking as a fraction too small to outweigh one unit of value."""
        return self.value + self.liking * (0.5 / max(self.n_projects, 1))

    def total(self, chosen: Ints) -> int:
        """Return the objective of an answer (option per project, -1 for none)."""
        return int(self.value[chosen[chosen >= 0]].sum())

    def left(self, chosen: Ints) -> Ints:
        """Return what an answer leaves in every account."""
        taken = np.zeros(self.n_options, np.int64)
        taken[chosen[chosen >= 0]] = 1
        return self.free - np.asarray(self.draws @ taken, np.int64)

    def keeping(self, options: Ints) -> Problem:
        """Return the problem with some options only; projects, sites and accounts keep their numbers."""
        columns = sparse.csc_array(self.draws)[:, options]
        return replace(
            self, project=self.project[options], site=self.site[options], value=self.value[options],
            liking=self.liking[options], land=self.land[options], draws=sparse.csr_array(columns),
            off=None if self.off is None else self.off[options],
        )  # fmt: skip


def around(problem: Problem, chosen: Ints, freed: Flags) -> tuple[Problem, Ints]:
    """Return the problem left when some projects are free and the others stay where they are.

    Parameters
    ----------
    problem : Problem
    chosen : int64 array
        Option per project, -1 for none.
    freed : bool array, one per project

    Returns
    -------
    Problem, int64 array
        Only options of free projects that still fit alone; and their numbers in the
        whole problem. Projects, sites and accounts keep their numbers.
    """
    state = held(problem, np.where(freed, -1, chosen))
    fits = freed[problem.project] & (state.barred[problem.site] == 0) & (state.kept[problem.site] == 0)
    fits &= np.asarray(problem.keeps @ state.users).ravel() == 0
    fits &= problem.land <= state.room[problem.site]
    over = problem.draws.copy()
    over.data = (over.data > np.repeat(state.left, np.diff(over.indptr))).astype(np.int64)
    fits &= np.asarray(over.sum(axis=0)).ravel() == 0
    options = np.flatnonzero(fits)
    rest = replace(problem.keeping(options), free=state.left, room=state.room, must=problem.must & freed)
    return rest, options


def renumbered(chosen: Ints, numbers: Ints) -> Ints:
    """Return an answer with its options named by other numbers; -1 stays -1."""
    out = np.full(len(chosen), -1, np.int64)
    taken = chosen >= 0
    out[taken] = numbers[chosen[taken]]
    return out


def held(problem: Problem, chosen: Ints) -> State:
    """Return the state after an answer: what is used of sites, parts and accounts."""
    state = State(problem)
    for option in chosen[chosen >= 0]:
        state.take(int(option))
    return state


class State:
    """What is left while options are taken one after another."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.left = problem.free.copy()
        self.room = problem.room.copy()
        self.users = np.zeros(len(problem.room), np.int64)
        self.barred = np.zeros(len(problem.room), np.int64)
        self.kept = np.zeros(len(problem.room), np.int64)
        self.chosen = np.full(problem.n_projects, -1, np.int64)

    def fits_land(self, option: int) -> bool:
        """Tell whether the site still has the room, no used site shares its land, and distances are kept."""
        site = self.problem.site[option]
        return bool(self.room[site] >= self.problem.land[option] and self.barred[site] == 0) and self.far(option)

    def far(self, option: int) -> bool:
        """Tell whether an option is as far from the projects placed as it and they ask for."""
        return bool(self.kept[self.problem.site[option]] == 0 and not self.users[self.problem.kept_from(option)].any())

    def short(self, option: int) -> tuple[Ints, Ints]:
        """Return the accounts an option would overdraw, and by how much."""
        accounts, amounts = self.draws_of(option)
        lack = amounts - self.left[accounts]
        return accounts[lack > 0], lack[lack > 0]

    def draws_of(self, option: int) -> tuple[Ints, Ints]:
        """Return accounts and amounts an option draws."""
        drawn = self.problem.drawn
        cut = slice(drawn.indptr[option], drawn.indptr[option + 1])
        return np.asarray(drawn.indices[cut], np.int64), np.asarray(drawn.data[cut], np.int64)

    def fits(self, option: int) -> bool:
        """Tell whether an option can be taken now."""
        accounts, amounts = self.draws_of(option)
        return self.fits_land(option) and bool((amounts <= self.left[accounts]).all())

    def take(self, option: int) -> None:
        """Take an option for its project."""
        self._shift(option, 1)
        self.chosen[self.problem.project[option]] = option

    def give_back(self, option: int) -> None:
        """Undo `take`."""
        self._shift(option, -1)
        self.chosen[self.problem.project[option]] = -1

    def _shift(self, option: int, sign: int) -> None:
        site = int(self.problem.site[option])
        accounts, amounts = self.draws_of(option)
        self.left[accounts] -= sign * amounts
        self.room[site] -= sign * self.problem.land[option]
        self.kept[self.problem.kept_from(option)] += sign
        before = self.users[site]
        self.users[site] += sign
        if before == 0 or self.users[site] == 0:
            self.barred[self.problem.rivals[site]] += sign
