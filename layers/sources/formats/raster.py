"""Child side: one band of a GeoTIFF as a plain array. Sizes are checked before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.finding import Finding, finding
from layers.sources.formats.contents import Contents
from layers.sources.limits import Limits

SENTINELS = (-9999.0, -32768.0, -99999.0, -3.4028234663852886e38, 9999.0, 32767.0, 65535.0, 1e20)
SENTINEL_SHARE = 0.001
Floats = npt.NDArray[np.float64]
Affine6 = tuple[float, float, float, float, float, float]


def parse(inside: Contents, folder: Path, limits: Limits) -> dict[str, Any]:
    """Read the first band and write ``values.npy`` (float64, NaN for no data); return what goes into the result."""
    import rasterio

    if inside.kind != "tiff":
        raise BlockedError(reason("not_raster", file=inside.name, kind=inside.kind))
    with rasterio.open(inside.path, driver="GTiff") as source:
        sized(source, inside.name, limits)
        system = placed(source, inside.name)
        found = list(inside.findings)
        if source.count > 1:
            found.append(finding("warn", "raster_bands", count=source.count))
        values, notes = _values(source)
        values, transform, turned = _north_up(values, source)
    np.save(folder / "values.npy", values, allow_pickle=False)
    findings = [f.to_dict() for f in found + notes + turned]
    return {"crs": system, "transform": list(transform), "findings": findings, "layer": "", "layers": []}


def sized(source: Any, name: str, limits: Limits, bands: int = 1) -> None:
    """Refuse too many cells: a sparse file of 29 kB may promise 160 GB of them."""
    cells = source.width * source.height * bands
    if cells > limits.cells:
        size = f"{source.width} × {source.height}"
        raise BlockedError(reason("raster_too_large", file=name, size=size, count=cells, limit=limits.cells))


def placed(source: Any, name: str) -> str:
    """Return the system of an open raster.

    Raises
    ------
    BlockedError
        It names none, or does not say where it lies.
    """
    system = "" if source.crs is None else _system(source.crs)
    if not system:
        raise BlockedError(reason("raster_without_crs", file=name))
    if source.transform.is_identity:
        raise BlockedError(reason("raster_without_place", file=name))
    return system


def _system(crs: Any) -> str:
    code = crs.to_epsg()
    text = str(crs.to_wkt())
    if code:
        return f"EPSG:{code}"
    return "" if text.startswith(("LOCAL_CS", "ENGCRS")) else text


def _values(source: Any) -> tuple[Floats, list[Finding]]:
    """Apply nodata, mask, scale and offset; suspect a sentinel nobody declared."""
    raw = source.read(1, masked=True)
    values = raw.astype(np.float64).filled(np.nan)
    notes = _unwritten(source, values)
    scale, offset = source.scales[0], source.offsets[0]
    if (scale, offset) != (1.0, 0.0):
        notes.append(finding("fixed", "raster_scaled", scale=scale, offset=offset))
        values = values * scale + offset
    notes += _suspects(values, scale, offset)
    values[~np.isfinite(values)] = np.nan
    if np.isnan(values).all():
        notes.append(finding("warn", "raster_empty"))
    return values, notes


def _unwritten(source: Any, values: Floats) -> list[Finding]:
    """Take out blocks that were never written: they read as 0, and nobody measured a 0 there."""
    if source.nodata is not None:
        return []
    lost = [
        window for (row, column), window in source.block_windows(1)
        if source.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1) is None
    ]  # fmt: skip
    for window in lost:
        values[window.toslices()] = np.nan
    cells = sum(int(window.width) * int(window.height) for window in lost)
    return [finding("warn", "raster_blocks_missing", count=len(lost), share=cells / values.size)] if lost else []


def _suspects(values: Floats, scale: float, offset: float) -> list[Finding]:
    present = values[np.isfinite(values)]
    if len(present) == 0:
        return []
    low, high = float(present.min()), float(present.max())
    out = []
    for value in SENTINELS:
        shown = float(np.float32(value)) * scale + offset
        share = float((present == shown).sum() / len(present))
        rest = present[present != shown]
        lonely = len(rest) and (shown < rest.min() - 1000 or shown > rest.max() + 1000)
        if shown in (low, high) and share >= SENTINEL_SHARE and lonely:
            out.append(finding("warn", "raster_sentinel", value=shown, share=share, proposal=f"nodata:{shown:g}"))
    return out


def _north_up(values: Floats, source: Any) -> tuple[Floats, Affine6, list[Finding]]:
    """Flip a grid that is south up; a turned one stays as it is, since only its use says how to resample it."""
    t = source.transform
    if t.b == 0 and t.d == 0 and t.a > 0 and t.e > 0:
        upright = (t.a, 0.0, t.c, 0.0, -t.e, t.f + t.e * source.height)
        return np.ascontiguousarray(values[::-1]), upright, [finding("fixed", "raster_flipped")]
    return values, tuple(t)[:6], []
