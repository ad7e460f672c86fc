"""The steps of the backward schedule and the table of working days (`data/project`), or a study's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from geo.project.schedule import Step, When
from geo.project.stages import STAGES
from geo.project.workdays import ONE, Calendar, calendar
from layers.library import office
from layers.library.office import OfficeTable

FOLDER = Path(__file__).resolve().parents[2] / "data" / "project"
STEPS = FOLDER / "schedule.toml"
"""Where a study keeps steps of its own."""
MOST_DAYS = 3650


class _When(Frozen):
    fact: str
    least: float = 1.0


class StepEntry(Frozen):
    """One step with its words."""

    id: str
    title: Text
    holder: Text
    days: int = Field(ge=0, le=MOST_DAYS)
    unit: Literal["work", "calendar"] = "work"
    after: tuple[str, ...] = ()
    when: _When | None = None
    stage: str = ""
    milestone: Literal["", "start", "production"] = ""
    runs: bool = False

    @property
    def step(self) -> Step:
        """What the core reads of it."""
        when = When(self.when.fact, self.when.least) if self.when else When()
        return Step(self.id, self.days, self.unit, self.after, when, self.stage, self.milestone, self.runs)


class StepTable(OfficeTable):
    """The steps in their order, and where they come from."""

    steps: tuple[StepEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> StepTable:
        """Refuse what would count for nothing: a name twice, or waiting for what does not stand before."""
        before: set[str] = set()
        for one in self.steps:
            if one.id in before or not set(one.after) <= before or "/" in one.id:
                raise ValueError("schedule_order")
            if one.stage and one.stage not in STAGES:
                raise ValueError("schedule_stage")
            before.add(one.id)
        return self

    @property
    def plain(self) -> tuple[Step, ...]:
        """The steps as the core reads them."""
        return tuple(s.step for s in self.steps)


class _Year(Frozen):
    year: int
    announced: bool = True
    off: tuple[tuple[date, date], ...] = ()
    on: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _of_the_year(self) -> _Year:
        days = [*(d for pair in self.off for d in pair), *self.on]
        if any(d.year != self.year for d in days) or any(a > b for a, b in self.off):
            raise ValueError("workdays_year")
        return self

    def days_off(self) -> Iterator[date]:
        for first, last in self.off:
            yield from (first + ONE * k for k in range((last - first).days + 1))


class DayTable(OfficeTable):
    """Days off and days worked, by year."""

    years: tuple[_Year, ...]

    @property
    def calendar(self) -> Calendar:
        """What the core reads of it."""
        return calendar({y.year: (tuple(y.days_off()), y.on) for y in self.years})

    @property
    def unannounced(self) -> tuple[int, ...]:
        """Years of which only the statutory days are listed."""
        return tuple(y.year for y in self.years if not y.announced)


def steps(folder: Path | None = None) -> StepTable:
    """Return the steps of a study folder where it has its own, else the shipped ones.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(StepTable, STEPS, folder)


def days(folder: Path | None = None) -> DayTable:
    """Return the working days of a study where it has its own table, else the shipped ones; raises as `steps`."""
    return office.table(DayTable, FOLDER / "workdays.toml", folder)
