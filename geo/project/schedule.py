"""Backward schedule (倒排工期): when each step must begin for a promised day to be kept, and what today makes of it.

Steps are data: how long, after which others, who holds them, when they are needed. Counted back from the promises, a
step has a latest beginning; counted on from today, an earliest one. What is late is the earliest end beyond the
promise; the critical step is the first open one of the chain that leads there. A step nobody said is done counts as
open; one nobody can say is needed counts as needed. So a longer step never brings a day nearer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

import pandas as pd

from geo.project.workdays import ONE, Calendar

Need = Literal["yes", "no", "maybe"]
Unit = Literal["work", "calendar"]
KEPT, LATE, DONE, UNPROMISED = "kept", "late", "done", "unpromised"
STATES = (LATE, KEPT, DONE, UNPROMISED)


@dataclass(frozen=True)
class When:
    """What makes a step needed: a fact of the project that is at least so much; without a fact it always is."""

    fact: str = ""
    least: float = 1.0


@dataclass(frozen=True)
class Step:
    """One step.

    Parameters
    ----------
    id : str
    days : int
        0 for a milestone: it happens on the day what stands before it is over.
    unit : {"work", "calendar"}
    after : tuple of str
        Steps that must be over before; each stands before this one in the table.
    when : When
    stage : str
        A project that has come to this stage has done the step; "" where no stage says so.
    milestone : str
        ``start`` or ``production``: what is promised of it.
    runs : bool
        It has begun as soon as what stands before it is over: works run from their start, a filing may wait.
    """

    id: str
    days: int
    unit: Unit = "work"
    after: tuple[str, ...] = ()
    when: When = When()
    stage: str = ""
    milestone: str = ""
    runs: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of one project.

    Parameters
    ----------
    done : mapping of step to date or None
        Steps that are over; None where the day is not known.
    promised : mapping of milestone to date
    needed : mapping of step to {"yes", "no", "maybe"}
    days : mapping of step to int
        Where an office says otherwise than the table.
    not_before : mapping of step to date
        The earliest day a step can be over: the land that can be handed over then.
    """

    done: Mapping[str, date | None] = field(default_factory=dict)
    promised: Mapping[str, date] = field(default_factory=dict)
    needed: Mapping[str, Need] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    not_before: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One step of one project: its days, earliest and latest beginning and end, days to spare (below 0: late)."""

    step: str
    needed: Need
    days: int
    done: bool
    done_on: date | None
    earliest_start: date | None
    earliest_end: date | None
    latest_start: date | None
    latest_end: date | None
    spare: int | None
    critical: bool


@dataclass(frozen=True)
class Plan:
    """The schedule of one project.

    Parameters
    ----------
    state : {"late", "kept", "done", "unpromised"}
    milestone, promised, forecast
        The promise that is missed most, or kept with least to spare; "" and None where nothing is promised.
    late_days : int
        Days the forecast lies after the promise; 0 where it does not.
    critical : str
        The first open step of the chain that leads to the forecast.
    lines : tuple of Line
    """

    state: str
    milestone: str
    promised: date | None
    forecast: date | None
    late_days: int
    critical: str
    lines: tuple[Line, ...]


def plan(steps: Sequence[Step], known: Known, today: date, calendar: Calendar) -> Plan:
    """Schedule one project: on from today, and back from what is promised."""
    mine = [replace(s, days=_days(s, known)) for s in steps]
    ends = _onward(mine, known, today, calendar)
    latest = _back(mine, known, calendar)
    target = _target(mine, known, ends)
    chain = _chain(mine, ends, known, target) if target else []
    lines = tuple(_line(s, known, ends, latest, s.id in chain) for s in mine)
    if target is None:
        open_ = [s for s in mine if s.milestone and not _over(s, known)]
        return Plan(UNPROMISED if open_ else DONE, "", None, None, 0, "", lines)
    promised, forecast = known.promised[target.milestone], ends[target.id][1]
    late = max((forecast - promised).days, 0)
    # a step whose calendar days run while an office is closed is no less critical; milestones are nobody's work
    first = next((s.id for s in mine if s.id in chain and s.days), target.id)
    return Plan(LATE if late else KEPT, target.milestone, promised, forecast, late, first, lines)


def _days(step: Step, known: Known) -> int:
    if known.needed.get(step.id, "yes") == "no":
        return 0
    return known.days.get(step.id, step.days)


def _over(step: Step, known: Known) -> bool:
    return step.id in known.done


def _onward(
    steps: Sequence[Step], known: Known, today: date, calendar: Calendar
) -> dict[str, tuple[date, date]]:  # fmt: skip
    """Return earliest beginning and end of every step; of one that is over the day it was, as far as it is known."""
    out: dict[str, tuple[date, date]] = {}
    for step in steps:
        if _over(step, known):
            day = known.done[step.id] or today - ONE
            out[step.id] = (day, day)
            continue
        before = max((out[name][1] for name in step.after), default=today - ONE)
        if known.needed.get(step.id) == "no":
            out[step.id] = (before, before)  # nothing happens: what comes after follows what stands before
            continue
        ready = before + ONE if step.days else before
        begun = step.runs and all(known.done.get(name) for name in step.after)
        start, end = _run(step, ready if begun else max(ready, today), known.not_before.get(step.id), calendar)
        out[step.id] = (start, max(end, today))
    return out


def _run(step: Step, ready: date, floor: date | None, calendar: Calendar) -> tuple[date, date]:
    if not step.days:
        end = ready if floor is None else max(ready, floor)
        return end, end
    if step.unit == "calendar":
        start, end = ready, ready + ONE * (step.days - 1)
    else:
        start, end = calendar.at_or_after(ready), calendar.last_of(ready, step.days)
    return start, end if floor is None else max(end, floor)


def _back(steps: Sequence[Step], known: Known, calendar: Calendar) -> dict[str, tuple[date, date]]:
    """Return latest beginning and end of every step that a promise rests on."""
    limit: dict[str, date] = {}
    out: dict[str, tuple[date, date]] = {}
    for step in reversed(steps):
        own = [known.promised[step.milestone]] if step.milestone in known.promised else []
        given = [*own, *([limit[step.id]] if step.id in limit else [])]
        if not given:
            continue
        start, end = _latest(step, min(given), calendar)
        out[step.id] = (start, end)
        for name in step.after:
            before = start - ONE if step.days else start
            limit[name] = min(limit.get(name, before), before)
    return out


def _latest(step: Step, by: date, calendar: Calendar) -> tuple[date, date]:
    if not step.days:
        return by, by
    if step.unit == "calendar":
        return by - ONE * (step.days - 1), by
    return calendar.first_of(by, step.days), calendar.at_or_before(by)


def _target(steps: Sequence[Step], known: Known, ends: Mapping[str, tuple[date, date]]) -> Step | None:
    """Return the promised milestone that is open and missed most, or has least to spare."""
    open_ = [s for s in steps if s.milestone in known.promised and not _over(s, known)]
    return max(open_, key=lambda s: (ends[s.id][1] - known.promised[s.milestone]).days, default=None)


def _chain(steps: Sequence[Step], ends: Mapping[str, tuple[date, date]], known: Known, target: Step) -> list[str]:
    """Return the open steps that lead to the target without a gap, from it backwards."""
    by = {s.id: s for s in steps}
    out, at = [target.id], target
    while True:
        before = [by[name] for name in at.after if not _over(by[name], known)]
        if not before:
            return out
        at = max(before, key=lambda s: (ends[s.id][1], s.days > 0))
        out.append(at.id)


def _line(
    step: Step, known: Known, ends: Mapping[str, tuple[date, date]], latest: Mapping[str, tuple[date, date]],
    critical: bool,
) -> Line:  # fmt: skip
    over, need = _over(step, known), known.needed.get(step.id, "yes")
    start, end = (None, None) if over else ends[step.id]
    last = latest.get(step.id)
    spare = None if over or last is None or end is None else (last[1] - end).days
    return Line(step.id, need, step.days, over, known.done.get(step.id), start, end, last[0] if last else None,
                last[1] if last else None, spare, critical and need != "no")  # fmt: skip


def need(when: When, facts: Mapping[str, tuple[float, float]]) -> Need:
    """Tell whether a step is needed: its fact certainly reaches the least, certainly does not, or may."""
    if not when.fact:
        return "yes"
    low, high = facts.get(when.fact, (float("nan"), float("nan")))
    if low >= when.least:
        return "yes"
    return "no" if high < when.least else "maybe"


def frame(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """Return the lines of all projects as one table."""
    rows: list[dict[str, Any]] = [{"project_id": p, **vars(line)} for p, one in plans.items() for line in one.lines]
    return pd.DataFrame(rows, columns=["project_id", *Line.__dataclass_fields__])
