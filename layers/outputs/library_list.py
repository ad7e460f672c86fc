"""The five libraries as files: a workbook with a sheet each and one of links, or the entries (CSV)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from geo.project.library import LIBRARIES
from layers.ask.library import Libraries
from layers.outputs import lists, sheets
from layers.outputs.printed import Book
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.outputs.target import ending, replaced
from layers.text import Language, code
from layers.words import library as words

KINDS = ("xlsx", "csv")


def write(found: Libraries, path: Path, language: Language) -> int:
    """Write the libraries; return the number of entries.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.listed(found, language)
    if ending(path, KINDS) == "csv":
        said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
        made = Projection(frame, words.heads(frame, language), said)
        lists.write(made, path, "library", found.results.folder)
    else:
        replaced(path, lambda part: part.write_bytes(_book(found, language)), found.results.folder)
    return len(frame)


def _book(found: Libraries, language: Language) -> bytes:
    content = BytesIO()
    said = [*grounds(found.results, language, "projects"), *words.notes(found, language)]
    with Book(content) as book:
        for name in LIBRARIES:
            mine = Libraries(found.results, found.entries[found.entries["library"] == name], found.links, 0)
            table = words.shown(mine, language)
            sheets.add(book, ListSheet(code("library", name, language), table, said, 2, frozenset(map(str, table))))
        table = words.link_table(found, language)
        sheets.add(book, ListSheet(code("librarysheet", "links", language), table, said[:1], 2,
                                   frozenset(map(str, table))))  # fmt: skip
    return content.getvalue()
