"""Which system and axis order the numbers of a red line are in: recognised, cross-checked, never guessed silently.

CGCS2000 3° zones: EPSG:4513 to 4533 carry the zone (25 to 45) in an easting of eight digits,
4534 to 4554 (central meridian 75° to 135°) do not. 6° zones (13 to 23): 4491 to 4501 and
4502 to 4512.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyproj

from layers.sources.redline_model import Axes, Notes, Point, Stated

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
CGCS2000 = "EPSG:4490"
EASTING, NORTHING = (1e5, 9e5), (3.3e5, 6.1e6)
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_AXES: tuple[Axes, Axes] = ("xy_north_first", "east_first")
_AXES_CODES: dict[Axes, str] = {
    "xy_north_first": "redline_axes_xy_north_first",
    "east_first": "redline_axes_east_first",
}
_OLD = ((r"54|北京", "Beijing 1954"), (r"(?<!2000)80|西安|xian|xi'an", "Xian 1980"))
_NEW = re.compile(r"2000|cgcs", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What the caller says: the study, and what the user has decided about the file.

    Parameters
    ----------
    study_crs : str
        Projected, metres.
    bounds : tuple of float or None
        Extent of the study in that CRS (min x, min y, max x, max y); None: not known.
    crs, axes : str
        "" leaves it to the file and its numbers.
    """

    study_crs: str
    bounds: Bounds | None = None
    crs: str = ""
    axes: str = ""

    @property
    def geographic(self) -> bool:
        """True when the user says that the coordinates are longitude and latitude."""
        return bool(self.crs) and bool(pyproj.CRS.from_user_input(self.crs).is_geographic)


@dataclass(frozen=True)
class Columns:
    """The two coordinate columns as arrays, with the points they belong to."""

    points: Sequence[Point]
    first: Floats
    second: Floats

    @property
    def example(self) -> dict[str, float]:
        """The first point, for messages."""
        return {"first": float(self.first[0]), "second": float(self.second[0])}


@dataclass(frozen=True)
class System:
    """CRS of the coordinates and order of the two columns."""

    crs: str
    axes: Axes


def zone_code(zone: int, band: int, prefixed: bool) -> str:
    """Return the EPSG code of a CGCS2000 zone; "" when there is no such zone.

    ``zone_code(40, 3, False)`` is ``"EPSG:4549"`` (central meridian 120°).
    """
    first, last, codes = (25, 45, (4534, 4513)) if band == 3 else (13, 23, (4502, 4491))
    if not first <= zone <= last:
        return ""
    return f"EPSG:{codes[prefixed] + zone - first}"


def zone_of(crs: str) -> tuple[int, int, bool] | None:
    """Return zone, band and whether the easting carries the zone, of a CGCS2000 zone code; else None."""
    code = _epsg(crs)
    for low, high, first, band, prefixed in (
        (4513, 4533, 25, 3, True), (4534, 4554, 25, 3, False), (4491, 4501, 13, 6, True), (4502, 4512, 13, 6, False),
    ):  # fmt: skip
        if low <= code <= high:
            return code - low + first, band, prefixed
    return None


@cache
def _epsg(crs: str) -> int:
    """Return the EPSG code of a CRS, also of one written out as WKT; 0 for none."""
    found = re.fullmatch(r"EPSG:(\d+)", crs.strip().upper())
    return int(found[1]) if found else pyproj.CRS.from_user_input(crs).to_epsg() or 0


def meridian(zone: int, band: int) -> int:
    """Return the central meridian of a zone in degrees east."""
    return 3 * zone if band == 3 else 6 * zone - 3


def old_datum(name: str) -> str:
    """Return "Beijing 1954" or "Xian 1980" when a text names that datum, else ""."""
    if _NEW.search(name):
        return ""
    return next((datum for pattern, datum in _OLD if re.search(pattern, name, re.IGNORECASE)), "")


@cache
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the way between two CRSs, x and y in map order."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def same(one: str, other: str) -> bool:
    """Tell whether two CRSs are one, whatever their axis order."""
    return bool(pyproj.CRS.from_user_input(one).equals(pyproj.CRS.from_user_input(other), ignore_axis_order=True))


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


