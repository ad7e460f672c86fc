"""The age of a text: from which day to which it holds, what took its place, who looked at it and when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from geo.basis.figure import Confidence
from geo.basis.frozen import Frozen

Standing = Literal["in_force", "past", "future"]
"""Where a day lies: within the time a text holds, after its end, before its beginning."""


class Text(Frozen):
    """A text in both languages; a plain string in the file stands for both."""

    en: str = ""
    zh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return {"en": value, "zh": value} if isinstance(value, str) else value

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)


class Announced(Frozen):
    """A change of the law that has been published and is not in force yet."""

    on: date
    what: Text


class Renewal(Frozen):
    """How long what data say of the ground is taken for current, and by what text (更新年限).

    Parameters
    ----------
    older_than_years : int
        Data that stand for a day longer ago are old.
    age_clause : Text
        What orders that they be renewed; empty where nobody names it.
    confidence : {"S", "S2", "C", "M", "local"}
        Mark of the clause.
    source : str
        Where it was read.
    checked_on : date or None
        When.
    """

    older_than_years: int = Field(ge=1)
    age_clause: Text = Text()
    confidence: Confidence = "M"
    source: str = ""
    checked_on: date | None = None


def outdated(stands_for: date, years: int, day: date) -> bool:
    """Tell whether data that stand for one day are more than so many years old on another; the anniversary is not."""
    return (stands_for.year + years, stands_for.month, stands_for.day) < (day.year, day.month, day.day)


class Aged(Frozen):
    """What a rule, a standard or a code list says of its own age.

    Parameters
    ----------
    in_force, expires : date or None
        First and last day on which it holds; None is not known and bounds nothing.
    replaced_by : Text
        What took its place, by name and number.
    checked_on : date or None
        Day on which somebody last held it against its text; every shipped one has it.
    source : str
        Where it was read; every shipped one has it.
    announced : tuple of Announced
        Changes to come.
    """

    in_force: date | None = None
    expires: date | None = None
    replaced_by: Text = Text()
    checked_on: date | None = None
    source: str = ""
    announced: tuple[Announced, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Aged:
        if self.in_force and self.expires and self.in_force > self.expires:
            raise ValueError("age_reversed")
        return self

    def on(self, day: date) -> Standing:
        """Tell whether it holds on a day; the day it expires is its last."""
        if self.expires is not None and day > self.expires:
            return "past"
        return "future" if self.in_force is not None and day < self.in_force else "in_force"

    def meets(self, other: Aged) -> bool:
        """Tell whether both hold on some day."""
        first = max(self.in_force or date.min, other.in_force or date.min)
        return first <= min(self.expires or date.max, other.expires or date.max)

    def coming(self, day: date, within_days: int) -> tuple[Announced, ...]:
        """Return the changes announced for after a day and within so many days of it."""
        last = day + timedelta(days=within_days)
        return tuple(a for a in self.announced if day < a.on <= last)

    def unlooked_days(self, day: date) -> int | None:
        """Return how many days before a day it was last looked at; None: nobody says."""
        return None if self.checked_on is None else max((day - self.checked_on).days, 0)
