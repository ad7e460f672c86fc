"""Layers that are copies of a table of a database: where each comes from, and whether the table is another one now.

A run reads the copy alone: it is the same tomorrow, without a network, and on another computer. Whether the table has
changed is asked by `check`, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.basis.errors import CallError, LuodiError
from geo.basis.reason import reason
from layers.basis import postgis
from layers.basis.postgis import Address
from layers.sources import fetched
from layers.sources.finding import Finding, finding
from layers.study import load, names, spec
from layers.study.spec import LayerSpec


@dataclass(frozen=True)
class Local:
    """Files of a call as they lie on this computer, what the settings keep of their origin, and what is to be said."""

    files: list[Path]
    said: dict[str, Any]
    findings: tuple[Finding, ...] = ()


def named(files: Sequence[Path]) -> Address | None:
    """Return the database, or the table of one, that stands among files as they stand in a call; None without one.

    Raises
    ------
    CallError
        It is named in a way we do not take.
    """
    return next((at for f in files if (at := postgis.address(f.as_posix())) is not None), None)


@contextmanager
def local(folder: Path, files: Sequence[Path]) -> Iterator[Local]:
    """Copy a table that stands among files; without one they are as they are.

    Parameters
    ----------
    folder : Path
        The study.
    files : sequence of Path
        As they stand in the call: a table is ``postgis:SERVICE/SCHEMA.TABLE``.

    Raises
    ------
    CallError
        A table beside other files, or one that is named wrongly; a database without a table tells those it has.
    BlockedError
        Not a study, or the database does not answer.
    """
    at = named(files)
    if at is None:
        yield Local(list(files), {})
        return
    if len(files) > 1:
        raise CallError(reason("database_alone", name=str(at)))
    spec.require(folder)
    with fetched.copied(at, folder / load.CACHE, names.slug(at.table, "table")) as copy:
        said = {"table": str(at), "rows": copy.content.rows, "sum": copy.content.sum, "on": date.today()}
        told = (finding("warn", "database_open_line", name=str(at)),) if copy.open_line else ()
        yield Local([copy.file], {"origin": said}, told)


def changed(layer: LayerSpec, folder: Path) -> list[Finding]:
    """Say of a copy that its table holds something else now, or that nobody could look."""
    kept = layer.origin
    if kept is None:
        return []
    at = postgis.address(kept.table)
    if at is None:
        return []
    try:
        now = fetched.content(at, folder / load.CACHE)
    except LuodiError as error:
        return [Finding("", r.code, "warn", "", r) for r in error.reasons]
    if now == fetched.TableContent(kept.rows, kept.sum):
        return []
    counts: dict[str, Any] = {"before": kept.rows, "count": now.rows}
    call = f"luodi add {folder} '{at}' --replace {layer.id}"
    return [finding("warn", "database_changed", table=str(at), on=kept.on.isoformat(), call=call, **counts)]
