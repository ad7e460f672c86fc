"""A list with shapes as a boundary TXT (报盘 TXT): a plot a row, read back by the reader of red lines."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyproj
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.outputs.coordinates import MILLIMETRE, write_txt
from layers.outputs.form import fields, writes
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.outputs.txt_layouts import form
from layers.sources.redline.model import Plot

USE = "地块用途"
VERSION = "1.01版本"
_NAMES, _USES = ("name",), ("plan_use", "land_use", "use", "building_use")
"""Columns that name a plot, and that say its use, where a table has them."""


def _plots_in(path: Path, table: str) -> int:
    """Count the header lines: each ends in @."""
    body = path.read_bytes()
    text = body.decode("utf-8-sig") if _is_utf8(body) else body.decode("gbk")
    return sum(line.rstrip().endswith("@") for line in text.splitlines())


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@writes("txt", "报盘 TXT", "asked", count=_plots_in)
def _write_list(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    frame = fields(made.frame)
    ids = frame.iloc[:, 0].astype(str).tolist()
    bare = [name for name, shape in zip(ids, shapes, strict=True) if shape is None or shape.is_empty]
    if bare:
        raise BlockedError(reason("redline_write_not_area", count=len(bare), rows=bare[:5]))
    told = {kind: next((c for c in names if c in frame), "") for kind, names in (("name", _NAMES), ("use", _USES))}
    names = frame[told["name"]].fillna("").astype(str).tolist() if told["name"] else ids
    uses = frame[told["use"]].fillna("").astype(str).tolist() if told["use"] else [""] * len(ids)
    drawn = shapely.set_precision(shapes.to_numpy(), MILLIMETRE)
    plots = [
        Plot(plain(one), plain(name) or plain(one), shape, 0, None, {USE: plain(use)} if use else {})
        for one, name, shape, use in zip(ids, names, drawn, uses, strict=True)
    ]
    asked = form(",".join(filter(None, (made.asked.get("encoding", ""), made.asked.get("txt", "")))))
    head = {"格式版本号": VERSION, "数据产生日期": made.asked.get("day", "")} | asked.said()
    with path.open("wb") as stream:
        write_txt(stream, plots, _code(shapes), head, asked)


def _code(shapes: gpd.GeoSeries) -> str:
    crs = pyproj.CRS.from_user_input(shapes.crs)
    return f"EPSG:{crs.to_epsg()}" if crs.to_epsg() else str(crs.to_string())
