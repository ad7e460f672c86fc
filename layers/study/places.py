"""Folders of this computer (选择文件夹): what lies in one, as far as a delivery could be in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.basis import disk

MOST = 400
"""Folders listed at most; more are reached by typing."""


@dataclass(frozen=True)
class Place:
    """A folder: the folders in it by name, how many files, and the folder above ("" at the top)."""

    path: str
    above: str
    folders: tuple[str, ...]
    files: int


def look(path: Path) -> Place:
    """Return what lies in a folder; hidden folders and links are left out, a geodatabase is a file.

    Raises
    ------
    BlockedError
        It is no folder, or cannot be read.
    """
    path = path.expanduser().absolute()
    if not path.is_dir():
        raise BlockedError(reason("place_missing", path=str(path)))
    folders: list[str] = []
    files = 0
    try:
        with os.scandir(path) as inside:
            for entry in inside:
                if entry.name.startswith(".") or entry.is_symlink():
                    continue
                if entry.is_dir() and not entry.name.lower().endswith(".gdb"):
                    folders.append(entry.name)
                else:
                    files += 1
    except OSError as error:
        raise BlockedError(disk.refusal(error, path)) from None
    above = str(path.parent) if path.parent != path else ""
    return Place(str(path), above, tuple(sorted(folders)[:MOST]), files)


def of_words(text: str) -> Path | None:
    """Return the file or folder somebody typed or pasted, None where it is not there."""
    plain = text.strip().strip('"').strip("'")
    try:
        path = Path(plain).expanduser()
        return path.resolve() if plain and path.is_absolute() and path.exists() else None
    except (OSError, RuntimeError, ValueError):
        return None
