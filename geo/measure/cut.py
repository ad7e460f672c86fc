"""Net shapes: what the cutting rules leave of each parcel, part by part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.area import AreaBasis
from geo.basis.batches import of_each
from geo.basis.layer import Geometries, Layer, Zone
from geo.basis.progress import Progress, steps
from geo.measure import robust, zones
from geo.measure.local import Local, local
from geo.measure.robust import RESOLUTION_M2
from geo.measure.shape import wide_enough
from geo.measure.spikes import spikeless
from geo.measure.subdivide import Near

__all__ = ["land", "wide_enough"]


@dataclass(frozen=True, order=True)
class Taken:
    """Ground a rule takes: of a zone, or with `outside` all but the zone, where the zone is without `minus`."""

    zone: Zone
    outside: bool = False
    minus: tuple[Zone, ...] = ()

    @property
    def part(self) -> str:
        """What of the layer it is, "" for all of it: classes and the layers left out."""
        return self.zone.part.name + "".join(f"-{zone.zone_id}" for zone in self.minus)


def land(
    parcels: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    taken: Sequence[Taken],
    basis: AreaBasis,
    progress: Progress,
) -> gpd.GeoDataFrame:
    """Return the table `land`: the parts of each parcel that nothing surely takes.

    Parameters
    ----------
    parcels : GeoDataFrame
        With ``parcel_id``, study CRS.
    layers : mapping of layer id to Layer
    taken : sequence of Taken
        What to take out, one after another.
    basis : AreaBasis
    progress : Progress
        Told once per zone.

    Returns
    -------
    GeoDataFrame
        One row per part, numbered 1… by area from the largest. Shapes in the study CRS,
        ``net_m2`` on the area basis. A parcel of which nothing is left has no row.

    Notes
    -----
    Only what is proved is taken: ground that may or may not be in a zone stays, as it does
    in ``net_hi_m2``. A layer that is missing, or an overlay that failed, takes nothing.
    """
    shapes = robust.polygonal(parcels.geometry.to_numpy()).copy()
    for one in steps(tuple(taken), "land", progress):
        found = _of(shapes, layers, one)
        shapes = shapes if found is None else _less(shapes, found)
    return _parts(parcels["parcel_id"].to_numpy(object), shapes, parcels.crs, basis)


def shares(shapes: Geometries, layers: Mapping[str, Layer], one: Taken) -> Geometries | None:
    """Return what of each shape is surely taken, empty where nothing is; None where the layer tells nothing."""
    found = _of(shapes, layers, one)
    return None if found is None else _shared(shapes, found)


def _of(shapes: Geometries, layers: Mapping[str, Layer], one: Taken) -> Local | None:
    near = Near(shapes)
    ground = _ground(layers, one.zone, near)
    if ground is None:
        return None
    others = [_ground(layers, zone, near) for zone in one.minus]
    return _outside(shapes, ground, others) if one.outside else _inside(shapes, ground, others)


Known = zones.Ground | None


def _ground(layers: Mapping[str, Layer], zone: Zone, near: Near) -> Known:
    """Return the ground of a zone near shapes, None where its layer is missing or could not be used."""
    if zone.layer_id not in layers:
        return None
    found = zones.ground(layers[zone.layer_id], zone)
    return zones.ready(found, lambda polygons: polygons, near) if found.state == "ok" else None


def _inside(shapes: Geometries, ground: zones.Ground, minus: Sequence[Known]) -> Local:
    """Return what of the shapes surely lies in the zone and in nothing that is left out of it."""
    found = local(shapes, ground.found)
    if not minus:
        return found
    parts = _shared(shapes, found)
    for other in minus:
        parts = _beyond(parts, other)
    return _as_local(shapes, parts)


def _outside(shapes: Geometries, ground: zones.Ground, minus: Sequence[Known]) -> Local:
    """Return what of the shapes is known and neither is nor may be in the zone, or surely is left out of it."""
    beyond = _beyond(shapes, ground)
    if not minus:
        return _as_local(shapes, beyond)
    taken = [beyond, *(_shared(shapes, local(shapes, other.found)) for other in minus if other is not None)]
    united: Geometries = np.asarray(shapely.union_all(np.stack(taken), axis=0), object)
    return _as_local(shapes, robust.polygonal(united))


def _shared(shapes: Geometries, found: Local) -> Geometries:
    """Return what is covered of each shape as a polygon, empty where nothing is or the overlay failed."""
    out = np.full(len(shapes), shapely.Polygon(), object)
    out[found.whole] = shapes[found.whole]
    out[found.cut] = found.part[found.cut]
    return out


def _beyond(shapes: Geometries, ground: Known) -> Geometries:
    """Return the ground that is known and on which the zone neither is nor may be."""
    if ground is None or ground.nowhere_known:
        return np.full(len(shapes), shapely.Polygon(), object)
    beyond = shapes
    for polygons in (ground.found, ground.maybe):
        covered = local(beyond, polygons)
        beyond = _less(beyond, covered, otherwise=shapely.Polygon())
        beyond[covered.failed] = shapely.Polygon()
    return beyond if ground.known is None else _within(beyond, local(beyond, ground.known))


def _less(shapes: Geometries, taken: Local, otherwise: shapely.Geometry | None = None) -> Geometries:
    """Return the shapes without what is taken; `otherwise`, or the shape itself, where the overlay failed."""
    out = shapes.copy()
    out[taken.whole] = shapely.Polygon()
    cut = np.flatnonzero(taken.cut)
    beyond = taken.rest[cut]
    open_ = np.flatnonzero(shapely.is_missing(beyond))
    _, beyond[open_] = robust.parted(shapes[cut[open_]], taken.part[cut[open_]])
    out[cut] = beyond
    lost = cut[shapely.is_missing(beyond)]
    out[lost] = shapes[lost] if otherwise is None else otherwise
    return out


def _within(shapes: Geometries, kept: Local) -> Geometries:
    """Return the shapes reduced to what is kept; nothing where the overlay failed."""
    out = kept.part.copy()
    out[kept.whole] = shapes[kept.whole]
    out[shapely.is_missing(out)] = shapely.Polygon()
    return out


def _as_local(shapes: Geometries, parts: Geometries) -> Local:
    """Return parts of shapes as what is taken of them."""
    size, part = shapely.area(shapes), np.nan_to_num(shapely.area(parts), nan=0.0)
    out = Local.nothing(len(shapes))
    whole = (part > 0) & (part >= size - RESOLUTION_M2)
    out.whole[whole] = True
    some = (part > 0) & ~whole
    out.part[some] = parts[some]
    return out


def _parts(ids: npt.NDArray[np.object_], shapes: Geometries, crs: object, basis: AreaBasis) -> gpd.GeoDataFrame:
    """Return one row per part, largest first; parts too small to be written are left out."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts = spikeless(parts)
    area = of_each(parts, lambda some: basis.areas(basis.project(some)))
    order = np.lexsort((-area, owner))
    order = order[area[order] > RESOLUTION_M2]
    owner = owner[order]
    number = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
    columns = {"parcel_id": ids[owner], "part": number, "net_m2": area[order]}
    return gpd.GeoDataFrame(columns, geometry=parts[order], crs=crs)
