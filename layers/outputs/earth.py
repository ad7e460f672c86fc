"""KML: shapes in longitude and latitude with the look and the values; nothing a viewer would read as markup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from layers.library.colours import PLAIN
from layers.outputs.form import fields, writes
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.text import has, say

SPACE = "http://www.opengis.net/kml/2.2"
DECIMALS = 8
_OPACITY = "b0"


def _placemarks(path: Path, table: str) -> int:
    """Count with the reader of GDAL, which counts rows without a shape too."""
    return int(pyogrio.read_info(path, force_feature_count=True)["features"])


@writes("kml", "KML", "asked", count=_placemarks)
def _write_kml(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    ElementTree.register_namespace("", SPACE)
    root = ElementTree.Element(_tag("kml"))
    document = _child(root, "Document")
    called = say(f"table.{table}", made.language) if has(f"table.{table}") else table
    _child(document, "name", called)
    notes = _child(_child(document, "ExtendedData"), "Data", name=made.notes_head)
    _child(notes, "value", _harmless("\n".join(made.notes)))
    for k, colour in enumerate([*made.look.colours.values(), PLAIN]):
        _style(document, f"s{k}", colour)
    place = {word: f"#s{k}" for k, word in enumerate(made.look.colours)}
    folder = _child(document, "Folder")
    _child(folder, "name", called)
    frame = fields(made.frame)
    names = [_harmless(made.headers.get(str(c), str(c))) for c in frame]
    column = list(frame).index(made.look.column) if made.look.column in frame else -1
    for row, shape in zip(frame.itertuples(index=False), shapes.to_crs(4326), strict=True):
        mark = _child(folder, "Placemark")
        _child(mark, "name", _harmless(row[0]))
        look = place.get(str(row[column]), "") if column >= 0 else ""
        _child(mark, "styleUrl", look or f"#s{len(place)}")
        data = _child(mark, "ExtendedData")
        for name, value in zip(names, row, strict=True):
            if value is not None and value == value:
                _child(_child(data, "Data", name=name), "value", _harmless(value))
        if shape is not None and not shape.is_empty:
            _shape(mark, shape)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _tag(name: str) -> str:
    return f"{{{SPACE}}}{name}"


def _child(parent: ElementTree.Element, tag: str, text: str = "", **given: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, _tag(tag), given)
    if text:
        made.text = text
    return made


def _harmless(value: Any) -> str:
    """Return a text no viewer of the earth can take for markup: it shows values as HTML, however they are escaped."""
    return plain(value).replace("<", "＜").replace(">", "＞").replace("$[", "$［")


def _style(document: ElementTree.Element, name: str, colour: str) -> None:
    style = _child(document, "Style", id=name)
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    line = _child(style, "LineStyle")
    _child(line, "color", f"ff{blue}{green}{red}".lower())
    _child(line, "width", "1.5")
    _child(_child(style, "PolyStyle"), "color", f"{_OPACITY}{blue}{green}{red}".lower())


def _shape(parent: ElementTree.Element, shape: Any) -> None:
    parts = list(shapely.get_parts(shape))
    holder = _child(parent, "MultiGeometry") if len(parts) > 1 else parent
    for part in parts:
        if part.geom_type == "Polygon":
            body = _child(holder, "Polygon")
            for k, ring in enumerate(shapely.get_rings(shapely.orient_polygons(part))):
                edge = _child(body, "innerBoundaryIs" if k else "outerBoundaryIs")
                _child(_child(edge, "LinearRing"), "coordinates", _places(shapely.get_coordinates(ring)))
        else:
            kind = "Point" if part.geom_type == "Point" else "LineString"
            _child(_child(holder, kind), "coordinates", _places(shapely.get_coordinates(part)))


def _places(points: Iterable[np.ndarray]) -> str:
    return " ".join(f"{x:.{DECIMALS}f},{y:.{DECIMALS}f}" for x, y in points)
