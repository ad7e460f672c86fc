"""What a record proves, and what it leaves open: test B's shares, the cause, the recognition, contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from geo.basis.reason import Reason, reason
from geo.idle.days import Dates, suspension
from geo.idle.terms import EXEMPT, Cause, Delivery, Terms

ExemptState = Literal["government_caused", "force_majeure", "preliminary_works"]
Recognition = Literal["none", "recognised", "incomplete", "premature"]
_WORDS: Mapping[Cause, ExemptState] = {
    "government": "government_caused", "force_majeure": "force_majeure", "preliminary": "preliminary_works",
}  # fmt: skip
_LATE: tuple[Delivery, ...] = ("late", "after_start", "never")
_IMPOSSIBLE: tuple[Delivery, ...] = ("after_start", "never")
"""Deliveries after which nobody could start on the agreed day."""
_HOLDERS: tuple[Cause, ...] = ("owner", "several")
"""Causes among which the register names the holder."""
_BREAKING = (
    "idle_developed_without_start", "idle_suspended_without_start", "idle_suspended_before_start",
    "idle_extension_backwards",
)  # fmt: skip
"""Contradictions that leave the state open; the others leave open only what follows from it."""


def exempt(terms: Terms, as_of: date) -> ExemptState | None:
    """Return the state of land that waits for a cause the law exempts, if that cause is shown.

    A cause the register names is shown by its document; the government's also by land handed
    over late or never (53号令 8(1)). Where the holder is not named as the cause, land that
    nobody could build on by the agreed start, because it was handed over after it or never, is
    the government's cause by the dates. Against a holder's cause the dates decide nothing.
    Where a supplement gave a new start (12(1)) that was not kept, the cause it was given for is
    dealt with: that the register still names it shows nothing of the time since.
    """
    handed = delivery(terms, as_of)
    anew = bool(terms.extended_to) and terms.day("started", as_of) is None
    if terms.cause in EXEMPT and not anew and (terms.evidence or (terms.cause == "government" and handed in _LATE)):
        return _WORDS[terms.cause]
    by_dates = terms.cause not in _HOLDERS and handed in _IMPOSSIBLE
    return "government_caused" if by_dates else None


def delivery(terms: Terms, as_of: date) -> Delivery:
    """Hold the delivery of the land against the contract, and against the start of a supplement where there is one.

    A delivery that is recorded for a day to come, when works had to start already, is one after the start.
    """
    by, agreed, handed = terms.day("deliver_by"), terms.day("start_by"), terms.event("delivered")
    # a supplement that names an earlier start is a contradiction of its own, and makes no delivery late
    starts = [day for day in (*terms.extended_to, agreed) if day is not None]
    start, on = max(starts, default=None), terms.day("delivered", as_of)
    if on is None and _earlier(start, as_of):
        on = terms.day("delivered")
    if on is not None:
        late = _earlier(by, on) or _earlier(agreed, on)
        return "after_start" if _earlier(start, on) else "late" if late else "in_time"
    if by is None or by >= as_of or terms.day("started", as_of) is not None:
        return "in_time"
    return "never" if handed.by(as_of) == "no" and terms.deliveries_recorded else "unrecorded"


def recognition(terms: Terms, counted: Dates, as_of: date) -> Recognition:
    """Tell whether the land was recognised as idle (认定书): it takes a number, a day, and a year that was full."""
    if terms.ruled is not None and terms.ruled > as_of:
        return "none"
    if terms.ruling and terms.ruled is not None:
        full = [d for d in (counted.one_year_on, counted.recognisable_on) if d is not None]
        return "premature" if full and terms.ruled < min(full) else "recognised"
    return "incomplete" if terms.ruling or terms.ruled is not None else "none"


def contradictions(terms: Terms, counted: Dates, as_of: date) -> tuple[str, ...]:
    """Return what the record says against itself or leaves half said, as codes; none of it is settled here."""
    started, signed = terms.day("started", as_of), terms.day("contract")
    no_start = started is None and terms.standing.stage not in ("built", "doubt")
    handed, ruled = delivery(terms, as_of), recognition(terms, counted, as_of)
    found: list[tuple[str, bool]] = [
        ("idle_record_in_doubt", terms.standing.stage == "doubt"),
        ("idle_developed_without_start", no_start and (terms.developed_share or 0.0) > 0),
        ("idle_suspended_without_start", no_start and suspension(terms, as_of) is not None),
        ("idle_suspended_before_start", any(_earlier(s.start, started) for s in terms.suspensions)),
        ("idle_extension_backwards", _earlier(max(terms.extended_to, default=None), terms.day("start_by"))),
        ("idle_owner_against_delivery", terms.cause in _HOLDERS and handed == "after_start"),
        ("idle_delivered_after_start", terms.cause == "unknown" and handed == "after_start"),
        ("idle_delivered_late", handed == "late"),
        ("idle_never_delivered", handed == "never"),
        ("idle_delivery_unrecorded", handed == "unrecorded"),
        ("idle_ruling_incomplete", ruled == "incomplete"),
        ("idle_ruling_too_early", ruled == "premature"),
        ("idle_start_before_contract", _earlier(terms.day("start_by"), signed)),
        ("idle_start_without_permit", unpermitted(terms, as_of)),
    ]
    return tuple(code for code, so in found if so)


def unpermitted(terms: Terms, as_of: date) -> bool:
    """Tell whether works are said to have started without a building permit: no start by 53号令 30."""
    built = terms.standing.stage == "built" or terms.day("finished", as_of) is not None
    return terms.permit == "none" and terms.day("started", as_of) is not None and not built


def _earlier(one: date | None, two: date | None) -> bool:
    return one is not None and two is not None and one < two


def stop(terms: Terms, counted: Dates, as_of: date) -> Reason | None:
    """Return why the clock shows no state of the law, None if it shows one."""
    if terms.recovered:
        return reason("idle_recovered", record=terms.record)
    if terms.standing.stage == "doubt":
        return terms.standing.reason
    against = [c for c in contradictions(terms, counted, as_of) if c in _BREAKING]
    if against:
        return reason("idle_record_against_itself", record=terms.record, codes=against)
    if terms.standing.stage == "built" or terms.day("finished", as_of) is not None:
        return None
    if _not_supplied(terms, as_of):
        return reason("idle_not_supplied", record=terms.record)
    if unpermitted(terms, as_of):
        return reason("idle_start_without_permit", record=terms.record, on=str(terms.day("started", as_of)))
    started = terms.day("started", as_of) is not None
    if started or counted.start_on is not None:
        return _blurred(terms, ("suspended", "pauses")) or (None if started else _starts(terms))
    return _blurred(terms, ("start_by", "extended_to", "delivered")) or _no_day(terms)


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
    return reason("idle_no_day", record=terms.record, fields=["start_by", "delivered"])
