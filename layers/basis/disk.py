"""What the disk refuses, as a reason: no room is never mistaken for a damaged file."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from pathlib import Path

from geo.basis.reason import Reason, reason

FULL = frozenset(getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name))
PROBE_BYTES = 1 << 20
NO_ROOM = 74
"""Exit code of a process of ours that found no room on the disk (EX_IOERR)."""
_WORDS = re.compile(
    r"no space left|disk is full|file too large|disk quota|\d+ requested and \d+ written", re.IGNORECASE
)
"""What libraries make of it when they lose the number of the error (SQLite, NumPy)."""


def is_full(error: BaseException | None) -> bool:
    """Tell whether an error, or what caused it, means that the disk has no room."""
    while error is not None:
        if (isinstance(error, OSError) and error.errno in FULL) or _WORDS.search(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def has_no_room(folder: Path) -> bool:
    """Ask the disk itself, by writing into a folder of ours: for errors that do not say what they are."""
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * PROBE_BYTES)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return is_full(error)
    return False


def full(folder: Path) -> OSError:
    """Return the error of a disk that has no room: a passing trouble, never a finding about a file."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def no_space(path: Path) -> Reason:
    """Return the reason that a folder (or the folder of a file) has no room left."""
    return reason("no_space", path=str(path if path.is_dir() else path.parent))


def place_of(error: BaseException, otherwise: Path) -> Path:
    """Return the file or folder an error of the system is about."""
    named = getattr(error, "filename2", None) or getattr(error, "filename", None)
    return Path(named) if isinstance(named, str) and named else otherwise


def refusal(error: OSError, path: Path) -> Reason:
    """Return why a file or folder could not be written."""
    if is_full(error):
        return no_space(path)
    return reason("file_not_written", path=path.name, detail=error.strerror or str(error))
