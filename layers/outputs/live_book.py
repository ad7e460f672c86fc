"""A workbook whose sheets recalculate: what all such workbooks share — options, looks, sheets by name, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import xlsxwriter

from layers.outputs import printed
from layers.outputs.plain import plain
from layers.text import Language, say

HEAD = {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "valign": "vcenter"}
"""Look of the row of headings, in every workbook."""
NOTE = {"italic": True, "font_color": "#555555", "text_wrap": True, "valign": "top"}
"""Look of what is said of a list."""
STYLES = {
    "head": HEAD,
    "weight": {"num_format": "0.0000", "bg_color": "#FFF4C2", "border": 1},
    "share": {"num_format": "0.0000"},
    "score": {"num_format": "0.00"},
    "whole": {"num_format": "0"},
    "part": {"num_format": "0 %"},
    "note": NOTE,
}


NOTES = 120
"""Width of a sheet of notes, in letters."""


class LiveBook:
    """A workbook while it is written.

    Parameters
    ----------
    book : Workbook
    language : {"en", "zh"}
    words : str
        Section of the sentences; sheets are called ``sheet_NAME`` there.
    sheets : sequence of str
        Names of its sheets.
    frozen : int
        Columns that stay while the sheet is scrolled.
    """

    def __init__(
        self, book: xlsxwriter.Workbook, language: Language, words: str, sheets: Sequence[str], frozen: int = 1
    ):
        self.book, self.language, self.frozen = book, language, frozen
        self.names = {s: say(f"{words}.sheet_{s}", language) for s in sheets}
        self.style = {name: book.add_format(style) for name, style in STYLES.items()}

    def page(self, name: str, headers: Sequence[str], widths: Sequence[float]) -> xlsxwriter.workbook.Worksheet:
        """Start a sheet with its header row."""
        page = self.book.add_worksheet(self.names[name])
        for column, (header, width) in enumerate(zip(headers, widths, strict=True)):
            page.set_column(column, column, width)
            page.write_string(0, column, plain(header), self.style["head"])
        page.set_row(0, printed.head_height(headers, widths))
        page.freeze_panes(1, self.frozen)
        return page

    def notes(self, name: str, lines: Iterable[str]) -> None:
        """Add a sheet of lines of text."""
        page = self.book.add_worksheet(self.names[name])
        page.set_column(0, 0, NOTES)
        printed.lines(page, 0, lines, (NOTES,), self.style["note"])
