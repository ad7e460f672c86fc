"""Put a newer delivery in the place of a layer (换新数据), or take a layer out: settings stay, what changed is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import CallError, LuodiError
from geo.basis.reason import reason
from layers import toml
from layers.library import kinds
from layers.sources import gate
from layers.sources.finding import Finding, blocked
from layers.study import delivery, inspection, load, overrides, recognition, settings, spec, staged
from layers.study.changes import commit
from layers.study.load import Home
from layers.study.lock import WAIT_S, writing
from layers.study.placed import placed
from layers.study.spec import LayerSpec, Study

OTHER_KIND = "other-kind"
"""Consent to a file that looks like another kind of layer."""


@dataclass(frozen=True)
class Content:
    """What a layer holds: rows, the areas of its shapes added up in m² (NaN for a table), its columns."""

    rows: int
    area_m2: float
    columns: frozenset[str]


@dataclass(frozen=True)
class Replaced:
    """What became of a layer: what it held, what it holds now, and what was found in the new file."""

    id: str
    before: Content | None
    after: Content | None
    findings: tuple[Finding, ...]


def replace(folder: Path, layer_id: str, file: Path, given: Mapping[str, Any]) -> Replaced:
    """Put a file in the place of a layer's; fields, filter, coverage and everything else stay as they were set.

    Parameters
    ----------
    folder : Path
    layer_id : str
    file : Path
    given : mapping
        Keys of the ``[[layers]]`` entry that change, ``vintage`` above all: it has to be said again where it was.

    Raises
    ------
    CallError
        No such layer, or the day of the new data is not given although that of the old stands.
    BlockedError
        Something in the new file blocks; nothing is changed. The old file stays among the inputs.
    """
    study, file = overrides.study(folder), Path(file).resolve()
    old = settings.layer_of(study, layer_id)
    if old.vintage is not None and not given.get("vintage"):
        raise CallError(reason("replace_without_vintage", id=layer_id, before=old.vintage.isoformat()))
    sure = OTHER_KIND in given.get("accept", ())
    said = {k: v for k, v in given.items() if k != "accept" or not sure}
    body = _entry(folder, layer_id) | said | {"id": layer_id, "source": str(file)}
    new = toml.validated(LayerSpec, dict(body), file.name).model_copy(update={"corrected": old.corrected})
    after = content(new, study, folder)
    found = inspection.check_layer(new, Home(study, folder)) + inspection.of_area(said)
    found += _lost_columns(new, after) + ([] if sure else _other_kind(old, file, folder))
    if any(f.severity == "block" for f in found):
        raise blocked(found)
    before = content(old, study, folder)
    aside = staged.aside(folder, staged.sources(file, said))
    with aside as (copies, place), writing(folder, "replace", WAIT_S), staged.moved(copies, folder, place) as moved:
        _written(folder, layer_id, said | moved.places, moved)
    return Replaced(layer_id, before, after, tuple(found))


def remove(folder: Path, layer_id: str) -> None:
    """Take a layer out of a study; its file stays among the inputs.

    Raises
    ------
    CallError
        No such layer.
    """
    with writing(folder, "remove", WAIT_S):
        settings.layer_of(spec.read(folder), layer_id)
        document = settings.read(folder)
        settings.drop(document, "layers", lambda table: table["id"] == layer_id)
        settings.put(folder, document, commit("remove", "did_remove", id=layer_id, file=spec.FILE))


def content(layer: LayerSpec, study: Study, folder: Path) -> Content | None:
    """Return what a layer holds; None for a raster, or a file that cannot be read."""
    source, cache = load.source_path(folder, layer), folder / load.CACHE
    try:
        opened = gate.open_vector(source, cache, layer=layer.layer, crs=layer.crs, encoding=layer.encoding)
    except LuodiError:
        try:
            frame = gate.open_table(source, cache, sheet=layer.layer).frame
        except LuodiError:
            return None
        return Content(len(frame), np.nan, frozenset(map(str, frame.columns)))
    item = placed(opened, layer, study.crs)
    area = float(shapely.area(item.shapes).sum()) if len(item.shapes) else 0.0
    return Content(len(item.rows), area, frozenset(map(str, opened.frame.columns)))


def _entry(folder: Path, layer_id: str) -> dict[str, Any]:
    tables = settings.read(folder).unwrap()["layers"]
    return dict(next(t for t in tables if t["id"] == layer_id))


def _lost_columns(new: LayerSpec, held: Content | None) -> list[Finding]:
    """Block a file without a column the settings of the layer read."""
    asked = {*new.fields.values(), *filter(None, (new.class_field,))}
    lost = sorted(asked - held.columns) if held else []
    why = reason("replace_loses_columns", id=new.id, columns=lost)
    return [Finding("", why.code, "block", "", why)] if lost else []


def _other_kind(old: LayerSpec, file: Path, folder: Path) -> list[Finding]:
    """Block a file whose name and fields are those of another kind of layer."""
    mine = kinds.kind(old.id, old.title)
    try:
        seen = [p for t in delivery.tables(file, folder / load.CACHE) for p in recognition.proposed(t, ())]
    except LuodiError:
        return []
    others = {p.kind.code for p in seen if p.kind and p.how == "name_and_fields"}
    if mine is None or not others or mine.code in others or mine.held_by in others:
        return []
    why = reason("replace_other_kind", id=old.id, kinds=sorted(others), proposal=OTHER_KIND)
    return [Finding("", why.code, "block", OTHER_KIND, why)]


def _written(folder: Path, layer_id: str, said: Mapping[str, Any], found: staged.StagedFiles) -> None:
    """Change what was said of the layer; what somebody else changed in it meanwhile stays."""
    settings.layer_of(spec.read(folder), layer_id)
    document = settings.read(folder)
    next(t for t in document["layers"] if t["id"] == layer_id).update(said)
    done = commit(f"layer {layer_id}", "did_replace", id=layer_id, file=spec.FILE)
    settings.put(folder, document, done, then=found.keep)
