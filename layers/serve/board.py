"""One run as a map: tiles of parcels and layers, and the parcel under a click."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from geo.screen.counterfactual import Change
from layers.serve.drawn import ShapeTiles, Style
from layers.serve.held import Held
from layers.serve.mercator import lonlat, unit_square, zoom_for
from layers.serve.published import SHELF, Address
from layers.serve.styles import STATUSES, css, layer_style, status_paint
from layers.serve.tiles import Ink, Paint, ParcelTiles
from layers.study.results import Results
from layers.whatif import desk

View = tuple[float, float, int]
DRAWN_ROLES = ("boundary", "constraint", "plan", "park", "network", "facility", "building", "redline")
FIRST_SHOWN = ("boundary", "park", "network")
MAP_PIXELS = (860, 470)
EDGE_M = 0.001  # turning degrees into metres moves a point less than this
PLAIN = Ink((226, 222, 213, 255), (203, 197, 186, 190), None, (240, 238, 232, 255))
"""Ground on which something else is looked at."""
NEAR_M = 1.0
"""A click this close to a parcel still means it: the width of the outline on the screen."""


@dataclass(frozen=True)
class DrawnLayer:
    """A layer that can be switched on the map; `title` is text of the user's, not yet escaped."""

    layer_id: str
    title: str
    role: str
    vintage: str
    colour: str
    outline_only: bool
    shown_first: bool
    url: str


