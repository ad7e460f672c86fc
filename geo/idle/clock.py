"""The idle-land clock (闲置土地): what the law says of a supplied plot on a day, and what it will say next.

Two tests, never mixed. Test A: works not started a year (two years) after the agreed
start: fee, take-back. Test B: works started, developed below a third **or** invested
below a quarter, **and** suspended for a year: may be recognised as idle, with no fee and
no take-back by itself. Without a recognition (认定书, number and day) land is suspected
to be idle (疑似闲置), whatever the dates say.

A limit of so many years is reached **on** the corresponding day (`terms.anniversary`):
that day is the first of the new state. A warning stands from so many days before it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.basis.reason import Reason, reason
from geo.idle.days import Dates, dates, suspension
from geo.idle.grounds import Recognition, contradictions, delivery, exempt, recognition, stop, unpermitted
from geo.idle.terms import Limits, Terms, below

State = Literal[
    "unknown", "not_supplied", "normal", "warning_1y", "idle_1y", "warning_2y", "idle_2y", "government_caused",
    "force_majeure", "preliminary_works", "paused", "in_build", "suspended", "warning_b", "may_be_recognised",
    "finished", "recovered",
]  # fmt: skip
"""``idle_1y``, ``idle_2y``: not started for one and two years; ``government_caused``,
``force_majeure``, ``preliminary_works``: not started for a year for that cause; ``paused``: time that does not
count; ``suspended``, ``warning_b``, ``may_be_recognised``: test B; ``recovered``: taken as
back in the hands of the county."""
Consequence = Literal["none", "fee", "takeback", "open"]
IDLE: tuple[State, ...] = ("idle_1y", "warning_2y", "idle_2y")
"""States of test A that bear a fee unless the cause is not the owner's."""
EXEMPTED: tuple[State, ...] = ("government_caused", "force_majeure", "preliminary_works")
"""States of land that waits for a cause the law exempts."""
NOT_STARTED: tuple[State, ...] = ("normal", "warning_1y", *IDLE, *EXEMPTED, "paused")
"""States of land on which works did not begin."""
RECOGNISABLE: tuple[State, ...] = (*IDLE, *EXEMPTED, "may_be_recognised")
"""States in which land can have been recognised as idle (认定)."""
_WITHOUT_CLOCK: dict[str, State] = {"idle_not_supplied": "not_supplied", "idle_recovered": "recovered"}
Steps = tuple[tuple[date, State], ...]


@dataclass(frozen=True)
class Clock:
    """What the clock shows on a day.

    Parameters
    ----------
    state, since
        The state, and the day from which it holds (None: from the beginning).
    next_state, next_from
        What follows if nothing happens; "" and None when nothing does.
    dates : Dates
    consequence : {"none", "fee", "takeback", "open"}
        What the law attaches to the state; open: due unless the cause is not the owner's,
        or the limit rests on memory alone.
    fee_wan, fee_hi_wan : float or None
        The fee that is proved, and the fee that is not excluded, 万元; None: no price. With
        ``takeback`` it is history: it became due a year after the start, and the land is
        taken back now; the two are never demanded side by side (53号令 14).
    recognition : {"none", "recognised", "incomplete", "premature"}
        ``premature``: dated before the year was full, so it recognises nothing.
    contradictions : tuple of str
        Codes of what the record says against itself; none of them is settled here.
    reason : Reason
    """

    state: State
    since: date | None
    next_state: State | Literal[""]
    next_from: date | None
    dates: Dates
    consequence: Consequence
    fee_wan: float | None
    fee_hi_wan: float | None
    recognition: Recognition
    contradictions: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True)
class _Shown:
    state: State
    since: date | None = None
    next_state: State | Literal[""] = ""
    next_from: date | None = None


def clock(terms: Terms, as_of: date, limits: Limits) -> Clock:
    """Read the clock of one record on a day.

    Parameters
    ----------
    terms : Terms
        Its standing must be that of the same day.
    as_of : date
        What is dated later has not happened.
    limits : Limits

    Returns
    -------
    Clock
        ``unknown`` where no day is recorded to count from, where the record contradicts
        itself, or where a test of the law cannot be answered; the reason says which. The
        dates are given wherever they can be, also then: they hold if works did not start.
    """
    counted = dates(terms, as_of, limits)
    why = stop(terms, counted, as_of)
    if why is not None:
        shown = _Shown(_WITHOUT_CLOCK.get(why.code, "unknown"))
    else:
        shown = _shown(_steps(terms, counted, as_of, limits), as_of)
        why = _why(terms, counted, shown, as_of)
    due = _consequence(terms, counted, as_of, limits, shown.state)
    low, high = _fee(terms, limits, due)
    ruled, against = recognition(terms, counted, as_of), contradictions(terms, counted, as_of)
    if ruled == "recognised" and shown.state not in RECOGNISABLE:
        against = (*against, "idle_ruling_against_clock")
    return Clock(
        shown.state, shown.since, shown.next_state, shown.next_from, counted, due, low, high, ruled, against, why
    )


# --- the course of things ---------------------------------------------------------


