"""What the study says about one project: gates, demand with method and source, findings, parks, chain fit."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from geo.project.facts import SEVERAL, industries, limits
from geo.project.gate import ADMISSION, INTENSITY
from geo.project.indicators import INDICATORS
from geo.project.uses import not_applied_to
from geo.rules.spec import Rule
from layers.ask import applied
from layers.library import standards, uses
from layers.study.run.released import released
from layers.study.run.results import Results
from layers.text import Language, both, code, number, say, sentence
from layers.words import told
from layers.words.explain import limit_text, rule_title
from layers.words.industry import industry_text
from layers.words.measures import interval

FACTS = "luodi project facts"
_INDICATORS = {i.gate_id: {"ratio": "1", "share": " %"}[i.kind] for i in INDICATORS}
"""Gates of control indicators, and the unit of their figure ("1" for none)."""
_ORDER = {"conflict": 0, "unknown": 1, "clear": 2}
_GRAVITY = {"exclude": 0, "restrict": 1, "procedure": 2, "not_examined": 3, "prefer": 4}


@dataclass(frozen=True)
class GateLine:
    """One gate of a project, in words; `outcome` and `severity` are the codes behind them."""

    gate_id: str
    title: str
    outcome: str
    outcome_word: str
    severity: str
    severity_word: str
    value: str
    limit: str
    why: str
    clause: str
    remedy: str
    mark: str


@dataclass(frozen=True)
class DemandLine:
    """One figure a project needs: value, how it came about, from where, and whether it binds."""

    item: str
    title: str
    value: str
    method: str
    why: str
    mark: str


@dataclass(frozen=True)
class ParkFit:
    """One park: whether it admits the project, why, and how the project fits its chain."""

    park_id: str
    name: str
    outcome: str
    outcome_word: str
    why: str
    points: float
    chain: str


@dataclass(frozen=True)
class Card:
    """Everything the study says about one project, in one language."""

    project_id: str
    name: str
    result: str
    result_word: str
    why: str
    facts: tuple[tuple[str, str], ...]
    findings: tuple[str, ...]
    demand: tuple[DemandLine, ...]
    gates: tuple[GateLine, ...]
    parks: tuple[ParkFit, ...]
    edited: tuple[str, ...]
    unused: tuple[str, ...] = ()
    """Rules that do not judge the project, a line for each reason."""


def is_project(results: Results, project_id: str) -> bool:
    """Tell whether the run knows a project of this id."""
    return results.has("gate_results") and project_id in set(results.table("projects")["project_id"])


def card(results: Results, project_id: str, language: Language = "en") -> Card:
    """Return what the run says about one project.

    Raises
    ------
    BlockedError
        No project of that id; close ids are named.
    """
    if not is_project(results, project_id):
        known = results.table("projects")["project_id"].tolist()
        near = difflib.get_close_matches(project_id, known, n=3, cutoff=0.5) or known[:3]
        raise BlockedError(reason("project_unknown", project=project_id, near=near))
    row = _row(results, "projects", project_id)
    found = _row(results, "gate_results", project_id)
    return Card(
        project_id=project_id,
        name=str(row["name"]) or project_id,
        result=str(found["result"]),
        result_word=result_word(found, language),
        why=result_sentence(results, found, language),
        facts=_facts(row, language),
        findings=(
            *(finding_text(f, language) for f in _rows(results, "project_findings", project_id)),
            *told.of_row(results, row, language),
        ),
        demand=tuple(_demand_line(line, language) for line in _rows(results, "demand_lines", project_id)),
        gates=_gates(results, project_id, language),
        parks=_parks(results, project_id, language),
        edited=_edited(str(row["edited"]), language),
        unused=_unused(results, row, language),
    )


def _unused(results: Results, row: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    rules = released(results).rules
    own = pd.DataFrame([row])
    stated = [r.limit_fact for r in rules if r.limit_fact and not math.isnan(limits(r, own)[1][0])]
    found = not_applied_to(rules, industries(own)[0], uses.table(), frozenset(stated))
    return tuple(applied.lines(found, lambda rule: rule_title(results, rule, language), language))


def _rows(results: Results, name: str, project_id: str) -> list[dict[str, Any]]:
    frame = results.table(name)
    return [{str(k): v for k, v in r.items()} for r in frame[frame["project_id"] == project_id].to_dict("records")]


def _row(results: Results, name: str, project_id: str) -> dict[str, Any]:
    return _rows(results, name, project_id)[0]


# --- words shared with the list ---------------------------------------------------


def result_word(found: Mapping[str, Any], language: Language) -> str:
    """Return the word of a result; a pass with conditions says how many."""
    conditions = [c for c in str(found["conditions"]).split("|") if c]
    if found["result"] == "clear" and conditions:
        return say("project.passes_conditions", language, count=len(conditions))
    return code("gateresult", str(found["result"]), language)


def result_sentence(results: Results, found: Mapping[str, Any], language: Language) -> str:
    """Write the reason of a result with its gates by their titles; a pass says how many procedures are due or open."""
    given = Reason.from_json(str(found["reason"]))
    titles = [gate_title(results, g, language) for g in given.values.get("gates", [])]
    first = sentence(given, language, gates=titles)
    # a row of a ranking has the reason alone: it is asked for those who do not pass
    due = [g for g in str(found.get("procedures", "")).split("|") if g]
    if found.get("result") != "clear" or not due:
        return first
    first = say("project.no_gate_against", language) if given.code == "gates_clear" else first
    return say("project.procedures_due", language, first=first, count=len(due))


def gate_title(results: Results, gate_id: str, language: Language) -> str:
    """Return the title of a gate: that of its rule, or our word for it."""
    rule = _rule(results, gate_id)
    return rule_title(results, rule, language) if rule else code("gate", gate_id, language)


def finding_text(found: Mapping[str, Any], language: Language) -> str:
    """Write one finding; one that rests on a figure from memory says so."""
    text = sentence(str(found["reason"]), language)
    return text if found["severity"] != "unverified" else say("project.unverified", language, text=text)


def fact_text(column: str, value: Any, language: Language) -> str:
    """Write one cell of the project list as people read it; an empty one is not known."""
    if value is None or value == "" or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT:
        return say("word.not_known", language)
    if column in ("industry", "stage", "accepts_building", "build_kind", "exhaust", "dangerous_goods"):
        return _word(column, str(value), language)
    if column.endswith("_code"):
        return standards.worded(FACTS, f"{column}:{int(value)}", language)
    if column == "staff":
        return number(value, "n", language)
    if column == "floor_m2":
        return number(value, "m2", language)
    if column.endswith("_m2"):
        return f"{number(value, 'mu', language)} ({number(value, 'm2', language)})"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return number(value, "x", language) if isinstance(value, (int, float)) else str(value)


def _word(column: str, value: str, language: Language) -> str:
    if column == "industry":
        return industry_text(value, language)
    return code({"stage": "projectstage", "build_kind": "buildkind"}.get(column, "word"), value, language)


# --- one project ------------------------------------------------------------------

_SHOWN = (
    "industry", "stage", "investment_wan", "investment_ex_land_wan", "asked_m2", "tax_wan_mu", "staff", "capacity",
    "build_kind", "catalogue_class_code", "two_high_code", "eia_class_code", "hazardous_chemicals_code",
    "industrial_class_code", "far", "coefficient_pct", "office_land_pct", "office_floor_pct", "research_floor_pct",
    "green_pct", "exhaust", "dangerous_goods", "wish", "unit", "leader", "next_milestone", "due", "paid_wan", "remark",
)  # fmt: skip


_QUIET = (
    "investment_ex_land_wan", "capacity", "build_kind", "remark", "hazardous_chemicals_code", "eia_class_code",
    "industrial_class_code", "far", "coefficient_pct", "office_land_pct", "office_floor_pct", "research_floor_pct",
    "green_pct", "exhaust", "dangerous_goods",
)  # fmt: skip
"""Facts that are shown only where the list states them."""


def _facts(row: Mapping[str, Any], language: Language) -> tuple[tuple[str, str], ...]:
    shown = [n for n in _SHOWN if n not in _QUIET or not _empty(row.get(n))]
    told = {n: fact_text(n, row[n], language) for n in shown}
    if not row["industry"] and (several := str(row.get("industries") or "")):
        told["industry"] = " / ".join(industry_text(i, language) for i in several.split(SEVERAL))
    return tuple((title(n, language), told[n]) for n in shown)


def title(column: str, language: Language) -> str:
    """Return the title of a column; the value bears the unit of an area itself."""
    return say(f"column.{column}", language).replace(" (m²)", "").replace("（m²）", "")


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _demand_line(line: Mapping[str, Any], language: Language) -> DemandLine:
    item = str(line["item"])
    return DemandLine(
        item=item,
        title=code("demanditem", item, language),
        value=span(line["low"], line["high"], _unit(line), language),
        method=code("demandmethod", str(line["method"]), language),
        why=sentence(str(line["reason"]), language),
        mark="" if line["binding"] else say("word.unverified", language),
    )


def _unit(line: Mapping[str, Any]) -> str:
    """Floor is spoken of in m², land in 亩."""
    return "floor_m2" if line["item"] in ("floor", "building") else str(line["figure_unit"])


def span(low: float, high: float, unit: str, language: Language) -> str:
    """Write an interval in its unit; areas stand in 亩 with m² behind; open ends are said."""
    ends = [v for v in (low, high) if not math.isnan(v)]
    if not ends:
        return say("word.not_known", language)
    texts = [_figure(v, unit, language) for v in ends]
    if len(ends) == 1:
        return say("word.at_most" if math.isnan(low) else "word.at_least", language, value=texts[0])
    return texts[0] if math.isclose(low, high, rel_tol=1e-12) else f"{texts[0]} … {texts[1]}"


def _figure(value: float, unit: str, language: Language) -> str:
    if unit == "m2":
        return f"{number(value, 'mu', language)} ({number(value, 'm2', language)})"
    if unit == "floor_m2":
        return number(value, "m2", language)
    words = {"kva": " kVA", "m3d": " m³/d", "th": " t/h", "tce": " tce", "t": " t/a", "m3": " m³", "pcuh": " pcu/h"}
    return number(value, "x", language) + words.get(unit, "")


def _gates(results: Results, project_id: str, language: Language) -> tuple[GateLine, ...]:
    mine = [g for g in _rows(results, "gates", project_id) if not g["park_id"]]
    lines = [_gate_line(results, g, language) for g in mine]
    return tuple(sorted(lines, key=lambda g: (_GRAVITY[g.severity], _ORDER[g.outcome], g.gate_id)))


def _gate_line(results: Results, gate: Mapping[str, Any], language: Language) -> GateLine:
    rule = _rule(results, str(gate["gate_id"]))
    outcome, severity = str(gate["outcome"]), str(gate["severity"])
    return GateLine(
        gate_id=str(gate["gate_id"]),
        title=gate_title(results, str(gate["gate_id"]), language),
        outcome=outcome,
        outcome_word=gate_word(severity, outcome, language),
        severity=severity,
        severity_word=code("severity", severity, language),
        value=_value(gate, rule, language),
        limit=_limit(gate, rule, language),
        why=sentence(str(gate["reason"]), language),
        clause=both(rule.clause, language) if rule else "",
        remedy=both(rule.remedy, language) if rule and outcome != "clear" else "",
        mark=say("word.unverified", language) if gate["confidence"] == "M" else "",
    )


def gate_word(severity: str, outcome: str, language: Language) -> str:
    """Return the word of a gate's outcome: a procedure is due or not, a condition holds or not."""
    kind = {"procedure": "gatedue", "prefer": "preferred"}.get(severity, "gateresult")
    return code(kind, outcome, language)


