"""What a supply record says that the idle-land clock reads, and the limits it is held against."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from geo.screen.records import NOTHING, Event, Standing

Cause = Literal["owner", "government", "force_majeure", "preliminary", "several", "unknown"]
EXEMPT: tuple[Cause, ...] = ("government", "force_majeure", "preliminary")
"""Causes for which the law asks neither fee nor take-back: acts of government, force majeure, and the
work that must come before a start (动工开发必需的前期工作; 城市房地产管理法 26)."""
Delivery = Literal["in_time", "late", "after_start", "never", "unrecorded"]
"""Delivery of the land (交地) against the contract: ``late`` after the agreed day but before works had to
start, ``after_start`` only after that; ``unrecorded``: due, and the register says nothing of it."""
Permit = Literal["yes", "none", "unrecorded"]


ENOUGH = 1e-9
"""A share this close below a limit has reached it: 1.4 of 4.2 ha is a third."""


@dataclass(frozen=True)
class Limits:
    """Figures of the idle-land rules (`data/standards/idle-land.toml`); nothing here has a default.

    Parameters
    ----------
    fee_months, takeback_months : int
        Not started for so long after the agreed day: fee (闲置费), take-back (无偿收回).
    suspended_months : int
        Test B: works suspended for so long.
    developed_share, invested_share : float
        Test B: developed, or invested, below this share.
    fee_share : float
        Fee as a share of the price.
    warning_days : int
        Days before a limit from which a warning stands.
    after_delivery_months : int
        Start where none was agreed: from actual delivery (53号令 22). A contract alone starts no clock.
    unverified : frozenset of str
        Names of the fields above that rest on memory alone (mark M).
    """

    fee_months: int
    takeback_months: int
    suspended_months: int
    developed_share: float
    invested_share: float
    fee_share: float
    warning_days: int
    after_delivery_months: int
    unverified: frozenset[str] = frozenset()


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time from its first day to its last day, both counted; an open one has no end yet."""

    start: date
    end: date | None = None


@dataclass(frozen=True)
class Terms:
    """What one supply record says.

    Parameters
    ----------
    record : str
        How a sentence calls it.
    standing : Standing
        How far the land has come on the day, or why nobody can tell (`geo.screen.records`).
    events : mapping of str to Event
        ``contract deliver_by delivered start_by started finish_by finished``; the agreed
        days (``…_by``) are plans and count whatever the day is.
    extended_to : tuple of date
        Starts named by supplementary agreements; the latest one counts, and the year runs
        from it (53号令 12), however long after the first it lies.
    suspensions : tuple of Span
        Works suspended (中止开发).
    pauses : tuple of Span
        Time that does not count (不计入期限), as documented in the record.
    developed_share, invested_share : float or None
        Of the area to be developed; of the investment **without the price of the land**
        and taxes paid to the state. None: not known.
    invested_share_hi : float or None
        Of an investment of which nobody says whether the price is in it: the most the share can be, and
        `invested_share` the least. None: that is exact.
    cause : {"owner", "government", "force_majeure", "preliminary", "several", "unknown"}
        ``several``: the holder beside a cause the law exempts, or beside one nobody knows; which of them
        kept the works is open.
    evidence : str
        Document that proves the cause.
    ruling : str
    ruled : date or None
        Number and day of the recognition (认定书).
    price_wan : float or None
        Price of the land, 万元.
    permit : {"yes", "none", "unrecorded"}
        Building permit (施工许可证); ``none`` only where the register records permits.
    starts_recorded, deliveries_recorded : bool
        The register records starts of works, and deliveries, at all. A column that is
        empty on every row proves nothing about any row.
    recovered : bool
        The land is taken as recovered (收回), so no clock runs any more.
    unreadable : tuple of str
        Fields whose cell cannot be read.
    """

    record: str
    standing: Standing
    events: Mapping[str, Event] = field(default_factory=dict)
    extended_to: tuple[date, ...] = ()
    suspensions: tuple[Span, ...] = ()
    pauses: tuple[Span, ...] = ()
    developed_share: float | None = None
    invested_share: float | None = None
    invested_share_hi: float | None = None
    cause: Cause = "unknown"
    evidence: str = ""
    ruling: str = ""
    ruled: date | None = None
    price_wan: float | None = None
    permit: Permit = "unrecorded"
    starts_recorded: bool = True
    deliveries_recorded: bool = True
    recovered: bool = False
    unreadable: tuple[str, ...] = ()

    def event(self, name: str) -> Event:
        """Return one event; nothing recorded where the record does not speak of it."""
        return self.events.get(name, NOTHING)

    def day(self, name: str, by: date | None = None) -> date | None:
        """Return the day of an event; with `by` only when it had happened by then."""
        found = self.event(name)
        return found.on if found.on is not None and (by is None or found.on <= by) else None


def anniversary(day: date, months: int) -> date:
    """Return the corresponding day so many months later (对应日).

    Where the month has no such day it is the last day of the month, so 29 February plus a
    year is 28 February, and 29 February plus four years is 29 February again. Several
    years are counted from the first day, not from one anniversary to the next. This is
    the rule of the Civil Code, art. 202 (民法典 第二百零二条); read with art. 201, by which
    the day a term begins on does not count, a limit could be held to be full only the day
    after. The convention here is the corresponding day itself; both articles from memory.
    """
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def moved(day: date, months: int, pauses: Iterable[Span]) -> date | None:
    """Return the anniversary, later by the days that do not count.

    Parameters
    ----------
    day : date
    months : int
    pauses : iterable of Span
        Only days from `day` to the limit move it; days in two pauses move it once.

    Returns
    -------
    date or None
        None: a pause has no end yet, so there is no limit yet.
    """
    limit, counted = anniversary(day, months), day
    for pause in sorted(pauses, key=lambda p: p.start):
        first = max(pause.start, counted)
        if first >= limit:
            break
        if pause.end is None:
            return None
        if pause.end >= first:
            counted = pause.end + timedelta(days=1)
            limit += counted - first
    return limit


def below(terms: Terms, limits: Limits) -> bool | None:
    """Tell whether test B's share condition holds: developed below a third OR invested below a quarter.

    None when neither known share is below its limit and one is not known.
    """
    most = terms.invested_share if terms.invested_share_hi is None else terms.invested_share_hi
    shares = (
        (terms.developed_share, terms.developed_share, limits.developed_share),
        (terms.invested_share, most, limits.invested_share),
    )
    if any(high is not None and high < limit - ENOUGH for _, high, limit in shares):
        return True
    reached = all(low is not None and low >= limit - ENOUGH for low, _, limit in shares)
    return False if reached else None