def _steps(terms: Terms, counted: Dates, as_of: date, limits: Limits) -> Steps:
    """Return the states a record passes through if nothing further happens, from oldest to newest."""
    finished, started = terms.day("finished", as_of), terms.day("started", as_of)
    if finished is not None or terms.standing.stage == "built":
        return ((finished or date.min, "finished"),)
    if started is None:
        return _not_started(terms, counted, as_of)
    stopped = suspension(terms, as_of)
    if stopped is None:
        return ((started, "in_build"),)
    known: Steps = ((started, "in_build"), (stopped.start, "suspended"))
    if counted.recognisable_on is None or counted.warning_b_on is None:
        return known
    if below(terms, limits) is None:
        return (*known, (counted.recognisable_on, "unknown"))
    last = exempt(terms, as_of) or "may_be_recognised"
    return (*known, (max(counted.warning_b_on, stopped.start), "warning_b"), (counted.recognisable_on, last))


def _not_started(terms: Terms, counted: Dates, as_of: date) -> Steps:
    first: Steps = ((date.min, "normal"),)
    if counted.one_year_on is None or counted.warning_1y_on is None:
        open_pause = min(p.start for p in terms.pauses if p.end is None)
        return (*first, (open_pause, "paused"))
    first = (*first, (counted.warning_1y_on, "warning_1y"))
    if excused := exempt(terms, as_of):
        return (*first, (counted.one_year_on, excused))
    first = (*first, (counted.one_year_on, "idle_1y"))
    if counted.two_years_on is None or counted.warning_2y_on is None:
        return first
    return (*first, (max(counted.warning_2y_on, counted.one_year_on), "warning_2y"), (counted.two_years_on, "idle_2y"))


def _shown(steps: Steps, as_of: date) -> _Shown:
    """Return the step a day lies in, and the one after it."""
    here = max(bisect_right([day for day, _ in steps], as_of) - 1, 0)
    since, state = steps[here]
    known = None if since == date.min else since
    if here + 1 == len(steps):
        return _Shown(state, known)
    return _Shown(state, known, steps[here + 1][1], steps[here + 1][0])


# --- what follows from it ---------------------------------------------------------


def _consequence(terms: Terms, counted: Dates, as_of: date, limits: Limits, state: State) -> Consequence:
    """Return what the law attaches to a state; test B attaches nothing by itself."""
    if state == "unknown":
        started = terms.day("started", as_of) is not None and terms.standing.stage != "doubt"
        started = started and not unpermitted(terms, as_of)
        early = counted.one_year_on is not None and as_of < counted.one_year_on
        return "none" if started or early else "open"
    if state not in IDLE:
        return "none"
    own = terms.cause == "owner" and delivery(terms, as_of) == "in_time"
    from_memory = counted.basis == "delivery" and "after_delivery_months" in limits.unverified
    if not own or from_memory:
        return "open"
    return "takeback" if state == "idle_2y" else "fee"


def _fee(terms: Terms, limits: Limits, due: Consequence) -> tuple[float | None, float | None]:
    if due == "none":
        return 0.0, 0.0
    if terms.price_wan is None:
        return None, None
    fee = terms.price_wan * limits.fee_share
    return (0.0 if due == "open" else fee), fee


_STOPPED: dict[State, str] = {
    "suspended": "idle_suspended", "warning_b": "idle_warning_b", "may_be_recognised": "idle_may_be_recognised",
    "unknown": "idle_test_b_open",
}  # fmt: skip


def _why(terms: Terms, counted: Dates, shown: _Shown, as_of: date) -> Reason:
    """Return the reason of a state: what it rests on, and the days."""
    state, since = shown.state, _text(shown.since)
    started = terms.day("started", as_of)
    if state == "finished":
        return reason("idle_finished", record=terms.record, on=since)
    if state == "in_build":
        due = terms.day("finish_by")
        code = "idle_in_build_late" if due is not None and due < as_of else "idle_in_build"
        return reason(code, record=terms.record, on=since, due=_text(due))
    values = {"record": terms.record, "cause": terms.cause, "evidence": terms.evidence or "–"}
    if state in _STOPPED or started is not None:
        stopped = suspension(terms, as_of)
        shares = {"developed": terms.developed_share, "invested": _invested(terms)}
        days = {"on": _text(stopped.start if stopped else None), "due": _text(counted.recognisable_on)}
        return reason(_STOPPED.get(state, "idle_stopped_exempt"), **values, **shares, **days)
    days = {"start_on": _text(counted.start_on), "limit_on": since, "next_on": _text(shown.next_from)}
    if state == "idle_2y":
        days["due_on"] = _text(counted.one_year_on)
    if state != "government_caused" or terms.evidence:
        return reason(f"idle_{state}", **values, **days, basis=counted.basis)
    days |= {"agreed_on": _text(terms.day("deliver_by")), "handed_on": _text(terms.day("delivered"))}
    return reason(f"idle_government_{delivery(terms, as_of)}", **values, **days, basis=counted.basis)


def _invested(terms: Terms) -> float | list[float] | None:
    low, high = terms.invested_share, terms.invested_share_hi
    return low if low is None or high is None else [low, high]


def _text(day: date | None) -> str:
    return day.isoformat() if day else "–"
