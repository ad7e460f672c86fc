"""One writer per study. The system frees the lock when its holder dies, however it dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from geo.basis.errors import BlockedError, LockedError, LuodiError
from geo.basis.reason import reason
from layers.basis import disk
from layers.study import litter

PRIVATE = ".luodi"
HOLDER = "writer.json"
WAIT_S = 10.0
"""How long a short step (a layer added, a decision recorded) waits for its turn; a run is told at once."""
_POLL_S = 0.02


@contextmanager
def writing(folder: Path, command: str, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the study for writing; who holds it does not ask for it again.

    What writers that died left half done is cleared first (`layers.study.litter`).

    Parameters
    ----------
    folder : Path
        The study folder; it must exist.
    command : str
        What the next one in line is told.
    wait_s : float
        How long to wait for the turn.

    Raises
    ------
    LockedError
        Another process holds it; the error names its process, host and command.
    BlockedError
        The folder cannot be written, or its disk ran out of room on the way.
    """
    private = _private(folder)
    try:
        lock = FileLock(private / "writer.lock", timeout=wait_s, poll_interval=_POLL_S)
        lock.acquire()
    except Timeout:
        raise LockedError(reason("study_locked", **_holder(private / HOLDER))) from None
    except OSError as error:
        raise BlockedError(disk.refusal(error, private / "writer.lock")) from None
    try:
        _sign(private / HOLDER, command)
        litter.clear(folder)
        yield
    except Exception as error:
        if isinstance(error, LuodiError) or not disk.is_full(error):
            raise
        raise BlockedError(disk.no_space(disk.place_of(error, folder))) from error
    finally:
        with suppress(OSError):
            (private / HOLDER).unlink(missing_ok=True)
        lock.release()


@contextmanager
def shelving(folder: Path) -> Iterator[None]:
    """Hold the shelf of what visitors handed in: it is cache, so nobody waits for a run to hand something in.

    Raises
    ------
    LockedError, BlockedError
        As `writing`.
    """
    private = _private(folder)
    try:
        with FileLock(private / "incoming.lock", timeout=WAIT_S, poll_interval=_POLL_S):
            yield
    except Timeout:
        raise LockedError(reason("study_locked", **_holder(private / HOLDER))) from None
    except OSError as error:
        raise BlockedError(disk.refusal(error, private)) from None


def writer(folder: Path) -> dict[str, str] | None:
    """Return who is writing a study now: process, host, since, command; None when nobody is."""
    if not (folder / PRIVATE / HOLDER).is_file():
        return None
    try:
        with FileLock(folder / PRIVATE / "writer.lock", timeout=0):
            return None
    except Timeout:
        return _holder(folder / PRIVATE / HOLDER)
    except OSError:
        return None


def _private(folder: Path) -> Path:
    private = folder / PRIVATE
    try:
        private.mkdir(exist_ok=True)
    except OSError as error:
        raise BlockedError(disk.refusal(error, private)) from None
    return private


def _sign(holder: Path, command: str) -> None:
    """Leave word of who is writing; without room on the disk the lock holds all the same."""
    now = datetime.now().isoformat(timespec="seconds")
    told = {"pid": os.getpid(), "host": socket.gethostname(), "since": now, "command": command}
    with suppress(OSError):
        holder.write_text(json.dumps(told), encoding="utf-8")


def _holder(path: Path) -> dict[str, str]:
    unknown = {"pid": "?", "host": "?", "since": "?", "command": "?"}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return unknown | {k: str(told[k]) for k in unknown}
    except (OSError, ValueError, KeyError, TypeError):
        return unknown
