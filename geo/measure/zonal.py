"""Raster values per parcel: slope from elevation, shares of classes, means of an index.

Cells are weighted by the exact share of them a parcel covers. What lies on nodata, or
outside the raster, is unknown: it widens the interval and never counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import exactextract
import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
from exactextract.raster import NumPyRasterSource

from geo.basis.area import carried
from geo.basis.errors import BlockedError
from geo.basis.inputs import NO_CLASS, Raster
from geo.basis.layer import Geometries
from geo.basis.progress import Progress, steps
from geo.basis.reason import reason
from geo.basis.units import absent_class, class_share, hi, unknown_share
from geo.measure.slope import slope_pct

Floats = npt.NDArray[np.float64]

NOTHING = 1e-6
"""A smaller unknown share is rounding of the cell weights, not nodata."""

STEEP_PCT = (10, 15, 25)
"""Slopes above which the share of a parcel is given."""

BLOCK_CELLS = 4_000_000
"""Parcels are taken together until they cover so many cells."""

P90 = 0.9
"""Level of ``slope_p90_pct``."""


def tables(shapes: Geometries, crs: str, rasters: Mapping[str, Raster], progress: Progress) -> list[pd.DataFrame]:
    """Return the columns of every raster, one row per parcel.

    Parameters
    ----------
    shapes : array of polygons
    crs : str
        CRS of the shapes; they are carried into each raster's CRS, long edges densified.
    rasters : mapping of layer id to Raster
        ``kind`` "dem" (metres) and "slope" (percent) give slopes, "classes" shares of each class present in the
        study, "index" the mean with the least and greatest value seen.
    progress : Progress

    Raises
    ------
    BlockedError
        More than one elevation model (their slopes would share columns), or a rotated raster.
    """
    dems = sorted(name for name, r in rasters.items() if r.kind in ("dem", "slope"))
    turned = sorted(name for name, r in rasters.items() if r.transform[1] or r.transform[3])
    problems = [reason("dem_more_than_one", layers=dems)] if len(dems) > 1 else []
    problems += [reason("raster_rotated", layer=name) for name in turned]
    if problems:
        raise BlockedError(problems)
    made: dict[str, Callable[[Raster, Geometries], pd.DataFrame]] = {
        "dem": slopes, "slope": given_slopes, "classes": class_shares, "index": index_values,
    }  # fmt: skip
    names = sorted(rasters)
    return [
        made[rasters[n].kind](north_up(rasters[n]), _in_crs(shapes, crs, rasters[n].crs))
        for n in steps(names, "rasters", progress)
    ]


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the facts of several parts of the parcels as one table.

    A class that lies on no parcel of a part has no column there: its share on them is 0 and at most what is unknown.
    """
    out = pd.concat(parts, ignore_index=True)
    lacking = [np.repeat(~out.columns.isin(part.columns)[:, None], len(part), axis=1) for part in parts]
    blank = pd.DataFrame(np.concatenate(lacking, axis=1).T, columns=out.columns)
    for name in [str(c) for c in out if absent_class(str(c))]:
        rows, unknown = blank[name].to_numpy(), out[absent_class(name)]
        out.loc[rows, name] = np.where(unknown[rows] < 1.0, 0.0, np.nan)
        out.loc[rows, hi(name)] = unknown[rows].where(unknown[rows] < 1.0)
    return out


@dataclass(frozen=True)
class Cells:
    """Cells under some parcels: the parcel, value and covered area share of each, nodata left out.

    Parameters
    ----------
    count : int
        Number of parcels.
    owner : int array
        Position of the parcel of each cell, ascending.
    value, weight : float arrays
        Value of the cell; share of the parcel that lies on it.
    unknown : float array, one per parcel
        Share of the parcel on nodata or outside the raster; 1 for a parcel without area.
    """

    count: int
    owner: npt.NDArray[np.intp]
    value: Floats
    weight: Floats
    unknown: Floats

    def share(self, taken: npt.NDArray[np.bool_] | Floats) -> Floats:
        """Add up the shares of the taken cells (or the given amounts per share) by parcel."""
        return np.bincount(self.owner, weights=self.weight * taken, minlength=self.count).astype(np.float64)


