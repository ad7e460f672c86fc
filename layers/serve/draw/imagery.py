"""Images of the ground as tiles (影像底图): every pixel of a tile is looked up in the image, in its own system."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from PIL import Image

from layers.serve.draw.mercator import TILE, exists, square_lat, square_lon
from layers.serve.draw.published import Address
from layers.serve.draw.tiles import EMPTY, encoded

Floats = npt.NDArray[np.float64]

CONTROL = 17
"""Places along one side of a tile that are turned into the image's system; between them it is as good as straight."""
FINEST, COARSEST = 1, 3
"""How many cells of the image a pixel looks at along one side: more where the image is finer than the tile."""
SAMPLE = 400
"""Rows and columns looked at to see how bright an image is."""
DARK, BRIGHT = 2.0, 98.0
"""Percentiles drawn black and white where the values are no bytes."""


@dataclass(frozen=True)
class Picture:
    """An image that can be seen.

    Parameters
    ----------
    bands : three arrays (rows, columns)
        Red, green, blue; they may lie on disk. Values of any number type.
    valid : bool array (rows, columns)
        False where there is no image: the tile is clear there.
    transform : tuple of 6 floats
        As in `geo.basis.inputs.Raster`; north up.
    crs : anything pyproj reads
    """

    bands: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]
    valid: npt.NDArray[np.bool_]
    transform: tuple[float, float, float, float, float, float]
    crs: str


class ImageTiles:
    """Tiles of an image; nothing is kept but how bright it is."""

    def __init__(self, picture: Picture):
        self.picture = picture
        self._turn = pyproj.Transformer.from_crs(4326, picture.crs, always_xy=True, only_best=False)

    @cached_property
    def _range(self) -> tuple[Floats, Floats]:
        """What is drawn black and white, per band; bytes are drawn as they are."""
        if self.picture.bands[0].dtype == np.uint8:
            return np.zeros(3), np.full(3, 255.0)
        rows, columns = (slice(None, None, max(1, n // SAMPLE)) for n in self.picture.valid.shape)
        seen = np.asarray(self.picture.valid[rows, columns])
        values = [np.asarray(band[rows, columns], np.float64)[seen] for band in self.picture.bands]
        if not seen.any():
            return np.zeros(3), np.ones(3)
        low, high = (np.array([np.percentile(v, p) for v in values]) for p in (DARK, BRIGHT))
        return low, np.maximum(high, low + 1e-12)

    def png(self, address: Address) -> bytes:
        """Return one tile, clear where the image has nothing."""
        if not exists(*address):
            return EMPTY
        rows, columns = self._places(address)
        over = int(np.clip(round(max(np.ptp(rows), np.ptp(columns)) / TILE), FINEST, COARSEST))
        at_row, at_column = _finer(rows, TILE * over), _finer(columns, TILE * over)
        height, width = self.picture.valid.shape
        there = (at_row >= 0) & (at_row < height) & (at_column >= 0) & (at_column < width)
        if not there.any():
            return EMPTY
        return self._drawn(at_row, at_column, there, over)

    def _places(self, address: Address) -> tuple[Floats, Floats]:
        """Return row and column of the image, as fractions, under the control places of a tile."""
        z, x, y = address
        along = (np.arange(CONTROL) / (CONTROL - 1)) / 2.0**z
        across, down = np.meshgrid(x / 2.0**z + along, y / 2.0**z + along)
        east, north = self._turn.transform(square_lon(across), square_lat(down))
        a, _, west, _, e, top = self.picture.transform
        return (np.asarray(north) - top) / e, (np.asarray(east) - west) / a

    def _drawn(self, rows: Floats, columns: Floats, there: npt.NDArray[np.bool_], over: int) -> bytes:
        where = np.where(there, rows, 0).astype(np.intp), np.where(there, columns, 0).astype(np.intp)
        seen = there & self.picture.valid[where]
        low, high = self._range
        out = np.zeros((*seen.shape, 4), np.uint8)
        for k, band in enumerate(self.picture.bands):
            shade = (np.asarray(band[where], np.float64) - low[k]) / (high[k] - low[k]) * 255.0
            out[..., k] = np.where(seen, np.clip(np.nan_to_num(shade), 0.0, 255.0), 0.0).astype(np.uint8)
        out[..., 3] = np.where(seen, 255, 0)
        image = Image.frombytes("RGBa", seen.shape[::-1], out.tobytes())  # cells without an image weigh nothing
        return encoded((image.reduce(over) if over > 1 else image).convert("RGBA"))


def _finer(values: Floats, size: int) -> Floats:
    """Return values at the middle of `size` × `size` pixels between control places, by straight lines."""
    at = (np.arange(size) + 0.5) / size * (CONTROL - 1)
    low = np.minimum(at.astype(np.intp), CONTROL - 2)
    part = at - low
    across = values[:, low] * (1 - part) + values[:, low + 1] * part
    down: Floats = across[low] * (1 - part)[:, None] + across[low + 1] * part[:, None]
    return down
