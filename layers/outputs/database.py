"""A table handed over into a PostGIS database: what leaves is that of every other format, the way is COPY.

All of it is one transaction: whoever reads the database sees the table as it was, or whole as it is now. A table we
wrote before is emptied and filled again, so that rights, indexes and views on it stay; any other is left alone unless
it is said that it may go.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import shapely
from pyarrow import csv

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import TABLES
from layers.basis import postgis
from layers.basis.postgis import Address
from layers.outputs.files import rows_out
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.study.changes import commit
from layers.study.names import cut
from layers.study.run.results import Results
from layers.text import Language

PIECE = 20_000
"""Rows turned into text at a time."""
LONGEST, SHAPE, ROW = 63, "geometry", "luodi_row"
"""Bytes of a name in PostgreSQL; our column of shapes, and of numbers where no key of the table tells rows apart."""
_TAKEN = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", SHAPE, ROW})
_ARROW = {"bigint": pa.int64(), "double precision": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
_EXISTING = """
SELECT c.oid, c.relkind, obj_description(c.oid, 'pg_class') FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = %s AND relname = %s
"""
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = %s AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@dataclass(frozen=True)
class Written:
    """Rows that were written, and whether they went to another computer without TLS."""

    rows: int
    open_line: bool


@dataclass(frozen=True)
class _Plan:
    """A table as it is to be: names and types of its columns, what each is called, its key."""

    names: list[str]
    types: list[str]
    heads: list[str]
    key: list[str]
    comment: str

    @property
    def mark(self) -> str:
        """The beginning of the comment by which a table of ours is known again: study and table."""
        return self.comment.split(";run=")[0]


def export(
    results: Results, at: Address, table: str, language: Language, keep: np.ndarray | None = None, *,
    overwrite: bool = False,
) -> Written:  # fmt: skip
    """Write one table of a run into a database.

    Parameters
    ----------
    results : Results
        Up to date.
    at : Address
        Schema and table; the schema must be there.
    table, language, keep
        As `layers.outputs.files.export`.
    overwrite : bool
        A table that is there and not ours of this study may go.

    Raises
    ------
    CallError
        Unknown table, no table named, no driver.
    BlockedError
        No answer, no permission, no PostGIS, no such schema; a table that is not ours; a coordinate system the database
        does not know; what `files.rows_out` refuses.
    """
    if not at.table or at.column:
        raise CallError(reason("database_export_address", name=str(at)))
    made, shapes = rows_out(results, table, language, keep)
    mark = f"luodi:study={plain(results.study.name)};table={table};run={results.run_id}"
    return put(made, shapes, at, table, mark, overwrite=overwrite)


def put(
    made: Projection, shapes: gpd.GeoSeries | None, at: Address, table: str, mark: str, *, overwrite: bool = False
) -> Written:
    """Write rows and shapes as a table whose comment begins with a mark; the rest as `export`."""
    with postgis.speaking(at, reading=False) as connection:
        home = postgis.home(connection, at)
        srid = 0 if shapes is None else _srid(connection, home, shapes.crs, at)
        plan = _plan(made, shapes, table, srid, mark)
        _room(connection, at, plan, home, overwrite)
        _filled(connection, at, plan, made.frame, shapes, srid)
        _counted(connection, at, len(made.frame))
        told = Written(len(made.frame), postgis.open_line(connection))
        with commit(f"table {at}", "did_file", path=str(at)):
            connection.commit()
    return told


def _srid(connection: Any, home: str, system: Any, at: Address) -> int:
    """Return the number the database has for a coordinate system."""
    from psycopg import sql

    code = pyproj.CRS.from_user_input(system).to_epsg()
    query = sql.SQL("SELECT srid FROM {} WHERE upper(auth_name) = 'EPSG' AND auth_srid = %s ORDER BY srid LIMIT 1")
    found = connection.execute(query.format(sql.Identifier(home, "spatial_ref_sys")), (code,)).fetchone()
    if found is None:
        raise BlockedError(reason("database_system_unknown", name=str(at), crs=str(system)[:60]))
    return int(found[0])


def _plan(made: Projection, shapes: gpd.GeoSeries | None, table: str, srid: int, mark: str) -> _Plan:
    frame = made.frame
    names = _names([str(c) for c in frame])
    types = [_type(frame[c]) for c in frame]
    heads = [made.headers.get(str(c), str(c)) for c in frame]
    key = [c for c in TABLES[table].key if c in frame]
    natural = (
        len(key) == len(TABLES[table].key) and not frame[key].isna().any(axis=None) and not frame.duplicated(key).any()
    )
    if natural:
        key = [names[list(frame).index(c)] for c in key]
    else:
        key, names, types, heads = [ROW], [ROW, *names], ["bigint", *types], ["", *heads]
    if shapes is not None:
        areas = np.isin(shapely.get_type_id(shapes.to_numpy()), (-1, 3, 6)).all()
        names, heads = [*names, SHAPE], [*heads, ""]
        types = [*types, f"geometry({'MultiPolygon' if areas else 'Geometry'},{srid})"]
    return _Plan(names, types, heads, key, "\n".join((mark, *made.notes)))


def _names(wanted: list[str]) -> list[str]:
    """Return names of columns the database takes: no name of its own, no longer than it keeps, each once."""
    out: list[str] = []
    for name in wanted:
        plain_name, number = cut(f"{name}_" if name in _TAKEN else name, LONGEST), 2
        stem = plain_name
        while plain_name in out:
            plain_name, number = cut(stem, LONGEST - len(f"_{number}")) + f"_{number}", number + 1
        out.append(plain_name)
    return out


def _type(values: pd.Series) -> str:
    kinds = pd.api.types
    if kinds.is_bool_dtype(values):
        return "boolean"
    if kinds.is_integer_dtype(values):
        return "bigint"
    if kinds.is_numeric_dtype(values):
        return "double precision"
    return "date" if kinds.is_datetime64_any_dtype(values) else "text"


def _room(connection: Any, at: Address, plan: _Plan, home: str, overwrite: bool) -> None:
    """Make an empty table of the planned columns: our own of before where it has them, else a new one."""
    from psycopg import sql

    name = sql.Identifier(at.schema, at.table)
    found = connection.execute(_EXISTING, (at.schema, at.table)).fetchone()
    if found is not None:
        oid, kind, comment = int(found[0]), _text(found[1]), str(found[2] or "")
        if kind not in ("r", "p"):
            raise BlockedError(reason("database_no_table", table=at.label))
        mine = comment.split(";run=")[0] == plan.mark
        if not (mine or overwrite):
            raise BlockedError(reason("database_table_taken", table=at.label, name=str(at)))
        columns = [(str(n), _bare(str(t))) for n, t in connection.execute(_COLUMNS, (oid,))]
        key = list(postgis.primary_key(connection, oid))
        if mine and columns == list(zip(plan.names, plan.types, strict=True)) and key == plan.key:
            connection.execute(sql.SQL("TRUNCATE {}").format(name))
            _said(connection, at, plan)
            return
        connection.execute(sql.SQL("DROP TABLE {}").format(name))
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(n), _sql_type(t, home))
        for n, t in zip(plan.names, plan.types, strict=True)
    )
    key = sql.SQL(", ").join(map(sql.Identifier, plan.key))
    connection.execute(sql.SQL("CREATE TABLE {} ({}, PRIMARY KEY ({}))").format(name, columns, key))
    if SHAPE in plan.names:
        connection.execute(sql.SQL("CREATE INDEX ON {} USING gist ({})").format(name, sql.Identifier(SHAPE)))
    _said(connection, at, plan)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bare(kind: str) -> str:
    """Return the name of a type without the schema PostGIS lies in."""
    head, bracket, rest = kind.partition("(")
    return head.rpartition(".")[2] + bracket + rest


def _sql_type(kind: str, home: str) -> Any:
    """Return a type of ours (never a text of a user) as SQL."""
    from psycopg import sql

    head, bracket, rest = kind.partition("(")
    return sql.SQL("{}.{}").format(sql.Identifier(home), sql.SQL(head + bracket + rest)) if bracket else sql.SQL(kind)


def _said(connection: Any, at: Address, plan: _Plan) -> None:
    """Put the notes of the list into the comment of the table, the headings into those of its columns."""
    from psycopg import sql

    name = sql.Identifier(at.schema, at.table)
    connection.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(plan.comment.replace("\0", "�"))))
    for column, head in zip(plan.names, plan.heads, strict=True):
        said = sql.SQL("COMMENT ON COLUMN {}.{} IS {}")
        connection.execute(said.format(name, sql.Identifier(column), sql.Literal(plain(head) or None)))


def _filled(
    connection: Any, at: Address, plan: _Plan, frame: pd.DataFrame, shapes: gpd.GeoSeries | None, srid: int
) -> None:
    from psycopg import sql

    columns = sql.SQL(", ").join(map(sql.Identifier, plan.names))
    how = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, ENCODING 'UTF8')")
    numbered = plan.key == [ROW]
    with connection.cursor().copy(how.format(sql.Identifier(at.schema, at.table), columns)) as copy:
        for start in range(0, len(frame), PIECE):
            part = frame.iloc[start : start + PIECE]
            made = [pa.array(np.arange(start + 1, start + len(part) + 1))] if numbered else []
            made += [_array(part.iloc[:, k], _type(frame.iloc[:, k])) for k in range(part.shape[1])]
            if shapes is not None:
                made.append(pa.array(_hex(shapes.to_numpy()[start : start + PIECE], srid), pa.string()))
            copy.write(_lines(made))
    connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(at.schema, at.table)))


def _lines(columns: list[pa.Array]) -> bytes:
    """Return columns as lines: nothing at all is NULL, an empty text stands in quotes."""
    sink = io.BytesIO()
    table = pa.table(columns, names=[str(k) for k in range(len(columns))])
    csv.write_csv(table, sink, csv.WriteOptions(include_header=False, quoting_style="needed"))
    return sink.getvalue()


def _array(values: pd.Series, kind: str) -> pa.Array:
    """Return values as the database holds them: what is not known, and what is no finite number, is NULL."""
    if kind == "text":
        return pa.array([None if pd.isna(v) else plain(v) for v in values], pa.string())
    if kind == "double precision":
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        return pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))
    if kind == "date":
        return pa.array(list(_days(values)), pa.date32())
    return pa.array(values, _ARROW[kind], from_pandas=True)


def _days(values: pd.Series) -> Iterator[Any]:
    return (None if pd.isna(v) else v.date() for v in values)


def _hex(shapes: Any, srid: int) -> Any:
    """Return shapes as hexadecimal EWKB with their system; polygons are multipolygons, as in every map file."""
    shapes = shapes.copy()
    alone = np.flatnonzero(shapely.get_type_id(shapes) == 3)
    if len(alone):
        shapes[alone] = shapely.multipolygons(shapes[alone], indices=np.arange(len(alone)))
    return shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True)


def _counted(connection: Any, at: Address, rows: int) -> None:
    """Hold the rows of the table against those that were to be written."""
    from psycopg import sql

    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(at.schema, at.table))
    found = int(connection.execute(query).fetchone()[0])
    if found != rows:
        raise BlockedError(reason("export_rows_differ", path=str(at), count=found, expected=rows))
