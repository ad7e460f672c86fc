"""Red lines in files that are not text: sheets and vector files, opened by the gate."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from geo.basis.units import HA_M2
from layers.sources.finding import Finding
from layers.sources.opened import VectorFile
from layers.sources.redline import declared as redline_declared
from layers.sources.redline import drawing as redline_drawing
from layers.sources.redline.chars import MAX_BYTES
from layers.sources.redline.list import Row
from layers.sources.redline.model import Notes, Point, RawPlot, Ring, StatedSystem
from layers.sources.redline.system import recognise
from layers.sources.redline.zones import System, Wanted

MAX_PLOTS = 5_000
"""More shapes than this are a map layer, not a red line."""
_WHY_NONE = ("dxf_gap_open", "dxf_unread")
"""What is found in a drawing that tells why no area was read out of it."""
_SHEETS = (".xlsx", ".xls", ".xlsm")
_ID_FIELDS = ("dkbh", "地块编号", "plot_id", "dk_id", "bsm", "编号", "id", "fid")
_NAME_FIELDS = ("dkmc", "地块名称", "plot_name", "name", "mc", "名称", "地块")
AREA = "地块面积"
_TXT_FIELDS = {
    AREA: ("dkmj", "地块面积", "地块面积(公顷)", "面积(公顷)"), "图幅号": ("tfh", "图幅号"),
    "地块用途": ("dkyt", "dk_yt", "地块用途"), "地类编码": ("dlbm", "dl_bm", "地类编码"),
}  # fmt: skip
"""Fields of submission layers (报批) that are fields of the boundary TXT; the area is in hectares."""
_AREA_UNITS_HA = (1.0, 1e-4, 1 / 15)
_OF_FORMAT = ("layer", "subclasses", "linetype", "entityhandle", "text", "tessellate", "extrude", "visibility",
              "draworder", "icon", "snippet", "timestamp", "begin", "end", "altitudemode")  # fmt: skip
"""Fields the format of a drawing or of KML brings along."""
_POLYGON, _MULTIPOLYGON = 3, 6


def is_text(path: Path) -> bool:
    """Tell text (boundary TXT, list, CSV) from everything the gate opens, by content.

    Raises
    ------
    BlockedError
        No such file.
    """
    if path.is_dir():
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise BlockedError(_not_opened(path, error)) from None
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return not head.decode("utf-16", "ignore").lstrip("\ufeff \t\r\n").startswith("<")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"<", b"{") or head[:4] in (b"PK\x03\x04", b"PAR1", b"\x00\x00\x27\x0a", b"SQLi"):
        return False
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return path.suffix.lower() not in _SHEETS  # anything else of Office is told as binary
    return not _is_dxf(start)


def _is_dxf(start: bytes) -> bool:
    lines = [line.strip() for line in start[:2000].splitlines()[:40]]
    return bool(lines) and lines[0] in (b"0", b"999") and b"SECTION" in lines


def is_sheet(path: Path) -> bool:
    """Tell a workbook by its ending; the gate checks that it is one."""
    return path.suffix.lower() in _SHEETS


def content(path: Path) -> bytes:
    """Return the bytes of a text file, one more than is allowed at most."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise BlockedError(_not_opened(path, error)) from None


def _not_opened(path: Path, error: OSError) -> Reason:
    return reason("redline_not_opened", file=path.name, detail=error.strerror or "")


@contextmanager
def _folder(cache: Path | None) -> Iterator[Path]:
    if cache is not None:
        yield cache
        return
    with tempfile.TemporaryDirectory(prefix="redline-") as folder:
        yield Path(folder)


def sheet_rows(path: Path, sheet: str, cache: Path | None, notes: Notes) -> list[Row]:
    """Return the rows of a sheet that hold anything, titles and feet too."""
    from layers.sources import gate

    with _folder(cache) as folder:
        table = gate.open_table(path, folder, sheet=sheet, raw=True)
    notes.findings += [f for f in table.findings if f.severity in ("fixed", "warn")]
    _rejected(table.findings, notes)
    rows: list[Row] = []
    before = 0
    for line, cells in zip(table.rows, table.frame.itertuples(index=False, name=None), strict=True):
        rows.append(Row(int(line), tuple("" if cell is None else str(cell) for cell in cells), int(line) > before + 1))
        before = int(line)
    return rows


def vector_plots(
    path: Path, layer: str, cache: Path | None, wanted: Wanted, notes: Notes
) -> tuple[System, list[RawPlot], list[Any]]:
    """Open a vector file and return its system, its plots and their shapes (x east, in that system).

    Every row the gate could not use is a problem: a red line with a plot left out is a wrong
    one. Points and open lines beside areas are left aside with a warning.
    """
    from layers.sources import gate

    with _folder(cache) as folder:
        opened = gate.open_vector(path, folder, layer=layer, crs=wanted.crs)
    notes.findings += [f for f in opened.findings if f.severity in ("fixed", "warn")]
    _rejected(opened.findings, notes)
    chosen, shapes = _areas(opened, notes)
    if redline_drawing.is_drawing(opened):
        chosen, shapes = redline_drawing.nested(chosen, shapes, notes)
    plots = [_plot(opened, k, shape) for k, shape in zip(chosen, shapes, strict=True)]
    points = [p for plot in plots for ring in plot.rings for p in ring.points]
    system = _system(opened.crs, shapes, points, wanted, notes) if points else None
    if system is None and not notes.problems:
        notes.problem("redline_no_areas", lines=0, others=0, total=len(opened.shapes))
        notes.problems += [f.reason for f in opened.findings if f.code in _WHY_NONE]
    if system is None:
        raise BlockedError(notes.shown_problems())
    if system.axes == "xy_north_first":
        shapes = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in shapes]
    return system, plots, shapes


