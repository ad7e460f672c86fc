"""Child side: FileGDB. Headers are read first: GDAL reads a cut table without a word and hands over what is left.

A table is a pair of files: ``a0000000b.gdbtable`` holds rows, ``.gdbtablx`` where each
row begins. Both headers promise a size, and the first the number of rows. Source: the
format notes "FGDB Spec" (rouault, github.com/rouault/dump_gdbtable/wiki/FGDB-Spec).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.sources.formats import domains
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer

_CATALOGUE = "GDB_SystemCatalog"
_HEAD, _INDEX_HEAD = 40, 16
_WIDE = 4
"""Signature of tables with object ids of 64 bits; they count their rows at another place."""
_BLOCK_ROWS = 1024


def read(inside: Contents, layer: str, gdal: Callable[..., RawLayer]) -> RawLayer:
    """Read a feature class, and hold the rows against the number its table promises.

    Raises
    ------
    BlockedError
        A table is cut or its index is, or fewer rows came than it holds.
    """
    whole(inside)
    out = gdal(inside, layer)
    promised = _rows(_table(inside.path, layer))
    if promised is not None and promised != len(out.shapes):
        raise BlockedError(reason("row_count_differs", file=inside.name, count=len(out.shapes), expected=promised))
    from pyogrio.raw import read_arrow

    domains.told(out, domains.of_gdb(inside, layer, read_arrow))
    return out


def rows(inside: Contents, layer: str) -> int | None:
    """Return the rows the table of a feature class says it holds; None where it does not say so in a way we know."""
    return _rows(_table(inside.path, layer))


def whole(inside: Contents) -> None:
    """Refuse a geodatabase with a cut table, a cut index or one without its index."""
    tables = sorted(p for p in inside.path.iterdir() if p.suffix.lower() == ".gdbtable")
    problems = [found for table in tables for found in _cut(table, inside.name)]
    if problems:
        raise BlockedError(problems)


def _cut(table: Path, name: str) -> list[Reason]:
    size, head = table.stat().st_size, _head(table, _HEAD)
    promised = struct.unpack_from("<q", head, 24)[0] if len(head) == _HEAD else _HEAD
    out = [_short(name, table, size, promised)] if size < promised else []
    index = next((p for p in table.parent.iterdir() if p.name.lower() == f"{table.stem.lower()}.gdbtablx"), None)
    if index is None:
        return [*out, _short(name, table.with_suffix(".gdbtablx"), 0, _INDEX_HEAD)]
    size, head = index.stat().st_size, _head(index, _INDEX_HEAD)
    promised = _INDEX_HEAD
    if len(head) == _INDEX_HEAD:
        _, blocks, _, width = struct.unpack("<iiii", head)
        promised += blocks * _BLOCK_ROWS * width
    return [*out, _short(name, index, size, promised)] if size < promised else out


def _short(name: str, part: Path, found: int, promised: int) -> Reason:
    return reason("gdb_truncated", file=name, part=part.name, found=found, expected=promised)


def _head(path: Path, length: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(length)


def _table(base: Path, layer: str) -> Path | None:
    """Return the table of a feature class: the row of its name in the catalogue numbers the files (hexadecimal)."""
    from pyogrio.raw import read_arrow

    options = {"columns": ["Name"], "read_geometry": False, "return_fids": True, "LIST_ALL_TABLES": "YES"}
    _, catalogue = read_arrow(base, layer=_CATALOGUE, **options)
    rows = next(catalogue.column(c).to_pylist() for c in catalogue.column_names if c != "Name")
    number = dict(zip(catalogue.column("Name").to_pylist(), rows, strict=True)).get(layer)
    wanted = f"a{number:08x}.gdbtable" if number is not None else ""
    return next((p for p in base.iterdir() if p.name.lower() == wanted), None)


def _rows(table: Path | None) -> int | None:
    """Return the rows a table says it holds; None where it does not say so in a way we know."""
    if table is None:
        return None
    head = _head(table, _HEAD)
    signature, count = struct.unpack_from("<ii", head)
    return int(struct.unpack_from("<q", head, 16)[0]) if signature == _WIDE else int(count)
