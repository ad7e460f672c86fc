"""The rules of the reserve library (`data/project/reserve.toml`), or a study's own."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from geo.basis.frozen import Frozen
from geo.rank import reserve
from geo.rank.reserve import Reserve, ReserveRule, Test
from layers.library import office
from layers.library.office import OfficeTable

FILE = Path(__file__).resolve().parents[2] / "data" / "project" / "reserve.toml"
"""Where a study keeps rules of its own."""


class _Rule(Frozen):
    id: str
    test: Test
    codes: tuple[str, ...] = ()
    least: float = 0.0

    @property
    def rule(self) -> ReserveRule:
        return ReserveRule(self.id, self.test, self.codes, self.least)


class ReserveTable(OfficeTable):
    """Rules of entry and exit, and where they come from."""

    entry: tuple[_Rule, ...] = Field(min_length=1)
    exit: tuple[_Rule, ...] = ()

    @model_validator(mode="after")
    def _plain(self) -> ReserveTable:
        if reserve.unused([r.rule for r in (*self.entry, *self.exit)]):
            raise ValueError("reserve_code_unknown")
        return self

    @property
    def rules(self) -> Reserve:
        """What the core reads of it."""
        return Reserve(tuple(r.rule for r in self.entry), tuple(r.rule for r in self.exit))


def table(folder: Path | None = None) -> ReserveTable:
    """Return the rules of a study folder where it has its own, else the shipped ones.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(ReserveTable, FILE, folder)
