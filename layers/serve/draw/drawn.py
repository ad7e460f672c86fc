"""Constraint and context layers as pictures: translucent polygons, lines by width, dots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from PIL import Image, ImageChops, ImageDraw

from layers.serve.draw.mercator import TILE, Geometries, exists
from layers.serve.draw.rings import Frame, Polygons, fill
from layers.serve.draw.tiles import EMPTY, encoded

OVER = 2
HATCH, DASH = 9, 18
"""Pixels from one stripe of a hatch, or one gap of a dashed outline, to the next."""
STRIPE = 0.62
RIMS_FROM = 14
MARGIN = 16  # pixels around a tile in which lines and dots still reach into it


@dataclass(frozen=True)
class Style:
    """How a layer is drawn; widths and radii in pixels of the screen at zoom 15 and deeper."""

    colour: tuple[int, int, int]
    fill: float = 0.22
    line: float = 1.5
    dot: float = 5.0
    mark: str = "plain"
    """As in `layers.library.codelist.Look`: hatched, an outline of dashes, or a road with a rim."""


class ShapeTiles:
    """Tiles of one layer; shapes lie in the unit square."""

    def __init__(self, shapes: Geometries, style: Style):
        self.style = style
        parts = shapely.get_parts(shapes[~shapely.is_empty(shapes)] if len(shapes) else shapes)
        kinds = shapely.get_type_id(parts)
        self.polygons = Polygons(parts[kinds == 3])
        self.lines = parts[np.isin(kinds, (1, 2))]
        self.points = parts[kinds == 0]
        self._line_tree, self._point_tree = shapely.STRtree(self.lines), shapely.STRtree(self.points)

    def png(self, address: tuple[int, int, int]) -> bytes:
        """Return one tile of the layer."""
        z, x, y = address
        if not exists(z, x, y):
            return EMPTY
        size = TILE * OVER
        tile = Frame(size * 2.0**z, (x * size, y * size), (size, size))
        frame = tile.grown(MARGIN * OVER)
        ground, ink = self._masks(frame, _unit(z))
        if ground.getbbox() is None and ink.getbbox() is None:
            return EMPTY
        alpha = ImageChops.lighter(self._hatched(ground, frame), self._dashed(ink, frame).point(lambda v: v * 0.9))
        edge = MARGIN * OVER
        inner = (edge, edge, edge + size, edge + size)
        image = Image.new("RGBA", (TILE, TILE), (*self.style.colour, 0))
        image.putalpha(alpha.crop(inner).reduce(OVER))
        if self.style.mark == "road" and z >= RIMS_FROM:
            core = Image.new("RGBA", (TILE, TILE), (255, 255, 255, 0))
            core.putalpha(self._core(frame, z).crop(inner).reduce(OVER))
            image.alpha_composite(core)
        return encoded(image)

    def _hatched(self, ground: Image.Image, frame: Frame) -> Image.Image:
        """Return how strongly ground is covered: evenly, or by stripes that run on from tile to tile."""
        if self.style.mark not in ("rising", "falling"):
            return ground.point(lambda v: v * self.style.fill)
        across = _along(frame, -1 if self.style.mark == "falling" else 1) % (HATCH * OVER) < 2 * OVER
        share = np.where(across, STRIPE, self.style.fill / 2)
        return Image.fromarray((np.asarray(ground) * share).astype(np.uint8))

    def _dashed(self, ink: Image.Image, frame: Frame) -> Image.Image:
        if self.style.mark != "dashes":
            return ink
        # seen along either diagonal, whatever way a line runs it meets gaps
        gaps = (_along(frame, 1) % (DASH * OVER) < 4 * OVER) & (_along(frame, -1) % (DASH * OVER) < 8 * OVER)
        return Image.fromarray(np.where(gaps, 0, np.asarray(ink)).astype(np.uint8))

    def _core(self, frame: Frame, z: int) -> Image.Image:
        """Return the light inside of roads."""
        light = Image.new("L", frame.size)
        pen, width = ImageDraw.Draw(light), max(1, round(self.style.line * _unit(z) * 0.5))
        for k in self._line_tree.query(shapely.box(*frame.box)):
            pixels = (shapely.get_coordinates(self.lines[k]) * frame.scale - frame.origin).ravel().tolist()
            pen.line(pixels, fill=210, width=width, joint="curve")
        return light

    def _masks(self, frame: Frame, unit: float) -> tuple[Image.Image, Image.Image]:
        """Return where ground is covered and where lines or dots run."""
        ground, ink = Image.new("L", frame.size), Image.new("L", frame.size)
        pen, width = ImageDraw.Draw(ink), max(1, round(self.style.line * unit))
        for part in self.polygons.under(frame):
            rings = self.polygons.rings(part, frame)
            if self.style.fill:
                fill(ground, rings, 255)
            for ring in rings:
                pen.line(ring, fill=255, width=width, joint="curve" if width > 2 else None)
        window = shapely.box(*frame.box)
        for k in self._line_tree.query(window):
            pixels = (shapely.get_coordinates(self.lines[k]) * frame.scale - frame.origin).ravel().tolist()
            pen.line(pixels, fill=255, width=width, joint="curve" if width > 2 else None)
        for k in self._point_tree.query(window):
            place = shapely.get_coordinates(self.points[k])[0] * frame.scale - frame.origin
            pen.circle((float(place[0]), float(place[1])), self.style.dot * unit, fill=255)
        return ground, ink


def _unit(z: int) -> float:
    """Return pixels of a drawing per pixel of a line's width: lines grow with the zoom."""
    return min(1.0, 0.55 + 0.15 * max(z - 12, 0)) * OVER


def _along(frame: Frame, slope: int) -> np.ndarray:
    """Return where each pixel lies along a diagonal of the world, so that a pattern is one across all tiles."""
    x = (frame.origin[0] + np.arange(frame.size[0], dtype=np.int64))[None, :]
    y = (frame.origin[1] + np.arange(frame.size[1], dtype=np.int64))[:, None]
    return np.asarray(x + slope * y)
