"""Cells of registers of land, firms and readings: what a day, a state, a word or a yes is there."""

from __future__ import annotations

import re
from datetime import date

from geo.screen.records import Event
from layers.library import standards
from layers.sources.cells import recognise

NOT_YET = frozenset(
    ["", "-", "--", "—", "——", "/", "\\", "无", "否", "未", "没有", "未动工", "未开工", "未竣工", "未交地", "n/a", "na",
     "null", "none", "no"]
)  # fmt: skip
"""Cells that say an event has not happened, or that there is nothing to state."""
DOCUMENTS = ("approved", "contract")
"""Events a document proves: its number alone, without a day, is enough."""
YEARS = (1949, 2199)
"""Years a day of a register may lie in; others are written for "none" (1899-12-30, 1900-01-01, 9999-12-31)."""
_MANY = re.compile(r"[;；、|\n]+")
_TO = re.compile(r"(?<=[\d日])\s*(?:/|~|～|至|到|—|–)\s*")
_WORDS = re.compile(r"[;；,，、|\s]+")
_BESIDE = re.compile(r"[、，,;；/+|()（）\n]|[和及]")
YES = frozenset({"是", "有", "可", "可以", "能", "接受", "涉及", "√", "✓", "y", "yes", "true", "1"})
NO = frozenset({"否", "不", "无", "不可", "不能", "不接受", "不涉及", "没有", "×", "✗", "x", "n", "no", "false", "0"})
SCALES = {"规上": "large", "规模以上": "large", "规上企业": "large", "large": "large", "规下": "small",
          "规模以下": "small", "规下企业": "small", "small": "small"}  # fmt: skip
"""Words for the scale of an enterprise."""


def event(cell: str, *, document: bool = False, paper: str = "", last: bool = False) -> Event:
    """Read one event of a record.

    Parameters
    ----------
    cell : str
        A day as people write it, ``""`` or a word for "not yet"; with `document` also
        the number of the document.
    document : bool
    paper : str
        Number of the document in a field of its own.
    last : bool
        Of a month or a year take the last day: a term that runs from it has then surely begun.
    """
    found = recognise.day(cell) if cell else None
    if found is not None and found.value is not None and YEARS[0] <= found.value.year <= YEARS[1]:
        return Event("yes", found.last if last else found.value)
    numbered = paper.lower() not in NOT_YET and any(c.isdecimal() for c in paper)
    if numbered or (document and found is None and any(c.isdecimal() for c in cell)):
        return Event("yes")
    return Event("no" if cell.lower() in NOT_YET else "unreadable")


def stated_code(text: str) -> str:
    """Return the code of a supply status a file names: a code, a title or an alias; "" for another word."""
    word = text.strip().casefold()
    for entry in standards.codes("supply_status").codes:
        if word in {w.casefold() for w in (entry.code, entry.title.zh, entry.title.en, *entry.aliases)}:
            return entry.code
    return ""


def worded(name: str, text: str) -> str:
    """Return the code of a word under a shipped list; "" for a word nobody knows."""
    entries = standards.codes(name).recognised(text) if text else ()
    return entries[0].code if len(entries) == 1 else ""


def words_of(name: str, cell: str) -> list[str]:
    """Return the words of a cell under a shipped list: the whole of it where it is one known word, else its parts."""
    if not said(cell) or worded(name, cell):
        return [cell] if said(cell) else []
    return [part for part in (p.strip() for p in _BESIDE.split(cell)) if part]


def answer(cell: str) -> bool | None:
    """Return what a cell says where yes or no is asked; None for an empty one or another word."""
    word = cell.casefold()
    return True if word in YES else False if word and (word in NOT_YET or word in NO) else None


def said(cell: str) -> str:
    """Return a text, "" where the cell says that there is none (无, /)."""
    return "" if cell.casefold() in NOT_YET else cell


def days(cell: str) -> list[date] | None:
    """Return the days of a cell (``2024-01-01; 2024-03-31``), none of an empty one; None where one cannot be read."""
    out = []
    for part in filter(None, (p.strip() for p in _MANY.split(said(cell)))):
        read = recognise.day(part)
        if read is None or read.value is None or read.precision != "day" or not likely(read.value):
            return None
        out.append(read.value)
    return out


def likely(day: date) -> bool:
    """Tell whether a day can be one of a register."""
    return YEARS[0] <= day.year <= YEARS[1]


def spans(cell: str) -> list[tuple[date, date | None]] | None:
    """Return stretches of time (``2024-01-01~2024-03-31; 2025-02-01~``), open ones with None; None: unreadable."""
    out: list[tuple[date, date | None]] = []
    for part in filter(None, (p.strip() for p in _MANY.split(said(cell)))):
        ends = [days(e) for e in _TO.split(part) if e.strip()]
        if not 1 <= len(ends) <= len(("from", "to")) or any(e is None or len(e) != 1 for e in ends):
            return None
        read = [e[0] for e in ends if e]
        if read[-1] < read[0]:
            return None
        out.append((read[0], read[1] if len(read) > 1 else None))
    return out


def parts(cell: str) -> list[str]:
    """Return the words of a cell that lists several."""
    return [w for w in _WORDS.split(cell.strip()) if w]


def year(cell: str) -> int:
    """Return the year a cell names (``2025``, ``2025年``), 0 for none."""
    found = recognise.number(cell.strip().removesuffix("年").removesuffix("年度"))
    whole = found is not None and not found.unit and found.value == int(found.value)
    return int(found.value) if found is not None and whole and YEARS[0] <= found.value <= YEARS[1] else 0
