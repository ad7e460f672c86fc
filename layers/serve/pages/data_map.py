"""The catalogue on a map: where each layer lies, and where the one that is picked is known to be whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.basis.errors import LuodiError
from layers.serve.draw.mapped import Bounds
from layers.serve.draw.plane import fitted
from layers.serve.held import Held
from layers.serve.pages.data_desk import LayerState
from layers.study import inspection
from layers.study.spec import Study

SIDES = 16
"""Pieces of each side of a box: a straight line of the study is none in degrees."""


@dataclass(frozen=True)
class Catalogue:
    """Where the layers of a study lie, as GeoJSON in longitude and latitude.

    Parameters
    ----------
    home : Bounds
        What holds them all.
    boxes : mapping of layer id to GeoJSON
        Extents; a layer without a place has none.
    plane : mapping or None
        `layers.serve.draw.plane.fitted`.
    """

    home: Bounds
    boxes: dict[str, dict[str, Any]]
    plane: dict[str, Any] | None


def catalogue(study: Study, layers: Sequence[LayerState]) -> Catalogue | None:
    """Return the extents of the layers of a study, None where none has a place."""
    lying = tuple((s.spec.id, s.lies) for s in layers if s.lies is not None)
    return _catalogues.get((study.crs, lying), lambda: _drawn(study.crs, lying)) if lying else None


Lying = tuple[tuple[str, tuple[float, float, float, float]], ...]
_catalogues: Held[Catalogue | None] = Held(8)


def _drawn(system: str, lying: Lying) -> Catalogue | None:
    shapes = [_box(lies) for _, lies in lying]
    turned = gpd.GeoSeries(shapes, crs=system).to_crs(4326)
    west, south, east, north = (float(v) for v in shapely.total_bounds(turned.to_numpy()))
    if not np.isfinite([west, south, east, north]).all():
        return None
    boxes = {layer: _json(turned.iloc[[k]]) for k, (layer, _) in enumerate(lying)}
    return Catalogue(((south, west), (north, east)), boxes, fitted(system, (west, south, east, north)))


def _box(lies: tuple[float, float, float, float]) -> Any:
    west, south, east, north = lies
    box = shapely.box(west, south, east, north)
    return shapely.segmentize(box, max(east - west, north - south, 1.0) / SIDES)


def _json(turned: gpd.GeoSeries) -> dict[str, Any]:
    return json.loads(turned.to_json(drop_id=True))  # type: ignore[no-any-return]


def covered(folder: Path, study: Study, layer: LayerState) -> dict[str, Any] | None:
    """Return where a layer is said to be whole, None where nobody said so or its area cannot be used.

    A layer that is complete is whole within the boundary, or within the parcels where there is none.
    """
    if not layer.covers or layer.spec.use_only or layer.spec.coverage == "unknown":
        return None
    declared = layer.spec.coverage
    file = (
        () if declared == "complete" else inspection.named(layer.spec.model_copy(update={"source": declared}), folder)
    )
    name = (declared, *file, *inspection.named_ground(study, folder))
    return _covered.get(name, partial(_area, declared, study, folder))


_covered: Held[dict[str, Any] | None] = Held(64)


def _area(declared: str, study: Study, folder: Path) -> dict[str, Any] | None:
    try:
        if declared == "complete":
            area = inspection.ground(study, folder).of("constraint")
        else:
            area = inspection.looked_at(declared, study, folder)
    except LuodiError:  # a file that cannot be read says so among the findings
        return None
    return None if area is None else _json(gpd.GeoSeries([area], crs=study.crs).to_crs(4326))
