"""Child side: GeoParquet. The footer is read first; a small file may promise 200 million rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.checks import repair
from layers.sources.finding import UNREAD, finding
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer, plain
from layers.sources.limits import Limits
from layers.sources.unzip import RATIO_FROM_BYTES

ROW_BYTES, CELL_BYTES = 300, 60
"""What a row and a cell take at least once they are read."""
PARQUET_RATIO = 500
"""Rows of different shapes take at least some bytes each in any packing."""


def read(inside: Contents, limits: Limits) -> RawLayer:
    """Read a GeoParquet file.

    Raises
    ------
    BlockedError
        Broken, too many rows or bytes by its own footer, no geometry column, or a
        geometry that is not WKB.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(inside.path) as file:
            _promised(file.metadata, inside, limits)
            geo = _geo(file.schema_arrow.metadata or {}, inside.name)
            primary = str(geo.get("primary_column", "geometry"))
            if primary not in file.schema_arrow.names or primary not in geo.get("columns", {}):
                raise BlockedError(reason("parquet_without_geometry", file=inside.name, column=primary))
            texts = [f.name for f in file.schema_arrow if _text_like(f.type)]
        # a word that stands in a million rows is read once; how much it comes to is known before it is written out
        with parquet.ParquetFile(inside.path, read_dictionary=texts) as file:
            table = file.read()
            _written_out(table, inside, limits)
    except (pa.ArrowInvalid, OSError) as error:
        raise BlockedError(reason("file_unreadable", file=inside.name, detail=str(error)[:200])) from None
    described = geo["columns"][primary]
    if described.get("encoding") != "WKB":
        raise BlockedError(reason("parquet_not_wkb", file=inside.name, encoding=described.get("encoding")))
    shapes, lost = repair.from_wkb(table.column(primary).to_pylist())
    others = [c for c in table.column_names if c not in geo["columns"]]
    crs, note = _crs(described)
    notes = [finding("warn", note)] if note else []
    unread = [c for c in geo["columns"] if c != primary and c in table.column_names and _other_ground(table, c, shapes)]
    if unread:
        notes.append(finding("warn", "shapes_beside", names=unread, proposal=UNREAD))
    return RawLayer({c: plain(table.column(c)) for c in others}, np.asarray(shapes, object), crs, lost, findings=notes)


def _other_ground(table: Any, column: str, read: Iterable[Any]) -> bool:
    """Tell whether a further column of shapes holds areas that are not those that are read."""
    shapes, _ = repair.from_wkb(table.column(column).to_pylist())
    pairs = zip(shapes, read, strict=True)
    return any(s is not None and shapely.get_dimensions(s) == 2 and not shapely.equals(s, r) for s, r in pairs)


def _text_like(kind: Any) -> bool:
    import pyarrow as pa

    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _promised(footer: Any, inside: Contents, limits: Limits) -> None:
    """Refuse by the footer alone: too many rows or bytes, or more rows than such a file can hold."""
    if footer.num_rows > limits.rows:
        raise BlockedError(reason("too_many_rows", file=inside.name, count=footer.num_rows, limit=limits.rows))
    size = sum(footer.row_group(k).total_byte_size for k in range(footer.num_row_groups))
    _held(size, inside.name, limits)
    needed, packed = footer.num_rows * (ROW_BYTES + CELL_BYTES * footer.num_columns), inside.path.stat().st_size
    if needed > RATIO_FROM_BYTES and needed > PARQUET_RATIO * packed:
        raise BlockedError(reason("zip_bomb", file=inside.name, ratio=needed / packed, limit=PARQUET_RATIO))


def _written_out(table: Any, inside: Contents, limits: Limits) -> None:
    """Refuse what would be too large once every row has its own copy of the words it shares."""
    from pyarrow import compute

    size = 0
    for column in table.itercolumns():
        for part in column.chunks:
            if hasattr(part, "dictionary"):
                lengths = compute.binary_length(part.dictionary).take(part.indices)
                size += compute.sum(lengths).as_py() or 0
            else:
                size += part.nbytes
    _held(size, inside.name, limits)


def _held(size: int, name: str, limits: Limits) -> None:
    if size > limits.unpacked_bytes:
        raise BlockedError(
            reason("file_too_large", file=name, size_mb=size / 1e6, limit_mb=limits.unpacked_bytes / 1e6)
        )


def _geo(metadata: dict[bytes, bytes], name: str) -> dict[str, Any]:
    try:
        geo = json.loads(metadata[b"geo"])
        if isinstance(geo, dict) and isinstance(geo.get("columns"), dict):
            return geo
    except (KeyError, ValueError):
        pass
    raise BlockedError(reason("parquet_not_geo", file=name))


def _crs(described: dict[str, Any]) -> tuple[str, str]:
    """Absent means longitude and latitude (the format says so); null means nobody knows."""
    import pyproj

    if "crs" not in described:
        return "EPSG:4326", ""
    if described["crs"] is None:
        return "", ""
    try:
        found = pyproj.CRS.from_json_dict(described["crs"])
    except (pyproj.exceptions.CRSError, TypeError):
        return "", "crs_text_unreadable"
    code = found.to_epsg()
    return (f"EPSG:{code}" if code else str(found.to_wkt())), ""
