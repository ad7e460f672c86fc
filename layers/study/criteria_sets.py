"""Keep criteria as a set of the study's own (指标体系): a file of its inputs, with person and ground; use another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.age import Text
from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank.spec import CriteriaSet, Criterion
from layers import toml
from layers.library.office import INPUTS
from layers.study import settings, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing
from layers.study.names import slug
from layers.study.registers import criteria

Bounds = Mapping[str, Mapping[str, float | None]]
"""Criterion → end of its scale, or hard limit → number; None takes a limit away."""
LIMITS = ("hard_min", "hard_max")
ENDS = {
    "increasing": ("none_at", "full_at"),
    "decreasing": ("full_at", "none_at"),
    "target": ("none_below", "full_from", "full_to", "none_above"),
    "categories": (),
}
"""Kind of a value → the numbers of its scale, in the order a page asks for them."""


def ends(criterion: Criterion) -> dict[str, float | None]:
    """Return the numbers of a criterion that can be set: ends of its scale and hard limits."""
    scale = {name: getattr(criterion.value, name) for name in ENDS[criterion.value.kind]}
    return scale | ({} if criterion.by_code else {name: getattr(criterion, name) for name in LIMITS})


def laid(base: CriteriaSet, bounds: Bounds) -> CriteriaSet:
    """Return a set with other bounds.

    Raises
    ------
    CallError
        A criterion or an end that is not there.
    SpecError
        Bounds that do not hold together.
    """
    known = {c.id: c for c in base.criteria}
    if lost := sorted(set(bounds) - set(known)):
        raise CallError(reason("criterion_unknown", criteria=lost, known=sorted(known)))
    made = [_moved(c, bounds.get(c.id, {})) for c in base.criteria]
    return base.model_copy(update={"criteria": tuple(made)})


def _moved(one: Criterion, asked: Mapping[str, float | None]) -> Criterion:
    """Return a criterion with other numbers; with other ones it is no longer that of a standard."""
    now = ends(one)
    if wrong := sorted(set(asked) - set(now)):
        raise CallError(reason("criterion_end_unknown", given=wrong, known=list(now)))
    changed = {k: v for k, v in asked.items() if v != now[k]}
    if not changed:
        return one
    body = one.model_dump()
    body["value"] |= {k: v for k, v in changed.items() if k not in LIMITS}
    body |= {k: v for k, v in changed.items() if k in LIMITS} | {"figure": ""}
    return toml.validated(Criterion, body, one.id)


def keep(folder: Path, base: CriteriaSet, bounds: Bounds, name: str, person: str, ground: str) -> str:
    """Write a set with other bounds among the inputs of a study and rank by it from the next run on.

    Criteria of `study.toml` go into the set: they would replace those of the set again.

    Parameters
    ----------
    folder : Path
    base : CriteriaSet
        As the study uses it now, its weights too.
    bounds : mapping
        See `Bounds`.
    name : str
        What the set is called; a set of the study of that name is written anew.
    person, ground : str
        Who decides and on what ground; stands with every criterion that was changed.

    Returns
    -------
    str
        The set as `study.toml` names it.

    Raises
    ------
    CallError
        No name, no person, no ground; or as `laid`.
    SpecError
        Bounds that do not hold together.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    if not person.strip() or not ground.strip():
        raise CallError(reason("local_rule_without_ground"))
    if not name.strip():
        raise CallError(reason("criteria_without_name"))
    said = f"{person.strip()}：{ground.strip()}（{date.today().isoformat()}）"
    made = laid(base, bounds)
    own = {c.id: c for c in base.criteria}
    told = tuple(c if c == own[c.id] else _said(c, said) for c in made.criteria)
    file = f"{INPUTS}/{slug(name.strip(), 'criteria')}.toml"
    with writing(folder, "criteria", WAIT_S):
        spec.read(folder)
        if (folder / file).exists() and file not in criteria.own(folder):
            raise CallError(reason("criteria_name_taken", file=file))
        document = settings.read(folder)
        document.pop("criteria", None)
        _use(document, file, said)
        _write(folder, file, made.model_copy(update={"criteria": told}), name.strip(), document)
    return file


def use(folder: Path, name: str, person: str, ground: str) -> None:
    """Rank by a set, a shipped one or one of the study; weights that were kept belong to the set before and go.

    Raises
    ------
    CallError
        No person, no ground; or criteria in `study.toml` that the set does not know.
    SpecError
        No such set, one that does not hold together, or one for projects.
    """
    if not person.strip() or not ground.strip():
        raise CallError(reason("local_rule_without_ground"))
    with writing(folder, "criteria", WAIT_S):
        document = settings.read(folder)
        _use(document, name, f"{person.strip()}：{ground.strip()}（{date.today().isoformat()}）")
        asked = spec.read(folder)
        free = asked.ranking.model_copy(
            update={"criteria": name, "weights": {}, "weighting": None, "judgements": ()}
        )  # fmt: skip
        criteria.of_study(asked.model_copy(update={"ranking": free}), folder)
        settings.put(folder, document, commit("criteria", "did_criteria", set=name, file=spec.FILE))


def _said(one: Criterion, said: str) -> Criterion:
    """Write who changed a criterion behind its source: its bounds are now those of the place, from no memory."""
    source = Text(zh=f"{one.source.zh}；{said}".lstrip("；"), en=f"{one.source.en}; {said}".lstrip("; "))
    return one.model_copy(update={"source": source, "confidence": "local"})


def _use(document: tomlkit.TOMLDocument, name: str, said: str) -> None:
    section = document.setdefault("ranking", tomlkit.table())
    for gone in ("weights", "weighting", "judgements"):
        section.pop(gone, None)
    section["criteria"], section["decided"] = name, said


def _write(folder: Path, file: str, made: CriteriaSet, name: str, document: tomlkit.TOMLDocument) -> None:
    """Write the set beside its place, look whether it holds together, then put set and settings there."""
    head = made.model_dump(exclude_defaults=True, exclude={"id", "criteria"}) | {"title": {"zh": name, "en": name}}
    rows = [c.model_dump(exclude_defaults=True) | {"value": c.value.model_dump()} for c in made.criteria]
    part = folder / f"{file}.part"
    try:
        part.write_text(tomlkit.dumps({"set": _plain(head), "criteria": _plain(rows)}), encoding="utf-8")
        criteria.named(f"{file}.part", folder)
        done = commit("criteria", "did_criteria", set=file, file=spec.FILE)
        settings.put(folder, document, done, first=lambda: os.replace(part, folder / file))
    finally:
        part.unlink(missing_ok=True)


def _plain(value: Any) -> Any:
    """Return a value as TOML takes it; what is not given is left out."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value
