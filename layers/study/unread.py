"""Cells of a register nobody can read: each is told with its column, its text and its rows, and what to write instead.

What the cells of a field must hold is data (`cells` of a role in `data/fields.toml`). The same function is asked when
a file is checked, when a run reads it and when a page shows it, so that all of them tell the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from layers.library import standards
from layers.sources.cells import quantity, recognise
from layers.sources.finding import Finding, finding
from layers.study import role_fields
from layers.study.registers import industry, record_cells
from layers.study.spec import LayerSpec

LONGEST, NAMED = 40, 200
"""Characters of a cell that are shown; rows named of one text, the others are counted."""
WORDS, SEVERAL = "words:", "several:"
"""One word of a shipped list; several words of one, side by side."""
LISTS = "industries"
"""A cell of several industries, as parks state what they admit."""


@dataclass(frozen=True)
class Cells:
    """One column of a file: our name of it, its heading, its cells as texts, and the rows they stand in."""

    ours: str
    heading: str
    texts: Sequence[str]
    rows: Sequence[Any]


def findings(spec: LayerSpec, frame: pd.DataFrame, rows: Iterable[Any]) -> list[Finding]:
    """Return what cannot be read of the mapped fields of a file, in the order they are mapped.

    Parameters
    ----------
    spec : LayerSpec
    frame : DataFrame
        Fields by their names in the file.
    rows : sequence
        Row of the file of each row of the frame.
    """
    return [
        one
        for ours, heading in spec.fields.items()
        if heading in frame and (kind := kind_of(spec.role, ours))
        for one in told(Cells(ours, heading, _texts(frame[heading], kind), list(rows)), kind)
    ]


def told(cells: Cells, kind: str) -> list[Finding]:
    """Return one finding for each text of a column that is no cell of its kind."""
    lost: dict[str, list[str]] = {}
    readable: dict[str, bool] = {}
    for row, text in zip(cells.rows, cells.texts, strict=True):
        if not record_cells.said(text):
            continue
        if text not in readable:
            readable[text] = _reads(kind, text, cells)
        if not readable[text]:
            lost.setdefault(text, []).append(str(row))
    return [_finding(cells.heading, kind, text, rows) for text, rows in lost.items()]


def _finding(heading: str, kind: str, text: str, rows: Sequence[str]) -> Finding:
    named = [*rows[:NAMED], *(["…"] if len(rows) > NAMED else [])]
    values: dict[str, Any] = {"column": heading, "text": text[:LONGEST], "rows": named, "count": len(rows)}
    if words := _known(kind):
        return finding("warn", "cell_word_unknown", row=rows[0], known=words, **values)
    return finding("warn", "cell_unreadable", row=rows[0], wanted=kind, **values)


def kind_of(role: str, ours: str) -> str:
    """Return what the cells of a field must hold, "" where any text will do."""
    return role_fields.kind_of(role, ours)


def _texts(values: pd.Series, kind: str) -> list[str]:
    if pd.api.types.is_numeric_dtype(values) and kind == "number":
        return [""] * len(values)
    plain = values.astype("object")
    return ["" if pd.isna(v) else str(v).strip() for v in plain]


# --- what can be read -------------------------------------------------------------


def _reads(kind: str, text: str, cells: Cells) -> bool:
    if kind == "number":
        return quantity.number_of(text, cells.ours, cells.heading) is not None
    if kind.startswith(WORDS):
        return bool(record_cells.worded(kind.removeprefix(WORDS), text))
    if kind.startswith(SEVERAL):
        name = kind.removeprefix(SEVERAL)
        return all(record_cells.worded(name, word) for word in record_cells.words_of(name, text))
    return _READERS[kind](text)


def _day(text: str) -> bool:
    return record_cells.event(text).happened != "unreadable"


def _month(text: str) -> bool:
    read = recognise.day(text)
    return read is not None and read.value is not None and read.precision != "year"


def _industries(text: str) -> bool:
    return all(industry.industry_code(w) for w in record_cells.parts(text))


_READERS: Mapping[str, Callable[[str], bool]] = {
    "day": _day,
    "event": _day,
    "document": lambda text: record_cells.event(text, document=True).happened != "unreadable",
    "days": lambda text: record_cells.days(text) is not None,
    "spans": lambda text: record_cells.spans(text) is not None,
    "month": _month,
    "year": lambda text: record_cells.year(text) > 0,
    "yes": lambda text: record_cells.answer(text) is not None,
    "status": lambda text: bool(record_cells.stated_code(text)),
    "scale": lambda text: text.casefold() in record_cells.SCALES,
    "industry": lambda text: bool(industry.industry_code(text)),
    LISTS: _industries,
}
KINDS = ("number", *_READERS)


@cache
def _known(kind: str) -> list[str]:
    """Return the words of a kind that has a few; none of another."""
    name = {"status": "supply_status"}.get(
        kind, next((kind.removeprefix(w) for w in (WORDS, SEVERAL) if kind.startswith(w)), "")
    )
    return list(dict.fromkeys(_words(name))) if name else []


def _words(name: str) -> Iterator[str]:
    for code in standards.codes(name).codes:
        yield code.title.zh
