"""Put a newer delivery in the place of a layer (换新数据), or take a layer out: settings stay, what changed is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo.basis.errors import CallError, LuodiError
from geo.basis.reason import reason
from geo.project.library import LIBRARIES
from layers import toml
from layers.library import kinds
from layers.sources import gate
from layers.sources.finding import Finding, blocked
from layers.study import delivery, inspection, load, overrides, parts, recognition, settings, spec, staged
from layers.study.changes import commit
from layers.study.layer_part import SIGN
from layers.study.load import Home
from layers.study.lock import WAIT_S, writing
from layers.study.placed import placed
from layers.study.spec import LayerSpec, Study

OTHER_KIND = "other-kind"
"""Consent to a file that looks like another kind of layer."""
FEWER_PARTS = "fewer-parts"
"""Consent to a delivery that lacks parts the layer had."""
_ONCE = (OTHER_KIND, FEWER_PARTS)
"""Consents to this delivery alone: the settings do not keep them."""


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


def replace(folder: Path, layer_id: str, file: Path, given: Mapping[str, Any], more: Sequence[Path] = ()) -> Replaced:
    """Put a file in the place of a layer's; fields, filter, coverage and everything else stay as they were set.

    Parameters
    ----------
    folder : Path
    layer_id : str
        ``parcels:青石镇`` is one part of a layer that is kept in several files: the others stay.
    file : Path
        Or a folder, of which the layer of the same kind is taken.
    more : sequence of Path
        Further files: together they are the parts of the layer.
    given : mapping
        Keys of the ``[[layers]]`` entry that change, ``vintage`` above all: it has to be said again where it was.

    Raises
    ------
    CallError
        No such layer or part, or the day of the new data is not given although that of the old stands.
    BlockedError
        Something in the new file blocks; nothing is changed. The old file stays among the inputs.
    """
    study, file = overrides.study(folder), Path(file).resolve()
    layer_id, _, part = layer_id.partition(SIGN)
    old = settings.layer_of(study, layer_id)
    if old.vintage is not None and not part and not given.get("vintage"):
        raise CallError(reason("replace_without_vintage", id=layer_id, before=old.vintage.isoformat()))
    once = {p for p in given.get("accept", ()) if p in _ONCE}
    said = {k: v for k, v in given.items() if k != "accept" or not once}
    if part:
        held = content(old, study, folder)
        said = _one_part(folder, old, part, [file, *more], said, held.columns if held else frozenset())
    else:
        said |= _in_parts(folder, old, [file, *more], str(given.get("layer", "")))
    file = Path(said.get("source", file))
    body = _kept(_entry(folder, layer_id), said) | said | {"id": layer_id, "source": str(file)}
    new = toml.validated(LayerSpec, dict(body), file.name).model_copy(update={"corrected": old.corrected})
    after = content(new, study, folder)
    found = inspection.check_layer(new, Home(study, folder)) + inspection.of_area(said)
    found += _lost_columns(new, after) + ([] if OTHER_KIND in once else _other_kind(old, file, folder))
    found += [] if FEWER_PARTS in once else _parts_gone(old, new)
    if any(f.severity == "block" for f in found):
        raise blocked(found)
    before = content(old, study, folder)
    files = staged.sources(file, said)
    aside = staged.aside(folder, files)
    with aside as (copies, place), writing(folder, "replace", WAIT_S), staged.moved(copies, folder, place) as moved:
        _written(folder, layer_id, staged.laid(said, files, moved.places), moved)
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
        opened = parts.opened(layer, folder, study.crs)
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


def _in_parts(folder: Path, old: LayerSpec, files: Sequence[Path], layer: str) -> dict[str, Any]:
    """Return ``source``, ``layer`` and ``parts`` where a layer comes, or came, in several files; else nothing."""
    folders = [f for f in files if f.is_dir() and f.suffix.lower() != ".gdb"]
    if len(files) == 1 and not folders and not old.parts:
        return {}
    mine = kinds.kind(old.id, old.title)
    if not folders or mine is None:
        entry = delivery.as_one(folder, files, layer or old.layer.rpartition("/")[2])
    else:
        found = delivery.delivery(folder, files)
        fitting = [p for p in found.proposals if p.kind and p.kind.code == mine.code and p.how != "part"]
        if len(fitting) != 1:
            known = [p.table.title for p in fitting]
            raise CallError(reason("replace_which_file", id=old.id, count=len(fitting), known=known))
        entry = {"source": str(fitting[0].table.file)} | fitting[0].table.entry()
    if entry.get("parts"):
        entry["source"] = entry["parts"][0]["source"]
    return {"layer": "", "parts": []} | entry


def _one_part(
    folder: Path, old: LayerSpec, name: str, files: Sequence[Path], said: Mapping[str, Any], columns: frozenset[str]
) -> dict[str, Any]:
    """Return what is said of a layer one of whose parts is another file now; the day of the layer stays that of all."""
    known = [p.name for p in old.parts]
    if name not in known or len(files) > 1 or (files[0].is_dir() and files[0].suffix.lower() != ".gdb"):
        raise CallError(reason("replace_part_unknown", id=old.id, part=name, known=known))
    new = {k: said[k] for k in ("layer", "crs", "encoding") if k in said} | {"name": name, "source": str(files[0])}
    opened = gate.open_vector(files[0], folder / load.CACHE, layer=new.get("layer", ""), crs=new.get("crs", ""),
                              encoding=new.get("encoding", ""))  # fmt: skip
    here = {str(c).casefold(): str(c) for c in opened.frame.columns}
    called = {c: here[c.casefold()] for c in sorted(columns - set(here.values())) if c.casefold() in here}
    if called:
        new["columns"] = called
    made = [
        new if p.name == name else p.model_dump(exclude_defaults=True) | {"source": str((folder / p.source).resolve())}
        for p in old.parts
    ]
    kept = {k: v for k, v in said.items() if k not in ("layer", "crs", "encoding", "origin")}
    return kept | {"source": made[0]["source"], "layer": made[0].get("layer", ""), "parts": made}


def _kept(entry: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry without what an empty value takes out; where the file came from is said anew."""
    return {k: v for k, v in entry.items() if k != "origin" and (k not in ("layer", "parts") or k not in said)}


