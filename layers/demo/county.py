"""Write the study folder of the demonstration county."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from geo.basis.errors import BlockedError
from geo.basis.progress import Progress, silent
from geo.basis.reason import reason
from layers.demo import fabric, ground, incoming, manifest, patches, works, writers, zones
from layers.demo.ground import Ground
from layers.demo.settings import part
from layers.demo.zones import Zones

STAGE = "demo"


def write(folder: Path, progress: Progress = silent) -> None:
    """Write the demonstration study: `study.toml`, `inputs/` and `incoming/`.

    The same call writes the same content on every run; nothing is read but
    ``data/demo``, and nothing is fetched.

    Parameters
    ----------
    folder : Path
        Made when missing. It must be empty.
    progress : Progress
        Told after each step; may raise `Cancelled`.

    Raises
    ------
    BlockedError
        The folder holds something already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BlockedError(reason("demo_folder_not_empty", path=str(folder)))
    (folder / "inputs").mkdir(parents=True)
    (folder / "incoming").mkdir()
    steps = _Steps(progress, 6)
    laid = steps.take(ground.build)
    faces = steps.take(lambda: fabric.build(laid))
    survey = steps.take(lambda: patches.build(laid, faces))
    limits = steps.take(lambda: zones.build(laid, survey))
    steps.take(lambda: _maps(folder / "inputs", laid, survey, limits))
    steps.take(lambda: incoming.write(folder / "incoming", laid))
    (folder / "study.toml").write_text(manifest.text(part("layers")["layers"]), encoding="utf-8")


class _Steps:
    """Counts steps and tells progress."""

    def __init__(self, progress: Progress, total: int):
        self.progress, self.total, self.done = progress, total, 0
        progress(0, total, STAGE)

    def take(self, step: Callable[[], Any]) -> Any:
        out = step()
        self.done += 1
        self.progress(self.done, self.total, STAGE)
        return out


def _maps(inputs: Path, laid: Ground, survey: gpd.GeoDataFrame, limits: Zones) -> None:
    """Write land survey, constraints, parks, plan and networks."""
    whole = limits.boundary.geometry.iloc[0]
    growth = shapely.union_all(limits.growth.geometry.to_numpy())
    writers.geopackage(inputs / "DLTB.gpkg", {"DLTB": survey})
    writers.geodatabase(inputs / "YJJBNT.gdb", {"YJJBNTTB": limits.farmland})
    writers.shapefile(inputs / "STBHHX.zip", "STBHHX", limits.redline, code_page=False)
    writers.shapefile(inputs / "CZKFBJ.zip", "CZKFBJ", limits.growth, code_page=False)
    writers.geojson(inputs / "饮用水水源保护区.geojson", limits.water_sources)
    writers.shapefile(inputs / "河道管理范围.zip", "HDGLFW", limits.river_management)
    writers.geopackage(inputs / "水利.gpkg", {"YMFW": limits.flood})
    writers.geopackage(inputs / "规划基础.gpkg", {"XZQ": limits.boundary, "KFYQ": works.parks(laid)})
    writers.shapefile(inputs / "GHDK.zip", "GHDK", works.plan(laid, growth))
    writers.geopackage(inputs / "基础设施.gpkg", {
        "道路": works.roads(laid, whole), "铁路": works.railway(laid, whole),
        "高压线": works.lines(laid, "power_lines"), "管线": works.lines(laid, "pipes"),
    })  # fmt: skip
    writers.shapefile(inputs / "居民点.zip", "JMD", works.residential(survey))
    writers.geojson(inputs / "学校.geojson", works.schools(survey))
