"""A layer that lies shifted as a whole (整体偏移): told by corners it has in common with the parcels of the study."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.measure.drift import Drift, drift
from layers.library import roles
from layers.sources.finding import Finding, finding
from layers.study import webmap
from layers.study.load import Home
from layers.study.placed import Loaded


def findings(item: Loaded, home: Home) -> list[Finding]:
    """Name a layer of areas that lies shifted against the parcels, with the vector that lays it on them.

    Parcels that come after the boundary are held against it; once they are in the study the boundary says so.
    """
    if item.spec.role not in roles.polygons() and item.spec.role != "constraint":
        return []
    areas = item.shapes[shapely.get_dimensions(item.shapes) == 2]
    if item.spec.role == "parcels":
        return _against_boundary(areas, item, home)
    # over little ground a web map shifts as a whole too: what it is comes before by how much
    if drawn := webmap.findings(areas, home.parcels, home.study.crs):
        return drawn
    found = drift(areas, home.parcels) if len(areas) else None
    if found is None:
        return []
    way = f"shift:{found.east_m:.1f},{found.north_m:.1f}"
    return [_told("layer_drifted", found, (found.east_m, found.north_m), proposal=way)]


def _against_boundary(parcels: Any, item: Loaded, home: Home) -> list[Finding]:
    edge = home.of("parcels")
    if edge is None or not len(parcels) or home.study.layer(item.spec.id) is not None:
        return []
    found = drift(np.array([edge], object), parcels)
    return [] if found is None else [_told("parcels_drifted", found, (-found.east_m, -found.north_m))]


def _told(code: str, found: Drift, way: tuple[float, float], proposal: str = "") -> Finding:
    values = {"distance_m": found.distance_m, "east_m": way[0], "north_m": way[1], "matched": found.matched}
    return finding("warn", code, proposal=proposal, count=found.looked_at, **values)
