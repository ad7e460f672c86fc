"""Cultivated land approved for building and left unused (土地管理法 第三十八条): a clock of its own.

After a year unused it is to be farmed again if it can be, and a year without works bears the province's
fee; after two years running it is taken back. The clock of order 53 counts from the agreed start of a
holder; this one from the approval, whether the land was supplied or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.basis.reason import Reason, reason
from geo.idle.terms import Terms, anniversary

State = Literal["", "unknown", "within_year", "one_year", "two_years"]
"""``""``: the article does not speak of it; ``one_year``: to be farmed, fee by the province; ``two_years``: to be
taken back."""
LEAST_SHARE = 0.01
"""Cultivated land on less than this share of a plot is an edge of the survey, not a field."""


@dataclass(frozen=True)
class ArableLimits:
    """Months after which unused cultivated land is to be farmed and bears a fee, and is taken back."""

    farm_months: int
    fee_months: int
    takeback_months: int


@dataclass(frozen=True)
class Arable:
    """What the article says of a plot on a day; the days hold where they can be given."""

    state: State = ""
    one_year_on: date | None = None
    two_years_on: date | None = None
    reason: Reason | None = None


def arable(terms: Terms, cultivated_share: float, as_of: date, limits: ArableLimits) -> Arable:
    """Read the article for one record on a day.

    Parameters
    ----------
    terms : Terms
    cultivated_share : float
        Share of its ground the land survey shows as cultivated; NaN: nobody can tell.
    as_of : date
    limits : ArableLimits

    Returns
    -------
    Arable
        Nothing for land that was never cultivated, was not approved, is being built on, or came back to the
        county. ``unknown`` where the day of the approval, or the present use, is not known.
    """
    record, stage = terms.record, terms.standing.stage
    begun = terms.day("started", as_of) or terms.day("finished", as_of)
    if terms.recovered or begun is not None or stage in ("built", "started"):
        return Arable()
    if cultivated_share < LEAST_SHARE:
        return Arable()
    on = terms.day("approved", as_of)
    if on is None:
        # land approved or supplied without a dated approval was approved all the same; a later approval is none yet
        later = terms.day("approved") is not None
        open_ = stage in ("approved", "supplied") and not later
        return _open("arable_no_day", record) if open_ else Arable()
    first = anniversary(on, min(limits.farm_months, limits.fee_months))
    last = anniversary(on, limits.takeback_months)
    if not cultivated_share >= LEAST_SHARE:  # NaN
        return Arable("unknown", first, last, reason("arable_use_unknown", record=record))
    state: State = "two_years" if as_of >= last else "one_year" if as_of >= first else "within_year"
    days = {"on": on.isoformat(), "first": first.isoformat(), "last": last.isoformat()}
    return Arable(state, first, last, reason(f"arable_{state}", record=record, share=cultivated_share, **days))


def _open(code: str, record: str) -> Arable:
    return Arable("unknown", None, None, reason(code, record=record))
