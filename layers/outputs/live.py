"""Which numbers of a list are formulas in its workbook: 亩 and hectares over m², accounts, points, totals and shares.

A cell becomes a formula only where the formula gives the number of the table (`WITHIN`); cells are named by their
place alone, so no text of a study is ever part of one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from geo.basis.units import HA_M2
from layers.outputs import printed
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.text import Language, say

WITHIN = 1e-9
MU_PER_M2 = "*3/2000"
_UNITS = {"_mu": (MU_PER_M2, 3 / 2000), "_ha": (f"/{HA_M2:g}", 1 / HA_M2)}
Terms = tuple[tuple[int, str], ...]
SUMS: Mapping[tuple[str, str], Terms] = {
    ("capacity", "free"): ((1, "limit"), (-1, "used"), (-1, "committed"), (-1, "reserved")),
    ("capacity", "left"): ((1, "free"), (-1, "drawn")),
    ("accounts", "free"): ((1, "limit"), (-1, "used"), (-1, "committed"), (-1, "reserved")),
    ("accounts", "left"): ((1, "free"), (-1, "drawn")),
    ("park_land", "free"): ((1, "limit"), (-1, "used"), (-1, "committed"), (-1, "reserved")),
}
"""Table and column: the columns it is the sum of."""
POINTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("scores", "points"): ("weight", "scaled"), ("scores", "points_hi"): ("weight", "scaled_hi"),
}  # fmt: skip
"""Table and column: the two columns whose product, of 100, it is."""
TOTALS_MOST = 12
"""Columns of amounts that are summed on the sheet of totals."""


@dataclass(frozen=True)
class Live:
    """A cell that is a formula, and the number a reader without formulas is shown."""

    formula: str
    value: float


class Formulas:
    """The formulas of a list; `first` is the row of its first line, counted from 0."""

    def __init__(self, made: Projection, table: str, first: int):
        self.frame, self.table, self.first = made.frame, table, first
        self.place = {str(name): k for k, name in enumerate(made.frame)}
        numeric = [c for c in made.frame if pd.api.types.is_numeric_dtype(made.frame[c])]
        self.numbers = {str(c): made.frame[c].to_numpy(float, na_value=math.nan) for c in numeric}

    def of(self, column: str, line: int) -> Live | None:
        """Return the formula of a cell, None where it is a number of its own."""
        value = self._number(column, line)
        if value is None:
            return None
        found = self._unit(column, line) or self._sum(column, line) or self._points(column, line)
        if found is None or (column[-3:] in _UNITS and (self.table, column) not in SUMS):
            return found
        return found if math.isclose(found.value, value, rel_tol=0.0, abs_tol=WITHIN) else None

    def _number(self, column: str, line: int) -> float | None:
        if column not in self.numbers:
            return None
        value = float(self.numbers[column][line])
        return value if math.isfinite(value) else None

    def _cell(self, column: str, line: int) -> str:
        return str(xl_rowcol_to_cell(self.first + line, self.place[column]))

    def _unit(self, column: str, line: int) -> Live | None:
        """Areas in 亩 or hectares, where the same area stands in m² in the row."""
        stem, tail = column[:-3], column[-3:]
        if tail not in _UNITS or f"{stem}_m2" not in self.place:
            return None
        area = self._number(f"{stem}_m2", line)
        text, factor = _UNITS[tail]
        return None if area is None else Live(f"={self._cell(f'{stem}_m2', line)}{text}", area * factor)

    def _sum(self, column: str, line: int) -> Live | None:
        terms = SUMS.get((self.table, column), ())
        numbers = [self._number(name, line) if name in self.place else None for _, name in terms]
        if not terms or None in numbers:
            return None
        text = "".join(f"{'+' if sign > 0 else '-'}{self._cell(name, line)}" for sign, name in terms)
        value = sum(sign * float(n) for (sign, _), n in zip(terms, numbers, strict=True) if n is not None)
        return Live(f"={text.removeprefix('+')}", value)

    def _points(self, column: str, line: int) -> Live | None:
        names = POINTS.get((self.table, column))
        numbers = [self._number(n, line) for n in names or () if n in self.place]
        if names is None or len(numbers) < len(names) or None in numbers:
            return None
        value = 100.0 * math.prod(n for n in numbers if n is not None)
        return Live("=" + "*".join(self._cell(n, line) for n in names) + "*100", value)


def taken(made: Projection, table: str, language: Language) -> Projection:
    """Return a ledger with what every step takes beside it, so that what is left can be reckoned from line to line."""
    if table != "ledger" or made.frame.empty:
        return made
    frame = made.frame
    before = frame.groupby("parcel_id")["left_m2"].shift(1)
    step = (before - frame["left_m2"]).where(before.notna())
    headers = {**made.headers, "step_m2": say("column.step_m2", language)}
    return replace(made, frame=frame.assign(step_m2=step), headers=headers)


def left(made: Projection, table: str, line: int, first: int) -> Live | None:
    """Return the formula of what a step of the ledger leaves: what was left before, less what the step takes."""
    if table != "ledger" or "step_m2" not in made.frame:
        return None
    step, value = float(made.frame["step_m2"].iloc[line]), float(made.frame["left_m2"].iloc[line])
    if not (math.isfinite(step) and math.isfinite(value)):
        return None
    names = [str(c) for c in made.frame]
    above, own = names.index("left_m2"), names.index("step_m2")
    return Live(f"={xl_rowcol_to_cell(first + line - 1, above)}-{xl_rowcol_to_cell(first + line, own)}", value)


def summed(made: Projection) -> list[str]:
    """Return the columns of amounts a sheet of totals sums."""
    names = [str(c) for c in made.frame if pd.api.types.is_float_dtype(made.frame[c])]
    return [n for n in names if n.endswith(("_m2", "_mu", "_ha", "_wan"))][:TOTALS_MOST]


def totals(
    book: xlsxwriter.Workbook, made: Projection, sheet: str, first: int, words: Mapping[str, str],
    style: Mapping[str, Any],
) -> None:  # fmt: skip
    """Add a sheet of totals: rows and amounts by state, with shares, all formulas over the list."""
    column, amounts = made.look.column, summed(made)
    if not column or made.frame.empty:
        return
    page = book.add_worksheet(words["totals"])
    names = [str(c) for c in made.frame]
    last = first + len(made.frame) - 1
    keys = f"'{sheet}'!{xl_range_abs(first, names.index(column), last, names.index(column))}"
    heads = [made.headers.get(column, column), words["rows"], words["share"]]
    for name in amounts:
        heads += [made.headers.get(name, name), words["share"]]
    for k, head in enumerate(heads):
        page.write_string(0, k, plain(head), style["head"])
        page.set_column(k, k, 16)
    page.set_row(0, printed.head_height(heads, [16.0] * len(heads)))
    groups = [w for w in made.look.colours if (made.frame[column].astype(str) == w).any()]
    sums = [Amount("", len(made.frame), 0), *(_amount(made.frame[n]) for n in amounts)]
    for row, word in enumerate(groups, 1):
        page.write_string(row, 0, plain(word))
        mine = made.frame[made.frame[column].astype(str) == word]
        parts = [_amount(mine[n], _range(sheet, names, n, first, last)) for n in amounts]
        _line(page, row, [Amount("", len(mine), 0), *parts], keys, sums, (len(groups), words), style)
    page.write_string(len(groups) + 1, 0, plain(words["all"]), style["head"])
    for k, whole in enumerate(sums):
        place = (len(groups) + 1, 1 + 2 * k)
        cells = f"{xl_rowcol_to_cell(1, place[1])}:{xl_rowcol_to_cell(len(groups), place[1])}"
        _put(page, place, whole, f"=SUM({cells})", "whole" if k == 0 else "number", words, style)


@dataclass(frozen=True)
class Amount:
    """A sum of a column: where it stands, what of it is known, and how many lines know nothing."""

    cells: str
    value: float
    open: int

    @property
    def known(self) -> bool:
        """False where no line knows anything: then nothing is no zero."""
        return not self.open or self.value > 0


def _amount(values: pd.Series, cells: str = "") -> Amount:
    known = values[np.isfinite(values.to_numpy(float, na_value=math.nan))]
    lacking = len(values) - len(known)
    bound = not lacking or not (known < 0).any()  # what is known bounds nothing where amounts may be below 0
    return Amount(cells, float(known.sum()) if bound else 0.0, lacking)


def _put(
    page: Any, place: tuple[int, int], amount: Amount, formula: str, look: str, words: Mapping[str, str],
    style: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write a sum as a formula, at least what is known where lines know nothing; in words where none does."""
    if amount.known:
        page.write_formula(*place, formula, style[f"{look}_least" if amount.open else look], amount.value)
    else:
        page.write_string(*place, plain(words["unknown"]))


