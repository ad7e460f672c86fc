"""Layers taken from web maps (GCJ-02, BD-09): told by corners they have in common with the parcels, never corrected."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pyproj
import shapely

from geo.basis import webmaps
from geo.measure.drift import FEW, HOME_SHARE, SHARE, Shapes, lying_on
from layers.sources.finding import Finding, finding

DEGREES = "EPSG:4490"
Move = Callable[[webmaps.Floats], webmaps.Floats]
SOME = 2_000
"""Features of a layer that are tried; more prove nothing more."""


def findings(areas: Shapes, parcels: Shapes, crs: str) -> list[Finding]:
    """Say that areas lie on the parcels once one of the two is taken for drawn on a web map.

    Parameters
    ----------
    areas, parcels : arrays of polygons
        In the study's system.
    crs : str
        That system.
    """
    if not len(areas) or not len(parcels):
        return []
    some = areas[np.unique(np.linspace(0, len(areas) - 1, min(len(areas), SOME)).astype(int))]
    # the layer is of a web map and goes back, or the parcels are and the layer goes where they are shown
    moves: dict[tuple[str, str], Move] = {
        ("layer_of_web_map", n): partial(webmaps.found_again, n) for n in webmaps.MAPS
    }
    moves |= {("parcels_of_web_map", n): draw for n, draw in webmaps.MAPS.items()}
    ways = [some, *(_moved(some, crs, move) for move in moves.values())]
    (at_home, looked), *tried = lying_on(ways, parcels)
    if at_home > HOME_SHARE * max(looked, 1):
        return []
    for ((code, name), (matched, count)), there in zip(zip(moves, tried, strict=True), ways[1:], strict=True):
        if count >= FEW and matched >= max(FEW, SHARE * count):
            far = float(np.median(shapely.distance(shapely.centroid(some), shapely.centroid(there))))
            return [finding("warn", code, map=name, distance_m=far, matched=matched, count=count)]
    return []


def _moved(shapes: Shapes, crs: str, move: Move) -> Shapes:
    """Return shapes moved by a function of longitude and latitude."""
    there = pyproj.Transformer.from_crs(crs, DEGREES, always_xy=True)

    def placed(xy: Any) -> Any:
        places = move(np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
        return np.column_stack(there.transform(places[:, 0], places[:, 1], direction="INVERSE"))

    out: Shapes = shapely.transform(shapes, placed)
    return out
