"""How the sheets of a workbook look on paper and on a small screen: pages, rows of headings, long lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from layers.outputs.plain import plain

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": False}
"""No text of a study becomes a formula or a link."""
A4, A3 = 9, 8
WIDE, WIDEST = 150, 260
"""Widths of all columns, in letters, from which a sheet prints on A3, and on more than one sheet of it side by side."""
USUAL, PIXELS = 8.43, 7.1
"""Width of a column nobody set, in letters; pixels of a letter, in which the library keeps widths."""
LINE_PT = 16
ABOVE = 2
"""Lines that stand above the rows of a list; more of them would leave a small screen no room for rows."""
READ = 120
"""Letters of a line that are read at a glance: how far a text reaches over the columns."""


class Book(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook whose sheets print one page wide, with their headings on every page."""

    def __init__(self, content: BytesIO):
        super().__init__(content, OPTIONS)

    def __exit__(self, kind: Any, *more: Any) -> None:
        words = {index: text for text, index in self.str_table.string_table.items()}
        for page in self.worksheets():
            _page(page)
            _rows(page, words)
        super().__exit__(kind, *more)


def _page(page: Any) -> None:
    page.set_footer("&C&A · &P / &N")
    if page.fit_page:  # it has been laid out by who wrote it
        return
    known = [info.width for info in page.col_info.values() if info.width]
    wide = sum(known) / PIXELS if known else USUAL * ((page.dim_colmax or 0) + 1)
    page.set_landscape()
    page.set_paper(A3 if wide > WIDE else A4)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheets = max(int(wide // WIDEST) + 1, 1)
    page.fit_to_pages(sheets, 0)
    held, beside = page.panes[:2] if page.panes else (0, 0)
    if sheets > 1 and beside:
        page.repeat_columns(0, beside - 1)
    if held and not page.repeat_row_range:
        page.repeat_rows(held - 1)


def _rows(page: Any, words: dict[int, str]) -> None:
    """Make every row as high as its wrapped texts: not every program does so when it prints."""
    if len(page.table) > MOST_ROWS:
        return
    wide = {column: info.width / PIXELS for column, info in page.col_info.items() if info.width}
    for row, line in page.table.items():
        texts = {
            column: cell for column, cell in line.items()
            if hasattr(cell, "string") and cell.format is not None and cell.format.text_wrap
        }  # fmt: skip
        if row not in page.row_info and texts:
            titles = [words[c.string] for c in texts.values()]
            high = head_height(titles, [wide.get(k, USUAL) for k in texts])
            if high > LINE_PT + ROOM_PT:
                page.set_row(row, high)


MOST_ROWS = 20_000
"""Rows of a sheet whose heights are looked after: a longer list is no print."""
ROOM_PT = 3


def lines(page: Any, first: int, texts: Iterable[str], widths: Sequence[float], style: Any) -> int:
    """Write lines of text over the columns, each as high as it is long; return the next row.

    Parameters
    ----------
    page : Worksheet
    first : int
        Row of the first line.
    texts : iterable of str
    widths : sequence of float
        Of the columns, from the first one on, in letters.
    style : Format
        One that wraps.
    """
    last, room = 0, float(widths[0]) if widths else USUAL
    while room < READ and last + 1 < len(widths):
        last += 1
        room += float(widths[last])
    row = first
    for row, text in enumerate(texts, first):
        if last:
            page.merge_range(row, 0, row, last, "", style)
        page.write_string(row, 0, plain(text), style)
        page.set_row(row, LINE_PT * -(-cells(plain(text)) // max(int(room) - 2, 1)))
        first = row + 1
    return first


def head_height(titles: Iterable[str], widths: Iterable[float]) -> float:
    """Return the height of a row of headings that wrap."""
    needed = [-(-cells(t) // max(int(w) - 1, 1)) for t, w in zip(titles, widths, strict=True)]
    return float(LINE_PT * max([1, *needed]) + ROOM_PT)


def cells(text: str) -> int:
    """Return the width of a text in Latin letters; Chinese characters are twice as wide."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
