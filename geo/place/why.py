"""Why a project is not placed: rejected at a gate, not known, or unplaced, and by how much it misses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from geo.basis.reason import Reason, reason
from geo.place.match import Placed
from geo.place.miss import Miss
from geo.place.portfolio import NO, Portfolio
from geo.place.problem import held
from geo.project.apart import GATE

PLACED, UNPLACED, REJECTED, UNSETTLED = "placed", "unplaced", "rejected", "unknown"
Gates = Mapping[str, tuple[str, Reason]]
"""Project → result of its gates (``admitted``, ``rejected``, ``unknown``) and the reason."""
ELSEWHERE = ("fit_outside_parks", "park_admits_not")
"""Reasons of sites that are none of the parks a project may go to: said last, other sites come nearer."""
NO_MISS = Miss(-1, np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True)
class Lack:
    """An amount of an account that is missing."""

    account: str
    resource: str
    unit: str
    amount: float


@dataclass(frozen=True)
class Left:
    """A project that is not placed.

    Parameters
    ----------
    status : {"unplaced", "rejected", "unknown"}
    why : Reason
    miss : Miss
        The nearest miss of an unplaced one; without option when none of its sites would do.
    lacks : tuple of Lack
        Amounts missing there, all needed together.
    """

    status: str
    why: Reason
    miss: Miss = NO_MISS
    lacks: tuple[Lack, ...] = ()


def left_out(placed: Placed, portfolio: Portfolio, gates: Gates, project_id: str) -> Left:
    """Say why a project is not placed.

    A gate that rejects comes first, then what is not known, then what is missing. A
    need that is a range and misses only at its upper end leaves the project unknown.
    """
    result, why = gates.get(project_id, ("admitted", reason("gate_not_examined")))
    if result == REJECTED:
        return Left(REJECTED, why)
    miss = placed.miss(project_id)
    if miss.option < 0:
        return _nowhere(placed, portfolio, (result, why), project_id)
    site = placed.booked.options[miss.option].site_id
    lacks = tuple(lacking(placed, miss))
    lines = [told(x) for x in lacks]
    if miss.taken_by:
        names = [placed.booked.project_ids[p] for p in miss.taken_by]
        if not lacks:
            return Left(UNPLACED, reason("unplaced_land_taken", site=site, projects=names), miss)
        return Left(
            UNPLACED, reason("unplaced_land_taken_short", site=site, projects=names, missing=lines), miss, lacks
        )
    if miss.near:
        return _too_near(placed, project_id, miss, lacks)
    if not lacks:
        return Left(UNPLACED, reason("pin_not_kept", pin=_pin(placed, project_id)), miss)
    if all(_within_range(portfolio, project_id, lack) for lack in lacks):
        return Left(UNSETTLED, reason("need_range_decides", missing=[x.account for x in lacks]), miss, lacks)
    if open_ := _may_be_supplied(placed, project_id):
        return Left(UNSETTLED, reason("short_but_open", facilities=open_), miss, lacks)
    return Left(UNPLACED, reason("unplaced_short", site=site, missing=lines), miss, lacks)


def _too_near(placed: Placed, project_id: str, miss: Miss, lacks: tuple[Lack, ...]) -> Left:
    """Return what is to be said of a project that only fits nearer to others than it or they ask for.

    Where no layout keeps the distance it is unplaced and told what is missing; where one might, it is open.
    """
    site = placed.booked.options[miss.option].site_id
    others = [placed.booked.project_ids[p] for p in miss.near]
    stands = {o.project_id: o.site_id for o in placed.placed_options()}
    found = [placed.booked.spacing.between((project_id, site), (q, stands[q])) for q in others]
    near = [n for n in found if n is not None]
    worst = min(near, key=lambda n: (not n.sure, n.distance_m - n.limit_m))
    named = {"site": site, "projects": others, "limit": round(worst.limit_m, 3)}
    if np.isnan(worst.distance_m):
        return Left(UNSETTLED, reason("near_not_measured", **named), miss, lacks)
    named |= {"value": round(worst.distance_m, 3)}
    if not worst.sure:
        return Left(UNSETTLED, reason("near_layout", **named), miss, lacks)
    short = Lack(GATE, "distance", "m", worst.limit_m - worst.distance_m)
    lacks = (*lacks, short)
    return Left(UNPLACED, reason("unplaced_too_near", **named, missing=[told(x) for x in lacks]), miss, lacks)


def lacking(placed: Placed, miss: Miss) -> Iterator[Lack]:
    """Yield what a miss lacks of each account."""
    for account, steps in zip(miss.accounts.tolist(), miss.amounts.tolist(), strict=True):
        pool = placed.booked.pools[account]
        yield Lack(pool.id, pool.resource.id, pool.resource.unit, pool.resource.amount(steps + pool.debt))


def told(lack: Lack) -> str:
    """Return an amount that is missing as a plain text, for tables."""
    return f"{lack.account} {lack.amount:.10g} {lack.unit}"


def _may_be_supplied(placed: Placed, project_id: str) -> list[str]:
    """Return facilities of which nobody knows what they hold, where nothing else keeps a project from a site."""
    view, pools = placed.view(), placed.booked.pools
    state = held(view.problem, view.chosen)
    for option in view.problem.by_project[placed.booked.number(project_id)].tolist():
        if not state.fits_land(option):
            continue
        park = placed.booked.options[int(view.keep[option])].park_id
        short = [pools[a].resource.id for a in state.short(option)[0]]
        open_ = [[u for p in pools if p.resource.id == r and park in p.parks for u in p.unknown] for r in short]
        if open_ and all(open_):
            return list(dict.fromkeys(name for names in open_ for name in names))
    return []


def _nowhere(placed: Placed, portfolio: Portfolio, gate: tuple[str, Reason], project_id: str) -> Left:
    """Return what is to be said of a project without a single option."""
    doubts = [d for d in placed.booked.doubts if d.project_id == project_id]
    if project_id in placed.wishes.pins:
        pin = _pin(placed, project_id)
        about = [d.why for d in doubts if pin in (d.site_id,)]
        if about:
            return Left(UNSETTLED, about[0])
        return Left(UNPLACED, reason("pin_not_feasible", pin=pin))
    if gate[0] == UNSETTLED:
        return Left(UNSETTLED, gate[1])
    if doubts:
        return Left(UNSETTLED, doubts[0].why)
    if any(o.project_id == project_id for o in placed.booked.options):
        return Left(UNPLACED, reason("unplaced_banned"))
    return Left(UNPLACED, _nearest_no(portfolio, project_id))


def _nearest_no(portfolio: Portfolio, project_id: str) -> Reason:
    """Return why the nearest of the infeasible sites does not fit: one in a park that admits it, if there is any."""
    fits = portfolio.fits
    mine = fits[(fits["project_id"] == project_id) & (fits["feasible"] == NO)]
    if mine.empty:
        return reason("unplaced_no_site")
    codes = mine["reason"].map(lambda r: Reason.from_json(str(r)).code)
    mine = mine.assign(elsewhere=codes.isin(ELSEWHERE))
    found = mine.sort_values(["lack_share", "elsewhere", "site_id"], kind="stable")
    return Reason.from_json(str(found["reason"].iloc[0]))


def _pin(placed: Placed, project_id: str) -> str:
    pin = placed.wishes.pins.get(project_id)
    return "" if pin is None else pin.site or pin.park


def _within_range(portfolio: Portfolio, project_id: str, lack: Lack) -> bool:
    """Tell whether the need is a range whose lower end leaves nothing missing."""
    need = portfolio.needs.get(project_id, {}).get(lack.resource)
    return need is not None and need.high - need.low >= lack.amount
