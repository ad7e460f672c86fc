"""A county's delivery as departments send it: thirty layers, encodings and systems of every kind, archives, decoys.

``python -m tests.cases.departments`` moves it in and prints a stopwatch from empty study to candidate list, with
every stop: what the product asked of people on the way, and how long it took by itself.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.basis.progress import silent
from layers.library import kinds
from layers.study import catalog, delivery
from layers.study.run import runs
from layers.text import sentence
from layers.words import first_steps
from tests.layers.sources import make

SIDE, ACROSS = 100.0, 8
CUSTOM = pyproj.CRS.from_user_input(
    "+proj=tmerc +lat_0=0 +lon_0=119.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
)
SYSTEMS = ("EPSG:4549", "EPSG:4490", "EPSG:4528", CUSTOM, "EPSG:4548", "EPSG:4326")
"""As the study; degrees; with the zone in the easting; a meridian of its own; the neighbouring zone; WGS 84."""
WAYS = ("shp GBK", "gpkg", "shp UTF-8", "zip GBK", "geojson", "shp GB18030", "gdb")
TOWNS = {"青石镇": "shp GBK", "白河镇": "gpkg", "云溪乡": "shp UTF-8"}
"""Townships that send a layer of their own, and how."""
OFFICES = ("01 自然资源", "02 林业", "03 水利 河道", "04 生态环境", "05 文旅 文物", "06 应急")
CANARY = "CANARY-7f3a-机密"
"""Stands in a file outside the delivery; no output may hold it."""


@dataclass
class Sent:
    """What was written: rows of every layer by the code of its kind, and the files that are no data."""

    rows: dict[str, int] = field(default_factory=dict)
    stops: set[str] = field(default_factory=set)
    decoys: set[str] = field(default_factory=set)


def ground() -> gpd.GeoDataFrame:
    """Return the parcels: eight by eight, as a land survey writes them."""
    cells = [shapely.box(make.X + SIDE * c, make.Y + SIDE * r, make.X + SIDE * (c + 1), make.Y + SIDE * (r + 1))
             for r in range(ACROSS) for c in range(ACROSS)]  # fmt: skip
    n = len(cells)
    named = {"BSM": [f"33110000{k:04d}" for k in range(n)], "YSDM": "2001010100", "TBBH": [str(k) for k in range(n)],
             "DLBM": (["0101", "0301", "0601", "1201"] * n)[:n], "DLMC": "地类", "QSXZ": "30", "QSDWMC": "甲村",
             "TBMJ": SIDE * SIDE, "KCXS": 0.0, "TBDLMJ": SIDE * SIDE}  # fmt: skip
    return gpd.GeoDataFrame(named, geometry=cells, crs=make.GK)


def layer(number: int, columns: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return a few areas over the parcels, others for every number."""
    draw = np.random.default_rng(number)
    west, south = draw.uniform(0, SIDE * (ACROSS - 2), (2, 4))
    shapes = [
        shapely.box(make.X + x, make.Y + y, make.X + x + 130, make.Y + y + 90) for x, y in zip(west, south, strict=True)
    ]
    return gpd.GeoDataFrame({c: [f"名称{k}㐂" for k in range(4)] for c in columns}, geometry=shapes, crs=make.GK)


def kinds_sent() -> list:
    """Return thirty kinds of areas rules know, those with fields of their own first."""
    kept = ("relic_control", "buried_relics")  # of these a layer is sent that stops
    areas = [k for k in kinds.kinds().codes if k.role in ("constraint", "plan", "park") and not k.held_by]
    areas = [k for k in areas if k.code not in kept]
    return sorted(areas, key=lambda k: not k.fields)[:29]


