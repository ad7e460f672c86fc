"""The rule packs of a study: shipped ones by name, files of its folder, merged in order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from geo.basis.errors import SpecError
from geo.basis.reason import reason
from geo.rules.applied import said_once
from geo.rules.spec import Rule, RulePack, merged
from layers import toml
from layers.study.spec import Study

PACKS = Path(__file__).resolve().parents[2] / "data" / "rules"


def shipped() -> tuple[str, ...]:
    """Return the names of the rule packs that come with Luodi, sorted."""
    return toml.names(PACKS)


def pack(name: str, folder: Path) -> RulePack:
    """Read one rule pack: a shipped one by its name, or a file of the study folder."""
    own = PACKS / f"{name}.toml"
    if own.is_file():
        return _shipped(own, own.stat().st_mtime_ns)
    return toml.pack(RulePack, name, PACKS, folder)[1]


@cache
def _shipped(path: Path, _written: int) -> RulePack:
    """Read a shipped pack; every notice of every page asks for them, so that each is read once a process."""
    made = toml.pack(RulePack, path.stem, path.parent, path.parent)[1]
    if lost := [r.id for r in made.rules if not (r.checked_on and r.source)]:
        raise SpecError(reason("age_missing", file=path.name, ids=sorted(set(lost))))
    return made


def reading(layer_id: str) -> tuple[str, ...]:
    """Return the shipped packs with a rule on a layer."""
    return tuple(name for name in shipped() if any(r.layer == layer_id for r in pack(name, PACKS).rules))


def speaking(layer_id: str) -> dict[str, RulePack]:
    """Return by name the shipped packs whose rules say what the law says of a layer; a made-up sample does not."""
    packs = {name: pack(name, PACKS) for name in shipped()}
    return {name: one for name, one in packs.items() if any(_speaks_of(r, layer_id) for r in one.rules)}


def _speaks_of(rule: Rule, layer_id: str) -> bool:
    return rule.layer == layer_id and rule.confidence != "local"


def effective_rules(study: Study, folder: Path) -> tuple[Rule, ...]:
    """Merge the packs of the study in order and check what the study says of rules."""
    rules = merged(tuple(pack(name, folder) for name in study.rules), study.as_of)
    rules = said_once(rules, {s.id for s in study.layers})
    known = {r.id for r in rules}
    lost = [n.rule for n in study.not_examined if n.rule not in known]
    if lost:
        raise SpecError(reason("not_examined_unknown_rule", rules=lost, known=sorted(known)))
    return rules
