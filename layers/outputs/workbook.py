"""The workbook: what the list rests on in the first lines, then the rows under clear headers."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter

from layers.outputs.plain import plain
from layers.outputs.projected import Projection

_WIDEST = 48


def write_xlsx(path: Path, made: Projection, sheet: str) -> None:
    """Write a projected table; text never becomes a formula or a link.

    The first rows carry the notes, the header row is frozen and filtered, areas keep
    two decimals, and row order is that of the table.
    """
    options = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
    content = BytesIO()  # the library has errors of its own for a refused path; ours come from the file system
    with xlsxwriter.Workbook(content, options) as book:
        page = book.add_worksheet(sheet[:31])
        _notes(book, page, made)
        _rows(book, page, made, first=len(made.notes) + 1)
    path.write_bytes(content.getvalue())


def rows_of(path: Path, table: str) -> int:
    """Count the rows of a written workbook: those below the notes and the header of its first sheet."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=False)
    page = book.worksheets[0]
    head = int(str(page.freeze_panes).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1
    return max(int(page.max_row) - head, 0)


def _notes(book: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet, made: Projection) -> None:
    style = book.add_format({"italic": True, "font_color": "#555555"})
    for row, note in enumerate(made.notes):
        page.write_string(row, 0, plain(note), style)


def _rows(book: xlsxwriter.Workbook, page: xlsxwriter.workbook.Worksheet, made: Projection, first: int) -> None:
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "vcenter"})
    number = book.add_format({"num_format": "#,##0.00"})
    whole = book.add_format({"num_format": "0"})
    for column, name in enumerate(made.frame):
        values = made.frame[name]
        header = made.headers.get(str(name), str(name))
        page.write_string(first, column, plain(header), head)
        numeric = pd.api.types.is_numeric_dtype(values)
        style = (whole if pd.api.types.is_integer_dtype(values) else number) if numeric else None
        page.set_column(column, column, _width(header, values), style)
        for row, value in enumerate(values, start=first + 1):
            if pd.isna(value):
                continue
            if numeric and math.isinf(value):  # a cell holds no such number: no bound is known, or none is enough
                page.write_string(row, column, "∞" if value > 0 else "-∞")
            elif numeric:
                page.write_number(row, column, float(value))
            else:
                page.write_string(row, column, plain(value))
    last = max(first + len(made.frame), first + 1)
    page.autofilter(first, 0, last, max(len(made.frame.columns) - 1, 0))
    page.freeze_panes(first + 1, 1)


def _width(header: str, values: pd.Series) -> float:
    """Return a column width for the text in it; Chinese characters are twice as wide."""
    if pd.api.types.is_numeric_dtype(values):
        return max(11.0, min(_cells(header), 16))
    sample = [str(v) for v in values.head(200)]
    return min(max([_cells(header), *map(_cells, sample)]) + 2, _WIDEST)


def _cells(text: str) -> int:
    return sum(2 if ord(ch) > 0x2E80 else 1 for ch in text)
