"""Coordinate lists: pasted text, CSV or a sheet with a point number and two coordinates per row.

Columns are known by their header; without one by their numbers. Plots are told apart by a
plot column, by a line that holds only a name, by blank lines, or by a ring that closes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from layers.sources.redline.chars import Line, number, plain
from layers.sources.redline.model import Notes, Point, RawPlot, StatedSystem
from layers.sources.redline.rings import rings

_WORDS = {
    "lon": r"(大地)?经度.*|lon(gitude)?|lng|l|东经.*",
    "lat": r"(大地)?纬度.*|lat(itude)?|b|北纬.*",
    "x": r"x|x[(（\[].*|x坐标.*|纵坐标.*|坐标x",
    "y": r"y|y[(（\[].*|y坐标.*|横坐标.*|坐标y",
    "north": r"n|northings?|north|北|北坐标.*|.*\(北\)",
    "east": r"e|eastings?|east|东|东坐标.*|.*\(东\)|point_x",
    "label": r"点号|点名|点|序号|界址点.*|拐点.*|编号|no\.?|id|point|pt|name|桩号",
    "ring": r"圈号|地块圈号|环号|ring",
    "plot": r"地块|地块编号|地块名称|地块号|宗地.*|plot(_?id)?|dkbh|dkmc|图斑.*",
    "height": r"h|z|高程.*|height|elev(ation)?",
}
_MAX_TITLE_ROWS = 12
_SIGNATURE = re.compile(r"[A-Za-z_]+\$\$[^,]*")
"""First line of a planning tool, such as ``GISQLANDPLAN$$2026-11-29``: a program and a day, no plot."""
_GROUPED_ROW = re.compile(r"(?:[^,]*,){0,2}\d{1,3}(?:,\d{3})+(?:\.\d+)?,\d{1,3}(?:,\d{3})+(?:\.\d+)?")


@dataclass(frozen=True)
class Row:
    """One row: its line, its cells, and whether a blank line stands before it."""

    line: int
    cells: tuple[str, ...]
    after_blank: bool


@dataclass(frozen=True)
class ListColumns:
    """Which column holds what (-1: none), and what the coordinate columns are called."""

    first: int
    second: int
    label: int = -1
    ring: int = -1
    plot: int = -1
    order: str = ""


@dataclass
class _Group:
    plot_id: str
    line: int
    numbered: list[tuple[int, Point]] = field(default_factory=list)
    failed: bool = False
    run: int = 1


def rows_of(lines: list[Line]) -> list[Row]:
    """Split lines into cells at tabs, semicolons, commas or spaces, whichever the text uses."""
    filled = [line for line in lines if line.plain.strip(" ,;\t")]
    separator = _separator([line.plain for line in filled])
    rows: list[Row] = []
    before = 0
    for line in filled:
        rows.append(Row(line.number, _cells(line.plain, separator), bool(rows) and line.number > before + 1))
        before = line.number
    return rows


def _separator(texts: Sequence[str]) -> str:
    for separator in ("\t", ";", ","):
        if sum(separator in text for text in texts) * 2 > len(texts):
            return separator
    return " "


def _cells(text: str, separator: str) -> tuple[str, ...]:
    if separator == " ":
        return tuple(text.split())
    quoted = text.count('"') % 2 == 0 and re.search(r'(^|[,;\t])\s*"', text) is not None
    cells = next(csv.reader([text], delimiter=separator)) if quoted else text.split(separator)
    return tuple(cell.strip() for cell in cells)


def parse_rows(rows: Sequence[Row], notes: Notes) -> tuple[StatedSystem, list[RawPlot], Mapping[str, str]]:
    """Read a coordinate list.

    Parameters
    ----------
    rows : sequence of Row
    notes : Notes
        Takes every problem with its line.

    Returns
    -------
    StatedSystem, list of RawPlot, Mapping
        The mapping holds what a signature line says (program and day); a list has no other attributes.
    """
    signed = [row for row in rows if _SIGNATURE.fullmatch(",".join(row.cells))]
    rows = [row for row in rows if row not in signed]
    written = dict(row.cells[0].split("$$", 1) for row in signed)
    grouped = [row for row in rows if len(row.cells) > 3 and _GROUPED_ROW.fullmatch(",".join(row.cells))]
    for row in grouped:
        notes.problem("redline_commas_inside", line=row.line, text=",".join(row.cells)[:80])
    if grouped:
        return StatedSystem(), [], {}
    columns, rows, titles = _header_in(rows)
    columns = columns or _by_numbers(rows)
    if columns is None:
        notes.problem("redline_columns_unknown", line=rows[0].line if rows else 1)
        return StatedSystem(), [], {}
    groups = _groups(rows, columns, titles, notes)
    plots = []
    for group in groups:
        built = () if group.failed else rings(group.numbered, group.plot_id, notes)
        plots.append(RawPlot(group.plot_id, "", group.line, built))
    if not plots and not notes.problems:
        notes.problem("redline_no_points", line=rows[0].line if rows else 1)
    return _stated(columns, plots), plots, written


def _stated(columns: ListColumns, plots: Iterable[RawPlot]) -> StatedSystem:
    places = [p.place for plot in plots for ring in plot.rings for p in ring.points]
    degrees = bool(places) and all(max(abs(a), abs(b)) <= 180 for a, b in places)
    order = columns.order
    return StatedSystem(unit="deg" if degrees and order in ("", "lonlat", "latlon") else "", order=order)  # type: ignore[arg-type]


def _header_in(rows: Sequence[Row]) -> tuple[ListColumns | None, Sequence[Row], list[Row]]:
    """Look for the header among the first rows; rows above it are titles."""
    for k, row in enumerate(rows[:_MAX_TITLE_ROWS]):
        columns = named([plain(c) for c in row.cells])
        if columns:
            return columns, rows[k + 1 :], []
        if len(row.cells) >= 2 and sum(not number(c).wrong for c in row.cells) >= 2:
            break
    start = next((k for k, row in enumerate(rows) if _numbers(row) >= 2), len(rows))
    if start > _MAX_TITLE_ROWS:
        start = 0
    return None, rows[start:], list(rows[:start])


def _numbers(row: Row) -> int:
    return sum(not number(cell).wrong for cell in row.cells)


def named(cells: Sequence[str]) -> ListColumns | None:
    """Return the columns when the cells are names of two coordinates."""
    found: dict[str, int] = {}
    for k, cell in enumerate(cells):
        name = re.sub(r"\s+", "", cell).lower().replace("（", "(").replace("）", ")")
        for word, pattern in _WORDS.items():
            if re.fullmatch(pattern, name):
                found.setdefault(word, k)
                break
    rest = {k: found.get(k, -1) for k in ("label", "ring", "plot")}
    for first, second, order in (("lon", "lat", "lonlat"), ("north", "east", "xy"), ("x", "y", "xy")):
        if first in found and second in found:
            if order == "lonlat" and found[first] > found[second]:
                return ListColumns(found[second], found[first], order="latlon", **rest)
            if first == "north" and found[first] > found[second]:
                return ListColumns(found[second], found[first], order="east_first", **rest)
            return ListColumns(found[first], found[second], order=order, **rest)
    return None


def _by_numbers(rows: Sequence[Row]) -> ListColumns | None:
    """Find two coordinate columns by size: metres from 100,000 on, or degrees inside China."""
    sample = [row for row in rows if _numbers(row) >= 2][:200]
    width = max((len(row.cells) for row in sample), default=0)
    large, degrees = [], []
    for k in range(width):
        values = [number(row.cells[k]) for row in sample if k < len(row.cells)]
        good = [v.value for v in values if not v.wrong]
        if not values or len(good) * 2 <= len(values):
            # digits cut by a spreadsheet are still a coordinate column; its rows are refused one by one
            if sum(v.wrong == "redline_scientific" for v in values) * 2 > len(values):
                large.append(k)
            continue
        if _most(abs(v) >= 1e5 for v in good):
            large.append(k)
        elif _most(73 <= v <= 136 for v in good) or _most(3 <= v <= 54 and v != int(v) for v in good):
            degrees.append(k)
    pair = large[:2] if len(large) >= 2 else degrees[:2]
    if len(pair) < 2:
        return _small(sample)
    if pair[0] == 4 and all(_most_whole(sample, k, 6) for k in range(3)):
        return ListColumns(
            pair[0], pair[1], label=3, ring=2, plot=1
        )  # 省标: point of the file, plot, ring, point, X, Y
    before = range(pair[0])
    ring = next((k for k in before if k > 0 and _most_whole(sample, k)), -1)
    return ListColumns(pair[0], pair[1], label=0 if pair[0] > 0 else -1, ring=ring)


def _small(sample: Sequence[Row]) -> ListColumns | None:
    """Take the last two of two or three columns, whatever their size; their values are judged later."""
    widths = {len(row.cells) for row in sample}
    if len(widths) != 1 or not widths <= {2, 3}:
        return None
    width = widths.pop()
    return ListColumns(width - 2, width - 1, label=0 if width == 3 else -1)


def _most(flags: Iterable[bool]) -> bool:
    taken = list(flags)
    return sum(taken) * 2 > len(taken)


def _most_whole(sample: Sequence[Row], k: int, digits: int = 3) -> bool:
    return _most(bool(re.fullmatch(rf"\d{{1,{digits}}}", row.cells[k])) for row in sample if k < len(row.cells))


def _groups(rows: Sequence[Row], columns: ListColumns, titles: Sequence[Row], notes: Notes) -> list[_Group]:
    by_id: dict[str, _Group] = {}
    current: _Group | None = None
    title = titles[-1].cells[0] if titles and len(titles[-1].cells) == 1 else ""
    for row in rows:
        if len([c for c in row.cells if c]) == 1 and number(row.cells[0]).wrong == "redline_not_a_number":
            title, current = row.cells[0], None
            continue
        given = _cell(row, columns.plot) or (current.plot_id if current and not row.after_blank else "")
        if columns.plot < 0 and row.after_blank:
            current = None
        if current is None or (columns.plot >= 0 and given != current.plot_id):
            current = _open(by_id, given or title or str(len(by_id) + 1), row.line, bool(given))
            title = ""
        point = _point(row, columns, notes)
        if point is None:
            current.failed = True
        else:
            current.numbered.append((_ring(row, columns, current, notes), point))
    return list(by_id.values())


def _open(by_id: dict[str, _Group], name: str, line: int, named: bool) -> _Group:
    """Return the plot of this name; coming back to a named one starts another ring of it."""
    if name in by_id and named:
        by_id[name].run += 1
        return by_id[name]
    k, free = 2, name
    while free in by_id:
        free, k = f"{name}-{k}", k + 1
    by_id[free] = _Group(free, line)
    return by_id[free]


def _ring(row: Row, columns: ListColumns, group: _Group, notes: Notes) -> int:
    text = _cell(row, columns.ring)
    if not text:
        return group.run
    if not re.fullmatch(r"\d+(\.0+)?", text):
        notes.problem("redline_ring_wrong", line=row.line, given=text[:40])
        group.failed = True
        return group.run
    return int(float(text))


def _point(row: Row, columns: ListColumns, notes: Notes) -> Point | None:
    pair = [number(_cell(row, k)) for k in (columns.first, columns.second)]
    for read, k in zip(pair, (columns.first, columns.second), strict=True):
        given = _cell(row, k)[:40]
        if read.wrong:
            notes.problem(read.wrong, line=row.line, given=given, column=k + 1)
        elif read.mended:
            notes.tidy(read.mended, line=row.line, given=given, value=read.value)
    if any(read.wrong for read in pair):
        return None
    label = _cell(row, columns.label) or f"#{row.line}"
    return Point(label, pair[0].value, pair[1].value, row.line)


def _cell(row: Row, k: int) -> str:
    return row.cells[k] if 0 <= k < len(row.cells) else ""
