"""Gantt charts (横道图) as SVG: the steps of one project, or all projects with their promises.

Text goes in as text, escaped; nothing in it is read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geo.project.schedule import LATE, Line
from layers.ask.scheduled import Scheduled
from layers.outputs.drawn import page, text
from layers.text import Language, say
from layers.words import schedule as words

LEFT, RIGHT, TOP, ROW, BAR = 200, 860, 74, 24, 10
"""As wide as half a screen of 1366 × 768, so that its letters stay as large as they are here."""
COLOURS = {"early": "#3B7DA8", "critical": "#C0392B", "late": "#D9C48B", "done": "#9DB5A5", "promise": "#222222"}
ONE = timedelta(days=1)
Place = Callable[[date], float]
MONTHS_LABELLED = 28
"""Months that fit as labels; a longer chart labels every third."""


@dataclass(frozen=True)
class _Bar:
    """One bar of a row: its kind, first and last day."""

    kind: str
    first: date
    last: date


@dataclass(frozen=True)
class _Row:
    """One row: its name, its bars, the days promised."""

    name: str
    bars: tuple[_Bar, ...]
    promised: tuple[date, ...] = ()


def project(found: Scheduled, project_id: str, language: Language) -> str:
    """Return the chart of one project: earliest and latest days of every step."""
    one, name = found.plans[project_id], str(words.names(found)[project_id]["name"])
    target = _milestone(found, one.milestone)
    shown = [x for x in one.lines if x.needed != "no"]
    rows = [_Row(words.step(found, x.step, language), tuple(_bars(x)),
                 (one.promised,) if x.step == target and one.promised else ()) for x in shown]  # fmt: skip
    title = say("gantt.title_one", language, project=project_id, name=name, on=found.on.isoformat())
    return _chart(title, rows, found.on, language)


def _milestone(found: Scheduled, name: str) -> str:
    return next((s.id for s in found.steps.steps if name and s.milestone == name), "")


def _bars(line: Line) -> Iterator[_Bar]:
    if line.latest_start and line.latest_end and not line.done:
        yield _Bar("late", line.latest_start, line.latest_end)
    if line.done and line.done_on:
        yield _Bar("done", line.done_on, line.done_on)
    elif line.earliest_start and line.earliest_end:
        yield _Bar("critical" if line.critical else "early", line.earliest_start, line.earliest_end)


def everyone(found: Scheduled, language: Language) -> str:
    """Return the chart of all projects: from today to what is expected, with what is promised."""
    rows = []
    for p in words.order(found):
        one = found.plans[p]
        if one.forecast is None or one.promised is None:
            continue
        kind = "critical" if one.state == LATE else "early"
        first = min([x.earliest_start for x in one.lines if x.earliest_start], default=found.on)
        name = f"{p} {words.names(found)[p]['name']}"
        rows.append(_Row(name, (_Bar(kind, min(first, one.forecast), one.forecast),), (one.promised,)))
    return _chart(say("gantt.title", language, on=found.on.isoformat()), rows, found.on, language)


def _chart(title: str, rows: Sequence[_Row], today: date, language: Language) -> str:
    days = [today, *(d for r in rows for d in (*(e for b in r.bars for e in (b.first, b.last)), *r.promised))]
    first = min(days).replace(day=1)
    last = max(days) + ONE * 20
    height = TOP + ROW * len(rows) + 16

    def x(day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - first).days / max((last - first).days, 1)

    body = [f'<text x="8" y="22" font-size="16" font-weight="bold">{text(title)}</text>', *_key(language)]
    body += _months(first, last, x, height)
    for k, row in enumerate(rows):
        body += _row(row, TOP + ROW * k, x)
    at = x(today)
    body.append(f'<line x1="{at:.1f}" y1="{TOP - 18}" x2="{at:.1f}" y2="{height - 8}" stroke="#E8A72D" '
                f'stroke-width="2"/><text x="{at + 3:.1f}" y="{height - 2}" font-size="11">'
                f'{text(say("gantt.today", language))}</text>')  # fmt: skip
    return page(body, height, RIGHT + 20)


def _key(language: Language) -> Iterator[str]:
    for k, (name, colour) in enumerate(COLOURS.items()):
        at = LEFT + 110 * k
        yield (f'<rect x="{at}" y="32" width="14" height="{BAR}" fill="{colour}"/>'
               f'<text x="{at + 18}" y="41" font-size="11">'
               f'{text(say(f"gantt.key_{name}", language))}</text>')  # fmt: skip


def _months(first: date, last: date, x: Place, height: int) -> Iterator[str]:
    months, day = [], first
    while day <= last:
        months.append(day)
        day = (day.replace(day=28) + ONE * 7).replace(day=1)
    every = 1 if len(months) <= MONTHS_LABELLED // 2 else 3
    for k, month in enumerate(months):
        at = x(month)
        yield f'<line x1="{at:.1f}" y1="{TOP - 14}" x2="{at:.1f}" y2="{height - 14}" stroke="#E3E3E3"/>'
        if k % every == 0:
            yield f'<text x="{at + 2:.1f}" y="{TOP - 6}" font-size="11" fill="#555555">{month:%Y-%m}</text>'


def _row(row: _Row, top: int, x: Place) -> Iterator[str]:
    yield f'<text x="8" y="{top + 15}" font-size="12">{text(row.name)}</text>'
    for bar in row.bars:
        low = bar.kind == "late"
        width = max(x(bar.last + ONE) - x(bar.first), 2.5)
        yield (f'<rect x="{x(bar.first):.1f}" y="{top + (13 if low else 4)}" width="{width:.1f}" '
               f'height="{5 if low else BAR - 1}" fill="{COLOURS[bar.kind]}"/>')  # fmt: skip
    for day in row.promised:
        at = x(day)
        yield f'<path d="M{at:.1f} {top + 2} l5 7 l-5 7 l-5 -7 z" fill="{COLOURS["promise"]}"/>'
