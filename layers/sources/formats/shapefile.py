"""Child side: shapefiles. Lengths are checked first, attributes are read by ourselves."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.checks.crs_name import titled
from layers.sources.finding import Finding, finding
from layers.sources.formats import batches, dbf, dialects
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer
from layers.sources.formats.streamed import Source


def read(inside: Contents, encoding: str, gdal: Callable[..., RawLayer]) -> RawLayer:
    """Read a shapefile.

    Parameters
    ----------
    inside : Contents
        The .shp and its side files.
    encoding : str
        Of the attributes, "" to find out.
    gdal : callable
        Reads the shapes; it never sees the .dbf.
    """
    _whole(inside)
    table = _attributes(inside, encoding)
    bare, findings = _bare(inside)
    out = gdal(bare, None, only_geometry=True)
    crs, notes = projection(inside.sides.get(".prj"))
    out.crs = crs
    out.findings += findings + notes
    if table is None:
        out.findings.append(finding("warn", "dbf_missing"))
        return out
    _same_number(len(out.shapes), table, inside.name)
    out.findings += _said(table)
    return _joined(out, table, 0)


def many(inside: Contents, encoding: str, least: int, geographic: Callable[[str], bool | None]) -> Source | None:
    """Return a shapefile of `least` rows and more as a layer that is read in pieces; None for a smaller one."""
    _whole(inside)
    if ".dbf" not in inside.sides or (count := dbf.count_of(inside.sides[".dbf"])) < least:
        return None
    table = _attributes(inside, encoding)
    bare, findings = _bare(inside)
    crs, notes = projection(inside.sides.get(".prj"))
    assert table is not None  # there is a .dbf
    opened = partial(_batches, bare, table, crs)
    return Source(inside.name, opened, count, geographic, notes=(*findings, *notes, *_said(table)))


@contextmanager
def _batches(bare: Contents, table: dbf.DbfTable, crs: str, only_shapes: bool, rows: int) -> Iterator[batches.Batches]:
    with batches.of_gdal(bare.path, None, bare.name, True, rows) as shapes:
        yield batches.Batches(crs, table.figures, _with_rows(shapes.layers, table, bare.name, only_shapes))


def _with_rows(pieces: Iterator[RawLayer], table: dbf.DbfTable, name: str, only_shapes: bool) -> Iterator[RawLayer]:
    """Yield pieces with their attributes; shapes alone are counted against the rows of the table."""
    at = 0
    for piece in pieces:
        count = len(piece.shapes)
        yield piece if only_shapes else _joined(piece, table, at)
        at += count
    _same_number(at, table, name)


def _bare(inside: Contents) -> tuple[Contents, list[Finding]]:
    """Return the shapes alone, under names of our own, and what is said where their index is missing."""
    work = inside.path.parent / "bare"
    path = work / "data.shp"
    if not work.exists():
        work.mkdir()
        inside.path.rename(path)
        if ".shx" in inside.sides:
            inside.sides[".shx"].rename(work / "data.shx")
    missing = [] if ".shx" in inside.sides else [finding("fixed", "shx_missing")]
    return Contents("shp", path, inside.name, inside.label), missing


def _whole(inside: Contents) -> None:
    """Refuse a cut .shp: GDAL reads it without a word and gives None for the lost shapes."""
    path = inside.path if inside.path.exists() else _bare(inside)[0].path
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(100)
    promised = int.from_bytes(head[24:28], "big") * 2
    if len(head) < 100 or promised > size:
        raise BlockedError(reason("shp_truncated", file=inside.name, found_mb=size / 1e6, expected_mb=promised / 1e6))


def _attributes(inside: Contents, encoding: str) -> dbf.DbfTable | None:
    if ".dbf" not in inside.sides:
        return None
    cpg = inside.sides.get(".cpg")
    declared = cpg.read_text(encoding="ascii", errors="replace").strip() if cpg else ""
    return dbf.opened(inside.sides[".dbf"], inside.name, declared, encoding)


def _said(table: dbf.DbfTable) -> list[Finding]:
    deleted = table.deleted()
    return [*table.findings, *([finding("fixed", "dbf_deleted", count=deleted)] if deleted else [])]


def _joined(out: RawLayer, table: dbf.DbfTable, at: int) -> RawLayer:
    """Give shapes the rows of the table from `at` on."""
    read = table.rows(at, at + len(out.shapes))
    out.columns = dict(read.columns)
    out.absent = np.array(read.deleted, bool)
    if out.absent.any():
        out.lost = [(row, why) for row, why in out.lost if not out.absent[row - 1]]
    return out


def _same_number(shapes: int, table: dbf.DbfTable, name: str) -> None:
    if table.count != shapes:
        raise BlockedError(reason("dbf_rows_differ", file=name, shapes=shapes, rows=table.count))


_NAMED = re.compile(r"(?:EPSG|ESRI)\s*:\s*\d+|\+proj=[^\n]*", re.IGNORECASE)
"""What some programs write into a .prj in place of WKT: a code, or a PROJ text."""


def projection(prj: Path | None) -> tuple[str, list[Finding]]:
    """Return the CRS of a .prj ("" where there is none or it cannot be read) and what to say of it."""
    import pyproj

    if prj is None:
        return "", []
    data = prj.read_bytes()
    codec = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    text = data.decode(codec, "replace").strip("\ufeff \r\n\0")
    try:
        named = _NAMED.fullmatch(text)  # a code or a PROJ text; what else looks like a name is none
        found = pyproj.CRS.from_user_input(text) if named else pyproj.CRS.from_wkt(text)
    except pyproj.exceptions.CRSError:
        return "", [finding("warn", "prj_unreadable", start=text[:40])]
    usual = dialects.computable(found)
    if usual is None:
        return "", [finding("warn", "prj_not_computable", name=titled(found))]
    found, code = usual, usual.to_epsg()
    if code:
        return f"EPSG:{code}", []
    return str(found.to_wkt()), [finding("fixed", "crs_custom", name=titled(found), parameters=_parameters(found))]


def _parameters(crs: object) -> str:
    operation = getattr(crs, "coordinate_operation", None)
    if operation is None:
        return ""
    return "; ".join(f"{p.name} = {p.value:g}" for p in operation.params)