def _parts_gone(old: LayerSpec, new: LayerSpec) -> list[Finding]:
    """Block a delivery without parts the layer had: their ground would be seen by nobody."""
    gone = sorted({p.name for p in old.parts} - {p.name for p in new.parts}) if new.parts else []
    why = reason("replace_parts_gone", id=new.id, parts=gone, proposal=FEWER_PARTS)
    return [Finding("", why.code, "block", FEWER_PARTS, why)] if gone else []


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


def _earlier(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a library (五库) the files that were in its place, the one that goes now last, with their days."""
    if table["role"] not in LIBRARIES or table.get("parts"):
        return {}
    gone = {k: table[k] for k in ("source", "layer") if table.get(k)} | {"until": date.today()}
    return {"earlier": [*(dict(one) for one in table.get("earlier", ())), gone]}


def _written(folder: Path, layer_id: str, said: Mapping[str, Any], found: staged.StagedFiles) -> None:
    """Change what was said of the layer; what somebody else changed in it meanwhile stays."""
    settings.layer_of(spec.read(folder), layer_id)
    document = settings.read(folder)
    table = next(t for t in document["layers"] if t["id"] == layer_id)
    earlier = _earlier(table)
    table.pop("origin", None)
    for key, value in {**said, **earlier}.items():
        if key in ("layer", "parts") and not value:
            table.pop(key, None)
        else:
            table[key] = settings.inline(value)
    done = commit(f"layer {layer_id}", "did_replace", id=layer_id, file=spec.FILE)
    settings.put(folder, document, done, then=found.keep)
