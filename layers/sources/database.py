"""Child side: a table of a PostGIS database as a GeoParquet file, read through a cursor of the server.

The rows come in one read-only transaction, so that all of them are of one state, ordered by the primary key (without
one by all they hold), so that the same content is the same file. What they hold is not looked at here: the file goes
the way of every other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.basis import postgis
from layers.basis.postgis import Address
from layers.sources.formats.read import PROGRESS

FILE = "table.parquet"
FETCHED, GROUP_ROWS, GROUP_BYTES = 1_000, 25_000, 64_000_000
"""Rows fetched at a time, and what is written at a time at most."""
_CURVES = ("CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE")
_CHORD_DEG = 0.5
"""Of an arc that is straightened, as for files."""
_FLOATS, _BYTES = ("float4", "float8"), ("bytea", "raster")
_LAYERS = """
SELECT n.nspname, c.relname, a.attname FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND NOT c.relispartition
AND b.typname IN ('geometry', 'geography') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2, a.attnum
"""
_COLUMNS = """
SELECT a.attname, b.typname, coalesce(nullif(a.atttypmod, -1), t.typtypmod) FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
_TABLE = (
    "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = %s AND relname = %s"
)


@dataclass(frozen=True)
class _Table:
    """A table to read: its attributes and what each is read as, its column of shapes, its key, and where PostGIS is."""

    at: Address
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    key: tuple[str, ...]
    home: str

    @property
    def left(self) -> list[str]:
        """Columns of bytes, which are no attributes."""
        return [n for n, kind in zip(self.names, self.kinds, strict=True) if kind == "bytes"]


@dataclass(frozen=True)
class _State:
    """What a table holds: rows, their sum, the systems of its shapes, how many of them have curves."""

    rows: int
    sum: str
    srids: tuple[int, ...]
    curved: int


