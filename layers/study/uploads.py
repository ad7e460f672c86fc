"""Files dropped on a page (上传): streamed to the disk of the study into a batch of their own, within a quota.

A batch is ``.luodi/uploads/<token>/``: cache like everything in there. Names stay as they were
sent, since recognition reads them, less what no system takes for a name. The oldest batches leave.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.basis import disk
from layers.study.lock import shelving

SHELF = Path(".luodi") / "uploads"
QUOTA_BYTES = 20_000_000_000
"""Most one batch may hold."""
MOST_FILES = 20_000
RESERVE_BYTES = 500_000_000
"""What an upload leaves free on the disk: a run needs room too."""
KEPT = 3
_TOKEN = re.compile(r"^[0-9a-f]{24}$")
_BAD = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
_LONGEST = 120


@dataclass
class UploadBudget:
    """What may still be written of a file; a chunk beyond it is refused before it reaches the disk."""

    name: str
    left: int
    stream: BinaryIO
    done: int = field(default=0)

    def write(self, chunk: bytes) -> None:
        """Write a piece.

        Raises
        ------
        BlockedError
            The batch would become larger than `QUOTA_BYTES`, or the disk too full.
        """
        if self.done + len(chunk) > self.left:
            raise BlockedError(reason("upload_large", file=self.name, limit_gb=QUOTA_BYTES / 1e9))
        self.stream.write(chunk)
        self.done += len(chunk)


def begin(folder: Path) -> str:
    """Make an empty batch and return its token.

    Raises
    ------
    BlockedError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BlockedError(disk.refusal(error, folder)) from None
    with shelving(folder):
        token = secrets.token_hex(12)
        (folder / SHELF / token).mkdir(parents=True)
        batches = sorted((p for p in (folder / SHELF).iterdir() if p.is_dir()), key=lambda p: -p.stat().st_mtime)
        for old in batches[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    return token


def batch(folder: Path, token: str) -> Path | None:
    """Return the folder of a batch, None where there is none of this token."""
    place = folder / SHELF / token
    return place if _TOKEN.match(token) and place.is_dir() else None


def drop(folder: Path, token: str) -> None:
    """Remove a batch whose files have been taken."""
    place = batch(folder, token)
    if place is not None:
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
    held = [p for p in place.rglob("*") if p.is_file()]
    if target.exists():
        raise BlockedError(reason("upload_twice", file=target.name))
    if len(held) >= MOST_FILES:
        raise BlockedError(reason("upload_many", limit=MOST_FILES))
    room = QUOTA_BYTES - sum(p.stat().st_size for p in held)
    free = shutil.disk_usage(place).free - RESERVE_BYTES
    if free <= 0:
        raise BlockedError(disk.no_space(place))
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            yield UploadBudget(target.name, min(room, free), stream)
        part.replace(target)
    except OSError as error:
        raise BlockedError(disk.refusal(error, target)) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


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
    if len(plain) > _LONGEST:
        plain = f"{stem[: _LONGEST - 20]}{dot}{ending[:19]}" if dot else plain[:_LONGEST]
    return f"_{plain}" if plain.split(".")[0].lower() in _DEVICES or not plain else plain
