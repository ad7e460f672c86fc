"""Rasters as the core reads them: in metres, north up, with the unit of height settled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
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
    a, b, c, d, e, f = file.transform
    rows, columns = file.values.shape
    grid = Affine(a, b, c, d, e, f)
    bounds = (c, f + e * rows, c + a * columns, f)
    src, dst = crs.parsed(source), crs.parsed(target)
    assert src is not None  # both were settled before
    assert dst is not None
    to, width, height = rasterio.warp.calculate_default_transform(src.to_wkt(), dst.to_wkt(), columns, rows, *bounds)
    values = np.full((height, width), np.nan)
    rasterio.warp.reproject(
        file.values, values, src_transform=grid, src_crs=src.to_wkt(), dst_transform=to, dst_crs=dst.to_wkt(),
        src_nodata=np.nan, dst_nodata=np.nan,
        resampling=rasterio.warp.Resampling.nearest if kind == "classes" else rasterio.warp.Resampling.bilinear,
    )  # fmt: skip
    return values, tuple(to)[:6]
