"""Many rows, some at a time: what is laid out on the way does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import LuodiError
from geo.basis.layer import Geometries

T = TypeVar("T")
Floats = npt.NDArray[np.float64]
ROWS = 20_000
"""Shapes of a batch."""


def in_batches(shapes: Geometries, act: Callable[[Geometries], T]) -> list[tuple[int, T]]:
    """Return what `act` makes of every batch of shapes, with the place of its first shape; there is always one.

    Raises
    ------
    LuodiError
        What `act` says of all shapes together, when it fails on some: rows are those of the whole.
    """
    if len(shapes) <= ROWS:
        return [(0, act(shapes))]
    try:
        return [(at, act(shapes[at : at + ROWS])) for at in range(0, len(shapes), ROWS)]
    except LuodiError:
        return [(0, act(shapes))]


def of_each(shapes: Geometries, act: Callable[[Geometries], Floats]) -> Floats:
    """Return what `act` says of every shape: a number of each, which depends on that shape alone (see `in_batches`)."""
    return np.concatenate([found for _, found in in_batches(shapes, act)])


def joined(parts: Iterable[Mapping[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Return tables that came in parts as whole ones, rows in the order they came in."""
    found: dict[str, list[pd.DataFrame]] = {}
    for part in parts:
        for name, frame in part.items():
            found.setdefault(name, []).append(frame)
    return {n: f[0] if len(f) == 1 else pd.concat(f, ignore_index=True) for n, f in found.items()}
