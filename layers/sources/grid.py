"""Rasters as the core reads them: in metres, north up, with the unit of height settled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio.warp
from rasterio.transform import Affine

from geo.basis.errors import LuodiError
from geo.basis.inputs import Raster
from layers.sources import crs, gate
from layers.sources.finding import Finding, finding
from layers.sources.opened import RasterFile
from layers.study.spec import LayerSpec

Values = npt.NDArray[np.float64]
FOOT_M = 0.3048


def raster(spec: LayerSpec, source: Path, cache: Path, study_crs: str) -> tuple[Raster | None, list[Finding]]:
    """Open a raster layer; None with a finding when it cannot be used.

    A raster in degrees is brought into the study CRS at its own resolution in metres
    (heights bilinear, classes nearest neighbour); one in metres stays as it is.
    """
    if not source.exists():
        return None, [finding("warn", "layer_file_missing", layer=spec.id, file=spec.source)]
    try:
        file = gate.open_raster(source, cache)
    except LuodiError as error:
        return None, [Finding("", r.code, "warn", "", r) for r in error.reasons]
    found = list(file.findings)
    settled = _settled(file, spec, study_crs)
    found += settled.findings
    if not settled.usable:
        return None, found
    values, transform, system = _emptied(file.values, spec.accept), file.transform, settled.crs
    parsed = crs.parsed(system)
    if parsed is not None and parsed.is_geographic:
        values, transform = _warped(replace(file, values=values), system, study_crs, spec.kind)
        system = study_crs
        found.append(finding("fixed", "raster_projected", crs=settled.crs, cell_m=transform[0]))
    if spec.kind == "dem" and spec.vertical_unit == "ft":
        values = values * FOOT_M
        found.append(finding("fixed", "dem_in_feet"))
    return Raster(spec.id, spec.kind, values, transform, system), found


def _emptied(values: Values, accept: tuple[str, ...]) -> Values:
    """Take values the user named as no data (``nodata:-9999``) out."""
    named = [float(p.split(":", 1)[1]) for p in accept if p.startswith("nodata:")]
    return np.where(np.isin(values, named), np.nan, values) if named else values


def _settled(file: RasterFile, spec: LayerSpec, study_crs: str) -> crs.Settled:
    """Hold the corners of the raster against its CRS, as for a vector file."""
    import shapely

    a, _, c, _, e, f = file.transform
    rows, columns = file.values.shape
    corners = np.array([shapely.box(c, f + e * rows, c + a * columns, f)], object)
    return crs.settle(corners, file.crs, study_crs, spec.accept, spec.crs)


def _warped(
    file: RasterFile, source: str, target: str, kind: str
) -> tuple[Values, tuple[float, float, float, float, float, float]]:
    """Resample to square cells of the size the original ones have on the ground."""
    to, shape = _target(file, source, target)
    values = np.full(shape, np.nan)
    rasterio.warp.reproject(
        file.values, values, src_transform=Affine(*file.transform), src_crs=_wkt(source),
        dst_transform=to, dst_crs=_wkt(target), src_nodata=np.nan, dst_nodata=np.nan,
        resampling=rasterio.warp.Resampling.nearest if kind == "classes" else rasterio.warp.Resampling.bilinear,
    )  # fmt: skip
    return values, tuple(to)[:6]


def _wkt(system: str) -> str:
    return pyproj.CRS.from_user_input(system).to_wkt()


def _target(file: RasterFile, source: str, target: str) -> tuple[Affine, tuple[int, int]]:
    """Return the grid that covers the raster in the target CRS.

    Rasterio's own function for this opens a virtual dataset, and that driver is banned.
    """
    a, _, west, _, e, north = file.transform
    rows, columns = file.values.shape
    to = pyproj.Transformer.from_crs(source, target, always_xy=True)
    x, y = west + a * columns / 2, north + e * rows / 2
    (x0, x1, x2), (y0, y1, y2) = to.transform([x, x + a, x], [y, y, y + e])
    cell = float(np.sqrt(np.hypot(x1 - x0, y1 - y0) * np.hypot(x2 - x0, y2 - y0)))
    box = to.transform_bounds(west, north + e * rows, west + a * columns, north, densify_pts=51)
    shape = (int(np.ceil((box[3] - box[1]) / cell)), int(np.ceil((box[2] - box[0]) / cell)))
    return Affine(cell, 0.0, box[0], 0.0, -cell, box[3]), shape
