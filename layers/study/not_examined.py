"""A rule left aside (未审查): by whom, why, and on which paper."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict


class NotExamined(BaseModel):
    """A rule left aside this round (未审查), by whom and why; printed on every list.

    `document` is the paper it rests on, `on` the day it was said.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    reason: str
    person: str
    document: str = ""
    on: date | None = None

    @property
    def ground(self) -> str:
        """Why, with the paper and the day."""
        return " · ".join(filter(None, (self.reason, self.document, self.on.isoformat() if self.on else "")))
