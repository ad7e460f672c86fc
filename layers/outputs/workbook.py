"""The workbook: what the list rests on in the first lines, then the rows under clear headers."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import xlsxwriter

from layers.outputs import live, printed
from layers.outputs.live_book import HEAD, NOTE, NOTES
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.projected import Projection
from layers.text import say

_WIDEST = 48
_FIRST_SHEET = "xl/worksheets/sheet1.xml"
STYLES: dict[str, dict[str, Any]] = {
    "head": HEAD, "note": NOTE,
    "number": {"num_format": "#,##0.00"}, "whole": {"num_format": "0"}, "share": {"num_format": "0.00%"}, "text": {},
    "wrapped": {"text_wrap": True},
    "number_least": {"num_format": '"≥ "#,##0.00'}, "whole_least": {"num_format": '"≥ "0'},
}  # fmt: skip
STYLES |= {name: {"valign": "vcenter"} | look for name, look in STYLES.items()}
READ_WHOLE = 200
"""Rows of a list up to which long texts are wrapped: it is printed and read line by line, a longer one is searched."""


def write_xlsx(path: Path, made: Projection, table: str) -> None:
    """Write a projected table; text never becomes a formula or a link, numbers do where they follow from others.

    The first lines say what it is, the header row is frozen and filtered, areas keep two decimals, and row order is
    that of the table. A second sheet sums up by state, the last one holds all notes.
    """
    content = BytesIO()  # the library has errors of its own for a refused path; ours come from the file system
    language = made.language
    made, name = live.taken(made, table, language), say("workbook.list", language)
    above = made.notes[: printed.ABOVE]
    with Book(content) as book:
        page = book.add_worksheet(name)
        style = {k: book.add_format(v) for k, v in STYLES.items()}
        _rows(page, made, table, style, first=len(above) + 1)
        printed.lines(page, 0, above, _widths(made), style["note"])
        words = {k: say(f"workbook.{k}", language) for k in ("totals", "rows", "share", "all", "unknown")}
        live.totals(book, made, name, len(above) + 2, words, style)
        if len(made.notes) > len(above):
            more = book.add_worksheet(made.notes_head)
            more.set_column(0, 0, NOTES)
            printed.lines(more, 0, made.notes, (NOTES,), style["note"])
    path.write_bytes(content.getvalue())


def rows_of(path: Path, table: str) -> int:
    """Count the rows of a written workbook: those below the notes and the header of its first sheet.

    The sheet is read as it streams by: a list of a million rows is never in memory as cells.
    """
    head = last = 0
    with zipfile.ZipFile(path) as book, book.open(_FIRST_SHEET) as stream:
        for event, part in ElementTree.iterparse(stream, ("start", "end")):
            name = part.tag.rpartition("}")[2]
            if event == "start" and name == "sheetData":
                rows = part
            elif event == "end" and name == "pane":
                head = int(part.get("ySplit", 0))
            elif event == "end" and name == "row":
                last = int(part.get("r", 0))
                rows.clear()
    return max(last - head, 0)


def _widths(made: Projection) -> list[float]:
    return [_width(made.headers.get(str(c), str(c)), made.frame[c]) for c in made.frame]


def _rows(
    page: xlsxwriter.workbook.Worksheet, made: Projection, table: str, style: Mapping[str, Any], first: int
) -> None:
    known = live.Formulas(made, table, first + 1)
    wrapped = style["wrapped" if len(made.frame) <= READ_WHOLE else "text"]
    for column, name in enumerate(made.frame):
        values = made.frame[name]
        header = made.headers.get(str(name), str(name))
        page.write_string(first, column, plain(header), style["head"])
        numeric = pd.api.types.is_numeric_dtype(values)
        kind = ("whole" if pd.api.types.is_integer_dtype(values) else "number") if numeric else "text"
        page.set_column(column, column, _width(header, values), style[kind])
        for row, value in enumerate(values, start=first + 1):
            if pd.isna(value):
                continue
            if not numeric:
                page.write_string(row, column, plain(value), wrapped)
            elif math.isinf(value):  # a cell holds no such number: no bound is known, or none is enough
                page.write_string(row, column, "∞" if value > 0 else "-∞")
            else:
                _number(page, row, column, float(value), _formula(made, table, str(name), row - first - 1, known))
    heads = [made.headers.get(str(c), str(c)) for c in made.frame]
    page.set_row(first, printed.head_height(heads, _widths(made)))
    last = max(first + len(made.frame), first + 1)
    page.autofilter(first, 0, last, max(len(made.frame.columns) - 1, 0))
    page.freeze_panes(first + 1, 1)


def _formula(made: Projection, table: str, name: str, line: int, known: live.Formulas) -> live.Live | None:
    if name == "left_m2" and table == "ledger":
        return live.left(made, table, line, known.first)
    return known.of(name, line)


def _number(page: xlsxwriter.workbook.Worksheet, row: int, column: int, value: float, found: live.Live | None) -> None:
    if found is None:
        page.write_number(row, column, value)
    else:
        page.write_formula(row, column, found.formula, None, found.value)


def _width(header: str, values: pd.Series) -> float:
    """Return a column width for the text in it; Chinese characters are twice as wide."""
    if pd.api.types.is_numeric_dtype(values):
        return max(11.0, min(_cells(header), 16))
    sample = [str(v) for v in values.head(200)]
    return min(max([_cells(header), *map(_cells, sample)]) + 2, _WIDEST)


def _cells(text: str) -> int:
    return sum(2 if ord(ch) > 0x2E80 else 1 for ch in text)
