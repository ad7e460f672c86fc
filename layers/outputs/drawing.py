"""DXF for AutoCAD and CASS: closed lines by state on layers with Chinese names, ids as text, metres."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from ezdxf import colors
from ezdxf.document import Drawing
from ezdxf.filemanagement import new, readfile

from layers.library.colours import PLAIN
from layers.outputs.form import fields, writes
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.text import say

APP = "LUODI"
VERSION = "R2004"
"""The oldest with colours of our own: CASS and old offices open it, and its code page names the letters."""
METRES = 6
FACE = "simsun.ttc"
_NO_NAME = re.compile(r'[<>/\\":;?*|=`,]')
_LONGEST_XDATA = 250


def _rows(path: Path, table: str) -> int:
    """Count the rows a written drawing holds: each is marked once, on its first line or on its text."""
    space = readfile(path).modelspace()
    return len({e.get_xdata(APP)[1].value for e in space if e.has_xdata(APP)})


@writes("dxf", "DXF", "asked", count=_rows)
def _write_dxf(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    page = new(VERSION, units=METRES)
    page.encoding = "gbk"  # letters it has not are written as their numbers, which CAD programs read
    page.appids.add(APP)
    page.styles.add("LUODI", font=FACE)
    names = {word: _layer(page, word, colour) for word, colour in made.look.colours.items()}
    usual = names.get("") or _layer(page, say("mapfile.shapes", made.language), PLAIN)
    labels, below = say("mapfile.labels", made.language), made.notes_head
    for name in {labels, below} - set(names.values()):
        page.layers.add(name, color=colors.BLACK)
    frame = fields(made.frame)
    column = list(frame).index(made.look.column) if made.look.column in frame else -1
    heads = [plain(made.headers.get(str(c), str(c))) for c in frame]
    height = _height(shapes)
    lost = []
    for k, (row, shape) in enumerate(zip(frame.itertuples(index=False), shapes, strict=True)):
        layer = names.get(str(row[column]), usual) if column >= 0 else usual
        if shape is None or shape.is_empty:
            lost.append((k, str(row[0])))
            continue
        _drawn(page, shape, layer, _data(k, heads, row))
        at = shape.representative_point()
        _text(page, str(row[0]), (at.x, at.y), height, labels)
    _noted(page, made, shapes, lost, height)
    page.saveas(path)


def _layer(page: Drawing, word: str, colour: str) -> str:
    """Add a layer for a word; the format forbids some letters in its name."""
    name = (_NO_NAME.sub("_", plain(word)).strip() or "-")[:200]
    if name not in page.layers:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        page.layers.add(name, true_color=colors.rgb2int((red, green, blue)))
    return name


def _data(number: int, heads: list[str], row: tuple[Any, ...]) -> list[tuple[int, str | int]]:
    """Return what a line carries of its row: number, then every value as text (extended data)."""
    said = [f"{h}={plain(v)}"[:_LONGEST_XDATA] for h, v in zip(heads, row, strict=True) if v is not None and v == v]
    return [(1000, APP), (1071, number), *((1000, text) for text in said)]


def _drawn(page: Drawing, shape: Any, layer: str, data: list[tuple[int, str | int]]) -> None:
    space = page.modelspace()
    marked = False
    made: list[Any]
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            made = [space.add_point((part.x, part.y), dxfattribs={"layer": layer})]
        else:
            areas = part.geom_type == "Polygon"
            lines = shapely.get_rings(part) if areas else [part]
            made = [
                space.add_lwpolyline(
                    shapely.get_coordinates(line)[: -1 if areas else None], close=areas, dxfattribs={"layer": layer}
                )
                for line in lines
            ]
        if not marked:
            made[0].set_xdata(APP, data)
            marked = True


def _height(shapes: gpd.GeoSeries) -> float:
    """Return the height of texts in metres: a few per cent of how wide the usual shape is."""
    wide = shapely.bounds(shapes.dropna().to_numpy())
    usual = float((wide[:, 2] - wide[:, 0]).mean()) if len(wide) else 50.0
    return min(max(usual / 15.0, 1.0), 20.0) if math.isfinite(usual) else 2.5


def _text(page: Drawing, text: str, at: tuple[float, float], height: float, layer: str) -> Any:
    """Add a text; ``%%`` begins a code in it and is taken apart."""
    given = {"layer": layer, "style": "LUODI", "insert": at}
    return page.modelspace().add_text(plain(text).replace("%%", "% %"), height=height, dxfattribs=given)


def _noted(page: Drawing, made: Projection, shapes: gpd.GeoSeries, lost: list[tuple[int, str]], height: float) -> None:
    """Write below the drawing what every list says, and the rows that have no shape."""
    box = shapes.total_bounds
    left, below = (float(box[0]), float(box[1])) if math.isfinite(float(box[0])) else (0.0, 0.0)
    for k, note in enumerate(made.notes, 2):
        _text(page, note, (left, below - k * 2 * height), height, made.notes_head)
    start = len(made.notes) + 3
    for k, (number, name) in enumerate(lost, start):
        text = _text(page, f"{name} –", (left, below - k * 2 * height), height, made.notes_head)
        text.set_xdata(APP, [(1000, APP), (1071, number)])
