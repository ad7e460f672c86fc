"""Files dropped on a page (上传): streamed to the disk of the study into a batch of their own, within a quota.

A batch is ``.luodi/uploads/<token>/``: cache like everything in there. Names stay as they were
sent, since recognition reads them, less what no system takes for a name. The oldest batches leave.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.basis import disk
from layers.study import jobs
from layers.study.lock import shelving
from layers.study.names import LONGEST_BYTES, cut, undeviced

SHELF = Path(".luodi") / "uploads"
QUOTA_BYTES = 20_000_000_000
"""Most one batch may hold."""
MOST_FILES = 20_000
RESERVE_BYTES = 500_000_000
"""What an upload leaves free on the disk: a run needs room too."""
KEPT, YOUNG_S = 3, 86_400.0
"""So many batches stay, and every one somebody may be reading: younger than a day, or named by work on its way."""
_TOKEN = re.compile(r"^[0-9a-f]{24}$")
_BAD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


@dataclass
class _Held:
    """What a batch holds, counted as it comes: names and bytes of files that are still on their way among them."""

    names: set[str] = field(default_factory=set)
    bytes: int = 0


_held: dict[tuple[str, str], _Held] = {}
"""Batches this process knows of, by study and token; one that was only handed out has no folder yet."""
_guard = threading.Lock()


@dataclass
class UploadBudget:
    """What may still be written of a file; a chunk beyond it is refused before it reaches the disk."""

    name: str
    place: Path
    stream: BinaryIO
    held: _Held
    done: int = field(default=0)

    def write(self, chunk: bytes) -> None:
        """Write a piece.

        Raises
        ------
        BlockedError
            The batch would become larger than `QUOTA_BYTES`, or the disk too full.
        """
        if shutil.disk_usage(self.place).free - len(chunk) < RESERVE_BYTES:
            raise BlockedError(disk.no_space(self.place))
        with _guard:
            if self.held.bytes + len(chunk) > QUOTA_BYTES:
                raise BlockedError(reason("upload_large", file=self.name, limit_gb=QUOTA_BYTES / 1e9))
            self.held.bytes += len(chunk)
            self.done += len(chunk)
        self.stream.write(chunk)


def begin(folder: Path) -> str:
    """Return the token of a new batch; its folder is made with the first file, so that offering one moves nothing."""
    token = secrets.token_hex(12)
    with _guard:
        _held[_key(folder, token)] = _Held()
    return token


def batch(folder: Path, token: str) -> Path | None:
    """Return the folder of a batch, made or not yet; None where there is none of this token."""
    if not _TOKEN.match(token):
        return None
    place = folder / SHELF / token
    return place if _key(folder, token) in _held or place.is_dir() else None


def _key(folder: Path, token: str) -> tuple[str, str]:
    return os.path.realpath(folder), token


def _counted(folder: Path, place: Path) -> _Held:
    """Return what a batch holds; one of an earlier process is counted once."""
    known = _held.get(_key(folder, place.name))
    if known is None:
        files = [p for p in place.rglob("*") if p.is_file()]
        known = _Held({_called(place, p) for p in files}, sum(p.stat().st_size for p in files))
        _held[_key(folder, place.name)] = known
    return known


def _called(place: Path, file: Path) -> str:
    return os.path.normcase(file.relative_to(place))


def _open(folder: Path, place: Path) -> None:
    """Make the folder of a batch, and let the oldest go that nobody looks at any more."""
    if place.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    with shelving(folder):
        place.mkdir(parents=True, exist_ok=True)
        batches = sorted((p for p in place.parent.iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)
        for old in batches[KEPT:]:
            if time.time() - old.stat().st_mtime > YOUNG_S and not jobs.names(old.name):
                shutil.rmtree(old, ignore_errors=True)
                _held.pop(_key(folder, old.name), None)


def drop(folder: Path, token: str) -> None:
    """Remove a batch whose files have been taken."""
    place = batch(folder, token)
    if place is None:
        return
    _held.pop(_key(folder, token), None)
    if place.is_dir():
        with shelving(folder):
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def receiving(folder: Path, token: str, name: str) -> Iterator[UploadBudget]:
    """Open a file of a batch for writing; it stands there under its name only once it is whole.

    Parameters
    ----------
    name : str
        As the browser told it: a name, or a path inside a dropped folder, with ``/``.

    Raises
    ------
    BlockedError
        No such batch, no name, a second file of that name, too many files, or no room.
    """
    place = batch(folder, token)
    if place is None:
        raise BlockedError(reason("upload_unknown"))
    target = place.joinpath(*safe(name))
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    whole = False
    try:
        _open(folder, place)
        held = _claimed(folder, place, target)
    except OSError as error:
        raise BlockedError(disk.refusal(error, target)) from None
    file = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            file = UploadBudget(target.name, place, stream, held)
            yield file
        part.replace(target)
        whole = True
        os.utime(place)
    except OSError as error:
        raise BlockedError(disk.refusal(error, target)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        if not whole:
            with _guard:
                held.names.discard(_called(place, target))
                held.bytes -= file.done if file is not None else 0


def _claimed(folder: Path, place: Path, target: Path) -> _Held:
    """Take a name of a batch before its bytes come, so that two at a time are counted as two after each other are."""
    with _guard:
        held = _counted(folder, place)
        if _called(place, target) in held.names or target.exists():
            raise BlockedError(reason("upload_twice", file=target.name))
        if len(held.names) >= MOST_FILES:
            raise BlockedError(reason("upload_many", limit=MOST_FILES))
        if shutil.disk_usage(place).free <= RESERVE_BYTES:
            raise BlockedError(disk.no_space(place))
        held.names.add(_called(place, target))
    return held


def safe(name: str) -> tuple[str, ...]:
    """Return the parts of a name every system takes: no way out of the folder, no device, no hidden file.

    Raises
    ------
    BlockedError
        Nothing is left of it.
    """
    parts = [p for p in unicodedata.normalize("NFC", name).replace("\\", "/").split("/") if p not in ("", ".", "..")]
    made = [_part(p) for p in parts]
    if not made or len(made) > 12:
        raise BlockedError(reason("upload_name", file=name[:80]))
    return tuple(made)


def _part(text: str) -> str:
    plain = _BAD.sub("_", text).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if len(plain.encode()) > LONGEST_BYTES:
        tail = f".{cut(ending, 59)}" if dot else ""
        plain = cut(stem if dot else plain, LONGEST_BYTES - len(tail.encode())) + tail
    return undeviced(plain) or "_"
