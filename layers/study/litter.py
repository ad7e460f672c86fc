"""What writers that died left half done, cleared by the next one while it holds the study.

Only what carries a name of ours goes. Of `inputs/` nothing goes but files an interrupted add
itself recorded, byte for byte the same file still, and that no layer names.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.basis import owned

PRIVATE = Path(".luodi")
CACHE, PARSE = PRIVATE / "cache", "parse-"
ADDING, PLAN = "adding-", "plan.json"
MAKING = "making-"
EXPORTS, EXPORT = PRIVATE / "exports", ".luodi-part-"
PARTS = (".results.part", "study.toml.part", "basemaps.toml.part", ".study.sqlite.part", ".study.sqlite.part-journal",
         ".study.sqlite.format-1.part", ".study.sqlite.format-1.part-journal")  # fmt: skip


def clear(folder: Path) -> None:
    """Clear a study folder; the caller holds its lock. What cannot be removed waits for the next time."""
    with contextlib.suppress(OSError):
        owned.clear(folder / CACHE, PARSE)
        owned.clear(folder / PRIVATE, MAKING)
        owned.clear(folder / PRIVATE, ADDING, lambda place: _undone(folder, place))
        _exports(folder / EXPORTS)
        _checks(folder / "checks")
        for part in (*(folder / name for name in PARTS), *folder.glob("runs/*/.*.part")):
            part.unlink(missing_ok=True)


# --- adds -------------------------------------------------------------------------


def identity(file: Path) -> list[int]:
    """Return what tells a file again after it has been renamed: its node, size and time."""
    stat = file.lstat()
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns]


def _undone(folder: Path, place: Path) -> bool:
    """Take back what an interrupted add had already moved to `inputs/`; False while nobody can tell what is used."""
    try:
        plan = json.loads((place / PLAN).read_text(encoding="utf-8"))
        moved = {str(source): dict(files) for source, files in plan.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return True  # it had not come that far
    used = _named(folder)
    if used is None:
        return False
    for source, files in moved.items():
        if source not in used and not _leads_out(source):
            _take_back(folder / source, files)
    return True


def _named(folder: Path) -> set[str] | None:
    """Return the files the layers of a study name; None when its settings cannot be read."""
    try:
        layers = tomllib.loads((folder / "study.toml").read_text(encoding="utf-8-sig")).get("layers", [])
        several = [part for layer in layers for part in (layer, *layer.get("parts", ()))]
        return {str(one.get(key, "")) for one in several for key in ("source", "coverage")}
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def _leads_out(source: str) -> bool:
    parts = Path(source).parts
    return len(parts) != 2 or parts[0] != "inputs" or parts[1] in ("..", ".")


def _take_back(target: Path, files: dict[str, Any]) -> None:
    """Remove the recorded files of one input: beside each other, or in a folder of its own (a .gdb)."""
    inside = target if target.is_dir() and not target.is_symlink() else target.parent
    for name, known in files.items():
        file = inside / Path(name).name
        if file.is_file() and not file.is_symlink() and identity(file) == known:
            file.unlink()
    if inside == target and not any(target.iterdir()):
        target.rmdir()


# --- exports, checks --------------------------------------------------------------


@contextlib.contextmanager
def exporting(study: Path | None, parent: Path) -> Iterator[str]:
    """Leave word in a study that a folder of ours will stand beside a target, and yield the beginning of its name.

    A study that may only be read is served without.
    """
    prefix = f"{EXPORT}{secrets.token_hex(8)}-"
    note = None if study is None else study / EXPORTS / prefix
    try:
        if note is not None:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(str(parent.resolve()), encoding="utf-8")
    except OSError:
        note = None
    try:
        yield prefix
    finally:
        if note is not None:
            with contextlib.suppress(OSError):
                note.unlink(missing_ok=True)


def _exports(notes: Path) -> None:
    """Remove the folders dead exports left beside their targets, wherever those were."""
    for note in notes.glob(f"{EXPORT}*"):
        try:
            parent = Path(note.read_text(encoding="utf-8"))
            owned.clear(parent, note.name)
            gone = not any(parent.glob(f"{note.name}*"))
        except (OSError, ValueError):
            gone = True
        if gone:
            note.unlink(missing_ok=True)


def _checks(checks: Path) -> None:
    """Finish the swap of a check that was whole; of a half written one the former check stays."""
    for part in checks.glob(".*.part"):
        place = part.with_name(part.name[1 : -len(".part")])
        if (part / "check.json").is_file() and not place.exists():
            os.replace(part, place)
        shutil.rmtree(part, ignore_errors=True)
    for gone in checks.glob(".*.gone"):
        place = gone.with_name(gone.name[1 : -len(".gone")])
        if not place.exists():
            os.replace(gone, place)
        shutil.rmtree(gone, ignore_errors=True)
