"""Local parameters from an old datum (北京54、西安80 的当地参数): three or seven, as a survey office gives them.

The Bursa-Wolf formula moves geocentric coordinates. Offices and programs differ in the sign of the three rotations, so
the convention is part of what is accepted: ``datum:`` is the position vector (EPSG method 9606, PROJ ``+towgs84``),
``datum-cf:`` the coordinate frame (EPSG method 9607).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.crs import BoundCRS
from pyproj.crs.coordinate_operation import ToWGS84Transformation

from layers.sources.checks import plane_shift
from layers.sources.checks.plane_shift import PLANE, PlaneShift
from layers.sources.finding import Finding, finding

VECTOR, FRAME = "datum:", "datum-cf:"
"""Beginnings of the proposals: the parameters follow, ``datum:dx,dy,dz[,rx,ry,rz,ppm]``."""
GIVEN = (VECTOR, FRAME, PLANE)
"""Beginnings of all proposals that hold parameters."""
Points = npt.NDArray[np.float64]
COUNTS = (3, 7)
FARTHEST_M, TURN_SEC, SCALE_PPM = 2_000.0, 60.0, 200.0
"""Bounds of a shift between datums of one country; what is beyond was typed in another unit or order."""


@dataclass(frozen=True)
class Shift:
    """Parameters of a datum shift.

    Parameters
    ----------
    move_m : tuple of float
        Of the three geocentric axes, metres.
    turn_sec : tuple of float
        About them, seconds of arc, position vector.
    scale_ppm : float
        Millionths.
    text : str
        As people wrote it.
    """

    move_m: tuple[float, float, float]
    turn_sec: tuple[float, float, float]
    scale_ppm: float
    text: str

    def moved(self, xy: Points, source: pyproj.CRS, target: pyproj.CRS) -> Points:
        """Bring points from a system of the old datum into one of a datum of the satellite age.

        Parameters
        ----------
        xy : (n, 2) float array
            East and north, or longitude and latitude, of `source`.

        Returns
        -------
        (n, 2) float array
            Of `target`.
        """
        step = ToWGS84Transformation(source.geodetic_crs, *self.move_m, *self.turn_sec, self.scale_ppm)
        bound = BoundCRS(source, pyproj.CRS.from_epsg(4326), step)
        # the parameters lead to the datum of the target: which of the new ones is written in PROJ does not matter
        out = pyproj.Transformer.from_crs(bound, "EPSG:4326", always_xy=True)
        to = pyproj.Transformer.from_crs(target.geodetic_crs, target, always_xy=True)
        return np.column_stack(to.transform(*out.transform(xy[:, 0], xy[:, 1])))


def given(accept: Collection[str]) -> tuple[Shift | PlaneShift | None, list[Finding]]:
    """Return the parameters among what was accepted, and what is wrong with them; None where none are given."""
    told = [p for p in accept if p.startswith(GIVEN)]
    if not told:
        return None, []
    shift = _read(told[0]) if len(told) == 1 else None
    wrong = finding("block", "datum_parameters_wrong", given=told)
    return (shift, []) if shift is not None else (None, [wrong])


def _read(text: str) -> Shift | PlaneShift | None:
    if text.startswith(PLANE):
        return plane_shift.read(text)
    kind, _, numbers = text.partition(":")
    try:
        values = [float(v) for v in numbers.split(",")]
    except ValueError:
        return None
    if len(values) not in COUNTS or not np.isfinite(values).all():
        return None
    dx, dy, dz, rx, ry, rz, ppm = [*values, *[0.0] * (7 - len(values))]
    if max(map(abs, (dx, dy, dz))) > FARTHEST_M or max(map(abs, (rx, ry, rz))) > TURN_SEC or abs(ppm) > SCALE_PPM:
        return None
    sign = -1.0 if f"{kind}:" == FRAME else 1.0
    return Shift((dx, dy, dz), (sign * rx, sign * ry, sign * rz), ppm, text)
