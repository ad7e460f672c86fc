"""Coordinates the ranges of China do not explain: the CRS the user or the study names does.

A study outside China is not held against zones, ranges or datums of China; its place (bounds, or the
area its CRS is made for) tells the order of the columns. Within China it serves local systems.
"""

from __future__ import annotations

import pyproj

from layers.sources.redline.model import Axes, Notes, StatedSystem
from layers.sources.redline.zones import Bounds, CoordinateColumns, System, Wanted, old_crs, zone_of

_CALLED: dict[str, Axes] = {"east_first": "east_first", "lonlat": "east_first", "latlon": "xy_north_first"}


def recognised(columns: CoordinateColumns, stated: StatedSystem, wanted: Wanted, notes: Notes) -> System | None:
    """Decide system and order of numbers of a study outside China; None after noting a problem."""
    degrees = bool(abs(columns.first).max() <= 180 and abs(columns.second).max() <= 180)
    crs = wanted.crs or (_geodetic(wanted.study_crs) if degrees else wanted.study_crs)
    if wanted.crs and (old := old_crs(wanted.crs, wanted.study_crs)):
        notes.problem("redline_old_datum", datum=pyproj.CRS.from_user_input(wanted.crs).name, name=old)
        return None
    if bool(pyproj.CRS.from_user_input(crs).is_geographic) != degrees or (stated.unit == "deg" and not degrees):
        code = "redline_degrees_for_metres" if degrees else "redline_degrees_expected"
        notes.problem(code, line=columns.points[0].line, **columns.example)
        return None
    found = _order(columns, _CALLED.get(stated.order, "east_first"), wanted, crs)
    if found is None:
        notes.problem("redline_numbers_elsewhere", line=columns.points[0].line, crs=crs, **columns.example)
        return None
    if not wanted.crs:
        notes.confirm("redline_crs_of_study", crs=crs, study=wanted.study_crs)
    if not wanted.axes and _CALLED.get(stated.order) != found:
        notes.confirm(f"redline_axes_{found}", **columns.example)
    return System(crs, found)


def local(columns: CoordinateColumns, stated: StatedSystem, wanted: Wanted, notes: Notes) -> System | None:
    """Metres outside the ranges of China in a study inside: only a CRS that is no zone of CGCS2000 can explain them."""
    crs = wanted.crs or wanted.study_crs
    if zone_of(crs) is not None:
        return None
    usual = _CALLED.get(stated.order, "xy_north_first")  # surveyors write north first
    found = _order(columns, usual, wanted, crs)
    if found is None or (not wanted.crs and wanted.bounds is None):
        return None
    if not wanted.crs:
        notes.confirm("redline_zone_from_study", crs=crs, study=crs)
    if not wanted.axes:
        notes.confirm("redline_axes_open", axes=found)
    return System(crs, found)


def _geodetic(crs: str) -> str:
    base = pyproj.CRS.from_user_input(crs).geodetic_crs
    code = base.to_epsg() if base is not None else None
    return f"EPSG:{code}" if code else "EPSG:4326"


def _order(columns: CoordinateColumns, usual: Axes, wanted: Wanted, crs: str) -> Axes | None:
    """Return the order in which the numbers lie in the study, the usual one first."""
    other: Axes = "east_first" if usual == "xy_north_first" else "xy_north_first"
    tried = [order for order in (usual, other) if wanted.axes in ("", order)]
    return next((order for order in tried if wanted.reaches(_box(columns, order), crs)), None)


def _box(columns: CoordinateColumns, order: Axes) -> Bounds:
    east, north = (columns.second, columns.first) if order == "xy_north_first" else (columns.first, columns.second)
    return float(east.min()), float(north.min()), float(east.max()), float(north.max())
