"""Set rules aside (未审查) and take them up again: who, on what ground, by which paper; `study.toml` keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tomlkit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.study import packs, settings, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing
from layers.study.not_examined import NotExamined

SECTION = "not_examined"


def aside(folder: Path, words: Sequence[str], note: NotExamined) -> list[str]:
    """Set rules aside for the whole study and return their ids.

    A rule set aside is never clear and does not count; every list says so with person and ground.

    Parameters
    ----------
    folder : Path
    words : sequence of str
        Rule ids, or layer ids: then all rules that read the layer.
    note : NotExamined
        Person, reason, paper and day; its rule is not looked at.

    Raises
    ------
    CallError
        A word that is neither, no person or no reason, a rule that is set aside already.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    if not note.person.strip() or not note.reason.strip():
        raise CallError(reason("waive_without_ground"))
    with writing(folder, "waive", WAIT_S):
        study = spec.read(folder)
        rules = _rules(folder, study, words)
        if again := sorted({n.rule for n in study.not_examined} & set(rules)):
            raise CallError(reason("waive_again", rules=again))
        document = settings.read(folder)
        section = document.setdefault(SECTION, tomlkit.aot())
        for rule in rules:
            body = note.model_copy(update={"rule": rule}).model_dump()
            table = tomlkit.table()
            table.update({k: v for k, v in body.items() if v not in ("", None)})
            section.append(table)
        _write(folder, document, rules)
    return rules


def again(folder: Path, words: Sequence[str]) -> list[str]:
    """Take rules up again that were set aside and return their ids; words as in `aside`."""
    with writing(folder, "waive", WAIT_S):
        study = spec.read(folder)
        rules = _rules(folder, study, words)
        lost = sorted(set(rules) - {n.rule for n in study.not_examined})
        if lost:
            raise CallError(reason("waive_not_aside", rules=lost))
        document = settings.read(folder)
        settings.drop(document, SECTION, lambda table: str(table["rule"]) in rules)
        _write(folder, document, rules)
    return rules


def _rules(folder: Path, study: spec.Study, words: Sequence[str]) -> list[str]:
    rules = packs.effective_rules(study, folder)
    known = {r.id for r in rules}
    lost = [w for w in words if w not in known and not any(r.layer == w for r in rules)]
    if lost or not words:
        raise CallError(reason("waive_unknown", given=lost or list(words), known=sorted(known)))
    return [r.id for r in rules if r.id in words or r.layer in words]


def _write(folder: Path, document: tomlkit.TOMLDocument, rules: Sequence[str]) -> None:
    settings.put(folder, document, commit("waive", "did_waive", rules=list(rules), file=spec.FILE))
