"""Where a table an office may keep comes from, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layers.ask.names import LostName
from layers.library.office import INPUTS, OfficeTable
from layers.text import Language, both, say


def origin(table: OfficeTable, language: Language) -> str:
    """Return the source of a table, with its mark where nobody has checked it against a document."""
    source = both(table.head.source, language)
    return say("word.marked", language, title=source) if table.unverified else source


def lost(found: Iterable[LostName], file: str, titles: Mapping[str, str], language: Language) -> list[str]:
    """Say which names of a table nothing answers to, whose they are, and what comes near.

    Parameters
    ----------
    found : iterable of LostName
    file : str
        Name of the table's file.
    titles : mapping of str to str
        What the reader knows those by who read the names.
    language : Language
    """
    return [
        say("office.lost_near" if one.near else "office.lost", language, file=f"{INPUTS}/{file}",
            by=titles.get(one.by[0], one.by[0]), name=one.name, near=one.near) for one in found
    ]  # fmt: skip
