"""The square of the web map: tile addresses, and shapes of a study put into it.

The whole world is the unit square, (0, 0) in the north-west; zoom z cuts it into
2^z × 2^z tiles of 256 pixels.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely

TILE = 256
MAX_ZOOM = 20
Geometries = npt.NDArray[np.object_]


def unit_square(shapes: Geometries, crs: Any) -> Geometries:
    """Return the shapes in the unit square of the web map.

    Parameters
    ----------
    shapes : array of shapely geometries
        In `crs`; empty ones stay empty.
    crs : anything pyproj reads
    """
    return shapely.transform(shapely.force_2d(shapes), to_square(crs))


def to_square(crs: Any) -> Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]:
    """Return what turns coordinates of a system into places of the square."""
    turn = pyproj.Transformer.from_crs(crs, 4326, always_xy=True, only_best=False)

    def project(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lon, lat = turn.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([square_x(lon), square_y(lat)])

    return project


def square_x(lon: Any) -> Any:
    """Return the square's x of longitudes in degrees."""
    return (np.asarray(lon) + 180.0) / 360.0


def square_y(lat: Any) -> Any:
    """Return the square's y of latitudes in degrees; poles are cut off at 85.05°."""
    lat = np.radians(np.clip(lat, -85.05112878, 85.05112878))
    return (1.0 - np.arcsinh(np.tan(lat)) / math.pi) / 2.0


def square_lon(x: Any) -> Any:
    """Return longitudes in degrees of the square's x."""
    return np.asarray(x) * 360.0 - 180.0


def square_lat(y: Any) -> Any:
    """Return latitudes in degrees of the square's y."""
    return np.degrees(np.arctan(np.sinh(math.pi * (1.0 - 2.0 * np.asarray(y)))))


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Return longitude and latitude in degrees of a place in the square."""
    return float(square_lon(x)), float(square_lat(y))


def zoom_for(bounds: tuple[float, float, float, float], width: int, height: int) -> int:
    """Return the deepest whole zoom at which bounds of the square fit into so many pixels."""
    wide, high = max(bounds[2] - bounds[0], 1e-12), max(bounds[3] - bounds[1], 1e-12)
    room = min(width / (TILE * wide), height / (TILE * high))
    return int(min(max(math.floor(math.log2(room)), 0), MAX_ZOOM))


def exists(z: int, x: int, y: int) -> bool:
    """Tell whether the web map has a tile of this address (two zooms deeper for sharp screens)."""
    return 0 <= z <= MAX_ZOOM + 2 and 0 <= x < 2**z and 0 <= y < 2**z
