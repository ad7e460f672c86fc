"""What a criterion is. Criteria are data (`data/criteria/*.toml`); nothing here knows a weight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator, model_validator

from geo.basis.age import Text
from geo.basis.figure import Confidence, unverified
from geo.basis.frozen import Frozen
from geo.rank.value import Categories, Increasing, Value

SUM_TOLERANCE = 1e-9
"""Weights of a set are decimals of a document; they add up to 1 exactly, or a weight is wrong."""
POINTS = 100.0
"""A score is out of 100 points."""
Weighting = Literal["given", "ahp", "entropy"]
_ID = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]*$")


class CriterionGroup(Frozen):
    """A criterion that has several parts: a fact and what people say of it, an amount and the amount per 亩."""

    id: str
    title: Text


class Criterion(Frozen):
    """One criterion of a set.

    Parameters
    ----------
    id, title
        `id` is unique within the set.
    fact : str
        Column of the table of units it reads; the upper end of the interval stands in
        the column `geo.basis.units.hi` names, if there is one.
    unit : str
        Unit of the value as shown.
    value : Value
        Value function with fixed bounds, in the unit of the column.
    weight : float
        Share of the points, 0 … 1.
    hard_min, hard_max : float or None
        A unit beyond them is infeasible, whatever it scores elsewhere.
    hard_codes : tuple of str
        For categories: codes that make a unit infeasible.
    source : Text
        Where bounds and weight come from; a plain string stands for both languages.
    confidence, verified_by
        A criterion from memory alone ("M") is shown as unverified, and its hard limit
        makes nothing infeasible.
    figure : str
        ``standard:entry`` the bounds were taken from (`data/standards`); kept for the reader.
    group : str
        The criterion it is a part of, one of the set's `groups`; "" where it stands for itself.
    by : {"facts", "people"}
        people: its fact is what named persons scored, 0 to 100, and never stands in for a figure.
    """

    id: str
    title: Text
    fact: str
    unit: str = ""
    value: Value
    weight: float = Field(ge=0.0, le=1.0)
    hard_min: float | None = None
    hard_max: float | None = None
    hard_codes: tuple[str, ...] = ()
    source: Text = Text()
    confidence: Confidence
    verified_by: str = ""
    figure: str = ""
    note: Text = Text()
    group: str = ""
    by: Literal["facts", "people"] = "facts"

    @field_validator("id", "fact")
    @classmethod
    def _name(cls, value: str) -> str:
        if not _ID.match(value):
            raise ValueError("name_not_plain")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Criterion:
        numbers = self.hard_min is not None or self.hard_max is not None
        if isinstance(self.value, Categories):
            if numbers:
                raise ValueError("criterion_limit_of_category")
            if not set(self.hard_codes) <= set(self.value.shares):
                raise ValueError("criterion_code_unlisted")
        elif self.hard_codes:
            raise ValueError("criterion_codes_of_number")
        if self.hard_min is not None and self.hard_max is not None and self.hard_min > self.hard_max:
            raise ValueError("value_bounds_reversed")
        return self

    @property
    def by_code(self) -> bool:
        """True for a criterion that reads codes, not numbers."""
        return isinstance(self.value, Categories)

    @property
    def most(self) -> float:
        """Greatest share of its points a unit can earn: 1, or the cap above it."""
        return self.value.cap if isinstance(self.value, Increasing) else 1.0

    @property
    def has_limit(self) -> bool:
        """True when a unit can be infeasible by this criterion."""
        return self.hard_min is not None or self.hard_max is not None or bool(self.hard_codes)

    @property
    def unverified(self) -> bool:
        """True for a criterion from memory that nobody has checked against a document."""
        return unverified(self.confidence, self.verified_by)


class CriteriaSet(Frozen):
    """A named set of criteria for one kind of unit.

    Parameters
    ----------
    id, title, document, region
    unit : {"site", "project"}
        What is scored: the table it reads has the column ``site_id`` or ``project_id``.
    sample : bool
        A local document shown as an example of its kind, not a default elsewhere.
    weighting : {"given", "ahp", "entropy"}
        given: as the criteria say · ahp: out of `judgements` · entropy: out of the units.
    judgements : tuple of (id, id, number)
        For AHP: how many times more the first matters than the second, on Saaty's 1 … 9.
    groups : tuple
        Criteria that have several parts.
    criteria : tuple
        Their weights add up to 1.
    """

    id: str
    title: Text
    document: Text = Text()
    region: str = ""
    unit: Literal["site", "project"] = "site"
    sample: bool = False
    note: Text = Text()
    weighting: Weighting = "given"
    judgements: tuple[tuple[str, str, float], ...] = ()
    groups: tuple[CriterionGroup, ...] = ()
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> CriteriaSet:
        ids = [c.id for c in self.criteria]
        if len(ids) != len(set(ids)):
            raise ValueError("criterion_id_repeats")
        if abs(sum(c.weight for c in self.criteria) - 1.0) > SUM_TOLERANCE:
            raise ValueError("criteria_weights_do_not_sum")
        if not {c.group for c in self.criteria} - {""} <= {g.id for g in self.groups}:
            raise ValueError("criterion_group_unknown")
        return self

    @property
    def unit_id(self) -> str:
        """Column that names the units."""
        return f"{self.unit}_id"

    @property
    def weights(self) -> dict[str, float]:
        """Weight by criterion, as given."""
        return {c.id: c.weight for c in self.criteria}


def merged(base: Sequence[Criterion], own: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """Merge criteria of a study into those of a set: the same id replaces, in its place; others follow."""
    out = {c.id: c for c in base} | {c.id: c for c in own}
    return tuple(out.values())