def _value(gate: Mapping[str, Any], rule: Rule | None, language: Language) -> str:
    low, high = gate["value"], gate["value_hi"]
    if gate["gate_id"] == INTENSITY:
        text = span(low, high, "", language)
        return text if math.isnan(low) else say("project.per_mu", language, value=text)
    if unit := _INDICATORS.get(str(gate["gate_id"])):
        return span(low, high, "", language) + unit.removeprefix("1")
    if rule is None:
        return ""
    if rule.fact.endswith("_code") and low == high:
        return standards.worded(FACTS, f"{rule.fact}:{int(low)}", language)
    return interval(rule, low, high, language)


def _limit(gate: Mapping[str, Any], rule: Rule | None, language: Language) -> str:
    if gate["gate_id"] == INTENSITY:
        return say("project.limit_per_mu", language, value=number(gate["threshold"], "x", language))
    if unit := _INDICATORS.get(str(gate["gate_id"])):
        return _indicator_limit(gate, unit.removeprefix("1"), language)
    if rule is None:
        return ""
    if rule.fact.endswith("_code"):
        return say("project.limit_word", language,
                   value=standards.worded(FACTS, f"{rule.fact}:{int(rule.threshold)}", language))  # fmt: skip
    return limit_text(rule, language)


def _indicator_limit(gate: Mapping[str, Any], unit: str, language: Language) -> str:
    if math.isnan(gate["threshold"]):
        return say("word.not_known", language)
    sign = {">=": "≥", "<=": "≤"}[str(gate["operator"])]
    return f"{sign} {number(gate['threshold'], 'x', language)}{unit}"


