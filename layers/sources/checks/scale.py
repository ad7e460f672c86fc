"""What a projected system does to lengths where a study lies, and which system would suit the place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyproj

from layers.sources.checks import series
from layers.sources.checks.crs import CHINA_LAT, CHINA_LON, Bounds, extent, geographic, off_meridian, parsed
from layers.sources.finding import Finding, finding

SCALE_OFF = 0.01
"""Lengths of a study's system may be off by so much; beyond it distances, widths and planar areas are wrong."""
ZONE_DEG = 1.75
"""Ground so far from the middle of a zone of three degrees is in the next one; a county may reach over the edge."""


def scale_off(system: pyproj.CRS, box: Bounds) -> float:
    """Return by how much lengths of a projected system are off at worst: 0.01 is one percent.

    Parameters
    ----------
    system : pyproj.CRS
        Projected; its unit counts (a system of feet is off by 0.7).
    box : (west, south, east, north)
        Where, in coordinates of the system.

    Returns
    -------
    float
        Infinite where a corner of the box has no place on Earth.
    """
    x, y = (v.ravel() for v in np.meshgrid(np.linspace(box[0], box[2], 5), np.linspace(box[1], box[3], 5)))
    base = system.geodetic_crs
    if base is None:
        return float("inf")
    lon, lat = pyproj.Transformer.from_crs(system, base, always_xy=True, only_best=False).transform(x, y)
    return _scale_off(system, lon, lat)


def scale_off_share(system: pyproj.CRS, limit: float) -> float:
    """Return the share of a system's own area of use on which lengths are off by more than a limit."""
    use = system.area_of_use
    if use is None or not system.is_projected:
        return 0.0
    east = use.east + 360.0 if use.east < use.west else use.east  # an area of use may cross 180°
    lon, lat = np.meshgrid(np.linspace(use.west, east, 9)[1:-1], np.linspace(use.south, use.north, 9)[1:-1])
    off = [_scale_off(system, np.array([a]), np.array([b])) for a, b in zip(lon.ravel(), lat.ravel(), strict=True)]
    return float(np.mean(np.array(off) > limit))


def suited(system: pyproj.CRS, box: Bounds) -> str:
    """Return a system of true lengths for a place: the three-degree zone in China, the UTM zone elsewhere."""
    west, south, east, north = geographic(box, system)
    lon, lat = (west + east) / 2, (south + north) / 2
    if not np.isfinite([lon, lat]).all():
        return ""
    if CHINA_LON[0] <= lon <= CHINA_LON[1] and CHINA_LAT[0] <= lat <= CHINA_LAT[1]:
        return f"EPSG:{4534 + round(lon / 3) - 25}"
    return f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180) % 360 // 6) + 1}"


def scale(study: str, shapes: npt.NDArray[np.object_]) -> list[Finding]:
    """Block where lengths of the study's own system are off by more than `SCALE_OFF` at its ground.

    Ground of the neighbouring zone is told: either the zone of the study is a slip, or that of the file.
    """
    system, box = parsed(study), extent(shapes)
    if system is None or box is None:
        return []
    off = scale_off(system, box)
    if off <= SCALE_OFF:
        return _of_next_zone(study, system, box)
    return [finding("block", "study_scale_off", crs=study, off=off, limit=SCALE_OFF, better=suited(system, box))]


def _of_next_zone(study: str, system: pyproj.CRS, box: Bounds) -> list[Finding]:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    away = off_meridian((*middle, *middle), study)
    if not series.is_of_three(system) or away is None or away <= ZONE_DEG:
        return []
    better = suited(system, box)
    return [finding("warn", "study_of_next_zone", crs=study, degrees=away, better=better)] if better != study else []


def _scale_off(system: pyproj.CRS, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> float:
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return float("inf")
    found = pyproj.Proj(system).get_factors(lon, lat)
    scales = np.concatenate([np.atleast_1d(found.meridional_scale), np.atleast_1d(found.parallel_scale)])
    unit = float(system.axis_info[0].unit_conversion_factor) if system.axis_info else 1.0
    worst = float(np.abs(scales / unit - 1.0).max()) if np.isfinite(scales).all() else float("inf")
    return worst if abs(unit - 1.0) < 1e-9 else max(worst, abs(1.0 - unit))
