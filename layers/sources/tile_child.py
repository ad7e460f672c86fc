"""The process that draws tiles of a raster: ``python -m layers.sources.tile_child``; a broken file costs it alone.

It reads one line of JSON per question from standard input and answers with a length and so many bytes. The first
question names the file; the answer says where it lies and at which zooms it can be drawn. GeoTIFF of any size: what
is read is a window, from the pyramid where the file has one, warped into the square of the web map.
"""

from __future__ import annotations

import json
import math
import os
import struct
import sys
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

import layers  # noqa: F401 - sets the driver ban before GDAL is loaded
from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources import child
from layers.sources.limits import Limits

TILE, HALF_WORLD_M = 256, 20037508.342789244
MOST_READ = 24_000_000
"""Cells of the file under one tile; a file without a pyramid is shown from the zoom on at which there are fewer."""
MOST_ZOOM, FINER = 21, 1
SAMPLE = 512
DARK, BRIGHT = 2.0, 98.0
"""Percentiles drawn black and white where the values are no bytes."""
FAILED = 0xFFFFFFFF


class Drawn:
    """An open raster, warped into the square of the web map."""

    def __init__(self, path: str, crs: str):
        import rasterio
        from rasterio.vrt import WarpedVRT

        name = os.path.basename(path)
        self.source = rasterio.open(path, driver="GTiff")
        system = self.source.crs or (rasterio.crs.CRS.from_user_input(crs) if crs else None)
        if system is None:
            raise BlockedError(reason("raster_without_crs", file=name))
        if self.source.transform.is_identity and not self.source.gcps[0]:
            raise BlockedError(reason("raster_without_place", file=name))
        self.crs = system
        self.vrt = WarpedVRT(self.source, src_crs=system, crs="EPSG:3857", add_alpha=_bare(self.source),
                             resampling=rasterio.enums.Resampling.bilinear if _smooth(self.source)
                             else rasterio.enums.Resampling.nearest, warp_mem_limit=256)  # fmt: skip
        self.palette = self._palette()
        self.range = self._range()

    def _palette(self) -> npt.NDArray[np.uint8] | None:
        try:
            table = self.source.colormap(1)
        except ValueError:
            return None
        out = np.zeros((256, 3), np.uint8)
        for k, colour in table.items():
            if 0 <= k < 256:
                out[k] = colour[:3]
        return out

    @property
    def bands(self) -> list[int]:
        """Red, green, blue; one band is grey (or looked up in its palette)."""
        colours = [b for b, kind in enumerate(self.source.colorinterp, 1) if kind.name != "alpha"]
        return colours[:3] if len(colours) >= 3 else colours[:1] * 3

    def _range(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """What is drawn black and white; bytes are drawn as they are."""
        if np.dtype(self.source.dtypes[0]) == np.uint8:
            return np.zeros(3), np.full(3, 255.0)
        shape = tuple(max(1, min(n, SAMPLE)) for n in (self.source.height, self.source.width))
        if self.source.height * self.source.width > MOST_READ and not self.source.overviews(1):
            whole = self.source.read(self.bands, window=((0, shape[0]), (0, shape[1])), masked=True)
        else:
            whole = self.source.read(self.bands, out_shape=(3, *shape), masked=True)
        seen = [np.asarray(b.compressed(), np.float64) for b in whole]
        seen = [v[np.isfinite(v)] for v in seen]
        low, high = (np.array([np.percentile(v, p) if len(v) else 0.0 for v in seen]) for p in (DARK, BRIGHT))
        return low, np.maximum(high, low + 1e-12)

    def told(self) -> dict[str, Any]:
        """Return where the raster lies, in degrees, and from which zoom to which it can be drawn."""
        from rasterio.warp import transform_bounds

        extent = transform_bounds("EPSG:3857", "EPSG:4326", *self.vrt.bounds)
        if not np.isfinite(extent).all():
            raise BlockedError(reason("raster_without_place", file=os.path.basename(self.source.name)))
        cell = abs(self.vrt.transform.a)
        finest = math.ceil(math.log2(2 * HALF_WORLD_M / TILE / cell)) + FINER
        high = max(0, min(finest, MOST_ZOOM))
        factor = max(self.source.overviews(1), default=1)
        reach = math.sqrt(MOST_READ) * cell * factor  # metres under the largest tile that may be read
        low = max(0, math.ceil(math.log2(2 * HALF_WORLD_M / reach)))
        whole = self.source.width * self.source.height / factor**2 <= MOST_READ
        return {"extent": list(extent), "zooms": [0 if whole else min(low, high), high], "crs": self.crs.to_wkt()}

    def png(self, z: int, x: int, y: int) -> bytes:
        """Return one tile, empty where there is nothing of the raster under it."""
        from PIL import Image

        side = 2 * HALF_WORLD_M / 2**z
        west, north = x * side - HALF_WORLD_M, HALF_WORLD_M - y * side
        left, bottom, right, top = self.vrt.bounds
        if west >= right or west + side <= left or north <= bottom or north - side >= top:
            return b""
        with self._cut(west, north, side) as cut:
            values = cut.read(self.bands)
            seen = cut.dataset_mask() > 0
        if not seen.any():
            return b""
        out = np.zeros((TILE, TILE, 4), np.uint8)
        out[..., :3] = self._coloured(values)
        out[..., 3] = np.where(seen, 255, 0)
        out[~seen] = 0
        return _encoded(Image.fromarray(out, "RGBA"))

    def _cut(self, west: float, north: float, side: float) -> Any:
        """Return the raster warped to one tile alone: GDAL picks the level of the pyramid for it."""
        from rasterio.transform import from_origin
        from rasterio.vrt import WarpedVRT

        return WarpedVRT(self.source, src_crs=self.crs, crs="EPSG:3857", width=TILE, height=TILE,
                         transform=from_origin(west, north, side / TILE, side / TILE),
                         resampling=self.vrt.resampling, add_alpha=_bare(self.source), warp_mem_limit=256)  # fmt: skip

    def _coloured(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        if self.palette is not None and values.dtype == np.uint8:
            colours: npt.NDArray[np.uint8] = self.palette[values[0]]
            return colours
        low, high = (r[:, None, None] for r in self.range)
        shade = (values.astype(np.float64) - low) / (high - low) * 255.0
        return np.moveaxis(np.clip(np.nan_to_num(shade), 0.0, 255.0).astype(np.uint8), 0, -1)


def _bare(source: Any) -> bool:
    """Tell whether nothing says where the raster has no data: a band of it is made then."""
    return source.nodata is None and not any(kind.name == "alpha" for kind in source.colorinterp)


def _smooth(source: Any) -> bool:
    """Tell whether cells may be mixed: the numbers of a palette may not."""
    return not any(kind.name == "palette" for kind in source.colorinterp)


def _encoded(image: Any) -> bytes:
    import io

    out = io.BytesIO()
    image.save(out, "PNG", compress_level=2)
    return out.getvalue()


def main() -> int:
    """Answer questions until there are none; what goes wrong with one becomes the reasons of its answer."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library says must not stand among the answers
    first = json.loads(questions.readline())
    child._restrict(Limits(**first["limits"]))
    try:
        drawn = Drawn(first["path"], first["crs"])
        _put(answers, json.dumps(drawn.told()).encode())
    except Exception as problem:
        _refused(answers, problem, os.path.basename(first["path"]))
        return 1
    for line in questions:
        try:
            _put(answers, drawn.png(*json.loads(line)))
        except Exception as problem:
            _refused(answers, problem, os.path.basename(first["path"]))
    return 0


def _put(stream: BinaryIO, body: bytes) -> None:
    stream.write(struct.pack("<I", len(body)) + body)
    stream.flush()


def _refused(stream: BinaryIO, problem: Exception, name: str) -> None:
    if isinstance(problem, BlockedError):
        why = problem.reasons[0]
    else:
        why = reason("basemap_broken", file=name, detail=(str(problem) or type(problem).__name__)[:200])
    body = why.to_json().encode()
    stream.write(struct.pack("<II", FAILED, len(body)) + body)
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
