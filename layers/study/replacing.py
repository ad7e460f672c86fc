"""Put a newer delivery in the place of a layer (换新数据), or take a layer out: settings stay, what changed is told."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import tomlkit

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.reason import reason
from layers import toml
from layers.basis import disk
from layers.basis.owned import owned
from layers.library import kinds
from layers.sources import gate
from layers.sources.finding import Finding, blocked
from layers.study import delivery, inspection, litter, load, recognition, settings, spec, staged
from layers.study.changes import commit
from layers.study.load import Home
from layers.study.lock import PRIVATE, WAIT_S, writing
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
    study, file = spec.read(folder), Path(file).resolve()
    old = _layer(study, layer_id)
    if old.vintage is not None and not given.get("vintage"):
        raise CallError(reason("replace_without_vintage", id=layer_id, before=old.vintage.isoformat()))
    sure = OTHER_KIND in given.get("accept", ())
    said = {k: v for k, v in given.items() if k != "accept" or not sure}
    body = _entry(folder, layer_id) | said | {"id": layer_id, "source": str(file)}
    new = toml.validated(LayerSpec, dict(body), file.name)
    found = inspection.check_layer(new, Home(study, folder))
    found += _lost_columns(old, new, study, folder) + ([] if sure else _other_kind(old, file, folder))
    if any(f.severity == "block" for f in found):
        raise blocked(found)
    told = Replaced(layer_id, content(old, study, folder), content(new, study, folder), tuple(found))
    _commit(folder, file, body)
    return told


def remove(folder: Path, layer_id: str) -> None:
    """Take a layer out of a study; its file stays among the inputs.

    Raises
    ------
    CallError
        No such layer.
    """
    with writing(folder, "remove", WAIT_S):
        _layer(spec.read(folder), layer_id)
        path = folder / spec.FILE
        document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
        kept = [t for t in document["layers"] if t["id"] != layer_id]
        document.remove("layers")
        if kept:
            document["layers"] = tomlkit.aot()
            for table in kept:
                document["layers"].append(table)
        with settings.part(path, document) as part, commit("remove", "did_remove", id=layer_id, file=spec.FILE):
            os.replace(part, path)


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


def _layer(study: Study, layer_id: str) -> LayerSpec:
    found = study.layer(layer_id)
    if found is None:
        raise CallError(reason("layer_id_unknown", id=layer_id, known=[s.id for s in study.layers]))
    return found


def _entry(folder: Path, layer_id: str) -> dict[str, Any]:
    tables = tomlkit.parse((folder / spec.FILE).read_text(encoding="utf-8-sig")).unwrap()["layers"]
    return dict(next(t for t in tables if t["id"] == layer_id))


def _lost_columns(old: LayerSpec, new: LayerSpec, study: Study, folder: Path) -> list[Finding]:
    """Block a file without a column the settings of the layer read."""
    held = content(new, study, folder)
    asked = {*new.fields.values(), *filter(None, (new.class_field,))}
    lost = sorted(asked - held.columns) if held else []
    why = reason("replace_loses_columns", id=old.id, columns=lost)
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


def _commit(folder: Path, file: Path, body: Mapping[str, Any]) -> None:
    private, path = folder / PRIVATE, folder / spec.FILE
    try:
        private.mkdir(exist_ok=True)
        with owned(private, litter.ADDING) as aside:
            copies = staged.copied({"source": file}, folder, aside)
            with writing(folder, "replace", WAIT_S), staged.moved(copies, folder, aside) as found:
                _written(path, dict(body) | found.places, found)
    except OSError as error:
        raise BlockedError(disk.refusal(error, folder / staged.INPUTS)) from None


def _written(path: Path, body: Mapping[str, Any], found: staged.StagedFiles) -> None:
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    table = next((t for t in document["layers"] if t["id"] == body["id"]), None)
    if table is None:
        raise CallError(reason("layer_id_unknown", id=body["id"], known=[]))
    for key, value in body.items():
        if table.get(key) != value:
            table[key] = value
    done = commit(f"layer {body['id']}", "did_replace", id=body["id"], file=spec.FILE)
    with settings.part(path, document) as part, done:
        os.replace(part, path)
        found.kept = True