def _rejected(findings: Sequence[Finding], notes: Notes) -> None:
    for found in findings:
        if found.severity in ("block", "rejected"):
            line = {"line": found.row} if found.row else {}
            notes.problems.append(Reason(found.code, dict(found.reason.values) | line))
            if found.severity == "rejected":
                notes.problem("redline_row_unusable", line=found.row)


def _areas(opened: VectorFile, notes: Notes) -> tuple[list[int], list[Any]]:
    """Return rows and shapes of the areas; closed lines are areas."""
    chosen: list[int] = []
    shapes: list[Any] = []
    lines: list[str] = []
    aside: list[str] = []
    for k, shape in enumerate(opened.shapes):
        kind = shapely.get_type_id(shape)
        if kind in (_POLYGON, _MULTIPOLYGON):
            chosen.append(k)
            shapes.append(shape)
        elif kind == 1 and shape.is_ring and len(shape.coords) >= 4:
            chosen.append(k)
            shapes.append(shapely.Polygon(shape.coords))
        elif kind in (1, 5):
            lines.append(str(opened.rows[k]))
        else:
            aside.append(str(opened.rows[k]))
    if not chosen:
        notes.problem("redline_no_areas", lines=len(lines), others=len(aside), total=len(opened.shapes))
        notes.problems += [f.reason for f in opened.findings if f.code in _WHY_NONE]
    elif lines:
        notes.warn("redline_lines_open", lines[0], count=len(lines), rows=lines[:8])
    if chosen and aside:
        notes.warn("redline_others_aside", aside[0], count=len(aside), rows=aside[:8])
    if len(chosen) > MAX_PLOTS:
        notes.problem("redline_too_many", count=len(chosen), limit=MAX_PLOTS)
        return [], []
    return chosen, shapes


def _plot(opened: VectorFile, k: int, shape: Any) -> RawPlot:
    line = f"#{opened.rows[k]}"
    rings = []
    for position, ring in enumerate(shapely.get_rings(shapely.get_parts(shape)), 1):
        places = shapely.get_coordinates(ring)[:-1]
        points = tuple(Point(f"{position}.{n}", float(x), float(y), line) for n, (x, y) in enumerate(places, 1))
        rings.append(Ring(points, position, True))
    plot_id = _field(opened.frame, k, _ID_FIELDS) or str(opened.rows[k])
    said = _attributes(opened.frame, k)
    area, step = _stated(said.pop(AREA, ""), shape.area)
    return RawPlot(
        plot_id, _field(opened.frame, k, _NAME_FIELDS), line, tuple(rings), area, step_ha=step, attributes=said
    )


def _attributes(frame: pd.DataFrame, k: int) -> dict[str, str]:
    """Return what a row says beside id and name, under the names of the boundary TXT where it is one of them."""
    used = {name for names in (_ID_FIELDS, _NAME_FIELDS) for name in names}
    texts = {str(c): frame[c].iloc[k] for c in frame.columns if str(c).lower() not in (*used, *_OF_FORMAT)}
    known = {alias: name for name, aliases in _TXT_FIELDS.items() for alias in aliases}
    return {known.get(c.lower(), c): _text(v) for c, v in texts.items() if not pd.isna(v) and _text(v)}


def _text(value: Any) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value).strip()


def _stated(text: str, area_m2: float) -> tuple[float | None, float]:
    """Return the area (ha) a row states and a unit of its last digit; None: nothing, 0 or no number.

    A layer does not say its unit as a boundary TXT does: a figure that is the area in m² or 亩 is taken so.
    """
    if not re.fullmatch(r"\d+(\.\d+)?", text) or not float(text):
        return None, 0.0
    step = 10.0 ** -max(len(text.partition(".")[2]), 2)
    size = next((u for u in _AREA_UNITS_HA if abs(float(text) * u * HA_M2 - area_m2) <= 1e-3 * area_m2), 1.0)
    return float(text) * size, step * size


def _field(frame: pd.DataFrame, k: int, names: tuple[str, ...]) -> str:
    known = {str(column).lower(): column for column in frame.columns}
    for name in names:
        if name in known:
            value = frame[known[name]].iloc[k]
            return "" if pd.isna(value) else str(value).strip()
    return ""


def _system(declared: str, shapes: list[Any], points: Sequence[Point], wanted: Wanted, notes: Notes) -> System | None:
    """A CRS the file states is taken as it is; without one the numbers are asked, east first as in maps."""
    if declared:
        return redline_declared.placed(wanted.crs or declared, shapes, wanted, notes)
    return recognise(points, StatedSystem(order="east_first"), wanted, notes)
