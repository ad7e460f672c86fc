"""What every document says of itself, and what fills its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from layers.study.run.results import Results
from layers.text import Language, say

Values = Mapping[str, Any]
"""What fills a template: texts, tuples of texts, tables (see `layers.outputs.office_pages.tables`)."""


@dataclass(frozen=True)
class PageHead:
    """What every document says of itself: title, run, moment, language."""

    title: str
    results: Results
    moment: datetime
    language: Language

    def values(self) -> dict[str, Any]:
        """Return the fields every document has."""
        study = self.results.study
        warned = say("note.demonstration", self.language) if study.demonstration else ""
        return {"title": self.title, "study": study.name, "as_of": study.as_of.isoformat(), "crs": study.crs,
                "run": self.results.run_id, "demonstration": warned}  # fmt: skip
