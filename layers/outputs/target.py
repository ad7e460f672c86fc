"""Where a file is handed over: written beside the target, checked, swapped in one step."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from pyogrio.errors import DataLayerError, DataSourceError

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.reason import reason
from layers.basis import disk, owned
from layers.study import litter, spec
from layers.study.changes import commit

OWN = (".luodi", "runs", "results", "checks", "inputs")
"""Folders of a study that no file may be handed over into: what lies there is read again."""


def replaced(path: Path, write: Callable[[Path], object], study: Path | None = None) -> None:
    """Write a file under another name on the same disk, then replace the target in one step.

    Parameters
    ----------
    path : Path
        Its folder must exist; an older file stays until the new one is whole.
    write : callable
        Told the path to write; what it returns is not read.
    study : Path or None
        The study that hands over: its next writer clears what is left if we are killed.

    Raises
    ------
    BlockedError
        The file cannot be written there, or would take the place of what a study is made of.
    """
    _guard(path)
    try:
        owned.clear(path.parent, litter.EXPORT)
        with litter.exporting(study, path.parent) as prefix, owned.owned(path.parent, prefix) as place:
            part = place / path.name
            _written(part, write, path)
            with commit(f"file {path}", "did_file", path=path.name):
                os.replace(part, path)
    except OSError as error:
        raise BlockedError(disk.refusal(error, path)) from None


def bytes_of(name: str, write: Callable[[Path], object]) -> bytes:
    """Return what a writer writes under a name, for a download; the file itself is gone afterwards."""
    with TemporaryDirectory(prefix="luodi-") as place:
        path = Path(place) / name
        write(path)
        return path.read_bytes()


def ending(path: Path, known: Collection[str]) -> str:
    """Return the ending a file is to be written by.

    Raises
    ------
    CallError
        Not one of those that are known.
    BlockedError
        The folder is not there.
    """
    name = path.name.lower()
    fitting = [kind for kind in known if name.endswith(f".{kind}") and name != f".{kind}"]
    if not fitting:
        given = path.suffix.lower().lstrip(".")
        raise CallError(reason("format_unknown", format=given or path.name, known=list(known)))
    kind = max(fitting, key=len)
    folder_there(path)
    return kind


def counted(path: Path, rows: int, count: Callable[[Path, str], int] | None, table: str) -> None:
    """Open a written file again and hold its rows against those that were to be written.

    Raises
    ------
    BlockedError
        It holds fewer or more.
    """
    found = rows if count is None else count(path, table)
    if found != rows:
        raise BlockedError(reason("export_rows_differ", path=path.name, count=found, expected=rows))


def folder_there(path: Path) -> None:
    """Refuse a file in a folder that is not there."""
    if not path.parent.is_dir():
        raise BlockedError(reason("folder_missing", path=str(path.parent)))


def _written(part: Path, write: Callable[[Path], object], target: Path) -> None:
    try:
        write(part)
    except LuodiError:
        raise
    except Exception as error:
        dumb = isinstance(error, (DataSourceError, DataLayerError))  # GDAL does not say why it could not write
        here = disk.has_no_room(part.parent)
        if disk.is_full(error) or (dumb and here):  # a workbook is put together in the system's own folder
            raise BlockedError(disk.no_space(target if here else Path(gettempdir()))) from error
        raise (OSError(str(error)) if dumb else error) from None
    with part.open("rb+") as stream:
        os.fsync(stream.fileno())


def _guard(path: Path) -> None:
    """Refuse a target among the files a study is made of, by whatever way it is named."""
    real = path.parent.resolve() / path.name
    for study in real.parents:
        if (study / spec.FILE).is_file() and (real.relative_to(study).parts[0] in OWN):
            raise BlockedError(reason("target_inside_study", path=path.name, folder=real.relative_to(study).parts[0]))
