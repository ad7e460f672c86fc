"""GeoJSON by RFC 7946, strictly: what is wrong is named with the feature it is in.

We read the text ourselves instead of handing it to GDAL, which accepts strings as
numbers, objects without type and NaN, guesses field types from the first features and
gives up on the whole file for one ring that is not closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources.sniff import GEOJSON_TYPES, Repeated

_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_FOREIGN = {
    "Feature": ("features", "coordinates", "geometries"),
    "FeatureCollection": ("properties", "coordinates", "geometries", "geometry"),
}


@dataclass
class Features:
    """Features as read: attributes, shapes (None where missing) what is wrong with and was mended in which row.

    `of_more` is the member by which a service says that it held features back ("": it does not).
    """

    properties: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    wrong: list[tuple[int, Reason]] = field(default_factory=list)
    mended: list[tuple[int, Reason]] = field(default_factory=list)
    crs: str = "EPSG:4326"
    note: Reason | None = None
    of_more: str = ""


class _WrongError(Exception):
    def __init__(self, code: str, /, **values: Any):
        self.reason = reason(code, **values)


def read(doc: Any, name: str) -> Features:
    """Read a parsed document.

    Raises
    ------
    BlockedError
        The document itself is not GeoJSON. What is wrong inside one feature is listed
        in `Features.wrong` instead, with the feature's number.
    """
    try:
        _object(doc)
        out = Features()
        _crs(doc, out)
        for number, feature in enumerate(_features(doc), start=1):
            _feature(feature, number, out)
        out.of_more = _held_back(doc, len(out.shapes))
    except _WrongError as wrong:
        raise BlockedError(Reason(wrong.reason.code, {"file": name} | dict(wrong.reason.values))) from None
    return out


def _held_back(doc: dict[str, Any], count: int) -> str:
    """Return the member by which a map service says that its answer goes on (a page, a limit of rows)."""
    if doc.get("exceededTransferLimit") is True:
        return "exceededTransferLimit"
    for member in ("numberMatched", "totalFeatures"):
        if _number(doc.get(member)) and doc[member] > count:
            return f"{member} = {doc[member]}"
    links = doc.get("links")
    further = isinstance(links, list) and any(isinstance(k, dict) and k.get("rel") == "next" for k in links)
    return "links: next" if further else ""


def _features(doc: dict[str, Any]) -> Iterator[Any]:
    if doc["type"] == "FeatureCollection":
        listed = doc.get("features")
        if "features" not in doc:
            raise _WrongError("geojson_member_missing", member="features")
        if not isinstance(listed, list):
            raise _WrongError("geojson_member_wrong", member="features", expected="array")
        yield from listed
    elif doc["type"] == "Feature":
        yield doc
    else:
        yield {"type": "Feature", "properties": {}, "geometry": doc}


def _object(value: Any) -> None:
    """Check what every GeoJSON object must fulfil."""
    if not isinstance(value, dict):
        raise _WrongError("geojson_not_object")
    if isinstance(value, Repeated):
        raise _WrongError("geojson_member_twice", members=list(value.names))
    kind = value.get("type")
    if kind is None:
        raise _WrongError("geojson_type_missing")
    if kind not in GEOJSON_TYPES:
        raise _WrongError("geojson_type_unknown", found=str(kind)[:40])
    foreign = [m for m in _FOREIGN.get(kind, ("geometry", "properties", "features")) if m in value]
    if foreign:
        raise _WrongError("geojson_member_foreign", type=kind, members=foreign)
    _bbox(value)


def _bbox(value: dict[str, Any]) -> None:
    box = value.get("bbox")
    if box is None:
        return
    numbers = isinstance(box, list) and all(_number(v) for v in box)
    if not numbers or len(box) not in (4, 6):
        raise _WrongError("geojson_bbox_wrong")


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _crs(doc: dict[str, Any], out: Features) -> None:
    """Believe the `crs` member of the old standard (ranges are checked later)."""
    if "crs" not in doc:
        return
    try:
        name = str(doc["crs"]["properties"]["name"])
    except (KeyError, TypeError):
        out.crs, out.note = "", reason("geojson_crs_unreadable")
        return
    parts = name.split(":")
    geographic = name.endswith("CRS84")
    out.crs = "EPSG:4326" if geographic else f"EPSG:{parts[-1]}" if parts[-1].isdecimal() else name
    if not geographic:
        out.note = reason("geojson_crs_member", crs=out.crs)


def _feature(feature: Any, number: int, out: Features) -> None:
    shape, properties = None, {}
    try:
        _object(feature)
        if feature["type"] != "Feature":
            raise _WrongError("geojson_type_unknown", found=feature["type"])
        properties = _properties(feature)
        shape = None if feature["geometry"] is None else geometry(feature["geometry"])
        if shape is None:
            raise _WrongError("geometry_missing")
    except _WrongError as wrong:
        out.wrong.append((number, wrong.reason))
    out.properties.append(properties)
    out.shapes.append(shape)


def _properties(feature: dict[str, Any]) -> dict[str, Any]:
    for member in ("properties", "geometry"):
        if member not in feature:
            raise _WrongError("geojson_member_missing", member=member)
    if "id" in feature and not (_number(feature["id"]) or isinstance(feature["id"], str)):
        raise _WrongError("geojson_member_wrong", member="id", expected="string / number")
    properties = feature["properties"]
    if properties is not None and not isinstance(properties, dict):
        raise _WrongError("geojson_member_wrong", member="properties", expected="object")
    return properties or {}


def geometry(value: Any) -> Any:
    """Build the shape of one geometry object; strict about nesting, numbers, closed rings."""
    _object(value)
    kind = value["type"]
    if kind in ("Feature", "FeatureCollection"):
        raise _WrongError("geojson_type_unknown", found=kind)
    member = "geometries" if kind == "GeometryCollection" else "coordinates"
    if member not in value:
        raise _WrongError("geojson_member_missing", member=member)
    given = value[member]
    if not isinstance(given, list):
        raise _WrongError("geojson_member_wrong", member=member, expected="array")
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([geometry(g) for g in given])
    return _BUILD[kind](given)


def _positions(value: Any) -> npt.NDArray[Any]:
    """Return an array of positions (n × 2 or 3)."""
    if not isinstance(value, list):
        raise _WrongError("geojson_position_wrong")
    try:
        array = np.array(value)
    except (ValueError, OverflowError):
        array = np.array(_even(value))
    if array.ndim != 2 or array.dtype.kind not in "iuf" or array.shape[1] < 2:
        raise _WrongError("geojson_position_wrong")
    if not np.isfinite(array[:, :2]).all():
        raise _WrongError("geometry_not_finite")
    return array[:, :3].astype(np.float64)


def _even(value: list[Any]) -> list[list[float]]:
    """Cut positions of unequal length to x, y."""
    for position in value:
        if not isinstance(position, list) or len(position) < 2 or not all(_number(v) for v in position):
            raise _WrongError("geojson_position_wrong")
    return [[float(v) for v in position[:2]] for position in value]


def _line(value: Any) -> Any:
    xy = _positions(value)
    if len(xy) < 2:
        raise _WrongError("geojson_line_short", count=len(xy))
    return shapely.LineString(xy)


def _ring(value: Any) -> Any:
    xy = _positions(value)
    if len(xy) < 4:
        raise _WrongError("geojson_ring_short", count=len(xy))
    if not np.array_equal(xy[0], xy[-1], equal_nan=True) or len(value[0]) != len(value[-1]):
        raise _WrongError("geojson_ring_open")
    return shapely.LinearRing(xy)


def _parts(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _WrongError("geojson_position_wrong")
    return value


def _point(value: Any) -> Any:
    return shapely.Point(_positions([value])[0]) if value else shapely.Point()


def _polygon(value: Any) -> Any:
    rings = [_ring(r) for r in _parts(value)]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


_BUILD: dict[str, Callable[[Any], Any]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": lambda v: shapely.MultiPoint([shapely.Point(p) for p in (_positions(v) if v else [])]),
    "MultiLineString": lambda v: shapely.MultiLineString([_line(p) for p in v]),
    "MultiPolygon": lambda v: shapely.MultiPolygon([_polygon(p) for p in v]),
}


def topology_layers(doc: dict[str, Any]) -> list[str]:
    """Return the names of the objects of a TopoJSON document."""
    objects = doc.get("objects")
    if not isinstance(objects, dict) or not isinstance(doc.get("arcs"), list):
        raise BlockedError(reason("topojson_broken"))
    return list(objects)


def read_topology(doc: dict[str, Any], layer: str, name: str) -> Features:
    """Read one object of a TopoJSON document; it never says its CRS."""
    arcs = _arcs(doc, name)
    scaling = doc.get("transform")
    body = doc["objects"][layer]
    listed = body.get("geometries", []) if body.get("type") == "GeometryCollection" else [body]
    out = Features(crs="")
    for number, item in enumerate(listed, start=1):
        shape = None
        try:
            unfolded = _unfolded(item, arcs, scaling) if item.get("type") else None
            if unfolded is not None and (collapsed := _drop_collapsed(unfolded)):
                out.mended.append((number, reason("topojson_ring_collapsed", count=collapsed)))
            shape = None if unfolded is None else geometry(unfolded)
            if shape is None:
                raise _WrongError("geometry_missing")
        except _WrongError as wrong:
            out.wrong.append((number, wrong.reason))
        except (KeyError, IndexError, TypeError):
            out.wrong.append((number, reason("topojson_arc_missing")))
        properties = item.get("properties") or {}
        out.properties.append(({"id": item["id"]} if "id" in item and "id" not in properties else {}) | properties)
        out.shapes.append(shape)
    return out


def _arcs(doc: dict[str, Any], name: str) -> list[Any]:
    scaling = doc.get("transform")
    try:
        if scaling is None:
            return doc["arcs"]  # type: ignore[no-any-return]
        scale, shift = np.array(scaling["scale"], float), np.array(scaling["translate"], float)
        return [(np.cumsum(np.array(arc, float)[:, :2], axis=0) * scale + shift).tolist() for arc in doc["arcs"]]
    except (KeyError, ValueError, TypeError, IndexError):
        raise BlockedError(reason("topojson_broken", file=name)) from None


def _unfolded(item: dict[str, Any], arcs: list[Any], scaling: dict[str, Any] | None) -> dict[str, Any]:
    """Write the coordinates out of the arcs."""
    kind = item["type"]
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_unfolded(g, arcs, scaling) for g in item["geometries"]]}
    if kind in ("Point", "MultiPoint"):
        xy = item["coordinates"]
        if scaling is not None:
            xy = (np.array(xy, float) * scaling["scale"] + scaling["translate"]).tolist()
        return {"type": kind, "coordinates": xy}
    return {"type": kind, "coordinates": _joined(item["arcs"], _DEPTH[kind], arcs)}


def _joined(indexes: Any, depth: int, arcs: list[Any]) -> Any:
    if depth > 1:
        return [_joined(part, depth - 1, arcs) for part in indexes]
    line: list[Any] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        line.extend(arc if not line else arc[1:])
    return line


def _drop_collapsed(shape: dict[str, Any]) -> int:
    """Leave out rings that rounding to the grid of the file made shorter than a triangle; return how many."""
    if shape["type"] == "GeometryCollection":
        return sum(_drop_collapsed(g) for g in shape["geometries"])
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        return 0
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    kept = [[ring for ring in p if len(ring) >= 4] for p in polygons if p and len(p[0]) >= 4]
    dropped = sum(len(p) for p in polygons) - sum(len(p) for p in kept)
    shape["coordinates"] = kept if shape["type"] == "MultiPolygon" else (kept[0] if kept else [])
    return dropped
