"""Slope from elevation: Horn's third-order finite difference over the 3 × 3 neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def slope_pct(elevation_m: Floats, cell_x_m: float, cell_y_m: float) -> Floats:
    """Return the slope of each cell in percent.

    Parameters
    ----------
    elevation_m : float array, rows × columns
        Heights in metres; NaN is nodata.
    cell_x_m, cell_y_m : float
        Cell size in metres along columns and rows, positive.

    Returns
    -------
    float array of the same shape
        NaN for nodata cells, for cells with a nodata neighbour and along the border.

    Notes
    -----
    Source: B. K. P. Horn, Hill shading and the reflectance map, Proc. IEEE 69 (1981).
    """
    out = np.full(elevation_m.shape, np.nan)
    if min(elevation_m.shape) < 3:
        return out
    z = elevation_m
    west = z[:-2, :-2] + 2 * z[1:-1, :-2] + z[2:, :-2]
    east = z[:-2, 2:] + 2 * z[1:-1, 2:] + z[2:, 2:]
    north = z[:-2, :-2] + 2 * z[:-2, 1:-1] + z[:-2, 2:]
    south = z[2:, :-2] + 2 * z[2:, 1:-1] + z[2:, 2:]
    rise = np.hypot((east - west) / (8 * cell_x_m), (south - north) / (8 * cell_y_m))
    out[1:-1, 1:-1] = np.where(np.isnan(z[1:-1, 1:-1]), np.nan, 100 * rise)
    return out
