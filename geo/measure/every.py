"""The whole measuring stage: geometry in, tables out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.area import AreaBasis
from geo.basis.inputs import Inputs, Raster
from geo.basis.layer import Geometries, Layer, Zone
from geo.basis.memo import Memo
from geo.basis.progress import Progress, steps
from geo.measure import by_grid, distance, overlap, pieces, robust, shape, stacks, zonal, zones

Tables = dict[str, pd.DataFrame]


def measure(
    inputs: Inputs, what: Sequence[Zone], distances: Sequence[str], basis: AreaBasis, progress: Progress,
    memo: Memo | None = None,
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

    Returns
    -------
    dict of DataFrame
        ``zones``, ``overlaps``, ``overlap_classes``, ``pieces``, ``stacks``, ``stack_pieces``, ``facts``. The order of
        parcels, layers, features and zones does not change a value.
    """
    parcels = inputs.parcels
    lots = by_grid.lots(parcels["parcel_id"].to_numpy(object), parcels.geometry.to_numpy(), basis)
    laid = by_grid.lay(zones.grounds(inputs.layers, sorted(set(what))), basis, progress)
    cut = by_grid.cut(lots, laid, progress)
    return {
        "zones": _blamed(zones.table(laid.grounds), cut.failed),
        "overlaps": overlap.table(cut),
        "overlap_classes": _classes(lots, laid, progress),
        "pieces": pieces.table(cut),
        **stacks.tables(lots, laid, progress),
        "facts": facts(parcels, inputs.layers, inputs.rasters, distances, progress, memo),
    }


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


def _classes(lots: by_grid.Lots, laid: by_grid.Laid, progress: Progress) -> pd.DataFrame:
    progress(0, 1, "classes")
    found = overlap.classes(lots, laid)
    progress(1, 1, "classes")
    return found


def _blamed(table: pd.DataFrame, failed: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> pd.DataFrame:
    """Name a failed overlay as the cause of doubt in zones that have no other cause."""
    if len(table):
        silent = (table["cause"] == "").to_numpy()
        table.loc[silent & failed.any(axis=0), "cause"] = "geometry_failed"
    return table
