"""Raster values per parcel: slope from elevation, shares of classes, means of an index.

Cells are weighted by the exact share of them a parcel covers. What lies on nodata, or
outside the raster, is unknown: it widens the interval and never counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from geo.basis.inputs import Raster
from geo.basis.layer import Geometries
from geo.basis.progress import Progress, steps
from geo.basis.reason import reason
from geo.basis.tables import hi
from geo.measure.slope import slope_pct

Floats = npt.NDArray[np.float64]

NOTHING = 1e-6
"""A smaller unknown share is rounding of the cell weights, not nodata."""

STEEP_PCT = (10, 15, 25)
"""Slopes above which the share of a parcel is given."""

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
        ``kind`` "dem" (metres) gives slopes, "classes" shares of each class present in the
        study, "index" the mean with the least and greatest value seen.
    progress : Progress

    Raises
    ------
    BlockedError
        More than one elevation model (their slopes would share columns), or a rotated raster.
    """
    dems = sorted(name for name, r in rasters.items() if r.kind == "dem")
    turned = sorted(name for name, r in rasters.items() if r.transform[1] or r.transform[3])
    problems = [reason("dem_more_than_one", layers=dems)] if len(dems) > 1 else []
    problems += [reason("raster_rotated", layer=name) for name in turned]
    if problems:
        raise BlockedError(problems)
    made: dict[str, Callable[[Raster, Geometries], pd.DataFrame]] = {
        "dem": slopes, "classes": class_shares, "index": index_values,
    }  # fmt: skip
    names = sorted(rasters)
    return [
        made[rasters[n].kind](north_up(rasters[n]), _in_crs(shapes, crs, rasters[n].crs))
        for n in steps(names, "rasters", progress)
    ]


