"""Positive and negative lists of parks as files: a workbook with the matrix and the lines, or the lines (CSV)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pandas as pd

from layers.ask.park_lists import ParkLists
from layers.outputs import lists, sheets
from layers.outputs.printed import Book
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.outputs.target import ending, replaced
from layers.text import Language, say
from layers.words import park_lists as words

KINDS = ("xlsx", "csv")


def write(found: ParkLists, path: Path, language: Language) -> int:
    """Write the lists; return the number of lines.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.listed(found, language)
    if ending(path, KINDS) == "csv":
        said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
        made = Projection(frame, words.heads(frame, language), said)
        lists.write(made, path, "park_list", found.results.folder)
    else:
        replaced(path, lambda part: part.write_bytes(_book(found, frame, language)), found.results.folder)
    return len(frame)


def _book(found: ParkLists, frame: pd.DataFrame, language: Language) -> bytes:
    content = BytesIO()
    said = [*grounds(found.results, language, "projects"), *words.notes(found, language)]
    with Book(content) as book:
        matrix, lines = words.matrix(found, language), frame.rename(columns=words.heads(frame, language))
        for name, table, told in (("matrix", matrix, said), ("lines", lines, said[:1])):
            wide = frozenset(map(str, table.columns))
            sheets.add(book, ListSheet(say(f"parklist.sheet_{name}", language), table, told, 1, wide))
    return content.getvalue()
