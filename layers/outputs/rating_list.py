"""The rating and the reserve library as files: a workbook that recalculates, a plain list, or a map."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from layers.ask.rated import Rated
from layers.outputs import lists, rating_book
from layers.outputs.files import places_of_projects
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.text import Language
from layers.words import rating as words


def write(found: Rated, path: Path, language: Language) -> int:
    """Write the rating as XLSX (formulas), CSV or a map of where they are placed; return the number of projects.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    if ending(path, lists.MAPS) == "xlsx":
        replaced(path, lambda part: rating_book.write(found, part, language), found.results.folder)
        return len(found.rating.ranking)
    frame = words.ranking(found, language)
    said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    _write(found, made, path, "rating")
    return len(frame)


def write_reserve(found: Rated, path: Path, language: Language) -> int:
    """Write the reserve library as XLSX, CSV or a map of where the projects are placed; return the number of projects.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.library(found, language)
    said = (*grounds(found.results, language, "projects"), *words.reserve_notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    _write(found, made, path, "reserve_library")
    return len(frame)


def _write(found: Rated, made: Projection, path: Path, name: str) -> None:
    places = partial(places_of_projects, found.results, made.frame["project_id"])
    lists.write(made, path, name, found.results, places)
