"""The table of boundary points (界址点成果表) as it is printed: pages, headers of two rows, side lengths.

Rows of points are told by their coordinates; side lengths stand in rows or columns of their own and are never
coordinates. A plot begins where its number is named, and goes on over the pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from layers.sources.redline.chars import number, plain
from layers.sources.redline.list import ListColumns, Row, named
from layers.sources.redline.model import Notes, Point, RawPlot, StatedSystem
from layers.sources.redline.rings import rings

_PLOT = re.compile(r"(?:宗地代码|宗地编号|宗地号|地块编号|地块名称|地块号|图斑编号)\s*[:：]\s*([^\s,，;；]+)")
_DATUM = re.compile(
    r"(?:\d{2,4}国家大地|\d{4}西安|西安\d{2}|\d{4}北京|北京\d{2}|CGCS\s?2000|国家2000|WGS-?84)(?:坐标系)?",
    re.IGNORECASE,
)
_DATUM_NAMED = re.compile(r"坐标系统?\s*[:：]\s*([^\s,，;；)）]+)")
_MERIDIAN = re.compile(r"中央(?:子午线|经线)\s*[:：]?\s*(\d{2,3})")
_AREA = re.compile(
    r"面积\s*(?:[(（](?P<before>[^)）]*)[)）])?\s*[:：]?\s*(?P<value>\d+(?:\.\d+)?)\s*(?P<after>平方米|㎡|m2|m²|公顷|亩)?"
)
_UNITS = {"平方米": 1e-4, "㎡": 1e-4, "m2": 1e-4, "m²": 1e-4, "公顷": 1.0, "ha": 1.0, "亩": 1 / 15}
_LABEL = re.compile(r"[A-Za-z]{0,4}[-_]?\d+(?:[-_]\d+)*")
_SMALLEST = 1_000.0


@dataclass
class _Plot:
    plot_id: str
    line: int
    numbered: list[tuple[int, Point]] = field(default_factory=list)
    stated_ha: float | None = None
    step_ha: float = 0.0
    failed: bool = False


@dataclass
class _Page:
    """What was read so far: plots by number, columns of the page, and what stands beside the points."""

    plots: dict[str, _Plot] = field(default_factory=dict)
    current: str = ""
    groups: list[ListColumns] = field(default_factory=list)
    headers: int = 0
    sides: int = 0
    words: list[Row] = field(default_factory=list)
    pairs: dict[int, list[tuple[Row, ListColumns]]] = field(default_factory=dict)


def header_at(rows: Sequence[Row], k: int) -> tuple[list[ListColumns], int]:
    """Return the groups of point columns a header names from row k on, and how many rows it takes (0: no header)."""
    one = _groups(rows[k].cells)
    if one:
        return one, 1
    filled = [c for c in rows[k].cells if c]
    titled = len(filled) < 2 or any(not number(c).wrong or ":" in plain(c) for c in filled)
    if k + 1 >= len(rows) or titled:
        return [], 0
    upper, lower = rows[k].cells, rows[k + 1].cells
    width = max(len(upper), len(lower))
    both = [low or up for up, low in zip(_wide(upper, width), _wide(lower, width), strict=True)]
    two = _groups(both)
    return (two, 2) if two else ([], 0)


def _wide(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _groups(cells: Sequence[str]) -> list[ListColumns]:
    """Return the columns of points, several where they stand side by side on the sheet."""
    starts = [0, *(k for k in range(1, len(cells)) if _begins(cells, k)), len(cells)]
    out = []
    for start, end in pairwise(starts):
        found = named([plain(c) if start <= k < end else "" for k, c in enumerate(cells)])
        if found:
            out.append(found)
    return out


def _begins(cells: Sequence[str], k: int) -> bool:
    """Tell whether a group of columns begins here: the name of its first column comes again."""
    first = next((c for c in cells if c), "")
    return bool(first) and cells[k] == first


def is_printed(rows: Sequence[Row]) -> bool:
    """Tell the printed table from a plain list: pages, two header rows, side lengths or columns side by side."""
    k = next((k for k in range(min(len(rows), 30)) if header_at(rows, k)[1]), None)
    if k is None:
        return False
    groups, depth = header_at(rows, k)
    again = any(header_at(rows, j)[1] for j in range(k + depth, len(rows)))
    beside = [row for row in rows[k + depth :] if not _has_points(row, groups) and any(row.cells)]
    titled = any(_PLOT.search(cell) or _AREA.search(cell) for row in rows[:k] for cell in row.cells)
    side_rows = any(_only_sides(row) for row in beside)
    return depth == 2 or len(groups) > 1 or again or side_rows or titled


def parse(rows: Sequence[Row], notes: Notes) -> tuple[StatedSystem, list[RawPlot]]:
    """Read a printed table.

    Parameters
    ----------
    rows : sequence of Row
        All rows that hold anything, titles and feet too.
    notes : Notes
        Takes problems with their rows, and says which rows hold no points.

    Returns
    -------
    StatedSystem, list of RawPlot
    """
    page = _Page()
    k = 0
    while k < len(rows):
        groups, depth = header_at(rows, k)
        if depth:
            _flush(page, notes)
            page.groups, page.headers = groups, page.headers + 1
            k += depth
            continue
        _row(rows[k], page, notes)
        k += 1
    _flush(page, notes)
    _say(page, notes)
    plots = []
    for plot in page.plots.values():
        built = () if plot.failed else rings(plot.numbered, plot.plot_id, notes)
        if plot.numbered or plot.failed:
            plots.append(RawPlot(plot.plot_id, "", plot.line, built, plot.stated_ha, None, plot.step_ha))
    if not plots and not notes.problems:
        notes.problem("redline_no_points", line=rows[0].line if rows else 1)
    return _stated(page, plots), plots


def _flush(page: _Page, notes: Notes) -> None:
    """Add the points of further columns of a page, column by column, behind those of its first one."""
    for side_by_side in page.pairs.values():
        for row, columns in side_by_side:
            _add(row, columns, page, notes)
    page.pairs.clear()


def _row(row: Row, page: _Page, notes: Notes) -> None:
    if page.groups and _has_points(row, page.groups):
        for position, columns in enumerate(page.groups):
            if position == 0:
                _add(row, columns, page, notes)
            elif any(_cell(row, c) for c in (columns.first, columns.second)):
                page.pairs.setdefault(position, []).append((row, columns))
    elif _only_sides(row):
        page.sides += 1
    elif any(row.cells):
        page.words.append(row)
        if _PLOT.search(" ".join(row.cells)):
            _flush(page, notes)
        _named_plot(row, page)


def _has_points(row: Row, groups: Sequence[ListColumns]) -> bool:
    """Tell a row of points: a coordinate stands in its column, or a point number beside something."""
    for columns in groups:
        pair = [_cell(row, columns.first), _cell(row, columns.second)]
        if any(_is_coordinate(text) for text in pair):
            return True
        label = _cell(row, columns.label)
        if any(pair) and _LABEL.fullmatch(label):
            return True
    return False


def _is_coordinate(text: str) -> bool:
    read = number(text)
    if read.wrong:
        return read.wrong == "redline_scientific"
    return abs(read.value) >= _SMALLEST or read.value != int(read.value)


def _only_sides(row: Row) -> bool:
    filled = [c for c in row.cells if c]
    return len(filled) == 1 and not number(filled[0]).wrong


def _add(row: Row, columns: ListColumns, page: _Page, notes: Notes) -> None:
    """Add a point to its plot, or note why it cannot be read."""
    name = _cell(row, columns.plot) or page.current
    plot = page.plots.setdefault(name, _Plot(name or "1", row.line))
    pair = [number(_cell(row, c)) for c in (columns.first, columns.second)]
    for read, c in zip(pair, (columns.first, columns.second), strict=True):
        if read.wrong:
            notes.problem(read.wrong, line=row.line, given=_cell(row, c)[:40], column=c + 1)
            plot.failed = True
        elif read.mended:
            notes.tidy(read.mended, line=row.line, given=_cell(row, c)[:40], value=read.value)
    if any(read.wrong for read in pair):
        return
    ring = re.fullmatch(r"(\d+)(?:\.0+)?", _cell(row, columns.ring))
    label = _cell(row, columns.label) or f"#{row.line}"
    plot.numbered.append((int(ring[1]) if ring else 1, Point(label, pair[0].value, pair[1].value, row.line)))


def _named_plot(row: Row, page: _Page) -> None:
    """Begin or go on with the plot a row names, and keep the area it states."""
    text = " ".join(c for c in row.cells if c)
    found = _PLOT.search(text)
    if found:
        page.current = found[1]
        page.plots.setdefault(page.current, _Plot(page.current, row.line))
    area = _AREA.search(text)
    unit = ((area["after"] or area["before"] or "").strip() or "平方米") if area else ""
    if area and unit in _UNITS and float(area["value"]):
        plot = page.plots.setdefault(page.current, _Plot(page.current or "1", row.line))
        if plot.stated_ha is None:
            plot.stated_ha = float(area["value"]) * _UNITS[unit]
            plot.step_ha = _UNITS[unit] * 10.0 ** -len(area["value"].partition(".")[2])


def _stated(page: _Page, plots: Sequence[RawPlot]) -> StatedSystem:
    text = " ".join(c for row in page.words for c in row.cells if c)
    named_datum, datum = _DATUM_NAMED.search(text), _DATUM.search(text)
    meridian = _MERIDIAN.search(text)
    order = page.groups[0].order if page.groups else ""
    points = [p for plot in plots for ring in plot.rings for p in ring.points]
    degrees = bool(points) and all(max(abs(p.first), abs(p.second)) <= 180 for p in points)
    return StatedSystem(
        datum=named_datum[1] if named_datum else datum[0] if datum else "",
        zone=int(meridian[1]) if meridian else None,
        unit="deg" if degrees and order in ("", "lonlat", "latlon") else "",
        order=order,  # type: ignore[arg-type]
    )


def _say(page: _Page, notes: Notes) -> None:
    """Say which rows hold no points."""
    if page.sides or page.headers > 1 or page.words:
        first = page.words[0].line if page.words else ""
        words = next((c for row in page.words for c in row.cells if c), "–")[:40]
        notes.fixed(
            "redline_rows_beside", first, headers=page.headers, sides=page.sides, words=len(page.words), text=words
        )


def _cell(row: Row, k: int) -> str:
    return row.cells[k] if 0 <= k < len(row.cells) else ""
