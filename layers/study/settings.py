"""The settings of a study (`study.toml`) as they are written: comments stay, nothing half is written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers import toml
from layers.study import spec
from layers.study.spec import LayerSpec, Study


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


def read(folder: Path) -> tomlkit.TOMLDocument:
    """Return the settings of a study with their comments, to be changed."""
    return tomlkit.parse((folder / spec.FILE).read_text(encoding="utf-8-sig"))


def put(
    folder: Path, document: tomlkit.TOMLDocument, noted: AbstractContextManager[None],
    first: Callable[[], object] | None = None, then: Callable[[], object] | None = None,
) -> None:  # fmt: skip
    """Put settings in the place of those of a study, whole or not at all; the caller holds the study.

    Parameters
    ----------
    folder : Path
    document : TOMLDocument
        What does not hold together is refused before anything happens.
    noted : context manager
        Notes the step (`layers.study.changes.commit`).
    first, then : callable or None
        What belongs to the same step, before and after the settings are there.
    """
    path = folder / spec.FILE
    with part(path, document) as made, noted:
        if first:
            first()
        os.replace(made, path)
        if then:
            then()


def inline(value: Any) -> Any:
    """Return a value of an entry as it stands on its line: a table in braces, a list of tables one to a line."""
    if isinstance(value, Mapping):
        table = tomlkit.inline_table()
        table.update({k: inline(v) for k, v in value.items()})
        return table
    if isinstance(value, (list, tuple)) and any(isinstance(v, Mapping) for v in value):
        several = tomlkit.array().multiline(True)
        for one in value:
            several.append(inline(one))
        return several
    return list(value) if isinstance(value, tuple) else value


def drop(document: tomlkit.TOMLDocument, section: str, gone: Callable[[Mapping[str, Any]], bool]) -> None:
    """Take tables out of an array of tables; an empty one goes with its name."""
    kept = [t for t in document[section] if not gone(t)]
    if not kept:
        document.remove(section)
        return
    document[section] = tomlkit.aot()
    for table in kept:
        document[section].append(table)


def layer_of(study: Study, layer_id: str) -> LayerSpec:
    """Return a layer of a study.

    Raises
    ------
    CallError
        It has none of this id.
    """
    found = study.layer(layer_id)
    if found is None:
        raise CallError(reason("layer_id_unknown", id=layer_id, known=[s.id for s in study.layers]))
    return found
