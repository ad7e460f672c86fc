"""From tables to the whole-number problem: which option draws how much of what (落位问题)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geo.basis.reason import Reason, reason
from geo.basis.units import MU_M2
from geo.place.headroom import Pool, not_known, serving
from geo.place.problem import Ints, Problem
from geo.place.spacing import NO_SPACING, Spacing, kept_off

YES, NO, UNKNOWN = "yes", "no", "unknown"
LAND, BUILDING = "land", "building"
LAND_STEP_M2 = MU_M2 / 100.0
"""Land is dealt out in hundredths of a 亩, as reports write it."""
FLOOR_STEP_M2 = 1.0


@dataclass(frozen=True)
class Need:
    """What a project needs of one resource, in the resource's unit.

    Parameters
    ----------
    low, high : float
        The need lies between; infinite where it is open.
    binding : bool
        False for a figure from memory (M): it is shown, and never keeps a project out.
    """

    low: float
    high: float
    binding: bool = True


@dataclass(frozen=True)
class Portfolio:
    """What is to be placed, and where it could be.

    Parameters
    ----------
    projects : DataFrame
        ``project_id``; one row per project, in the order of answers.
    needs : mapping of project to mapping of resource to Need
        A resource that is missing is one nobody says the project needs.
    fits : DataFrame
        Table `fits`: ``project_id site_id feasible take_m2 value liking``; `take_m2` is the
        land (or floor of a building) the option takes, `value` its part of the objective in
        whole units.
    sites : DataFrame
        ``site_id kind park_id room_m2``.
    parts : DataFrame
        ``site_id part_id``: the land parts (or the building) a site is made of. Sites of the
        same parts are one block that several projects may share.
    rates : mapping of site to mapping of account to float
        Share of the land taken that draws the account (新增, 占补 …); NaN is not known.
    spacing : Spacing
        Distances projects ask all others to keep.
    """

    projects: pd.DataFrame
    needs: Mapping[str, Mapping[str, Need]]
    fits: pd.DataFrame
    sites: pd.DataFrame
    parts: pd.DataFrame
    rates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    spacing: Spacing = NO_SPACING


@dataclass(frozen=True)
class Option:
    """A project on a site, and what it draws of which pool (whole steps)."""

    project_id: str
    site_id: str
    park_id: str
    kind: str
    take_m2: float
    value: int
    liking: float
    draws: Mapping[int, int]
    unverified: Mapping[int, int]


@dataclass(frozen=True)
class Doubt:
    """A project on a site that cannot be promised: something it depends on is not known."""

    project_id: str
    site_id: str
    why: Reason


@dataclass(frozen=True)
class Booked:
    """A portfolio as a problem, with the way back.

    Parameters
    ----------
    problem : Problem
    options : tuple of Option
        In the order of the problem's options.
    pools : tuple of Pool
        In the order of the problem's accounts.
    doubts : tuple of Doubt
    uncounted : mapping of project to resources nobody keeps count of
    """

    problem: Problem
    options: tuple[Option, ...]
    pools: tuple[Pool, ...]
    doubts: tuple[Doubt, ...]
    uncounted: Mapping[str, tuple[str, ...]]
    project_ids: tuple[str, ...]
    spacing: Spacing = NO_SPACING

    def number(self, project_id: str) -> int:
        """Return the number of a project."""
        return self.project_ids.index(project_id)


def book(portfolio: Portfolio, pools: Sequence[Pool]) -> Booked:
    """Write a portfolio as a problem.

    Options that rest on something unknown (feasibility, the state of an account they draw
    from, the class of the land) become doubts: they are never chosen.
    """
    sites = portfolio.sites.set_index("site_id")
    options: list[Option] = []
    doubts: list[Doubt] = []
    counted = {p.resource.id for p in pools}
    for record in portfolio.fits[portfolio.fits["feasible"] != NO].to_dict("records"):
        row = {str(k): v for k, v in record.items()}
        asked = _Asked(portfolio, sites.loc[row["site_id"]], row, _Counted(tuple(pools), frozenset(counted)))
        doubt = asked.doubt()
        if doubt is not None:
            doubts.append(Doubt(row["project_id"], row["site_id"], doubt))
        else:
            options += asked.options()
    ids = tuple(portfolio.projects["project_id"].astype(str))
    uncounted = {p: tuple(sorted(set(portfolio.needs.get(p, {})) - counted)) for p in ids}
    made = _problem(options, ids, portfolio, pools)
    return Booked(made, tuple(options), tuple(pools), tuple(doubts), uncounted, ids, portfolio.spacing)


@dataclass(frozen=True)
class _Counted:
    pools: tuple[Pool, ...]
    resources: frozenset[str]


class _Asked:
    """One row of `fits` held against the pools."""

    def __init__(self, portfolio: Portfolio, site: Any, row: Mapping[str, Any], counted: _Counted):
        self.row, self.site, self.pools = row, site, counted.pools
        needs = portfolio.needs.get(row["project_id"], {})
        self.needs = {r: n for r, n in needs.items() if r in counted.resources and n.high > 0}
        self.rates = portfolio.rates.get(row["site_id"], {})
        self.spacing = portfolio.spacing
        self.serving = {r: self._serving(r) for r in self.needs}

    def _serving(self, resource: str) -> tuple[int, ...]:
        county = tuple(k for k, p in enumerate(self.pools) if p.resource.id == resource and p.county)
        return county or serving(self.pools, str(self.site["park_id"]), resource)

    def doubt(self) -> Reason | None:
        """Return what is not known; None where everything is."""
        if self.row["feasible"] == UNKNOWN:
            return Reason.from_json(self.row["reason"])
        if apart := self.spacing.doubt(str(self.row["project_id"])):
            return apart
        for resource, need in self.needs.items():
            if not need.binding:
                continue
            if not_known([self.pools[k] for k in self.serving[resource]]):
                return self._no_headroom(resource)
            if not np.isfinite(need.high):
                return reason("fit_need_open", resource=resource, low=need.low)
        return next(self._open_accounts(), None)

    def _no_headroom(self, resource: str) -> Reason:
        if not self.serving[resource]:
            return reason("fit_not_served", resource=resource, park=str(self.site["park_id"]))
        pools = [self.pools[k] for k in self.serving[resource]]
        names = [name for p in pools for name in p.unknown]
        if units := [u for p in pools for u in p.stated_units]:
            return reason("fit_headroom_unit", resource=resource, facilities=names, units=units)
        return reason("fit_headroom_unknown", resource=resource, facilities=names)

    def _open_accounts(self) -> Iterator[Reason]:
        for k, pool in enumerate(self.pools):
            rate = self.rates.get(pool.id, 0.0)
            if np.isnan(rate):
                yield reason("fit_draw_unknown", account=pool.id)
            elif self._land_draw(k) and pool.free is None:
                yield reason("fit_account_unknown", account=pool.id)

    def _land_draw(self, k: int) -> int:
        pool = self.pools[k]
        rate = self.rates.get(pool.id, 0.0)
        if np.isnan(rate) or rate == 0.0 or self.site["kind"] != LAND:
            return 0
        return pool.resource.steps(rate * float(self.row["take_m2"]) * pool.resource.factor)

    def options(self) -> Iterator[Option]:
        """Yield one option per way of being supplied (usually one)."""
        land = {k: d for k in range(len(self.pools)) if (d := self._land_draw(k))}
        known = {r: [k for k in ks if self.pools[k].free is not None] for r, ks in self.serving.items()}
        binding = [r for r, n in self.needs.items() if n.binding]
        loose = [r for r, n in self.needs.items() if not n.binding and self.serving[r]]
        unverified = {self.serving[r][0]: self._steps(r) for r in loose if np.isfinite(self.needs[r].high)}
        for ways in product(*(known[r] for r in binding)):
            draws = dict(land)
            for resource, k in zip(binding, ways, strict=True):
                draws[k] = draws.get(k, 0) + self._drawn(resource, k)
            yield Option(
                str(self.row["project_id"]), str(self.row["site_id"]), str(self.site["park_id"]),
                str(self.site["kind"]), float(self.row["take_m2"]), int(self.row["value"]),
                float(self.row["liking"]), draws, unverified,
            )  # fmt: skip

    def _drawn(self, resource: str, k: int) -> int:
        """Return what is drawn of a pool: of one that is shared nothing where the project alone fits."""
        pool, steps = self.pools[k], self._steps(resource)
        return 0 if pool.resource.shared and steps <= (pool.free or 0) else steps

    def _steps(self, resource: str) -> int:
        pool = self.pools[self.serving[resource][0]]
        return pool.resource.steps(self.needs[resource].high)


def _problem(options: Sequence[Option], ids: Sequence[str], portfolio: Portfolio, pools: Sequence[Pool]) -> Problem:
    blocks, block_of = _blocks(portfolio.parts)
    number = {p: k for k, p in enumerate(ids)}
    kinds = portfolio.sites.set_index("site_id")["kind"].to_dict()
    at = np.array([block_of[o.site_id] for o in options], np.int64)
    step = np.array([FLOOR_STEP_M2 if o.kind == BUILDING else LAND_STEP_M2 for o in options])
    take = np.array([o.take_m2 for o in options])
    room = np.zeros(blocks.shape[1], np.int64)
    for site_id, size in portfolio.sites[["site_id", "room_m2"]].itertuples(index=False):
        unit = FLOOR_STEP_M2 if kinds[site_id] == BUILDING else LAND_STEP_M2
        room[block_of[site_id]] = max(room[block_of[site_id]], round(np.nan_to_num(size) / unit))
    off = kept_off(portfolio.spacing, [(o.project_id, o.site_id) for o in options], at, blocks.shape[1])
    return Problem(
        np.array([number[o.project_id] for o in options], np.int64), at,
        np.array([o.value for o in options], np.int64), np.array([o.liking for o in options], float),
        np.rint(take / step).astype(np.int64) if len(options) else np.zeros(0, np.int64), len(ids), room, blocks,
        _draws(options, len(pools)), np.array([p.free or 0 for p in pools], np.int64), np.zeros(len(ids), bool),
        off,
    )  # fmt: skip


def _blocks(parts: pd.DataFrame) -> tuple[sparse.csr_array, dict[str, int]]:
    """Return parts × blocks, and the block of each site: sites of the very same parts are one block."""
    sets = {str(s): tuple(sorted(g)) for s, g in parts.groupby("site_id", sort=True)["part_id"]}
    number = {members: k for k, members in enumerate(dict.fromkeys(sets.values()))}
    names = {p: k for k, p in enumerate(sorted({p for members in number for p in members}))}
    pairs = [(names[p], k) for members, k in number.items() for p in members]
    rows, columns = (np.array(c, np.int64) for c in (zip(*pairs, strict=True) if pairs else ((), ())))
    matrix = sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), (len(names), len(number)))
    return matrix, {site: number[members] for site, members in sets.items()}


def _draws(options: Sequence[Option], count: int) -> sparse.csr_array:
    cells = [(a, j, d) for j, o in enumerate(options) for a, d in sorted(o.draws.items()) if d]
    rows, columns, amounts = (np.array(c, np.int64) for c in (zip(*cells, strict=True) if cells else ((), (), ())))
    return sparse.csr_array((amounts, (rows, columns)), (count, len(options)))


def restricted(booked: Booked, allowed: np.ndarray, must: Ints) -> Problem:
    """Return the problem with some options only and some projects that must be placed; options are renumbered."""
    flags = booked.problem.must.copy()
    flags[must] = True
    return replace(booked.problem.keeping(np.flatnonzero(allowed)), must=flags)
