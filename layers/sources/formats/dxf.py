"""Child side: drawings. One CAD layer is read, lines are closed where their ends meet, what stands twice is taken once.

A drawing is a sheet of paper: frame, notes and outlines of other things lie on it beside what is asked for, so a
layer must be named when several hold lines. Units and a declared system are taken from the header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources.finding import HOLES, UNREAD, Finding, finding
from layers.sources.formats import chains, dxf_blocks, dxf_text, dxf_unread
from layers.sources.formats.contents import Contents

WHOLE = "entities"
"""Name under which the whole drawing is read, whatever its layers."""
TOLERANCE_M = 0.1
"""Ends of lines up to this far apart are taken to meet."""
GAP_SHARE, GAPS_TRIED = 0.1, 8
"""A gap is one of an outline when it is at most this share of the length of the lines; so many are tried and told."""
DEGREES_MOST, METRES_OF_A_DEGREE = 180.0, 111_000.0
NORTHING_MOST = 1e7
"""No northing in metres is larger; where one is, the drawing is in the smaller unit it declares."""
ZONE_LEAST = 1.3e7
"""Least easting with a zone in front of it; between the two no number is a coordinate in metres."""
_UNITS = {"1": 0.0254, "2": 0.3048, "4": 0.001, "5": 0.01, "14": 0.1, "21": 0.3048006096}
_LINE, _LINES, _AREAS = 1, 5, (3, 6)
_ROUND = ("AcDbCircle", "AcDbArc", "AcDbEllipse", "AcDbSpline")
Shapes = npt.NDArray[np.object_]


@dataclass
class Drawing:
    """What was read of a drawing: rows of one CAD layer, the number of each in the file, and what was found."""

    columns: dict[str, list[Any]]
    shapes: Shapes
    lines: list[int]
    layer: str
    layers: list[str]
    crs: str = ""
    lost: list[tuple[int, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    unit_m: float = 1.0
    epsg: str = ""
    bulges: bool = False
    scan: dxf_unread.Scan = field(default_factory=dxf_unread.Scan)


def names(inside: Contents, gdal: Callable[..., Any]) -> list[str]:
    """Return the CAD layers that hold lines or areas."""
    return _drawn(_entities(inside, gdal))


def _entities(inside: Contents, gdal: Callable[..., Any]) -> Any:
    """Read all entities, their texts as people read them; a drawing whose blocks grow beyond measure is refused."""
    import pyogrio

    blocks = dxf_blocks.Blocks()
    for code, value in _pairs(inside.path):
        blocks.take(code, value)
    if (count := blocks.becomes()) > dxf_blocks.MOST:
        raise BlockedError(reason("dxf_blocks_many", file=inside.name, count=count, limit=dxf_blocks.MOST))
    pyogrio.set_gdal_config_options({"DXF_ENCODING": dxf_text.encoding(inside.path) or None})
    entities = gdal(inside, WHOLE)
    dxf_text.readable_columns(entities.columns)
    return entities


def read(inside: Contents, wanted: str, gdal: Callable[..., Any]) -> Drawing:
    """Read a drawing.

    Parameters
    ----------
    inside : Contents
    wanted : str
        A CAD layer; "entities" is the whole drawing; "" the only layer that holds lines.
    gdal : callable
        Reads all entities.

    Raises
    ------
    BlockedError
        Several CAD layers hold lines and none is named (each is listed with what it holds),
        or there is none of that name; or the drawing breaks off.
    """
    if dxf_unread.cut(inside.path):
        raise BlockedError(reason("dxf_cut", file=inside.name))
    entities = _entities(inside, gdal)
    paper = [str(v).lower() in ("1", "true") for v in entities.columns.get("PaperSpace", [])]
    paper = paper or [False] * len(entities.shapes)
    layers = _drawn(entities)
    layer = _chosen(inside.name, wanted, layers, entities)
    own = [k for k, name in enumerate(_layers(entities)) if layer in (WHOLE, name) and not paper[k]]
    header = _header(inside.path)
    found = list(entities.findings)
    if any(paper):
        found.append(finding("fixed", "dxf_paper_left_out", count=sum(paper)))
    shapes = _scaled(entities.shapes[own], header, found)
    _say_arcs(entities, own, header, found)
    # a layer nobody named is the only one with lines: what cannot be read may lie on the others
    unread = header.scan.held((layer,) if wanted and layer != WHOLE else None)
    if unread:
        kinds = [f"{kind} × {count}" for kind, count in sorted(unread.items())]
        found.append(finding("warn", "dxf_unread", count=unread.total(), kinds=kinds, proposal=UNREAD))
    kept, shapes = _closed(shapes, found)
    classes = entities.columns.get("SubClasses", [""] * len(entities.shapes))
    hatched = ["Hatch" in str(classes[own[k]]) for k in kept]
    rows, shapes = _once([own[k] for k in kept], shapes, hatched, found)
    lost = [(rows.index(k - 1) + 1, why) for k, why in entities.lost if k - 1 in rows]
    columns = {name: [values[k] for k in rows] for name, values in entities.columns.items() if name != "PaperSpace"}
    return Drawing(columns, shapes, [k + 1 for k in rows], layer, layers, header.epsg, lost, found)


def _layers(entities: Any) -> list[str]:
    return [str(name or "0") for name in entities.columns.get("Layer", [])] or ["0"] * len(entities.shapes)


def _drawn(entities: Any) -> list[str]:
    kinds = shapely.get_type_id(entities.shapes)
    drawn = np.isin(kinds, (_LINE, _LINES, *_AREAS))
    return list(dict.fromkeys(name for name, holds in zip(_layers(entities), drawn, strict=True) if holds))


def _chosen(name: str, wanted: str, layers: list[str], entities: Any) -> str:
    alike = [layer for layer in layers if layer.casefold() == wanted.casefold()]
    if len(alike) == 1:  # names of CAD layers do not tell capitals apart
        return alike[0]
    if wanted and wanted not in (WHOLE, *layers):
        raise BlockedError(reason("layer_unknown", file=name, layer=wanted, layers=[*layers, WHOLE]))
    if wanted or len(layers) < 2:
        return wanted or (layers[0] if layers else WHOLE)
    held = [_holds(layer, entities) for layer in layers]
    raise BlockedError([reason("dxf_several_layers", file=name, count=len(layers), layers=layers), *held])


def _holds(layer: str, entities: Any) -> Reason:
    """Say what a CAD layer holds: closed outlines with their area, and open lines."""
    own = np.array([name == layer for name in _layers(entities)])
    _, shapes = _closed(entities.shapes[own], [])
    kinds = shapely.get_type_id(shapes)
    areas = shapes[np.isin(kinds, _AREAS)]
    area_m2 = float(shapely.area(shapely.union_all(shapely.make_valid(shapely.force_2d(areas))))) if len(areas) else 0.0
    opens = int(np.isin(kinds, (_LINE, _LINES)).sum())
    return reason("dxf_layer_holds", layer=layer, areas=len(areas), area_m2=area_m2, lines=opens)


def _scaled(shapes: Shapes, header: _Header, found: list[Finding]) -> Shapes:
    """Bring a drawing in millimetres, feet … to metres, when it says so and its numbers can be nothing else."""
    box = shapely.total_bounds(shapes) if len(shapes) else np.zeros(4)
    most = float(np.abs(box).max())
    if header.unit_m == 1.0 or not (most > 5 * NORTHING_MOST or NORTHING_MOST < most < ZONE_LEAST):
        return shapes
    found.append(finding("warn", "dxf_unit_scaled", unit_m=header.unit_m, y_max=most))
    return shapely.transform(shapes, lambda xy: xy * header.unit_m)


def _say_arcs(entities: Any, own: list[int], header: _Header, found: list[Finding]) -> None:
    kinds = entities.columns.get("SubClasses", [])
    arcs = sum(any(word in str(kinds[k]) for word in _ROUND) for k in own) if kinds else 0
    if arcs or header.bulges:
        found.append(finding("fixed", "dxf_arcs", count=arcs))


def _closed(shapes: Shapes, found: list[Finding]) -> tuple[list[int], Shapes]:
    """Make areas of lines that close, alone or end to end; return positions kept and their shapes."""
    degrees = len(shapes) > 0 and bool(np.abs(shapely.total_bounds(shapes)).max() <= DEGREES_MOST)
    tolerance = TOLERANCE_M / METRES_OF_A_DEGREE if degrees else TOLERANCE_M
    kinds = shapely.get_type_id(shapes)
    lines = [int(k) for k in np.flatnonzero(kinds == _LINE)]
    joined = chains.joined([shapely.get_coordinates(shapes[k]) for k in lines], tolerance)
    out: dict[int, Any] = {k: shape for k, shape in enumerate(shapes) if k not in set(lines)}
    for ring in joined.rings:
        out[lines[min(ring.members)]] = shapely.Polygon(ring.places)
    for k in joined.open:
        out[lines[k]] = shapes[lines[k]]
    for face in joined.faces:  # a net has at least as many lines as areas
        out[next(lines[k] for k in (*face.members, *range(len(lines))) if lines[k] not in out)] = face.shape
    if joined.faces:
        found.append(finding("fixed", "dxf_net_taken", count=len(joined.faces)))
    if joined.rings:
        found.append(finding("fixed", "dxf_closed_lines", count=len(joined.rings)))
    if joined.repeated:
        found.append(finding("fixed", "dxf_lines_repeated", count=len(joined.repeated)))
    if joined.gaps:
        widest = max(joined.gaps, key=lambda gap: gap.width)
        found.append(finding("fixed", "dxf_gaps_joined", count=len(joined.gaps), width_m=widest.width,
                             x=widest.place[0], y=widest.place[1], tolerance_m=tolerance))  # fmt: skip
    for gap in _nearly([shapely.get_coordinates(shapes[lines[k]]) for k in joined.open], joined, tolerance):
        found.append(finding("warn", "dxf_gap_open", width_m=gap.width, x=gap.place[0], y=gap.place[1],
                             other_x=gap.other[0], other_y=gap.other[1], tolerance_m=tolerance))  # fmt: skip
    kept = sorted(out)
    return kept, np.array([out[k] for k in kept] or [], dtype=object)


def _nearly(open_lines: list[npt.NDArray[np.float64]], joined: chains.Joined, tolerance: float) -> list[chains.Gap]:
    """Return the gaps that keep open lines from being an outline: those that, bridged, would make one."""
    length = sum(float(shapely.length(shapely.linestrings(places))) for places in open_lines)
    widths = sorted({gap.width for gap in joined.left if gap.width <= GAP_SHARE * length})
    for width in widths[:GAPS_TRIED]:
        bridged = chains.joined(open_lines, width * (1 + 1e-9))
        if bridged.rings:
            return [gap for gap in bridged.gaps if gap.width > tolerance][:GAPS_TRIED]
    return []


def _once(kept: list[int], shapes: Shapes, hatched: list[bool], found: list[Finding]) -> tuple[list[int], Shapes]:
    """Take an outline once that stands twice, as a line and as its hatch or the line around a hatch with holes.

    A line around such a hole may be the edge of the hatch, or ground of its own that nobody hatched: it is taken
    for the edge, and asked.
    """
    areas = np.flatnonzero(np.isin(shapely.get_type_id(shapes), _AREAS))
    plain = shapely.make_valid(shapely.force_2d(shapes[areas]))
    one, other = shapely.STRtree(plain).query(plain, predicate="intersects") if len(areas) > 1 else ((), ())
    filled = [hatched[int(k)] for k in areas]
    outer, inner = ({k: _rings(plain[k], hole) for k in range(len(plain)) if filled[k]} for hole in (False, True))
    twice: set[int] = set()
    holes: set[int] = set()
    for k, j in zip(one, other, strict=True):
        line = k != j and not filled[j]
        drawn = line and any(_same(ring, plain[j]) for ring in outer.get(k, ()))
        if k not in twice and (drawn or (k < j and _same(plain[k], plain[j]))):
            twice.add(int(j))
        elif line and any(_same(ring, plain[j]) for ring in inner.get(k, ())):
            holes.add(int(j))
    holes -= twice
    if twice:
        found.append(finding("fixed", "dxf_outline_twice", count=len(twice)))
    if holes:
        lines = [str(kept[int(areas[j])] + 1) for j in sorted(holes)]
        found.append(finding("warn", "dxf_hole_outline", count=len(holes), rows=lines[:8], proposal=HOLES,
                             area_m2=float(shapely.area(plain[sorted(holes)]).sum())))  # fmt: skip
    gone = {int(areas[j]) for j in twice | holes}
    stay = [k for k in range(len(kept)) if k not in gone]
    return [kept[k] for k in stay], shapes[stay]


def _rings(hatch: Any, holes: bool) -> list[Any]:
    """Return what the outer rings of a hatch with holes enclose, or its holes; nothing for one without."""
    parts = shapely.get_parts(hatch)
    inner = [ring for part in parts for ring in part.interiors]
    return [shapely.Polygon(ring) for ring in (inner if holes else [part.exterior for part in parts] if inner else [])]


def _same(one: Any, other: Any) -> bool:
    """Tell whether two areas are one, drawn twice: apart by no more than the tolerance along the outline."""
    least = min(one.area, other.area)
    apart = shapely.symmetric_difference(one, other).area
    return bool(apart <= min(1e-3 * least, TOLERANCE_M * one.length))


def _header(path: Path) -> _Header:
    """Scan a drawing for its unit, a declared system, bulges and what nobody reads."""
    unit, epsg, bulges, variable, entity, texts = 1.0, "", False, "", "", []
    scan = dxf_unread.Scan()
    for code, value in _pairs(path):
        scan.take(code, value)
        if code == "9":
            variable = value
        elif code == "70" and variable == "$INSUNITS":
            unit, variable = _UNITS.get(value, 1.0), ""
        elif code == "0":
            entity = value
        elif code == "42" and entity in ("LWPOLYLINE", "VERTEX"):
            bulges = bulges or value.strip("0.-+eE ") != ""
        elif entity == "GEODATA" and code in ("301", "303"):
            texts.append(value)
    told = re.search(r'<Alias id="(\d{4,5})"[^>]*>\s*<ObjectId>.{0,200}?<Namespace>EPSG', "".join(texts), re.DOTALL)
    epsg = f"EPSG:{told[1]}" if told else ""
    return _Header(unit, epsg, bulges, scan)


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("r", encoding="utf-8", errors="surrogateescape") as stream:
        for code in stream:
            value = stream.readline()
            if not value:
                return
            yield code.strip(), value.strip()