class Board:
    """What the map of one run shows; built once per run and shared by all visitors."""

    def __init__(self, results: Results, name: str):
        self._results, self._name = results, name
        parcels = gpd.GeoDataFrame(results.table("parcels"))
        self.ids: npt.NDArray[np.object_] = parcels["parcel_id"].to_numpy(object)
        self._place = {parcel_id: k for k, parcel_id in enumerate(self.ids)}
        self._shapes = parcels.geometry.fillna(shapely.Polygon()).to_numpy()
        self._crs = parcels.crs
        self._square = unit_square(self._shapes, self._crs)
        self._area = shapely.area(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._tiles = ParcelTiles(self._square)
        self._classes = self._status_classes(results.table("candidates"))
        self._paint = status_paint()
        _ = self._tiles.base
        self._styles: dict[str, Style] = {}
        self._drawings: dict[str, ShapeTiles] = {}
        self._reading = threading.Lock()

    def _status_classes(self, found: pd.DataFrame) -> npt.NDArray[np.uint8]:
        status = found.set_index("parcel_id")["status"].reindex(self.ids)
        # a parcel without a state is drawn as unknown: never as nothing
        words = status.fillna("unknown").to_numpy(object)
        number = {word: k + 1 for k, word in enumerate(STATUSES)}
        return np.array([number[w] for w in words], np.uint8)

    def parcels_url(self, shown: Iterable[str] = STATUSES, found: pd.DataFrame | None = None) -> str:
        """Return the tile address of the parcels, with the statuses that are shown.

        Parameters
        ----------
        shown : iterable of str
        found : DataFrame or None
            ``parcel_id, status`` of a trial; None: as in the run. Equal answers share
            an address, whatever led to them.
        """
        wanted = [s in set(shown) for s in STATUSES]
        lut = np.r_[False, wanted]
        states = self._classes if found is None else self._status_classes(found)
        classes = np.where(lut[states], states, 0).astype(np.uint8)
        content = hashlib.sha256(classes.tobytes()).hexdigest()
        key = SHELF.put(f"{self._name}|parcels|{content}", lambda at: self._tiles.png(at, classes, self._paint))
        return _url(key)

    def ground_url(self) -> str:
        """Return the tile address of the parcels as plain ground, whatever their status."""
        classes, paint = np.ones(len(self.ids), np.uint8), Paint([PLAIN])
        return _url(SHELF.put(f"{self._name}|ground", lambda at: self._tiles.png(at, classes, paint)))

    @cached_property
    def _described(self) -> list[DrawnLayer]:
        out = []
        for place, spec in enumerate(self._results.study.with_role(*DRAWN_ROLES)):
            if not self._results.manifest["tables"].get(f"shape_{spec.id}", {}).get("rows"):
                continue
            style = layer_style(spec, place)
            self._styles[spec.id] = style
            shown = DrawnLayer(
                spec.id, spec.title or spec.id, spec.role, str(spec.vintage or ""), css(style.colour),
                style.fill == 0, spec.role in FIRST_SHOWN, "",
            )  # fmt: skip
            out.append(shown)
        return out

    def layers(self) -> list[DrawnLayer]:
        """Return the layers that have shapes to draw, each with its tile address; none is read yet."""
        out = []
        for layer in self._described:
            key = SHELF.put(f"{self._name}|layer|{layer.layer_id}", partial(self._layer_png, layer.layer_id))
            out.append(replace(layer, url=_url(key)))
        return out

    def _layer_png(self, layer_id: str, at: Address) -> bytes:
        with self._reading:
            tiles = self._drawings.get(layer_id)
            if tiles is None:
                shapes = self._results.layer_shapes(layer_id)
                square = unit_square(shapes.geometry.to_numpy(), shapes.crs)
                tiles = self._drawings[layer_id] = ShapeTiles(square, self._styles[layer_id])
        return tiles.png(at)

    def at(self, lon: float, lat: float) -> str | None:
        """Return the parcel under a place, the smallest where several are; None where there is none.

        A hole is not the parcel around it. On a shared edge the smaller neighbour is
        taken, always the same one. Ground within a metre of a parcel counts as the
        nearest one: outlines are drawn wider than that.
        """
        point = shapely.Point(self._to_study.transform(lon, lat))
        if not np.isfinite(shapely.get_coordinates(point)).all():
            return None
        hit = self._tree.query(point, predicate="dwithin", distance=EDGE_M)
        if not len(hit):
            near = self._tree.query(point, predicate="dwithin", distance=NEAR_M)
            return str(self.ids[near[np.argmin(shapely.distance(point, self._shapes[near]))]]) if len(near) else None
        return str(self.ids[hit[np.lexsort((hit, self._area[hit]))[0]]])

    @cached_property
    def _to_study(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(4326, self._crs, always_xy=True, only_best=False)

    def has(self, parcel_id: str) -> bool:
        """Tell whether the run knows this parcel."""
        return parcel_id in self._place

    def outline(self, parcel_id: str) -> dict[str, Any] | None:
        """Return a parcel as GeoJSON in longitude and latitude; None when it has no shape."""
        shape = self._shapes[self._place[parcel_id]]
        if shape.is_empty:
            return None
        return self._lonlat([shape])

    def left_after(self, parcel_id: str, change: Change) -> dict[str, Any] | None:
        """Return what a cut leaves of a parcel as GeoJSON in longitude and latitude; None when nothing is left."""
        parts = desk(self._results).drawn(parcel_id, change).geometry
        shapes = [shape for shape in parts if shape is not None and not shape.is_empty]
        return self._lonlat(shapes) if shapes else None

    def _lonlat(self, shapes: list[Any]) -> dict[str, Any]:
        turned = gpd.GeoSeries(shapes, crs=self._crs).to_crs(4326)
        return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]

    def view_of(self, parcel_id: str) -> View | None:
        """Return latitude, longitude and zoom at which a parcel is well seen."""
        shape = self._square[self._place[parcel_id]]
        return None if shape.is_empty else _view(shape.bounds, deepest=17)

    @property
    def home(self) -> View:
        """Latitude, longitude and zoom at which everything is seen."""
        return _view(self._tiles.polygons.bounds or (0.25, 0.25, 0.75, 0.75), deepest=18)


def _view(bounds: tuple[float, float, float, float], deepest: int) -> View:
    margin = (MAP_PIXELS[0] * 0.96, MAP_PIXELS[1] * 0.96)
    lon, lat = lonlat((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    return lat, lon, min(zoom_for(bounds, int(margin[0]), int(margin[1])), deepest)


def _url(key: str) -> str:
    return f"/tiles/{key}/{{z}}/{{x}}/{{y}}.png"


_boards: Held[Board] = Held(3)


def board(results: Results) -> Board:
    """Return the map of a run; the second visitor waits for the first instead of building it again."""
    tables = {name: results.manifest["tables"][name].get("sha256") for name in ("parcels", "candidates")}
    name = json.dumps([str(results.run), tables, results.manifest.get("written")], sort_keys=True)
    return _boards.get(name, lambda: Board(results, name))
