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
from layers.sources.checks import repair
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer
from layers.sources.formats.tabular import sheets, table
from layers.sources.limits import Limits
from layers.sources.redline.chars import number

_WKT = ("wkt", "geometry", "geom", "the_geom", "shape_wkt", "wkt_geom", "几何", "图形")
_X = ("x", "lon", "lng", "long", "longitude", "经度", "x坐标", "横坐标", "point_x", "east", "easting", "东坐标")
_Y = ("y", "lat", "latitude", "纬度", "y坐标", "纵坐标", "point_y", "north", "northing", "北坐标")


_DECIMAL_COMMA = re.compile(r"[+-]?\d+,(?:\d{1,2}|\d{4,})")
"""With three digits behind the comma it may group thousands."""
_SRID = re.compile(r"SRID\s*=\s*(\d{1,6})\s*;\s*", re.IGNORECASE)
_HEX = re.compile(r"(?:00|01)(?:[0-9A-Fa-f]{2}){8,}")
_SHAPE = re.compile(
    r"\s*(SRID\s*=\s*\d+\s*;\s*)?((MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE)|GEOMETRYCOLLECTION|CURVEPOLYGON"
    r"|COMPOUNDCURVE|CIRCULARSTRING)\s*[ZM]{0,2}\s*(\(|EMPTY)|\s*0[01](0[1-9A-C]000|000000[01][0-9A-C])[0-9A-Fa-f]{10,}",
    re.IGNORECASE,
)
_CURVE = re.compile(r"\b(CURVEPOLYGON|COMPOUNDCURVE|CIRCULARSTRING|MULTICURVE|MULTISURFACE)\b", re.IGNORECASE)


def as_vector(inside: Contents, sheet: str, limits: Limits) -> RawLayer:
    """Read a table with a column of shapes (WKT, EWKT, hexadecimal WKB) or x and y columns as shapes.

    Raises
    ------
    BlockedError
        No such columns; the ones there are named.
    """
    found = table(inside, sheet or sheets(inside)[0], limits)
    key = {_key(name): name for name in found.columns}
    wkt = next((key[w] for w in _WKT if w in key), "") or _by_values(found.columns)
    x, y = (next((key[w] for w in names if w in key), "") for names in (_X, _Y))
    shapes = np.empty(len(found.lines), object)
    crs = ""
    if wkt:
        shapes[:], crs = _written_out(found.columns[wkt])
        wrong = _unread(shapes, found.columns[wkt])
    elif x and y:
        wrong = _points(shapes, found.columns[x], found.columns[y])
    else:
        raise BlockedError(reason("table_without_coordinates", file=inside.name, known=list(found.columns)[:40]))
    columns = {n: [v or None for v in values] for n, values in found.columns.items() if n != wkt}
    return RawLayer(columns, shapes, crs, wrong=wrong, findings=found.findings, lines=found.lines)


def _by_values(columns: dict[str, list[str]]) -> str:
    """Return the column whose cells are shapes written out, whatever it is called; "" for none."""
    for name, values in columns.items():
        filled = [v for v in values if v]
        if filled and sum(bool(_SHAPE.match(v)) for v in filled) * 2 > len(filled):
            return name
    return ""


def _written_out(texts: list[str]) -> tuple[Any, str]:
    """Return shapes written as WKT, EWKT or hexadecimal WKB, and the system all of them name ("" for none)."""
    bare = [_SRID.sub("", text.strip()) for text in texts]
    hexed = np.array([bool(_HEX.fullmatch(text)) for text in bare], dtype=bool)
    shapes = repair.each(shapely.from_wkt, [None if h else t for h, t in zip(hexed, bare, strict=True)])
    if hexed.any():
        shapes[hexed] = repair.each(shapely.from_wkb, [t for h, t in zip(hexed, bare, strict=True) if h])
    told = {int(found[1]) for text in texts if (found := _SRID.match(text.strip()))}
    told |= set(shapely.get_srid(shapes[hexed & ~shapely.is_missing(shapes)]).tolist())
    named = told - {0, -1}
    return shapes, f"EPSG:{named.pop()}" if len(named) == 1 else ""


def _key(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"\s*[(\[].*?[)\]]", "", plain).strip()


def _unread(shapes: Any, texts: list[str]) -> list[tuple[int, Reason]]:
    return [(int(k) + 1, _why_unread(texts[k])) for k in np.flatnonzero(shapely.is_missing(shapes))]


def _why_unread(text: str) -> Reason:
    if not text:
        return reason("geometry_missing")
    plain = _SRID.sub("", text.strip())
    if _HEX.fullmatch(plain):
        (kind,) = repair.wkb_types([bytes.fromhex(plain)])
        return repair.why_lost(int(kind))
    curve = _CURVE.search(text)
    return reason("geometry_curve", type=curve[0].upper()) if curve else reason("wkt_unreadable", text=text[:40])


def _points(shapes: Any, x: list[str], y: list[str]) -> list[tuple[int, Reason]]:
    wrong = []
    for k, (east, north) in enumerate(zip(x, y, strict=True)):
        a, b = _coordinate(east), _coordinate(north)
        if a is None or b is None:
            wrong.append((k + 1, reason("coordinate_unreadable", text=f"{east}, {north}"[:40])))
            continue
        shapes[k] = shapely.Point(a, b)
    return wrong


def _coordinate(text: str) -> float | None:
    """Read a number, degrees with minutes and seconds, or a number with a decimal comma where it can be no other."""
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    plain = recognise.number(text)
    if plain is not None:
        return plain.value
    other = number(text)
    return None if other.wrong else other.value
