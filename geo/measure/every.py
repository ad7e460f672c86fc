"""The whole measuring stage: geometry in, tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.inputs import Inputs, Raster
from geo.basis.layer import Geometries, Layer, Zone
from geo.basis.memo import Memo
from geo.basis.progress import Progress, silent, steps
from geo.basis.units import unknown_share
from geo.measure import by_grid, distance, overlap, pieces, robust, shape, stacks, zonal, zones

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Against:
    """What parcels are measured against, laid out once for all of them.

    Parameters
    ----------
    laid : Laid
        The zones in the CRS of areas.
    layers, rasters : mappings by layer id
    distances : sequence of str
        Layers to which the distance is taken.
    """

    laid: by_grid.Laid
    layers: Mapping[str, Layer]
    rasters: Mapping[str, Raster]
    distances: Sequence[str]


@dataclass(frozen=True)
class Part:
    """What was measured of some parcels.

    Parameters
    ----------
    tables : dict of DataFrame
        ``overlaps``, ``overlap_classes``, ``pieces``, ``facts``: rows of those parcels and of no others.
    failed : bool array, one per zone
        An overlay failed on one of them.
    """

    tables: Tables
    failed: npt.NDArray[np.bool_]


class Spread(Protocol):
    """Who measures the parcels: all of them here at once, or some here and others there."""

    def __call__(self, parcels: gpd.GeoDataFrame, land: Against, memo: Memo, progress: Progress) -> list[Part]:
        """Return parts that hold every parcel once, in the order of parcels."""


def measure(
    inputs: Inputs, what: Sequence[Zone], distances: Sequence[str], basis: AreaBasis, progress: Progress,
    memo: Memo | None = None, spread: Spread | None = None,
) -> Tables:  # fmt: skip
    """Measure parcels against zones, layers and rasters.

    Parameters
    ----------
    inputs : Inputs
        Parcels, layers and rasters; parcels and layers in the study CRS.
    what : sequence of Zone
        What the parcels are cut by. A zone whose layer is not among the inputs is left
        out, which later reads as unknown.
    distances : sequence of str
        Layers to which the distance is taken; those not among the inputs are left out.
    basis : AreaBasis
    progress : Progress
    memo : Memo or None
        Widths of shapes that are known; those that were asked for are in it afterwards.
    spread : Spread or None
        Who measures them; None: all of them here. It changes no value.

    Returns
    -------
    dict of DataFrame
        ``zones``, ``overlaps``, ``overlap_classes``, ``pieces``, ``stacks``, ``stack_pieces``, ``facts``. The order of
        parcels, layers, features and zones does not change a value.
    """
    laid_out = against(inputs, what, distances, basis, progress)
    laid = laid_out.laid
    lots, memo = _lots(inputs.parcels, basis), memo if memo is not None else Memo()
    if spread is None:
        parts = [_part(inputs.parcels, lots, laid_out, memo, progress)]
    else:
        parts = spread(inputs.parcels, laid_out, memo, progress)
    failed = np.any([part.failed for part in parts], axis=0)
    whole = joined(parts) | stacks.tables(lots, laid, progress)
    return {"zones": _blamed(zones.table(laid.grounds), failed)} | whole


def against(
    inputs: Inputs, what: Sequence[Zone], distances: Sequence[str], basis: AreaBasis, progress: Progress
) -> Against:
    """Lay out what parcels are measured against (parameters as for `measure`)."""
    laid = by_grid.lay(zones.grounds(inputs.layers, sorted(set(what))), basis, progress)
    return Against(laid, inputs.layers, inputs.rasters, distances)


def part(parcels: gpd.GeoDataFrame, land: Against, memo: Memo, progress: Progress) -> Part:
    """Measure some parcels; what one of them gets depends on it and on what it is measured against alone."""
    return _part(parcels, _lots(parcels, land.laid.basis), land, memo, progress)


def unmeasured(parcels: gpd.GeoDataFrame, land: Against) -> Part:
    """Return what is known of parcels nobody could measure: any zone may lie on all of each, every fact is open.

    Never zero and never nothing: the areas lie between 0 and the whole parcel, a class has an area nobody knows.
    """
    lots, count = _lots(parcels, land.laid.basis), len(land.laid.grounds)
    every = np.arange(len(lots.ids))
    open_, failed = np.full((1, count), pieces.UNSURE_STATE, np.uint8), np.ones((len(every), count), bool)
    cut = pieces.Pieces(
        lots.ids, lots.area_m2, every, np.zeros(len(every), np.intp), open_, lots.area_m2, land.laid.grounds, failed
    )
    found = _part(parcels.iloc[:0], _lots(parcels.iloc[:0], land.laid.basis), land, Memo(), silent)
    facts = found.tables["facts"].reindex(range(len(every))).assign(parcel_id=lots.ids)
    said = {str(c): "" for c in facts if str(c).endswith("_dist_id")}
    unseen = {unknown_share(n): 1.0 for n, r in land.rasters.items() if r.kind == "classes"}
    tables = {
        "overlaps": overlap.table(cut),
        "overlap_classes": overlap.classes_unknown(lots.ids, land.laid),
        "pieces": pieces.table(cut),
        "facts": facts.assign(**said, **unseen),
    }
    return Part(tables, np.ones(count, bool))


def joined(parts: Sequence[Part]) -> Tables:
    """Return the tables of several parts as one."""
    if len(parts) == 1:
        return parts[0].tables
    out = {}
    for name in ("overlaps", "overlap_classes", "pieces"):
        some = [p.tables[name] for p in parts if len(p.tables[name])]
        out[name] = pd.concat(some, ignore_index=True) if some else parts[0].tables[name]
    return out | {"facts": zonal.joined([p.tables["facts"] for p in parts])}


def area_shapes(shapes: Geometries, basis: AreaBasis) -> Geometries:
    """Return parcels as valid polygons in the area CRS."""
    return robust.valid(basis.project(robust.polygonal(shapes)))


def facts(
    parcels: gpd.GeoDataFrame,
    layers: Mapping[str, Layer],
    rasters: Mapping[str, Raster],
    distances: Sequence[str],
    progress: Progress,
    memo: Memo | None = None,
) -> pd.DataFrame:
    """Return the table `facts`: shape, distances and raster values of each parcel.

    Parameters
    ----------
    parcels : GeoDataFrame
        With ``parcel_id``, in the study CRS. Assembled sites work as well.
    layers, rasters : mappings
    distances : sequence of str
        Layers to which the distance is taken.
    progress : Progress
    memo : Memo or None
        As for `measure`.

    Notes
    -----
    Numbers are intervals: a column and the one `geo.basis.tables.hi` names for it.
    """
    shapes = robust.polygonal(parcels.geometry.to_numpy())
    names = [name for name in sorted(set(distances)) if name in layers]
    columns = [shape.table(shapes, memo if memo is not None else Memo())]
    columns += [distance.table(shapes, layers[name]) for name in steps(names, "distances", progress)]
    crs = parcels.crs.to_wkt() if parcels.crs is not None else ""
    columns += zonal.tables(shapes, crs, rasters, progress)
    out = pd.concat(columns, axis=1)
    out.insert(0, "parcel_id", parcels["parcel_id"].to_numpy(object))
    return out


def _lots(parcels: gpd.GeoDataFrame, basis: AreaBasis) -> by_grid.Lots:
    return by_grid.lots(parcels["parcel_id"].to_numpy(object), parcels.geometry.to_numpy(), basis)


def _part(
    parcels: gpd.GeoDataFrame, lots: by_grid.Lots, land: Against, memo: Memo, progress: Progress
) -> Part:  # fmt: skip
    cut = by_grid.cut(lots, land.laid, progress)
    tables = {
        "overlaps": overlap.table(cut),
        "overlap_classes": _classes(lots, land.laid, progress),
        "pieces": pieces.table(cut),
        "facts": facts(parcels, land.layers, land.rasters, land.distances, progress, memo),
    }
    return Part(tables, np.logical_or.reduce(cut.failed, axis=0))


def _classes(lots: by_grid.Lots, laid: by_grid.Laid, progress: Progress) -> pd.DataFrame:
    progress(0, 1, "classes")
    found = overlap.classes(lots, laid)
    progress(1, 1, "classes")
    return found


def _blamed(table: pd.DataFrame, failed: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Name a failed overlay as the cause of doubt in zones that have no other cause."""
    if len(table):
        silent = (table["cause"] == "").to_numpy()
        table.loc[silent & failed, "cause"] = "geometry_failed"
    return table
