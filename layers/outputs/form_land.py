"""The areas of a red line by unit of ownership × land class as a workbook (勘测定界 土地分类面积表)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from geo.basis.tables import rows
from geo.basis.units import HA_M2
from layers.ask.landform import CLASSES, LandForm, land_form
from layers.ask.redline import RedlineAnswer
from layers.library import forms
from layers.library.standards import coded
from layers.outputs.form_book import FormBook, Worksheet
from layers.outputs.printed import head_height
from layers.text import Language, code, say

KIND = "land-classes"
FIXED = 4
COLUMN = 12
"""Columns before the amounts: number, tenure, unit, place."""


@dataclass(frozen=True)
class _Column:
    """A column of amounts: a class of land, or the sum of some (`members`: places among the columns)."""

    title: str
    block: str
    code: tuple[str, str, str] | None = None
    members: tuple[int, ...] = ()


def write(answer: RedlineAnswer, path: Path, language: Language, with_fields: bool) -> None:
    """Write the form of a red line.

    Parameters
    ----------
    answer : RedlineAnswer
    path : Path
        Replaced when it exists.
    language : {"en", "zh"}
    with_fields : bool
        Count field ridges (田坎) with their fields.
    """
    wanted = forms.form(KIND)
    made = land_form(answer, wanted.form.decimals, wanted.form.tolerance_m2, with_fields)
    with FormBook(answer.check, wanted, language) as book:
        _Sheet(book, answer, made).fill()
    book.save(path)


class _Sheet:
    """The form while it is written."""

    def __init__(self, book: FormBook, answer: RedlineAnswer, made: LandForm):
        self.book, self.answer, self.made = book, answer, made
        self.columns = _columns(made.cells, book)
        self.values: dict[tuple[int, int], float] = {}

    def fill(self) -> None:
        """Write every sheet."""
        book, name = self.book, self.answer.check.head["name"]
        widths = (6, 10, 26, 22, *(COLUMN for _ in self.columns))
        page, row = book.sheet(book.say("sheet_land"), book.title(name), self._below(), widths)
        row = self._body(page, self._head(page, row))
        book.sign(page, row + 1, len(widths))
        self._spread()
        book.about(self._notes())

    def _below(self) -> list[str]:
        check = self.answer.check
        key = "ridges_with" if self.made.ridges_with_fields else "ridges_own"
        return [
            self.book.say("land_unit", check=check.check_id, crs=check.study.crs,
                          basis=code("area", check.study.area, self.book.language)),
            self.book.say(key),
        ]  # fmt: skip

    def _notes(self) -> list[str]:
        made = self.made
        out = [self.book.say("spread", lack_m2=round(made.spread_m2, 2) + 0.0, digit_m2=made.digit_m2)]
        if not made.units_named:
            out.append(self.book.say("no_owner"))
        if (made.cells["of"] == "").any():
            out.append(self.book.say("class_open"))
        if small := int((made.cells["units"] == 0).sum()):
            out.append(self.book.say("small", count=small))
        return out

    def _head(self, page: Worksheet, row: int) -> int:
        book = self.book
        for column, one in enumerate(book.form.fields):
            page.merge_range(row, column, row + 1, column, "", book.looks["head"])
            book.text(page, row, column, one.title.zh if book.language == "zh" else one.title.en, "head")
        blocks = [c.block for c in self.columns]
        for block in dict.fromkeys(blocks):
            first, last = blocks.index(block) + FIXED, len(blocks) - 1 - blocks[::-1].index(block) + FIXED
            if not block:
                page.merge_range(row, first, row + 1, first, "", book.looks["head"])
                book.text(page, row, first, self.columns[-1].title, "head")
                continue
            if last > first:
                page.merge_range(row, first, row, last, "", book.looks["head"])
            book.text(page, row, first, block, "head")
            for column in range(first, last + 1):
                book.text(page, row + 1, column, self.columns[column - FIXED].title, "head")
        page.set_row(row + 1, head_height([c.title for c in self.columns], [COLUMN - 1] * len(self.columns)))
        page.freeze_panes(row + 2, FIXED)
        return row + 2

    def _body(self, page: Worksheet, row: int) -> int:
        """Write the units of each tenure with their subtotal, then the total; return the next free row."""
        number, sums = 0, []
        for tenure, cells in self.made.cells.groupby("tenure", sort=False):
            first = row
            for key, own in cells.groupby(["unit", "place"], sort=False):
                unit, place = (str(v) for v in cast(tuple[str, str], key))
                number += 1
                self.book.number(page, row, 0, number, "count")
                named = (_tenure(str(tenure), self.book), self._unit(unit, place), place)
                for column, text in enumerate(named, 1):
                    self.book.text(page, row, column, text)
                self._row(page, row, own)
                row += 1
            self._sum(page, row, range(first, row), self.book.say("subtotal", of=_tenure(str(tenure), self.book)))
            sums.append(row)
            row += 1
        self._sum(page, row, sums, self.book.say("total"))
        return row + 1

    def _unit(self, unit: str, place: str) -> str:
        """Return the unit of ownership; where no field names it, the place; where nothing does, that it is open."""
        if unit or (place and not self.made.units_named):
            return unit or place
        return say("redline.no_parcel" if not place else "word.not_known", self.book.language)

    def _row(self, page: Worksheet, row: int, own: pd.DataFrame) -> None:
        digits, scale = self.book.form.form.decimals, self.made.digit_m2 / HA_M2
        known = {_key(r): int(r["units"]) for r in rows(own)}
        for k, column in enumerate(self.columns):
            if column.code is not None:
                value = round(known.get(column.code, 0) * scale, digits)
                self.values[row, k] = value
                self.book.number(page, row, k + FIXED, value, "ha0" if column.code in known else "ha")
        for k, column in enumerate(self.columns):
            if column.code is None:
                value = round(sum(self.values[row, m] for m in column.members), digits)
                self.values[row, k] = value
                formula = _add([xl_rowcol_to_cell(row, m + FIXED) for m in column.members])
                self.book.formula(page, row, k + FIXED, formula, value, "ha_strong")

    def _sum(self, page: Worksheet, row: int, lines: Sequence[int], title: str) -> None:
        page.merge_range(row, 0, row, FIXED - 1, "", self.book.looks["strong"])
        self.book.text(page, row, 0, title, "strong")
        for k in range(len(self.columns)):
            value = round(sum(self.values[line, k] for line in lines), self.book.form.form.decimals)
            self.values[row, k] = value
            cells = [xl_rowcol_to_cell(line, k + FIXED) for line in lines]
            run = list(lines) == list(range(lines[0], lines[-1] + 1)) if len(lines) else False
            formula = f"=SUM({cells[0]}:{cells[-1]})" if run else _add(cells)
            self.book.formula(page, row, k + FIXED, formula, value, "ha_strong")

    def _spread(self) -> None:
        """Write every cell as it was measured, as it rounds by itself, and as it is printed."""
        book, made, digits = self.book, self.made, self.book.form.form.decimals
        heads = ("tenure", "unit", "place", "class", "measured", "alone", "printed", "moved")
        page, row = book.sheet(book.say("sheet_spread"), book.say("sheet_spread"), [self._notes()[0]],
                               (10, 26, 22, 26, 16, 14, 14, 12))  # fmt: skip
        for column, head in enumerate(heads):
            book.text(page, row, column, book.say(f"col_{head}"), "head")
        first = row = row + 1
        for one in rows(made.cells):
            words = (_tenure(one["tenure"], book), self._unit(one["unit"], one["place"]), one["place"],
                     _class(*_key(one), book))  # fmt: skip
            for column, text in enumerate(words):
                book.text(page, row, column, text)
            printed = round(one["units"] * made.digit_m2 / HA_M2, digits)
            book.number(page, row, 4, one["area_m2"], "m2")
            alone = float(f"{one['area_m2'] / HA_M2 + 1e-12:.{digits}f}")
            book.formula(page, row, 5, f"=ROUND(E{row + 1}/{HA_M2:g},{digits})", alone, "ha0")
            book.number(page, row, 6, printed, "ha0")
            book.formula(page, row, 7, f"=ROUND(G{row + 1}-F{row + 1},{digits})", round(printed - alone, digits), "ha")
            row += 1
        self._control(page, first, row)

    def _control(self, page: Worksheet, first: int, row: int) -> None:
        book, made, digits = self.book, self.made, self.book.form.form.decimals
        whole = round(int(made.cells["units"].sum()) * made.digit_m2 / HA_M2, digits)
        alone = [float(f"{a / HA_M2 + 1e-12:.{digits}f}") for a in made.cells["area_m2"]]
        values = ((4, float(made.cells["area_m2"].sum()), "m2_strong"), (5, round(sum(alone), digits), "ha_strong"),
                  (6, whole, "ha_strong"))  # fmt: skip
        book.text(page, row, 3, book.say("total"), "strong")
        for column, value, look in values:
            letter = "ABCDEFG"[column]
            book.formula(page, row, column, f"=SUM({letter}{first + 1}:{letter}{row})", value, look)
        book.text(page, row + 1, 3, book.say("control"), "strong")
        book.number(page, row + 1, 4, made.control_m2, "m2_strong")
        book.formula(page, row + 1, 6, f"=ROUND(E{row + 2}/{HA_M2:g},{digits})", whole, "ha_strong")
        book.text(page, row + 2, 3, book.say("closes"), "strong")
        book.formula(page, row + 2, 6, f"=ROUND(G{row + 2}-G{row + 1},{digits})", 0.0, "ha0")


def _columns(cells: pd.DataFrame, book: FormBook) -> list[_Column]:
    """Return the columns of amounts: by class of the land law its sum and its classes, then the total."""
    out: list[_Column] = []
    sums: list[int] = []
    for of in CLASSES:
        own = cells[cells["of"] == of]
        if own.empty and not of:
            continue
        found = own[["of", "group", "scheme", "code"]].drop_duplicates()
        keys = [_key(r) for r in rows(found) if r["group"] == "cultivated"]
        rest = [_key(r) for r in rows(found) if r["group"] != "cultivated"]
        block = code("officeform", f"class_{of or 'unknown'}", book.language)
        at, tilled = len(out), bool(keys)
        begin = at + 1 + tilled
        leaves = tuple(range(begin, begin + len(keys) + len(rest)))
        out.append(_Column(say(f"landclass.{of or 'unknown'}", book.language), block, None, leaves))
        if tilled:
            out.append(_Column(book.say("cultivated"), block, None, leaves[: len(keys)]))
        out += [_Column(_class(*key, book), block, key) for key in (*keys, *rest)]
        sums.append(at)
    return [*out, _Column(book.say("total"), "", None, tuple(sums))]


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return what tells a column of a class from others."""
    return str(row["of"]), str(row["scheme"]), str(row["code"])


def _class(of: str, scheme: str, value: str, book: FormBook) -> str:
    return coded(scheme, value, book.language) if value else say("redline.no_parcel", book.language)


def _tenure(value: str, book: FormBook) -> str:
    return book.say(f"tenure_{value or 'unknown'}")


def _add(cells: Sequence[str]) -> str:
    return f"=SUM({','.join(cells)})" if cells else "=0"
