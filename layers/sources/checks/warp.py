"""Rasters resampled to an upright grid of square cells in true metres, so that a slope is a slope."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio.warp
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from rasterio.transform import Affine

from layers.sources.checks import crs, scale
from layers.sources.checks.crs import Bounds
from layers.sources.finding import Finding, finding

Values = npt.NDArray[np.float64]
Affine6 = tuple[float, float, float, float, float, float]
TRUE_ENOUGH = 0.002
"""A slope of 14 % may come out as 14.03 where lengths are off by so much."""
_ALL = 0.9999
_EDGE = 21


@dataclass(frozen=True)
class RasterGrid:
    """Cells, where they lie (affine a … f, may be turned), and in which system."""

    values: Values
    transform: Affine6
    crs: str

    @property
    def turned(self) -> bool:
        """True when rows do not run east and columns south."""
        a, b, _, d, e, _ = self.transform
        return bool(b or d) or a < 0 or e > 0

    @property
    def outline(self) -> tuple[Values, Values]:
        """Return points along the four edges."""
        rows, columns = self.values.shape
        along = np.linspace(0.0, 1.0, _EDGE)
        col = np.concatenate([along, along, np.zeros(_EDGE), np.ones(_EDGE)]) * columns
        row = np.concatenate([np.zeros(_EDGE), np.ones(_EDGE), along, along]) * rows
        a, b, c, d, e, f = self.transform
        return a * col + b * row + c, d * col + e * row + f

    @property
    def box(self) -> Bounds:
        """Return west, south, east, north."""
        x, y = self.outline
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def as_settled(grid: RasterGrid, settled: crs.Settled, study: str) -> tuple[RasterGrid, list[Finding]]:
    """Return the grid as its coordinates were said to be: axes, unit, and local parameters of an old datum.

    A raster stays on its own cells; parameters move it as a whole, by the vector of its middle. Where its corners would
    lie more than half a cell off then, it cannot be used so.
    """
    a, b, c, d, e, f = grid.transform
    if settled.swap:
        a, b, c, d, e, f = d, e, f, a, b, c
    a, b, c, d, e, f = (v * settled.unit_m for v in (a, b, c, d, e, f))
    grid = RasterGrid(grid.values, (a, b, c, d, e, f), settled.crs)
    source, target = crs.parsed(settled.crs), crs.parsed(study)
    if settled.shift is None or source is None or target is None:
        return grid, []
    west, south, east, north = grid.box
    at = np.array(
        [((west + east) / 2, (south + north) / 2), (west, south), (east, south), (east, north), (west, north)]
    )
    there = settled.shift.moved(at, source, target)
    back = pyproj.Transformer.from_crs(target, source, always_xy=True, only_best=False)
    by = np.column_stack(back.transform(there[:, 0], there[:, 1])) - at
    off, cell = float(np.hypot(*(by[1:] - by[0]).T).max()), float(np.hypot(a, d))
    if off > cell / 2:
        return grid, [finding("block", "raster_shift_uneven", off=off, cell=cell)]
    return replace(grid, transform=(a, b, c + float(by[0, 0]), d, e, f + float(by[0, 1]))), []


def untrue(grid: RasterGrid) -> bool:
    """Tell whether slopes on a grid would be wrong: degrees, feet, or a projection that stretches."""
    system = crs.parsed(grid.crs)
    return system is None or not system.is_projected or scale.scale_off(system, grid.box) > TRUE_ENOUGH


def metres(grid: RasterGrid) -> bool:
    """Tell whether a grid lies in a projected system of metres, true or not."""
    system = crs.parsed(grid.crs)
    return system is not None and system.is_projected and system.axis_info[0].unit_conversion_factor == 1.0


def target(grid: RasterGrid, study: str) -> str:
    """Return the system to resample to: the study's, or one of true lengths around the raster where that stretches."""
    x, y = grid.outline
    moved = np.array(pyproj.Transformer.from_crs(grid.crs, study, always_xy=True, only_best=False).transform(x, y))
    system = pyproj.CRS.from_user_input(study)
    if np.isfinite(moved).all():
        box = (*moved.min(axis=1), *moved.max(axis=1))
        if scale.scale_off(system, box) <= TRUE_ENOUGH:
            return study
    return _around(grid, system)


