"""What is said of a layer beside its file (图层说明): coverage, day, department, title; `study.toml` keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.sources.finding import blocked
from layers.study import inspection, settings, spec, staged
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing

SAID = (
    "title", "owner", "provenance", "licence", "sensitivity", "vintage", "coverage", "class", "use_only",
    "stale_after_days",
)  # fmt: skip
"""Keys that can be said anew without another file."""


def describe(folder: Path, layer_id: str, given: Mapping[str, Any]) -> None:
    """Write what is said of a layer; a key whose value is empty goes.

    Parameters
    ----------
    folder : Path
    layer_id : str
    given : mapping
        Some of `SAID`; ``coverage`` is complete, unknown, or a polygon file, which is copied into the study.

    Raises
    ------
    CallError
        No such layer, or a key that cannot be said anew.
    BlockedError
        The polygon file of the coverage cannot be used.
    SpecError
        A value that does not hold.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    if lost := sorted(set(given) - set(SAID)):
        raise CallError(reason("describe_key", keys=lost, known=list(SAID)))
    settings.layer_of(spec.read(folder), layer_id)
    area = str(given.get("coverage", "") or "unknown")
    if area in ("complete", "unknown"):
        with writing(folder, "describe", WAIT_S):
            _write(folder, layer_id, given, None)
        return
    if stop := [f for f in inspection.of_area(given) if f.severity == "block"]:
        raise blocked(stop)
    aside = staged.aside(folder, {"coverage": Path(area)})
    with aside as (copies, place), writing(folder, "describe", WAIT_S), staged.moved(copies, folder, place) as moved:
        _write(folder, layer_id, {**given, "coverage": moved.places["coverage"]}, moved)


def _write(folder: Path, layer_id: str, given: Mapping[str, Any], moved: staged.StagedFiles | None) -> None:
    settings.layer_of(spec.read(folder), layer_id)
    document = settings.read(folder)
    table = next(t for t in document["layers"] if t["id"] == layer_id)
    for key, value in given.items():
        if value in ("", None, False):
            table.pop(key, None)
        else:
            table[key] = value
    done = commit(f"layer {layer_id}", "did_describe", id=layer_id, file=spec.FILE)
    settings.put(folder, document, done, then=moved.keep if moved else None)
