"""Why a parcel is what it is: every rule with value, limit, clause, layer and vintage."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.basis.age import Aged
from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from geo.basis.tables import rows
from geo.rules.evidence import Evidence
from geo.rules.gather import evidence
from geo.rules.spec import Rule
from geo.screen.counterfactual import Change, changes
from geo.screen.ledger import UNSURE_LINE, WHOLE, settled
from geo.screen.setting import Setting
from layers.ask import applied
from layers.ask.compare import setting_of
from layers.library import kinds, sourced, standards
from layers.study.run.released import inside, masks, released, touched
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language, both, code, has, number, rounded, say, sentence
from layers.words import corrections, once
from layers.words.measures import MOST_DECIMALS, interval, measure_text, unit_word
from layers.words.park_name import park_text

_ORDER = {"conflict": 0, "unknown": 1, "clear": 2}


@dataclass(frozen=True)
class RuleLine:
    """One rule on one parcel, in words; `outcome` and `severity` are the codes behind them."""

    rule_id: str
    title: str
    outcome: str
    outcome_word: str
    severity: str
    severity_word: str
    measured: str
    limit: str
    why: str
    clause: str
    document: str
    exception: str
    remedy: str
    mark: str
    layer: str
    vintage: str
    aside: str
    origin: str
    """Rule pack the rule comes from, and what it took the place of."""
    age: str
    """From when to when it is law, when it was last checked and where it was read; "" on a use-only layer."""


@dataclass(frozen=True)
class LedgerLine:
    """One line of the ledger; areas in m². None where nothing is proved taken and something may be."""

    title: str
    taken_m2: float | None
    shared_m2: float | None
    unknown_m2: float
    left_m2: float


@dataclass(frozen=True)
class Explanation:
    """Everything the study says about one parcel, in one language."""

    parcel_id: str
    status: str
    status_word: str
    why: str
    gross_m2: float
    net_m2: float
    net_hi_m2: float
    facts: tuple[tuple[str, str], ...]
    rules: tuple[RuleLine, ...]
    ledger: tuple[LedgerLine, ...]
    changes: tuple[str, ...] = ()
    levers: tuple[Change, ...] = ()
    """What the sentences of `changes` speak of, one by one."""
    withheld: str = ""
    """Says that some of it would give a restricted layer away, and is left out."""
    unused: tuple[str, ...] = ()
    """Rules that do not judge the parcel, a line for each reason."""
    corrected: tuple[str, ...] = ()
    """Values people corrected that bear on it, the official ones beside."""


def explain(results: Results, parcel_id: str, language: Language = "en") -> Explanation:
    """Explain one parcel out of the results.

    Raises
    ------
    BlockedError
        No parcel of that id; close ids are named.
    """
    results = released(results)
    found = results.parcel_row("candidates", parcel_id)
    if found.empty:
        near = _near(results, parcel_id)
        raise BlockedError(reason("parcel_unknown_near" if near else "parcel_unknown", parcel=parcel_id, near=near))
    row = found.iloc[0]
    verdicts = results.parcel_row("verdicts", parcel_id)
    lines = [rule_line(results, v, language) for v in rows(verdicts)]
    titles = {r.id: marked_title(results, r, language) for r in results.rules}
    levers, held = _levers(results, parcel_id, str(row["status"]))
    return Explanation(
        parcel_id=parcel_id,
        status=str(row["status"]),
        status_word=code("status", str(row["status"]), language),
        why=status_sentence(str(row["reason"]), titles, language),
        gross_m2=float(row["gross_m2"]),
        net_m2=float(row["net_m2"]),
        net_hi_m2=float(row["net_hi_m2"]),
        facts=_facts(results, parcel_id, language),
        rules=tuple(sorted(lines, key=by_urgency)),
        ledger=_ledger(results, parcel_id, titles, language),
        changes=tuple(change_text(c, titles, language) for c in levers),
        levers=levers,
        withheld=say("change.withheld", language) if held else "",
        unused=_unused(results, language),
        corrected=tuple(corrections.of_parcel(results, parcel_id, language)),
    )


def _levers(results: Results, parcel_id: str, status: str) -> tuple[tuple[Change, ...], bool]:
    """Return what would change the answer, and whether something of it would give a restricted layer away."""
    found = tuple(c for c in changes(*_one(inside(results), parcel_id)) if c.promised or c.status != status)
    secret = set(masks(results).rule_names)
    told = () if parcel_id in touched(results) else tuple(c for c in found if not secret & set(c.rules))
    return told, len(told) < len(found)


def _unused(results: Results, language: Language) -> tuple[str, ...]:
    found = applied.of_land(results)
    return tuple(applied.lines(found, lambda rule: rule_title(results, rule, language), language))


def change_text(change: Change, titles: Mapping[str, str], language: Language) -> str:
    """Write one change that would better the answer; what is not promised says so."""
    return say(
        f"change.{change.kind}_then", language,
        rules=[titles[r] for r in change.rules], status=code("status", change.status, language),
        gives=measure_text(change.give_up_m2, "m2", language), net=measure_text(change.net_m2, "m2", language),
        use=code("use", change.use_class, language),
    )  # fmt: skip


def _one(results: Results, parcel_id: str) -> tuple[Evidence, Setting, str]:
    """Return the evidence of one parcel and the setting of the run."""
    rows = (results.parcel_row(name, parcel_id) for name in ("parcels", "pieces", "facts"))
    parcels, pieces, facts = rows
    return evidence(parcels, results.table("zones"), pieces, facts), setting_of(results), parcel_id


def by_urgency(line: RuleLine) -> tuple[bool, bool, int]:
    """Failures first, then what is open; preferences and rules set aside come last."""
    return bool(line.aside), line.severity == "prefer", _ORDER[line.outcome]


def status_sentence(text: str, titles: dict[str, str], language: Language) -> str:
    """Render the reason of a status with the rules named by their titles."""
    given = Reason.from_json(text)
    names = [titles.get(r, r) for r in given.values.get("rules", []) if r]
    return sentence(given, language, rules=names)


def rule_title(results: Results, rule: Rule, language: Language) -> str:
    """Return the title of a rule; a rule on a use-only layer does not name it."""
    spec = results.layer(rule.layer) if rule.layer else None
    if spec is not None and spec.use_only:
        return say("word.sensitive", language)
    return both(rule.title, language) or rule.id


def marked_title(results: Results, rule: Rule, language: Language) -> str:
    """Return the title of a rule as a list names it: a rule from memory carries its mark."""
    title = rule_title(results, rule, language)
    return say("word.marked", language, title=title) if rule.unverified else title


def rule_line(results: Results, verdict: dict[str, Any], language: Language) -> RuleLine:
    """Return one verdict in words."""
    rule = results.rule(verdict["rule_id"])
    spec = results.layer(rule.layer) if rule.layer else None
    hidden = rule.id in masks(results).rule_names.values()
    title, layer = rule_title(results, rule, language), layer_title(results, rule, language)
    missing = spec is None and bool(rule.layer)
    withheld = say("word.withheld", language)
    return RuleLine(
        rule_id=rule.id,
        title=title,
        outcome=verdict["outcome"],
        outcome_word=outcome_word(rule, verdict["outcome"], language),
        severity=verdict["severity"],
        severity_word=code("severity", verdict["severity"], language),
        measured=withheld if hidden else interval(rule, verdict["value"], verdict["value_hi"], language),
        limit=limit_text(rule, language),
        why=cause_sentence(verdict["reason"], layer, language),
        clause=both(rule.clause, language),
        document=both(rule.document, language),
        exception=both(rule.exception, language),
        remedy=both(rule.remedy, language),
        mark=mark_of(rule, language),
        layer=say("word.no_layer", language, layer=layer) if missing else layer,
        vintage=withheld if hidden else str(spec.vintage) if spec and spec.vintage else say("word.not_known", language),
        aside=_aside(results, rule.id, language) if verdict["severity"] == "not_examined" else "",
        origin=origin_text(rule, language),
        age="" if spec is not None and spec.use_only else age_text(rule, language),
    )


def mark_of(rule: Rule, language: Language) -> str:
    """Return what is to be said against a rule: out of force on the study day, or from memory."""
    if rule.standing != "in_force":
        return say("law.mark", language)
    return say("word.unverified", language) if rule.unverified else ""


def age_text(aged: Aged, language: Language) -> str:
    """Say from when to when a text is law, on which day it was last checked, and where it was read."""
    first, last, checked = (str(d) if d else "" for d in (aged.in_force, aged.expires, aged.checked_on))
    ends = (first or say("law.open", language), last or say("law.open", language))
    return say("law.age", language, first=ends[0], last=ends[1], checked=checked or say("word.not_known", language),
               source=sourced.told(aged.source, language) or say("word.not_known", language))  # fmt: skip


def layer_title(results: Results, rule: Rule, language: Language) -> str:
    """Return the title of the layer a rule reads.

    A layer the study lacks has no title of its own, and its id is no word for a reader: the rule's stands for it.
    """
    spec = results.layer(rule.layer) if rule.layer else None
    if spec is None:
        return rule_title(results, rule, language)
    return say("word.sensitive", language) if spec.use_only else layer_name(spec, language)


def layer_name(spec: LayerSpec, language: Language) -> str:
    """Return what a layer is called: the study's own title in Chinese, the one everybody knows it by in English."""
    entry = kinds.kind(spec.id, spec.title)
    usual = both(entry.title, language) if entry else ""
    return (usual or spec.title or spec.id) if language == "en" else (spec.title or usual or spec.id)


