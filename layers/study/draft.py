"""A local rule pack to start from (本地规则包草稿): one rule for each layer of a study that no rule reads yet."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import tomlkit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rules.spec import RulePack
from layers import toml
from layers.library import kinds
from layers.study import packs, settings, spec
from layers.study.changes import commit
from layers.study.lock import WAIT_S, writing
from layers.study.spec import LayerSpec, Study
from layers.study.staged import INPUTS

FILE = f"{INPUTS}/rules-local.toml"
CLAUSE = {"zh": "本地规则：条款待填写", "en": "Local rule: clause to be filled in"}
ROLE = "constraint"


def draft(folder: Path, instead: bool = False) -> list[str]:
    """Write a pack with a rule for each layer no rule reads, name it in the settings, and return its new rules.

    A draft that is there already keeps what people wrote in it; layers that came since get a rule behind. Each rule
    says that ground in the layer is to be looked at (``restrict``), is marked M, and waits for its clause, limit and
    gravity: it invents no law.

    Parameters
    ----------
    folder : Path
    instead : bool
        Put the pack in the place of all others (a study to which their law does not apply): it then has a rule for
        every layer.

    Raises
    ------
    CallError
        Every layer is read by a rule, of the draft that is there or of another pack.
    LockedError
        Another process went on writing the study for longer than a short wait.
    """
    with writing(folder, "draft", WAIT_S):
        study = spec.read(folder)
        document = _begun(folder)
        own = {str(r.get("layer", "")) for r in document.get("rules", ())}
        read = own if instead else own | {r.layer for r in packs.effective_rules(study, folder)}
        layers = [s for s in study.with_role(ROLE) if s.id not in read]
        alone = bool(own) and instead and study.rules != (FILE,)  # only the other packs are to go
        if not layers and not alone:
            raise CallError(reason("draft_is_there", file=FILE) if own else reason("draft_needs_layers"))
        rules = [_rule(s) for s in layers]
        for rule in rules:
            table = tomlkit.table()
            table.update(rule)
            document.setdefault("rules", tomlkit.aot()).append(table)
        _write(folder, study, tomlkit.dumps(document), instead)
    return [r["id"] for r in rules]


def _begun(folder: Path) -> tomlkit.TOMLDocument:
    """Return the draft that is there with its comments, or the head of a new one."""
    if (folder / FILE).is_file():
        toml.pack(RulePack, FILE, packs.PACKS, folder)  # one that does not hold together is told before it is touched
        return tomlkit.parse((folder / FILE).read_text(encoding="utf-8-sig"))
    head = {"pack": {"id": "local", "title": {"zh": "本地规则（草稿）", "en": "Local rules (draft)"}}}
    document = tomlkit.parse(tomlkit.dumps(head))
    document.add(tomlkit.comment("草稿：每条规则的条款、限值与轻重由使用者填写。"))
    return document


def _rule(layer: LayerSpec) -> dict[str, Any]:
    kind = kinds.kind(layer.id, layer.title)
    title = {"zh": kind.title.zh, "en": kind.title.en} if kind else {"zh": layer.title or layer.id, "en": layer.id}
    made = {"id": f"local-{layer.id.replace('_', '-').lower()}", "title": title, "layer": layer.id}
    measured = {"test": "overlap_m2", "operator": "<=", "threshold": 0.0, "tolerance_m2": 1.0}
    return made | measured | {"severity": "restrict", "clause": CLAUSE, "confidence": "M"}


def _write(folder: Path, study: Study, body: str, instead: bool) -> None:
    """Write the pack, then the settings that name it; a pack that does not hold together is not named."""
    part = folder / f"{FILE}.part"
    try:
        part.write_text(body, encoding="utf-8")
        toml.pack(RulePack, f"{FILE}.part", packs.PACKS, folder)
        document = settings.read(folder)
        document["study"]["rules"] = [FILE] if instead else [*(r for r in study.rules if r != FILE), FILE]
        done = commit("draft", "did_draft", file=FILE)
        settings.put(folder, document, done, first=lambda: os.replace(part, folder / FILE))
    finally:
        part.unlink(missing_ok=True)
