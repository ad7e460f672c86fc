"""The days the clock counts by: the agreed start and what takes its place, the limits and the warnings before them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from geo.idle.terms import Limits, Span, Terms, anniversary, below, moved

Basis = Literal["extended", "agreed", "delivery", "none"]


@dataclass(frozen=True)
class Dates:
    """The days the clock runs by; None where there is none.

    `start_on` is the day works had to start by; the others follow from it if works did
    not start (test A), `recognisable_on` from the suspension (test B).
    """

    start_on: date | None = None
    basis: Basis = "none"
    warning_1y_on: date | None = None
    one_year_on: date | None = None
    warning_2y_on: date | None = None
    two_years_on: date | None = None
    warning_b_on: date | None = None
    recognisable_on: date | None = None


def agreed_start(terms: Terms, as_of: date, limits: Limits) -> tuple[date | None, Basis]:
    """Return the day works had to start by, and what it rests on.

    The start of a supplementary agreement wins over the agreed day. Where none was agreed: a
    year after actual delivery (53号令 22); a contract by itself starts no clock. An agreed
    day that cannot be read is not the same as none, so nothing takes its place.
    """
    if "extended_to" in terms.unreadable or terms.event("start_by").happened == "unreadable":
        return None, "none"
    if terms.extended_to:
        return max(terms.extended_to), "extended"
    if (agreed := terms.day("start_by")) is not None:
        return agreed, "agreed"
    if terms.event("delivered").happened == "unreadable":
        return None, "none"
    if (delivered := terms.day("delivered", as_of)) is not None:
        return anniversary(delivered, limits.after_delivery_months), "delivery"
    return None, "none"


def dates(terms: Terms, as_of: date, limits: Limits) -> Dates:
    """Return every day of both tests, whether or not the state gets there."""
    start, basis = agreed_start(terms, as_of, limits)
    out = Dates(start, basis)
    pauses = [p for p in terms.pauses if p.start <= as_of]
    if start is not None:
        one, two = (moved(start, months, pauses) for months in (limits.fee_months, limits.takeback_months))
        out = Dates(start, basis, _before(one, limits), one, _before(two, limits), two)
    stopped = suspension(terms, as_of)
    if stopped is None or terms.day("started", as_of) is None or below(terms, limits) is False:
        return out
    due = moved(stopped.start, limits.suspended_months, pauses)
    return replace(out, warning_b_on=_before(due, limits), recognisable_on=due)


def _before(limit: date | None, limits: Limits) -> date | None:
    return None if limit is None else limit - timedelta(days=limits.warning_days)


def suspension(terms: Terms, as_of: date) -> Span | None:
    """Return the suspension that lasts on a day; earlier ones that ended do not add up."""
    lasting = [s for s in terms.suspensions if s.start <= as_of and (s.end is None or s.end >= as_of)]
    return min(lasting, key=lambda s: s.start, default=None)