def outcome_word(rule: Rule, outcome: str, language: Language) -> str:
    """Return the word of an outcome; a preference is met or not, it does not conflict."""
    return code("preferred" if rule.binding == "prefer" else "outcome", outcome, language)


def cause_sentence(text: str, layer: str, language: Language) -> str:
    """Render the reason of a verdict; a cause that is also a finding has a shorter sentence of its own here."""
    given = Reason.from_json(text)
    short = f"reason.{given.code}_cause"
    return say(short, language, layer=layer) if has(short) else sentence(given, language, layer=layer)


def limit_text(rule: Rule, language: Language) -> str:
    """Write the limit of a rule with its operator and tolerance; one on a restricted layer is not given."""
    if math.isnan(rule.threshold):
        return say("word.withheld", language)
    sign = {"<=": "≤", ">=": "≥"}[rule.operator]
    word = unit_word(rule)
    exact = rounded(rule.threshold, word, MOST_DECIMALS)
    more = next((k for k in range(MOST_DECIMALS) if rounded(rule.threshold, word, k) == exact), MOST_DECIMALS)
    text = f"{sign} {number(rule.threshold, word, language, more)}"
    if rule.tolerance:
        text += say("word.tolerance", language, value=number(rule.tolerance, "m2", language))
    return text


def origin_text(rule: Rule, language: Language) -> str:
    """Say which rule pack a rule comes from, and what it took the place of: pack, limit and severity."""
    before = [
        say("explain.replaced", language, pack=_pack(r, language), limit=limit_text(r, language),
            severity=code("severity", r.severity, language))
        for r in rule.replaced
    ]  # fmt: skip
    key = "explain.origin_over" if before else "explain.origin"
    return say(key, language, pack=_pack(rule, language), replaced=before)


