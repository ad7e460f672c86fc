"""Who asks what of a project after its pre-selection (`data/project/argument.toml`), or a study's own."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from layers.library import office
from layers.library.office import OfficeHead, OfficeTable

FILE = Path(__file__).resolve().parents[2] / "data" / "project" / "argument.toml"
"""Where a study keeps questions of its own."""
Source = Literal["fact", "demand", "gate", "site", "rule", "site_gate", "ledger", "capacity", "rating", "asked"]
REST = "*"
_ALONE = ("ledger", "asked")
"""Kinds that read no names."""


class ArgumentQuestion(Frozen):
    """One question: where its answer is looked for, and what is read there."""

    id: str
    title: Text
    kind: Source
    names: tuple[str, ...] = ()


class Department(Frozen):
    """One department and what it asks."""

    id: str
    title: Text
    questions: tuple[ArgumentQuestion, ...] = Field(min_length=1)


class _Head(OfficeHead):
    set: str = "ankang"


class ArgumentTable(OfficeTable):
    """Departments in the order they are heard, and where the division of work comes from."""

    head: _Head
    departments: tuple[Department, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _plain(self) -> ArgumentTable:
        asked = [(d.id, q) for d in self.departments for q in d.questions]
        twice = len({(d, q.id) for d, q in asked}) < len(asked) or len({d.id for d in self.departments}) < len(
            self.departments
        )
        if twice or any((q.kind in _ALONE) == bool(q.names) for _, q in asked):
            raise ValueError("argument_question_wrong")
        return self


def table(folder: Path | None = None) -> ArgumentTable:
    """Return the questions of a study folder where it has its own, else the shipped ones.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(ArgumentTable, FILE, folder)
