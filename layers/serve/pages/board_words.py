"""What the map says in words: the card of a parcel, names of places, and what a text looked for may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers.library import grounds, roles
from layers.library.standards import worded
from layers.outputs.plain import visible
from layers.serve.draw.mercator import lonlat, square_x, square_y, unit_square, zoom_for
from layers.serve.draw.places import MAP_PIXELS, View
from layers.study.run.results import Results
from layers.text import Language, both, code, land_unit, number, say

MOST_FOUND = 12
DEEPEST, POINT_ZOOM = 17, 16
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
TOWN = ("town", "works", "built")


@dataclass(frozen=True)
class NamedPlace:
    """A place with a name; `square` is its bounds in the square of the web map."""

    text: str
    kind: str
    square: tuple[float, float, float, float]
    at: tuple[float, float]
    weight: float = 0.0


class Words:
    """Names and cards of one run; made once for all visitors.

    Parameters
    ----------
    results : Results
    parcels : GeoDataFrame
        Table `parcels`.
    boxes : float array, n × 4
        Their bounds in the square of the web map, NaN where one is nowhere.
    """

    def __init__(self, results: Results, parcels: gpd.GeoDataFrame, boxes: npt.NDArray[np.float64]):
        self._results, self._parcels, self._boxes = results, parcels, boxes

    @cached_property
    def _found(self) -> pd.DataFrame:
        return self._results.table("candidates").set_index("parcel_id").reindex(self._parcels["parcel_id"])

    def card(self, k: int, language: Language) -> tuple[str, list[str]] | None:
        """Return what stands on the card of parcel k, None where there is none."""
        if not 0 <= k < len(self._parcels):
            return None
        row, state = self._parcels.iloc[k], self._found.iloc[k]
        unit = land_unit(language).word
        place = [str(v) for v in (row.get("township"), row.get("village")) if isinstance(v, str) and v]
        net, net_hi = state["net_m2"], state["net_hi_m2"]
        most = say("uimap.at_most", language, area=number(net_hi, unit, language)) if net_hi > net + 0.01 else ""
        lines = [
            code("status", str(state["status"]), language) if isinstance(state["status"], str) else "",
            worded(str(row["land_use_scheme"]), str(row["land_use"]), language),
            say("uimap.areas", language, gross=number(state["gross_m2"], unit, language),
                net=number(net, unit, language)) + most,
            " ".join(place),
        ]  # fmt: skip
        return str(row["parcel_id"]), [line for line in lines if line]

    # --- names ----------------------------------------------------------------------

    @cached_property
    def names(self) -> tuple[NamedPlace, ...]:
        """Every named place of the study: townships, villages, parks, and what a layer names."""
        return (*self._settled("township", 9.0), *self._settled("village", 3.0), *self._layers())

    def _settled(self, column: str, weight: float) -> Iterator[NamedPlace]:
        """Yield the places parcels are said to lie in, each where it is built up."""
        if column not in self._parcels:
            return
        told = self._parcels[column].fillna("").astype(str).to_numpy(object)
        bounds = self._boxes
        middle = np.column_stack([bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]]) / 2
        built = np.isin(self.uses, [k for k, look in enumerate(grounds.looks()) if look.id in TOWN])
        for name, rows in pd.Series(np.arange(len(told))).groupby(told):
            here = rows.to_numpy()[np.isfinite(middle[rows.to_numpy(), 0])]
            if not name or not len(here):
                continue
            own = here[built[here]] if built[here].any() else here
            at = np.median(middle[own], axis=0)
            nearest = own[np.argmin(((middle[own] - at) ** 2).sum(axis=1))]
            box = (*bounds[here, :2].min(axis=0).tolist(), *bounds[here, 2:].max(axis=0).tolist())
            yield NamedPlace(str(name), column, box, tuple(middle[nearest].tolist()), weight)

    @cached_property
    def uses(self) -> npt.NDArray[np.uint8]:
        """Place in `grounds.looks` of every parcel."""
        pairs = self._parcels[["land_use_scheme", "land_use"]].fillna("").astype(str)
        codes, found = pd.factorize(pd.MultiIndex.from_frame(pairs))
        table = np.array([grounds.place_of(scheme, use) for scheme, use in found] or [0], np.uint8)
        return np.asarray(table[codes], np.uint8)

    def _layers(self) -> Iterator[NamedPlace]:
        for spec in self._results.study.with_role(*roles.drawn()):
            if spec.role == "building" or not self._results.has(f"shape_{spec.id}"):
                continue
            shapes = self._results.layer_shapes(spec.id)
            if "name" not in shapes or not len(shapes):
                continue
            square = unit_square(shapes.geometry.to_numpy(), shapes.crs)
            for name, shape in zip(shapes["name"].fillna("").astype(str), square, strict=True):
                if name and not shape.is_empty:
                    at = shapely.point_on_surface(shape)
                    yield NamedPlace(name, spec.role, shape.bounds, (at.x, at.y), 8.0 if spec.role == "park" else 2.0)

    def labels(self) -> list[dict[str, Any]]:
        """Return the names as the map takes them."""
        looks = {"township": ("place", 0), "village": ("place", 13.5), "park": ("park", 0), "network": ("road", 13)}
        out = []
        for n in (*self.names, *self._sites()):
            kind, first = looks.get(n.kind, ("candidate" if n.kind == "site" else "road", 14.5))
            lon, lat = lonlat(*n.at)
            at = [round(lat, 7), round(lon, 7)]
            out.append({"at": at, "text": visible(n.text), "kind": kind, "from": first, "weight": n.weight})
        return out

    def _sites(self) -> Iterator[NamedPlace]:
        """Yield the assembled sites, best first."""
        if not self._results.has("sites"):
            return
        sites = gpd.GeoDataFrame(self._results.table("sites"))
        square = unit_square(sites.geometry.to_numpy(), sites.crs)
        for site, shape, area in zip(sites["site_id"], square, sites["net_m2"].astype(float), strict=True):
            if shape is not None and not shape.is_empty:
                at = shapely.point_on_surface(shape)
                yield NamedPlace(str(site), "site", shape.bounds, (at.x, at.y), min(area / 1e6, 1.0))

    # --- what is looked for ------------------------------------------------------------

    def find(self, text: str, language: Language) -> list[dict[str, Any]]:
        """Return what a text may mean: a coordinate, ids, names; the likeliest first."""
        wanted = text.strip().casefold()
        if not wanted:
            return []
        found = [*self._coordinate(wanted, language), *self._parcel(wanted, language)]
        named = [n for n in self.names if wanted in n.text.casefold()]
        for n in sorted(named, key=lambda n: (not n.text.casefold().startswith(wanted), -n.weight, n.text)):
            word = code("mapfind", n.kind, language)
            found.append({"title": visible(n.text), "kind": word, "id": "", "view": _view(n.square)})
        return found[:MOST_FOUND]

    def _parcel(self, wanted: str, language: Language) -> list[dict[str, Any]]:
        ids, folded = self._ids
        hits = np.flatnonzero(folded.str.contains(wanted, regex=False).to_numpy())
        exact = sorted(hits[:2000], key=lambda k: (folded.iloc[k] != wanted, not folded.iloc[k].endswith(wanted), k))
        return [
            {"title": visible(str(ids.iloc[k])), "kind": code("mapfind", "parcel", language), "id": str(ids.iloc[k]),
             "view": _view(tuple(self._boxes[k].tolist()))}
            for k in exact[:6] if np.isfinite(self._boxes[k]).all()
        ]  # fmt: skip

    @cached_property
    def _ids(self) -> tuple[pd.Series, pd.Series]:
        """Ids as they are written and as they are looked for."""
        ids = self._parcels["parcel_id"].astype(str)
        return ids, ids.str.casefold()

    def _coordinate(self, wanted: str, language: Language) -> list[dict[str, Any]]:
        """Read two numbers as degrees, or as metres of the study; either order."""
        numbers = [float(n) for n in _NUMBER.findall(wanted)]
        if len(numbers) != 2 or re.search(r"[^\d\s.,;，；+\-°xynebl:=()a-z]", wanted):
            return []
        out = []
        for a, b in (numbers, numbers[::-1]):
            for lon, lat, word in ((a, b, "degrees"), (*self._turned(a, b), "metres")):
                inside = self._inside(lon, lat)
                if inside:
                    out.append({"title": f"{lon:.6f}°, {lat:.6f}°", "kind": code("mapfind", word, language), "id": "",
                                "view": [lat, lon, POINT_ZOOM]})  # fmt: skip
        return out[:1]

    @cached_property
    def _turn(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs(self._parcels.crs, 4326, always_xy=True, only_best=False)

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        lon, lat = self._turn.transform(x, y)
        return float(lon), float(lat)

    @cached_property
    def _frame(self) -> tuple[float, ...] | None:
        """Bounds of all parcels, None where none lies anywhere."""
        if not np.isfinite(self._boxes).any():
            return None
        return (*np.nanmin(self._boxes[:, :2], axis=0), *np.nanmax(self._boxes[:, 2:], axis=0))

    def _inside(self, lon: float, lat: float) -> bool:
        if self._frame is None or not (np.isfinite(lon) and np.isfinite(lat) and abs(lat) < 85):
            return False
        west, north, east, south = self._frame
        x, y, room = float(square_x(lon)), float(square_y(lat)), (east - west) * 0.5
        return bool(west - room <= x <= east + room and north - room <= y <= south + room)

    def legend(self, language: Language) -> list[tuple[str, str]]:
        """Return colour and word of the kinds of ground that are there."""
        return [(look.colour, both(look.title, language)) for k, look in enumerate(grounds.looks()) if k in self._there]

    @cached_property
    def _there(self) -> frozenset[int]:
        """Kinds of ground some parcel has, by place in `grounds.looks`."""
        return frozenset(np.unique(self.uses).tolist())


def _view(square: tuple[float, float, float, float]) -> View:
    lon, lat = lonlat((square[0] + square[2]) / 2, (square[1] + square[3]) / 2)
    room = (int(MAP_PIXELS[0] * 0.9), int(MAP_PIXELS[1] * 0.9))
    return lat, lon, min(zoom_for(square, *room), DEEPEST)
