"""The settings of a study (`study.toml`) as they are written: comments stay, nothing half is written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tomlkit

from layers import toml
from layers.study import spec
from layers.study.spec import Study


@contextmanager
def part(path: Path, document: tomlkit.TOMLDocument) -> Iterator[Path]:
    """Write settings beside their place and yield the file, once what was written holds together."""
    made = path.with_suffix(".toml.part")
    try:
        with made.open("w", encoding="utf-8") as stream:
            stream.write(tomlkit.dumps(document))
            stream.flush()
            os.fsync(stream.fileno())
        body = tomllib.loads(made.read_text(encoding="utf-8"))
        toml.validated(Study, body.pop("study") | body, spec.FILE)
        yield made
    finally:
        made.unlink(missing_ok=True)
