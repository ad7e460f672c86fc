"""Long ids that a spreadsheet kept as numbers: after fifteen digits the rest is lost, and two of them become one."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from layers.sources.finding import Finding, finding

EXACT_DIGITS = 15
"""A spreadsheet keeps 15 digits of a number; a longer id typed as a number has lost the rest."""
_CUT = re.compile(r"\d(?:\.\d{0,14})?[eE]\+?(?:1[1-9]|[2-9]\d)")
_LONG = re.compile(rf"\d{{{EXACT_DIGITS + 1},}}")
_DIVISION = 12
_SHOWN = 5


def cut(text: str) -> bool:
    """Tell an id written as 3.30881E+18."""
    return _CUT.fullmatch(text.strip()) is not None


def lost(columns: Mapping[str, Sequence[Any]], lines: Sequence[int], typed: Collection[int] = ()) -> list[Finding]:
    """Return one warning that names rows, columns and values whose digits are lost; none where all are kept.

    Parameters
    ----------
    columns : mapping of name to values
        Texts, or floats as a file stores them; None where there is nothing.
    lines : sequence of int
        Number of each row as people see it.
    typed : collection of int
        Rows in which a spreadsheet holds a long number as a number.
    """
    search = Search(typed)
    search.feed(columns, lines)
    return search.found()


class Search:
    """Looks for lost digits in a table, a piece of it at a time.

    Parameters
    ----------
    typed : collection of int
        As for `lost`.
    """

    def __init__(self, typed: Collection[int] = ()):
        self._typed = typed
        self._found: dict[tuple[int, str], str] = {}
        self._open: dict[str, dict[int, str]] = {}
        self._whole: set[str] = set()
        self._order: dict[str, None] = {}

    def feed(self, columns: Mapping[str, Sequence[Any]], lines: Sequence[int]) -> None:
        """Look at some rows; see `lost`."""
        self._order |= dict.fromkeys(columns)
        for name, values in columns.items():
            texts = {v: _text(v) for v in set(map(_key, values))}
            told = {v: t for v, t in texts.items() if cut(t) or _LONG.fullmatch(t)}
            if told:
                self._column(name, [(line, v) for line, v in zip(lines, values, strict=True) if _key(v) in told], told)

    def _column(self, name: str, rows: list[tuple[int, Any]], told: Mapping[Any, str]) -> None:
        whole = any(not cut(t) and set(t[EXACT_DIGITS:]) != {"0"} for t in told.values())
        if whole:  # a column of long numbers that are whole: no zeros at the end of others were put there
            self._whole.add(name)
            self._open.pop(name, None)
        for line, value in rows:
            text = told[_key(value)]
            if cut(text) or line in self._typed or isinstance(value, float):
                self._found[line, name] = text
            if name not in self._whole and _LONG.fullmatch(text):
                self._open.setdefault(name, {})[line] = text

    def found(self) -> list[Finding]:
        """Return the warning; nothing where all digits are kept."""
        kept = self._found | {
            (line, name): text
            for name, rows in self._open.items()
            if _filled_up(set(rows.values()))
            for line, text in rows.items()
        }
        if not kept:
            return []
        order = {name: k for k, name in enumerate(self._order)}
        kept = dict(sorted(kept.items(), key=lambda one: (order[one[0][1]], one[0][0])))
        rows = sorted({line for line, _ in kept})
        named = list(dict.fromkeys(name for _, name in kept))
        values = list(dict.fromkeys(kept.values()))[:_SHOWN]
        return [finding("warn", "digits_lost", count=len(rows), rows=rows[:_SHOWN], digits=EXACT_DIGITS,
                        columns=named[:_SHOWN], values=values)]  # fmt: skip


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, float)) else None


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else ""
    return value.strip() if isinstance(value, str) else ""


def _filled_up(long: set[str]) -> bool:
    """Tell different long numbers that all end in zeros after the fifteenth digit, and only there.

    A code of an administrative division (12 digits) that a standard fills up with zeros is whole: what a
    spreadsheet cuts has digits up to the place of the cut.
    """
    filled = sum(set(t[_DIVISION:EXACT_DIGITS]) == {"0"} for t in long)
    return len(long) > 1 and 2 * filled < len(long) and all(set(t[EXACT_DIGITS:]) == {"0"} for t in long)
