"""Formats of what a study keeps (`study.toml`, `study.sqlite`): an older one is brought up, a newer one is named.

A file without a number is of format 1. A step that changes the format is a function in
`STEPS`; it works on the settings as a mapping, so that reading brings them up in memory
and a run brings up the file, after a copy of it has been kept.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import SpecError
from geo.basis.reason import Reason, reason
from layers import toml
from layers.study.changes import commit

FORMAT = 1
"""Format of `study.toml` this version writes."""
EDITS = 1
"""Format of `study.sqlite` (its ``user_version``); 0 is a file from before it carried one, and the same."""
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
