"""Local overrides of rules (本地调整): a limit changed by a named person on a stated ground, in a pack of its own.

The pack ``inputs/rules-override.toml`` comes last among those of the study, so its rules take the place of
those of the same id; what they replaced stays known, and taking an override back brings it again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rules.spec import Rule, RulePack
from layers import toml
from layers.study import packs, settings, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing
from layers.study.not_examined import NotExamined
from layers.study.spec import Study
from layers.study.staged import INPUTS

FILE = f"{INPUTS}/rules-override.toml"
PACK = {"id": "local-override", "title": {"zh": "本地调整", "en": "Local overrides"}}
HEAD = "# 本地调整：由页面或 luodi rules --set 写入，source 为经办人与依据。"
MOVABLE = ("threshold", "tolerance_m2", "severity", "effect")
"""What may be changed of a rule here; anything else is another rule, and belongs into a pack of one's own."""
_GIVEN = {"origin", "origin_title", "replaced", "standing", "stood_for", "absent", "speaks", "others"}
"""What a rule is told when packs are merged, no part of what a pack says."""


@dataclass(frozen=True)
class RuleChanges:
    """What is to be kept: changed values by rule, and settings of the whole study (None: as they are).

    Parameters
    ----------
    rules : mapping of rule id to mapping
        Values of `MOVABLE`; those equal to what the rule had before any override take the override back.
    aside : sequence of rule ids or None
        All rules that are left aside from now on.
    use_class : str
        "" : as it is.
    min_area_m2 : float or None
    packs : sequence of str or None
        Rule packs in order; overrides stay behind them.
    """

    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    aside: Sequence[str] | None = None
    use_class: str = ""
    min_area_m2: float | None = None
    packs: Sequence[str] | None = None


def keep(folder: Path, changes: RuleChanges, person: str, ground: str, day: date | None = None) -> list[str]:
    """Write changes of rules into the study, whole or not at all, and return the rules that are overridden now.

    Parameters
    ----------
    folder : Path
    changes : RuleChanges
    person, ground : str
        Who decides and on what ground; both stand with every override.
    day : date or None
        Of the decision; None is today.

    Raises
    ------
    CallError
        No person or no ground, a rule nobody knows, a value that cannot be changed here, or packs without a rule
        that is overridden: its override would be lost, or judge alone.
    SpecError
        A pack that is not there, or a value a rule does not take.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    if not person.strip() or not ground.strip():
        raise CallError(reason("local_rule_without_ground"))
    said = f"{person.strip()}：{ground.strip()}（{(day or date.today()).isoformat()}）"
    with writing(folder, "rules", WAIT_S):
        study = spec.read(folder)
        chosen = _packs(study, changes)
        found = _overridden(
            folder, study.model_copy(update={"rules": chosen}), changes.rules, said, day or date.today()
        )
        document = settings.read(folder)
        document["study"]["rules"] = [*chosen, *([FILE] if found else [])]
        note = NotExamined(rule="", reason=ground.strip(), person=person.strip(), on=day or date.today())
        _set(document, study, changes, note)
        _write(folder, document, found)
    return sorted(found)


def undo(folder: Path, rules: Sequence[str]) -> None:
    """Take overrides back: the rules judge as their packs say.

    Raises
    ------
    CallError
        A rule that is not overridden.
    """
    with writing(folder, "rules", WAIT_S):
        own = _own(folder)
        if lost := [r for r in rules if r not in own]:
            raise CallError(reason("local_rule_unknown", rules=lost, known=sorted(own)))
        kept = {name: rule for name, rule in own.items() if name not in rules}
        document, study = settings.read(folder), spec.read(folder)
        document["study"]["rules"] = [*(n for n in study.rules if n != FILE), *([FILE] if kept else [])]
        _write(folder, document, kept)


def known(folder: Path) -> tuple[str, ...]:
    """Return the rules a study overrides."""
    return tuple(_own(folder))


def _own(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the overrides as they are written, by rule."""
    path = folder / FILE
    if not path.is_file():
        return {}
    return {str(r["id"]): r for r in toml.read(path).get("rules", [])}


