"""Schedules as files: a workbook with list, steps and a chart of weeks; a list as CSV; a chart as SVG."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import pandas as pd
import xlsxwriter

from layers.ask.scheduled import Scheduled
from layers.outputs import gantt, lists, sheets
from layers.outputs.files import places_of_projects
from layers.outputs.plain import plain
from layers.outputs.printed import Book
from layers.outputs.project import grounds
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet
from layers.outputs.target import ending, replaced
from layers.text import Language, say
from layers.words import schedule as words

KINDS = (*lists.MAPS, "svg")
WEEK = timedelta(days=7)
MOST_WEEKS = 260


def write(found: Scheduled, path: Path, language: Language, project: str = "") -> int:
    """Write the schedules; of one project where one is named. Return the number of rows of the list.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    kind, folder = ending(path, KINDS), found.results.folder
    frame = words.steps(found, project, language) if project else words.listed(found, language)
    if kind not in ("xlsx", "svg"):
        notes = (*grounds(found.results, language, "projects"), *words.notes(found, language))
        shapes = None if project else partial(places_of_projects, found.results, frame["project_id"])
        made = Projection(frame, words.heads(frame, language), notes, language)
        lists.write(made, path, "schedule", found.results, shapes)
    elif kind == "svg":
        replaced(path, lambda part: _picture(found, part, language, project), folder)
    else:
        replaced(path, lambda part: _book(found, part, language), folder)
    return len(frame)


def _picture(found: Scheduled, path: Path, language: Language, project: str) -> None:
    drawn = gantt.project(found, project, language) if project else gantt.everyone(found, language)
    path.write_text(drawn, encoding="utf-8")


def _book(found: Scheduled, path: Path, language: Language) -> None:
    content = BytesIO()
    known = words.names(found)
    parts = [
        words.steps(found, p, language).assign(project_id=p, name=known[p]["name"]) for p in words.order(found)
    ]  # fmt: skip
    steps = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    steps = steps[["project_id", "name", *[c for c in steps if c not in ("project_id", "name")]]]
    with Book(content) as book:
        said = [*grounds(found.results, language, "projects"), *words.notes(found, language)]
        _sheet(book, "list", words.listed(found, language), said, language)
        _sheet(book, "steps", steps, said[:1], language)
        _chart(book, found, language)
    path.write_bytes(content.getvalue())


def _sheet(book: xlsxwriter.Workbook, name: str, frame: pd.DataFrame, said: list[str], language: Language) -> None:
    titles = words.heads(frame, language)
    wide = frozenset(titles[c] for c in ("name", "step", "critical", "holder") if c in titles)
    sheets.add(book, ListSheet(say(f"gantt.sheet_{name}", language), frame.rename(columns=titles), said, 2, wide))


def _chart(book: xlsxwriter.Workbook, found: Scheduled, language: Language) -> None:
    """Write a chart of weeks: a row a step, a coloured cell a week."""
    page = book.add_worksheet(say("gantt.sheet_chart", language))
    fills = {k: book.add_format({"bg_color": c}) for k, c in gantt.COLOURS.items()}
    head = book.add_format({"rotation": 90, "font_size": 8})
    lines = [(p, line) for p in words.order(found) for line in found.plans[p].lines
             if line.needed != "no" and not line.done and line.earliest_end]  # fmt: skip
    days = [d for _, x in lines for d in (x.earliest_start, x.earliest_end, x.latest_start, x.latest_end) if d]
    first = _monday(min(days, default=found.on))
    count = min((max(days, default=found.on) - first).days // 7 + 1, MOST_WEEKS)
    for k in range(count):
        page.write_string(0, 2 + k, (first + WEEK * k).isoformat(), head)
    page.set_column(0, 0, 12)
    page.set_column(1, 1, 24)
    page.set_column(2, 1 + count, 1.6)
    for row, (p, line) in enumerate(lines, 1):
        page.write_string(row, 0, plain(p))
        page.write_string(row, 1, plain(words.step(found, line.step, language)))
        early = "critical" if line.critical else "early"
        for kind, start, end in (("late", line.latest_start, line.latest_end),
                                 (early, line.earliest_start, line.earliest_end)):  # fmt: skip
            for k in _weeks(first, start, end, count):
                page.write_blank(row, 2 + k, None, fills[kind])
    page.freeze_panes(1, 2)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(first: date, start: date | None, end: date | None, count: int) -> range:
    if start is None or end is None:
        return range(0)
    return range(max((start - first).days // 7, 0), min((end - first).days // 7 + 1, count))
