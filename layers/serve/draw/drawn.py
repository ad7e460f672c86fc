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
MARGIN = 16  # pixels around a tile in which lines and dots still reach into it


@dataclass(frozen=True)
class Style:
    """How a layer is drawn; widths and radii in pixels of the screen at zoom 15 and deeper."""

    colour: tuple[int, int, int]
    fill: float = 0.22
    line: float = 1.5
    dot: float = 5.0


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
        ground, ink = self._masks(frame, min(1.0, 0.55 + 0.15 * max(z - 12, 0)) * OVER)
        if ground.getbbox() is None and ink.getbbox() is None:
            return EMPTY
        alpha = ImageChops.lighter(ground.point(lambda v: v * self.style.fill), ink.point(lambda v: v * 0.9))
        edge = MARGIN * OVER
        alpha = alpha.crop((edge, edge, edge + size, edge + size)).reduce(OVER)
        image = Image.new("RGBA", (TILE, TILE), (*self.style.colour, 0))
        image.putalpha(alpha)
        return encoded(image)

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
