"""One writer per study. The system frees the lock when its holder dies, however it dies."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from geo.basis.errors import LockedError
from geo.basis.reason import reason


@contextmanager
def writing(folder: Path, command: str) -> Iterator[None]:
    """Hold the study for writing.

    Raises
    ------
    LockedError
        Another process holds it; the error names its process, host and command.
    """
    private = folder / ".luodi"
    private.mkdir(exist_ok=True)
    holder = private / "writer.json"
    try:
        with FileLock(private / "writer.lock", timeout=0):
            now = datetime.now().isoformat(timespec="seconds")
            holder.write_text(
                json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now, "command": command})
            )
            yield
    except Timeout:
        raise LockedError(reason("study_locked", **_holder(holder))) from None


def _holder(path: Path) -> dict[str, str]:
    unknown = {"pid": "?", "host": "?", "since": "?", "command": "?"}
    try:
        return unknown | json.loads(path.read_text())
    except (OSError, ValueError):
        return unknown