def asked(job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Do a job about a database.

    Returns
    -------
    dict
        ``layers`` (tables with shapes), where the job names no table; else ``rows`` and ``sum`` of its content, and
        unless it asks for no more (``only_state``) the table lies in `FILE`, ``open_line`` says whether it came
        without TLS.
    """
    at = Address(*(job[k] for k in ("service", "schema", "table", "column")))
    with postgis.speaking(at, reading=True) as connection:
        home = postgis.home(connection, at)
        if not at.table:
            return {"layers": _layers(connection)}
        table = _described(connection, at, home)
        state = _state(connection, table)
        told = {"rows": state.rows, "sum": state.sum, "open_line": postgis.open_line(connection)}
        if job.get("only_state"):
            return told
        limits = job["bounds"]
        if state.rows > limits.rows:
            raise BlockedError(reason("too_many_rows", file=at.label, count=state.rows, limit=limits.rows))
        read = _written(connection, table, state, folder)
        if read != state.rows:
            raise BlockedError(reason("row_count_differs", file=at.label, count=read, expected=state.rows))
        return told


def _layers(connection: Any) -> list[str]:
    """Return the tables with shapes as they are to be named; with the column where there are several."""
    found = [tuple(map(str, row)) for row in connection.execute(_LAYERS)]
    tables = [row[:2] for row in found]
    return [postgis.label(*(row if tables.count(row[:2]) > 1 else row[:2])) for row in found]


def _described(connection: Any, at: Address, home: str) -> _Table:
    oid = connection.execute(_TABLE, (at.schema, at.table)).fetchone()
    if oid is None:
        raise BlockedError(reason("database_table_unknown", table=at.label, known=_layers(connection)[:50]))
    columns = [(str(n), str(t), int(m)) for n, t, m in connection.execute(_COLUMNS, oid)]
    shapes = [n for n, kind, _ in columns if kind in ("geometry", "geography")]
    if not shapes:
        raise BlockedError(reason("database_table_without_shapes", table=at.label))
    if at.column not in shapes if at.column else len(shapes) > 1:
        known = [postgis.label(at.schema, at.table, n) for n in shapes]
        raise BlockedError(reason("database_several_shapes", table=at.label, known=known))
    key = postgis.primary_key(connection, int(oid[0]))
    kept = [(n, _kind(t, m)) for n, t, m in columns if n not in shapes]
    at = Address(at.service, at.schema, at.table, at.column or shapes[0])
    return _Table(at, tuple(n for n, _ in kept), tuple(k for _, k in kept), key, home)


def _kind(name: str, modifier: int) -> str:
    """Return what a type is read as: numbers with decimals, bytes (left out) or text that keeps every digit."""
    scaled = name == "numeric" and modifier >= 4 and 0 < (modifier - 4) & 0x7FF < 0x400
    return "float" if name in _FLOATS or scaled else "bytes" if name in _BYTES else "text"


def _parts(table: _Table) -> dict[str, Any]:
    """Return the pieces queries are composed of, names quoted by the driver."""
    from psycopg import sql

    shape = sql.SQL("t.{}::{}").format(sql.Identifier(table.at.column), sql.Identifier(table.home, "geometry"))
    curves = sql.SQL(", ").join(map(sql.Literal, _CURVES))
    parts: dict[str, Any] = {name: sql.Identifier(table.home, name) for name in
             ("st_asbinary", "st_srid", "st_hasarc", "st_curvetoline", "geometrytype")}  # fmt: skip
    parts |= {"shape": shape, "table": sql.Identifier(table.at.schema, table.at.table)}
    parts["curved"] = sql.SQL("({st_hasarc}({shape}) OR {geometrytype}({shape}) IN ({curves}))").format(
        **parts, curves=curves
    )
    return parts


def _state(connection: Any, table: _Table) -> _State:
    from psycopg import sql

    query = """
        SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric), 0)::text,
        array_agg(DISTINCT {st_srid}({shape})), count(*) FILTER (WHERE {curved}) FROM {table} AS t
    """
    rows, total, srids, curved = connection.execute(sql.SQL(query).format(**_parts(table))).fetchone()
    return _State(int(rows), str(total), tuple(sorted(s for s in srids or () if s is not None)), int(curved))


def _rows_query(table: _Table) -> Any:
    from psycopg import sql

    parts, taken = _parts(table), []
    for name, kind in zip(table.names, table.kinds, strict=True):
        cast = {"float": "t.{}::float8", "text": 't.{}::text COLLATE "C"', "bytes": "NULL::text"}[kind]
        taken.append(sql.SQL(cast).format(*([] if kind == "bytes" else [sql.Identifier(name)])))
    straight = sql.SQL("CASE WHEN {curved} THEN {st_curvetoline}({shape}, {step}, 2, 0) ELSE {shape} END")
    straight = straight.format(**parts, step=sql.SQL("radians({})").format(sql.Literal(_CHORD_DEG)))
    taken.append(sql.SQL("{st_asbinary}({straight}, 'NDR')").format(**parts, straight=straight))
    places = sql.SQL(", ").join(sql.SQL(str(k)) for k in range(1, len(taken) + 1))
    order = sql.SQL(", ").join(sql.SQL("t.{}").format(sql.Identifier(n)) for n in table.key) if table.key else places
    return sql.SQL("SELECT {taken} FROM {table} AS t ORDER BY {order}").format(
        taken=sql.SQL(", ").join(taken), table=parts["table"], order=order
    )


def _written(connection: Any, table: _Table, state: _State, folder: Path) -> int:
    """Write the rows; return how many they were."""
    import pyarrow as pa
    from pyarrow import parquet

    types = {"float": pa.float64(), "text": pa.string(), "bytes": pa.string()}
    kinds = [types[k] for k in table.kinds] + [pa.binary()]
    told = {b"geo": json.dumps(_geo(connection, table, state)).encode()}
    schema = pa.schema(list(zip([*table.names, table.at.column], kinds, strict=True)), metadata=told)
    held: list[tuple[Any, ...]] = []
    done = size = 0
    with parquet.ParquetWriter(folder / FILE, schema, compression="zstd") as writer:

        def put() -> None:
            columns = list(zip(*held, strict=True)) or [()] * len(kinds)
            writer.write_table(pa.table([pa.array(c, k) for c, k in zip(columns, kinds, strict=True)], schema=schema))

        with connection.cursor(name="luodi") as cursor:
            cursor.execute(_rows_query(table), binary=True)
            while rows := cursor.fetchmany(FETCHED):
                held += rows
                size += sum(len(row[-1] or b"") for row in rows)
                done += len(rows)
                if len(held) >= GROUP_ROWS or size >= GROUP_BYTES:
                    put()
                    held, size = [], 0
                    (folder / PROGRESS).write_text(f"{min(done / max(state.rows, 1), 1.0):.4f}", encoding="ascii")
        put()
    return done


def _geo(connection: Any, table: _Table, state: _State) -> dict[str, Any]:
    """Return what a GeoParquet file says of itself, and what was done to its rows on the way."""
    shapes = {"encoding": "WKB", "geometry_types": [], "crs": _system(connection, table, state.srids)}
    told = {"straightened": state.curved, "left": table.left}
    return {"version": "1.1.0", "primary_column": table.at.column, "columns": {table.at.column: shapes}, "luodi": told}


def _system(connection: Any, table: _Table, srids: Sequence[int]) -> Any:
    """Return the coordinate system as PROJ's JSON, None where the shapes name none.

    Raises
    ------
    BlockedError
        Rows in several systems.
    """
    if len(srids) > 1:
        raise BlockedError(reason("database_several_systems", table=table.at.label, srids=list(map(str, srids))))
    if not srids or srids[0] == 0:
        return None
    import pyproj
    from psycopg import sql

    query = sql.SQL("SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s")
    found = connection.execute(query.format(sql.Identifier(table.home, "spatial_ref_sys")), (srids[0],)).fetchone()
    for text in () if found is None else (f"{found[0]}:{found[1]}", found[2]):
        try:
            return pyproj.CRS.from_user_input(text).to_json_dict()
        except (pyproj.exceptions.CRSError, TypeError):
            continue
    return None
