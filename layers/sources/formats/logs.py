"""Child side: what a database has not taken in yet.

A GeoPackage that is open in another program keeps its newest rows in a log beside it (``-wal``), and one
that was left in the middle of a change the old ones (``-journal``). Read without its log it lacks rows, or
has rows nobody meant to keep, and says nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason

ENDINGS = ("-wal", "-journal")


def beside(database: Path) -> dict[str, Path]:
    """Return the logs that lie beside a file and hold anything, by what they add to its name."""
    found = {e: database.with_name(database.name + e) for e in ENDINGS}
    return {e: p for e, p in found.items() if p.is_file() and not p.is_symlink() and p.stat().st_size}


def refuse_pending(database: Path, logs: Mapping[str, Path], name: str, folder: Path) -> None:
    """Refuse a database whose logs would change it.

    Raises
    ------
    BlockedError
        Some change is in a log only; the other program has to write it into the file.
    """
    if logs and _changes(database, logs, folder / "work"):
        raise BlockedError(reason("gpkg_not_written", file=name, log="".join(sorted(logs)[:1])))


def _changes(database: Path, logs: Mapping[str, Path], folder: Path) -> bool:
    """Tell whether a copy becomes another once SQLite has taken its logs in."""
    folder.mkdir(exist_ok=True)
    copy = folder / "settled.gpkg"
    shutil.copyfile(database, copy)
    for ending, log in logs.items():
        shutil.copyfile(log, copy.with_name(copy.name + ending))
    before = _sum(copy)
    try:
        with closing(sqlite3.connect(copy)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("SELECT count(*) FROM sqlite_master").fetchone()
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.DatabaseError:
        return True
    return before != _sum(copy)


def _sum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
