"""Areas that come out exactly: move one corner until a measured area meets its target.

Coordinates stay on the millimetre grid that every file format keeps. A corner first
moves along the direction that changes the area most (secant steps), then the grid
points around it are searched for the one nearest to the target.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from county.settings import Floats

Area = Callable[[Floats], float]
REACHES_MM = (14, 60, 200)
CLOSE_M2 = 0.004


def grid(points: Floats) -> Floats:
    """Round coordinates to the millimetre."""
    return np.round(np.asarray(points, dtype=float), 3)


def meet(area: Area, corner: Floats, target: float) -> Floats:
    """Return the position of a corner at which ``area(corner)`` is the target.

    Parameters
    ----------
    area : callable
        Square metres as a function of the corner's position.
    corner : array of shape (2,)
        Where to start.
    target : float
        Square metres.

    Raises
    ------
    ValueError
        The corner has no influence on the area, or the target is out of its reach.
    """
    slope = np.array([area(corner + d) - area(corner - d) for d in ([0.5, 0.0], [0.0, 0.5])])
    strength = float(np.hypot(*slope))
    if strength == 0.0:
        raise ValueError("the corner does not change the area")
    for _ in range(40):
        miss = target - area(corner)
        if abs(miss) < 1e-4 * strength:
            break
        corner = corner + slope / strength**2 * miss
    return _nearest(area, grid(corner), slope, target)


def _nearest(area: Area, corner: Floats, slope: Floats, target: float) -> Floats:
    """Search ever wider around a corner for the grid point whose area is nearest to the target."""
    best = corner
    for reach in REACHES_MM:
        span = np.arange(-reach, reach + 1) / 1000.0
        east, north = (a.ravel() for a in np.meshgrid(span, span))
        guess = np.abs(area(corner) + slope[0] * east + slope[1] * north - target)
        near = grid(np.c_[east, north] + corner)[np.argsort(guess, kind="stable")[:12]]
        best = min([best, *near], key=lambda p: abs(area(p) - target))
        if abs(area(best) - target) < CLOSE_M2:
            break
    return best


def turned(local: Floats, corner: Floats, angle_deg: float) -> Floats:
    """Bring points of a local frame (u right, v up, metres) onto the ground, on the millimetre grid."""
    a = np.deg2rad(angle_deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return grid(np.asarray(local, dtype=float) @ turn + corner)
