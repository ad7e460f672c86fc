"""Sites and projects on the map: placed ground, name tags around it, and a line from each project to its site."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from layers.serve.draw.mapped import Bounds
from layers.serve.draw.mercator import lonlat, square_x, square_y, unit_square
from layers.serve.draw.places import corners

COLOURS = {
    "placed": "#12806A",
    "conditional": "#A8741A",
    "unplaced": "#B4432E",
    "unknown": "#6E64B0",
    "choice": "#0EA5C6",
}
"""Colour of a project's ground, tag and line by its status; `choice` is another site it could have."""
MARGIN = 0.12
"""Ground beside the county for the tags, as a share of its width."""
TAG_SHARE = 0.06
"""Height of a tag's row, as a share of the height of the view."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Call:
    """One project on the map: a tag beside the county and a line to its site.

    Parameters
    ----------
    project_id, text, status : str
    tag, site : (latitude, longitude)
    dashed : bool
        It does not stand there: the line only says where it would.
    """

    project_id: str
    text: str
    status: str
    tag: Point
    site: Point
    dashed: bool = False


@dataclass(frozen=True)
class Tagged:
    """What a project's tag says, of which kind it is, and the site its line leads to, dashed where it only would."""

    site: str
    text: str
    status: str
    dashed: bool = False


@dataclass(frozen=True)
class Fill:
    """One piece of ground: GeoJSON in longitude and latitude, and its kind."""

    shape: dict[str, Any]
    kind: str


@dataclass(frozen=True)
class Scene:
    """What the map of an answer shows; `dots` are projects without a tag: where each stands, and its kind."""

    fills: tuple[Fill, ...]
    cuts: tuple[dict[str, Any], ...]
    calls: tuple[Call, ...]
    bounds: Bounds
    colours: Mapping[str, str] = field(default_factory=lambda: COLOURS)
    dots: tuple[tuple[Point, str], ...] = ()


class SiteMap:
    """Ground of every site of a run: assembled land, buildings, red lines.

    Parameters
    ----------
    frames : iterable of GeoDataFrame
        ``site_id`` and geometry, study CRS.
    frame : (west, south, east, north) in the study CRS
        Ground the view must hold.
    """

    def __init__(self, frames: Iterable[gpd.GeoDataFrame], frame: tuple[float, float, float, float], crs: Any):
        self._shapes = {
            str(s): g for f in frames for s, g in zip(f["site_id"], f.geometry.to_numpy(), strict=True)
            if g is not None and not g.is_empty
        }  # fmt: skip
        self._crs = crs
        self._turn = pyproj.Transformer.from_crs(crs, 4326, always_xy=True, only_best=False)
        west, north, east, south = unit_square(np.array([shapely.box(*frame)], object), crs)[0].bounds
        margin = (east - west) * MARGIN
        self._bounds = west - margin, north, east + margin, south

    def has(self, site: str) -> bool:
        """Tell whether a site has ground."""
        return site in self._shapes

    @property
    def bounds(self) -> Bounds:
        """Corners of the county and the tags around it."""
        return corners(self._bounds)

    def fill(self, site: str, kind: str) -> Fill | None:
        """Return the ground of a site, None where it has none."""
        return None if site not in self._shapes else Fill(self._geojson(self._shapes[site]), kind)

    def cut(self, wkt: str) -> dict[str, Any] | None:
        """Return a cut line as GeoJSON, None for an empty one."""
        line = shapely.from_wkt(wkt) if wkt else None
        return None if line is None or line.is_empty else self._geojson(line)

    def _geojson(self, shape: Any) -> dict[str, Any]:
        turned = gpd.GeoSeries([shape], crs=self._crs).to_crs(4326)
        return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]

    def spot(self, site: str) -> Point:
        """Return latitude and longitude of a place on a site that has ground."""
        point = shapely.point_on_surface(self._shapes[site])
        lon, lat = self._turn.transform(point.x, point.y)
        return float(lat), float(lon)

    def calls(self, wanted: Mapping[str, Tagged]) -> tuple[Call, ...]:
        """Return tags and lines: each tag on the nearer side of the view, none over another."""
        west, north, east, south = self._bounds
        sides: dict[bool, list[tuple[float, str, Point]]] = {True: [], False: []}
        for project, tagged in wanted.items():
            if self.has(tagged.site):
                spot = self.spot(tagged.site)
                x, y = float(square_x(spot[1])), float(square_y(spot[0]))
                sides[x < (west + east) / 2].append((y, project, spot))
        out = []
        for left, calls in sides.items():
            places = _spread([y for y, _, _ in sorted(calls)], north, south)
            x = west + (east - west) * (0.1 if left else 0.9)
            for (_, project, spot), y in zip(sorted(calls), places, strict=True):
                lon, lat = lonlat(x, y)
                tagged = wanted[project]
                out.append(Call(project, tagged.text, tagged.status, (lat, lon), spot, tagged.dashed))
        return tuple(sorted(out, key=lambda c: c.project_id))


def _spread(wanted: list[float], top: float, bottom: float) -> list[float]:
    """Return rows near the wanted heights, at least one row apart, within the view."""
    row = (bottom - top) * TAG_SHARE
    out: list[float] = []
    for y in wanted:
        out.append(max(y, out[-1] + row if out else top + row))
    shift = max(out[-1] - (bottom - row), 0.0) if out else 0.0
    for k in range(len(out) - 1, -1, -1):
        limit = bottom - row * (len(out) - k)
        out[k] = min(out[k], limit) if shift else out[k]
    return out
