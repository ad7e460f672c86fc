"""Folders of our own: locked while their maker lives, cleared by whoever comes after it died."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

OWNER = "owner.lock"
_TRIES = 5


@contextmanager
def owned(parent: Path, prefix: str) -> Iterator[Path]:
    """Make a folder inside `parent` and remove it at the end, whatever happens.

    The system frees its lock when we die, however we die; `clear` then removes the folder.
    Its name is `prefix` and letters nobody can guess.
    """
    folder, lock = _made(parent, prefix)
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def clear(parent: Path, prefix: str, before: Callable[[Path], bool] | None = None) -> None:
    """Remove the folders of dead makers; what a living one holds, and what is no folder, stays.

    Parameters
    ----------
    parent : Path
    prefix : str
    before : callable or None
        Told each folder while it is locked; one for which it returns False stays.
    """
    for folder in parent.glob(f"{prefix}*"):
        if folder.is_dir() and not folder.is_symlink():
            _removed(folder, before)


def _removed(folder: Path, before: Callable[[Path], bool] | None) -> None:
    try:
        with FileLock(folder / OWNER, timeout=0):
            if before is not None and not before(folder):
                return
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):
        return
    shutil.rmtree(folder, ignore_errors=True)  # where an open file cannot be removed, the lock was still in it


def _made(parent: Path, prefix: str) -> tuple[Path, FileLock]:
    """Make the folder and lock it; one that was cleared between the two steps is made again."""
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        lock = FileLock(folder / OWNER)
        try:
            lock.acquire(timeout=1)
        except (Timeout, FileNotFoundError):
            continue
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if (folder / OWNER).exists():
            return folder, lock
        lock.release()
    raise FileNotFoundError(f"{prefix}* in {parent.name}")
