"""Polygons on a map that can be clicked: where they are, which one is meant, how they are seen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely

from layers.serve.draw import numbered
from layers.serve.draw.mercator import lonlat, to_square, zoom_for
from layers.serve.draw.plane import fitted
from layers.serve.draw.rings import Polygons
from layers.serve.draw.tiles import ParcelTiles

View = tuple[float, float, int]
MAP_PIXELS = (860, 470)
EDGE_M = 0.001  # turning degrees into metres moves a point less than this
NEAR_M = 1.0
"""A click this close to a place still means it: the width of the outline on the screen."""


class Places:
    """Polygons by id.

    Parameters
    ----------
    ids : object array
    shapes : GeoSeries
        In the study CRS; a missing shape is nowhere.
    name : str
        Names the content: equal names, equal pictures.
    """

    def __init__(self, ids: npt.NDArray[np.object_], shapes: gpd.GeoSeries, name: str):
        self.ids, self._name = ids, name
        self._place = {name: k for k, name in enumerate(ids)}
        there = shapes.fillna(shapely.Polygon()).to_numpy()
        self._crs = shapes.crs
        self._polygons = Polygons(there)
        self._area = shapely.area(there)
        smallest_last = np.argsort(-self._area, kind="stable")
        self._tiles = ParcelTiles(self._polygons.turned(to_square(self._crs), smallest_last))
        _ = self._tiles.base

    def at(self, lon: float, lat: float) -> str | None:
        """Return the one under a point, the smallest where several are; None where there is none.

        A hole is not what lies around it. On a shared edge the smaller neighbour is
        taken, always the same one. Ground within a metre of one counts as the
        nearest one: outlines are drawn wider than that. Boxes are looked at first; only the
        shapes of the few that are near are built, and tested exactly.
        """
        point = shapely.Point(self._to_study.transform(lon, lat))
        if not np.isfinite(shapely.get_coordinates(point)).all():
            return None
        near = self._polygons.touching(point.buffer(NEAR_M).bounds)
        away = shapely.distance(point, self._polygons.shapes(near))
        hit = near[away <= EDGE_M]
        if len(hit):
            return str(self.ids[hit[np.lexsort((hit, self._area[hit]))[0]]])
        return str(self.ids[near[np.argmin(away)]]) if len(near) and away.min() <= NEAR_M else None

    @cached_property
    def _to_study(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(4326, self._crs, always_xy=True, only_best=False)

    @cached_property
    def ids_url(self) -> str:
        """Tile address of their numbers; a number is a place in `ids`."""
        return numbered.ids_url(self._tiles, self._name)

    def numbers(self, names: Iterable[str]) -> list[int]:
        """Return the places in `ids` of those that are there."""
        return [self._place[n] for n in names if n in self._place]

    def within(self, area: Any) -> npt.NDArray[np.intp]:
        """Return the numbers of those whose inner point lies in an area (longitude and latitude).

        A road or a river would else be taken whole wherever a box touches it.
        """
        turned = shapely.transform(area, lambda xy: np.column_stack(self._to_study.transform(xy[:, 0], xy[:, 1])))
        if not shapely.is_valid(turned):
            turned = shapely.make_valid(turned)
        near, shapes = self._near(turned.bounds)
        return near[shapely.intersects(turned, shapely.point_on_surface(shapes))]

    def _near(self, box: tuple[float, float, float, float]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
        near = self._polygons.touching(box)
        return near, self._polygons.shapes(near)

    def crossed(self, line: Any) -> npt.NDArray[np.intp]:
        """Return the numbers of those a line (longitude and latitude) crosses."""
        turned = shapely.transform(line, lambda xy: np.column_stack(self._to_study.transform(xy[:, 0], xy[:, 1])))
        near, shapes = self._near(turned.bounds)
        return near[shapely.intersects(turned, shapes)]

    def near(self, names: Iterable[str], metres: float) -> npt.NDArray[np.intp]:
        """Return the numbers of those within a distance of some, those included."""
        own = self._polygons.shapes(self.numbers(names))
        own = own[~shapely.is_empty(own)]
        if not len(own):
            return np.array([], np.intp)
        west, south, east, north = shapely.total_bounds(own)
        near, shapes = self._near((west - metres, south - metres, east + metres, north + metres))
        found = shapely.STRtree(shapes).query(own, predicate="dwithin", distance=metres)[1]
        return np.asarray(near[np.unique(found)], np.intp)

    @cached_property
    def plane(self) -> dict[str, Any] | None:
        """How the map turns degrees into metres of the study."""
        (south, west), (north, east) = self.bounds
        return fitted(self._crs, (west, south, east, north))

    @property
    def bounds(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """South-west and north-east corner of everything, as latitude and longitude."""
        return corners(self._tiles.polygons.bounds or (0.25, 0.25, 0.75, 0.75))

    def has(self, name: str) -> bool:
        """Tell whether there is one of that id."""
        return name in self._place

    def outline(self, name: str) -> dict[str, Any] | None:
        """Return one as GeoJSON in longitude and latitude; None when it has no shape."""
        shape = self._polygons.shapes([self._place[name]])[0]
        if shape.is_empty:
            return None
        return self._lonlat([shape])

    def _lonlat(self, shapes: list[Any]) -> dict[str, Any]:
        turned = gpd.GeoSeries(shapes, crs=self._crs).to_crs(4326)
        return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]

    def view_of(self, name: str) -> View | None:
        """Return latitude, longitude and zoom at which one is well seen."""
        box = tuple(self.boxes[self._place[name]].tolist())
        return _view(box, deepest=17) if np.isfinite(box).all() else None

    @property
    def boxes(self) -> npt.NDArray[np.float64]:
        """Bounds of each in the square of the web map, NaN where one is nowhere."""
        return self._tiles.polygons.boxes

    @property
    def home(self) -> View:
        """Latitude, longitude and zoom at which everything is seen."""
        return _view(self._tiles.polygons.bounds or (0.25, 0.25, 0.75, 0.75), deepest=18)


def _view(bounds: tuple[float, float, float, float], deepest: int) -> View:
    margin = (MAP_PIXELS[0] * 0.96, MAP_PIXELS[1] * 0.96)
    lon, lat = lonlat((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    return lat, lon, min(zoom_for(bounds, int(margin[0]), int(margin[1])), deepest)


def corners(square: tuple[float, float, float, float]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return bounds in the square as south-west and north-east corner, latitude and longitude."""
    (w, n), (e, s) = lonlat(square[0], square[1]), lonlat(square[2], square[3])
    return (s, w), (n, e)


def url_of(key: str) -> str:
    """Return the tile address of a drawing on the shelf."""
    return f"/tiles/{key}/{{z}}/{{x}}/{{y}}.png"