def slopes(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return slope columns, in percent, and shares of the parcel steeper than 10, 15 and 25 %.

    Parameters
    ----------
    raster : Raster
        Elevation in metres in a projected CRS.
    shapes : array of polygons in the raster's CRS

    Notes
    -----
    Unknown ground counts as flat for the lower bound. The mean has no upper bound then;
    the upper bound of the 90 % quantile takes unknown ground as steepest.
    """
    slope = slope_pct(raster.values, raster.transform[0], -raster.transform[4])
    bands = {"slope": slope}
    bands |= {f"over{t}": np.where(np.isnan(slope), np.nan, (slope > t).astype(np.float64)) for t in STEEP_PCT}
    seen, unknown = _extract(raster, bands, shapes, [f"quantile(q={P90})", "mean", "count"])
    mean, p90 = _column(seen, "slope_mean"), _column(seen, "slope_quantile_90")
    low, high = _quantile_bounds(raster, slope, shapes, p90, unknown)
    columns = {
        "slope_mean_pct": mean * (1 - unknown),
        "slope_mean_hi_pct": np.where(unknown > 0, np.nan, mean),
        "slope_p90_pct": low,
        "slope_p90_hi_pct": high,
    }
    for limit in STEEP_PCT:
        columns |= _share(f"slope_over{limit}_share", _column(seen, f"over{limit}_mean"), unknown)
    return _unseen(pd.DataFrame(columns), unknown)


def class_shares(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return ``{layer}_class{v}_share`` of each class found on any parcel, with its upper bound."""
    seen, unknown = _extract(raster, {"v": raster.values}, shapes, ["unique", "frac", "count"])
    lists = zip(seen["v_unique"], seen["v_frac"], strict=True)
    rows = [dict(zip(u, f, strict=True)) for u, f in lists]
    present = sorted({float(v) for row in rows for v in row})
    columns: dict[str, Floats] = {}
    for value in present:
        share = np.array([row.get(value, 0.0) for row in rows], np.float64)
        columns |= _share(f"{raster.layer_id}_class{value:g}_share", share, unknown)
    return _unseen(pd.DataFrame(columns, index=range(len(shapes))), unknown)


def index_values(raster: Raster, shapes: Geometries) -> pd.DataFrame:
    """Return the mean of an index with its upper bound, and the least and greatest value seen.

    An index may take any value on unknown ground, so its mean is unbounded (NaN) there.
    """
    seen, unknown = _extract(raster, {"v": raster.values}, shapes, ["mean", "min", "max", "count"])
    mean = np.where(unknown > 0, np.nan, _column(seen, "v_mean"))
    name = f"{raster.layer_id}_mean_index"
    columns = {name: mean, f"{raster.layer_id}_mean_hi_index": mean.copy()}
    columns |= {f"{raster.layer_id}_{op}_index": _column(seen, f"v_{op}") for op in ("min", "max")}
    return pd.DataFrame(columns)


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


def _extract(
    raster: Raster, bands: Mapping[str, Floats], shapes: Geometries, ops: list[str]
) -> tuple[pd.DataFrame, Floats]:
    """Return statistics ``{band}_{op}`` of the cells under each shape, and the share of it that is unknown.

    The bands share their nodata cells; the first one is counted.
    """
    area = np.nan_to_num(shapely.area(shapes), nan=0.0)
    solid = np.flatnonzero(area > 0)
    names = [f"{band}_{'quantile_90' if 'quantile' in op else op}" for band in bands for op in ops]
    if not len(solid):
        return _listed(pd.DataFrame(index=range(len(shapes)), columns=names, dtype=np.float64)), np.ones(len(shapes))
    frame = gpd.GeoDataFrame({"row": solid}, geometry=np.asarray(shapes)[solid], crs=raster.crs)
    found = exactextract.exact_extract(
        [_source(raster, name, values) for name, values in bands.items()], frame, ops,
        strategy="raster-sequential", include_cols=["row"], output="pandas",
    )  # fmt: skip
    if len(bands) == 1:  # the band is left out of the names then
        found = found.rename(columns={c: f"{next(iter(bands))}_{c}" for c in found.columns if c != "row"})
    found = found.set_index("row").reindex(range(len(shapes)))
    cell = abs(raster.transform[0] * raster.transform[4])
    with np.errstate(invalid="ignore", divide="ignore"):
        known = _column(found, f"{next(iter(bands))}_count") * cell / area
    unknown = np.clip(1.0 - np.nan_to_num(known, nan=0.0), 0.0, 1.0)
    return _listed(found), np.where(unknown < NOTHING, 0.0, unknown)


def _listed(found: pd.DataFrame) -> pd.DataFrame:
    """Put an empty list where a shape has no cells."""
    for name in found:
        if str(name).endswith(("_unique", "_frac", "_values", "_coverage")):
            found[name] = pd.Series([v if np.ndim(v) else [] for v in found[name]], found.index, dtype=object)
    return found


def _column(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(np.float64)


def _source(raster: Raster, name: str, values: Floats) -> NumPyRasterSource:
    a, _, west, _, e, north = raster.transform
    rows, columns = values.shape
    box = {"xmin": west, "xmax": west + a * columns, "ymin": north + e * rows, "ymax": north}
    return NumPyRasterSource(
        np.ascontiguousarray(values), **box, nodata=np.nan, name=name, srs_wkt=pyproj.CRS(raster.crs).to_wkt()
    )


def _share(name: str, share: Floats, unknown: Floats) -> dict[str, Floats]:
    low = np.nan_to_num(share, nan=0.0) * (1 - unknown)
    return {name: low, hi(name): np.minimum(low + unknown, 1.0)}


def _unseen(columns: pd.DataFrame, unknown: Floats) -> pd.DataFrame:
    """Make parcels of which no cell is known unbounded."""
    columns.loc[unknown >= 1.0, :] = np.nan
    return columns


def _quantile_bounds(
    raster: Raster, slope: Floats, shapes: Geometries, seen: Floats, unknown: Floats
) -> tuple[Floats, Floats]:
    """Return bounds of the quantile; the unknown share taken as flattest, then as steepest."""
    low, high = seen.copy(), seen.copy()
    rows = np.flatnonzero((unknown > 0) & (unknown < 1))
    if len(rows):
        cells, _ = _extract(raster, {"v": slope}, shapes[rows], ["values", "coverage", "count"])
        for row, values, weights in zip(rows, cells["v_values"], cells["v_coverage"], strict=True):
            low[row], high[row] = _bracket(np.asarray(values), np.asarray(weights), float(unknown[row]))
    return low, high


def _bracket(values: Floats, weights: Floats, unknown: float) -> tuple[float, float]:
    """Return the cells between which the quantile lies, whatever the unknown share holds."""
    order = np.argsort(values, kind="stable")
    values = values[order]
    upto = np.cumsum(weights[order], dtype=np.float64)
    upto *= (1 - unknown) / upto[-1]
    below = np.searchsorted(upto + unknown, P90, side="right") - 1
    above = np.searchsorted(upto, P90, side="left") + 1
    low = float(values[below]) if below >= 0 else 0.0
    high = float(values[above]) if above < len(values) else np.nan
    return low, high