def _packs(study: Study, changes: RuleChanges) -> tuple[str, ...]:
    """Return the packs in order, without the one of overrides."""
    asked = study.rules if changes.packs is None else tuple(changes.packs)
    kept = tuple(dict.fromkeys(n for n in asked if n != FILE))
    if not kept:
        raise CallError(reason("local_rule_no_pack"))
    return kept


def _overridden(
    folder: Path, study: Study, changed: Mapping[str, Mapping[str, Any]], said: str, day: date
) -> dict[str, dict[str, Any]]:
    """Return the overrides there are to be: those there were, with what changes now."""
    base = {r.id: r for r in packs.effective_rules(study, folder)}
    if lost := sorted(set(changed) - set(base)):
        raise CallError(reason("rule_unknown", rules=lost, known=sorted(base)))
    own = _own(folder)
    if alone := sorted(set(own) - set(base)):
        raise CallError(reason("local_rule_alone", rules=alone))
    for name, values in changed.items():
        if wrong := sorted(set(values) - set(MOVABLE)):
            raise CallError(reason("local_rule_key", keys=wrong, known=list(MOVABLE)))
        wanted = _decided(own.get(name, {})) | dict(values)
        differing = {k: v for k, v in wanted.items() if v != getattr(base[name], k)}
        own.pop(name, None)
        if differing:
            own[name] = _written_out(base[name], differing, said, day)
    return own


def _decided(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of an override somebody decided; its others only repeat the rule of that day.

    An override that does not say (one of an earlier Luodi) may have decided all it holds.
    """
    return {k: rule[k] for k in rule.get("decided", MOVABLE) if k in MOVABLE and k in rule}


def _written_out(rule: Rule, values: Mapping[str, Any], said: str, day: date) -> dict[str, Any]:
    """Return a rule as a pack writes it, with other values, and who said so on which ground."""
    body = rule.model_dump(exclude_defaults=True, exclude=_GIVEN)
    body |= {"threshold": rule.threshold, "operator": rule.operator, **values, "source": said, "checked_on": day}
    body["decided"] = sorted(values)
    if not rule.unverified:  # an unverified rule stays one: a changed limit is no proof of its clause
        body["confidence"] = "local"
    return _plain(body)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    """Return a value as TOML takes it; what is not given is left out."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def _set(document: tomlkit.TOMLDocument, study: Study, changes: RuleChanges, note: NotExamined) -> None:
    """Write what holds for the whole study."""
    if changes.use_class:
        document["study"]["use_class"] = changes.use_class
    if changes.min_area_m2 is not None:
        document.setdefault("screen", tomlkit.table())["min_area_m2"] = float(changes.min_area_m2)
    if changes.aside is None:
        return
    now = {n.rule for n in study.not_examined}
    if gone := now - set(changes.aside):
        settings.drop(document, "not_examined", lambda table: str(table["rule"]) in gone)
    for rule in (r for r in changes.aside if r not in now):
        table = tomlkit.table()
        table.update({k: v for k, v in note.model_copy(update={"rule": rule}).model_dump().items() if v})
        document.setdefault("not_examined", tomlkit.aot()).append(table)


def _write(folder: Path, document: tomlkit.TOMLDocument, rules: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the pack beside its place, look whether it holds together, then put pack and settings there."""
    part = folder / f"{FILE}.part"
    done = commit("rules", "did_rules", rules=sorted(rules), file=spec.FILE)
    try:
        if rules:
            text = tomlkit.dumps({"pack": PACK, "rules": list(rules.values())})
            part.write_text(f"{HEAD}\n{text}", encoding="utf-8")
            toml.pack(RulePack, f"{FILE}.part", packs.PACKS, folder)
            settings.put(folder, document, done, first=lambda: os.replace(part, folder / FILE))
        else:
            settings.put(folder, document, done, then=lambda: (folder / FILE).unlink(missing_ok=True))
    finally:
        part.unlink(missing_ok=True)
