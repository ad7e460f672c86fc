"""What one land supply record says on a day: how far the land has come, or why nobody can tell."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from geo.basis.reason import Reason, reason

Happened = Literal["no", "yes", "unreadable"]
Stage = Literal["unapproved", "approved", "supplied", "started", "built", "silent", "doubt"]

EVENTS = ("approved", "contract", "delivered", "started", "finished")
"""In the order they must happen: approval, contract, delivery of the land, start, completion.

A building permit is none of them: it allows a start and does not prove one.
"""
_REACHED: Mapping[str, tuple[int, Stage]] = {
    "approved": (1, "approved"), "contract": (2, "supplied"), "delivered": (2, "supplied"),
    "started": (3, "started"), "finished": (4, "built"),
}  # fmt: skip
_WHY = {"approved": "supply_by_approval", "supplied": "supply_by_contract", "started": "supply_by_start",
        "built": "supply_by_finish"}  # fmt: skip
_IN_ORDER = (("contract", "started"), ("contract", "finished"), ("started", "finished"))
STATUS: Mapping[Stage, str] = {
    "unapproved": "unapproved", "approved": "approved", "supplied": "supplied", "started": "supplied",
    "built": "built",
}  # fmt: skip
"""Supply status a stage amounts to: land under construction is supplied and not built yet."""


@dataclass(frozen=True)
class Event:
    """One event of a record: not recorded, recorded (with its day if there is one), or unreadable."""

    happened: Happened = "no"
    on: date | None = None

    def by(self, day: date) -> Happened:
        """Return whether it had happened by a day; a date in the future is a plan, not an event."""
        return "no" if self.happened == "yes" and self.on is not None and self.on > day else self.happened


NOTHING = Event()


@dataclass(frozen=True)
class Record:
    """One row of a land supply register.

    Parameters
    ----------
    record_id, row : str
        Its number, and the row of the file.
    events : mapping of EVENTS to Event
    stated : str
        Code of the status the record itself names, "" for none, "?" for a word nobody knows.
    unsure : bool
        The record may not belong to the register (a filter reads an empty field).
    parcel_ids, parcel_nos, plot_ids : tuple of str
        What it names the land by.
    shape : shapely polygon or None
        Study CRS.
    """

    record_id: str
    row: str = ""
    events: Mapping[str, Event] = field(default_factory=dict)
    stated: str = ""
    unsure: bool = False
    parcel_ids: tuple[str, ...] = ()
    parcel_nos: tuple[str, ...] = ()
    plot_ids: tuple[str, ...] = ()
    shape: Any = None

    @property
    def name(self) -> str:
        """How a sentence calls it: by its number, or by its row."""
        return self.record_id or f"#{self.row}"


def distinct(records: Iterable[Record]) -> list[str]:
    """Return a name of its own for each record: a later one with the same number is told by its row."""
    seen: set[str] = set()
    out = []
    for record in records:
        out.append(record.name if record.name not in seen else f"{record.name}#{record.row}")
        seen.add(record.name)
    return out


@dataclass(frozen=True)
class Standing:
    """How far a record says the land has come, why, and the day that was reached (None: no day)."""

    stage: Stage
    reason: Reason
    on: date | None = None
    record: str = ""


def standing(record: Record, as_of: date) -> Standing:
    """Return what a record proves on a day.

    Parameters
    ----------
    record : Record
    as_of : date
        Events dated later have not happened.

    Returns
    -------
    Standing
        ``doubt`` when the record contradicts itself or could say more than can be read;
        ``silent`` when it holds neither an event nor a status.
    """
    doubt = _doubt(record, as_of)
    if doubt is not None:
        return Standing("doubt", doubt, record=record.name)
    happened = [e for e in EVENTS if record.events.get(e, NOTHING).by(as_of) == "yes"]
    if not happened:
        return _by_word(record)
    last = max(happened, key=lambda e: _REACHED[e][0])
    stage, on = _REACHED[last][1], record.events[last].on
    if record.stated not in ("", "?") and not _agrees(record.stated, stage):
        why = reason("supply_record_differs", record=record.name, stated=record.stated, derived=STATUS[stage])
        return Standing("doubt", why, record=record.name)
    code = _WHY[stage]
    if stage == "approved" and on is not None and _two_years(on) <= as_of:
        code = "supply_by_old_approval"
    return Standing(stage, reason(code, record=record.name, on=on.isoformat() if on else "–"), on, record.name)


def _two_years(on: date) -> date:
    """Return the day from which an approval that led to no supply is asked about (two years; from memory, mark M).

    It may have lapsed; nobody takes it for lapsed here, and the land stays 批而未供.
    """
    last = calendar.monthrange(on.year + 2, on.month)[1]
    return date(on.year + 2, on.month, min(on.day, last))


def _by_word(record: Record) -> Standing:
    """Take the status the record names when it holds no event."""
    stages: dict[str, Stage] = {
        "unapproved": "unapproved", "approved": "approved", "supplied": "supplied", "suspected_idle": "supplied",
        "built": "built",
    }  # fmt: skip
    if record.stated in stages:
        why = reason("supply_by_word", record=record.name, stated=record.stated)
        return Standing(stages[record.stated], why, record=record.name)
    code = "supply_record_word_unknown" if record.stated == "?" else "supply_record_silent"
    return Standing("silent", reason(code, record=record.name), record=record.name)


def _agrees(stated: str, stage: Stage) -> bool:
    return ("supplied" if stated == "suspected_idle" else stated) == STATUS[stage]


def _doubt(record: Record, as_of: date) -> Reason | None:
    if record.unsure:
        return reason("supply_record_unsure", record=record.name)
    states = {e: record.events.get(e, NOTHING).by(as_of) for e in EVENTS}
    reached = max((_REACHED[e][0] for e, s in states.items() if s == "yes"), default=0)
    blurred = [e for e, s in states.items() if s == "unreadable" and _REACHED[e][0] > reached]
    if blurred:
        return reason("supply_record_unreadable", record=record.name, event=blurred[-1])
    for first, then in _IN_ORDER:
        one, two = (record.events.get(e, NOTHING) for e in (first, then))
        if one.on and two.on and states[then] == "yes" and two.on < one.on:
            days = {"first_on": one.on.isoformat(), "then_on": two.on.isoformat()}
            return reason("supply_dates_reversed", record=record.name, first=first, then=then, **days)
    return None
