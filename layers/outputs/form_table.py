"""A table of a form: its fields as columns, values of Luodi in the cells, marked blanks where nobody knows."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from layers.library.forms import FormField
from layers.outputs.form_book import FormBook, Worksheet
from layers.text import both

NUMBERS = ("count", "m2", "ha", "mu", "wan", "rate", "share")
Row = Mapping[str, Any]
"""Values by what a field reads: a text, a number, or None where it is not known."""


def heads(book: FormBook, page: Worksheet, row: int, titles: Sequence[str]) -> int:
    """Write the heads of columns; return the first row below."""
    for column, title in enumerate(titles):
        book.text(page, row, column, title, "head")
    page.freeze_panes(row + 1, 0)
    return row + 1


def cell(book: FormBook, page: Worksheet, row: int, column: int, one: FormField, value: Any) -> None:
    """Write a value as its field asks; what is not known is a marked blank."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        book.blank(page, row, column, both(one.note, book.language))
    elif one.kind in NUMBERS and isinstance(value, (int, float)):
        book.number(page, row, column, float(value), "ha0" if one.kind == "ha" else one.kind)
    else:
        book.text(page, row, column, value)


def table(
    book: FormBook, page: Worksheet, row: int, lines: Sequence[Row], summed: Collection[str] = ()
) -> int:  # fmt: skip
    """Write the table of a form below a row; return the first free one.

    Parameters
    ----------
    book, page, row
    lines : sequence of mapping
        By what the fields read.
    summed : collection of str
        Ids of fields that are added up in a last line, as formulas; a sum of amounts not all known is at least that.
    """
    fields = book.form.fields
    first = heads(book, page, row, [both(f.title, book.language) for f in fields])
    for k, line in enumerate(lines):
        for column, one in enumerate(fields):
            cell(book, page, first + k, column, one, line.get(one.read) if one.read else None)
    end = first + len(lines)
    if not summed or not lines:
        return end
    book.text(page, end, 0, book.say("total"), "strong")
    for column, one in enumerate(fields[1:], 1):
        if one.id not in summed:
            book.text(page, end, column, "", "strong")
            continue
        look = f"{'ha' if one.kind == 'ha' else 'm2' if one.kind in ('m2', 'mu', 'wan') else 'count'}_strong"
        book.total(page, (end, column), first, [line.get(one.read) for line in lines], look)
    return end + 1