def write(folder: Path) -> Sent:
    """Write the delivery and return what it holds."""
    sent, aside = Sent(), folder.parent / f"{folder.name}-aside"
    aside.mkdir(parents=True)
    for office in OFFICES:
        (folder / office / "成果数据").mkdir(parents=True)
    survey = folder / OFFICES[0]
    make.shapefile(survey, ground(), "DLTB2025", encoding="GBK").with_suffix(".cpg").unlink()
    sent.rows["parcels"] = ACROSS * ACROSS
    edge = gpd.GeoDataFrame(
        {"XZQDM": ["331100"], "XZQMC": ["甲县"]}, geometry=[ground().union_all().buffer(500)], crs=make.GK
    )
    edge.to_crs("EPSG:4528").to_file(survey / "XZQ.gpkg")
    sent.rows["boundary"] = 1
    *sent_plain, by_town, in_two = kinds_sent()
    for number, kind in enumerate(sent_plain):
        name = next((a for a in kind.aliases if len(a) > 3), kind.title.zh)
        columns = tuple(kind.fields[:6]) or ("MC", "BH", "BZ")
        frame = layer(number, columns).to_crs(SYSTEMS[number % len(SYSTEMS)])
        _one(folder / OFFICES[number % len(OFFICES)] / "成果数据", aside, frame, name, WAYS[number % len(WAYS)])
        sent.rows[kind.code] = len(frame)
    name = next((a for a in in_two.aliases if len(a) > 3), in_two.title.zh)
    _nested(folder / OFFICES[2], aside, layer(89, tuple(in_two.fields[:6]) or ("MC", "BH", "BZ")), name)
    sent.rows[in_two.code] = 4
    _by_town(folder, by_town)
    sent.rows[by_town.code] = len(TOWNS)
    _stops(folder, sent)
    _decoys(folder, sent)
    return sent


def _by_town(folder: Path, kind: Any) -> None:
    """Write a layer as it comes from townships: a file each, in a system and an encoding of its own."""
    name = next((a for a in kind.aliases if len(a) > 3), kind.title.zh)
    columns = tuple(kind.fields[:6]) or ("MC", "BH", "BZ")
    for k, (town, way) in enumerate(TOWNS.items()):
        shape = shapely.box(make.X + 200 * k, make.Y, make.X + 200 * (k + 1), make.Y + 150)
        frame = gpd.GeoDataFrame({c: [f"名称{k}㐂"] for c in columns}, geometry=[shape], crs=make.GK)
        place = folder / OFFICES[1] / "分乡镇" / town
        place.mkdir(parents=True)
        _one(place, place, frame.to_crs(SYSTEMS[k]), name, way)


class _InGbk(zipfile.ZipInfo):
    """A file named in GBK without a flag that says so, as Windows packs it."""

    def _encodeFilenameFlags(self):  # noqa: N802
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _one(place: Path, aside: Path, frame: gpd.GeoDataFrame, name: str, way: str) -> None:
    kind, _, encoding = way.partition(" ")
    if kind == "gpkg":
        make.gpkg(place, frame, name, f"{name}.gpkg")
    elif kind == "gdb":
        frame.to_file(place / f"{name}.gdb", layer=name, driver="OpenFileGDB")
    elif kind == "geojson":
        frame.to_crs(4326).to_file(place / f"{name}.geojson", driver="GeoJSON")
    elif kind == "shp":
        # rare characters are in GB 18030 and UTF-8 only
        plain = frame if encoding != "GBK" else frame.replace("㐂", "", regex=True)
        made = make.shapefile(place, plain, name, encoding=encoding)
        if encoding.startswith("GB"):
            made.with_suffix(".cpg").unlink()
    else:
        made = make.shapefile(aside, frame.replace("㐂", "", regex=True), "x", encoding="GBK")
        with zipfile.ZipFile(place / f"{name}.zip", "w") as archive:
            for part in sorted(aside.glob(f"{made.stem}.*")):
                archive.writestr(_InGbk(f"{name}/{name}{part.suffix}"), part.read_bytes())