def _pack(rule: Rule, language: Language) -> str:
    return both(rule.origin_title, language) or rule.origin


def _aside(results: Results, rule_id: str, language: Language) -> str:
    note = next(n for n in results.study.not_examined if n.rule == rule_id)
    return say("word.aside", language, person=note.person, why=note.ground)


def _ledger(results: Results, parcel_id: str, titles: dict[str, str], language: Language) -> tuple[LedgerLine, ...]:
    table = results.parcel_row("ledger", parcel_id).sort_values("step")
    lines, before = [], None
    for row in rows(table):
        title = ledger_title(row, titles, language)
        taken = 0.0 if before is None or row["layer_id"] == UNSURE_LINE else before - row["left_m2"]
        own, shared = (settled(a, row["unknown_m2"]) for a in (taken, row["shared_m2"]))
        taken_m2, shared_m2 = (None if math.isnan(a) else a for a in (own, shared))
        lines.append(LedgerLine(title, taken_m2, shared_m2, row["unknown_m2"], row["left_m2"]))
        before = row["left_m2"]
    return tuple(lines)


def ledger_title(row: dict[str, Any], titles: dict[str, str], language: Language) -> str:
    """Return what a line of the ledger is called."""
    if row["step"] == 0:
        return say("ledger.gross", language)
    if row["layer_id"] == WHOLE:
        return say("ledger.whole", language)
    if row["layer_id"] == UNSURE_LINE:
        return say("ledger.unsure", language)
    return titles[row["rule_id"]]


def _facts(results: Results, parcel_id: str, language: Language) -> tuple[tuple[str, str], ...]:
    parcel = results.parcel_row("parcels", parcel_id).iloc[0]
    names = ("land_use", "township", "park_id", "tenure", "parcel_kind")
    out = [(say(f"column.{n}", language), _fact_text(results, parcel, n, language)) for n in names if parcel[n]]
    out += _supply(results, parcel, language)
    out += once.facts(results, parcel_id, language)
    areas = [(n, parcel[n]) for n in ("area_m2", "area_statutory_m2", "legal_m2") if pd.notna(parcel[n])]
    return tuple(out) + tuple((say(f"column.{n}", language), measure_text(float(v), "m2", language)) for n, v in areas)


def _fact_text(results: Results, parcel: pd.Series, name: str, language: Language) -> str:
    value = str(parcel[name])
    if name == "land_use" and parcel["land_use_scheme"]:
        scheme = str(parcel["land_use_scheme"])
        return f"{standards.coded(scheme, value, language)} ({scheme})"
    if name == "tenure":
        return standards.worded(standards.TENURE, value, language)
    if name == "park_id":
        return park_text(results, value)
    return code(name.split("_")[0], value, language)


def _supply(results: Results, parcel: pd.Series, language: Language) -> list[tuple[str, str]]:
    """Supply status with its reason, planned use and what building would draw; stated words before that stage ran."""
    title = say("column.supply_status", language)
    if not results.has("supply"):
        stated = str(parcel["supply_status"])
        return [(title, code("supply", stated, language))] if stated else []
    row = results.parcel_row("supply", str(parcel["parcel_id"])).iloc[0]
    out = [(title, f"{code('supply', row['supply_status'], language)} · {sentence(row['reason'], language)}")]
    if row["plan_use"]:
        plan = standards.coded(row["plan_scheme"], row["plan_use"], language)
        out.append((say("column.plan_use", language), f"{plan} ({number(row['plan_share'], 'share', language)})"))
    for name in ("new_construction_m2", "balance_m2"):
        text = measure_text(float(row[name]), "m2", language)
        out.append((say(f"column.{name}", language).replace(" (m²)", "").replace("（m²）", ""), text))
    return out


def _near(results: Results, parcel_id: str) -> list[str]:
    import difflib

    ids = results.table("candidates")["parcel_id"].tolist()
    return difflib.get_close_matches(parcel_id, ids, n=3, cutoff=0.5)
