"""Positive and negative lists of parks as files: a workbook with the matrix and the lines, or the lines (CSV)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from layers.ask.park_lists import ParkLists
from layers.outputs import lists
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.text import Language, say
from layers.words import park_lists as words

KINDS = lists.BOOK


def write(found: ParkLists, path: Path, language: Language) -> int:
    """Write the lists; return the number of lines.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.listed(found, language)
    said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    lists.write_book(made, path, "park_list", found.results.folder, lambda: _pages(found, made, language))
    return len(frame)


def _pages(found: ParkLists, made: Projection, language: Language) -> Iterator[ListSheet]:
    matrix, lines = words.matrix(found, language), made.frame.rename(columns=made.headers)
    for name, table, told in (("matrix", matrix, made.notes), ("lines", lines, made.notes[:1])):
        yield ListSheet(say(f"parklist.sheet_{name}", language), table, told, 1, frozenset(map(str, table.columns)))
