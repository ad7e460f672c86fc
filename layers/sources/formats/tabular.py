"""Child side: CSV, XLSX and XLS as text. Finds the header under title rows, joins headers
of two and three rows, sets total rows apart and holds them against the sums.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.cells import recognise
from layers.sources.checks import digits
from layers.sources.finding import EMPTY, Finding, finding
from layers.sources.formats import dbf, records, totals, xlsx
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import ROW
from layers.sources.limits import Limits

_UNIT_LINE = re.compile(r"^(?:金额|计量|计价)?单位\s*[:：]\s*(.+)$|^units?\s*:\s*(.+)$", re.IGNORECASE)
_NOTE = re.compile(
    r"^[（(【*※]|^(备?注|说明|附注|备注|填表|制表|审核|复核|审批|校核|经办|负责|联系|填报|编制|统计|单位|数据来源|资料来源|来源|日期|时间|截至|以上|以下|本表)"
    r"|^(note|remark|source|prepared|checked|date|n\.b\.)|[:：。]",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"^(备?注|说明|附注|备注|填表|制表|审核|复核|审批|校核|经办|负责|联系|填报|编制|统计|单位|数据来源|来源|日期)[^:：]{0,6}[:：]"
)
NOTE_LENGTH = 20
"""A single cell under a table that is longer is a sentence, not the id of a row."""
SINGLE = ("table", "records", "dbf")
"""Kinds that hold one table and no name for it."""
SAMPLE_LINES = 50
DEEPEST = 3
"""Rows a header goes over at most."""
Cells = list[list[str]]


@dataclass
class CellSheet:
    """Cells of one sheet as text, and merged ranges ((row, column) first to last, from 0)."""

    cells: Cells
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    long_numbers: list[int] = field(default_factory=list)


@dataclass
class Table:
    """Named columns, the line on the sheet of every row, and findings."""

    columns: dict[str, list[str]]
    lines: list[int]
    findings: list[Finding]


def sheets(inside: Contents) -> list[str]:
    """Return the names of the sheets that are not empty."""
    if inside.kind in SINGLE:
        return [inside.label]
    if inside.kind == "xlsx" and (found := xlsx.filled(inside.path, inside.name)):
        return found
    book = _book(inside)
    if inside.kind == "xlsx":
        return list(book.sheet_names)
    filled = [n for n in book.sheet_names if book.get_sheet_by_name(n).total_height > 0]
    return filled or list(book.sheet_names)


def parse(inside: Contents, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Read the sheet a job names and write ``frame.parquet``; return what goes into the result."""
    import pyarrow as pa
    from pyarrow import parquet

    if inside.kind not in (*SINGLE, "xlsx", "xls"):
        raise BlockedError(reason("not_table", file=inside.name, kind=inside.kind))
    names = sheets(inside)
    wanted = job.get("layer", "")
    if inside.kind in SINGLE:
        wanted = names[0]
    elif wanted and wanted not in names:
        raise BlockedError(reason("layer_unknown", file=inside.name, layer=wanted, layers=names))
    elif not wanted and len(names) > 1:
        raise BlockedError(reason("several_layers", file=inside.name, layers=names))
    wanted = wanted or names[0]
    found = table(inside, wanted, job["bounds"], raw=bool(job.get("raw")))
    body = {ROW: pa.array(found.lines, pa.int64())}
    body |= {name: pa.array(values, pa.string()) for name, values in found.columns.items()}
    parquet.write_table(pa.table(body), folder / "frame.parquet", compression="zstd")
    told = inside.findings + found.findings
    if not found.lines and not job.get("raw"):
        told.append(finding("warn", "table_empty", layer=wanted, proposal=EMPTY))
    findings = [f.to_dict() for f in told]
    return {"layer": wanted, "layers": names, "findings": findings}


