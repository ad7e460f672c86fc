"""The month's workbook of the pipeline (XLSX): list, by stage, by place, rates with definitions, next milestones."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs import printed
from layers.outputs.live_book import HEAD, NOTE
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import headlines
from layers.study.run.results import Results
from layers.text import Language, say
from layers.words import pipeline

LAYOUT = "stages"
_WIDE = {"why": 60, "findings": 48, "definition": 70, "name": 20, "industry": 24, "next_milestone": 20}
Sheet = Any


def write(results: Results, path: Path, language: Language, keep: np.ndarray | None = None) -> int:
    """Write the workbook and return the number of projects.

    Sums stand as live formulas with their values beside, so that a reader can filter and check. With `keep`
    the list and the milestones hold those projects only; the tables by stage and the rates are of all.

    Raises
    ------
    BlockedError
        The project list is use-only.
    """
    if any(s.use_only for s in results.study.with_role("project")):
        raise BlockedError(reason("projects_use_only"))
    listed = pipeline.listed(results, language)
    listed = listed if keep is None else listed[keep]
    content = io.BytesIO()
    with Book(content) as book:
        _table(book, "list", listed, results, language)
        _table(book, "by_stage", pipeline.by_stage(results, language), results, language, total=True)
        _table(book, "by_place", pipeline.by_place(results, language), results, language, total=True)
        rates = pd.DataFrame([astuple(r)[1:] for r in pipeline.rates(results, language)],
                             columns=["rate_name", "rate_value", "counted", "definition", "left_out"])  # fmt: skip
        _table(book, "rates", rates, results, language)
        due = pipeline.milestones(results, language)
        _table(book, "milestones", due[due["project_id"].isin(listed["project_id"])], results, language)
    path.write_bytes(content.getvalue())
    return len(listed)


def _table(
    book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, results: Results, language: Language, total: bool = False
) -> None:
    page = book.add_worksheet(say(f"pipeline.sheet_{name}", language)[:31])
    said = (say(f"pipeline.sheet_{name}_note", language), *headlines(results, language, "projects"))
    widths, grey = [float(_WIDE.get(str(c), 13)) for c in frame], book.add_format(NOTE)
    first = printed.lines(page, 0, said[: printed.ABOVE], widths, grey) + 1
    _heads(book, page, frame, first, language)
    printed.lines(page, first + len(frame) + 3, said[printed.ABOVE :], widths, grey)
    styles = {"n": book.add_format({"num_format": "#,##0.00"}), "i": book.add_format({"num_format": "#,##0"}),
              "t": book.add_format({"text_wrap": True, "valign": "top"})}  # fmt: skip
    for column, title in enumerate(frame):
        _column(page, column, frame[title], first + 1, styles)
    if total and len(frame):
        _total(book, page, frame, first + 1, language)
    page.freeze_panes(first + 1, 2 if name in ("list", "milestones") else 1)
    page.autofilter(first, 0, first + max(len(frame), 1), max(len(frame.columns) - 1, 0))


def _heads(book: xlsxwriter.Workbook, page: Sheet, frame: pd.DataFrame, row: int, language: Language) -> None:
    head = book.add_format(HEAD)
    titles = pipeline.headers(frame, language)
    for column, name in enumerate(frame):
        page.write_string(row, column, plain(titles[str(name)]), head)
        page.set_column(column, column, _WIDE.get(str(name), 13))
    page.set_row(row, printed.head_height(titles.values(), [float(_WIDE.get(str(c), 13)) for c in frame]))


def _column(page: Sheet, column: int, values: pd.Series, first: int, styles: dict[str, Any]) -> None:
    for row, value in enumerate(values.tolist(), start=first):
        if value is None or value != value:
            continue
        if isinstance(value, (int, float)):
            page.write_number(row, column, value, styles["i" if isinstance(value, int) else "n"])
        else:
            page.write_string(row, column, plain(str(value)), styles["t"])


def _total(book: xlsxwriter.Workbook, page: Sheet, frame: pd.DataFrame, first: int, language: Language) -> None:
    bold = book.add_format({"bold": True, "top": 1, "num_format": "#,##0.00"})
    whole = book.add_format({"bold": True, "top": 1, "num_format": "#,##0"})
    last = first + len(frame)
    page.write_string(last, 0, say("pipeline.total", language), bold)
    for column, name in _numeric(frame):
        if frame[name].isna().all():
            continue  # nobody states it: its sum is no 0
        span = f"{xl_rowcol_to_cell(first, column)}:{xl_rowcol_to_cell(last - 1, column)}"
        style = whole if pd.api.types.is_integer_dtype(frame[name]) else bold
        page.write_formula(last, column, f"=SUM({span})", style, _sum(frame[name]))


def _sum(values: pd.Series) -> float:
    """Return what the formula shows: sums of decimals without the noise of their binary form."""
    return round(float(values.sum()), 4)


def _numeric(frame: pd.DataFrame) -> Sequence[tuple[int, str]]:
    return [(k, str(c)) for k, c in enumerate(frame) if pd.api.types.is_numeric_dtype(frame[c])]
