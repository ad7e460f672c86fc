"""A shift in the plane (平面四参数): from the grid of an old datum to the same grid of the new one.

Survey offices give four numbers for one county: two moves, a turn and a scale, of coordinates without the number of the
zone. ``plane:north,east,turn,ppm`` is N' = north + k (N cos a - E sin a), E' = east + k (N sin a + E cos a), with
k = 1 + ppm / 1 000 000 and a in seconds of arc.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.crs import ProjectedCRS

PLANE = "plane:"
"""Beginning of the proposal: the parameters follow, ``plane:north,east,turn,ppm``."""
COUNT = 4
FARTHEST_M = 500.0
"""The old datums of China lie some 100 m from the new; what moves farther is of another place, order or unit."""
ZONE_M = 1_000_000.0
Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlaneShift:
    """The four parameters.

    Parameters
    ----------
    north_m, east_m : float
        Moves.
    turn_sec : float
        Seconds of arc.
    scale_ppm : float
        Millionths.
    text : str
        As people wrote it.
    """

    north_m: float
    east_m: float
    turn_sec: float
    scale_ppm: float
    text: str

    def moved(self, xy: Points, source: pyproj.CRS, target: pyproj.CRS) -> Points:
        """Bring points from a projected system of the old datum into one of the new; parameters as of `Shift.moved`."""
        same = ProjectedCRS(source.coordinate_operation, geodetic_crs=target.geodetic_crs)
        zone = np.floor(_false_easting(source) / ZONE_M) * ZONE_M
        a, k = np.radians(self.turn_sec / 3600.0), 1.0 + self.scale_ppm * 1e-6
        east, north = xy[:, 0] - zone, xy[:, 1]
        there_north = self.north_m + k * (north * np.cos(a) - east * np.sin(a))
        there_east = self.east_m + k * (north * np.sin(a) + east * np.cos(a)) + zone
        to = pyproj.Transformer.from_crs(same, target, always_xy=True)
        return np.column_stack(to.transform(there_east, there_north))


def _false_easting(source: pyproj.CRS) -> float:
    found = source.coordinate_operation
    return next((float(p.value) for p in found.params if p.name == "False easting"), 0.0) if found else 0.0


def read(text: str) -> PlaneShift | None:
    """Return the parameters a proposal holds; None where they are none."""
    try:
        values = [float(v) for v in text.removeprefix(PLANE).split(",")]
    except ValueError:
        return None
    if len(values) != COUNT or not np.isfinite(values).all():
        return None
    north_m, east_m, turn_sec, scale_ppm = values
    return PlaneShift(north_m, east_m, turn_sec, scale_ppm, text)


def too_far(shift: PlaneShift, box: tuple[float, float, float, float], source: pyproj.CRS, target: pyproj.CRS) -> float:
    """Return how far the parameters move a corner of a box, metres, where that is farther than they may; else 0."""
    west, south, east, north = box
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    plain = pyproj.Transformer.from_crs(source, target, always_xy=True, only_best=False)
    there = np.column_stack(plain.transform(corners[:, 0], corners[:, 1]))
    off = float(np.hypot(*(shift.moved(corners, source, target) - there).T).max())
    return 0.0 if off <= FARTHEST_M else off
