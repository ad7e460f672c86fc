"""The five libraries as files: a workbook with a sheet each and one of links, or the entries (CSV)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from geo.project.library import LIBRARIES
from layers.ask import library_past
from layers.ask.library import Libraries
from layers.outputs import lists
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.text import Language, code
from layers.words import library as words
from layers.words import library_past as past

KINDS = lists.BOOK


def write(found: Libraries, path: Path, language: Language) -> int:
    """Write the libraries; return the number of entries.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    frame = words.listed(found, language)
    said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
    made = Projection(frame, words.heads(frame, language), said, language)
    lists.write_book(made, path, "library", found.results.folder, lambda: _pages(found, said, language))
    return len(frame)


def _pages(found: Libraries, said: tuple[str, ...], language: Language) -> Iterator[ListSheet]:
    for name in LIBRARIES:
        mine = Libraries(found.results, found.entries[found.entries["library"] == name], found.links, 0)
        table = words.shown(mine, language)
        yield ListSheet(code("library", name, language), table, said, 2, frozenset(map(str, table)))
    table = words.link_table(found, language)
    yield ListSheet(code("librarysheet", "links", language), table, said[:1], 2, frozenset(map(str, table)))
    if found.asked or not (made := library_past.past(found.results)):
        return
    table = past.frame(made, language).rename(columns=past.heads(language))
    told = tuple(past.files(made, language))
    yield ListSheet(code("librarysheet", "changes", language), table, told, 2, frozenset(map(str, table)))
