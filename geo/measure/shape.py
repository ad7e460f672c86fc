"""How wide and how compact a shape is, in the study CRS."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Geometries
from geo.basis.memo import Memo
from geo.measure.zones import quad_segments

FORGIVEN_M = 2e-3
"""So much narrower than asked for is still wide enough: the drawing is no finer."""

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WIDTH_TOLERANCE_M = 0.05
"""`widths` finds the largest circle within this of its radius."""


def table(shapes: Geometries, memo: Memo) -> pd.DataFrame:
    """Return ``width_m`` and ``compactness_share`` of each shape; NaN for shapes without area.

    Parameters
    ----------
    shapes : array of polygons
        Study CRS, metres.
    memo : Memo
        Widths that are known.

    Notes
    -----
    Both are facts of the drawing and carry no interval.
    """
    return pd.DataFrame({"width_m": memo.of(shapes, widths), "compactness_share": compactness(shapes)})


def widths(shapes: Geometries) -> Floats:
    """Return the diameter of the largest circle that fits into each shape, in metres.

    Parameters
    ----------
    shapes : array of polygons
        Study CRS, metres. Of several parts the widest counts. None, empty shapes and
        shapes without area give NaN.

    Notes
    -----
    Too small by at most twice `WIDTH_TOLERANCE_M` (a tenth of it for shapes narrower
    than a metre), never too large.
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, object), return_index=True)
    solid = shapely.area(parts) > 0
    parts, owner = parts[solid], owner[solid]
    reach = np.minimum(2 * shapely.area(parts) / shapely.length(parts), 1.0)  # no circle is much smaller
    radius = shapely.length(shapely.maximum_inscribed_circle(parts, tolerance=WIDTH_TOLERANCE_M * reach))
    out = np.full(len(shapes), np.nan)
    np.fmax.at(out, owner, 2 * radius)
    return out


def compactness(shapes: Geometries) -> Floats:
    """Return 4πA/P² of each shape, 1 for a circle; NaN for shapes without area."""
    area, length = shapely.area(shapes), shapely.length(shapes)
    with np.errstate(invalid="ignore", divide="ignore"):
        out: Floats = np.where(area > 0, 4 * np.pi * area / length**2, np.nan)
    return out


def wide_enough(shapes: Geometries, width_m: float) -> Bools:
    """Tell which shapes hold a part at least so wide: a circle of that diameter fits.

    Parameters
    ----------
    shapes : array of polygons
        Study CRS, metres. None and empty shapes are never wide enough.
    width_m : float
        0 asks for nothing but some area.

    Notes
    -----
    The largest circle settles all but the shapes within its tolerance of the limit; those
    are shrunk by half the width. Two millimetres are forgiven, so a strip 20 m wide is
    wide enough for 20 m.
    """
    solid: Bools = np.nan_to_num(shapely.area(shapes), nan=0.0) > 0
    if width_m <= 0:
        return solid
    found = widths(shapes)
    out: Bools = np.nan_to_num(found, nan=-1.0) >= width_m - FORGIVEN_M
    near = np.flatnonzero(~out & (found >= width_m - 2 * WIDTH_TOLERANCE_M - FORGIVEN_M))
    rest = shapely.buffer(shapes[near], (FORGIVEN_M - width_m) / 2, quad_segs=quad_segments(width_m / 2))
    out[near] = ~shapely.is_empty(rest)
    return out
