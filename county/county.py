"""Write the study folder of the demonstration county."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from county import (
    buildings,
    fabric,
    firms,
    ground,
    incoming,
    manifest,
    patches,
    rasters,
    registers,
    review,
    truth,
    works,
    writers,
    zone_accounts,
    zones,
)
from county.ground import Ground
from county.settings import part
from county.zones import Zones
from geo.basis.errors import BlockedError
from geo.basis.progress import Progress, silent
from geo.basis.reason import reason
from layers.basis.owned import owned
from layers.study.changes import commit
from layers.study.litter import MAKING
from layers.study.lock import PRIVATE, WAIT_S, writing
from layers.study.spec import FILE

STAGE = "demo"
FOLDERS = ("inputs", "incoming", "truth")


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
        The folder holds something already. Stopped on the way, nothing is left in it.
    """
    _unused(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with writing(folder, "demo", WAIT_S):
        _unused(folder)  # somebody may have been quicker
        with owned(folder / PRIVATE, MAKING) as aside:
            _made(aside, progress)
            with commit("demo", "did_study", path=str(folder)):
                _moved(aside, folder)


def _moved(aside: Path, folder: Path) -> None:
    """Move what was made into its place, the settings last: from then on it is a study."""
    done: list[str] = []
    try:
        for name in (*FOLDERS, FILE):
            os.replace(aside / name, folder / name)
            done.append(name)
    except OSError:
        for name in done:
            os.replace(folder / name, aside / name)
        raise


def _unused(folder: Path) -> None:
    if folder.exists() and any(p.name != PRIVATE for p in folder.iterdir()):
        raise BlockedError(reason("demo_folder_not_empty", path=str(folder)))


def _made(folder: Path, progress: Progress) -> None:
    """Make the whole study in a folder."""
    for name in FOLDERS:
        (folder / name).mkdir()
    steps = _Steps(progress, 8)
    laid = steps.take(ground.build)
    faces = steps.take(lambda: fabric.build(laid))
    survey = steps.take(lambda: patches.build(laid, faces))
    limits = steps.take(lambda: zones.build(laid, survey))
    steps.take(lambda: _maps(folder / "inputs", laid, survey, limits))
    firm = steps.take(lambda: _registers(folder / "inputs", laid, survey))
    steps.take(lambda: _images(folder / "inputs", laid, survey, firm[0]))
    steps.take(lambda: incoming.write(folder / "incoming", laid))
    _truth(folder / "truth", laid, survey, limits, firm[1])
    (folder / FILE).write_text(manifest.text(part("layers")["layers"]), encoding="utf-8")


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
    writers.geopackage(inputs / "防灾.gpkg", {"YMFW": limits.flood, "DZZHWXQ": limits.hazard})
    writers.geopackage(inputs / "规划基础.gpkg", {"XZQ": limits.boundary, "KFYQ": works.parks(laid)})
    writers.shapefile(inputs / "GHDK.zip", "GHDK", works.plan(laid, growth))
    writers.geopackage(inputs / "基础设施.gpkg", {
        "道路": works.roads(laid, whole), "铁路": works.railway(laid, whole),
        "高压线": works.lines(laid, "power_lines", whole), "管线": works.lines(laid, "pipes", whole),
    })  # fmt: skip
    _review(inputs, review.build(laid, survey, limits))
    writers.shapefile(inputs / "居民点.zip", "JMD", works.residential(survey))
    writers.geojson(inputs / "学校.geojson", works.schools(survey))


def _review(inputs: Path, asked: review.Review) -> None:
    """Write what a joint review asks beside the constraints, and the ground two layers speak for."""
    writers.geopackage(inputs / "联审.gpkg", {
        "YNCBQ": asked.reserve, "LDYZT": asked.forest, "GKDY": asked.units, "KCZY": asked.minerals,
        "KGFW": asked.detailed, "CPKF": asked.acquisition,
    })  # fmt: skip
    writers.geojson(inputs / "压矿查询范围.geojson", asked.surveyed)
    writers.geojson(inputs / "开发边界成果范围.geojson", asked.drawn)


def _registers(inputs: Path, laid: Ground, survey: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, firms.Firms]:
    """Write buildings, facilities, land supply, enterprises, projects, accounts and links."""
    stock = buildings.build(laid, survey)
    people = firms.build(stock)
    writers.shapefile(inputs / "房屋建筑.zip", "FWJZ", stock)
    writers.geopackage(inputs / "公用设施.gpkg", {
        "变电站": registers.facilities(laid, "substation"), "厂站": registers.facilities(laid, "works"),
    })  # fmt: skip
    writers.geopackage(inputs / "土地供应.gpkg", {"TDGY": registers.supply(laid)})
    writers.geojson(inputs / "企业.geojson", people.enterprises)
    writers.csv(inputs / "企业月度数据.csv", people.series, "gb18030")
    writers.csv(inputs / "产业链关联.csv", registers.links())
    writers.workbook(inputs / "招商项目推进表.xlsx", registers.projects(), "招商项目推进表")
    writers.workbook(inputs / "指标台账.xlsx", registers.budgets(), "指标台账")
    writers.workbook(inputs / "园区土地利用台账.xlsx", zone_accounts.sheet(laid, stock), "园区土地利用台账")
    return stock, people


def _images(inputs: Path, laid: Ground, survey: gpd.GeoDataFrame, stock: gpd.GeoDataFrame) -> None:
    rasters.dem(inputs / "DEM30.tif", laid)
    rasters.land_cover(inputs / "地表覆盖2025.tif", laid, survey)
    for year in (2024, 2026):
        rasters.imagery(inputs / f"影像{year}.tif", laid, survey, stock, year)


def _truth(folder: Path, laid: Ground, survey: gpd.GeoDataFrame, limits: Zones, people: firms.Firms) -> None:
    """Write what is planted, for tests; nothing reads it back."""
    growth = shapely.union_all(limits.growth.geometry.to_numpy())
    writers.csv(folder / "planted.csv", truth.planted(survey), "utf-8")
    writers.csv(folder / "scene_1.csv", truth.scene_one_table(laid, growth), "utf-8")
    writers.csv(folder / "signals.csv", people.truth, "utf-8")
