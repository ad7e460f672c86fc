"""Child side: a table with a WKT column, or with x and y columns, as shapes."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources.cells import recognise
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer
from layers.sources.formats.tabular import sheets, table
from layers.sources.limits import Limits

_WKT = ("wkt", "geometry", "geom", "the_geom", "shape_wkt", "wkt_geom", "几何", "图形")
_X = ("x", "lon", "lng", "long", "longitude", "经度", "x坐标", "横坐标", "point_x", "east", "easting", "东坐标")
_Y = ("y", "lat", "latitude", "纬度", "y坐标", "纵坐标", "point_y", "north", "northing", "北坐标")


def as_vector(inside: Contents, sheet: str, limits: Limits) -> RawLayer:
    """Read a table with a WKT column or x and y columns as shapes.

    Raises
    ------
    BlockedError
        No such columns; the ones there are named.
    """
    found = table(inside, sheet or sheets(inside)[0], limits)
    key = {_key(name): name for name in found.columns}
    wkt = next((key[w] for w in _WKT if w in key), "")
    x, y = (next((key[w] for w in names if w in key), "") for names in (_X, _Y))
    shapes = np.empty(len(found.lines), object)
    if wkt:
        shapes[:] = shapely.from_wkt(found.columns[wkt], on_invalid="ignore")
        wrong = _unread(shapes, found.columns[wkt])
    elif x and y:
        wrong = _points(shapes, found.columns[x], found.columns[y])
    else:
        raise BlockedError(reason("table_without_coordinates", file=inside.name, known=list(found.columns)[:40]))
    columns = {n: [v or None for v in values] for n, values in found.columns.items() if n != wkt}
    return RawLayer(columns, shapes, "", wrong=wrong, findings=found.findings, lines=found.lines)


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"\s*[(\[].*?[)\]]", "", plain).strip()


def _unread(shapes: Any, texts: list[str]) -> list[tuple[int, Reason]]:
    missing = shapely.is_missing(shapes)
    codes = ["wkt_unreadable" if t else "geometry_missing" for t in texts]
    return [(int(k) + 1, reason(codes[k], text=texts[k][:40])) for k in np.flatnonzero(missing)]


def _points(shapes: Any, x: list[str], y: list[str]) -> list[tuple[int, Reason]]:
    wrong = []
    for k, (east, north) in enumerate(zip(x, y, strict=True)):
        a, b = recognise.number(east), recognise.number(north)
        if a is None or b is None:
            wrong.append((k + 1, reason("coordinate_unreadable", text=f"{east}, {north}"[:40])))
            continue
        shapes[k] = shapely.Point(a.value, b.value)
    return wrong
