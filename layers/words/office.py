"""Where a table an office may keep comes from, in words."""

from __future__ import annotations

from layers.library.office import OfficeTable
from layers.text import Language, both, say


def origin(table: OfficeTable, language: Language) -> str:
    """Return the source of a table, with its mark where nobody has checked it against a document."""
    source = both(table.head.source, language)
    return say("word.marked", language, title=source) if table.unverified else source
