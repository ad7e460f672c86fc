"""Parcels as pictures: one raster of parcel numbers, one class byte per parcel.

Colouring is a table look-up, so a filter or a new run of the rules never reads,
sends or redraws a shape. Overview zooms are slices of a raster drawn once; deeper
zooms draw the few parcels under the tile.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image

from layers.serve.draw.mercator import TILE, Geometries, exists
from layers.serve.draw.rings import Frame, Polygons, fill

Rgba = tuple[int, int, int, int]
Numbers = npt.NDArray[np.int32]
SEAM_FROM, OUTLINE_FROM = 12, 15
RASTER_PIXELS = 12_000_000
"""The raster behind the overview zooms is drawn as fine as fits into this (48 MB)."""
RASTER_ZOOM = 16
STRIPES = 8  # pixels from one stripe of a hatch to the next; divides the tile


@dataclass(frozen=True)
class Ink:
    """How one class is painted; without `stripe` it is not hatched.

    `line` is the outline seen close up, `seam` what parts parcels in overviews.
    """

    fill: Rgba = (0, 0, 0, 0)
    line: Rgba = (0, 0, 0, 0)
    stripe: Rgba | None = None
    seam: Rgba | None = None


class Paint:
    """The inks of all classes as one table; class 0 is nothing and stays clear."""

    def __init__(self, inks: Sequence[Ink]):
        inks = [Ink(), *inks]
        self.count = len(inks)
        rows = [i.fill for i in inks] + [i.stripe or i.fill for i in inks]
        rows += [i.line for i in inks] + [i.seam or i.fill for i in inks]
        table = np.array(rows, np.float64)
        # colours are averaged where a pixel holds several, so they carry their weight
        table[:, :3] *= table[:, 3:] / 255.0
        # one number of four bytes per colour: a picture is a single look-up
        self.table = np.ascontiguousarray(np.rint(table).astype(np.uint8)).view(np.uint32).ravel()

    def png(self, classes: npt.NDArray[np.uint8], edges: npt.NDArray[np.bool_], over: int, near: bool) -> bytes:
        """Return the picture of a square of classes that is `over` times finer than a tile."""
        rows = classes + np.uint8(self.count) * _stripes(len(classes), over)
        rows = np.where(edges, classes + np.uint8((2 if near else 3) * self.count), rows)
        pixels = np.take(self.table, rows)
        image = Image.frombytes("RGBa", (len(classes), len(classes)), pixels.tobytes())
        return encoded(image.reduce(over).convert("RGBA"))


@cache
def _stripes(size: int, over: int) -> npt.NDArray[np.bool_]:
    across = np.arange(size) // over
    return (across[:, None] + across[None, :]) % STRIPES < 2


def encoded(image: Image.Image) -> bytes:
    """Return a picture as PNG bytes."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=2)
    return out.getvalue()


EMPTY = encoded(Image.new("RGBA", (TILE, TILE)))
"""The tile of a place where there is nothing."""


class ParcelTiles:
    """Tiles of parcels.

    Parameters
    ----------
    shapes : array of polygons and multipolygons in the unit square, or `Polygons` ready to be drawn
        Where parcels lie over one another the smaller one is seen, as a click finds it.
        Empty shapes are nowhere. Anything but polygons is not drawn.
    """

    def __init__(self, shapes: Geometries | Polygons):
        if not isinstance(shapes, Polygons):
            shapes = Polygons(shapes, np.argsort(-shapely.area(shapes), kind="stable"))
        self.count, self.polygons = shapes.count, shapes

    @cached_property
    def base(self) -> tuple[int, tuple[int, int], Numbers]:
        """Zoom, origin in pixels and parcel numbers of the raster behind the overview zooms."""
        bounds = self.polygons.bounds or (0.0, 0.0, 0.0, 0.0)
        area = max((bounds[2] - bounds[0]) * (bounds[3] - bounds[1]), 1e-18)
        zoom = min(int(math.log2(math.sqrt(RASTER_PIXELS / area) / TILE)), RASTER_ZOOM)
        scale = TILE * 2.0**zoom
        origin = (int(bounds[0] * scale) - 1, int(bounds[1] * scale) - 1)
        size = (int(bounds[2] * scale) - origin[0] + 2, int(bounds[3] * scale) - origin[1] + 2)
        return zoom, origin, self._drawn(Frame(scale, origin, size))

    def _drawn(self, frame: Frame) -> Numbers:
        """Return parcel numbers, counted from 1; 0 is no parcel."""
        image = Image.new("I", frame.size)
        for part in self.polygons.under(frame):
            fill(image, self.polygons.rings(part, frame), int(self.polygons.owner[part]) + 1)
        return np.asarray(image, np.int32)

    def numbers(self, z: int, x: int, y: int, over: int) -> Numbers:
        """Return the parcel numbers under a tile, `over` times finer, with one row above and one column before.

        Shape (256 · over + 1, 256 · over + 1).
        """
        level, size = z + int(math.log2(over)), TILE * over
        if level > self.base[0]:
            frame = Frame(TILE * 2.0**level, (x * size - 1, y * size - 1), (size + 1, size + 1))
            return self._drawn(frame)
        return self._slice(level, (x * size - 1, y * size - 1), size + 1)

    def _slice(self, level: int, origin: tuple[int, int], size: int) -> Numbers:
        zoom, (left, top), raster = self.base
        step = 2 ** (zoom - level)
        at = np.arange(size) * step + step // 2
        columns, rows = origin[0] * step + at - left, origin[1] * step + at - top
        in_rows, in_columns = (rows >= 0) & (rows < raster.shape[0]), (columns >= 0) & (columns < raster.shape[1])
        out = np.zeros((size, size), np.int32)
        out[np.ix_(in_rows, in_columns)] = raster[np.ix_(rows[in_rows], columns[in_columns])]
        return out

    def png(self, address: tuple[int, int, int], classes: npt.NDArray[np.uint8], paint: Paint) -> bytes:
        """Return one tile.

        Parameters
        ----------
        address : (z, x, y)
        classes : uint8 array, one per parcel
            0 hides a parcel, k paints it with ink k.
        paint : Paint
        """
        z = address[0]
        if not exists(*address) or not self._near(address):
            return EMPTY
        over = 4 if z + 2 <= self.base[0] else 2
        numbers = self.numbers(*address, over)
        lut = np.r_[np.uint8(0), classes]
        inner = numbers[1:, 1:]
        if not inner.any():
            return EMPTY
        near = z >= OUTLINE_FROM
        edges = _edges(numbers, lut, wide=over > 2 or z >= OUTLINE_FROM + 2)
        return paint.png(lut[inner], edges & (z >= SEAM_FROM), over, near)

    def _near(self, address: tuple[int, int, int]) -> bool:
        bounds, side = self.polygons.bounds, 2.0 ** -address[0]
        if bounds is None:
            return False
        left, top = address[1] * side, address[2] * side
        return left <= bounds[2] and top <= bounds[3] and left + side >= bounds[0] and top + side >= bounds[1]


def _edges(numbers: Numbers, lut: npt.NDArray[np.uint8], wide: bool) -> npt.NDArray[np.bool_]:
    """Tell where one parcel ends and another begins; hidden parcels have no outline."""
    here, above, before = numbers[1:, 1:], numbers[:-1, 1:], numbers[1:, :-1]
    edge: npt.NDArray[np.bool_] = (here != above) | (here != before)
    if wide:
        edge[:-1, :] |= here[:-1, :] != here[1:, :]
        edge[:, :-1] |= here[:, :-1] != here[:, 1:]
    return np.logical_and(edge, lut[here] > 0)
