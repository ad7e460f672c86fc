"""Child side: shapefiles. Lengths are checked first, attributes are read by ourselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.checks.crs_name import titled
from layers.sources.finding import Finding, finding
from layers.sources.formats import dbf, dialects
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer


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
    work = inside.path.parent / "bare"
    work.mkdir()
    bare = Contents("shp", inside.path.rename(work / "data.shp"), inside.name, inside.label)
    findings = []
    if ".shx" in inside.sides:
        inside.sides[".shx"].rename(work / "data.shx")
    else:
        findings.append(finding("fixed", "shx_missing"))
    out = gdal(bare, None, only_geometry=True)
    crs, notes = projection(inside.sides.get(".prj"))
    out.crs = crs
    out.findings += findings + notes
    if table is None:
        out.findings.append(finding("warn", "dbf_missing"))
        return out
    return _joined(out, table, inside.name)


def _whole(inside: Contents) -> None:
    """Refuse a cut .shp: GDAL reads it without a word and gives None for the lost shapes."""
    size = inside.path.stat().st_size
    with inside.path.open("rb") as stream:
        head = stream.read(100)
    promised = int.from_bytes(head[24:28], "big") * 2
    if len(head) < 100 or promised > size:
        raise BlockedError(reason("shp_truncated", file=inside.name, found_mb=size / 1e6, expected_mb=promised / 1e6))


def _attributes(inside: Contents, encoding: str) -> dbf.Dbf | None:
    if ".dbf" not in inside.sides:
        return None
    cpg = inside.sides.get(".cpg")
    declared = cpg.read_text(encoding="ascii", errors="replace").strip() if cpg else ""
    return dbf.read(inside.sides[".dbf"], inside.name, declared, encoding)


def _joined(out: RawLayer, table: dbf.Dbf, name: str) -> RawLayer:
    if table.count != len(out.shapes):
        raise BlockedError(reason("dbf_rows_differ", file=name, shapes=len(out.shapes), rows=table.count))
    out.columns = dict(table.columns)
    out.findings += table.findings
    out.absent = np.array(table.deleted, bool)
    if out.absent.any():
        out.findings.append(finding("fixed", "dbf_deleted", count=int(out.absent.sum())))
        out.lost = [(row, why) for row, why in out.lost if not out.absent[row - 1]]
    return out


def projection(prj: Path | None) -> tuple[str, list[Finding]]:
    """Return the CRS of a .prj ("" where there is none or it cannot be read) and what to say of it."""
    import pyproj

    if prj is None:
        return "", []
    text = prj.read_bytes().decode("utf-8", "replace").strip("\ufeff \r\n\0")
    try:
        found = pyproj.CRS.from_wkt(text)
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
