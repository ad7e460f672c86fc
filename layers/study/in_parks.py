"""The park a parcel lies in, by place: where the parcels do not say it themselves, the park layer does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.layer import Layer
from layers.sources.finding import Finding, finding
from layers.study.spec import Study

HALF = 0.5
"""Share of its ground above which a parcel is of a park: at most one park holds so much of it."""
SLIVER = 1e-3
"""Share up to which a parcel only touches a park."""


def by_place(
    parcels: gpd.GeoDataFrame, study: Study, layers: Mapping[str, Layer]
) -> tuple[npt.NDArray[np.object_], list[Finding]]:
    """Return the park of parcels that do not state it, and what is said of that; nothing of a use-only layer."""
    specs = study.with_role("park")
    ids, said = parks_of(parcels.geometry.to_numpy(), [layers[s.id] for s in specs])
    return ids, [] if any(s.use_only for s in specs) else said


def parks_of(shapes: npt.NDArray[np.object_], layers: Sequence[Layer]) -> tuple[npt.NDArray[np.object_], list[Finding]]:
    """Return the id of the park each parcel lies in with more than half of its ground, "" for none, and what is said.

    Parameters
    ----------
    shapes : array of polygons
        Parcels, study CRS.
    layers : sequence of Layer
        The layers of parks, field ``park_id``; one that was not read says nothing.
    """
    ids = np.full(len(shapes), "", object)
    touched = np.zeros(len(shapes), bool)
    for park, ground in _grounds(layers).items():
        shapely.prepare(ground)
        near = np.flatnonzero(shapely.intersects(shapes, ground))
        area = shapely.area(shapes[near])
        part = shapely.area(shapely.intersection(shapes[near], ground))
        share = np.divide(part, area, out=np.zeros(len(near)), where=area > 0.0)
        ids[near[share > HALF]] = park
        touched[near[share > SLIVER]] = True
    inside, cut = int((ids != "").sum()), int((touched & (ids == "")).sum())
    return ids, [finding("fixed", "parcels_in_parks", count=inside, cut=cut)] if inside or cut else []


def _grounds(layers: Sequence[Layer]) -> dict[str, Any]:
    out: dict[str, list[Any]] = {}
    for layer in (x for x in layers if x.state == "ok"):
        named = layer.attributes.get("park_id", layer.ids)
        for park, shape in zip(named, layer.shapes, strict=True):
            out.setdefault(str(park), []).append(shape)
    return {park: shapely.union_all(parts) for park, parts in sorted(out.items()) if park}
