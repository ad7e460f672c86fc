"""Where the page of an office comes from, and the tables a document offers it.

Filling it is `layers.outputs.template`, which is loaded only where there is a page to fill.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from layers.library import papers
from layers.outputs.page_head import PageHead, Values
from layers.outputs.word import SAME, WordTable
from layers.text import Language

FOLDER = "LUODI_TEMPLATES"
"""Environment variable that names the administrator's folder of templates."""


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


def filled(paper: str, head: PageHead, values: Callable[[], Values], picture: bytes | None = None) -> bytes | None:
    """Return a document by the template of the office, None where it has none; `values` stand beside those of the head.

    They are asked for only where there is a template.
    """
    own = found(paper, head.language)
    if own is None:
        return None
    from layers.outputs import template  # loads the compiler of templates

    return template.filled(own, paper, head.values() | dict(values()), picture, head)
