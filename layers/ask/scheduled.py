"""The projects of a run scheduled back from what they promise (倒排工期), with what offices said of their steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.basis.units import hi
from geo.project import schedule, stages
from geo.project.schedule import Known, Need, Plan, Step
from geo.project.stages import DAY_OF, STAGES
from layers.ask import names, standing
from layers.ask.listed import only_own, project_id
from layers.ask.names import LostName
from layers.library import schedule as tables
from layers.library.schedule import DayTable, StepEntry, StepTable
from layers.study import edits
from layers.study.edits import Edit
from layers.study.run import runs
from layers.study.run.results import Results

KIND = "step"
PROMISES = {"start": "start_promised_on", "production": "production_promised_on"}
LAND = "supply"
"""The step that is not over before its land can be handed over."""
SLIGHT_M2 = 0.01
QUOTA = ("quota_m2", "quota_hi_m2")
Facts = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Scheduled:
    """Every project's plan, what offices said of its steps, and the tables it was counted by.

    `outdated`: projects had been placed, and something has changed since; where they stand now nobody has counted.
    """

    results: Results
    on: date
    steps: StepTable
    days: DayTable
    plans: Mapping[str, Plan]
    said: Mapping[tuple[str, str], Edit]
    unused: tuple[str, ...]
    placed: bool
    lost: tuple[LostName, ...]
    outdated: bool

    @property
    def entries(self) -> dict[str, StepEntry]:
        """Steps by id."""
        return {s.id: s for s in self.steps.steps}

    @property
    def late(self) -> list[str]:
        """Ids of the projects that are late, the latest first."""
        found = [(p, one) for p, one in self.plans.items() if one.state == schedule.LATE]
        return [p for p, _ in sorted(found, key=lambda x: (-x[1].late_days, x[0]))]


def scheduled(results: Results, on: date | None = None) -> Scheduled:
    """Schedule the projects of a run.

    Parameters
    ----------
    results : Results
    on : date or None
        Today; None: the day of the study.

    Raises
    ------
    BlockedError
        The project list is use-only.
    SpecError
        A table of steps or days of the study is not as it must be.
    """
    only_own(results)
    day = on or results.study.as_of
    table, days = tables.steps(results.folder), tables.days(results.folder)
    steps = table.plain
    said = {_pair(e): e for e in edits.current(results.folder).of(KIND).values()}
    projects = results.table("projects")
    grounds = _grounds(results)
    plans = {}
    for row, at in zip(rows(projects), stages.rank(projects), strict=True):
        p = str(row["project_id"])
        mine = {step: e.value for (of, step), e in said.items() if of == p}
        plans[p] = schedule.plan(steps, _known(row, int(at), steps, mine, grounds.get(p)), day, days.calendar)
    known = {s.id for s in steps}
    lost = tuple(f"{p}/{s}" for p, s in said if p not in plans or s not in known)
    placed = results.has("matches")
    return Scheduled(results, day, table, days, plans, said, lost, placed, names.in_steps(results, table),
                     not placed and runs.had(results.folder, "matches"))  # fmt: skip


def _pair(edit: Edit) -> tuple[str, str]:
    return str(edit.value["project"]), str(edit.value["step"])


@dataclass(frozen=True)
class _Ground:
    """Where a project is placed: a building or land, what it draws, and the earliest day it can be handed over."""

    building: bool
    quota: tuple[float, float]
    earliest: date | None


def _grounds(results: Results) -> dict[str, _Ground]:
    sites, (_, paths) = standing.land(results), standing.paths(results)
    out = {}
    for project, m in standing.standing(results).items():
        on, building = str(m["site_id"]), str(m["kind"]) == "building"
        low, high = (float(sites.get(on, {}).get(name, math.nan)) for name in QUOTA)
        out[project] = _Ground(building, (low, high), paths[on].earliest if on in paths else None)
    return out


def _known(
    row: Mapping[str, Any], at: int, steps: tuple[Step, ...], said: Mapping[str, Mapping[str, Any]], on: _Ground | None
) -> Known:
    facts = _facts(row, on)
    needed: dict[str, Need] = {s.id: schedule.need(s.when, facts) for s in steps}
    needed |= {k: "yes" if v["needed"] else "no" for k, v in said.items() if v.get("needed") is not None}
    promised = {m: d for m, column in PROMISES.items() if (d := _day(row.get(column)))}
    days = {k: int(v["days"]) for k, v in said.items() if v.get("days") is not None}
    floor = {LAND: on.earliest} if on is not None and on.earliest is not None else {}
    return Known(_done(row, at, steps, said), promised, needed, days, floor)


def _done(
    row: Mapping[str, Any], at: int, steps: tuple[Step, ...], said: Mapping[str, Mapping[str, Any]]
) -> dict[str, date | None]:
    """Return the steps that are over: as an office said, as the stage says, and all that stand before those."""
    by_stage = {s.id: _day(row.get(DAY_OF[s.stage])) for s in steps if s.stage and STAGES.index(s.stage) <= at}
    stated = {k: _day(v["done_on"]) for k, v in said.items() if v.get("done_on")}
    out: dict[str, date | None] = by_stage | stated
    for step in reversed(steps):
        if step.id in out:
            out |= {name: out.get(name) for name in step.after}
    return out


def _day(value: Any) -> date | None:
    if value is None or value == "" or pd.isna(value):
        return None
    return date.fromisoformat(str(value)[:10])


def _facts(row: Mapping[str, Any], on: _Ground | None) -> Facts:
    numbers = {k: v for k, v in row.items() if isinstance(v, float)}
    out = {k: (v, float(row.get(hi(k), v))) for k, v in numbers.items()}
    if on is None:
        return out
    out["land"] = (0.0, 0.0) if on.building else (1.0, 1.0)
    sure, most = on.quota
    out["conversion"] = (float(sure > SLIGHT_M2), float(not most <= SLIGHT_M2)) if not on.building else (0.0, 0.0)
    return out


# --- what offices say of a step ---------------------------------------------------


def say_of(results: Results, project: str, step: str, value: Mapping[str, Any], person: str, why: str) -> Edit:
    """Keep what an office says of a step: done on a day, other days, another holder, needed or not.

    Raises
    ------
    CallError
        A step the table does not have, nothing said, days below 0, no person or no ground.
    BlockedError
        No such project.
    """
    subject = project_id(results, project)
    known = [s.id for s in tables.steps(results.folder).steps]
    if step not in known:
        raise CallError(reason("step_unknown", step=step, known=known))
    given = {k: v for k, v in value.items() if v is not None}
    if not given:
        raise CallError(reason("step_nothing_said", step=step))
    if not 0 <= int(given.get("days", 0)) <= tables.MOST_DAYS:
        raise CallError(reason("step_days_wrong", days=given["days"]))
    before = edits.current(results.folder).of(KIND).get(f"{subject}/{step}")
    whole = (dict(before.value) if before else {}) | {"project": subject, "step": step} | given
    return edits.record(results.folder, KIND, f"{subject}/{step}", whole, person, why)


def take_back(results: Results, project: str, step: str, person: str, why: str) -> None:
    """Take back all that was said of a step."""
    edits.withdraw(results.folder, KIND, f"{project_id(results, project)}/{step}", person, why)


def years(found: Scheduled) -> tuple[list[int], list[int]]:
    """Return the years of the schedule no table of days speaks of, and those whose notice is not known."""
    days = list(_days_of(found))
    seen = {d.year for d in days}
    return found.days.calendar.unlisted(days), [y for y in found.days.unannounced if y in seen]


def _days_of(found: Scheduled) -> Iterator[date]:
    for one in found.plans.values():
        for line in (x for x in one.lines if not x.done):
            yield from (d for d in (line.earliest_end, line.latest_start) if d is not None)


def holder(found: Scheduled, project: str, step: str) -> str:
    """Return who an office said holds a step; "" where it is the one of the table."""
    edit = found.said.get((project, step))
    return str(edit.value.get("holder", "")) if edit is not None else ""


def spare(plan: Plan) -> float:
    """Return the days to spare of a plan, below 0 where it is late; NaN where nothing is promised."""
    if plan.promised is None or plan.forecast is None:
        return math.nan
    return float((plan.promised - plan.forecast).days)


def named(folder: Path) -> tuple[str, ...]:
    """Return the ids of the steps of a study."""
    return tuple(s.id for s in tables.steps(folder).steps)
