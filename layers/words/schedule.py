"""Schedules in words: the list of projects with promise and forecast, the steps of one, what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.schedule import DONE, LATE, UNPROMISED, Line
from layers.ask import scheduled
from layers.ask.scheduled import Scheduled
from layers.library.schedule import STEPS
from layers.text import Language, both, code, say
from layers.words import office
from layers.words.office import origin


def names(found: Scheduled) -> dict[str, dict[str, Any]]:
    """Return the projects by id."""
    return {str(r["project_id"]): r for r in rows(found.results.table("projects"))}


def order(found: Scheduled) -> list[str]:
    """Return the projects, the latest first, then those with least to spare."""

    def at(p: str) -> tuple[int, float, str]:
        spare = scheduled.spare(found.plans[p])
        return (int(spare != spare), spare if spare == spare else 0.0, p)

    return sorted(found.plans, key=at)


def listed(found: Scheduled, language: Language) -> pd.DataFrame:
    """Return the list: a project a row with promise, forecast, lateness, critical step and who holds it."""
    known = names(found)
    frame = pd.DataFrame(
        [
            {
                "project_id": p, "name": known[p]["name"], "state": code("schedulestate", one.state, language),
                "milestone": code("milestone", one.milestone, language) if one.milestone else "",
                "promised": _day(one.promised), "forecast": _day(one.forecast),
                "late_days": one.late_days if one.promised else None, "critical": step(found, one.critical, language),
                "holder": holder(found, p, one.critical, language),
                "unit": known[p]["unit"], "leader": known[p]["leader"],
            }
            for p in order(found) for one in [found.plans[p]]
        ],
        columns=["project_id", "name", "state", "milestone", "promised", "forecast", "late_days", "critical", "holder",
                 "unit", "leader"],
    )  # fmt: skip
    return frame.astype({"late_days": "Int64"})


def step(found: Scheduled, name: str, language: Language) -> str:
    """Return the title of a step; "" for none."""
    return both(found.entries[name].title, language) if name else ""


def holder(found: Scheduled, project: str, name: str, language: Language) -> str:
    """Return who holds a step: as an office said, else as the table does."""
    if not name:
        return ""
    return scheduled.holder(found, project, name) or both(found.entries[name].holder, language)


def steps(found: Scheduled, project: str, language: Language) -> pd.DataFrame:
    """Return the steps of a project in their order, machine names."""
    return pd.DataFrame(
        [_step(found, project, line, language) for line in found.plans[project].lines],
        columns=["step", "state", "days", "holder", "done_on", "earliest_start", "earliest_end", "latest_start",
                 "latest_end", "spare", "note"],
    )  # fmt: skip


def _step(found: Scheduled, project: str, line: Line, language: Language) -> dict[str, Any]:
    entry, edit = found.entries[line.step], found.said.get((project, line.step))
    state = "done" if line.done else "no" if line.needed == "no" else "critical" if line.critical else line.needed
    told = say("schedule.said", language, person=edit.person, why=edit.reason) if edit else ""
    return {
        "step": both(entry.title, language), "state": code("stepstate", state, language),
        "days": say(f"schedule.days_{entry.unit}", language, days=line.days) if entry.days else "",
        "holder": holder(found, project, line.step, language), "done_on": _day(line.done_on),
        "earliest_start": _day(line.earliest_start), "earliest_end": _day(line.earliest_end),
        "latest_start": _day(line.latest_start), "latest_end": _day(line.latest_end),
        "spare": float("nan") if line.spare is None else float(line.spare), "note": told,
    }  # fmt: skip


def _day(value: Any) -> str:
    return value.isoformat() if value is not None else ""


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of these tables."""
    return {str(c): say(f"schedulelist.{c}", language) for c in frame}


def titled(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return one of these tables under its headings."""
    return frame.rename(columns=heads(frame, language))


def standing(found: Scheduled, language: Language) -> list[str]:
    """Say where days do not know the site: nothing was placed, or what was is out of date; nothing where they do."""
    return [] if found.placed else [say("schedule.outdated" if found.outdated else "schedule.not_placed", language)]


def notes(found: Scheduled, language: Language) -> tuple[str, ...]:
    """Return what stands under the list: the day, how many are late, where days come from, years without a table."""
    counts = {s: sum(p.state == s for p in found.plans.values()) for s in (LATE, "kept", DONE, UNPROMISED)}
    lost, guessed = scheduled.years(found)
    out = [
        say("schedule.head", language, on=found.on.isoformat(), count=len(found.plans),
            **{("done_" if k == DONE else k): v for k, v in counts.items()}),
        say("schedule.how", language), origin(found.steps, language), origin(found.days, language),
    ]  # fmt: skip
    if lost:
        out.append(say("schedule.years_lost", language, years=lost))
    if guessed:
        out.append(say("schedule.years_guessed", language, years=guessed))
    out += standing(found, language)
    out += [say("schedule.unused", language, subject=s) for s in found.unused]
    out += office.lost(found.lost, STEPS.name, {s.id: both(s.title, language) for s in found.steps.steps}, language)
    return tuple(out)


def text(found: Scheduled, language: Language, project: str = "") -> Iterator[str]:
    """Yield the answer for the command line: the list, or the steps of one project."""
    yield from notes(found, language)
    frame = listed(found, language)
    for r in rows(frame if not project else frame[frame["project_id"] == project]):
        one = found.plans[str(r["project_id"])]
        yield say(f"schedule.line_{one.state}", language, **{"days": one.late_days,
                  "spare": -scheduled.spare(one) if one.promised is None else scheduled.spare(one)} | r)  # fmt: skip
    for r in rows(steps(found, project, language)) if project else ():
        yield "    " + say("schedule.step", language, **r)


def plain(found: Scheduled) -> dict[str, Any]:
    """Return the schedules as plain values for scripts."""
    return {
        "on": found.on.isoformat(),
        "projects": [
            {"project_id": p, "state": one.state, "milestone": one.milestone, "promised": _day(one.promised) or None,
             "forecast": _day(one.forecast) or None, "late_days": one.late_days, "critical": one.critical,
             "holder": holder(found, p, one.critical, "zh"),
             "steps": [{k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in vars(line).items()}
                       for line in one.lines]}
            for p, one in ((p, found.plans[p]) for p in order(found))
        ],
    }  # fmt: skip
