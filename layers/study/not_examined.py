"""A rule left aside (未审查): by whom, why, and on which paper."""

from __future__ import annotations

from datetime import date

from geo.basis.frozen import Frozen


class NotExamined(Frozen):
    """A rule left aside this round (未审查), by whom and why; printed on every list.

    `document` is the paper it rests on, `on` the day it was said.
    """

    rule: str
    reason: str
    person: str
    document: str = ""
    on: date | None = None

    @property
    def ground(self) -> str:
        """Why, with the paper and the day."""
        return " · ".join(filter(None, (self.reason, self.document, self.on.isoformat() if self.on else "")))
