"""Correct one record of a layer (人工更正), take it back, and read a study with all that stand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import BlockedError, CallError, LuodiError
from geo.basis.reason import reason
from layers.sources import gate
from layers.sources.formats.domains import SUFFIX
from layers.study import corrected, edits, load, parts, settings, sheets, spec
from layers.study.correction import ROW, Correction
from layers.study.spec import LayerSpec, Study

KIND = "override"
SHOWN = 5


def study(folder: Path) -> Study:
    """Return the settings of a study with the corrections that stand, layer by layer: what a run is made from.

    Raises
    ------
    BlockedError, SpecError
        As `layers.study.spec.read`; or the file of the decisions cannot be used.
    """
    return laid_over(spec.read(folder), edits.current(folder))


def laid_over(given: Study, decided: edits.Edits) -> Study:
    """Return a study whose layers hold the corrections that stand."""
    found = _by_layer(decided)
    if not found:
        return given
    layers = tuple(
        one.model_copy(update={"corrected": found[one.id]}) if one.id in found else one for one in given.layers
    )
    return given.model_copy(update={"layers": layers})


def standing(folder: Path) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections that stand, by layer; a layer the study has no longer among them."""
    return _by_layer(edits.current(folder))


def correct(folder: Path, layer_id: str, record: str, values: Mapping[str, str], note: Correction) -> list[Correction]:
    """Correct fields of one record; what the file says stays beside, and the history keeps everything.

    Parameters
    ----------
    folder : Path
    layer_id : str
        A layer of rows; not a raster.
    record : str
        Id of the row as the file has it, or ``row:12``.
    values : mapping
        Field (our name, or that of the file) → corrected value; "" for what is not known.
    note : Correction
        Person, reason, document; the rest of it is not looked at.

    Raises
    ------
    CallError
        No such layer, record or field; a record of that id twice; a figure that is none; what the file says already;
        no person or no ground.
    LuodiError
        The file cannot be read.
    """
    if not note.person.strip() or not note.reason.strip():
        raise CallError(reason("override_without_ground"))
    given = spec.read(folder)
    layer = settings.layer_of(given, layer_id)
    frame, rows = _rows(layer, folder)
    place, name = _found(layer, frame, rows, record)
    made = []
    for field, text in values.items():
        column = _column(layer, frame, field)
        official = corrected.cell_text(frame[column].iloc[place])
        update = {"record": name, "column": column, "value": _value(frame, column, text), "official": official}
        if update["value"] == official:
            raise CallError(reason("override_same", column=column, record=name, value=official))
        made.append(note.model_copy(update=update))
    edits.record_all(folder, KIND, _bodies(layer_id, made), note.person, note.reason)
    return made


def undo(folder: Path, layer_id: str, record: str, fields: Sequence[str], person: str, why: str) -> list[Correction]:
    """Take corrections of a record back, all or those of some fields; the official value counts again.

    Raises
    ------
    CallError
        None of them stands; no person or no ground.
    """
    if not person.strip() or not why.strip():
        raise CallError(reason("override_without_ground"))
    layer = spec.read(folder).layer(layer_id)
    wanted = {_own_column(layer, f) for f in fields}
    there = standing(folder).get(layer_id, ())
    mine = [c for c in there if c.record == record and (not wanted or c.column in wanted)]
    lost = wanted - {c.column for c in mine}
    if not mine or lost:
        known = [f"{c.record} {c.column}" for c in there] or ["–"]
        raise CallError(reason("override_not_standing", layer=layer_id, record=record, known=known))
    edits.record_all(folder, KIND, _bodies(layer_id, mine), person, why, gone=True)
    return mine


def columns(layer: LayerSpec, folder: Path) -> list[str]:
    """Return the fields of a layer's file that a person filled in; raises as `correct` does where it cannot be read.

    What a domain says of a code stands beside it and is none of them: the code is what is corrected.
    """
    whole = [str(c) for c in _rows(layer, folder)[0].columns]
    return [c for c in whole if not (c.endswith(SUFFIX) and c.removesuffix(SUFFIX) in whole)]


