"""Child side: read one layer, repair its shapes, write Parquet."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.checks import digits, repair
from layers.sources.finding import EMPTY, LINKS, PAGES, UNREAD, Finding, finding, numbered, of_row
from layers.sources.formats import arrow, batches, domains, streamed, table_points, totals
from layers.sources.formats.contents import Contents
from layers.sources.formats.drivers import drivers
from layers.sources.formats.read import ROW, WKB, RawLayer, column, plain
from layers.sources.limits import Limits
from layers.sources.sniff import read_json


def layers_of(inside: Contents) -> list[str]:
    """Return the layers of a dataset."""
    listed = _LAYERS.get(inside.kind)
    return listed(inside) if listed else [inside.label]


def parse(inside: Contents, job: dict[str, Any], folder: Path, limits: Limits) -> dict[str, Any]:
    """Read the layer a job names and write ``frame.parquet``; return what goes into the result."""
    if inside.kind not in _READ:
        raise BlockedError(reason("not_vector", file=inside.name, kind=inside.kind))
    layers = layers_of(inside)
    layer = "" if inside.kind == "dxf" else _layer(inside, job.get("layer", ""), layers)
    if (many := _in_pieces(inside, layer, job, folder)) is not None:
        found = [*inside.findings, *many.findings]
        return _result(many.crs, layer, layers, many.total, found)
    read = _READ[inside.kind](inside, layer, job)  # a drawing says what each of its layers holds
    layer = read.layer or layer
    _bounds(read, inside.name, limits)
    totals.of_layer(read)
    crs = job.get("crs") or read.crs
    listed = frozenset(row for row, _ in read.wrong) | _deleted(read)
    fixed = repair.repaired(read.shapes, read.lost, _geographic(crs), listed)
    known = len(inside.findings) + len(read.findings)  # these carry the right number already
    findings = inside.findings + read.findings
    findings += [f for f in fixed.findings if not f.row or int(f.row) not in _deleted(read)]
    findings += [of_row(row, why) for row, why in read.wrong]
    if inside.kind not in ("table", "records", "xlsx", "xls", "dbf"):  # tables have told it
        findings += digits.lost(read.columns, read.lines or range(1, len(read.shapes) + 1))
    if read.lines is not None:
        findings[known:] = [numbered(f, read.lines[int(f.row) - 1]) if f.row else f for f in findings[known:]]
    present = ~shapely.is_missing(fixed.shapes)
    present[[row - 1 for row in _deleted(read)]] = False
    total = len(present) - len(_deleted(read))
    if total == 0:
        findings.append(finding("warn", "layer_empty", layer=layer, proposal=EMPTY))
    _write(read, fixed.shapes, present, folder / "frame.parquet")
    return _result(read.crs, layer, layers, total, findings)


def _result(crs: str, layer: str, layers: list[str], total: int, found: Sequence[Finding]) -> dict[str, Any]:
    return {"crs": crs, "layer": layer, "layers": layers, "total": total, "findings": [f.to_dict() for f in found]}


def _in_pieces(inside: Contents, layer: str, job: dict[str, Any], folder: Path) -> streamed.Streamed | None:
    """Read a layer of very many rows in pieces; None for one that is read whole."""
    many = _MANY[inside.kind](inside, layer, job) if inside.kind in _MANY else None
    if many is None or many.count < streamed.FROM_ROWS:
        return None
    drivers()
    made = streamed.parse(many, job, folder, job["bounds"])
    if made is not None and made.read != many.count:
        raise BlockedError(reason("row_count_differs", file=inside.name, count=made.read, expected=many.count))
    return None if made is None else replace(made, findings=(*many.notes, *made.findings))


def _layer(inside: Contents, wanted: str, layers: list[str]) -> str:
    if not layers:
        raise BlockedError(reason("no_layers", file=inside.name))
    alone = (
        (inside.label, "data") if inside.kind == "kml" else (inside.label,)
    )  # studies may have the old name of a nameless one
    if wanted and wanted not in layers and not (len(layers) == 1 and wanted in alone):
        raise BlockedError(reason("layer_unknown", file=inside.name, layer=wanted, layers=layers))
    if not wanted and len(layers) > 1:
        raise BlockedError(reason("several_layers", file=inside.name, layers=layers))
    return wanted if wanted in layers else layers[0]


def _bounds(read: RawLayer, name: str, limits: Limits) -> None:
    if len(read.shapes) > limits.rows:
        raise BlockedError(reason("too_many_rows", file=name, count=len(read.shapes), limit=limits.rows))
    vertices = int(shapely.get_num_coordinates(read.shapes).sum())
    if vertices > limits.vertices:
        raise BlockedError(reason("too_many_vertices", file=name, count=vertices, limit=limits.vertices))


def _deleted(read: RawLayer) -> frozenset[int]:
    """Rows the file itself marks as deleted: they are not rows of the layer."""
    return frozenset() if read.absent is None else frozenset((np.flatnonzero(read.absent) + 1).tolist())


def _geographic(crs: str) -> bool | None:
    if not crs:
        return None
    import pyproj

    try:
        return bool(pyproj.CRS.from_user_input(crs).is_geographic)
    except pyproj.exceptions.CRSError:
        return None


def _write(read: RawLayer, shapes: npt.NDArray[np.object_], present: npt.NDArray[np.bool_], path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    taken = np.flatnonzero(present)
    numbers = taken + 1 if read.lines is None else np.array(read.lines, np.int64)[taken]
    body: dict[str, Any] = {ROW: pa.array(numbers, pa.int64())}
    for name, values in read.columns.items():
        body[name] = column([values[k] for k in taken])
    body[WKB] = pa.array(shapely.to_wkb(shapes[taken]), pa.binary())
    parquet.write_table(pa.table(body), path, compression="zstd")


# --- readers ---------------------------------------------------------------------


def _json(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import geojson

    doc = read_json(inside.path)
    if inside.kind == "topojson":
        found = geojson.read_topology(doc, layer, inside.name)
    else:
        found = geojson.read(doc, inside.name)
    names = list(dict.fromkeys(k for p in found.properties for k in p))
    columns = {k: [p.get(k) for p in found.properties] for k in names}
    shapes = np.empty(len(found.shapes), object)
    shapes[:] = found.shapes
    notes = [] if found.note is None else [Finding("", found.note.code, "fixed", "", found.note)]
    if found.of_more:
        notes.append(finding("warn", "rows_held_back", count=len(shapes), member=found.of_more, proposal=PAGES))
    notes += [of_row(row, why, "fixed") for row, why in found.mended]
    return RawLayer(columns, shapes, found.crs, wrong=found.wrong, findings=notes)


def _topology_layers(inside: Contents) -> list[str]:
    from layers.sources.formats import geojson

    return geojson.topology_layers(read_json(inside.path))


def _gdal(inside: Contents, layer: str | None, only_geometry: bool = False) -> RawLayer:
    """Read one layer by GDAL's Arrow path (the other one believes a cached row count)."""
    from pyogrio.raw import read_arrow

    drivers()
    arrow.configure()
    options: dict[str, Any] = {"columns": []} if only_geometry else {}
    meta, table = read_arrow(inside.path, layer=layer, datetime_as_string=True, **options)
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:
        raise BlockedError(reason("layer_without_geometry", file=inside.name, layer=layer or ""))
    blobs = table.column(name).to_pylist()
    shapes, lost, curved = arrow.built(inside.path, layer, blobs)
    columns = {c: plain(table.column(c)) for c in table.column_names if c != name and not only_geometry}
    return RawLayer(columns, shapes, arrow.crs_text(meta["crs"]), lost=lost, findings=curved)


