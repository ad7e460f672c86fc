"""Every rule, standard and code list with its age, where it comes from and how sure it is (`luodi rules`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from geo.basis.age import Aged
from geo.basis.reason import Reason, reason
from geo.idle.mu import MuPack
from geo.rules.applied import not_applied, out_of_time
from geo.rules.spec import Rule, merged
from layers.library import standards
from layers.outputs import lists
from layers.outputs.projected import Projection
from layers.study import packs, spec
from layers.study.registers import indicators, inefficient, mu
from layers.study.run.masks import Masks
from layers.text import Language, both, say, sentence
from layers.words.explain import origin_text

COLUMNS = ("kind", "id", "title", "origin", "applied", "why", "mark", "in_force", "expires", "replaced_by", "announced",
           "checked_on", "clause", "document", "source")  # fmt: skip


def of_study(folder: Path, language: Language) -> pd.DataFrame:
    """List what a study rests on: its effective rules on its day, and those not applied with the reason."""
    study = spec.read(folder)
    every, day = packs.effective_rules(study, folder), study.as_of
    rules = tuple(Masks(study, every).rule(r) for r in every)
    unused = {_name(n.rule): n.why for n in not_applied(rules, study.use_class)}
    rows = [_rule(r, day, unused.get(_name(r)), language) for rule in rules for r in (rule, *rule.others)]
    rows += _inefficient(((name, folder) for name in study.inefficient), day, language)
    rows += [_mu(pack, day, language) for pack in mu.packs(study, folder)]
    own = indicators.own(study, folder)
    rows += [_standard(own, own.id, day, language)] if own else []
    return _frame([*rows, *_texts(day, language)])


def shipped(day: date, language: Language) -> pd.DataFrame:
    """List everything that comes with Luodi, pack by pack, as it stands on a day."""
    rows: list[dict[str, object]] = []
    for name in packs.shipped():
        rules = merged((packs.pack(name, packs.PACKS),), day)
        unused = {_name(n.rule): n.why for n in out_of_time(rules)}
        rows += [_rule(r, day, unused.get(_name(r)), language) for rule in rules for r in (rule, *rule.others)]
    rows += _inefficient(((name, inefficient.FOLDER) for name in inefficient.names()), day, language)
    rows += [_mu(mu.pack(name, mu.FOLDER), day, language) for name in mu.names()]
    return _frame([*rows, *_texts(day, language)])


def _inefficient(packs: Iterable[tuple[str, Path]], day: date, language: Language) -> list[dict[str, object]]:
    rules = [r for name, folder in packs for r in merged((inefficient.pack(name, folder),), day)]
    return [_plain("inefficient", r, r.id, day, language) | _said(r, language) for r in rules]


def _mu(pack: MuPack, day: date, language: Language) -> dict[str, object]:
    """Return the row of an evaluation per mu; its cut-offs and its cap have marks of their own."""
    own = say("rulelist.mu_marks", language, grades=pack.grades_confidence, cap=pack.cap_confidence)
    marks = sorted({pack.grades_confidence, pack.cap_confidence})
    told = {
        "mark": " ".join(marks),
        "clause": own,
        "document": both(pack.document, language),
        "origin": f"{pack.id}.toml",
    }
    return _plain("mu", pack, pack.id, day, language) | told


def write(frame: pd.DataFrame, path: Path, language: Language, folder: Path) -> None:
    """Write the list as CSV or XLSX.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    made = Projection(frame, {c: say(f"rulelist.{c}", language) for c in COLUMNS}, (say("rulelist.note", language),),
                      language)  # fmt: skip
    lists.write(made, path, "rules", folder)


def as_text(frame: pd.DataFrame, language: Language) -> Iterator[str]:
    """Yield the list as lines: what it is, whether it judges, its age and its mark."""
    for row in frame.to_dict("records"):
        yield say("rulelist.line", language, **{str(k): v for k, v in row.items()})
        yield say("rulelist.line_age", language, **{str(k): v or "–" for k, v in row.items()})


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS)).fillna("")


def _name(rule: Rule) -> tuple[str, date | None, date | None]:
    return rule.id, rule.in_force, rule.expires


def _rule(rule: Rule, day: date, unused: Reason | None, language: Language) -> dict[str, object]:
    """Return the row of a rule; `unused` says why it does not judge, None that it does."""
    told = unused or (reason(rule.doubt) if rule.doubted else None)
    row = _plain("rule", rule, rule.id, day, language, told) | _said(rule, language)
    return row if unused is None else row | {"applied": say("rulelist.not_applied", language)}


def _said(rule: Rule, language: Language) -> dict[str, object]:
    return {
        "origin": origin_text(rule, language), "mark": rule.confidence, "clause": both(rule.clause, language),
        "document": both(rule.document, language),
    }  # fmt: skip


def _texts(day: date, language: Language) -> Iterator[dict[str, object]]:
    for name in standards.names():
        yield _standard(standards.load(name), name, day, language)
    for name in standards.names(standards.CODES):
        listed = standards.codes(name)
        own = {"mark": listed.confidence, "document": listed.scheme, "origin": f"{name}.toml"}
        yield _plain("codes", listed, name, day, language) | own


def _standard(found: standards.Standard, name: str, day: date, language: Language) -> dict[str, object]:
    marks = sorted({e.figure.confidence for e in found.figures})
    own = {"mark": " ".join(marks), "document": both(found.document, language), "origin": f"{name}.toml"}
    return _plain("standard", found, name, day, language) | own


def _plain(
    kind: str, aged: Aged, name: str, day: date, language: Language, told: Reason | None = None
) -> dict[str, object]:
    standing = aged.on(day)
    title = getattr(aged, "title", None)
    coming = [f"{a.on}: {both(a.what, language)}" for a in aged.announced if a.on > day]
    return {
        "kind": say(f"rulelist.kind_{kind}", language), "id": name, "title": both(title, language) if title else name,
        "applied": say(f"rulelist.standing_{standing}", language), "why": sentence(told, language) if told else "",
        "in_force": str(aged.in_force or ""), "expires": str(aged.expires or ""), "announced": "; ".join(coming),
        "replaced_by": both(aged.replaced_by, language), "checked_on": str(aged.checked_on or ""),
        "source": aged.source,
    }  # fmt: skip
