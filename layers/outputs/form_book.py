"""Workbooks of the forms offices expect (XLSX): a title, a table with live totals, blanks that show, and the notes.

Text of a study goes in as text, and formulas name cells by their place alone.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from layers.library import roles, sourced
from layers.library.forms import OfficeForm
from layers.outputs.plain import plain
from layers.outputs.printed import Book, head_height
from layers.outputs.project import headlines, layer_lines, notes
from layers.study.run.results import Results
from layers.text import Language, both, code, say

Worksheet = Any
LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "align": "center", "valign": "vcenter"},
    "below": {"font_color": "#4B5563", "text_wrap": True, "valign": "top"},
    "head": {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True, "align": "center",
             "valign": "vcenter"},
    "text": {"border": 1, "text_wrap": True, "valign": "vcenter"},
    "strong": {"border": 1, "bold": True, "valign": "vcenter"},
    "blank": {"border": 1, "bg_color": "#FFF4CC", "font_color": "#8A6D00", "text_wrap": True, "valign": "vcenter"},
    "line": {"text_wrap": True, "valign": "top"}, "sign": {"valign": "top"},
    "ha": {"border": 1, "num_format": '0.0000;-0.0000;"–"'}, "ha0": {"border": 1, "num_format": "0.0000"},
    "ha_strong": {"border": 1, "bold": True, "num_format": '0.0000;-0.0000;"–"'},
    "m2": {"border": 1, "num_format": "#,##0.00"}, "m2_strong": {"border": 1, "bold": True, "num_format": "#,##0.00"},
    "mu": {"border": 1, "num_format": "#,##0.00"}, "wan": {"border": 1, "num_format": "#,##0.00"},
    "rate": {"border": 1, "num_format": "#,##0.00"}, "share": {"border": 1, "num_format": "0.00%"},
    "metre": {"border": 1, "num_format": "0.000"}, "count": {"border": 1, "num_format": "0", "align": "center"},
    "count_strong": {"border": 1, "bold": True, "num_format": "0"},
}  # fmt: skip
LOOKS |= {n: {"valign": "vcenter"} | look for n, look in LOOKS.items() if "num_format" in look}
"""Formats of cells; those of hectares show four decimals, and a dash where there is nothing at all."""
A4, A3 = 9, 8
ABOUT = 110
"""Width of the page of notes in letters: one page wide on A4."""
WIDE = 170
"""Width of a sheet, in letters, from which its print on A4 could not be read."""
AT_LEAST = "_least"
LOOKS |= {f"{n}{AT_LEAST}": look | {"num_format": '"≥ "' + look["num_format"].split(";")[0]}
          for n, look in LOOKS.items() if "num_format" in look}  # fmt: skip
"""Sums of amounts that are not all known: at least what is known."""


class FormBook:
    """A workbook of a form while it is written; rows and columns count from 0."""

    def __init__(self, results: Results, wanted: OfficeForm, language: Language):
        self.results, self.form, self.language = results, wanted, language
        self._content = io.BytesIO()  # so that a refusal of the disk is an OSError like any other
        self.book = Book(self._content)
        self.looks = {name: self.book.add_format(look) for name, look in LOOKS.items()}

    def __enter__(self) -> FormBook:
        return self

    def __exit__(self, kind: object, *more: object) -> None:
        self.book.__exit__(kind, *more)

    def save(self, path: Path) -> None:
        """Write the finished workbook; it has been closed before."""
        path.write_bytes(self._content.getvalue())

    def say(self, key: str, **values: Any) -> str:
        """Return a sentence of the forms."""
        return say(f"officeform.{key}", self.language, **values)

    def title(self, name: str) -> str:
        """Return the title of the form, about something."""
        title = both(self.form.form.title, self.language)
        return self.say("title", title=title, name=name) if name else title

    def sheet(self, name: str, title: str, below: Iterable[str], widths: Sequence[float]) -> tuple[Worksheet, int]:
        """Begin a landscape sheet with a title and lines below it; return it and the first free row."""
        written = datetime.fromisoformat(self.results.manifest["written"]).replace(tzinfo=None)
        self.book.set_properties({"title": plain(title)[:250], "author": "Luodi 落地", "created": written})
        page = self.book.add_worksheet(name)
        page.set_landscape()
        page.set_paper(A3 if sum(widths) > WIDE else A4)
        page.fit_to_pages(1, 0)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        last = max(len(widths) - 1, 1)
        page.merge_range(0, 0, 0, last, plain(title), self.looks["title"])
        page.set_row(0, 26)
        row = 1
        for line in below:
            page.merge_range(row, 0, row, last, "", self.looks["below"])
            self.text(page, row, 0, line, "below")
            page.set_row(row, head_height((plain(line),), (float(sum(widths)),)))
            row += 1
        return page, row

    def text(self, page: Worksheet, row: int, column: int, text: object, look: str = "text") -> None:
        """Write a text."""
        page.write_string(row, column, plain(text), self.looks[look])

    def blank(self, page: Worksheet, row: int, column: int, hint: str = "") -> None:
        """Write a cell that is to be filled in by hand, and says so."""
        self.text(page, row, column, self.say("blank", hint=hint) if hint else self.say("fill"), "blank")

    def number(self, page: Worksheet, row: int, column: int, value: float, look: str) -> None:
        """Write a number."""
        page.write_number(row, column, value, self.looks[look])

    def formula(self, page: Worksheet, row: int, column: int, formula: str, value: float, look: str) -> None:
        """Write a formula, with the value a reader without formulas is shown."""
        page.write_formula(row, column, formula, self.looks[look], value)

    def total(
        self, page: Worksheet, place: tuple[int, int], first: int, values: Sequence[float | None], look: str
    ) -> None:
        """Write the sum of a column from row `first` to the row above.

        Parameters
        ----------
        page, place : row and column of the sum
        first : int
        values : sequence of float or None
            What stands in the column, None where nobody knows: then the sum is at least that of the others,
            and not known where none is. NaN is not known either.
        look : str
            Name in `LOOKS`.
        """
        row, column = place
        known = [v for v in values if v is not None and math.isfinite(v)]
        letter, value = xl_col_to_name(column), math.fsum(known)
        if len(known) < len(values):
            look = f"{look.removesuffix(AT_LEAST)}{AT_LEAST}"
        if look.endswith(AT_LEAST) and value == 0.0:  # "at least nothing" says nothing
            self.text(page, row, column, self.say("line_unknown"), "blank")
            return
        self.formula(page, row, column, f"=SUM({letter}{first + 1}:{letter}{row})", value, look)

    def sign(self, page: Worksheet, row: int, columns: int) -> int:
        """Write the line of those who sign; return the next free row."""
        names = ("maker", "checker", "office", "day")
        if columns < len(names):
            page.write_string(row, 0, "        ".join(self.say(f"sign_{n}") for n in names), self.looks["sign"])
            return row + 1
        step = columns // len(names)
        for k, name in enumerate(names):
            page.write_string(row, k * step, self.say(f"sign_{name}"), self.looks["sign"])
        return row + 1

    def about(self, more: Iterable[str]) -> None:
        """Add the sheet of what the form rests on."""
        page = self.book.add_worksheet(self.say("sheet_about"))
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        page.set_column(0, 0, ABOUT)
        for row, line in enumerate((*more, *about(self.results, self.form, self.language))):
            self.text(page, row, 0, line, "line")


RECORD_FORMS = ("idle", "study")
"""Forms about a record of the supply register: what is open of the screening of land says nothing of it."""


def about(results: Results, wanted: OfficeForm, language: Language) -> Iterator[str]:
    """Yield what stands on every form: where its layout comes from, the layers' vintage and keeper, the law's age."""
    head = wanted.form
    yield say(
        "officeform.source",
        language,
        source=sourced.told(head.source, language),
        mark=code("mark", head.confidence, language),
    )
    if not head.text_found:
        yield say("officeform.no_text", language)
    if head.note:
        yield both(head.note, language)
    if head.subject in RECORD_FORMS:
        yield from headlines(results, language, "idle")
        yield from layer_lines(results, language, roles.of_used_land())
    else:
        yield from notes(results, language)
