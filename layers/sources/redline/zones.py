"""CGCS2000 zones, old datums, and what a caller wants of a red line: study, CRS and axes.

CGCS2000 3° zones: EPSG:4513 to 4533 carry the zone (25 to 45) in an easting of eight digits,
4534 to 4554 (central meridian 75° to 135°) do not. 6° zones (13 to 23): 4491 to 4501 and
4502 to 4512.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyproj

from layers.sources.redline.model import Axes, Point

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]
CGCS2000 = "EPSG:4490"
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)
_OLD = ((r"54|北京", "Beijing 1954"), (r"(?<!2000)80|西安|xian|xi'an", "Xian 1980"))
NEW = re.compile(r"2000|cgcs", re.IGNORECASE)
_CHINESE = ("china", "cgcs", "beijing", "xian", "xi'an")


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

    @cached_property
    def home(self) -> Bounds | None:
        """Where a red line can lie, study CRS: the study's bounds, else the area its CRS is made for."""
        if self.bounds is not None:
            return self.bounds
        use = pyproj.CRS.from_user_input(self.study_crs).area_of_use
        if use is None:
            return None
        way = transformer("EPSG:4326", self.study_crs)
        west, south, east, north = way.transform_bounds(use.west, use.south, use.east, use.north)
        return (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None

    @cached_property
    def in_china(self) -> bool:
        """Tell whether ranges and zones of China can be asked for: by the study's datum, WGS 84 by its place."""
        base = pyproj.CRS.from_user_input(self.study_crs).geodetic_crs
        name = base.name.lower() if base is not None else ""
        if any(word in name for word in _CHINESE):
            return True
        if "wgs" not in name or self.home is None:
            return False
        west, south, east, north = self.home
        lon, lat = transformer(self.study_crs, "EPSG:4326").transform((west + east) / 2, (south + north) / 2)
        return bool(CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1])

    def reaches(self, box: Bounds, crs: str) -> bool:
        """Tell whether a box in some CRS meets the place where a red line can lie."""
        there = moved(box, crs, self.study_crs)
        if there is None:
            return False
        home = self.home
        if home is None:
            return True
        return there[0] <= home[2] and home[0] <= there[2] and there[1] <= home[3] and home[1] <= there[3]


@dataclass(frozen=True)
class CoordinateColumns:
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
    if NEW.search(name):
        return ""
    return next((datum for pattern, datum in _OLD if re.search(pattern, name, re.IGNORECASE)), "")


@cache
def transformer(source: str, target: str) -> pyproj.Transformer:
    """Return the way between two CRSs, x and y in map order."""
    return pyproj.Transformer.from_crs(source, target, always_xy=True, only_best=False)


def moved(box: Bounds, source: str, target: str) -> Bounds | None:
    """Return the bounds of a box in another CRS; None where it has no place there."""
    x, y = np.meshgrid(np.linspace(box[0], box[2], 5), np.linspace(box[1], box[3], 5))
    there = np.array(transformer(source, target).transform(x.ravel(), y.ravel()))
    if not np.isfinite(there).all():
        return None
    (west, south), (east, north) = there.min(axis=1).tolist(), there.max(axis=1).tolist()
    return west, south, east, north


def same(one: str, other: str) -> bool:
    """Tell whether two CRSs are one, whatever their axis order."""
    return bool(pyproj.CRS.from_user_input(one).equals(pyproj.CRS.from_user_input(other), ignore_axis_order=True))


def old_crs(crs: str, study_crs: str) -> str:
    """Return the old datum a CRS rests on, unless it brings its own parameters or the study has the same."""
    found, study = pyproj.CRS.from_user_input(crs), pyproj.CRS.from_user_input(study_crs)
    base = found.geodetic_crs
    if found.is_bound or base is None or base == study.geodetic_crs:
        return ""
    name = base.name.lower()
    return "Beijing 1954" if "beijing" in name else "Xian 1980" if "xian" in name or "xi'an" in name else ""
