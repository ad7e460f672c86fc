"""Figures of a standard for an industry, through the crosswalk to an older code list where it has none of its own."""

from __future__ import annotations

from geo.basis.figure import unverified
from layers.library.codelist import CodeList
from layers.library.standards import FigureEntry, Standard


def through_crosswalk(standard: Standard, group: str, industry: str, older: CodeList) -> tuple[FigureEntry, ...]:
    """Return the entries of a group for an industry named in a newer scheme than the standard's.

    Parameters
    ----------
    standard : Standard
        Speaks the scheme of `older`.
    group, industry : str
        `industry` is a code of ``older.maps_to``; its division (three characters, ``C26``)
        is what the crosswalk knows.
    older : CodeList
        Older scheme with `maps_to`.

    Returns
    -------
    tuple of FigureEntry
        With the mark of the crosswalk when it is weaker: a figure that is sure for an
        older industry is not sure for a newer one. Several entries when several older
        industries became one; none when the crosswalk does not know the code.
    """
    division = industry[:3]
    from_codes = [c.code for c in older.codes if division in c.maps_to]
    if unverified(older.maps_confidence or older.confidence, older.verified_by):
        return tuple(_from_memory(e) for e in _speaking_of(standard, group, from_codes))
    return _speaking_of(standard, group, from_codes)


def _speaking_of(standard: Standard, group: str, industries: list[str]) -> tuple[FigureEntry, ...]:
    return tuple(e for e in standard.of(group) if any(e.concerns(code) for code in industries))


def _from_memory(entry: FigureEntry) -> FigureEntry:
    return entry.model_copy(update={"figure": entry.figure.model_copy(update={"confidence": "M", "verified_by": ""})})