def recognise(points: Sequence[Point], stated: Stated, wanted: Wanted, notes: Notes) -> System | None:
    """Decide what system and axis order points are in.

    Parameters
    ----------
    points : sequence of Point
        Of all plots; at least one.
    stated : Stated
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
    if not _datum(stated, wanted, notes):
        return None
    columns = Columns(points, np.array([p.first for p in points]), np.array([p.second for p in points]))
    if in_degrees(columns.first, columns.second):
        return _degrees(columns, stated, wanted, notes)
    if stated.unit == "deg" or wanted.geographic:
        notes.problem("redline_degrees_expected", line=points[0].line, **columns.example)
        return None
    abroad = _abroad(columns, stated, wanted, notes)
    if abroad:
        return abroad
    axes = _axes(columns, stated, wanted.axes, notes)
    if axes is None:
        return None
    code = _zone(points, columns.second if axes == "xy_north_first" else columns.first, stated, wanted, notes)
    return System(code, axes) if code else None


def _abroad(columns: Columns, stated: Stated, wanted: Wanted, notes: Notes) -> System | None:
    """Coordinates outside the ranges of China: only a CRS the user or the study names can explain them."""
    crs = wanted.crs or wanted.study_crs
    if zone_of(crs) is not None or np.all(axis_order(columns.first, columns.second)):
        return None
    usual: Axes = "east_first" if stated.order == "east_first" else "xy_north_first"
    if wanted.axes:
        usual = "east_first" if wanted.axes == "east_first" else "xy_north_first"
    if not wanted.crs:
        fitting = [axes for axes in _AXES if wanted.axes in ("", axes) and _inside_study(columns, axes, wanted)]
        if not fitting:
            return None
        usual = usual if usual in fitting else fitting[0]
        notes.confirm("redline_zone_from_study", crs=crs, study=crs)
    if not wanted.axes:
        notes.confirm("redline_axes_open", axes=usual)
    return System(crs, usual)


def _inside_study(columns: Columns, axes: Axes, wanted: Wanted) -> bool:
    if wanted.bounds is None:
        return False
    east, north = (columns.second, columns.first) if axes == "xy_north_first" else (columns.first, columns.second)
    west, south, right, top = wanted.bounds
    return bool(np.all((east >= west) & (east <= right) & (north >= south) & (north <= top)))


def _old_crs(crs: str, study_crs: str) -> str:
    """Return the old datum a CRS rests on, unless it brings its own parameters or the study has the same."""
    found, study = pyproj.CRS.from_user_input(crs), pyproj.CRS.from_user_input(study_crs)
    base = found.geodetic_crs
    if found.is_bound or base is None or base == study.geodetic_crs:
        return ""
    name = base.name.lower()
    return "Beijing 1954" if "beijing" in name else "Xian 1980" if "xian" in name or "xi'an" in name else ""


def _datum(stated: Stated, wanted: Wanted, notes: Notes) -> bool:
    """Old and local datums need shift parameters nobody publishes; the user may name the CRS instead."""
    old = old_datum(stated.datum)
    if wanted.crs:
        old_crs = _old_crs(wanted.crs, wanted.study_crs)
        if old_crs:
            notes.problem("redline_old_datum", datum=pyproj.CRS.from_user_input(wanted.crs).name, name=old_crs)
        elif old:
            notes.confirm("redline_datum_overruled", datum=stated.datum, crs=wanted.crs)
        return not old_crs
    if old:
        notes.problem("redline_old_datum", datum=stated.datum, name=old)
        return False
    if "wgs" in stated.datum.lower():
        notes.confirm("redline_wgs84_taken", crs=stated.datum)
    elif stated.datum and not _NEW.search(stated.datum):
        notes.problem("redline_datum_unknown", datum=stated.datum)
        return False
    if not stated.datum:
        notes.confirm("redline_datum_assumed")
    return True


def _degrees(columns: Columns, stated: Stated, wanted: Wanted, notes: Notes) -> System | None:
    """Longitude and latitude: their ranges in China do not meet, so the order is in the numbers."""
    if (stated.unit == "m" or stated.order == "xy" or wanted.crs) and not wanted.geographic:
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


def _axes(columns: Columns, stated: Stated, axes: str, notes: Notes) -> Axes | None:
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
    for p, found in zip(points, order, strict=True):
        if not found & main:
            code = "redline_axes_mixed" if found else "redline_numbers_fit_nothing"
            notes.problem(code, line=p.line, point=p.label, first=p.first, second=p.second)


def _zone(points: Sequence[Point], east: Floats, stated: Stated, wanted: Wanted, notes: Notes) -> str:
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


def _stated_zone(stated: Stated, notes: Notes) -> tuple[int | None, int | None]:
    """Return zone and band as stated; a central meridian in the place of the zone is turned into one."""
    zone, band = stated.zone, stated.band
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
    return [str(p.line) for p in points[:8]]
