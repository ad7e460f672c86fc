"""The report of units as files: a workbook whose scores and places recalculate, a page for Word, a list."""

from __future__ import annotations

from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from geo.basis.tables import rows
from layers.ask.league import League
from layers.ask.scheduled import Scheduled
from layers.outputs import lists, pdf, printed, signoff, word
from layers.outputs.live_book import NOTES, STYLES
from layers.outputs.page_head import PageHead
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.target import ending, replaced
from layers.outputs.word import WordTable
from layers.text import Language, number, say
from layers.words import league as words
from layers.words import schedule as schedule_words

KINDS = ("xlsx", *pdf.DOCUMENTS, "csv")
HEADS = ("name", "measure", "weight", "target", "actual", "completion", "points")
AMOUNTS = ("place", "score", "place_before", "score_before", "target", "actual", "completion", "points", "unknown",
           "late_days")  # fmt: skip
"""Columns set at the right in the page for Word."""
WEIGHT, TARGET, ACTUAL, COMPLETION, POINTS = 2, 3, 4, 5, 6


def write(found: League, late: Scheduled, path: Path, language: Language) -> int:
    """Write the report; return the number of groups.

    Parameters
    ----------
    found : League
    late : Scheduled
        Whose late projects stand in the page for Word.
    path : Path
    language : {"en", "zh"}

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    kind, folder = ending(path, KINDS), found.results.folder
    frame = words.order(found, language)
    if kind == "csv":
        said = (*grounds(found.results, language, "projects"), *words.notes(found, language))
        made = Projection(frame, words.heads(found, frame, language), said, language)
        lists.write(made, path, "league", folder)
    elif kind in pdf.DOCUMENTS:
        pdf.written(path, lambda: page(found, late, language), folder, language)
    else:
        replaced(path, lambda part: _book(found, part, language), folder)
    return len(frame)


# --- the workbook -----------------------------------------------------------------


def _book(found: League, path: Path, language: Language) -> None:
    content = BytesIO()
    with Book(content) as book:
        style = {name: book.add_format(given) for name, given in STYLES.items()}
        style["share"] = book.add_format({"num_format": "0.00 %"})
        order = book.add_worksheet(say("leaguebook.sheet_order", language))
        measures = say("leaguebook.sheet_measures", language)
        spans = _measures(book.add_worksheet(measures), found, language, style)
        _order(order, measures, spans, found, language, style)
        _notes(book.add_worksheet(say("leaguebook.sheet_notes", language)), found, language, style)
    path.write_bytes(content.getvalue())


def _head(page: Any, names: list[str], style: dict[str, Any]) -> None:
    for column, name in enumerate(names):
        page.write_string(0, column, plain(name), style["head"])
        page.set_column(column, column, 22 if column in (0, 1) else 13)
    page.set_row(0, printed.head_height(names, [22.0 if k in (0, 1) else 13.0 for k in range(len(names))]))
    page.freeze_panes(1, 2)


def _measures(page: Any, found: League, language: Language, style: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Write a line a group and measure with its formulas; return the first and last row of each group."""
    titles, points = words.measures(found, language), {m.id: m for m in found.table.measures}
    _head(page, [words.heads(found, pd.DataFrame(columns=[h]), language)[h] for h in HEADS], style)
    spans: dict[str, tuple[int, int]] = {}
    for row, r in enumerate(rows(found.found), 1):
        measure = points[str(r["measure"])]
        page.write_string(row, 0, plain(words.group(found, str(r["name"]), language)))
        page.write_string(row, 1, plain(titles[measure.id]))
        page.write_number(row, WEIGHT, measure.points, style["weight"])
        for column, name in ((TARGET, "target"), (ACTUAL, "actual")):
            if r[name] == r[name]:
                page.write_number(row, column, r[name], style["weight"])
            else:
                page.write_blank(row, column, None, style["weight"])
        at = {c: xl_rowcol_to_cell(row, c) for c in (WEIGHT, TARGET, ACTUAL, COMPLETION)}
        given = f"AND(ISNUMBER({at[TARGET]}),ISNUMBER({at[ACTUAL]}))"
        shown = r["completion"] if r["completion"] == r["completion"] else ""
        page.write_formula(row, COMPLETION, f'=IF({given},{at[ACTUAL]}/{at[TARGET]},"")', style["share"], shown)
        earned = f"=IF(ISNUMBER({at[COMPLETION]}),ROUND({at[WEIGHT]}*MIN({measure.most:g},{at[COMPLETION]}),6),0)"
        page.write_formula(row, POINTS, earned, style["score"], r["points"])
        first, _ = spans.get(str(r["name"]), (row, row))
        spans[str(r["name"])] = (first, row)
    return spans