def table(inside: Contents, sheet: str, limits: Limits, raw: bool = False) -> Table:
    """Read one sheet (of a CSV or of JSON records the only one) and arrange it, unless it is wanted as it stands."""
    if inside.kind == "records":
        return _records(inside, limits)
    if inside.kind == "dbf":
        return _dbf(inside, limits)
    if inside.kind == "table":
        read, notes = _csv(inside)
    else:
        notes, silent = xlsx.looked_over(inside.path, inside.name, sheet, limits) if inside.kind == "xlsx" else ([], [])
        read = _excel(inside, sheet, limits)
        for row, column in silent:
            if row < len(read.cells) and column < len(read.cells[row]):
                read.cells[row][column] = ""
    if len(read.cells) > limits.rows:
        raise BlockedError(reason("too_many_rows", file=inside.name, count=len(read.cells), limit=limits.rows))
    out = _as_it_stands(read, inside.name) if raw else arranged(read, inside.name)
    out.findings[:0] = notes
    return out


# --- reading ---------------------------------------------------------------------


def _records(inside: Contents, limits: Limits) -> Table:
    """Read a JSON list of objects; its rows are counted from 1."""
    columns = records.columns(inside.path, inside.name)
    count = max((len(v) for v in columns.values()), default=0)
    if count > limits.rows:
        raise BlockedError(reason("too_many_rows", file=inside.name, count=count, limit=limits.rows))
    return _plain(columns, [])


def _dbf(inside: Contents, limits: Limits) -> Table:
    """Read a DBF that stands alone: a register, a ledger; rows marked as deleted are none."""
    read = dbf.read(inside.path, inside.name, "", "")
    if read.count > limits.rows:
        raise BlockedError(reason("too_many_rows", file=inside.name, count=read.count, limit=limits.rows))
    columns = {n: ["" if v is None else _cell(v) for v in values] for n, values in read.columns.items()}
    gone = [k + 1 for k, deleted in enumerate(read.deleted) if deleted]
    notes = [*read.findings, *([finding("fixed", "dbf_deleted", count=len(gone))] if gone else [])]
    return _plain(columns, notes, frozenset(gone))


def _plain(columns: dict[str, list[str]], notes: list[Finding], gone: frozenset[int] = frozenset()) -> Table:
    """Return a table that has one header and one line a row, without its total rows."""
    names, count = list(columns), max((len(v) for v in columns.values()), default=0)
    rows = [(k + 1, [columns[n][k] for n in names]) for k in range(count) if k + 1 not in gone]
    data, sums = totals.without(rows, names)
    body = {n: [row[k] for _, row in data] for k, n in enumerate(names)}
    return Table(body, [line for line, _ in data], notes + sums)


def _csv(inside: Contents) -> tuple[CellSheet, list[Finding]]:
    data = inside.path.read_bytes()
    text, notes = _decoded(data, inside.name)
    csv.field_size_limit(100_000_000)
    try:
        cells = [[c.strip() for c in row] for row in _split(text, _separator(text))]
    except csv.Error as error:
        raise BlockedError(reason("csv_broken", file=inside.name, detail=str(error))) from None
    return CellSheet(cells), notes


