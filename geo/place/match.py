"""Matching (匹配): the whole pipeline onto sites, each piece of land once, within headroom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from geo.basis.progress import Progress, silent
from geo.place import portfolio as room
from geo.place import price
from geo.place import solve as solver
from geo.place.headroom import Pool
from geo.place.miss import Miss, nearest
from geo.place.portfolio import Booked, Option, Portfolio
from geo.place.price import Forced
from geo.place.problem import Flags, Ints, Problem, renumbered
from geo.place.solve import Solved, Work


@dataclass(frozen=True)
class Wish:
    """A site or a park somebody decided on; both empty means any site at all.

    Parameters
    ----------
    site, park : str
    """

    site: str = ""
    park: str = ""

    def meets(self, option: Option) -> bool:
        """Tell whether an option is what the wish is about."""
        return self.site in ("", option.site_id) and self.park in ("", option.park_id)


@dataclass(frozen=True)
class Wishes:
    """Pins and bans (指定与排除) by project."""

    pins: Mapping[str, Wish] = field(default_factory=dict)
    bans: Mapping[str, tuple[Wish, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """The answer for a portfolio.

    Parameters
    ----------
    booked : Booked
        Every option, bans and pins not yet applied.
    allowed : bool array, one per option
        What pins and bans leave.
    solved : Solved
        Its options are numbers of `booked`.
    broken : frozenset of str
        Projects whose pin cannot be kept: no feasible option there, or not with the other pins.
    wishes : Wishes
    """

    booked: Booked
    allowed: Flags
    solved: Solved
    broken: frozenset[str]
    wishes: Wishes

    @cached_property
    def chosen(self) -> Ints:
        """Option of each project, -1 for none."""
        none = np.full(len(self.booked.project_ids), -1, np.int64)
        return none if self.solved.chosen is None else self.solved.chosen

    def option_of(self, project_id: str) -> Option | None:
        """Return where a project is placed, None where it is not."""
        option = int(self.chosen[self.booked.number(project_id)])
        return None if option < 0 else self.booked.options[option]

    def placed_options(self) -> list[Option]:
        """Return the options taken, in the order of projects."""
        return [self.booked.options[k] for k in self.chosen.tolist() if k >= 0]

    def block_of(self, option: Option) -> int:
        """Return the block of land (or the building) an option stands on."""
        return self._block[option.site_id]

    @cached_property
    def _block(self) -> dict[str, int]:
        sites = (o.site_id for o in self.booked.options)
        return dict(zip(sites, self.booked.problem.site.tolist(), strict=True))

    def view(self, free: str = "") -> View:
        """Return the problem as it was solved: what pins and bans leave, pins placed.

        With `free` that project's own pin is lifted, its bans are not.
        """
        keep, must = self.allowed.copy(), np.zeros(len(self.booked.project_ids), bool)
        must[[self.booked.number(p) for p in self.wishes.pins if p not in self.broken | {free}]] = True
        if free:
            number = self.booked.number(free)
            bans = self.wishes.bans.get(free, ())
            for k in self.booked.problem.by_project[number].tolist():
                keep[k] = not any(ban.meets(self.booked.options[k]) for ban in bans)
        return View(self, np.flatnonzero(keep), must)

    @cached_property
    def families(self) -> Ints:
        """Number of the resource of each account."""
        names = [p.resource.id for p in self.booked.pools]
        return np.array([names.index(n) for n in names], np.int64)

    def miss(self, project_id: str) -> Miss:
        """Return the nearest miss of a project that is not placed, among what pins and bans leave it."""
        view = self.view()
        found = nearest(view.problem, view.chosen, self.booked.number(project_id), self.families)
        return replace(found, option=int(view.keep[found.option])) if found.option >= 0 else found

    def used(self) -> Iterator[tuple[Option, Pool, int, bool]]:
        """Yield what each placed project draws: option, pool, whole steps, and whether on an M figure alone.

        Of what is shared nothing is drawn.
        """
        for option in self.placed_options():
            for loose, draws in ((False, option.draws), (True, option.unverified)):
                for k, amount in sorted(draws.items()):
                    if not self.booked.pools[k].resource.shared:
                        yield option, self.booked.pools[k], amount, loose


@dataclass(frozen=True)
class View:
    """Part of the options of an answer as a problem of its own.

    Parameters
    ----------
    placed : Placed
    keep : int64 array
        Numbers of the options in the whole problem.
    must : bool array, one per project
    """

    placed: Placed
    keep: Ints
    must: Flags

    @cached_property
    def problem(self) -> Problem:
        """The problem, options renumbered."""
        return replace(self.placed.booked.problem.keeping(self.keep), must=self.must)

    @cached_property
    def chosen(self) -> Ints:
        """The answer in the numbers of this problem."""
        place = np.full(len(self.placed.booked.options), -1, np.int64)
        place[self.keep] = np.arange(len(self.keep))
        return renumbered(self.placed.chosen, place)

    def stays(self, chosen: Ints) -> bool:
        """Tell whether every project that is placed keeps its site in another answer of this problem."""
        mine = np.flatnonzero(self.chosen >= 0)
        if (chosen[mine] < 0).any():
            return False
        return bool((self.problem.site[chosen[mine]] == self.problem.site[self.chosen[mine]]).all())

    def with_more(self, accounts: Ints, amounts: Ints, work: Work | None = None) -> Forced:
        """Return the best answer if some accounts held more (whole steps)."""
        extra = np.zeros(len(self.problem.free), np.int64)
        extra[accounts] = amounts
        return price.with_more(self.problem, replace(self.placed.solved, chosen=self.chosen), extra, work)

    def forced(self, project_id: str, site_id: str = "", work: Work | None = None) -> Forced:
        """Return the best answer with a project elsewhere (or in, when it is out); on one site if it is named.

        Options of the answer are numbers of the whole problem.
        """
        number = self.placed.booked.number(project_id)
        best = replace(self.placed.solved, chosen=self.chosen)
        if site_id:
            here = np.array([self.placed.booked.options[k].site_id == site_id for k in self.keep], bool)
            found = price.force(self.problem, best, number, here, work)
        else:
            found = price.runner_up(self.problem, best, number, work)
        if found.chosen is None:
            return found
        return replace(found, chosen=renumbered(found.chosen, self.keep))


def place(
    portfolio: Portfolio,
    pools: Sequence[Pool],
    wishes: Wishes | None = None,
    work: Work | None = None,
    progress: Progress = silent,
) -> Placed:
    """Assign the pipeline.

    Parameters
    ----------
    portfolio : Portfolio
    pools : sequence of Pool
        What is left of facilities and accounts.
    wishes : Wishes or None
        Pins come first: a pin that is feasible alone and with the others is always kept.
    work : Work or None
    progress : Progress

    Returns
    -------
    Placed
        The same input gives the same answer.
    """
    wishes = wishes or Wishes()
    booked = room.book(portfolio, pools)
    allowed = allowed_options(booked, wishes)
    pinned = [booked.number(p) for p in wishes.pins if p in booked.project_ids]
    must = _kept_pins(booked.problem, allowed, pinned)
    keep = np.flatnonzero(allowed)
    demanded = booked.problem.must.copy()
    demanded[must] = True
    found = solver.solve(replace(booked.problem.keeping(keep), must=demanded), work, progress)
    chosen = None if found.chosen is None else renumbered(found.chosen, keep)
    broken = frozenset(booked.project_ids[p] for p in pinned if p not in set(must.tolist()))
    return Placed(booked, allowed, replace(found, chosen=chosen), broken, wishes)


def allowed_options(booked: Booked, wishes: Wishes) -> Flags:
    """Tell of each option whether pins and bans leave it."""
    out = np.ones(len(booked.options), bool)
    for k, option in enumerate(booked.options):
        pin = wishes.pins.get(option.project_id)
        banned = any(ban.meets(option) for ban in wishes.bans.get(option.project_id, ()))
        out[k] = (pin is None or pin.meets(option)) and not banned
    return out


def _kept_pins(problem: Problem, allowed: Flags, pinned: Sequence[int]) -> Ints:
    """Return the pinned projects that can be placed together: all of them, else as many as possible."""
    if not pinned:
        return np.zeros(0, np.int64)
    keep = np.flatnonzero(allowed & np.isin(problem.project, pinned))
    only = problem.keeping(keep)
    counted = replace(only, value=np.ones(only.n_options, np.int64))
    found = solver.solve(counted)
    if found.chosen is None:
        return np.zeros(0, np.int64)
    return np.flatnonzero(found.chosen >= 0)
