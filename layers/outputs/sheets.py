"""One sheet of a workbook that lists: what is to be said, then rows under headings, held and filtered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd
import xlsxwriter

from layers.outputs import printed
from layers.outputs.live_book import STYLES
from layers.outputs.plain import plain


@dataclass(frozen=True)
class ListSheet:
    """A sheet: its name, rows under headings as people read them, what stands over them.

    Parameters
    ----------
    name : str
    frame : DataFrame
        Its columns are the headings.
    said : sequence of str
        The first lines stand above, the rest below the rows.
    held : int
        Columns that stay while the rest is scrolled.
    wide : set of str
        Headings of wide columns.
    """

    name: str
    frame: pd.DataFrame
    said: Sequence[str] = ()
    held: int = 1
    wide: frozenset[str] = frozenset()


def workbook(pages: Iterable[ListSheet]) -> bytes:
    """Return a workbook of such sheets alone."""
    content = BytesIO()
    with printed.Book(content) as book:
        for page in pages:
            add(book, page)
    return content.getvalue()


def add(book: xlsxwriter.Workbook, one: ListSheet) -> None:
    """Add a sheet to a workbook; no text of a study becomes a formula."""
    page = book.add_worksheet(one.name)
    head, grey = (book.add_format(STYLES[name]) for name in ("head", "note"))
    widths = [24.0 if t in one.wide else 13.0 for t in one.frame]
    above = one.said[: printed.ABOVE]
    first = printed.lines(page, 0, above, widths, grey) + 1
    page.set_row(first, printed.head_height(map(str, one.frame), widths))
    printed.lines(page, first + len(one.frame) + 2, one.said[printed.ABOVE :], widths, grey)
    for column, title in enumerate(one.frame):
        page.write_string(first, column, plain(str(title)), head)
        page.set_column(column, column, 24 if title in one.wide else 13)
        for row, value in enumerate(one.frame[title].tolist(), first + 1):
            _cell(page, row, column, value)
    page.freeze_panes(first + 1, one.held)
    page.autofilter(first, 0, first + max(len(one.frame), 1), max(len(one.frame.columns) - 1, 0))


def _cell(page: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, (int, float)):
        if value == value:
            page.write_number(row, column, value)
    elif not pd.isna(value):
        page.write_string(row, column, plain(str(value)))
