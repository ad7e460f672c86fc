"""A district with the planted idle land and buildings of scene 3, small enough to run in a test.

G-07, G-11, G-15 and G-18 lie on p01 … p04, the plants P-03 and P-05 and the tower T-01 on p05, p07 and
p08; one firm says neither its building nor its place. An image of each of two days lies over all.
"""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin

from county import firms, registers
from county.settings import part
from geo.basis.progress import silent
from layers.study.run import runs
from tests import district

BARE, BUILT = (176, 150, 118, 138), (158, 152, 148, 128)
ON = {"P-03": (0, 1), "P-05": (2, 1), "T-01": (3, 1)}
LAYER = """
[[layers]]
id = "{id}"
role = "{role}"
title = "{title}"
source = "inputs/{source}"
vintage = {vintage}
{more}
"""


def write(folder: Path) -> Path:
    """Write the study."""
    district.write(folder)
    inputs = folder / "inputs"
    _supply().to_file(inputs / "supply.gpkg")
    _buildings().to_file(inputs / "buildings.gpkg")
    facts = part("facts")["signals"]
    pd.DataFrame(
        [{"QYBH": f"QY{k}", "QYMC": f["name"], "JZBH": f["building"]} for k, f in enumerate(facts)]
        + [{"QYBH": "QY9", "QYMC": "无处落位公司", "JZBH": ""}]
    ).to_csv(inputs / "firms.csv", index=False)
    series = [firms._planted_series(f"QY{k}", f) for k, f in enumerate(facts)]
    pd.concat([*series, series[0].assign(企业编号="QY9")]).to_csv(inputs / "series.csv", index=False)
    for year in (2024, 2026):
        _image(inputs / f"{year}.tif")
    fields = {spec["id"]: spec["fields"] for spec in part("layers")["layers"] if "fields" in spec}
    body = (folder / "study.toml").read_text(encoding="utf-8")
    for layer_id, role, title, source, vintage in (
        ("land_supply", "supply", "土地供应台账", "supply.gpkg", "2026-10-31"),
        ("buildings", "building", "房屋建筑", "buildings.gpkg", "2026-06-30"),
        ("enterprises", "enterprise", "企业", "firms.csv", "2026-10-31"),
        ("signals", "signal", "企业月度数据", "series.csv", "2026-10-31"),
    ):
        left_out = ("industry", "park_id") if layer_id == "enterprises" else ()
        known = {k: v for k, v in fields[layer_id].items() if k not in left_out}
        more = "fields = { " + ", ".join(f'{k} = "{v}"' for k, v in known.items()) + " }"
        more += '\ncoverage = "complete"' if layer_id == "buildings" else ""
        body += LAYER.format(id=layer_id, role=role, title=title, source=source, vintage=vintage, more=more)
    for year in (2024, 2026):
        more = 'kind = "imagery"\nbands = { red = 1, green = 2, blue = 3, nir = 4 }'
        body += LAYER.format(id=f"image_{year}", role="raster", title=f"{year}年影像", source=f"{year}.tif",
                             vintage=f"{year}-10-20", more=more)  # fmt: skip
    (folder / "study.toml").write_text(body, encoding="utf-8")
    return folder


def run(folder: Path, until: str = "idle") -> Path:
    """Write the study and run it."""
    runs.update(write(folder), until, silent)
    return folder


def _supply() -> gpd.GeoDataFrame:
    facts = [f for f in part("facts")["supply"] if f["id"] != "BN"]
    cells = [district.box(100 * k, 0, 100 * k + 100, 100) for k in range(len(facts))]
    rows = [registers._supply_row(f, "B3", c.area) for f, c in zip(facts, cells, strict=True)]
    return gpd.GeoDataFrame(rows, geometry=cells, crs=district.CRS)


def _buildings() -> gpd.GeoDataFrame:
    from county import buildings

    facts = part("facts")["buildings"]
    shapes = []
    for f in facts:
        column, row = ON[f["id"]]
        shapes.append(district.box(100 * column + 20, 100 * row + 20, 100 * column + 80, 100 * row + 60))
    rows = [buildings._planted_row(f) for f in facts]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=district.CRS)


def _image(path: Path) -> None:
    cells = np.empty((4, 30, 40), np.uint8)
    for k in range(4):
        cells[k] = BUILT[k]
        cells[k, 20:, :] = BARE[k]  # the row of the four plots, p01 … p04
    where = from_origin(district.X0, district.Y0 + 300, 10, 10)
    with rasterio.open(path, "w", driver="GTiff", width=40, height=30, count=4, dtype="uint8", nodata=0,
                       crs=district.CRS, transform=where) as out:  # fmt: skip
        out.write(cells)
