"""Elevation, land cover and two dates of imagery, consistent with the fabric."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.ndimage import gaussian_filter, zoom

from county.ground import Ground
from county.settings import Floats, part, rng
from county.terrain import noise

Bytes = npt.NDArray[np.uint8]
DEM_CELL_M = 30.0
NO_DATA = -9999.0
COVER = {  # GlobeLand style classes by the first letters of the land class
    "01": 10, "02": 10, "03": 20, "04": 30, "08": 30, "100": 80, "11": 60, "12": 90, "20": 80, "1202": 80, "0305": 40,
}  # fmt: skip
ROADS = ("1001", "1003", "1004")
ROAD = 81
TOO_NARROW = ("1006", "1107")
"""Farm roads and ditches are narrower than a cell: an image does not resolve them."""
COLOURS = {  # red, green, blue, near infrared, 0-255
    10: (104, 122, 78, 168), 20: (42, 70, 44, 152), 30: (112, 134, 82, 160), 40: (72, 98, 60, 148),
    60: (44, 62, 74, 22), 80: (158, 152, 148, 128), 81: (118, 116, 116, 98), 90: (176, 150, 118, 138),
}  # fmt: skip


def dem(path: Path, ground: Ground) -> None:
    """Write the elevation at 30 m in the study CRS, metres, float32."""
    step = DEM_CELL_M / ground.frame.cell
    rows, cols = (int(n // step) for n in ground.frame.shape)
    smooth = gaussian_filter(ground.terrain.height, 1.2)
    k = (np.arange(max(rows, cols)) * step + step // 2).astype(int)
    values = smooth[np.ix_(k[:rows], k[:cols])].round(2).astype(np.float32)
    _write(path, values[None], DEM_CELL_M, ground, NO_DATA, "高程（米）")


def land_cover(path: Path, ground: Ground, patches: gpd.GeoDataFrame) -> None:
    """Write land cover classes at 10 m."""
    values = _burnt(ground, patches.geometry, patches["DLBM"].map(cover_class), 0)
    _write(path, values[None], ground.frame.cell, ground, 0, "10耕地 20林地 30草地 40灌木 60水体 80人造地表 90裸地")


def cover_class(land_class: str) -> int:
    """Return the land cover class of a land-survey class."""
    return COVER.get(land_class) or COVER.get(land_class[:3]) or COVER[land_class[:2]]


def imagery(path: Path, ground: Ground, patches: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, year: int) -> None:
    """Write one date of imagery: R, G, B and near infrared, uint8, 10 m.

    What is built by 2026 and was bare soil in 2024 stands in ``county.toml`` as
    ``built_between``; ``bare_plots`` are bare soil on both.
    """
    given = part("county")
    fresh = given["built_between"] if year <= 2024 else []
    bare = (patches["planted"].isin(given["bare_plots"]) | patches["block"].isin(fresh)).to_numpy()
    wide = ~patches["DLBM"].isin(TOO_NARROW).to_numpy()
    codes = np.where(bare, 90, patches["DLBM"].map(cover_class))
    codes[patches["DLBM"].isin(ROADS)] = ROAD
    shown = _burnt(ground, patches.geometry[wide], codes[wide], 10)
    tint = _burnt(ground, patches.geometry[wide], rng("tint").integers(0, 200, wide.sum()), 100)
    lookup = np.zeros((256, 4))
    for code in np.unique(shown):
        lookup[code] = COLOURS[code]
    bands = lookup[shown].transpose(2, 0, 1) * (0.90 + 0.001 * tint)
    roofs = _burnt(ground, buildings.geometry[~buildings["DKBH"].isin(fresh)], 1, 0).astype(bool)
    bands[:, roofs] = np.array([196, 198, 204, 150])[:, None]
    inside = _burnt(ground, patches.geometry, 1, 0)
    values = _lit(bands, ground, year) * inside
    _write(path, values, ground.frame.cell, ground, 0, f"{year}年影像（红 绿 蓝 近红外）")


def _burnt(ground: Ground, shapes: Any, values: Any, fill: int) -> Bytes:
    """Burn values into the working raster; `fill` stands where no shape lies."""
    pairs = zip(shapes, np.broadcast_to(values, len(shapes)), strict=True)
    affine = Affine(*ground.frame.transform)
    return np.asarray(rasterize(pairs, out_shape=ground.frame.shape, transform=affine, dtype="uint8", fill=fill))


def _lit(bands: Floats, ground: Ground, year: int) -> Bytes:
    """Add field-scale mottling, hill shade and a little sensor noise."""
    mottle = noise(ground.frame, f"mottle {year}", 160.0, 3)
    down, across = np.gradient(gaussian_filter(ground.terrain.height, 1.0), ground.frame.cell)
    shade = 1.0 + 0.55 * (across - down) / np.sqrt(1.0 + across**2 + down**2)
    grain = zoom(rng(f"grain {year}").normal(0, 2.0, [n // 2 + 1 for n in ground.frame.shape]), 2, order=0)
    lit = bands * (1.0 + 0.06 * mottle) * shade.clip(0.55, 1.4) + grain[: bands.shape[1], : bands.shape[2]]
    return np.asarray((lit / 4).round().clip(0, 63) * 4, dtype=np.uint8).clip(4, 252)


def _write(path: Path, values: npt.NDArray[Any], cell: float, ground: Ground, nodata: float, text: str) -> None:
    affine = Affine(cell, 0, ground.frame.origin[0], 0, -cell, ground.frame.origin[1] + ground.frame.size[1])
    with rasterio.open(
        path, "w", driver="GTiff", width=values.shape[2], height=values.shape[1], count=values.shape[0],
        dtype=values.dtype, crs=part("county")["county"]["crs"], transform=affine, nodata=nodata,
        compress="deflate", predictor=2 if values.dtype.kind == "u" else 3, tiled=True,
    ) as out:  # fmt: skip
        out.write(values)
        out.update_tags(TIFFTAG_IMAGEDESCRIPTION=f"演示数据（合成）：{text}")
