"""Smooth lines and the corridors along them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.interpolate import CubicSpline

from county.settings import Floats, Frame

MM = 0.001


def spline(points: Floats, step: float = 12.0) -> Floats:
    """Return points about `step` metres apart on a smooth curve through `points` (n, 2)."""
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    at = np.linspace(0.0, along[-1], max(2, int(along[-1] / step)))
    return np.asarray(CubicSpline(along, points, axis=0)(at))


def normals(line: Floats) -> Floats:
    """Return the unit normals (to the left) at the points of a line (n, 2)."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    return np.c_[-tangent[:, 1], tangent[:, 0]]


def ribbon(line: Floats, widths: Floats) -> Any:
    """Return the polygon of a line whose width changes along it."""
    half = normals(line) * widths[:, None] / 2.0
    return tidy(shapely.Polygon(np.r_[line + half, (line - half)[::-1]]), 1.0)


def corridor(line: Floats, width: float, tolerance: float = 0.4) -> Any:
    """Return the polygon of constant width along a line, mitred, with flat ends."""
    path = shapely.simplify(shapely.LineString(line), tolerance)
    return tidy(shapely.buffer(path, width / 2.0, cap_style="flat", join_style="mitre", mitre_limit=2.0), 0.0)


def tidy(shape: Any, tolerance: float) -> Any:
    """Return a valid polygon on the millimetre grid, simplified by `tolerance` metres."""
    shape = shapely.make_valid(shape)
    if tolerance:
        shape = shapely.simplify(shape, tolerance)
    return polygons(shapely.set_precision(shape, MM))


def polygons(shape: Any) -> Any:
    """Keep the polygons of a shape: one polygon, a multipolygon or an empty polygon."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    parts = parts[shapely.get_type_id(parts) == 3]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts) if len(parts) else shapely.Polygon()


def meander(line: Floats, amplitude: float, length: float, phases: Floats) -> Floats:
    """Push a line sideways by a sum of waves, so that it wanders like a river."""
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    waves = sum(
        np.sin(2 * np.pi * along / (length * ratio) + phase) * weight
        for ratio, weight, phase in zip((1.0, 1.73, 0.61), (1.0, 0.7, 0.35), phases, strict=True)
    )
    return line + normals(line) * (np.asarray(waves) * amplitude)[:, None]


def blob(centre: Floats, radii: tuple[float, float], angle: float, waves: Floats) -> Any:
    """Return a rounded, irregular patch; `waves` (k, 2) are amplitude and phase of each wave number."""
    turn = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    size = 1.0 + sum(a * np.sin((k + 2) * turn + p) for k, (a, p) in enumerate(waves))
    u, v = radii[0] * size * np.cos(turn), radii[1] * size * np.sin(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    return tidy(shapely.Polygon(np.c_[centre[0] + u * cos - v * sin, centre[1] + u * sin + v * cos]), 1.5)


def outline(frame: Frame, centre: Floats, radii: Floats, power: float, bumps: Floats) -> Any:
    """Return the county boundary: a rounded rectangle with bumps (k, 2: metres, phase)."""
    turn = np.linspace(0.0, 2 * np.pi, 1400, endpoint=False)
    reach = (np.abs(np.cos(turn)) ** power + np.abs(np.sin(turn)) ** power) ** (-1.0 / power)
    bump = sum(a * np.sin((k + 3) * turn + p) for k, (a, p) in enumerate(bumps))
    scale = reach[:, None] * radii + np.asarray(bump)[:, None]
    ring = centre + np.c_[np.cos(turn), np.sin(turn)] * scale
    margin = 2 * frame.cell
    low = np.asarray(frame.origin) + margin
    high = np.asarray(frame.origin) + np.asarray(frame.size) - margin
    return tidy(shapely.Polygon(np.clip(ring, low, high)), 6.0)
