"""Polygons ready for drawing at any scale, and the one way they are filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw

from layers.serve.draw.mercator import Geometries

Box = tuple[float, float, float, float]
Points = list[float]


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
    """Parts of polygons as flat coordinates; `owner` tells to which shape a part belongs."""

    def __init__(self, shapes: Geometries, order: npt.NDArray[np.intp] | None = None):
        """Take the parts of `shapes` apart; `order` ranks whole shapes, first drawn first."""
        parts, owner = shapely.get_parts(shapes, return_index=True)
        solid = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
        parts, owner = parts[solid], owner[solid]
        if order is not None:
            place = np.empty(len(shapes), np.intp)
            place[order] = np.arange(len(shapes))
            by_place = np.argsort(place[owner], kind="stable")
            parts, owner = parts[by_place], owner[by_place]
        self.owner: npt.NDArray[np.intp] = owner
        rings, of = shapely.get_rings(parts, return_index=True)
        self._xy = shapely.get_coordinates(rings)
        self._ring = np.r_[0, np.cumsum(shapely.get_num_coordinates(rings))].astype(np.intp)
        self._part = np.searchsorted(of, np.arange(len(parts) + 1))
        self._tree = shapely.STRtree(np.asarray(shapely.box(*shapely.bounds(parts).T) if len(parts) else parts, object))

    def __len__(self) -> int:
        return len(self.owner)

    @property
    def bounds(self) -> Box | None:
        """Bounds of everything, None when there is nothing."""
        if not len(self._xy):
            return None
        return (*self._xy.min(axis=0).tolist(), *self._xy.max(axis=0).tolist())

    def under(self, frame: Frame) -> npt.NDArray[np.intp]:
        """Return the parts that touch a window, in drawing order."""
        return np.sort(self._tree.query(shapely.box(*frame.box)))

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