def _range(sheet: str, names: Sequence[str], name: str, first: int, last: int) -> str:
    return f"'{sheet}'!{xl_range_abs(first, names.index(name), last, names.index(name))}"


def _line(
    page: Any, row: int, parts: Iterable[Amount], keys: str, sums: Sequence[Amount],
    below: tuple[int, Mapping[str, str]], style: Mapping[str, Any],
) -> None:  # fmt: skip
    """Write count and amounts of one state, each with its share of the total below where both are known."""
    (groups, words), word = below, xl_rowcol_to_cell(row, 0, col_abs=True)
    for k, part in enumerate(parts):
        of = f"--({keys}={word})"
        formula = f"=SUMPRODUCT({of},{part.cells})" if part.cells else f"=SUMPRODUCT({of})"
        _put(page, (row, 1 + 2 * k), part, formula, "number" if part.cells else "whole", words, style)
        total = sums[k]
        if total.open:
            continue
        whole = xl_rowcol_to_cell(groups + 1, 1 + 2 * k, row_abs=True)
        own = xl_rowcol_to_cell(row, 1 + 2 * k)
        share = part.value / total.value if total.value else ""
        page.write_formula(row, 2 + 2 * k, f'=IF({whole}=0,"",{own}/{whole})', style["share"], share)
