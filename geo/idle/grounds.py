"""What a record proves, and what it leaves open: test B's shares, the cause, the recognition, contradictions."""

from __future__ import annotations

from datetime import date
from typing import Literal

from geo.basis.reason import Reason, reason
from geo.idle.days import Dates, suspension
from geo.idle.terms import Limits, Terms, anniversary

_BREAKING = (
    "idle_developed_without_start", "idle_suspended_without_start", "idle_suspended_before_start",
)  # fmt: skip
"""Contradictions that leave the state open; the others leave open only what follows from it."""


def proved(terms: Terms, as_of: date) -> bool:
    """Tell whether an exempting cause is proved: by a document, or by land delivered after the agreed start."""
    return bool(terms.evidence) or (terms.cause == "government" and delivered_late(terms, as_of))


def delivered_late(terms: Terms, as_of: date) -> bool:
    """Tell whether the land was handed over only after works had to start."""
    return _earlier(terms.day("start_by"), terms.day("delivered", as_of))


def recognition(terms: Terms, as_of: date) -> Literal["none", "recognised", "incomplete"]:
    """Tell whether the land was recognised as idle (认定书): it takes a number and a day."""
    if terms.ruled is not None and terms.ruled > as_of:
        return "none"
    if terms.ruling and terms.ruled is not None:
        return "recognised"
    return "incomplete" if terms.ruling or terms.ruled is not None else "none"


def contradictions(terms: Terms, as_of: date, limits: Limits) -> tuple[str, ...]:
    """Return what the record says against itself or leaves half said, as codes; none of it is settled here."""
    started, signed = terms.day("started", as_of), terms.day("contract")
    no_start = started is None and terms.standing.stage not in ("built", "doubt")
    found: list[tuple[str, bool]] = [
        ("idle_record_in_doubt", terms.standing.stage == "doubt"),
        ("idle_developed_without_start", no_start and (terms.developed_share or 0.0) > 0),
        ("idle_suspended_without_start", no_start and suspension(terms, as_of) is not None),
        ("idle_suspended_before_start", any(_earlier(s.start, started) for s in terms.suspensions)),
        ("idle_owner_against_delivery", terms.cause == "owner" and delivered_late(terms, as_of)),
        ("idle_ruling_incomplete", recognition(terms, as_of) == "incomplete"),
        ("idle_start_before_contract", _earlier(terms.day("start_by"), signed)),
        ("idle_extension_too_long", _extended_too_far(terms, limits)),
    ]
    return tuple(code for code, so in found if so)


def _extended_too_far(terms: Terms, limits: Limits) -> bool:
    agreed = terms.day("start_by")
    if agreed is None or not terms.extended_to:
        return False
    return max(terms.extended_to) > anniversary(agreed, limits.extension_months)


def _earlier(one: date | None, two: date | None) -> bool:
    return one is not None and two is not None and one < two


def stop(terms: Terms, counted: Dates, as_of: date, limits: Limits) -> Reason | None:
    """Return why the clock shows no state of the law, None if it shows one."""
    if terms.recovered:
        return reason("idle_recovered", record=terms.record)
    if terms.standing.stage == "doubt":
        return terms.standing.reason
    against = [c for c in contradictions(terms, as_of, limits) if c in _BREAKING]
    if against:
        return reason("idle_record_against_itself", record=terms.record, codes=against)
    if terms.standing.stage == "built" or terms.day("finished", as_of) is not None:
        return None
    if _not_supplied(terms, as_of):
        return reason("idle_not_supplied", record=terms.record)
    started = terms.day("started", as_of) is not None
    if started or counted.start_on is not None:
        return _blurred(terms, ("suspended", "pauses")) or (None if started else _starts(terms))
    return _blurred(terms, ("start_by", "extended_to", "delivered", "contract")) or _no_day(terms)


def _not_supplied(terms: Terms, as_of: date) -> bool:
    contract = terms.event("contract")
    if contract.happened == "yes":
        return contract.on is not None and contract.on > as_of
    agreed = terms.day("start_by") or terms.day("delivered", as_of) or terms.extended_to
    return terms.standing.stage in ("unapproved", "approved") and not agreed


def _blurred(terms: Terms, fields: tuple[str, ...]) -> Reason | None:
    """Return a cell that cannot be read among those a question rests on."""
    found = [f for f in fields if f in terms.unreadable or terms.event(f).happened == "unreadable"]
    return reason("idle_field_unreadable", record=terms.record, field=found[0]) if found else None


def _starts(terms: Terms) -> Reason | None:
    """A column of starts that is empty on every row does not say that this plot was not started."""
    return None if terms.starts_recorded else reason("idle_starts_not_recorded", record=terms.record)


def _no_day(terms: Terms) -> Reason:
    """Name the fields that would give the clock a day to count from."""
    return reason("idle_no_day", record=terms.record, fields=["start_by", "delivered", "contract"])
