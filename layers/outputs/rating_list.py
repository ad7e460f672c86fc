"""The rating and the reserve library as files: a workbook that recalculates, or a plain list."""

from __future__ import annotations

from pathlib import Path

from layers.ask.rated import Rated
from layers.outputs import lists, rating_book
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.text import Language
from layers.words import rating as words


def write(found: Rated, path: Path, language: Language) -> int:
    """Write the rating as XLSX (formulas) or CSV; return the number of projects.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    if ending(path, lists.KINDS) == "xlsx":
        replaced(path, lambda part: rating_book.write(found, part, language), found.results.folder)
        return len(found.rating.ranking)
    frame = words.ranking(found, language)
    made = Projection(frame, words.heads(frame, language), words.notes(found, language))
    lists.write(made, path, "rating", found.results.folder)
    return len(frame)


def write_reserve(found: Rated, path: Path, language: Language) -> int:
    """Write the reserve library as XLSX or CSV; return the number of projects.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.library(found, language)
    made = Projection(frame, words.heads(frame, language), words.reserve_notes(found, language))
    lists.write(made, path, "reserve_library", found.results.folder)
    return len(frame)
