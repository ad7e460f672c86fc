"""One red line as a map: present use around it, control lines, what is taken (hatched), the cut line."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from layers.ask.redline import THREE_LINES, RedlineAnswer
from layers.library import roles
from layers.library.standards import of_scheme
from layers.serve.draw.drawn import ShapeTiles
from layers.serve.draw.mapped import Bounds
from layers.serve.draw.mercator import Geometries, unit_square
from layers.serve.draw.places import corners
from layers.serve.draw.plane import fitted
from layers.serve.draw.published import SHELF, Draw
from layers.serve.draw.styles import css, layer_style, rgb
from layers.serve.draw.tiles import Ink, Paint, ParcelTiles, Rgba
from layers.serve.held import Held
from layers.serve.pages.board import DrawnLayer
from layers.study.layer_tables import window
from layers.study.run.layer_rows import rows_used

GROUPS = ("cultivated", "farm", "construction", "unused", "")
"""Groups of present use in the order of the legend; "" is ground whose use is not known."""

USE_COLOURS = {
    "cultivated": "#F0DE96",
    "farm": "#BFD6A4",
    "construction": "#E3B5A8",
    "unused": "#C9CCD6",
    "": "#EDEAF6",
}
TAKEN, LEFT, CUT, OUTLINE = "#B4232A", "#12806A", "#111827", "#D1105A"
ROOM = 0.1
"""Ground shown beside a red line, as a share of its longer side."""


@dataclass(frozen=True)
class RedlineMapData:
    """What the page hands to the map: addresses of pictures and a few lines in degrees."""

    name: str
    bounds: Bounds
    ground: str
    parts: str
    layers: tuple[DrawnLayer, ...]
    outline: dict[str, Any]
    cut: dict[str, Any] | None
    plane: dict[str, Any] | None


class RedlineMap:
    """Drawings of one check; shapes stay on the server."""

    def __init__(self, answer: RedlineAnswer, name: str):
        self._answer, self._name = answer, name
        self._crs = answer.check.study.crs
        self._plots = answer.plots.geometry.to_numpy()
        self._window = window(answer.plots)
        self._draws: dict[str, Draw] = {}
        self.drawing = threading.Lock()

    @cached_property
    def drawn(self) -> RedlineMapData:
        """Everything the map shows."""
        west, north, east, south = shapely.total_bounds(unit_square(self._plots, self._crs))
        room = max(east - west, south - north) * ROOM
        (s, w), (n, e) = around = corners((west - room, north - room, east + room, south + room))
        cut = self._answer.cut_line
        return RedlineMapData(
            self._name, around, self._ground(), self._parts(), tuple(self._layers()), self._degrees(self._plots),
            None if cut.is_empty else self._degrees([cut]), fitted(self._crs, (w, s, e, n)),
        )  # fmt: skip

    def publish(self) -> None:
        """Put the pictures on the shelf again: it forgets what nobody asked for."""
        for content, draw in self._draws.items():
            SHELF.put(content, draw)

    def _url(self, part: str, draw: Draw) -> str:
        content = f"{self._name}|{part}"
        self._draws[content] = draw
        return f"/tiles/{SHELF.put(content, draw)}/{{z}}/{{x}}/{{y}}.png"

    def _degrees(self, shapes: Any) -> dict[str, Any]:
        turned = gpd.GeoSeries(list(shapes), crs=self._crs).to_crs(4326)
        return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]

    def _near(self, shapes: Geometries) -> Any:
        """Return which shapes come near; they are clipped, for a road may cross the county."""
        return shapely.STRtree(shapes).query(self._window, predicate="intersects")

    def _clipped(self, shapes: Geometries) -> Geometries:
        cut = shapely.clip_by_rect(shapes, *self._window.bounds)
        return unit_square(np.asarray(cut, object), self._crs)

    def _ground(self) -> str:
        """Return the present use around the red line, "" where no parcels can be read."""
        shapes, groups = self._fabric()
        if not len(shapes):
            return ""
        near = self._near(shapes)
        place = {group: k + 1 for k, group in enumerate(GROUPS)}
        classes = np.array([place.get(groups[k], len(GROUPS)) for k in near], np.uint8)
        tiles = ParcelTiles(self._clipped(shapes[near]))
        paint = Paint([_ground_ink(group) for group in GROUPS])
        return self._url("ground", lambda at: tiles.png(at, classes, paint))

    def _fabric(self) -> tuple[Geometries, list[str]]:
        """Return the parcels around the red line and their groups, as the check read them."""
        check = self._answer.check
        spec = next(iter(check.study.with_role("parcels")), None)
        rows = rows_used(check, spec) if spec else None
        if rows is None:
            return np.array([], object), []
        return rows.shapes, _groups(rows.texts("land_use"), rows.texts("land_use_scheme"))

    def _parts(self) -> str:
        """Return what is left and, hatched, what is taken."""
        left = shapely.union_all(self._answer.land.geometry.to_numpy())
        taken = shapely.difference(shapely.union_all(self._plots), left)
        shapes = unit_square(np.array([_areas(left), _areas(taken)], object), self._crs)
        tiles, paint = ParcelTiles(shapes), Paint([_ink(LEFT, 46), _hatch(TAKEN)])
        classes = np.array([1, 2], np.uint8)
        return self._url("parts", lambda at: tiles.png(at, classes, paint))

    def _layers(self) -> list[DrawnLayer]:
        out = []
        for place, spec in enumerate(self._answer.check.study.with_role(*roles.drawn())):
            shapes = self._answer.check.layer_shapes(spec.id).geometry.to_numpy()
            near = self._near(shapes) if len(shapes) else []
            if not len(near):
                continue
            style = layer_style(spec, place)
            tiles = ShapeTiles(self._clipped(shapes[near]), style)
            url = self._url(f"layer|{spec.id}", tiles.png)
            first = spec.id in THREE_LINES or spec.role == "network"
            out.append(
                DrawnLayer(spec.id, spec.title or spec.id, spec.role, str(spec.vintage or ""), css(style.colour),
                           style.fill == 0, first, url, not spec.use_only, style.mark)
            )  # fmt: skip
        return out


def _groups(uses: Any, schemes: Any) -> list[str]:
    known: dict[tuple[str, str], str] = {}
    out = []
    for use, scheme in zip(uses, schemes, strict=True):
        pair = (str(use), str(scheme))
        if pair not in known:
            listed = of_scheme(pair[1])
            group = listed.group_of(pair[0]) if listed else None
            known[pair] = group.id if group else ""
        out.append(known[pair])
    return out


def _areas(shape: Any) -> Any:
    """Return the polygons of a shape; an overlay may leave lines beside them."""
    return shapely.multipolygons([p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"])


def _ground_ink(group: str) -> Ink:
    red, green, blue = rgb(USE_COLOURS[group])
    dark = (red * 78 // 100, green * 78 // 100, blue * 78 // 100, 170)
    white: Rgba = (255, 255, 255, 255)
    return Ink((red, green, blue, 255), dark, white if group == "" else None, (255, 255, 255, 120))


def _ink(colour: str, alpha: int) -> Ink:
    red, green, blue = rgb(colour)
    return Ink((red, green, blue, alpha), (red, green, blue, alpha), None, None)


def _hatch(colour: str) -> Ink:
    red, green, blue = rgb(colour)
    return Ink((red, green, blue, 60), (red, green, blue, 150), (red, green, blue, 235), None)


_maps: Held[RedlineMap] = Held(16)


def redline_map(answer: RedlineAnswer) -> RedlineMapData:
    """Return the map of an answer, drawn once for all visitors."""
    check = answer.check
    name = check.name("land")
    # by the very answer: one that is opened anew may be released differently
    found = _maps.get((name, id(answer)), lambda: RedlineMap(answer, name))
    with found.drawing:
        drawn = found.drawn
        found.publish()
        return drawn
