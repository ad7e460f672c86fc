"""Tables an office may keep itself: one of ours is shipped, a study's own file of the same name stands before it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from geo.basis.age import Text
from geo.basis.figure import Confidence, unverified
from geo.basis.frozen import Frozen
from layers import toml

INPUTS = "inputs"
"""Folder of a study in which its own table lies."""

T = TypeVar("T", bound=BaseModel)


class OfficeHead(Frozen):
    """Where a table comes from, how sure that is, and who has checked it."""

    source: Text
    confidence: Confidence
    verified_by: str = ""


class CheckedHead(OfficeHead):
    """A head that also says when the table was last held against its source."""

    checked_on: date | None = None


class OfficeTable(Frozen):
    """A table with its head."""

    head: OfficeHead

    @property
    def unverified(self) -> bool:
        """True where nobody has checked the table against a document."""
        return unverified(self.head.confidence, self.head.verified_by)


def own(shipped: Path, folder: Path) -> Path:
    """Return where a study keeps a table of its own."""
    return folder / INPUTS / shipped.name


def table(model: type[T], shipped: Path, folder: Path | None) -> T:
    """Return the table of a study folder where it has its own, else the shipped one.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    mine = own(shipped, folder) if folder is not None else shipped
    path = mine if mine.is_file() else shipped
    return toml.validated(model, toml.read(path), path.name)
