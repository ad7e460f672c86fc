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
    found: dict[tuple[int, str], str] = {}
    for name, values in columns.items():
        zeros = _all_end_in_zeros(values)
        for line, value in zip(lines, values, strict=True):
            text = _text(value)
            if cut(text) or ((zeros or line in typed or isinstance(value, float)) and _LONG.fullmatch(text)):
                found[line, name] = text
    if not found:
        return []
    rows = sorted({line for line, _ in found})
    named = list(dict.fromkeys(name for _, name in found))
    return [
        finding("warn", "digits_lost", count=len(rows), rows=rows[:_SHOWN], digits=EXACT_DIGITS, columns=named[:_SHOWN],
                values=list(dict.fromkeys(found.values()))[:_SHOWN])
    ]  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else ""
    return value.strip() if isinstance(value, str) else ""


def _all_end_in_zeros(values: Sequence[Any]) -> bool:
    """Tell a column of different long numbers that all end in zeros after the fifteenth digit, and only there.

    A code of an administrative division (12 digits) that a standard fills up with zeros is whole: what a
    spreadsheet cuts has digits up to the place of the cut.
    """
    long = {t for t in map(_text, values) if _LONG.fullmatch(t)}
    filled = sum(set(t[_DIVISION:EXACT_DIGITS]) == {"0"} for t in long)
    return len(long) > 1 and 2 * filled < len(long) and all(set(t[EXACT_DIGITS:]) == {"0"} for t in long)
