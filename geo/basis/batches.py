"""One number of each of many shapes, some shapes at a time: what is laid out on the way does not grow with them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from geo.basis.errors import LuodiError
from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
ROWS = 20_000
"""Shapes of a batch."""


def of_each(shapes: Geometries, act: Callable[[Geometries], Floats]) -> Floats:
    """Return what `act` says of every shape.

    Parameters
    ----------
    shapes : array of shapely geometries
    act : callable
        Returns a number of each of the shapes it is given, which depends on that shape alone.

    Raises
    ------
    LuodiError
        What `act` says of all shapes together, when it fails on some: rows are those of the whole.
    """
    if len(shapes) <= ROWS:
        return act(shapes)
    try:
        return np.concatenate([act(shapes[at : at + ROWS]) for at in range(0, len(shapes), ROWS)])
    except LuodiError:
        return act(shapes)
