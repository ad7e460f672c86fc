"""One value of one record of a layer, set right by a person (人工更正); the official value stands beside it."""

from __future__ import annotations

from datetime import date

from geo.basis.frozen import Frozen

ROW = "row:"
"""Begins the name of a record that has no id of its own: the number of its row follows."""


class Correction(Frozen):
    """A value somebody corrected, by whom, on what ground and by which paper.

    `record` is the id of the row as the file has it, or `ROW` with its number; `column` the field of the file;
    `official` what the file said when it was corrected: where it says something else now the correction rests.
    """

    record: str
    column: str
    value: str
    official: str
    person: str
    reason: str
    document: str = ""
    on: date | None = None

    @property
    def ground(self) -> str:
        """Why, with the paper and the day."""
        return " · ".join(filter(None, (self.reason, self.document, self.on.isoformat() if self.on else "")))
