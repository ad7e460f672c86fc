"""The parks of a study as gates and chain fit read them: what they admit, lead with, refuse, and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from geo.basis.inputs import Inputs
from geo.basis.layer import Layer
from geo.project.gate import Park, Parks
from geo.project.park_lists import Decision
from layers.study.registers import record_cells
from layers.study.registers.industry import industry_code
from layers.study.spec import LayerSpec, Study


def read(study: Study, inputs: Inputs, decided: Sequence[Decision] = ()) -> Parks:
    """Return the parks of all layers of role ``park``, with what people put on their lists.

    Parameters
    ----------
    study : Study
    inputs : Inputs
        Fields ``park_id, name, industries`` (admitted), ``leading``, ``negative`` (refused) and ``chemical``.
    decided : sequence of Decision

    Returns
    -------
    Parks
        A layer that is missing, failed or stale is declared and knows no park: admission is unknown.
    """
    specs = study.with_role("park")
    if not specs:
        return Parks()
    broken = next((i for s in specs if (i := inputs.layers[s.id]).state != "ok"), None)
    made = [p for s in specs for p in _parks(s, inputs.layers[s.id]) if inputs.layers[s.id].state == "ok"]
    complete = all(inputs.layers[s.id].coverage == "complete" for s in specs)
    made = [_decided(p, decided) for p in _each_once(made)]
    return Parks(tuple(made), complete and broken is None, True, broken.cause if broken else "")


def _each_once(parks: Sequence[Park]) -> list[Park]:
    """Return one park per id: of several layers the first in which it certainly is one speaks, as of several shapes."""
    out: dict[str, Park] = {}
    for park in sorted(parks, key=lambda p: p.doubtful):
        out.setdefault(park.park_id, park)
    return list(out.values())


def _decided(park: Park, decided: Sequence[Decision]) -> Park:
    """Add what people decided of a park; what its data refuses stays refused."""
    mine = [d for d in decided if d.park_id in (park.park_id, "")]
    out, in_ = (tuple(d.industry for d in mine if (d.said == "negative") is no) for no in (True, False))
    return replace(park, also=in_, refused=(*park.refused, *out))


def shapes(study: Study, inputs: Inputs) -> dict[str, Any]:
    """Return the ground of each park by id, in the study CRS."""
    out: dict[str, list[Any]] = {}
    for spec in study.with_role("park"):
        layer = inputs.layers[spec.id]
        for park_id, shape in zip(_column(layer, "park_id", layer.ids), layer.shapes, strict=True):
            out.setdefault(str(park_id), []).append(shape)
    return {park_id: shapely.union_all(parts) for park_id, parts in out.items()}


def doubtful(study: Study, inputs: Inputs) -> dict[str, Any]:
    """Return the ground that only may be that of a park, by park: what is said of the park there is open."""
    out: dict[str, list[Any]] = {}
    for spec in study.with_role("park"):
        layer = inputs.layers[spec.id]
        ids = _column(layer, "park_id", layer.ids)
        for park_id, shape in zip(ids[layer.maybe], layer.shapes[layer.maybe], strict=True):
            out.setdefault(str(park_id), []).append(shape)
    return {park_id: shapely.union_all(parts) for park_id, parts in out.items()}


def _parks(spec: LayerSpec, layer: Layer) -> list[Park]:
    """Return one park per id; several shapes of one park say the same or the first that certainly belongs speaks."""
    ids = _column(layer, "park_id", layer.ids)
    columns = {k: _column(layer, k, np.full(len(ids), "", object)) for k in
               ("name", "industries", "leading", "negative", "chemical")}  # fmt: skip
    out: dict[str, Park] = {}
    sure = {str(park_id) for park_id in ids[~layer.maybe]}
    for k in np.argsort(layer.maybe, kind="stable").tolist():
        park_id = ids[k]
        cell = {name: str(values[k] if values[k] is not None else "") for name, values in columns.items()}
        refused, unread = _refused(cell["negative"])
        out.setdefault(str(park_id), Park(
            str(park_id), cell["name"], _codes(cell["industries"]), _codes(cell["leading"]), refused,
            chemical=_yes(cell["chemical"]), doubtful=str(park_id) not in sure, refused_unread=unread,
        ))  # fmt: skip
    return list(out.values())


def _column(layer: Layer, name: str, otherwise: Any) -> Any:
    return layer.attributes.get(name, otherwise)


def _codes(text: str) -> tuple[str, ...]:
    """Return the industry codes of a cell; one that cannot be read leaves the whole list unknown."""
    read_ = [industry_code(w) for w in record_cells.parts(text)]
    return tuple(read_) if all(read_) else ()


def _refused(text: str) -> tuple[tuple[str, ...], bool]:
    """Return the codes of a negative list that can be read, and whether one cannot: the others refuse all the same."""
    read_ = [industry_code(w) for w in record_cells.parts(text)]
    return tuple(c for c in read_ if c), not all(read_)


def _yes(text: str) -> bool | None:
    word = text.strip().casefold()
    return True if word in record_cells.YES else False if word in record_cells.NO else None
