"""Where the page of an office comes from, and what a document offers it: fields, tables, the head of every page.

Filling it is `layers.outputs.template`, which is loaded only where there is a page to fill.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from layers.library import papers
from layers.outputs.word import SAME, WordTable
from layers.study.run.results import Results
from layers.text import Language, say

FOLDER = "LUODI_TEMPLATES"
"""Environment variable that names the administrator's folder of templates."""
Values = Mapping[str, Any]
"""What fills a template: texts, tuples of texts, tables (see `tables`)."""


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


def tables(grids: Iterable[WordTable]) -> dict[str, Any]:
    """Return tables as a template reads them: title, heads by column, rows of texts by column, the line below."""
    out = {}
    for grid in grids:
        fitting = [row for row in grid.rows if len(row) == len(grid.columns)]
        alone = " ".join(text for row in grid.rows if len(row) != len(grid.columns) for text in row)
        out[grid.name] = {
            "title": grid.title, "head": dict(zip(grid.columns, grid.head or grid.columns, strict=True)),
            "rows": [{c: "" if v == SAME else v for c, v in zip(grid.columns, row, strict=True)} for row in fitting],
            "below": grid.below or alone,
        }  # fmt: skip
    return out


def folders() -> tuple[Path, ...]:
    """Return where templates may lie, the administrator's folder first."""
    given = os.environ.get(FOLDER, "").strip()
    return (*((Path(given),) if given else ()), papers.FOLDER)


def found(paper: str, language: Language) -> Path | None:
    """Return the template of a document: ``NAME.LANGUAGE.docx`` before ``NAME.docx``; None takes our own layout."""
    names = (f"{paper}.{language}.{papers.ENDING}", f"{paper}.{papers.ENDING}")
    return next((p for f in folders() for n in names if (p := f / n).is_file()), None)
