"""Degrees into metres of the study for the map in the browser: a polynomial, fitted here and checked here.

Whatever the coordinate system of a study is, within some county it is a smooth function of
longitude and latitude; so the browser needs no library of projections.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj

REACH = 1.6
"""How far beyond the ground (its half side is 1) the polynomial holds."""
DEGREES = (3, 5, 7)
GOOD_M, USABLE_M = 0.02, 5.0

Array = npt.NDArray[np.float64]


def fitted(crs: Any, bounds: tuple[float, float, float, float]) -> dict[str, Any] | None:
    """Return the polynomial as the map takes it, None where none is near enough.

    Parameters
    ----------
    crs : anything pyproj reads
    bounds : (west, south, east, north)
        In degrees.
    """
    west, south, east, north = bounds
    lon, lat = (west + east) / 2, (south + north) / 2
    scale = max(east - west, north - south, 1e-4) / 2
    turn = pyproj.Transformer.from_crs(4326, crs, always_xy=True, only_best=False)
    (u, v), (x, y) = _grid(turn, lon, lat, scale, 17)
    (cu, cv), (cx, cy) = _grid(turn, lon, lat, scale, 12)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return None
    for degree in DEGREES:
        terms = _terms(u, v, degree)
        a, b = (np.linalg.lstsq(terms, values, rcond=None)[0] for values in (x, y))
        off = float(np.hypot(_terms(cu, cv, degree) @ a - cx, _terms(cu, cv, degree) @ b - cy).max())
        if off <= GOOD_M:
            break
    if off > USABLE_M:
        return None
    name = pyproj.CRS(crs)
    code = name.to_epsg()
    return {"name": f"EPSG:{code}" if code else name.name, "lon": lon, "lat": lat, "scale": scale, "degree": degree,
            "x": a.tolist(), "y": b.tolist(), "reach": REACH, "digits": 1 if off <= GOOD_M else 0}  # fmt: skip


def _grid(turn: pyproj.Transformer, lon: float, lat: float, scale: float, side: int) -> tuple[Any, Any]:
    line = np.linspace(-REACH, REACH, side)
    u, v = (g.ravel() for g in np.meshgrid(line, line))
    x, y = turn.transform(lon + u * scale, lat + v * scale)
    return (u, v), (np.asarray(x), np.asarray(y))


def _terms(u: Array, v: Array, degree: int) -> Array:
    return np.stack([u**i * v**j for i in range(degree + 1) for j in range(degree + 1 - i)], axis=1)
