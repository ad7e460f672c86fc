"""The red lines that wait to be checked: one plot in the forms in which plots arrive."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely

from county import writers
from county.ground import Ground
from county.settings import part

ZONE = 40


def write(folder: Path, ground: Ground) -> None:
    """Write the red line of scene 1 as 报盘 TXT (6 and 8 digits), workbook, DXF and shapefile."""
    given = part("redline")
    shape = ground.site.redline
    plots = [(given["id"], given["name"], shape)]
    writers.survey_text(folder / "redline_liren.txt", plots)
    writers.survey_text(folder / "redline_liren_zone40.txt", plots, ZONE)
    west, east = _halves(shape)
    writers.survey_text(
        folder / "redline_liren_two_plots.txt", [("LR-1", given["name"], west), ("LR-2", given["name"], east)]
    )
    rows = [("点号", "X坐标（北）", "Y坐标（东）")]
    rows += [(f"J{k + 1}", y, x) for k, (x, y) in enumerate(shapely.get_coordinates(shape)[:-1].tolist())]
    writers.workbook(folder / "redline_liren.xlsx", {"界址点": rows}, f"{given['name']}界址点成果表")
    table = gpd.GeoDataFrame({"DKMC": [given["name"]]}, geometry=[shape], crs=part("county")["county"]["crs"])
    writers.shapefile(folder / "redline_liren.zip", "红线", table)
    outline = gpd.GeoDataFrame(geometry=[shape.exterior], crs=table.crs)
    pyogrio.write_dataframe(outline, folder / "redline_liren.dxf", driver="DXF")


def _halves(shape: shapely.Polygon) -> tuple[shapely.Polygon, shapely.Polygon]:
    """Cut the plot between two of its own corners."""
    ring = list(shape.exterior.coords)[:-1]
    return shapely.Polygon([*ring[:3], *ring[8:]]), shapely.Polygon(ring[2:9])
