"""The age of what an answer rests on (法规时效): what is out of force, long unchecked, or about to change.

Beside it, what the study has no layer for and nobody has looked at.

Every list, page and file that uses a rule, a standard or a code list says so, in one line per
kind of thing; `luodi rules` lists them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Literal

from geo.basis.age import Aged, Announced, Standing, outdated
from geo.basis.reason import Reason, reason
from geo.rules.spec import Rule
from layers.library import standards
from layers.library.codelist import CodeList
from layers.library.standards import Standard
from layers.study import ageing, packs
from layers.study.ageing import AgeLimit
from layers.study.registers import criteria, indicators, inefficient, mu
from layers.study.run import keyed
from layers.study.run.released import released
from layers.study.run.results import Results
from layers.study.stages import TABLE_STAGE, wanted
from layers.text import Language, both, joined, say, sentence
from layers.words.explain import rule_title

MOST = 6
"""Titles named in one line; how many more there are is said."""
FOLDERS: dict[str, Callable[[str], Standard | CodeList]] = {"standards": standards.load, "codes": standards.codes}


@dataclass(frozen=True)
class Used:
    """A rule, a standard or a code list an answer rests on, with the title a reader may see."""

    title: str
    clause: str
    aged: Aged
    standing: Standing
    is_rule: bool


@dataclass(frozen=True)
class Notice:
    """One thing to say of the age of the law: ``warn`` where an answer may be wrong now, else ``note``."""

    severity: Literal["warn", "note"]
    reason: Reason


def lines(results: Results, language: Language, table: str = "") -> tuple[str, ...]:
    """Return the notices as sentences."""
    return tuple(sentence(n.reason, language) for n in notices(results, language, table))


def notices(results: Results, language: Language, table: str = "") -> tuple[Notice, ...]:
    """Return what is to be said of the age of everything an answer rests on, the gravest first.

    Parameters
    ----------
    results : Results
        A run, or the check of a red line.
    language : {"en", "zh"}
        Of the titles.
    table : str
        Table the answer shows; "" stands for all tables of the results.
    """
    results = released(results)
    found, day, law = used(results, language, table), results.study.as_of, results.study.law
    return (*_out_of_force(found, day, language), *_unlooked(found, day, law.check_days, language),
            *_coming(found, day, law.ahead_days, language), *_absent(results, language, table),
            *_old_layers(results, language, table), *_unread(results, language, table))  # fmt: skip


def used(results: Results, language: Language, table: str = "") -> list[Used]:
    """Return the rules, standards and code lists a table of the results rests on."""
    stages = _stages(results, table)
    rules = [r for r in results.rules if not r.stood_for and _speaks(r, results, stages)]
    out = [_rule(results, r, language) for r in rules]
    day, texts = results.study.as_of, list(_texts(results, stages))
    out += [Used(both(t.title, language), _document(t, language), t, t.on(day), False) for t in texts]
    if "inefficient" in stages:
        packs = [inefficient.pack(n, results.folder) for n in results.study.inefficient]
        out += [Used(both(r.title, language), both(r.clause, language), r, r.on(day), False)
                for p in packs for r in p.rules]  # fmt: skip
        firms = mu.packs(results.study, results.folder)
        out += [Used(both(p.title, language), both(p.document, language), p, p.on(day), False) for p in firms]
    return out


def _stages(results: Results, table: str) -> frozenset[str]:
    tables = [table] if table else list(results.manifest["tables"])
    ends = {TABLE_STAGE[t].name for t in tables if t in TABLE_STAGE}
    # a register alone has no land: what rules would say of it is no news of this study
    without = set() if results.study.with_role("parcels") else {"screen"}
    return frozenset(s.name for end in ends for s in wanted(end)) - without


def _speaks(rule: Rule, results: Results, stages: frozenset[str]) -> bool:
    if rule.speaks:
        return rule.applies(results.study.use_class)
    # a rule of a use that is not the study's judges no parcel, and projects on sites all the same
    of_projects = bool(rule.industries or rule.use_classes) and bool(stages & {"project", "sitegates"})
    return of_projects or ("screen" in stages and rule.applies(results.study.use_class))


def _rule(results: Results, rule: Rule, language: Language) -> Used:
    title = rule_title(results, rule, language)
    coming = tuple(
        Announced(on=o.in_force, what=o.clause) for o in rule.others if o.standing == "future" and o.in_force
    )
    aged = rule.model_copy(update={"announced": (*rule.announced, *coming)})
    return Used(title, both(rule.clause, language) or title, aged, rule.standing, True)


def _texts(results: Results, stages: frozenset[str]) -> Iterator[Standard | CodeList]:
    """Yield the standards and code lists of the stages, and the lists the codes of the layers are read with."""
    names = {c for t in TABLE_STAGE.values() if t.name in stages for c in keyed.texts(t)}
    for path in sorted(names):
        place = PurePosixPath(path)
        if place.parent.name in FOLDERS:
            yield FOLDERS[place.parent.name](place.stem)
    own = indicators.own(results.study, results.folder) if "project" in stages else None
    yield from filter(None, (own,))
    asked = criteria.standards_of(results.study, results.folder) if "rank" in stages else ()
    yield from (standards.load(name) for name in asked)
    schemes = {s.land_use_scheme for s in results.study.layers if s.land_use_scheme}
    yield from filter(None, (standards.of_scheme(s) for s in sorted(schemes)))


def _document(text: Standard | CodeList, language: Language) -> str:
    return both(text.document, language) if isinstance(text, Standard) else text.scheme


# --- the three kinds of notice ----------------------------------------------------


def _out_of_force(found: list[Used], day: date, language: Language) -> Iterator[Notice]:
    for is_rule, key in ((True, "law_rules_out"), (False, "law_texts_out")):
        out = [u for u in found if u.is_rule == is_rule and u.standing != "in_force"]
        if out:
            items = _some([_when(u, language) for u in out], language)
            yield Notice("warn", reason(key, on=day.isoformat(), items=items))


def _when(used_: Used, language: Language) -> str:
    aged = used_.aged
    if not (aged.in_force or aged.expires):
        return used_.title  # of a rule on a use-only layer nothing is said but that
    if used_.standing == "future":
        return say("law.future", language, title=used_.title, clause=used_.clause, day=str(aged.in_force))
    by = both(aged.replaced_by, language)
    after = say("law.replaced", language, what=by) if by else ""
    return say("law.past", language, title=used_.title, clause=used_.clause, day=str(aged.expires), replaced=after)


def _unlooked(found: list[Used], day: date, limit: int, language: Language) -> Iterator[Notice]:
    never = [u.title for u in found if u.aged.checked_on is None]
    if never:
        yield Notice("note", reason("law_never_checked", titles=_some(never, language)))
    old = [u for u in found if u.aged.checked_on is not None and (u.aged.unlooked_days(day) or 0) > limit]
    if old:
        first = min(u.aged.checked_on for u in old if u.aged.checked_on)
        titles = _some([u.title for u in old], language)
        yield Notice("note", reason("law_check_old", days=limit, day=first.isoformat(), titles=titles))


def _coming(found: list[Used], day: date, ahead: int, language: Language) -> Iterator[Notice]:
    changes: dict[tuple[date, str], list[str]] = {}
    for used_ in found:
        for change in used_.aged.coming(day, ahead):
            changes.setdefault((change.on, both(change.what, language)), []).append(used_.title)
    for (on, what), titles in sorted(changes.items()):
        yield Notice("note", reason("law_announced", day=on.isoformat(), what=what, titles=_some(titles, language)))


def _absent(results: Results, language: Language, table: str) -> Iterator[Notice]:
    """Name what a study has no layer for and is to be verified once, whatever the lists below say of single parcels."""
    rules = [r for r in results.rules if r.absent and not r.stood_for]
    if rules and _stages(results, table) & {"screen"}:
        titles = [rule_title(results, r, language) for r in rules]
        yield Notice("note", reason("law_absent", titles=_some(titles, language)))


def _old_layers(results: Results, language: Language, table: str) -> Iterator[Notice]:
    """Name layers older than a rule, or the law of their kind, takes for current, and those nobody says how old."""
    stages, day = _stages(results, table), results.study.as_of
    rules = {r.id: r for r in results.rules if not r.stood_for and _speaks(r, results, stages)}
    read = {name for r in rules.values() for name in (r.layer, *r.minus)}
    old, undated = [], []
    for layer in results.study.layers:
        # present use, township and areas of every table are those of the parcels
        if layer.id not in read and not (layer.role == "parcels" and stages):
            continue
        for one in ageing.limits(layer, rules.values()):
            said = {
                "layer": layer.title or layer.id,
                "years": one.years,
                "limit": _limit(results, rules, one, language),
            }
            if layer.vintage is None:
                undated.append(say("law.layer_undated", language, **said))
            elif outdated(layer.vintage, one.years, day):
                old.append(say("law.layer_old", language, day=layer.vintage.isoformat(), **said))
    for code, items in (("law_layers_old", old), ("law_layers_undated", undated)):
        if items:
            yield Notice("note", reason(code, on=day.isoformat(), items=_some(items, language)))


def _unread(results: Results, language: Language, table: str) -> Iterator[Notice]:
    """Name layers no rule of the study reads although a shipped pack it does not use does."""
    if not _stages(results, table) & {"screen"}:
        return
    read = {name for r in results.rules for name in (r.layer, *r.minus)}
    items = []
    for layer in results.study.layers:
        others = packs.speaking(layer.id).items() if layer.id not in read else ()
        titles = [both(p.title, language) or name for name, p in others if name not in results.study.rules]
        if titles:
            items.append(say("law.layer_unread", language, layer=layer.title or layer.id, packs=titles))
    if items:
        yield Notice("note", reason("law_layers_unread", items=_some(items, language)))


def _limit(results: Results, rules: Mapping[str, Rule], one: AgeLimit, language: Language) -> str:
    """Return who says how old a layer may be: the rule, and the clause."""
    rule = rule_title(results, rules[one.rule], language) if one.rule else ""
    mark = say("word.unverified", language) if one.unverified else ""
    return joined([text for text in (rule, both(one.clause, language), mark) if text], language)


def _some(titles: list[str], language: Language) -> list[str]:
    """Return the first titles, each once, and how many more there are."""
    named = list(dict.fromkeys(titles))
    if len(named) <= MOST:
        return named
    return [*named[:MOST], say("law.more", language, count=len(named) - MOST)]
