"""What every document says of itself, and what fills its fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from layers.outputs import word
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

    def page(self, above: Iterable[str] = ()) -> Document:
        """Begin a page: the title, lines in small print, and in red that the data is synthetic where it is."""
        made = word.blank(self.title, self.moment, self.language)
        first = made.add_paragraph()
        first.alignment = WD_ALIGN_PARAGRAPH.CENTER
        word.tight(word.run(first, self.title, word.TITLE_PT, bold=True, face=word.HEI), after=2)
        for text in above:
            word.tight(word.line(made, text, word.SMALL_PT, word.GREY))
        if warned := self.values()["demonstration"]:
            word.tight(word.line(made, warned, word.BODY_PT, word.RED, bold=True))
        return made
