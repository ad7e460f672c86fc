"""Formats of what a study keeps (`study.toml`, `study.sqlite`): an older one is brought up, a newer one is named.

A file without a number is of format 1. A step that changes the format is a function in
`STEPS`; it works on the settings as a mapping, so that reading brings them up in memory
and a run brings up the file, after a copy of it has been kept. Decisions are brought up by the
first that is written; what is read of an older file needs no change.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import SpecError
from geo.basis.reason import Reason, reason
from layers import toml
from layers.study.changes import commit

FORMAT = 1
"""Format of `study.toml` this version writes."""
KINDS_SINCE: dict[int, tuple[str, ...]] = {
    1: ("pin", "ban", "project", "override", "recovered", "field_check", "capacity"),
    2: ("score", "step"),
    3: ("industry", "answer"),
    4: ("entry",),
}
"""Kinds of decisions by the format of `study.sqlite` that brought them: a version that does not know a kind takes
its rows for damage, so that a new kind is a new format."""
EDITS = max(KINDS_SINCE)
"""Format of `study.sqlite` (its ``user_version``); 0 is a file from before it carried one, and the first."""
Step = Callable[[MutableMapping[str, Any]], None]
STEPS: dict[int, Step] = {}
"""Format: what brings settings of it to the next one."""


def of(settings: MutableMapping[str, Any], file: str) -> int:
    """Return the format of settings.

    Raises
    ------
    SpecError
        It is newer than this version knows, or no number.
    """
    head = settings.get("study")
    found = head.get("format", 1) if isinstance(head, MutableMapping) else 1
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise SpecError(reason("study_format_wrong", file=file, given=str(found)))
    if found > FORMAT:
        raise SpecError(reason("study_newer", file=file, found=int(found), known=FORMAT))
    return int(found)


def brought_up(settings: MutableMapping[str, Any], file: str) -> int:
    """Bring settings to today's format, in place; return the format they had."""
    had = of(settings, file)
    for number in range(had, FORMAT):
        STEPS[number](settings)
    if had < FORMAT:
        settings["study"]["format"] = FORMAT
    return had


def upgrade(path: Path) -> list[Reason]:
    """Bring a file of settings to today's format and keep a copy of what it was; say so.

    The caller holds the study for writing. Comments and order of the file stay.
    """
    if of(toml.read(path), path.name) == FORMAT:
        return []
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    had = brought_up(document, path.name)
    kept, part = path.with_name(f"{path.name}.format-{had}"), path.with_suffix(".toml.part")
    try:
        part.write_text(tomlkit.dumps(document), encoding="utf-8")
        if not kept.exists():
            shutil.copy2(path, kept)
        with commit(path.name, "did_upgrade", file=path.name, kept=kept.name):
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return [reason("did_upgrade", file=path.name, kept=kept.name)]


@contextmanager
def numbered(base: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Give a file of decisions today's number with the change that is made inside; an older one is kept as it was.

    The caller holds the study for writing and has not begun the change.
    """
    [had] = base.execute("pragma user_version").fetchone()
    if had == EDITS:
        yield
        return
    kept = path.with_name(f"{path.name}.format-{max(int(had), 1)}")
    part = path.with_name(f".{kept.name}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as copy:
            base.backup(copy)
        os.replace(part, kept)  # over a copy of a change that failed: what is only added to holds that too
    finally:
        part.unlink(missing_ok=True)
    with commit(path.name, "did_upgrade", file=path.name, kept=kept.name):
        yield
