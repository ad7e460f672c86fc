"""Buildings as sites: how much floor stands empty, and what a project would find there.

A register says of a building how many floors or square metres are vacant, or says
nothing. What is not said is unknown: an interval from nothing to the whole building.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.area import AreaBasis
from geo.basis.layer import Geometries, Layer
from geo.basis.reason import reason
from geo.basis.tables import TABLES

Floats = npt.NDArray[np.float64]

PREFIX = "B-"
"""A building's site id is this and the id of the building, so it survives re-runs."""

NUMBERS = {
    "clear_height_m": "clear_height_m", "ground_height_m": "ground_height_m", "floor_load_kpa": "floor_load_kn_m2",
    "grid_m": "grid_m", "lifts": "lifts", "lift_t": "lift_t", "crane_t": "crane_t", "power_kva": "power_kva",
    "yard_m2": "yard_m2", "built_year": "built_year",
}  # fmt: skip
"""Column of the table: field of the register (kN/m² is kPa)."""

TEXTS = {"name": "name", "use": "use", "park_id": "park_id", "vacant_since": "vacant_since"}

YES, NO = frozenset({"是", "有", "1", "y", "yes", "true"}), frozenset({"否", "无", "0", "n", "no", "false"})
CLASSES = "甲乙丙丁戊"
"""Fire hazard classes of production (火灾危险性类别), most dangerous first."""

ROUNDING = 1.001
"""A vacant area this much above the floor area is rounding, not a contradiction."""


def building_sites(layer: Layer, basis: AreaBasis, crs: str) -> gpd.GeoDataFrame:
    """Return every building in which floor is, or may be, vacant: the table ``building_sites``.

    Parameters
    ----------
    layer : Layer
        Role building, study CRS (metres). Read are the attributes ``name use park_id floors
        footprint_m2 floor_area_m2 vacant_floors vacant_m2 vacant_since`` and those of
        `NUMBERS`, ``fire_class``, ``exhaust`` and ``dangerous_goods``; one the layer does not have is unknown.
    basis : AreaBasis
    crs : str

    Returns
    -------
    GeoDataFrame
        ``net_m2`` to ``net_hi_m2`` is the vacant floor area the register proves and the
        one it does not exclude: equal where it says so; 0 to the whole floor area (NaN:
        unbounded) where it says nothing, or contradicts itself (`reason` then tells).
        A layer without any field of vacancy gives no rows: nobody looked.
    """
    frame = gpd.GeoDataFrame(_columns(layer, basis), geometry="geometry", crs=crs)
    if not {"vacant_m2", "vacant_floors"} & set(layer.attributes):
        return frame.iloc[:0]
    # a net area that is not bounded above may be anything, so it stays on the list
    return frame[~(frame["net_hi_m2"] <= 0.0)].reset_index(drop=True)