def slopes(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return slope columns, in percent, and shares of the parcel steeper than 10, 15 and 25 %.

    Parameters
    ----------
    raster : Raster
        Elevation in metres in a projected CRS.
    shapes : array of polygons in the raster's CRS

    Notes
    -----
    ``slope_p90_pct`` is the slope that 90 % of the parcel's area does not exceed. Unknown
    ground counts as flat for the lower bounds; for the upper ones as the steepest, so
    the mean has no upper bound and the 90 % slope has one while less than 10 % is unknown.
    """
    slope = slope_pct(raster.values, raster.transform[0], -raster.transform[4])
    return pd.concat([_slopes(cells) for cells in _blocks(raster, slope, shapes)], ignore_index=True)


def given_slopes(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return the slope columns of a raster that holds slopes in percent (see `slopes`)."""
    return pd.concat([_slopes(cells) for cells in _blocks(raster, raster.values, shapes)], ignore_index=True)


def _slopes(cells: Cells) -> pd.DataFrame:
    some = cells.unknown > 0
    mean = cells.share(cells.value)
    columns = {
        "slope_mean_pct": mean,
        "slope_mean_hi_pct": np.where(some, np.nan, mean),
        "slope_p90_pct": quantile(cells, P90 - cells.unknown, lowest=0.0),
        "slope_p90_hi_pct": quantile(cells, np.full(cells.count, P90), lowest=np.nan),
    }
    for limit in STEEP_PCT:
        columns |= _share(f"slope_over{limit}_share", cells.share(cells.value > limit), cells.unknown)
    return _unseen(pd.DataFrame(columns), cells.unknown)


def quantile(cells: Cells, level: Floats, lowest: float) -> Floats:
    """Return the least value whose cells and all lower ones reach a share of each parcel.

    Parameters
    ----------
    cells : Cells
    level : float array
        Share of the parcel to be reached; where it is 0 or less the answer is `lowest`.
    lowest : float
        Value of ground below all cells.

    Returns
    -------
    float array
        NaN where the known cells do not reach the level.
    """
    order = np.lexsort((cells.value, cells.owner))
    owner, value, weight = cells.owner[order], cells.value[order], cells.weight[order]
    running = np.cumsum(weight)
    start = np.searchsorted(owner, np.arange(cells.count))
    before = np.concatenate([[0.0], running])[start]
    reached = np.flatnonzero(running - before[owner] >= level[owner] - NOTHING)
    first = np.searchsorted(owner[reached], np.arange(cells.count))
    out = np.full(cells.count, np.nan)
    hit = first < np.searchsorted(owner[reached], np.arange(cells.count), side="right")
    out[hit] = value[reached[first[hit]]]
    return np.where(level <= NOTHING, lowest, out)


def class_shares(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return ``{layer}_class{v}_share`` of each class found on any parcel, with its upper bound, and what is unknown.

    ``{layer}_unknown_share`` is the share of the parcel of which no class is known: a class that
    has no column is on no parcel, so its share lies between 0 and that.
    """
    blocks = list(_blocks(raster, raster.values, shapes))
    present = np.unique(np.concatenate([np.unique(c.value) for c in blocks]))
    done = []
    for cells in blocks:
        columns: dict[str, Floats] = {}
        for value in present:
            name = class_share(raster.layer_id, "none" if value == NO_CLASS else f"{value:g}")
            columns |= _share(name, cells.share(cells.value == value), cells.unknown)
        made = _unseen(pd.DataFrame(columns, index=range(cells.count)), cells.unknown)
        done.append(made.assign(**{unknown_share(raster.layer_id): cells.unknown}))
    return pd.concat(done, ignore_index=True)


def index_values(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return the mean of an index with its upper bound, and the least and greatest value seen.

    An index may take any value on unknown ground, so its mean is unbounded (NaN) there.
    """
    return pd.concat(
        [_index(cells, raster.layer_id) for cells in _blocks(raster, raster.values, shapes)], ignore_index=True
    )


def _index(cells: Cells, name: str) -> pd.DataFrame:
    mean = np.where(cells.unknown > 0, np.nan, cells.share(cells.value))
    least, most = np.full(cells.count, np.nan), np.full(cells.count, np.nan)
    np.fmin.at(least, cells.owner, cells.value)
    np.fmax.at(most, cells.owner, cells.value)
    return pd.DataFrame(
        {
            f"{name}_mean_index": mean,
            f"{name}_mean_hi_index": mean,
            f"{name}_min_index": least,
            f"{name}_max_index": most,
        }
    )


def north_up(raster: Raster) -> Raster:
    """Return the raster with its first row in the north."""
    a, b, c, d, e, f = raster.transform
    if e < 0:
        return raster
    north = f + e * raster.values.shape[0]
    return Raster(raster.layer_id, raster.kind, raster.values[::-1], (a, b, c, d, -e, north), raster.crs)


def _in_crs(shapes: Geometries, crs: str, target: str) -> Geometries:
    source, wanted = pyproj.CRS.from_user_input(crs), pyproj.CRS.from_user_input(target)
    if source == wanted:
        return shapes
    return carried(shapes, pyproj.Transformer.from_crs(source, wanted, always_xy=True, only_best=False))


def _blocks(raster: Raster, values: Floats, shapes: Geometries) -> Iterator[Cells]:
    """Yield the cells of so many parcels at a time that their number stays bounded."""
    area = np.nan_to_num(shapely.area(shapes), nan=0.0)
    cell = abs(raster.transform[0] * raster.transform[4])
    inside = np.cumsum(np.minimum(area / cell, values.size) + 1)
    block = (inside // BLOCK_CELLS).astype(np.intp)
    source = _source(raster, values)
    for rows in np.split(np.arange(len(shapes)), np.flatnonzero(np.diff(block)) + 1):
        yield _cells(source, raster.crs, shapes[rows], area[rows], cell)


def _cells(source: NumPyRasterSource, crs: str, shapes: Geometries, area: Floats, cell: float) -> Cells:
    solid = np.flatnonzero(area > 0)
    none = np.empty(0)
    if not len(solid):
        return Cells(len(shapes), np.empty(0, np.intp), none, none, np.ones(len(shapes)))
    frame = gpd.GeoDataFrame({"row": solid}, geometry=shapes[solid], crs=crs)
    found = exactextract.exact_extract(
        source, frame, ["values", "coverage"], strategy="raster-sequential", include_cols=["row"], output="pandas"
    )
    lists = [np.atleast_1d(v) for v in found["values"]]
    row = np.repeat(found["row"].to_numpy(np.intp), [len(v) for v in lists])
    value = np.concatenate([none, *lists]).astype(np.float64)
    weight = np.concatenate([none, *map(np.atleast_1d, found["coverage"])]).astype(np.float64) * cell / area[row]
    known = np.bincount(row, weights=weight, minlength=len(shapes))
    unknown = np.where(1.0 - known < NOTHING, 0.0, 1.0 - known)
    # weights are exact to single precision: where nothing is unknown they are made to add up
    weight = np.where(unknown[row] > 0, weight, weight / known[row])
    order = np.argsort(row, kind="stable")
    return Cells(len(shapes), row[order], value[order], weight[order], unknown)


def _source(raster: Raster, values: Floats) -> NumPyRasterSource:
    a, _, west, _, e, north = raster.transform
    rows, columns = values.shape
    box = {"xmin": west, "xmax": west + a * columns, "ymin": north + e * rows, "ymax": north}
    return NumPyRasterSource(
        np.ascontiguousarray(values), **box, nodata=np.nan, name="v", srs_wkt=pyproj.CRS(raster.crs).to_wkt()
    )


def _share(name: str, low: Floats, unknown: Floats) -> dict[str, Floats]:
    return {name: np.minimum(low, 1.0), hi(name): np.minimum(low + unknown, 1.0)}


def _unseen(columns: pd.DataFrame, unknown: Floats) -> pd.DataFrame:
    """Make parcels of which no cell is known unbounded."""
    columns.loc[unknown >= 1.0, :] = np.nan
    return columns
