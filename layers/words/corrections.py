"""Values people corrected (人工更正) as sentences: the official value beside the corrected one, person and ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geo.basis.reason import Reason
from layers.study.correction import Correction
from layers.study.run.released import released
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language, joined, say

APPLIED = "override_applied"


def lines(results: Results, language: Language) -> list[str]:
    """Return every correction the results rest on; one that rests says so. Use-only layers are left out."""
    results = released(results)
    known = _states(results)
    return [_line(layer, one, known, language) for layer, one in _all(results)]


def of_parcel(results: Results, parcel_id: str, language: Language) -> list[str]:
    """Return what bears on one parcel: corrections of its own row, and of every layer it was held against."""
    results = released(results)
    known = _states(results)
    return [
        _line(layer, one, known, language)
        for layer, one in _all(results)
        if layer.role != "parcels" or one.record == parcel_id
    ]


def beside_parcels(results: Results, language: Language) -> dict[str, str]:
    """Return parcel → what was corrected in its row, for a column of a list; parcels without are not in it."""
    results = released(results)
    known = _states(results)
    out: dict[str, list[str]] = {}
    for layer, one in _all(results):
        if layer.role == "parcels" and known.get((layer.id, one.record, one.column), APPLIED) == APPLIED:
            out.setdefault(one.record, []).append(say("correction.cell", language, **_values(one)))
    return {record: joined(told, language, apart=True) for record, told in out.items()}


def of_layers(layers: Mapping[str, tuple[Correction, ...]], language: Language) -> list[str]:
    """Return corrections of a study that need not have been run, by layer."""
    return [text(layer, one, language) for layer, found in layers.items() for one in found]


def plain(layers: Mapping[str, tuple[Correction, ...]]) -> list[dict[str, Any]]:
    """Return corrections as plain values for scripts."""
    return [{"layer": layer, **one.model_dump(mode="json")} for layer, found in layers.items() for one in found]


def text(layer: str, one: Correction, language: Language) -> str:
    """Return one correction as a line."""
    return say("correction.line", language, layer=layer, record=one.record, **_values(one))


def _all(results: Results) -> Iterator[tuple[LayerSpec, Correction]]:
    return ((layer, one) for layer in results.study.layers for one in layer.corrected)


def _line(layer: LayerSpec, one: Correction, known: Mapping[tuple[str, str, str], str], language: Language) -> str:
    line = text(layer.title or layer.id, one, language)
    applied = known.get((layer.id, one.record, one.column), APPLIED) == APPLIED
    return line if applied else say("correction.rests", language, line=line)


def _values(one: Correction) -> dict[str, str]:
    return {"column": one.column, "official": one.official, "value": one.value, "person": one.person,
            "ground": one.ground}  # fmt: skip


def _states(results: Results) -> dict[tuple[str, str, str], str]:
    """Return layer, record and field → what the run said of the correction, from its tables of findings."""
    if not any(layer.corrected for layer in results.study.layers):
        return {}
    out = {}
    for name in (n for n in results.manifest["tables"] if n == "problems" or n.endswith("_problems")):
        found = results.table(name)
        for row in found[found["code"].str.startswith("override_")].to_dict("records"):
            values = Reason.from_json(str(row["reason"])).values
            out[(str(row["layer_id"]), str(values.get("record")), str(values.get("column")))] = str(row["code"])
    return out