def _split(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def _separator(text: str) -> str:
    """Return the separator by which most of the first lines have the same number of cells, and more than one.

    Counting characters would take the commas of a WKT or of a sentence for separators.
    """
    sample = "\n".join(line for line in text.splitlines()[:SAMPLE_LINES] if line.strip())
    return max((",", "\t", ";", "|"), key=lambda s: _agreement([len(row) for row in _split(sample, s)]))


def _agreement(widths: list[int]) -> tuple[bool, float, int]:
    width, times = max(Counter(widths).items(), key=lambda w: (w[0] > 1, w[1], w[0]), default=(1, 0))
    return width > 1, times / max(len(widths), 1), width


def _decoded(data: bytes, name: str) -> tuple[str, list[Finding]]:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for codec in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        if codec != "gb18030":
            return text, []
        letters = [w for w in re.findall(r"[^\x00-\x7f]+", text[:20_000]) if w.strip()]
        return text, [dbf.guess([w.encode(codec) for w in letters], codec, "")]
    raise BlockedError(reason("encoding_unknown", file=name))


def _book(inside: Contents) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook

    if inside.kind == "xlsx":
        with zipfile.ZipFile(inside.path) as archive:
            size = sum(i.file_size for i in archive.infolist())
        if size > 1_000_000_000:
            raise BlockedError(reason("zip_too_large", file=inside.name, limit_mb=1000.0))
    try:
        return CalamineWorkbook.from_path(inside.path)
    except (CalamineError, OSError) as error:
        raise BlockedError(reason("file_unreadable", file=inside.name, detail=str(error)[:200])) from None


def _excel(inside: Contents, name: str, limits: Limits) -> CellSheet:
    sheet = _book(inside).get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    out = CellSheet([[_cell(v) for v in row] for row in rows], list(sheet.merged_cell_ranges or []))
    for line, row in enumerate(rows, start=1):
        if any(isinstance(v, (int, float)) and not isinstance(v, bool) and _long(v) for v in row):
            out.long_numbers.append(line)
    return out


def _long(value: float) -> bool:
    return abs(value) >= 10**digits.EXACT_DIGITS and float(value).is_integer()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return str(value).strip()


def _as_it_stands(sheet: CellSheet, name: str) -> Table:
    """Return all rows that hold anything; a date of a cell stays text, no header is looked for."""
    lines = [k for k, row in enumerate(sheet.cells, start=1) if any(row)]
    if not lines:
        raise BlockedError(reason("sheet_empty", file=name))
    width = max(len(row) for row in sheet.cells)
    rows = [[*sheet.cells[k - 1], *[""] * (width - len(sheet.cells[k - 1]))] for k in lines]
    return Table({f"column_{k + 1}": [row[k] for row in rows] for k in range(width)}, lines, [])


# --- arranging -------------------------------------------------------------------


def arranged(sheet: CellSheet, name: str) -> Table:
    """Find header, data, totals and notes on a sheet.

    Raises
    ------
    BlockedError
        The sheet is empty, or no row looks like a header.
    """
    cells = sheet.cells
    width = max((sum(c != "" for c in row) for row in cells), default=0)
    if width == 0:
        raise BlockedError(reason("sheet_empty", file=name))
    columns = max(len(row) for row in cells)
    cells = [row + [""] * (columns - len(row)) for row in cells]
    top = _header(cells, width, name)
    deep = _header_depth(cells, top, sheet)
    merged = _filled(cells, sheet, top + deep)
    names = _names(cells[top : top + deep], sheet, top)
    keep = [k for k in range(columns) if names[k] or any(row[k] for row in cells[top + deep :])]
    titled = _unique([names[k] or f"column_{k + 1}" for k in keep])
    rows = [(line, [row[k] for k in keep]) for line, row in enumerate(cells, start=1) if line > top + deep and any(row)]
    rows, notes = _without_notes(rows, width)
    data, sums = totals.without(rows, titled)
    found = merged + notes + sums
    if top > 0:
        found.append(finding("fixed", "table_title", count=top, text=next(filter(None, cells[0]), "")[:60]))
        found += _units(cells[:top])
    body = {title: [row[k] for _, row in data] for k, title in enumerate(titled)}
    lines = [line for line, _ in data]
    return Table(body, lines, found + digits.lost(body, lines, sheet.long_numbers))


def _units(titles: Cells) -> list[Finding]:
    """Return the unit line above a table (单位：万元、亩), which holds for columns that name none themselves."""
    said = [m for row in titles for c in row if (m := _UNIT_LINE.match(c.strip()))]
    return [finding("fixed", "table_units", text=(m[1] or m[2]).strip()[:60]) for m in said[:1]]


def _filled(cells: Cells, sheet: CellSheet, top: int) -> list[Finding]:
    """Give every row of a cell merged downwards its text; a merged number is one number, not several."""
    words, numbers = [], []
    for (first, left), (last, right) in sheet.merged:
        if first < top or last == first or left != right or last >= len(cells) or not cells[first][left]:
            continue
        if recognise.number(cells[first][left]) is not None:
            numbers.append(first + 1)
            continue
        for row in range(first + 1, last + 1):
            cells[row][left] = cells[first][left]
        words.append(first + 1)
    found = [finding("fixed", "cells_merged_filled", count=len(words), rows=words[:5])] if words else []
    return found + ([finding("warn", "cells_merged_number", count=len(numbers), rows=numbers[:5])] if numbers else [])


def _header(cells: Cells, width: int, name: str) -> int:
    """Return the first row that is at least half filled, with words and not numbers."""
    for k, row in enumerate(cells[:30]):
        filled = [c for c in row if c]
        if any(_UNIT_LINE.match(c) for c in filled) and k + 1 < len(cells):
            continue
        words = [c for c in filled if recognise.number(c) is None or recognise.number(c).unit]  # type: ignore[union-attr]
        if len(filled) >= max(1, min(2, width), width * 0.5):
            if len(words) < len(filled) * 0.8:
                break
            return k
    raise BlockedError(reason("header_not_found", file=name))


def _header_depth(cells: Cells, top: int, sheet: CellSheet) -> int:
    """Return over how many rows the header goes: by merged cells, or because one row fills the gaps of those above."""
    depth = 1
    while depth < DEEPEST and top + depth < len(cells) and _goes_on(cells, top, depth, sheet):
        depth += 1
    return depth


def _goes_on(cells: Cells, top: int, depth: int, sheet: CellSheet) -> bool:
    """Tell whether the row below so many rows of a header belongs to it."""
    row, last = cells[top + depth], top + depth - 1
    if not any(row) or any(recognise.number(c) is not None for c in row if c):
        return False
    if sheet.merged:
        down = any(top <= a[0] <= last < b[0] for a, b in sheet.merged)
        return down or any(a[0] == b[0] == last and b[1] > a[1] for a, b in sheet.merged)
    above = [any(r[k] for r in cells[top : top + depth]) for k in range(len(row))]
    gaps = [k for k, c in enumerate(row) if c and not above[k]]
    alone = [k for k, c in enumerate(row) if not c and above[k]]
    return bool(gaps and alone)


def _names(rows: Cells, sheet: CellSheet, top: int) -> list[str]:
    """Return what each column is called: the words above it from the top down, joined."""
    levels = [[_flat(c) for c in row] for row in rows]
    for depth, level in enumerate(levels[:-1]):
        for a, b in sheet.merged:
            if a[0] == top + depth and b[1] > a[1] and b[0] < top + len(rows) - 1:
                level[a[1] : b[1] + 1] = [level[a[1]]] * (b[1] - a[1] + 1)
        if not sheet.merged:
            _spread(levels, depth)
    return ["/".join(dict.fromkeys(w for w in words if w)) for words in zip(*levels, strict=True)]


def _spread(levels: list[list[str]], depth: int) -> None:
    """Let a word of a header stand over the columns to its right as far as something under them is named by it."""
    level = levels[depth]
    for k in range(1, len(level)):
        same = all(levels[up][k] == levels[up][k - 1] for up in range(depth))
        if not level[k] and same and any(below[k] for below in levels[depth + 1 :]):
            level[k] = level[k - 1]


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _unique(names: Sequence[str]) -> list[str]:
    out: list[str] = []
    for name in names:
        number, wanted = 2, name
        while name in out:
            name, number = f"{wanted}_{number}", number + 1
        out.append(name)
    return out


def _without_notes(rows: totals.Rows, width: int) -> tuple[totals.Rows, list[Finding]]:
    """Set apart lines under the table with a single cell that reads like a note (注, 填表人)."""
    end = len(rows)
    while end and _note(rows[end - 1][1]) and (width >= 3 or _signed(rows[end - 1][1])):
        end -= 1
    notes = [finding("fixed", "table_note", row=line, text="".join(row)[:60]) for line, row in rows[end:]]
    return rows[:end], notes


def _signed(row: list[str]) -> bool:
    """Tell whether the one cell of a row is signed like a form (制表人：…); in a narrow table ids stand alone too."""
    return any(_SIGNED.match(c) for c in row if c)


def _note(row: list[str]) -> bool:
    """Tell whether a row is a note: one cell that begins like one or is a sentence; an id alone is a row."""
    filled = [c for c in row if c]
    if len(filled) != 1 or totals.label(row) or recognise.number(filled[0]) is not None:
        return False
    return bool(_NOTE.match(filled[0])) or len(filled[0]) > NOTE_LENGTH
