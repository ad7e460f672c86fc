"""Where idle land or a building lies, as a picture for the field sheet: fabric, buildings, roads, the asset in red.

Layers that are use-only are not drawn. North is up; a bar tells the scale.
"""

from __future__ import annotations

import io
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image, ImageDraw

from layers.library import kinds
from layers.outputs import fonts
from layers.study.run.results import Results

WIDTH, HEIGHT, OVER = 1640, 420, 2
"""Pixels of the picture, and of the drawing per pixel of the picture."""
AROUND = 0.9
"""Ground shown on each side, as a share of the asset's longer side."""
LEAST_M = 120.0
GROUND, EDGE, BUILDING, ROAD, RED = "#F4F2ED", "#CFC9BE", "#B8BEC7", "#8A8F98", "#D4131B"
SCALES_M = (1000, 500, 200, 100, 50, 20)

Shapes = npt.NDArray[np.object_]


def draw(results: Results, shape: Any) -> bytes | None:
    """Return the map around a shape (study CRS) as PNG, None for what has no ground."""
    if shape is None or shape.is_empty or shapely.get_dimensions(shape) != 2:
        return None
    plan = _Plan(shape)
    allowed = [s for s in results.study.layers if not s.use_only]
    if any(s.role == "parcels" for s in allowed):
        plan.fill(gpd.GeoDataFrame(results.table("parcels")).geometry.to_numpy(), GROUND, EDGE)
    for spec in allowed:
        shapes = results.layer_shapes(spec.id).geometry.to_numpy() if spec.role in ("building", "network") else None
        if shapes is not None and spec.role == "building":
            plan.fill(shapes, BUILDING, "#8E96A1")
        elif shapes is not None and kinds.is_way(spec.id, spec.title):
            plan.lines(shapes, ROAD, 3)
    plan.lines(np.array([shapely.boundary(shape)], object), RED, 5)
    return plan.png()


class _Plan:
    """A drawing around one shape."""

    def __init__(self, shape: Any):
        west, south, east, north = shape.bounds
        rim = max(AROUND * max(east - west, north - south), LEAST_M)
        wide, high = east - west + 2 * rim, north - south + 2 * rim
        self.metre = min(WIDTH * OVER / wide, HEIGHT * OVER / high)
        x, y = (west + east) / 2, (south + north) / 2
        half = (WIDTH * OVER / self.metre / 2, HEIGHT * OVER / self.metre / 2)
        self.view = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
        self.corner = (x - half[0], y + half[1])
        self.canvas = Image.new("RGB", (WIDTH * OVER, HEIGHT * OVER), "#FFFFFF")
        self.pen = ImageDraw.Draw(self.canvas)

    def fill(self, shapes: Shapes, colour: str, edge: str) -> None:
        """Fill polygons; larger ones first, so that what lies on them is seen."""
        parts = self._near(shapes)
        parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
        for part in parts[np.argsort(-shapely.area(parts), kind="stable")]:
            self.pen.polygon(self._pixels(part.exterior), fill=colour, outline=edge, width=OVER)

    def lines(self, shapes: Shapes, colour: str, width: int) -> None:
        """Draw lines."""
        for part in self._near(shapes):
            if shapely.get_dimensions(part) == 1:
                self.pen.line(self._pixels(part), fill=colour, width=width * OVER, joint="curve")

    def _near(self, shapes: Shapes) -> Shapes:
        those = shapes[shapely.intersects(shapes, self.view)]
        parts = shapely.get_parts(shapely.intersection(those, shapely.buffer(self.view, 20.0)))
        return np.asarray(parts[~shapely.is_empty(parts)], object)

    def _pixels(self, line: Any) -> list[tuple[float, float]]:
        xy = shapely.get_coordinates(line)
        return [((x - self.corner[0]) * self.metre, (self.corner[1] - y) * self.metre) for x, y in xy]

    def png(self) -> bytes:
        """Return the picture with its scale bar and its arrow to the north."""
        wide, high = self.canvas.size
        length = next((m for m in SCALES_M if m * self.metre <= wide / 5), SCALES_M[-1])
        x, y = 30 * OVER, high - 22 * OVER
        self.pen.rectangle((x - 12, y - 50, x + length * self.metre + 110, y + 24), fill="#FFFFFF")
        self.pen.line((x, y, x + length * self.metre, y), fill="#111827", width=4 * OVER)
        font = fonts.sized(15 * OVER)
        self.pen.text((x, y - 24 * OVER), f"{length} m", fill="#111827", font=font)
        east, top = wide - 34 * OVER, 16 * OVER
        arrow = ((0, 0), (11, 34), (0, 26), (-11, 34))
        self.pen.polygon([(east + a * OVER, top + b * OVER) for a, b in arrow], fill="#111827")
        self.pen.text((east, top + 46 * OVER), "N", fill="#111827", font=font, anchor="mm")
        self.pen.rectangle((0, 0, wide - 1, high - 1), outline="#9AA3AF", width=OVER)
        out = io.BytesIO()
        self.canvas.reduce(OVER).save(out, "PNG", optimize=True)
        return out.getvalue()
