"""Which system and axis order the numbers of a red line are in: recognised, cross-checked, never guessed silently.

Only numbers that come without a CRS get here: pasted points, boundary TXT, sheets, drawings. A study
outside China is not held against the zones of China (`redline_abroad`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyproj

from layers.sources.redline import abroad as redline_abroad
from layers.sources.redline.model import Axes, Notes, Point, StatedSystem
from layers.sources.redline.zones import (
    CGCS2000,
    CHINA_LAT,
    CHINA_LON,
    NEW,
    CoordinateColumns,
    Floats,
    System,
    Wanted,
    meridian,
    old_crs,
    old_datum,
    zone_code,
    zone_of,
)

OTHER_PROJECTION = re.compile(
    r"utm|通用横|(?<!横轴)墨卡托|(?<!transverse )mercator|lambert|兰伯特|兰勃特|albers|阿尔伯斯|阿伯斯", re.IGNORECASE
)
"""Words for projections whose numbers lie elsewhere than those of Gauss-Krüger, though they look alike."""
EASTING, NORTHING = (1e5, 9e5), (3.3e5, 6.1e6)
_AXES: tuple[Axes, Axes] = ("xy_north_first", "east_first")
_AXES_CODES: dict[Axes, str] = {
    "xy_north_first": "redline_axes_xy_north_first",
    "east_first": "redline_axes_east_first",
}


def is_easting(values: Floats) -> npt.NDArray[np.bool_]:
    """Tell eastings: six digits, or eight with a zone in front."""
    zone = np.floor(values / 1e6)
    rest = values - zone * 1e6
    prefixed = (zone >= 13) & (zone <= 45) & (rest >= EASTING[0]) & (rest <= EASTING[1])
    plain: npt.NDArray[np.bool_] = (values >= EASTING[0]) & (values <= EASTING[1])
    return plain | prefixed


def is_northing(values: Floats) -> npt.NDArray[np.bool_]:
    """Tell northings of China: seven digits, six in the far south."""
    found: npt.NDArray[np.bool_] = (values >= NORTHING[0]) & (values <= NORTHING[1])
    return found


def in_degrees(first: Floats, second: Floats) -> bool:
    """Tell whether all numbers can only be degrees."""
    return bool(np.all(np.abs(first) <= 180) and np.all(np.abs(second) <= 180))


def axis_order(first: Floats, second: Floats) -> npt.NDArray[np.int8]:
    """Return per point 1 (first column is north), 2 (first is east), 3 (either) or 0 (neither)."""
    north_first = is_northing(first) & is_easting(second)
    east_first = is_easting(first) & is_northing(second)
    return (north_first * 1 + east_first * 2).astype(np.int8)


def recognise(points: Sequence[Point], stated: StatedSystem, wanted: Wanted, notes: Notes) -> System | None:
    """Decide what system and axis order points are in.

    Parameters
    ----------
    points : sequence of Point
        Of all plots; at least one.
    stated : StatedSystem
        What the file says.
    wanted : Wanted
        What the user has decided overrules the file, but not the numbers; the study gives
        the central meridian when neither file nor numbers do.
    notes : Notes
        Takes contradictions as problems, and all that was recognised as confirmations.

    Returns
    -------
    System or None
        None when a problem was noted that leaves no reading.
    """
    columns = CoordinateColumns(points, np.array([p.first for p in points]), np.array([p.second for p in points]))
    if not wanted.in_china:
        return redline_abroad.recognised(columns, stated, wanted, notes)
    if not _datum(stated, wanted, notes):
        return None
    if in_degrees(columns.first, columns.second):
        return _degrees(columns, stated, wanted, notes)
    if stated.unit == "deg" or wanted.geographic:
        notes.problem("redline_degrees_expected", line=points[0].line, **columns.example)
        return None
    explained = axis_order(columns.first, columns.second).all()
    local = None if explained else redline_abroad.local(columns, stated, wanted, notes)
    if local:
        return local
    axes = _axes(columns, stated, wanted.axes, notes)
    if axes is None:
        return None
    code = _zone(points, columns.second if axes == "xy_north_first" else columns.first, stated, wanted, notes)
    return System(code, axes) if code else None


def _datum(stated: StatedSystem, wanted: Wanted, notes: Notes) -> bool:
    """Old and local datums need shift parameters nobody publishes; the user may name the CRS instead."""
    old = old_datum(stated.datum)
    if wanted.crs:
        named = old_crs(wanted.crs, wanted.study_crs)
        if named:
            notes.problem("redline_old_datum", datum=pyproj.CRS.from_user_input(wanted.crs).name, name=named)
        elif old:
            notes.confirm("redline_datum_overruled", datum=stated.datum, crs=wanted.crs)
        return not named
    if OTHER_PROJECTION.search(stated.projection):
        notes.problem("redline_projection_other", projection=stated.projection)
        return False
    if old:
        notes.problem("redline_old_datum", datum=stated.datum, name=old)
        return False
    if "wgs" in stated.datum.lower():
        notes.confirm("redline_wgs84_taken", crs=stated.datum)
    elif stated.datum and not NEW.search(stated.datum):
        notes.problem("redline_datum_unknown", datum=stated.datum)
        return False
    if not stated.datum:
        notes.confirm("redline_datum_assumed")
    return True


def _degrees(columns: CoordinateColumns, stated: StatedSystem, wanted: Wanted, notes: Notes) -> System | None:
    """Longitude and latitude: their ranges in China do not meet, so the order is in the numbers."""
    metres = stated.unit == "m" or (stated.order == "xy" and not stated.unit) or bool(wanted.crs)
    if metres and not wanted.geographic:
        notes.problem("redline_degrees_for_metres", line=columns.points[0].line, **columns.example)
        return None
    lon_first = _inside(columns.first, CHINA_LON) & _inside(columns.second, CHINA_LAT)
    lat_first = _inside(columns.first, CHINA_LAT) & _inside(columns.second, CHINA_LON)
    if not (lon_first.all() or lat_first.all()):
        fits = lon_first if lon_first.sum() >= lat_first.sum() else lat_first
        odd = [p for p, fit in zip(columns.points, fits, strict=True) if not fit]
        notes.problem("redline_degrees_outside", line=odd[0].line, lines=_lines(odd), count=len(odd))
        return None
    found: Axes = "east_first" if lon_first.all() else "xy_north_first"
    if wanted.axes and wanted.axes != found:
        notes.problem("redline_axes_contradict", given=wanted.axes, **columns.example)
        return None
    called = {"lonlat": "east_first", "latlon": "xy_north_first"}.get(stated.order, found)
    if called != found:
        notes.confirm("redline_lonlat_swapped", **columns.example)
    if wanted.geographic:
        return System(wanted.crs, found)
    first_longitude = columns.first if lon_first.all() else columns.second
    notes.confirm("redline_degrees_taken", crs=CGCS2000, longitude=float(first_longitude[0]))
    return System(CGCS2000, found)


def _inside(values: Floats, limits: tuple[float, float]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (values >= limits[0]) & (values <= limits[1])
    return found


def _axes(columns: CoordinateColumns, stated: StatedSystem, axes: str, notes: Notes) -> Axes | None:
    order = axis_order(columns.first, columns.second)
    fits: dict[Axes, int] = {"xy_north_first": 1, "east_first": 2}
    east_wanted = axes == "east_first" or (not axes and stated.order == "east_first")
    wanted, other = (_AXES[1], _AXES[0]) if east_wanted else _AXES
    if np.all(order & fits[wanted]):
        if not axes and np.all(order == 3):
            notes.confirm("redline_axes_open", axes=wanted)
        elif not axes and not stated.order:
            notes.confirm(_AXES_CODES[wanted], **columns.example)
        return wanted
    if np.all(order & fits[other]):
        if axes:
            notes.problem("redline_axes_contradict", given=axes, **columns.example)
            return None
        notes.confirm("redline_axes_swapped" if stated.order == "xy" else _AXES_CODES[other], **columns.example)
        return other
    _misfits(columns.points, order, notes)
    return None


def _misfits(points: Sequence[Point], order: npt.NDArray[np.int8], notes: Notes) -> None:
    """Note every point that does not fit the order most points are in."""
    main = 1 if np.sum((order & 1) > 0) >= np.sum((order & 2) > 0) else 2
    told = set()
    for p, found in zip(points, order, strict=True):
        if not found & main and (p.line, bool(found)) not in told:
            told.add((p.line, bool(found)))  # of a shape, the first point of a kind
            code = "redline_axes_mixed" if found else "redline_numbers_fit_nothing"
            notes.problem(code, line=p.line, point=p.label, first=p.first, second=p.second)


def _zone(points: Sequence[Point], east: Floats, stated: StatedSystem, wanted: Wanted, notes: Notes) -> str:
    """Return the CRS of eastings, "" after noting a problem."""
    prefix = np.floor(east / 1e6).astype(int)
    common = int(np.bincount(prefix).argmax())
    odd = [p for p, z in zip(points, prefix, strict=True) if z != common]
    if odd:
        other = int(prefix[prefix != common][0])
        code = "redline_prefix_mixed" if 0 in (common, other) else "redline_two_zones"
        notes.problem(code, line=odd[0].line, lines=_lines(odd), count=len(odd), zone=common, other=other)
        return ""
    if wanted.crs:
        return _given(wanted.crs, common, points[0], float(east[0]), notes)
    zone, band = _stated_zone(stated, notes)
    return _prefixed(common, zone, band, points[0], notes) if common else _plain(zone, band, wanted.study_crs, notes)


def _stated_zone(stated: StatedSystem, notes: Notes) -> tuple[int | None, int | None]:
    """Return zone and band as stated; a central meridian in the place of the zone is turned into one."""
    zone, band = stated.zone, stated.band
    if zone in (3, 6) and band in (None, zone):
        notes.confirm("redline_zone_is_width", zone=zone)
        return None, zone
    if zone is not None and 72 <= zone <= 138:
        wide = band == 6
        turned = (zone + 3) // 6 if wide else zone // 3
        if meridian(turned, 6 if wide else 3) == zone:
            notes.confirm("redline_zone_is_meridian", meridian=zone, zone=turned)
            return turned, 6 if wide else 3
    if zone is not None and band is None:
        band = 3 if zone >= 25 else 6
    return zone, band


def _prefixed(prefix: int, zone: int | None, band: int | None, at: Point, notes: Notes) -> str:
    """Eight digits: zones 13 to 23 are 6° zones, 25 to 45 are 3° zones."""
    own = 3 if prefix >= 25 else 6
    code = zone_code(prefix, own, prefixed=True)
    if not code:
        notes.problem("redline_zone_unknown", line=at.line, zone=prefix)
        return ""
    if zone is not None and zone != prefix:
        notes.problem("redline_zone_mismatch", line=at.line, zone=zone, prefix=prefix, meridian=meridian(prefix, own))
        return ""
    if band is not None and band != own:
        notes.problem("redline_band_mismatch", line=at.line, band=band, prefix=prefix, own=own)
        return ""
    notes.confirm("redline_zone_recognised", crs=code, zone=prefix, band=own, meridian=meridian(prefix, own))
    return code


def _plain(zone: int | None, band: int | None, study_crs: str, notes: Notes) -> str:
    """Six digits: the zone comes from the file, else from the study."""
    if zone is None:
        return _from_study(band, study_crs, notes)
    code = zone_code(zone, band or 3, prefixed=False)
    if not code:
        notes.problem("redline_zone_unstated_unknown", zone=zone, band=band or 3)
        return ""
    notes.confirm("redline_zone_stated", crs=code, zone=zone, band=band or 3, meridian=meridian(zone, band or 3))
    return code


def _from_study(band: int | None, study_crs: str, notes: Notes) -> str:
    known = zone_of(study_crs)
    if known and band is not None and band != known[1]:
        notes.problem("redline_band_not_study", band=band, study=known[1], crs=study_crs)
        return ""
    code = zone_code(known[0], known[1], prefixed=False) if known else study_crs
    notes.confirm("redline_zone_from_study", crs=code, study=study_crs)
    return code


def _given(crs: str, prefix: int, at: Point, east: float, notes: Notes) -> str:
    """The user named a CRS: its eastings must look like these."""
    zone = zone_of(crs)
    if zone is not None and (prefix if prefix else 0) != (zone[0] if zone[2] else 0):
        fitting = zone_code(prefix, 3 if prefix >= 25 else 6, prefixed=True) if prefix else ""
        code = "redline_crs_contradicts" if fitting else "redline_crs_contradicts_plain"
        notes.problem(code, line=at.line, crs=crs, east=east, fitting=fitting)
        return ""
    return crs


def _lines(points: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(str(p.line) for p in points))[:8]
