"""The table of approvals before land is handed over (`data/handover/approvals.toml`), or a study's own."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from geo.screen.handover import Approval
from layers.library import office
from layers.library.office import CheckedHead, OfficeTable

FILE = Path(__file__).resolve().parents[2] / "data" / "handover" / "approvals.toml"
"""Where a study keeps a table of its own, with the months of its office."""


class Entry(Frozen):
    """One approval with its words; `months` from … to."""

    id: str
    title: Text
    level: Text
    months: tuple[float, float]
    when: Literal["", "conversion", "taking", "supply"] = ""
    rules: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def approval(self) -> Approval:
        """What the core reads of it."""
        return Approval(self.id, *self.months, self.when, self.rules, self.after)


class ApprovalTable(OfficeTable):
    """The approvals in their order, and where the table comes from."""

    head: CheckedHead
    approvals: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> ApprovalTable:
        """Refuse what would count for nothing: a name twice, or waiting for what does not stand before."""
        before: set[str] = set()
        for one in self.approvals:
            if one.id in before or not set(one.after) <= before:
                raise ValueError("approvals_order")
            if not 0 <= one.months[0] <= one.months[1] < math.inf:
                raise ValueError("approvals_months")
            before.add(one.id)
        return self


def table(folder: Path | None = None) -> ApprovalTable:
    """Return the table of a study folder where it has one, else the shipped one.

    Raises
    ------
    SpecError
        The file is not as it must be.
    """
    return office.table(ApprovalTable, FILE, folder)