def _order(
    page: Any, measures: str, spans: dict[str, tuple[int, int]], found: League, language: Language,
    style: dict[str, Any],
) -> None:  # fmt: skip
    frame = words.order(found, language)
    names = ["place", "name", "score", "place_before", "moved", "score_before"]
    heads = words.heads(found, frame, language)
    _head(page, [heads[n] for n in names], style)
    ranked = [str(n) for n in found.standing["name"]]
    named = sum(1 for n in ranked if n)
    scores = xl_range_abs(1, 2, max(named, 1), 2)
    for row, (name, line) in enumerate(zip(ranked, rows(frame), strict=True), 1):
        first, last = spans[name]
        total = f"=ROUND(SUM('{measures}'!{xl_range_abs(first, POINTS, last, POINTS)}),6)"
        page.write_string(row, 1, plain(str(line["name"])))
        page.write_formula(row, 2, total, style["score"], line["score"])
        if name:
            own = xl_rowcol_to_cell(row, 2)
            page.write_formula(row, 0, f"=SUMPRODUCT(--({scores}>{own}))+1", style["whole"], line["place"])
        for column, key in ((3, "place_before"), (5, "score_before")):
            if line[key] == line[key]:
                page.write_number(row, column, line[key], style["whole" if column == 3 else "score"])
        page.write_string(row, 4, plain(str(line["moved"])))


def _notes(page: Any, found: League, language: Language, style: dict[str, Any]) -> None:
    page.set_column(0, 0, NOTES)
    told = [words.title(found, language), *grounds(found.results, language, "projects"),
            say("leaguebook.note", language), *words.notes(found, language), *words.moves(found, language)]  # fmt: skip
    printed.lines(page, 0, told, (NOTES,), style["note"])


# --- the page for Word ------------------------------------------------------------


def page(found: League, late: Scheduled, language: Language) -> bytes:
    """Return the report for Word: order, measures, what moved, what is late, definitions."""
    title, moment = words.title(found, language), datetime.combine(found.span.last, time())
    head = PageHead(title, found.results, moment, language)
    above, *below = grounds(found.results, language, "projects")
    made = head.page((above,))
    order = words.order(found, language)[["place", "name", "score", "place_before", "moved", "score_before"]]
    word.section(made, _grid(say("leaguebook.order", language), order, words.heads(found, order, language),
                             (1, 3, 1.4, 1.4, 1.6, 1.6), language))  # fmt: skip
    moved = words.moves(found, language)
    if moved:
        word.heading(made, say("leaguebook.moves", language))
        for text in moved:
            word.tight(word.line(made, text, word.BODY_PT, None))
    lines = words.lines(found, language)
    placed = {str(name): k for k, name in enumerate(order["name"])}  # the units in the order of their places
    lines = lines.sort_values("name", key=lambda names: names.map(placed), kind="stable")
    word.section(made, _grid(say("leaguebook.measures", language), lines, words.heads(found, lines, language),
                             (2.2, 2.0, 1.3, 2.6, 1.7, 0.9, 1), language))  # fmt: skip
    listed = schedule_words.listed(late, language)
    listed = listed[listed["project_id"].isin(late.late)][["name", "milestone", "promised", "forecast", "late_days",
                                                           "critical", "holder", "unit"]]  # fmt: skip
    if len(listed):
        word.section(made, _grid(say("leaguebook.late", language), listed, schedule_words.heads(listed, language),
                                 (2.4, 1, 1.6, 1.6, 1, 2, 2, 1.6), language))  # fmt: skip
        for text in schedule_words.standing(late, language):
            word.tight(word.line(made, text, word.BODY_PT, None))
    word.heading(made, say("leaguebook.definitions", language))
    for text in words.notes(found, language):
        word.tight(word.line(made, text, word.SMALL_PT, word.GREY))
    signoff.notes(made, [text for text in below if text != head.values()["demonstration"]])
    return word.fixed(made, moment)


def _grid(
    title: str, frame: pd.DataFrame, heads: dict[str, str], widths: tuple[float, ...], language: Language
) -> WordTable:  # fmt: skip
    cells = tuple(tuple(_cell(v, str(c), language) for c, v in r.items()) for r in rows(frame))
    amounts = tuple(k for k, c in enumerate(frame) if str(c) in AMOUNTS)
    return WordTable(title, tuple(heads[str(c)] for c in frame), cells, widths, amounts)


def _cell(value: Any, name: str, language: Language) -> str:
    if isinstance(value, str):
        return value
    return "" if value != value else number(float(value), "x" if "score" in name or name == "points" else "n", language)
