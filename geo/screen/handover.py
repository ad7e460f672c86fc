"""What stands between a site and its handing over: approvals still open, and the earliest day they can be had."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Needed = Literal["yes", "maybe"]
When = Literal["", "conversion", "taking", "supply"]
COLLECTIVE = ("30", "31", "32", "33", "34", "40")
"""Codes of collective ownership in the land survey (QSXZ)."""
STATE = ("10", "20", "21")
DAYS_A_MONTH = 30
SLIGHT_M2 = 0.01
DAY_UNKNOWN = "unknown"


@dataclass(frozen=True)
class Approval:
    """One approval, as a table of data names it.

    Parameters
    ----------
    id : str
    low_months, high_months : float
        Time it takes.
    when : {"", "conversion", "taking", "supply"}
        What of the supply of the land asks for it.
    rules : tuple of str
        Rules that ask for it where they stand among a site's conditions.
    after : tuple of str
        Approvals it waits for, if they are open.
    """

    id: str
    low_months: float
    high_months: float
    when: When = ""
    rules: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Path:
    """What is open of a site and when it can be handed over.

    Parameters
    ----------
    needed : mapping of approval to {"yes", "maybe"}
        In the order of the table; what is surely not needed is not in it.
    earliest, latest : date
        If only what is surely needed is, as fast as it goes; if all that may be is, as slow as it goes.
    clearing : str
        "" but for renewal land that is not cleared: the day it is to be, or `DAY_UNKNOWN`. Approvals run beside.
    """

    needed: Mapping[str, Needed]
    earliest: date
    latest: date
    clearing: str = ""


def path(site: Mapping[str, Any], approvals: Sequence[Approval], as_of: date) -> Path:
    """Return the approvals a site still needs and its days.

    Parameters
    ----------
    site : mapping
        A row of the table `sites`.
    approvals : sequence of Approval
        Each after those it waits for.
    as_of : date
    """
    found = {a.id: _needed(site, a) for a in approvals}
    needed: dict[str, Needed] = {k: v for k, v in found.items() if v is not None}
    least = {a.id: a.low_months for a in approvals if needed.get(a.id) == "yes"}
    most = {a.id: a.high_months for a in approvals if a.id in needed}
    ends = (_longest(approvals, months) for months in (least, most))
    earliest, latest = (later(as_of, months) for months in ends)
    clearing = _clearing(site)
    if not clearing:
        return Path(needed, earliest, latest)
    if clearing == DAY_UNKNOWN:
        return Path(needed, earliest, date.max, clearing)
    clear = date.fromisoformat(clearing)
    return Path(needed, max(earliest, clear), max(latest, clear), clearing)


def _clearing(site: Mapping[str, Any]) -> str:
    """Return the day renewal land of a site is to be clear, `DAY_UNKNOWN`, or "" where there is nothing to clear."""
    stage = site.get("renewal_stage")
    if not isinstance(stage, str) or stage in ("", "cleared"):
        return ""
    on = site.get("renewal_on")
    return on if isinstance(on, str) and on else DAY_UNKNOWN


def _needed(site: Mapping[str, Any], approval: Approval) -> Needed | None:
    said = [_by_supply(site, approval.when)] if approval.when else []
    for column, word in (("conditions", "yes"), ("unknowns", "maybe")):
        named = set(str(site.get(column) or "").split("|"))
        said += [word] if named & set(approval.rules) else []
    return "yes" if "yes" in said else "maybe" if "maybe" in said else None


def _by_supply(site: Mapping[str, Any], when: When) -> str:
    """Tell whether the supply of a site's land asks for an approval: yes, maybe, or "" for no."""
    if when == "supply":
        return "" if str(site.get("supply_status")) in ("supplied", "built") else "yes"
    sure, most = (_area(site, f"quota{end}_m2") for end in ("", "_hi"))
    if when == "conversion":
        return "yes" if sure > SLIGHT_M2 else "maybe" if not most <= SLIGHT_M2 else ""
    open_land = _area(site, "unapproved_m2") > SLIGHT_M2
    doubtful = not _area(site, "supply_unknown_m2") <= SLIGHT_M2
    tenure = str(site.get("tenure") or "")
    if tenure in STATE or not (open_land or doubtful):
        return ""
    return "yes" if open_land and tenure in COLLECTIVE else "maybe"


def _area(site: Mapping[str, Any], name: str) -> float:
    value = site.get(name)
    return math.nan if value is None else float(value)


def _longest(approvals: Sequence[Approval], months: Mapping[str, float]) -> float:
    """Return the length of the longest chain of open approvals, in months."""
    done: dict[str, float] = {}
    for a in approvals:
        before = max((done.get(name, 0.0) for name in a.after), default=0.0)
        done[a.id] = before + months.get(a.id, 0.0)
    return max(done.values(), default=0.0)


def later(day: date, months: float) -> date:
    """Return the day so many months later; a part of a month is so many days of thirty."""
    whole, part = int(months), months - int(months)
    year, month = divmod(day.month - 1 + whole, 12)
    year, month = day.year + year, month + 1
    due = date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
    return due + timedelta(days=round(part * DAYS_A_MONTH))
