"""Measures and targets of the ranking of units (`data/project/league.toml`), or a study's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from geo.project.league import FUNDS, Measure
from geo.project.stages import RATES
from layers.library import office
from layers.library.office import OfficeTable

FILE = Path(__file__).resolve().parents[2] / "data" / "project" / "league.toml"
SUMS = ("investment_wan", "investment_total_wan", "tax_wan", "output_wan", "staff")
"""Columns of the list a measure may add up."""


class MeasureEntry(Frozen):
    """One measure with its words."""

    id: str
    title: Text
    definition: Text
    kind: Literal["sum", "number", "rate"]
    points: float = Field(ge=0.0, allow_inf_nan=False)
    fact: str = ""
    most: float = Field(1.0, ge=1.0, allow_inf_nan=False)

    @property
    def measure(self) -> Measure:
        """What the core reads of it."""
        return Measure(self.id, self.kind, self.points, self.fact, self.most)


class _Target(Frozen):
    model_config = ConfigDict(extra="allow", frozen=True)
    by: Literal["unit", "leader", "county", "park"] = "unit"
    name: str
    period: Literal["year", "quarter", "month"] = "year"

    @property
    def amounts(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class LeagueTable(OfficeTable):
    """Measures and targets, and where they come from."""

    measures: tuple[MeasureEntry, ...] = Field(min_length=1)
    targets: tuple[_Target, ...] = ()

    @model_validator(mode="after")
    def _plain(self) -> LeagueTable:
        """Refuse a measure nobody can count, and a target of none or that is no number above 0."""
        ids = [m.id for m in self.measures]
        rates = {FUNDS, *(name for name, *_ in RATES)}
        for m in self.measures:
            if (
                ids.count(m.id) > 1
                or (m.kind == "rate" and m.id not in rates)
                or (m.kind == "sum" and m.fact not in SUMS)
            ):
                raise ValueError("league_measure")
        for t in self.targets:
            wrong = [k for k, v in t.amounts.items() if k not in ids or not isinstance(v, (int, float)) or not v > 0]
            if wrong:
                raise ValueError("league_target")
        return self

    def of(self, by: str, period: str) -> dict[str, dict[str, float]]:
        """Return group → measure → target of one way of grouping and one period."""
        return {t.name: {k: float(v) for k, v in t.amounts.items()}
                for t in self.targets if (t.by, t.period) == (by, period)}  # fmt: skip


def table(folder: Path | None = None) -> LeagueTable:
    """Return the table of a study folder where it has its own, else the shipped one.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(LeagueTable, FILE, folder)
