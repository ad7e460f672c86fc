"""An explanation as lines of text, for the command line."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layers.text import Language, say
from layers.words.explain import Explanation, LedgerLine, RuleLine
from layers.words.measures import measure_text

_SIGNS = {"conflict": "✗", "unknown": "?", "clear": "✓"}


def explanation_text(found: Explanation, language: Language) -> Iterator[str]:
    """Yield the lines of an explanation: state, facts, ledger, rules with failures first."""
    yield f"{found.parcel_id}  {found.status_word}"
    yield found.why
    for title, text in found.facts:
        yield f"  {title}: {text}"
    if found.corrected:
        yield say("correction.head", language)
    yield from (f"  {line}" for line in found.corrected)
    yield ""
    yield say("explain.ledger", language)
    for line in found.ledger:
        yield f"  {_ledger(line, language)}"
    yield ""
    yield say("explain.rules", language)
    for rule in found.rules:
        yield from _rule(rule, language)
    if found.unused:
        yield ""
        yield say("explain.not_applied", language)
    yield from (f"  {text}" for text in found.unused)
    told = [*found.changes, *filter(None, (found.withheld,))]
    if told:
        yield ""
        yield say("explain.changes", language)
    yield from (f"  {text}" for text in told)


def _ledger(line: LedgerLine, language: Language) -> str:
    """Write one line: only what is there, then what is left."""
    parts = [("taken", line.taken_m2), ("shared", line.shared_m2), ("unknown", line.unknown_m2)]
    told = [say(f"explain.{name}", language, area=measure_text(a, "m2", language)) for name, a in parts if a]
    if math.isnan(line.left_m2):
        return say("explain.ledger_line", language, title=line.title, parts=[say("word.withheld", language)])
    left = say("explain.left", language, area=measure_text(line.left_m2, "m2", language))
    return say("explain.ledger_line", language, title=line.title, parts=[*told, left])


def _rule(rule: RuleLine, language: Language) -> Iterator[str]:
    mark = f" [{rule.mark}]" if rule.mark else ""
    yield f"  {_SIGNS[rule.outcome]} {rule.title}: {rule.outcome_word} ({rule.severity_word}){mark}"
    yield f"      {rule.measured}  {rule.limit}"
    if rule.outcome != "clear":
        yield f"      {rule.aside or rule.why}"
    source = say("explain.source", language, layer=rule.layer, vintage=rule.vintage)
    yield "      " + " · ".join(filter(None, (rule.clause, source, rule.origin)))
    if rule.age:
        yield f"      {rule.age}"
    if rule.outcome == "conflict":
        for key, text in (("explain.remedy", rule.remedy), ("explain.exception", rule.exception)):
            if text:
                yield "      " + say(key, language, text=text)