def _gdal_layers(inside: Contents) -> list[str]:
    import pyogrio

    drivers()
    return [str(name) for name, kind in pyogrio.list_layers(inside.path) if kind is not None]


def _gpkg_layers(inside: Contents) -> list[str]:
    with sqlite3.connect(f"{inside.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True) as base:
        base.execute("PRAGMA trusted_schema=OFF")
        query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY rowid"
        return [str(name) for (name,) in base.execute(query)]


def _many_gpkg(inside: Contents, layer: str, job: dict[str, Any]) -> streamed.Source:
    with sqlite3.connect(f"{inside.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True) as base:
        quoted = layer.replace('"', '""')
        (count,) = base.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # the name is in gpkg_contents
        coded, notes = domains.of_gpkg(base, layer), _beside(base)
    opened = partial(batches.of_gdal, inside.path, layer, inside.name)
    return streamed.Source(inside.name, opened, int(count), _geographic, coded, notes)


def _many_gdb(inside: Contents, layer: str, job: dict[str, Any]) -> streamed.Source | None:
    from pyogrio.raw import read_arrow

    from layers.sources.formats import filegdb

    drivers()
    filegdb.whole(inside)
    count = filegdb.rows(inside, layer)
    if count is None or count < streamed.FROM_ROWS:
        return None
    opened = partial(batches.of_gdal, inside.path, layer, inside.name)
    return streamed.Source(inside.name, opened, count, _geographic, domains.of_gdb(inside, layer, read_arrow))


def _many_shp(inside: Contents, layer: str, job: dict[str, Any]) -> streamed.Source | None:
    from layers.sources.formats import shapefile

    return shapefile.many(inside, job.get("encoding", ""), streamed.FROM_ROWS, _geographic)


def _many_parquet(inside: Contents, layer: str, job: dict[str, Any]) -> streamed.Source | None:
    from layers.sources.formats import geoparquet

    return geoparquet.many(inside, job["bounds"], streamed.FROM_ROWS, _geographic)


def _beside(base: sqlite3.Connection) -> list[Finding]:
    unread = _unlisted(base)
    return [finding("warn", "shapes_beside", names=unread, proposal=UNREAD)] if unread else []


def _gpkg(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    read = _gdal(inside, layer)
    with sqlite3.connect(f"{inside.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True) as base:
        quoted = layer.replace('"', '""')
        (count,) = base.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()  # the name is in gpkg_contents
        coded = domains.of_gpkg(base, layer)
        read.findings += _beside(base)
    if count != len(read.shapes):
        raise BlockedError(reason("row_count_differs", file=inside.name, count=len(read.shapes), expected=count))
    domains.told(read, coded)
    return read


def _unlisted(base: sqlite3.Connection) -> list[str]:
    """Return the tables that hold shapes and stand in no list of the file: no program shows them as layers."""
    listed = {str(name) for (name,) in base.execute("SELECT table_name FROM gpkg_contents")}
    tables = [str(name) for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    own = (t for t in tables if t not in listed and not t.startswith(("gpkg_", "rtree_", "sqlite_")))
    return [t for t in sorted(own) if _holds_shapes(base, t)]


def _holds_shapes(base: sqlite3.Connection, table: str) -> bool:
    quoted = table.replace('"', '""')
    first = base.execute(f'SELECT * FROM "{quoted}" LIMIT 100').fetchall()
    return any(isinstance(v, bytes) and v.startswith(b"GP") for row in first for v in row)


def _gdb(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import filegdb

    return filegdb.read(inside, layer, _gdal)


def _gdb_layers(inside: Contents) -> list[str]:
    from layers.sources.formats import filegdb

    filegdb.whole(inside)
    return _gdal_layers(inside)


def _kml(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import kml

    bare = kml.plain(inside, job.get("encoding", ""))
    count, text = bare.count, bare.written
    read = _gdal(bare.inside, layer)
    read.columns = kml.named(read.columns, bare.fields)
    if text.surprising:
        said: dict[str, Any] = {"encoding": text.encoding.upper(), "sample": text.sample}
        wrong = finding("warn", "encoding_guessed", declared=text.declared, **said)
        read.findings.append(wrong if text.declared else finding("fixed", "encoding_found", **said))
    if links := count[kml.LINK]:
        read.findings.append(finding("warn", "kml_link_ignored", count=links, proposal=LINKS))
    if pictures := sum(count[name] for name in kml.PICTURES):
        read.findings.append(finding("warn", "kml_picture_ignored", count=pictures, proposal=UNREAD))
    read.crs = "EPSG:4326"
    return read


def _kml_layers(inside: Contents) -> list[str]:
    from layers.sources.formats import kml

    return _gdal_layers(kml.plain(inside).inside)


def _dxf(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    """Lines that close are the areas of a drawing."""
    from layers.sources.formats import dxf

    drawing = dxf.read(inside, job.get("layer", ""), _gdal)
    return RawLayer(drawing.columns, drawing.shapes, drawing.crs, lost=drawing.lost, lines=drawing.lines,
                findings=drawing.findings, layer=drawing.layer)  # fmt: skip


def _dxf_layers(inside: Contents) -> list[str]:
    from layers.sources.formats import dxf

    return dxf.names(inside, _gdal)


def _shp(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import shapefile

    return shapefile.read(inside, job.get("encoding", ""), _gdal)


def _parquet(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import geoparquet

    return geoparquet.read(inside, job["bounds"])


def _sheet(inside: Contents, layer: str, job: dict[str, Any]) -> RawLayer:
    from layers.sources.formats import tabular

    return table_points.as_vector(inside, layer if inside.kind not in tabular.SINGLE else "", job["bounds"])


def _sheets(inside: Contents) -> list[str]:
    from layers.sources.formats import tabular

    return tabular.sheets(inside)


_READ: dict[str, Callable[[Contents, str, dict[str, Any]], RawLayer]] = {
    "geojson": _json, "topojson": _json, "gpkg": _gpkg, "gdb": _gdb, "kml": _kml, "dxf": _dxf, "shp": _shp,
    "parquet": _parquet, "table": _sheet, "records": _sheet, "xlsx": _sheet, "xls": _sheet, "dbf": _sheet,
}  # fmt: skip
_MANY: dict[str, Callable[[Contents, str, dict[str, Any]], streamed.Source | None]] = {
    "gpkg": _many_gpkg, "gdb": _many_gdb, "shp": _many_shp, "parquet": _many_parquet,
}  # fmt: skip
"""Kinds of which a layer of very many rows is read in pieces."""
_LAYERS: dict[str, Callable[[Contents], list[str]]] = {
    "topojson": _topology_layers, "gpkg": _gpkg_layers, "gdb": _gdb_layers, "kml": _kml_layers,
    "dxf": _dxf_layers, "xlsx": _sheets, "xls": _sheets,
}  # fmt: skip
