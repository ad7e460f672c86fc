"""What was computed of shapes, known by what they are: whoever comes again is not computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.bytes_]


def _no_keys() -> Keys:
    return np.empty(0, "S16")


@dataclass
class Memo:
    """One number of each shape, by a digest of its coordinates.

    Parameters
    ----------
    keys : array of bytes
        Digests, ascending.
    values : float array
    asked : list
        Digests and numbers handed out: what is worth keeping for the next time.
    """

    keys: Keys = field(default_factory=_no_keys)
    values: Floats = field(default_factory=lambda: np.empty(0))
    asked: list[tuple[Keys, Floats]] = field(default_factory=list)

    def of(self, shapes: Geometries, compute: Callable[[Geometries], Floats]) -> Floats:
        """Return the number of every shape; `compute` is asked for those that are not known, each once."""
        keys = digests(shapes)
        place = np.minimum(np.searchsorted(self.keys, keys), max(len(self.keys) - 1, 0))
        known = self.keys[place] == keys if len(self.keys) else np.zeros(len(keys), bool)
        out = np.full(len(shapes), np.nan)
        out[known] = self.values[place[known]]
        new = np.flatnonzero(~known)
        _, first, row = np.unique(keys[new], return_index=True, return_inverse=True)
        out[new] = compute(shapes[new[first]])[row.ravel()]
        self.asked.append((keys, out))
        return out

    def kept(self) -> tuple[Keys, Floats]:
        """Return the digests and numbers that were handed out, ascending, each once."""
        if not self.asked:
            return self.keys, self.values
        keys, first = np.unique(np.concatenate([k for k, _ in self.asked]), return_index=True)
        return keys, np.concatenate([v for _, v in self.asked])[first]


def digests(shapes: Geometries) -> Keys:
    """Return a digest of the coordinates of each shape, as they are drawn; None has one too."""
    blobs = shapely.to_wkb(shapes)
    # the last byte is never 0: arrays of bytes drop those
    made = [hashlib.blake2b(blob or b"", digest_size=15).digest() + b"\1" for blob in blobs]
    return np.array(made, "S16")
