"""Polygons ready for drawing at any scale, and the one way they are filled."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw

from layers.serve.draw.mercator import Geometries
from layers.serve.draw.stored import Box, Boxes, Places, on_disk

Points = list[float]
Coordinates = npt.NDArray[np.float64]
AT_ONCE = 1_000_000
"""Coordinates projected at once."""


@dataclass(frozen=True)
class Frame:
    """A window of the square seen at a scale: pixel = place × scale − origin."""

    scale: float
    origin: tuple[int, int]
    size: tuple[int, int]

    @property
    def box(self) -> Box:
        """The window's bounds in the square."""
        (x, y), (w, h) = self.origin, self.size
        return x / self.scale, y / self.scale, (x + w) / self.scale, (y + h) / self.scale

    def grown(self, pixels: int) -> Frame:
        """Return the window with a margin on every side."""
        (x, y), (w, h) = self.origin, self.size
        return Frame(self.scale, (x - pixels, y - pixels), (w + 2 * pixels, h + 2 * pixels))


class Polygons:
    """Parts of polygons as flat coordinates, on disk where they are many; `owner` tells whose part each is.

    Parameters
    ----------
    shapes : array of shapely geometries
        Anything but polygons is left out.
    order : int array or None
        Ranks whole shapes, first drawn first.
    """

    def __init__(self, shapes: Geometries, order: Places | None = None):
        parts, owner = shapely.get_parts(shapes, return_index=True)
        solid = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
        parts, self.owner = parts[solid], owner[solid]
        self.count = len(shapes)
        rings, of = shapely.get_rings(parts, return_index=True)
        self._ring: Places = np.r_[0, np.cumsum(shapely.get_num_coordinates(rings))].astype(np.intp)
        self._part: Places = np.searchsorted(of, np.arange(len(parts) + 1))
        self._lay(shapely.get_coordinates(rings), order)

    def turned(self, project: Callable[[Coordinates], Coordinates], order: Places) -> Polygons:
        """Return the same polygons with every coordinate projected; no shape is built for it."""
        made = Polygons.__new__(Polygons)
        made.count, made.owner, made._ring, made._part = self.count, self.owner, self._ring, self._part
        pieces = [project(self._xy[k : k + AT_ONCE]) for k in range(0, len(self._xy), AT_ONCE)]
        made._lay(np.concatenate(pieces) if pieces else self._xy, order)
        return made

    def _lay(self, xy: Coordinates, order: Places | None) -> None:
        self._xy = on_disk(xy)
        starts = self._ring[self._part[:-1]] if len(self) else np.array([], np.intp)
        none = np.empty((0, 2))
        low = np.minimum.reduceat(xy, starts, axis=0) if len(self) else none
        high = np.maximum.reduceat(xy, starts, axis=0) if len(self) else none
        self._bounds = on_disk(np.hstack([low, high]))
        self._boxes = Boxes(self._bounds)
        self._rank: Places | None = None
        if order is not None:
            place = np.empty(self.count, np.intp)
            place[order] = np.arange(self.count)
            self._rank = place[self.owner]

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def bounds(self) -> Box | None:
        """Bounds of everything, None when there is nothing."""
        return self._boxes.whole

    @cached_property
    def boxes(self) -> npt.NDArray[np.float64]:
        """Bounds of whole shapes, NaN where one is nowhere."""
        out = np.full((self.count, 4), np.nan)
        if len(self):
            first = np.flatnonzero(np.r_[True, np.diff(self.owner) > 0])
            out[self.owner[first], :2] = np.minimum.reduceat(self._bounds[:, :2], first, axis=0)
            out[self.owner[first], 2:] = np.maximum.reduceat(self._bounds[:, 2:], first, axis=0)
        return on_disk(out)

    def under(self, frame: Frame) -> Places:
        """Return the parts that touch a window, in drawing order."""
        found = self._boxes.query(frame.box)
        return found if self._rank is None else found[np.argsort(self._rank[found], kind="stable")]

    def touching(self, box: Box) -> Places:
        """Return the shapes whose bounds touch a box, ascending."""
        return np.unique(self.owner[self._boxes.query(box)])

    def shapes(self, numbers: Iterable[int]) -> Geometries:
        """Build some of the shapes again; one that is nowhere is an empty polygon."""
        return np.array([self._shape(k) for k in numbers], object)

    def _shape(self, number: int) -> Any:
        first, last = np.searchsorted(self.owner, [number, number + 1])
        parts = []
        for part in range(first, last):
            rings = [self._xy[self._ring[r] : self._ring[r + 1]] for r in range(self._part[part], self._part[part + 1])]
            parts.append(shapely.Polygon(rings[0], rings[1:]))
        return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts) if parts else shapely.Polygon()

    def rings(self, part: int, frame: Frame) -> list[Points]:
        """Return the shell and the holes of a part in pixels of the window."""
        out = []
        for ring in range(self._part[part], self._part[part + 1]):
            xy = self._xy[self._ring[ring] : self._ring[ring + 1]]
            out.append((xy * frame.scale - frame.origin).ravel().tolist())
        return out


def fill(image: Image.Image, rings: list[Points], value: int) -> None:
    """Fill a polygon; what lies in its holes stays as it was.

    A hole is never painted over: a block inside a ring road is drawn before the road
    when it is the larger of the two.
    """
    if len(rings) == 1:
        ImageDraw.Draw(image).polygon(rings[0], fill=value)
        return
    left, top, right, bottom = _window(rings[0], image.size)
    if left >= right or top >= bottom:
        return
    mask = Image.new("1", (right - left, bottom - top))
    pen = ImageDraw.Draw(mask)
    for k, ring in enumerate(rings):
        pen.polygon(_shifted(ring, left, top), fill=int(k == 0))
    image.paste(value, (left, top), mask)


def _window(shell: Points, size: tuple[int, int]) -> tuple[int, int, int, int]:
    xs, ys = shell[0::2], shell[1::2]
    return (
        max(int(min(xs)) - 1, 0), max(int(min(ys)) - 1, 0),
        min(int(max(xs)) + 2, size[0]), min(int(max(ys)) + 2, size[1]),
    )  # fmt: skip


def _shifted(ring: Points, left: int, top: int) -> Points:
    moved: Any = np.asarray(ring).reshape(-1, 2) - (left, top)
    return moved.ravel().tolist()  # type: ignore[no-any-return]
