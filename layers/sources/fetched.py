"""A table of a PostGIS database is copied into a file, by a process of its own; only here a network is touched.

The process gets PostgreSQL's own variables and nothing else that names a database: neither the job it reads nor its
arguments hold a password.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from layers.basis.owned import owned
from layers.basis.postgis import Address
from layers.sources import gate
from layers.sources.database import FILE

_PASSED = ("APPDATA", "USERPROFILE", "USERNAME", "USER", "LOGNAME", "KRB5CCNAME", "KRB5_CONFIG", "SSL_CERT_FILE")
"""Of the environment, beside ``PG…``: where the driver looks for its files, tickets and certificates."""


@dataclass(frozen=True)
class TableContent:
    """What tells whether a table is another one now: its rows, and a sum over all they hold, whatever their order."""

    rows: int
    sum: str


@dataclass(frozen=True)
class Copied:
    """A table as a file of ours, which goes when the context ends, and the content it had.

    Parameters
    ----------
    file : Path
        GeoParquet, rows in the order of the primary key.
    content : TableContent
    open_line : bool
        Whether it came from another computer without TLS.
    """

    file: Path
    content: TableContent
    open_line: bool


@contextmanager
def copied(at: Address, cache: Path, name: str) -> Iterator[Copied]:
    """Copy a table.

    Parameters
    ----------
    at : Address
        With its table.
    cache : Path
        Folder for parsed copies; made when missing.
    name : str
        What the file is to be called, without its ending.

    Raises
    ------
    CallError
        The driver is not installed, or no table is named: those there are.
    BlockedError
        The database does not answer, does not let us read, or has no such table.
    """
    with _place(cache) as folder:
        told = _asked(at, folder, only_state=False)
        if not at.table:
            known = [f"{at}/{one}" for one in told["layers"]]
            raise CallError(reason("database_tables", name=str(at), count=len(known), known=known[:200]))
        file = folder / f"{name}.parquet"
        (folder / FILE).rename(file)
        yield Copied(file, TableContent(told["rows"], told["sum"]), told["open_line"])


def content(at: Address, cache: Path) -> TableContent:
    """Return what a table holds now; errors as in `copied`."""
    with _place(cache) as folder:
        told = _asked(at, folder, only_state=True)
    return TableContent(told["rows"], told["sum"])


@contextmanager
def _place(cache: Path) -> Iterator[Path]:
    cache.mkdir(parents=True, exist_ok=True)
    with owned(cache, gate.PARSE) as own:
        folder = own / "made"
        folder.mkdir()
        yield folder


def _asked(at: Address, folder: Path, *, only_state: bool) -> dict[str, Any]:
    if find_spec("psycopg") is None:
        raise CallError(reason("postgis_not_installed"))
    job = {"task": "database", "name": str(at), "only_state": only_state, "limits": asdict(gate.LIMITS), **asdict(at)}
    (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    own = {k: v for k, v in os.environ.items() if k.startswith("PG") or k in _PASSED}
    try:
        return gate.run(folder, str(at), own)
    except BlockedError as error:
        if any(r.code == "postgis_not_installed" for r in error.reasons):
            raise CallError(error.reasons) from None
        raise
