"""Child side: GeoParquet. The footer is read first; a small file may promise 200 million rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.sources.checks import repair
from layers.sources.finding import UNREAD, Finding, finding
from layers.sources.formats import batches
from layers.sources.formats.contents import Contents
from layers.sources.formats.read import RawLayer, plain
from layers.sources.formats.streamed import Source
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

    footer = _footer(inside, limits)
    primary = footer.primary
    try:
        # a word that stands in a million rows is read once; how much it comes to is known before it is written out
        with parquet.ParquetFile(inside.path, read_dictionary=list(footer.texts)) as file:
            table = file.read()
            _written_out(table, inside, limits)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(inside, error) from None
    geo = footer.columns
    shapes, lost = repair.from_wkb(table.column(primary).to_pylist())
    others = [c for c in table.column_names if c not in geo]
    crs, notes = footer.placed()
    unread = [c for c in geo if c != primary and c in table.column_names and _other_ground(table, c, shapes)]
    if unread:
        notes.append(finding("warn", "shapes_beside", names=unread, proposal=UNREAD))
    return RawLayer({c: plain(table.column(c)) for c in others}, np.asarray(shapes, object), crs, lost, findings=notes)


@dataclass(frozen=True)
class _Footer:
    """What a file says of itself before its rows are read: how many, its columns of shapes, which of them counts."""

    rows: int
    primary: str
    columns: dict[str, Any]
    names: tuple[str, ...]
    texts: tuple[str, ...]
    copied: tuple[Finding, ...] = ()

    def placed(self) -> tuple[str, list[Finding]]:
        """Return the system, and what is said of it and of the way its rows came."""
        crs, note = _crs(self.columns[self.primary])
        return crs, ([finding("warn", note)] if note else []) + list(self.copied)


def _footer(inside: Contents, limits: Limits) -> _Footer:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(inside.path) as file:
            _promised(file.metadata, inside, limits)
            geo = _geo(file.schema_arrow.metadata or {}, inside.name)
            primary = str(geo.get("primary_column", "geometry"))
            if primary not in file.schema_arrow.names or primary not in geo.get("columns", {}):
                raise BlockedError(reason("parquet_without_geometry", file=inside.name, column=primary))
            names = tuple(file.schema_arrow.names)
            texts = tuple(f.name for f in file.schema_arrow if _text_like(f.type))
            made = _Footer(file.metadata.num_rows, primary, geo["columns"], names, texts, _copied(geo))
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(inside, error) from None
    if (encoding := made.columns[primary].get("encoding")) != "WKB":
        raise BlockedError(reason("parquet_not_wkb", file=inside.name, encoding=encoding))
    return made


def _unreadable(inside: Contents, error: Exception) -> BlockedError:
    return BlockedError(reason("file_unreadable", file=inside.name, detail=str(error)[:200]))


def many(inside: Contents, limits: Limits, least: int, geographic: Callable[[str], bool | None]) -> Source | None:
    """Return a file of `least` rows and more as a layer that is read in pieces; None for a smaller one.

    A file with a further column of shapes is read whole: whether that is other ground, all rows together tell.
    """
    footer = _footer(inside, limits)
    if footer.rows < least or len(set(footer.columns) & set(footer.names)) > 1:
        return None
    crs, notes = footer.placed()
    return Source(inside.name, partial(_batches, inside, footer, crs, limits), footer.rows, geographic, notes=notes)


@contextmanager
def _batches(
    inside: Contents, footer: _Footer, crs: str, limits: Limits, only_shapes: bool, rows: int
) -> Iterator[batches.Batches]:
    from pyarrow import parquet

    with parquet.ParquetFile(inside.path) as file:
        wanted = [footer.primary] if only_shapes else None
        pieces = _pieces(file.iter_batches(rows, columns=wanted), inside, footer, limits)
        yield batches.Batches(crs, batches.figures(file.schema_arrow), pieces)


def _pieces(found: Iterator[Any], inside: Contents, footer: _Footer, limits: Limits) -> Iterator[RawLayer]:
    import pyarrow as pa

    size = 0
    try:
        for batch in found:
            size += batch.nbytes
            _held(size, inside.name, limits)
            shapes, lost = repair.from_wkb(batch.column(footer.primary).to_pylist())
            others = [c for c in batch.schema.names if c not in footer.columns]
            yield RawLayer({c: plain(batch.column(c)) for c in others}, np.asarray(shapes, object), "", lost)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(inside, error) from None


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


def _copied(geo: dict[str, Any]) -> tuple[Finding, ...]:
    """Return what our own copy of a table of a database says was done to its rows (`layers.sources.database`)."""
    told = geo.get("luodi")
    told = told if isinstance(told, dict) else {}
    count, left = told.get("straightened"), told.get("left")
    curved = [finding("fixed", "table_straightened", count=count)] if isinstance(count, int) and count > 0 else []
    names = [str(n) for n in left] if isinstance(left, list) else []
    return (*curved, *([finding("warn", "columns_of_bytes", fields=names)] if names else []))


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
