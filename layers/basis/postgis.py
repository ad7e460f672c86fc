"""PostGIS: how a table is named, how a database is spoken to, and what is said when it does not answer.

Where a database is, who asks and with which password stands in PostgreSQL's own places alone: the service file
(``pg_service.conf``), the password file (``pgpass``) and ``PG…`` variables of the environment. A name of ours holds a
service and a table; no password can be written into one, so none stands in a study, a call, a log or an error.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.reason import Reason, reason

SCHEME = "postgis:"
_OTHERS = ("postgresql:", "postgres:", "pg:", "jdbc:postgresql:")
"""How other programs name a database: with host and password in one line, which we do not take."""
_NAME = r'(?:"(?:[^"]|"")+"|[^."]+)'
_SHAPE = re.compile(rf"{SCHEME}(?P<service>[\w.-]*)(?:/(?P<table>{_NAME}(?:\.{_NAME}){{0,2}}))?", re.IGNORECASE)
STATEMENT_S, LOCK_S, CONNECT_S = 1_800, 30, 15
"""How long a statement may take, a lock of somebody else may hold us up, and a server may not answer at all."""
_CODES = {
    "42501": "database_forbidden", "57014": "database_timeout", "55P03": "database_locked",
    "42P01": "database_table_gone", "3F000": "database_schema_unknown", "2BP01": "database_depended_on",
    "53100": "database_full", "22021": "database_text_unreadable",
}  # fmt: skip
"""What a server says by its code (SQLSTATE), as we say it."""
_LOST = ("08", "57P")
"""Beginnings of codes of a server that went away."""


@dataclass(frozen=True)
class Address:
    """A table of a PostGIS database, or the database alone.

    Parameters
    ----------
    service : str
        Name of a service in PostgreSQL's own file; "" takes the ``PG…`` variables of the environment.
    schema, table, column : str
        As the database spells them, quotes taken off. Without a schema it is ``public``; `column` is the column of
        shapes, "" for the only one; `table` is "" for the database alone.
    """

    service: str
    schema: str = ""
    table: str = ""
    column: str = ""

    @property
    def label(self) -> str:
        """The table as people write it; names that hold a dot or a quote stand in quotes."""
        return label(self.schema, self.table, *filter(None, (self.column,)))

    def __str__(self) -> str:
        return f"{SCHEME}{self.service}" + (f"/{self.label}" if self.table else "")


def label(*names: str) -> str:
    """Return schema, table and column as one name."""
    return ".".join('"' + n.replace('"', '""') + '"' if re.search(r'[."/]|^\s|\s$', n) else n for n in names)


def address(text: str) -> Address | None:
    """Return the table a text names; None where it names no database.

    Raises
    ------
    CallError
        It names one in another way: with a host or a password, say. The text is not repeated.
    """
    known = text.strip().lower()
    if not known.startswith((SCHEME, *_OTHERS)):
        return None
    found = _SHAPE.fullmatch(text.strip())
    if found is None:
        raise CallError(reason("database_address"))
    names = [_bare(n) for n in re.findall(_NAME, found["table"] or "")]
    if not names:
        return Address(found["service"])
    return Address(found["service"], *(names if len(names) > 1 else ["public", *names]))


def only_files(path: Path) -> None:
    """Refuse a database where a file is wanted; a text that may hold a password is not repeated.

    Raises
    ------
    CallError
    """
    if (named := address(path.as_posix())) is not None:
        raise CallError(reason("database_only_added", name=str(named)))


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


@contextmanager
def speaking(to: Address, *, reading: bool) -> Iterator[Any]:
    """Open a connection with one transaction; it is committed when the block ends well, and never otherwise.

    Parameters
    ----------
    to : Address
        Named in what is said when something fails.
    reading : bool
        The transaction sees one state of the database and cannot change it; rows that a policy of the table would hide
        are an error, not missing.

    Yields
    ------
    psycopg.Connection

    Raises
    ------
    CallError
        The driver is not installed.
    BlockedError
        No such service, no answer, no permission, too long, gone meanwhile.
    """
    if find_spec("psycopg") is None:
        raise CallError(reason("postgis_not_installed"))
    import psycopg

    try:
        connection = _connected(to)
    except psycopg.Error as error:
        raise BlockedError(reason("database_unreachable", name=_named(to), detail=_said(error))) from None
    try:
        with connection:
            if reading:
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            _settle(connection, reading)
            yield connection
    except LuodiError:
        raise
    except psycopg.Error as error:
        raise BlockedError(_reason(error, to)) from None
    except UnicodeDecodeError:
        raise BlockedError(reason("database_text_unreadable", table=to.label)) from None


def _connected(to: Address) -> Any:
    import psycopg

    alive = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "connect_timeout": CONNECT_S}
    more: dict[str, Any] = {"service": to.service} if to.service else {}
    return psycopg.connect("", application_name="luodi", client_encoding="UTF8", **alive, **more)


def _settle(connection: Any, reading: bool) -> None:
    """Settle what a session may not leave to the server: how values are written, how long anything may take."""
    wanted = {
        "DateStyle": "ISO, YMD", "IntervalStyle": "iso_8601", "TimeZone": "UTC", "bytea_output": "hex",
        "extra_float_digits": "3", "statement_timeout": f"{STATEMENT_S}s", "lock_timeout": f"{LOCK_S}s",
        "idle_in_transaction_session_timeout": f"{STATEMENT_S}s",
    }  # fmt: skip
    if reading:
        wanted["row_security"] = "off"
    for name, value in wanted.items():
        connection.execute("SELECT pg_catalog.set_config(%s, %s, true)", (name, value))


def _reason(error: Any, to: Address) -> Reason:
    state = error.sqlstate or ""
    values = {"name": _named(to), "table": to.label, "schema": to.schema, "detail": _said(error)}
    if not state or state.startswith(_LOST):
        return reason("database_lost", **values)
    if state == "42501" and "row-level security" in str(error):
        return reason("database_rows_hidden", **values)
    return reason(_CODES.get(state, "database_failed"), **values)


def _named(to: Address) -> str:
    return f"{SCHEME}{to.service}"


def _said(error: Any) -> str:
    """Return what the server or the driver says in one line: no statement, and no password of the environment."""
    text = " ".join(str(error.diag.message_primary or error).split())[:300].rstrip(".")
    secret = os.environ.get("PGPASSWORD", "")
    return text.replace(secret, "***") if secret else text


def home(connection: Any, to: Address) -> str:
    """Return the schema PostGIS lies in.

    Raises
    ------
    BlockedError
        The database has no PostGIS.
    """
    query = (
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'postgis'"
    )
    found = connection.execute(query).fetchone()
    if found is None:
        raise BlockedError(reason("database_without_postgis", name=_named(to)))
    return str(found[0])


def primary_key(connection: Any, table: int) -> tuple[str, ...]:
    """Return the columns of the primary key of a table, known by its number (oid), in their order; none without one."""
    query = """
        SELECT a.attname FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE i.indrelid = %s AND i.indisprimary ORDER BY k.place
    """
    return tuple(str(name) for (name,) in connection.execute(query, (table,)))


def open_line(connection: Any) -> bool:
    """Tell whether the connection goes to another computer without TLS."""
    from psycopg import pq

    info = connection.info
    away = bool(info.hostaddr or info.host) and not info.host.startswith(("/", "@"))
    if not away or str(info.hostaddr or info.host).startswith(("127.", "::1", "localhost")):
        return False
    return not pq.PGconn.ssl_in_use.__get__(connection.pgconn)
