"""Read a red line (红线): boundary TXT, coordinate list, sheet, DXF, KML or any vector file.

The file is parsed (`redline_text`, `redline_list`, `redline_file`), its system is recognised
(`redline_system`), its rings become shapes (`redline_shape`), and the shapes are carried into
the study CRS. Every problem is collected and raised together, each with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.sources.checks import digits
from layers.sources.redline import file as redline_file
from layers.sources.redline import list as redline_list
from layers.sources.redline import shape as redline_shape
from layers.sources.redline import sheet as redline_sheet
from layers.sources.redline import system as redline_system
from layers.sources.redline import text as redline_text
from layers.sources.redline import wkt as redline_wkt
from layers.sources.redline import zones as redline_zones
from layers.sources.redline.chars import Line, decoded, lines_of
from layers.sources.redline.model import Axes, Notes, Plot, RawPlot, RedLine, Source, StatedSystem
from layers.sources.redline.zones import System, Wanted

__all__ = ["Plot", "RedLine", "read"]
HALF_BAND_DEG = {3: 1.5, 6: 3.0}
SLACK_DEG = 0.25
Bounds = tuple[float, float, float, float]


def read(
    source: Path | str | bytes,
    study_crs: str,
    *,
    crs: str = "",
    axes: str = "",
    bounds: Bounds | None = None,
    cache: Path | None = None,
    layer: str = "",
) -> RedLine:
    """Read a red line into the study CRS.

    Parameters
    ----------
    source : Path, str or bytes
        A Path is a file. A str is always the text itself (pasted), never a path; bytes
        are the content of a text file.
    study_crs : str
        Projected, metres.
    crs : str
        What the coordinates are in, when the user has decided; "" recognises it.
    axes : {"", "xy_north_first", "east_first"}
        Order of the two columns, when the user has decided.
    bounds : tuple of float or None
        Extent of the study in `study_crs` (min x, min y, max x, max y). A red line
        wholly outside it is a problem, and the zone that would fit is named.
    cache : Path or None
        Folder where the gate keeps parsed copies (vector files and sheets); None uses a
        folder that is removed again.
    layer : str
        Layer or sheet, when a file has several.

    Returns
    -------
    RedLine
        Coordinates already in the study CRS are untouched, bit for bit; others are
        carried over point by point.

    Raises
    ------
    BlockedError
        Every problem found, each with its line and what to do.
    CallError
        `crs` or `axes` is not something this function takes.
    """
    wanted = _wanted(study_crs, bounds, crs, axes)
    if not isinstance(source, Path) and redline_wkt.holds(source):
        with redline_wkt.as_table(source) as table:
            return _vector(table, layer, cache, wanted)
    if isinstance(source, Path):
        if redline_file.is_text(source) and redline_wkt.holds(redline_file.content(source)):
            return _wkt(source, layer, cache, wanted)
        if redline_file.is_text(source):
            return _text(redline_file.content(source), source.name, wanted)
        if redline_file.is_sheet(source):
            return _sheet(source, layer, cache, wanted)
        return _vector(source, layer, cache, wanted)
    return _text(source.encode("utf-8", "replace") if isinstance(source, str) else source, "", wanted)


def _wkt(source: Path, layer: str, cache: Path | None, wanted: Wanted) -> RedLine:
    """Read shapes written out as text: a table with a column of them, or nothing but them."""
    if source.suffix.lower() in (".csv", ".txt", ".tsv") and not redline_wkt.bare(redline_file.content(source)):
        return _vector(source, layer, cache, wanted)
    with redline_wkt.as_table(redline_file.content(source)) as table:
        return _vector(table, layer, cache, wanted)


def _wanted(study_crs: str, bounds: Bounds | None, crs: str, axes: str) -> Wanted:
    if axes not in ("", "xy_north_first", "east_first"):
        raise CallError(reason("redline_axes_choice", given=axes))
    for text in filter(None, (study_crs, crs)):
        try:
            pyproj.CRS.from_user_input(text)
        except pyproj.exceptions.CRSError:
            raise CallError(reason("redline_crs_unreadable", given=text[:80])) from None
    return Wanted(study_crs, bounds, crs, axes)


def _text(data: bytes, name: str, wanted: Wanted) -> RedLine:
    text, encoding = decoded(data, name or "-")
    lines = lines_of(text)
    notes = Notes()
    if encoding != "utf-8":
        notes.fixed("redline_encoding", encoding=encoding.upper())
    mended = [line.number for line in lines if _wide(line)]
    if mended:
        notes.fixed("redline_full_width", mended[0], count=len(mended), lines=[str(n) for n in mended[:8]])
    if redline_text.is_boundary_txt(lines):
        stated, plots, attributes = redline_text.parse(lines, notes)
        return _finished("boundary_txt", stated, plots, attributes, wanted, notes)
    return _rows("coordinate_list", redline_list.rows_of(lines), wanted, notes)


def _wide(line: Line) -> bool:
    """Tell whether full-width digits or punctuation were written plainly (names keep theirs)."""
    return any("\uff10" <= c <= "\uff19" or c in "，、．；＝＠［］【】" for c in line.written)


def _sheet(path: Path, sheet: str, cache: Path | None, wanted: Wanted) -> RedLine:
    notes = Notes()
    rows = redline_file.sheet_rows(path, sheet, cache, notes)
    return _rows("table", rows, wanted, notes)


def _rows(source: Source, rows: list[redline_list.Row], wanted: Wanted, notes: Notes) -> RedLine:
    """Read rows: a printed table of boundary points, or a plain list."""
    attributes: Mapping[str, str] = {}
    if redline_sheet.is_printed(rows):
        stated, plots = redline_sheet.parse(rows, notes)
    else:
        stated, plots, attributes = redline_list.parse_rows(rows, notes)
    return _finished(source, stated, plots, attributes, wanted, notes)


def _finished(
    source: Source,
    stated: StatedSystem,
    raw: list[RawPlot],
    attributes: Mapping[str, str],
    wanted: Wanted,
    notes: Notes,
) -> RedLine:
    """Recognise, build, carry over, check; raise when anything on the way was a problem."""
    points = [p for plot in raw for ring in plot.rings for p in ring.points]
    system = redline_system.recognise(points, stated, wanted, notes) if points else None
    shapes = [redline_shape.shaped(plot, system.axes, notes) for plot in raw] if system else []
    if system is None:  # the shapes can be judged in either order: problems of both kinds are told together
        for plot in raw:
            redline_shape.shaped(plot, "xy_north_first", notes)
    _raise(notes)
    assert system is not None  # without a system there is a problem, and it was raised
    plots = _carried(raw, shapes, system, wanted, notes)
    _raise(notes)
    redline_shape.check_overlaps(plots, notes)
    cut = [plot.plot_id for plot in plots if digits.cut(plot.plot_id)]
    if cut:
        notes.warn("redline_id_digits_lost", raw[0].line, plots=cut[:8])
    return RedLine(
        plots=tuple(plots), crs=system.crs, axes=system.axes, confirmations=tuple(notes.confirmations),
        findings=notes.all_findings(), source=source, attributes=attributes,
    )  # fmt: skip


def _raise(notes: Notes) -> None:
    if notes.problems:
        raise BlockedError(notes.shown_problems())


def _carried(raw: list[RawPlot], shapes: list[Any], system: System, wanted: Wanted, notes: Notes) -> list[Plot]:
    """Carry shapes into the study CRS and check area, place and distance from the central meridian."""
    moved = into(np.array(shapes, dtype=object), system.crs, wanted.study_crs)
    if not np.isfinite(shapely.total_bounds(moved)).all() or not np.isfinite(shapely.get_coordinates(moved)).all():
        notes.problem("redline_not_finite", crs=system.crs, study=wanted.study_crs)
        return []
    projected = pyproj.CRS.from_user_input(system.crs).is_projected
    plots = []
    for plot, given, shape in zip(raw, shapes, moved, strict=True):
        redline_shape.check_area(plot, _areas(given if projected else shape, system.crs, wanted), notes)
        count = sum(len(ring.points) for ring in plot.rings)
        plots.append(Plot(plot.plot_id, plot.name, _valid(shape, plot, notes), count, plot.stated_ha, plot.attributes))
    _check_meridian(shapes, system.crs, notes)
    _check_place(moved, shapes, system, wanted, notes)
    return plots


def _areas(shape: Any, crs: str, wanted: Wanted) -> tuple[float, float]:
    """Return planar and ellipsoidal area (m²) of a shape: files state either."""
    found = pyproj.CRS.from_user_input(crs)
    if not found.is_projected:
        found = pyproj.CRS.from_user_input(wanted.study_crs)
    base, ellipsoid = found.geodetic_crs, found.get_geod()
    if base is None or ellipsoid is None:
        return shape.area, shape.area
    way = redline_zones.transformer(found.to_wkt(), base.to_wkt())
    there = shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))
    return shape.area, sum(abs(ellipsoid.geometry_area_perimeter(part)[0]) for part in shapely.get_parts(there))


def into(shapes: Any, source: str, target: str) -> Any:
    """Carry shapes from one CRS into another; in the same CRS they are returned as they are."""
    if redline_zones.same(source, target):
        return shapes
    way = redline_zones.transformer(source, target)
    return shapely.transform(shapes, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))


def _valid(shape: Any, plot: RawPlot, notes: Notes) -> Any:
    """Carrying over moves points by less than a millimetre against each other; that may close a slit."""
    if shape.is_valid:
        return shape
    notes.fixed("redline_repaired_after", plot.line, plot=plot.label)
    repaired = shapely.make_valid(shape, method="structure")
    parts = [part for part in shapely.get_parts(repaired) if part.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _check_meridian(shapes: list[Any], crs: str, notes: Notes) -> None:
    zone = redline_zones.zone_of(crs)
    if zone is None:
        return
    middle = redline_zones.meridian(zone[0], zone[1])
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    way = redline_zones.transformer(crs, redline_zones.CGCS2000)
    longitudes, _ = way.transform([west, east], [south, north])
    off = max(abs(longitude - middle) for longitude in longitudes)
    if off > HALF_BAND_DEG[zone[1]] + SLACK_DEG:
        notes.warn("redline_far_from_meridian", degrees=off, meridian=middle, limit=HALF_BAND_DEG[zone[1]])


def _check_place(moved: Any, shapes: list[Any], system: System, wanted: Wanted, notes: Notes) -> None:
    """A red line that does not touch the study is read in the wrong zone, or belongs elsewhere."""
    if wanted.home is None:
        return
    study = shapely.box(*wanted.home)
    distance = float(shapely.distance(shapely.box(*shapely.total_bounds(moved)), study))
    if distance == 0:
        return
    fitting = _fitting_zones(shapes, system, wanted, study)
    values = {"km": distance / 1000, "crs": system.crs, "study": wanted.study_crs}
    if fitting:
        notes.problem("redline_outside_study_zone", fitting=fitting[0], **values)
    else:
        notes.problem("redline_outside_study", **values)


def _fitting_zones(shapes: list[Any], system: System, wanted: Wanted, study: Any) -> list[str]:
    """Return the zones in which these numbers would lie in the study."""
    zone = redline_zones.zone_of(system.crs)
    if zone is None:
        return []
    box = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))
    if zone[2]:
        box = shapely.transform(box, lambda xy: xy - [zone[0] * 1e6, 0])
    found = []
    for band, zones in ((3, range(25, 46)), (6, range(13, 24))):
        for number in zones:
            code = redline_zones.zone_code(number, band, prefixed=False)
            there = into(box, code, wanted.study_crs)
            if np.isfinite(shapely.bounds(there)).all() and shapely.intersects(there, study):
                found.append(redline_zones.zone_code(number, band, zone[2]))
    return found


def _vector(path: Path, layer: str, cache: Path | None, wanted: Wanted) -> RedLine:
    notes = Notes()
    opened = redline_file.vector_plots(path, layer, cache, wanted, notes)
    _raise(notes)
    system, raw, shapes = opened
    plots = _carried(raw, shapes, system, wanted, notes)
    _raise(notes)
    redline_shape.check_overlaps(plots, notes)
    axes: Axes = system.axes
    return RedLine(tuple(plots), system.crs, axes, tuple(notes.confirmations), notes.all_findings(), "vector")