def _by_layer(decided: edits.Edits) -> dict[str, tuple[Correction, ...]]:
    out: dict[str, tuple[Correction, ...]] = {}
    for edit in decided.of(KIND).values():
        body = {k: str(edit.value.get(k, "")) for k in ("record", "column", "value", "official", "document")}
        one = Correction(**body, person=edit.person, reason=edit.reason, on=date.fromisoformat(edit.at[:10]))
        layer = str(edit.value.get("layer", ""))
        out[layer] = (*out.get(layer, ()), one)
    return out


def _bodies(layer_id: str, several: Sequence[Correction]) -> dict[str, dict[str, str]]:
    """Return corrections as they are kept, by what each is about: together they are one decision."""
    kept = {"record", "column", "value", "official", "document"}
    return {_subject(layer_id, c.record, c.column): {"layer": layer_id, **c.model_dump(include=kept)} for c in several}


def _subject(layer_id: str, record: str, column: str) -> str:
    return f"{layer_id}/{record}/{column}"


def _rows(layer: LayerSpec, folder: Path) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    """Return the rows of a layer as its file has them."""
    source, cache = load.source_path(folder, layer), folder / load.CACHE
    if layer.role == "raster":
        raise CallError(reason("override_raster", layer=layer.id))
    if not source.exists():
        raise BlockedError(reason("layer_file_missing", layer=layer.id, file=layer.source))
    plain = source.suffix.lower() in sheets.TABLES and layer.role not in load.ours()
    try:
        if not plain:
            file = parts.opened(layer, folder, spec.read(folder).crs)
            return file.frame, file.rows
    except LuodiError as error:
        if not any(r.code == "table_without_coordinates" for r in error.reasons):
            raise
    table = gate.open_table(source, cache, sheet=layer.layer)
    return table.frame, table.rows


def _found(layer: LayerSpec, frame: pd.DataFrame, rows: npt.NDArray[np.int64], record: str) -> tuple[int, str]:
    """Return where a record stands and how it is called: by its id where it has one of its own, else by its row."""
    places = corrected.positions(layer, frame, rows, record)
    if not places:
        column = corrected.id_column(layer, frame)
        known = [corrected.cell_text(v) for v in frame[column].head(SHOWN)] if column else []
        known += [f"{ROW}{r}" for r in rows[:SHOWN]]
        raise CallError(reason("override_no_record", layer=layer.id, record=record, known=known))
    if len(places) > 1:
        raise CallError(reason("override_record_twice", record=record, known=[f"{ROW}{rows[k]}" for k in places]))
    column = corrected.id_column(layer, frame)
    own = corrected.cell_text(frame[column].iloc[places[0]]) if column else ""
    once = bool(own) and not own.startswith(ROW) and len(corrected.positions(layer, frame, rows, own)) == 1
    return places[0], own if once else f"{ROW}{rows[places[0]]}"


def _own_column(layer: LayerSpec | None, field: str) -> str:
    """Return the field of the file for a name of ours; another name is that of the file."""
    mapped = {**layer.fields, **({"class": layer.class_field} if layer.class_field else {})} if layer else {}
    return mapped.get(field, field)


def _column(layer: LayerSpec, frame: pd.DataFrame, field: str) -> str:
    column = _own_column(layer, field)
    if column not in frame:
        known = sorted({*layer.fields, *map(str, frame.columns)})
        raise CallError(reason("override_no_field", field=field, layer=layer.id, known=known))
    return column


def _value(frame: pd.DataFrame, column: str, text: str) -> str:
    """Return the corrected value as it is compared; in a field of figures it has to be one."""
    if not corrected.is_figure(frame, column) or not text.strip():
        return text.strip()
    try:
        figure = float(text.replace(",", ""))
    except ValueError:
        figure = math.nan
    if not math.isfinite(figure):
        raise CallError(reason("override_no_figure", column=column, given=text))
    return corrected.cell_text(figure)
