"""Heights that cannot be ground: fills nobody declared, cliffs at the edge of one value, impossible slopes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layers.sources.finding import Finding, finding

FILL_SHARE = 0.001
"""A single value in so many cells may be a fill."""
JUMP, TIMES = 20.0, 5.0
"""Median step from a fill to the ground beside it: so high, and so many times a usual one; a lake ends with less."""
CLIFF_SHARE, CLIFF_PCT = 0.0005, 500.0
"""Slopes that no ground keeps up over so many cells."""

Values = npt.NDArray[np.float64]


def fills(heights: Values) -> list[Finding]:
    """Name the least or greatest value where it may stand for "no data".

    Parameters
    ----------
    heights : float array, rows × columns
        As stored, in metres or feet; NaN is nodata.
    """
    usual = np.concatenate([step[np.isfinite(step)] for step in _steps(heights)])
    least = max(JUMP, TIMES * float(np.quantile(usual, 0.9))) if len(usual) else JUMP
    size = max(int(np.isfinite(heights).sum()), 1)
    found = [v for v in _extremes(heights) if _edge(heights, v) >= least]
    return [
        finding("warn", "raster_sentinel", value=v, share=float((heights == v).sum()) / size, proposal=f"nodata:{v:g}")
        for v in found
    ]


def cliffs(heights: Values, cell_m: float) -> list[Finding]:
    """Say that slopes are steeper than ground can be: wrong unit of height, a fill, or a damaged file.

    Parameters
    ----------
    heights : float array, rows × columns
        Metres.
    cell_m : float
        True size of a cell.
    """
    steps = np.concatenate([step[np.isfinite(step)] for step in _steps(heights)]) / cell_m * 100
    share = float((steps > CLIFF_PCT).mean()) if len(steps) else 0.0
    if share < CLIFF_SHARE:
        return []
    return [finding("warn", "dem_cliffs", share=share, steepest_pct=float(steps.max()))]


def _steps(heights: Values) -> tuple[Values, Values]:
    return np.abs(np.diff(heights, axis=0)).ravel(), np.abs(np.diff(heights, axis=1)).ravel()


def _extremes(heights: Values) -> list[float]:
    """Return the least and the greatest height where many cells hold just that."""
    present = heights[np.isfinite(heights)]
    if len(present) == 0:
        return []
    ends = {float(present.min()), float(present.max())}
    return sorted(v for v in ends if (present == v).mean() >= FILL_SHARE and (present != v).any())


def _edge(heights: Values, value: float) -> float:
    """Return the median step from cells of one value to neighbours of another."""
    steps = []
    for one, two in ((heights[:-1], heights[1:]), (heights[:, :-1], heights[:, 1:])):
        border = (one == value) != (two == value)
        steps.append(np.abs(one - two)[border & np.isfinite(one) & np.isfinite(two)])
    found = np.concatenate(steps)
    return float(np.median(found)) if len(found) else 0.0
