"""A site as a small picture: its outline among the land that may be assembled, with a scale."""

from __future__ import annotations

import io
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from PIL import Image, ImageDraw

from layers.serve.pages.sites import SiteView

PICTURE = (300, 190)
GROUND, LAND, LAND_LINE, SITE, SITE_LINE = "#F3F1EC", "#E1E8D8", "#B9C2AE", "#57B0BD", "#252E72"
OVER = 2


class _Frame:
    """Where metres of the study lie on the picture."""

    def __init__(self, bounds: tuple[float, float, float, float]):
        west, south, east, north = bounds
        self.size = (OVER * PICTURE[0], OVER * PICTURE[1])
        self.scale = 0.78 * min(self.size[0] / max(east - west, 1.0), self.size[1] / max(north - south, 1.0))
        self.centre = ((west + east) / 2, (south + north) / 2)

    def at(self, ring: Any) -> list[tuple[float, float]]:
        """Return the pixels of a ring."""
        xy = (np.asarray(ring.coords)[:, :2] - self.centre) * (self.scale, -self.scale)
        return [(float(x) + self.size[0] / 2, float(y) + self.size[1] / 2) for x, y in xy]

    @property
    def window(self) -> shapely.Polygon:
        """Ground the picture shows."""
        half = [side / 2 / self.scale for side in self.size]
        (x, y) = self.centre
        return shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])


def picture(shown: SiteView, site_id: str) -> bytes:
    """Return a site as PNG; land that may be assembled stands around it where the run knows it."""
    own = shown.site(site_id)["geometry"]
    frame = _Frame(own.bounds)
    image = Image.new("RGB", frame.size, GROUND)
    pen = ImageDraw.Draw(image)
    if shown.results.has("shape_ground"):
        land = gpd.GeoSeries(gpd.GeoDataFrame(shown.results.table("shape_ground")).geometry)
        for shape in land[land.intersects(frame.window)]:
            _draw(pen, frame, shape, (LAND, LAND_LINE, 1))
    _draw(pen, frame, own, (SITE, SITE_LINE, 4))
    _scale_bar(pen, frame)
    out = io.BytesIO()
    image.resize(PICTURE, Image.Resampling.LANCZOS).save(out, "PNG")
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, frame: _Frame, shape: Any, look: tuple[str, str, int]) -> None:
    fill, line, wide = look
    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon":
            continue
        for k, ring in enumerate((part.exterior, *part.interiors)):
            pixels = frame.at(ring)
            pen.polygon(pixels, fill=fill if k == 0 else GROUND)
            pen.line(pixels, fill=line, width=wide)


def _scale_bar(pen: ImageDraw.ImageDraw, frame: _Frame) -> None:
    """Draw a bar of 20, 50, 100 … metres that takes about a quarter of the picture."""
    room = frame.size[0] / 4 / frame.scale
    metres = max((m for m in (20, 50, 100, 200, 500, 1000, 2000, 5000) if m <= room), default=20)
    left, bottom = 20, frame.size[1] - 24
    pen.line([(left, bottom), (left + metres * frame.scale, bottom)], fill="#111827", width=4)
    pen.text((left, bottom - 30), f"{metres} m", fill="#111827", font_size=24)