def _rule(results: Results, gate_id: str) -> Rule | None:
    return next((r for r in results.rules if r.id == gate_id), None)


def _parks(results: Results, project_id: str, language: Language) -> tuple[ParkFit, ...]:
    mine = [g for g in _rows(results, "gates", project_id) if g["park_id"] and g["gate_id"] == ADMISSION]
    chain = {}
    if results.has("chain_fit"):
        chain = {str(c["park_id"]): c for c in _rows(results, "chain_fit", project_id)}
    lines = [_park_line(g, chain.get(str(g["park_id"])), language) for g in mine]
    return tuple(sorted(lines, key=lambda p: (2 - _ORDER[p.outcome], -(p.points if p.points == p.points else -1.0))))


def _park_line(gate: Mapping[str, Any], chain: Mapping[str, Any] | None, language: Language) -> ParkFit:
    given = Reason.from_json(str(gate["reason"]))
    return ParkFit(
        park_id=str(gate["park_id"]),
        name=str(given.values.get("park", gate["park_id"])),
        outcome=str(gate["outcome"]),
        outcome_word=code("gateresult", str(gate["outcome"]), language),
        why=sentence(given, language),
        points=float(chain["points"]) if chain else math.nan,
        chain=sentence(str(chain["reason"]), language) if chain else "",
    )


def _edited(text: str, language: Language) -> tuple[str, ...]:
    """Say what was changed: from which official value to which, by whom and why."""
    if not text:
        return ()
    note = json.loads(text)
    lines = [
        say("project.changed", language, column=title(column, language),
            official=_plain(column, v["official"], language), value=_plain(column, v["value"], language))
        for column, v in sorted(note["columns"].items())
    ]  # fmt: skip
    return (*lines, say("project.changed_by", language, person=note["person"], why=note["reason"], at=note["at"][:10]))


def _plain(column: str, value: Any, language: Language) -> str:
    if isinstance(value, list):
        return " … ".join(fact_text(column, v, language) for v in value)
    return fact_text(column, float(value) if isinstance(value, int) else value, language)