def _around(grid: RasterGrid, study: pyproj.CRS) -> str:
    x, y = grid.outline
    base = study.geodetic_crs
    lon, lat = pyproj.Transformer.from_crs(grid.crs, base, always_xy=True, only_best=False).transform(x, y)
    middle = TransverseMercatorConversion(round(float(np.mean(lat)), 4), round(float(np.mean(lon)), 4))
    return str(ProjectedCRS(middle, geodetic_crs=base, name="around the raster").to_wkt())


def resampled(grid: RasterGrid, to: str, nearest: bool) -> RasterGrid:
    """Return the grid in another system, upright, with square cells of the size they have on the ground.

    Parameters
    ----------
    grid : RasterGrid
        NaN is nodata; a cell that reads any nodata is nodata.
    to : str
        Projected system.
    nearest : bool
        True for classes; heights and indices are interpolated.
    """
    place, shape = _placed(grid, to)
    values = _warped(grid, (place, shape), to, nearest)
    if not nearest:
        whole = _warped(_presence(grid), (place, shape), to, nearest)
        values[~(whole >= _ALL)] = np.nan
    a, b, c, d, e, f = tuple(place)[:6]
    return RasterGrid(values, (a, b, c, d, e, f), to)


def _presence(grid: RasterGrid) -> RasterGrid:
    """Return 1 where there is a value and 0 where there is none, with a rim of 0 around: what reads less is unknown."""
    place = Affine(*grid.transform) @ Affine.translation(-1, -1)
    a, b, c, d, e, f = tuple(place)[:6]
    return replace(grid, values=np.pad(np.isfinite(grid.values), 1).astype(np.float64), transform=(a, b, c, d, e, f))


def _warped(grid: RasterGrid, onto: tuple[Affine, tuple[int, int]], to: str, nearest: bool) -> Values:
    out = np.full(onto[1], np.nan)
    way = rasterio.warp.Resampling.nearest if nearest else rasterio.warp.Resampling.bilinear
    rasterio.warp.reproject(
        grid.values, out, src_transform=Affine(*grid.transform), src_crs=_wkt(grid.crs), dst_transform=onto[0],
        dst_crs=_wkt(to), src_nodata=np.nan, dst_nodata=np.nan, resampling=way,
        XSCALE=1, YSCALE=1,  # GDAL would stretch the kernel by the ratio of the cells, which smooths the heights
    )  # fmt: skip
    return out


def _wkt(system: str) -> str:
    return str(pyproj.CRS.from_user_input(system).to_wkt())


def _placed(grid: RasterGrid, to: str) -> tuple[Affine, tuple[int, int]]:
    """Return the grid that covers the raster in the other system.

    Rasterio's own function for this opens a virtual dataset, and that driver is banned.
    """
    move = pyproj.Transformer.from_crs(grid.crs, to, always_xy=True, only_best=False)
    a, b, c, d, e, f = grid.transform
    rows, columns = grid.values.shape
    col, row = np.array([0.0, 1.0, 0.0]) + columns / 2, np.array([0.0, 0.0, 1.0]) + rows / 2
    x, y = move.transform(a * col + b * row + c, d * col + e * row + f)
    cell = float(np.sqrt(np.hypot(x[1] - x[0], y[1] - y[0]) * np.hypot(x[2] - x[0], y[2] - y[0])))
    east, north = move.transform(*grid.outline)
    west, top = float(np.min(east)), float(np.max(north))
    shape = (int(np.ceil((top - np.min(north)) / cell)), int(np.ceil((np.max(east) - west) / cell)))
    return Affine(cell, 0.0, west, 0.0, -cell, top), shape