def as_sites(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings as rows of the table ``sites``: one owner, no parcels, nothing left over."""
    own = [c for c in ("site_id", "net_m2", "net_hi_m2", "rect_length_m", "rect_width_m", "park_id") if c in buildings]
    out = gpd.GeoDataFrame(buildings[own], geometry=buildings.geometry.to_numpy(), crs=buildings.crs)
    return out.assign(kind="building", parcels=0, owners=1, min_width_m=out["rect_width_m"], remnant_m2=0.0)


def _columns(layer: Layer, basis: AreaBasis) -> dict[str, Any]:
    shapes = layer.shapes
    given = _Given(layer.attributes, len(shapes))
    plate = given.number("footprint_m2")
    plate = np.where(np.isfinite(plate), plate, np.where(_ground(shapes), basis.areas(shapes), np.nan))
    floors = given.number("floors")
    whole = given.number("floor_area_m2")
    whole = np.where(np.isfinite(whole), whole, plate * floors)
    net, net_hi, wrong = _vacant(given, plate, whole, layer.maybe)
    length, width = rectangle(shapes)
    ids = layer.ids.astype(str)
    columns: dict[str, Any] = {
        "site_id": np.array([PREFIX + i for i in ids], object), "building_id": ids.astype(object),
        "net_m2": net, "net_hi_m2": net_hi, "floor_area_m2": whole, "plate_m2": plate, "floors": floors,
        "vacant_floors": given.number("vacant_floors"), "rect_length_m": length, "rect_width_m": width,
        "fire_class": given.mapped("fire_class", fire_class), "exhaust": given.mapped("exhaust", yes_no),
        "dangerous_goods": given.mapped("dangerous_goods", yes_no),
        "reason": wrong,
    }  # fmt: skip
    columns |= {ours: given.number(theirs) for ours, theirs in NUMBERS.items()}
    columns |= {ours: given.text(theirs) for ours, theirs in TEXTS.items()}
    return {c.name: columns[c.name] for c in TABLES["building_sites"].columns if c.name in columns} | {
        "geometry": shapes
    }


class _Given:
    """The attributes of some shapes, whatever the file made of them."""

    def __init__(self, attributes: Mapping[str, npt.NDArray[Any]], count: int):
        self._attributes, self._count = attributes, count

    def number(self, name: str) -> Floats:
        """Return a field as numbers; NaN where it is missing, empty, negative or not a number."""
        if name not in self._attributes:
            return np.full(self._count, np.nan)
        values = pd.Series(self._attributes[name])
        found = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
        return np.where(found >= 0, found, np.nan)

    def text(self, name: str) -> npt.NDArray[np.object_]:
        """Return a field as text, "" where it is missing."""
        if name not in self._attributes:
            return np.full(self._count, "", object)
        values = pd.Series(self._attributes[name]).astype("object")
        return values.where(values.notna(), "").astype(str).str.strip().to_numpy(object)

    def mapped(self, name: str, turn: Callable[[str], str]) -> npt.NDArray[np.object_]:
        """Return a field turned, text by text."""
        return np.array([turn(t) for t in self.text(name)], object)


def yes_no(text: str) -> str:
    """Return "yes", "no", or "" for what is neither."""
    word = text.strip().casefold()
    return "yes" if word in YES else "no" if word in NO else ""


def fire_class(text: str) -> str:
    """Return the fire hazard class a text names (``丙类`` → ``丙``), "" for none or several."""
    named = [c for c in CLASSES if c in text]
    return named[0] if len(named) == 1 else ""


def _vacant(
    given: _Given, plate: Floats, whole: Floats, maybe: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats, npt.NDArray[np.object_]]:
    """Return the vacant floor area from … to, and what is wrong with what the register says of it."""
    stated, floors = given.number("vacant_m2"), given.number("vacant_floors")
    low = np.where(np.isfinite(stated), stated, plate * floors)
    known = np.isfinite(low)
    above = known & (low > whole * ROUNDING)
    # floors said to be vacant, and no area, or the other way round: one of them is wrong
    halves = np.isfinite(stated) & np.isfinite(floors) & ((stated > 0) != (floors > 0))
    wrong = np.full(len(low), "", object)
    for k in np.flatnonzero(halves):
        wrong[k] = reason("vacancy_contradicts", floors=float(floors[k]), area_m2=float(stated[k])).to_json()
    for k in np.flatnonzero(above):
        wrong[k] = reason("vacancy_above_floor", area_m2=float(low[k]), whole_m2=float(whole[k])).to_json()
    for k in np.flatnonzero(maybe):
        wrong[k] = reason("building_may_belong").to_json()
    agreed = known & ~above & ~halves
    return np.where(agreed & ~maybe, low, 0.0), np.where(agreed, low, whole), wrong


def _ground(shapes: Geometries) -> npt.NDArray[np.bool_]:
    return np.asarray((shapely.get_dimensions(shapes) == 2) & ~shapely.is_empty(shapes))


def rectangle(shapes: Geometries) -> tuple[Floats, Floats]:
    """Return length and width (m) of the least rectangle around each shape; NaN for what covers no ground."""
    length, width = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    solid = np.flatnonzero(_ground(shapes))
    if not len(solid):
        return length, width
    boxes = shapely.oriented_envelope(shapes[solid])
    corners = shapely.get_coordinates(boxes).reshape(len(solid), -1, 2)
    sides = np.hypot(*np.moveaxis(corners[:, 1:3] - corners[:, :2], -1, 0))
    length[solid], width[solid] = sides.max(axis=1), sides.min(axis=1)
    return length, width
