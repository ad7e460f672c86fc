"""Large arrays on disk instead of in memory, one copy for all visitors; the system keeps what is looked at."""

from __future__ import annotations

import tempfile
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

SMALL = 1_000_000
"""Bytes below which an array stays in memory: a county's own boxes are no reason for a file."""
BLOCK = 256
GRID = 1 << 15

Kind = TypeVar("Kind", bound=np.generic)
Box = tuple[float, float, float, float]
Bounds = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
"""Numbers of things, or places in an array."""


def on_disk(values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """Return the same numbers, mapped from a file without a name where they are many; it goes with the process."""
    if values.nbytes < SMALL:
        return values
    file = tempfile.TemporaryFile(prefix="luodi-map-")  # noqa: SIM115 - open as long as the map is
    made: npt.NDArray[Kind] = np.memmap(file, values.dtype, "w+", shape=values.shape)
    made[...] = values
    made.flags.writeable = False
    return made


class Boxes:
    """Bounds of many things, found by a window.

    They lie in the order of a curve that fills the plane, so that a block of them is a small window itself:
    a question looks at the blocks first, then into the few that are met.

    Parameters
    ----------
    bounds : float array, n × 4
        West, south, east, north (or left, top, right, bottom); NaN is nowhere.
    """

    def __init__(self, bounds: Bounds):
        here = np.flatnonzero(np.isfinite(bounds).all(axis=1)) if len(bounds) else np.array([], np.intp)
        known = bounds[here]
        order = np.argsort(_along_curve(known), kind="stable")
        self._place = on_disk(here[order])
        self._bounds = on_disk(np.ascontiguousarray(known[order]))
        starts = np.arange(0, len(here), BLOCK)
        low = np.minimum.reduceat(self._bounds[:, :2], starts, axis=0) if len(here) else np.empty((0, 2))
        high = np.maximum.reduceat(self._bounds[:, 2:], starts, axis=0) if len(here) else np.empty((0, 2))
        self._blocks = np.hstack([low, high])
        self.whole: Box | None = (*low.min(axis=0).tolist(), *high.max(axis=0).tolist()) if len(here) else None

    def query(self, window: Box) -> Places:
        """Return the places of those that touch a window, ascending."""
        blocks = np.flatnonzero(_touch(self._blocks, window))
        if not len(blocks):
            return np.array([], np.intp)
        rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel()
        rows = rows[rows < len(self._place)]
        return np.sort(self._place[rows[_touch(self._bounds[rows], window)]])


def _touch(bounds: Any, window: Box) -> npt.NDArray[np.bool_]:
    west, south, east, north = window
    found: npt.NDArray[np.bool_] = (
        (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    )
    return found


def _along_curve(bounds: Bounds) -> npt.NDArray[np.uint64]:
    """Return where the middle of each lies along a Z curve."""
    if not len(bounds):
        return np.array([], np.uint64)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    low, span = middle.min(axis=0), np.maximum(np.ptp(middle, axis=0), 1e-300)
    cell = np.minimum((middle - low) / span * GRID, GRID - 1).astype(np.uint64)
    return _spread(cell[:, 0]) | (_spread(cell[:, 1]) << np.uint64(1))


def _spread(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return numbers of 16 bits with a gap after every bit."""
    out = values
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        out = (out | (out << np.uint64(shift))) & np.uint64(mask)
    return out
