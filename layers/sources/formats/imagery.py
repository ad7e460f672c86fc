"""Child side: all bands of a GeoTIFF as plain arrays on disk, written block by block, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.finding import finding
from layers.sources.formats.contents import Contents
from layers.sources.formats.raster import placed, sized
from layers.sources.limits import Limits

BLOCK = 1024
BANDS, VALID = "bands.npy", "valid.npy"


def parse(inside: Contents, folder: Path, limits: Limits) -> dict[str, Any]:
    """Write ``bands.npy`` (bands, rows, columns) and ``valid.npy`` (rows, columns); return what goes into the result.

    A cell is valid where no band says no data. Scale and offset are applied (float32 then);
    otherwise the values keep the type of the file. Row 0 is the north edge.
    """
    import rasterio

    if inside.kind != "tiff":
        raise BlockedError(reason("not_raster", file=inside.name, kind=inside.kind))
    with rasterio.open(inside.path, driver="GTiff") as source:
        sized(source, inside.name, limits, source.count)
        system = placed(source, inside.name)
        if source.transform.b or source.transform.d:
            raise BlockedError(reason("raster_rotated", layer=inside.name))
        found = list(inside.findings)
        if _scaled(source):
            found.append(finding("fixed", "raster_scaled", scale=source.scales[0], offset=source.offsets[0]))
        transform = _write(source, folder)
    findings = [f.to_dict() for f in found]
    return {"crs": system, "transform": transform, "findings": findings, "layer": "", "layers": []}


def _scaled(source: Any) -> bool:
    return any(pair != (1.0, 0.0) for pair in zip(source.scales, source.offsets, strict=True))


def _write(source: Any, folder: Path) -> list[float]:
    kind = np.dtype(np.float32) if _scaled(source) else np.dtype(source.dtypes[0])
    shape = (source.height, source.width)
    bands = np.lib.format.open_memmap(folder / BANDS, "w+", kind, (source.count, *shape))
    valid = np.lib.format.open_memmap(folder / VALID, "w+", np.bool_, shape)
    a, b, c, d, e, f = tuple(source.transform)[:6]
    upright = e < 0
    scale = np.array(source.scales)[:, None, None]
    offset = np.array(source.offsets)[:, None, None]
    for rows, columns in blocks(shape, BLOCK):
        window = (rows, columns)
        values = source.read(window=window)
        good = (source.read_masks(window=window) > 0).all(axis=0) & np.isfinite(values).all(axis=0)
        if _scaled(source):
            values = (values * scale + offset).astype(np.float32)
        at = slice(*rows) if upright else slice(shape[0] - rows[1], shape[0] - rows[0])
        bands[:, at, slice(*columns)] = values if upright else values[:, ::-1]
        valid[at, slice(*columns)] = good if upright else good[::-1]
    bands.flush()
    valid.flush()
    return [a, b, c, d, e, f] if upright else [a, b, c, d, -e, f + e * shape[0]]


def blocks(shape: tuple[int, int], size: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield first and last row, first and last column of squares that cover an image."""
    for top in range(0, shape[0], size):
        for left in range(0, shape[1], size):
            yield (top, min(top + size, shape[0])), (left, min(left + size, shape[1]))