def _stops(folder: Path, sent: Sent) -> None:
    """Layers nobody can take as they are: no system, an old datum, half of a file."""
    place = folder / OFFICES[2]
    make.shapefile(place, layer(90, ("MC",)), "建设控制地带").with_suffix(".prj").unlink()
    layer(91, ("MC",)).to_crs("EPSG:2384").to_file(place / "地下文物埋藏区.gpkg")
    whole = make.shapefile(place, layer(92, ("MC",)), "截断")
    whole.write_bytes(whole.read_bytes()[:180])
    sent.stops |= {"截断.shp", "建设控制地带.shp", "地下文物埋藏区.gpkg"}


def _nested(place: Path, aside: Path, frame: gpd.GeoDataFrame, name: str) -> None:
    """Pack a shapefile in a zip that lies in a zip, all of them named in GBK."""
    inner = aside / "inner"
    inner.mkdir()
    _one(inner, aside, frame, name, "zip GBK")
    with zipfile.ZipFile(place / "外.zip", "w") as archive:
        archive.writestr(_InGbk(f"二季度/{name}.zip"), (inner / f"{name}.zip").read_bytes())


def _decoys(folder: Path, sent: Sent) -> None:
    place = folder / OFFICES[5]
    for name, body in (("总图.dwg", b"AC1032" + bytes(64)), ("说明.docx", b"PK"), ("封面.pdf", b"%PDF-1.4"),
                       ("工程.qgz", b"PK"), ("图例.png", b"\x89PNG")):  # fmt: skip
        (place / name).write_bytes(body)
        sent.decoys.add(name)
    (place / "Thumbs.db").write_bytes(b"x")
    sent.decoys.add("Thumbs.db")
    (place / "通讯录.csv").write_text("姓名,电话\n张三,1\n李四,2\n", encoding="gb18030")
    pd.DataFrame({"备注": ["甲", "乙"], "页": ["1", "2"]}).to_csv(place / "目录.csv", index=False, encoding="utf-16")


@dataclass
class Moved:
    """What moving in took: seconds by step, and what stopped at people."""

    seconds: dict[str, float] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)
    taken: list = field(default_factory=list)
    found: delivery.Delivery | None = None
    statuses: dict[str, int] = field(default_factory=dict)


def move_in(study: Path, sent: Path) -> Moved:
    """Move a delivery in by the product's own proposals and screen; nothing is said that it did not propose or ask."""
    from layers.study.run.released import open_results

    out, start = Moved(), time.perf_counter()

    def lap(name: str) -> None:
        out.seconds[name] = time.perf_counter() - start - sum(out.seconds.values())

    catalog.new(study, crs=make.GK)
    lap("luodi new")
    out.found = delivery.delivery(study, [sent])
    lap("luodi add DIR FOLDER (table)")
    known = [p for p in out.found.proposals if p.kind is not None and p.fits and not p.again]
    out.taken = delivery.take(study, known, {"vintage": "2025-12-31", "coverage": "complete"})
    lap("luodi add DIR FOLDER --take …")
    out.stops += [f"{p.table.title}: nothing speaks for a kind, people say what it is" for p in out.found.proposals
                  if p.kind is None]  # fmt: skip
    out.stops += [f"{file.name}: {sentence(why, 'en')}" for file, why in out.found.left]
    out.stops += [f"{t.proposal.table.title}: {sentence(w, 'en')}" for t in out.taken for w in t.refused]
    runs.update(study, "screen", silent)
    lap("luodi screen")
    results = open_results(study)
    assert results is not None
    out.statuses = results.table("candidates")["status"].astype(str).value_counts().to_dict()
    out.stops += [line.strip() for line in first_steps.lines(results, "en")]
    return out


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made) / "交付"
        if len(sys.argv) == 1:
            write(folder)
        told = move_in(Path(made) / "study", folder)
    for name, seconds in told.seconds.items():
        print(f"{seconds:8.1f} s  {name}")
    print(f"{sum(told.seconds.values()):8.1f} s  from the empty study to the list: {json.dumps(told.statuses)}")
    print(f"taken {sum(not t.refused for t in told.taken)} of {len(told.found.proposals)} lines; stops:")
    for stop in told.stops:
        print("  -", stop)


if __name__ == "__main__":
    main()
