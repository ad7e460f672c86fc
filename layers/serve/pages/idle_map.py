"""Idle land and buildings on the map: their ground, and a symbol on each; a click finds the one that is meant."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from PIL import Image, ImageDraw

from layers.serve.draw.drawn import OVER
from layers.serve.draw.idle_symbols import GROUPS, SYMBOLS, stamp
from layers.serve.draw.mapped import Bounds
from layers.serve.draw.mercator import TILE, exists, lonlat, unit_square, zoom_for
from layers.serve.draw.places import View, corners
from layers.serve.draw.published import SHELF
from layers.serve.draw.rings import Frame, Polygons, fill
from layers.serve.draw.styles import rgb
from layers.serve.draw.tiles import EMPTY, encoded

RADIUS, FAR_RADIUS, NEAR_FROM = 9.0, 6.5, 14
"""Symbols in pixels: close up and far off, and the zoom that parts the two."""
MARGIN = 16
HIT_M = 150.0
"""A click this close to the middle of an asset means it, when it lies on none."""


class IdleMap:
    """The assets of one day as pictures.

    Parameters
    ----------
    assets : GeoDataFrame
        Table ``idle``, study CRS; those without a place are not drawn.
    groups : sequence of str, aligned with `assets`
    name : str
        Names the content: equal names, equal pictures.
    """

    def __init__(self, assets: gpd.GeoDataFrame, groups: Iterable[str], name: str):
        shapes = assets.geometry.to_numpy()
        here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
        self._ids = assets["asset_id"].to_numpy(object)[here]
        self._groups = np.array(list(groups), object)[here]
        self._shapes, self._crs, self._name = shapes[here], assets.crs, name
        self._square = unit_square(self._shapes, assets.crs)
        self._middle = shapely.point_on_surface(self._square)
        self._points = shapely.point_on_surface(self._shapes)
        rank = {g: k for k, g in enumerate(GROUPS)}
        # the gravest is drawn last, so that nothing hides it
        self._order = np.array(sorted(range(len(self._ids)), key=lambda k: -rank[self._groups[k]]), np.intp)
        self._polygons = Polygons(self._square, self._order)
        self._tree = shapely.STRtree(self._middle)

    def url(self, shown: Iterable[str], only: Iterable[str] | None = None) -> str:
        """Return the tile address of the assets of some groups; of these assets only, where they are named."""
        seen = self._seen(shown, only)
        content = hashlib.sha256(f"{self._name}|{sorted(self._ids[seen])}".encode()).hexdigest()
        key = SHELF.put(f"idle|{content}", lambda at: self._png(at, seen))
        return f"/tiles/{key}/{{z}}/{{x}}/{{y}}.png"

    def _seen(self, shown: Iterable[str], only: Iterable[str] | None) -> npt.NDArray[np.bool_]:
        seen = np.isin(self._groups, list(shown))
        return seen if only is None else seen & np.isin(self._ids, list(only))

    def at(self, lon: float, lat: float, shown: Iterable[str], only: Iterable[str] | None = None) -> str | None:
        """Return the asset under a place, the smallest where several are; else one whose middle is near."""
        turn = pyproj.Transformer.from_crs(4326, self._crs, always_xy=True, only_best=False)
        point = shapely.Point(turn.transform(lon, lat))
        seen = self._seen(shown, only)
        if not seen.any() or not np.isfinite(shapely.get_coordinates(point)).all():
            return None
        inside = np.flatnonzero(seen & shapely.intersects(self._shapes, point))
        if len(inside):
            return str(self._ids[inside[np.argmin(shapely.area(self._shapes[inside]))]])
        away = np.where(seen, shapely.distance(self._points, point), np.inf)
        nearest = int(np.argmin(away))
        return str(self._ids[nearest]) if away[nearest] <= HIT_M else None

    def has(self, asset: str) -> bool:
        """Tell whether an asset has a place."""
        return asset in set(self._ids)

    def outline(self, asset: str) -> dict[str, Any] | None:
        """Return an asset as GeoJSON in longitude and latitude, None when it has no place."""
        which = np.flatnonzero(self._ids == asset)
        if not len(which):
            return None
        turned = gpd.GeoSeries(self._shapes[which], crs=self._crs).to_crs(4326)
        return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]

    def view_of(self, asset: str, pixels: tuple[int, int]) -> View | None:
        """Return latitude, longitude and zoom at which an asset is well seen."""
        which = np.flatnonzero(self._ids == asset)
        return None if not len(which) else _view(self._square[which[0]].bounds, pixels, 16)

    def home(self, pixels: tuple[int, int]) -> View | None:
        """Return the view that holds every asset, None when none has a place."""
        return _view(tuple(shapely.total_bounds(self._square)), pixels, 16) if len(self._ids) else None

    @property
    def bounds(self) -> Bounds | None:
        """Corners that hold every asset, None when none has a place."""
        return corners(tuple(shapely.total_bounds(self._square))) if len(self._ids) else None

    # --- pictures -----------------------------------------------------------------

    def _png(self, address: tuple[int, int, int], seen: npt.NDArray[np.bool_]) -> bytes:
        z, x, y = address
        if not exists(z, x, y):
            return EMPTY
        size = TILE * OVER
        frame = Frame(size * 2.0**z, (x * size, y * size), (size, size)).grown(MARGIN * OVER)
        image = Image.new("RGBA", frame.size)
        self._ground(image, frame, seen)
        self._stamps(image, frame, seen, (RADIUS if z >= NEAR_FROM else FAR_RADIUS) * OVER)
        if image.getbbox() is None:
            return EMPTY
        edge = MARGIN * OVER
        return encoded(image.crop((edge, edge, edge + size, edge + size)).reduce(OVER))

    def _ground(self, image: Image.Image, frame: Frame, seen: npt.NDArray[np.bool_]) -> None:
        """Fill the ground of assets faintly and draw its edge."""
        for part in self._polygons.under(frame):
            group = self._groups[self._polygons.owner[part]]
            if not seen[self._polygons.owner[part]]:
                continue
            rings = self._polygons.rings(part, frame)
            mask = Image.new("L", frame.size)
            fill(mask, rings, 90 if group != "calm" else 40)
            pen = ImageDraw.Draw(mask)
            for ring in rings:
                pen.line(ring, fill=230 if group != "calm" else 110, width=OVER * 2 if group != "calm" else OVER)
            layer = Image.new("RGBA", frame.size, (*rgb(SYMBOLS[group].colour), 0))
            layer.putalpha(mask)
            image.alpha_composite(layer)

    def _stamps(self, image: Image.Image, frame: Frame, seen: npt.NDArray[np.bool_], radius: float) -> None:
        pen = ImageDraw.Draw(image)
        near = set(self._tree.query(shapely.box(*frame.box)).tolist())
        for k in self._order:
            if k in near and seen[k]:
                x, y = shapely.get_coordinates(self._middle[k])[0] * frame.scale - frame.origin
                stamp(pen, self._groups[k], (float(x), float(y)), radius)


def _view(bounds: tuple[float, ...], pixels: tuple[int, int], deepest: int) -> View:
    left, top, right, bottom = bounds
    lon, lat = lonlat((left + right) / 2, (top + bottom) / 2)
    wide, high = int(pixels[0] * 0.94), int(pixels[1] * 0.94)
    return lat, lon, min(zoom_for((left, top, right, bottom), wide, high), deepest)
