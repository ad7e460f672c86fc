"""Measured values, intervals and their units as words."""

from __future__ import annotations

import math

from geo.rules.spec import Rule
from geo.rules.terms import AREA_TESTS
from layers.text import Language, number, rounded, say

MOST_DECIMALS = 6
"""Further decimals a value may be written with; a difference beyond them is no difference on the ground."""


def interval(rule: Rule, low: float | None, high: float | None, language: Language) -> str:
    """Write a measured interval in the unit of the rule, with the decimals its limit asks for."""
    bounded = [v for v in (low, high) if v is not None and math.isfinite(v)]
    return between(unit_word(rule), low, high, language, _more_decimals(rule, bounded))


def between(word: str, low: float | None, high: float | None, language: Language, more: int = 0) -> str:
    """Write an interval in the unit of a format word; unbounded ends are said to be unknown."""
    bounded = [v is not None and math.isfinite(v) for v in (low, high)]
    if not any(bounded):
        return say("word.not_known", language)
    first, last = (measure_text(v, word, language, more) for v in (low, high))
    if all(bounded) and math.isclose(low or 0.0, high or 0.0, rel_tol=1e-9, abs_tol=1e-9):
        return first
    if not bounded[1]:
        return say("word.at_least", language, value=first)
    if not bounded[0]:
        return say("word.at_most", language, value=last)
    return f"{first} … {last}"


def _more_decimals(rule: Rule, values: list[float]) -> int:
    """Return the decimals to add so that what is printed lies on the same side of the limit as what was measured.

    1.004 m² against a limit of 1.00 is a conflict; printed as 1.00 it would read as none.
    """
    word, sign = unit_word(rule), 1 if rule.operator == "<=" else -1
    limit = rule.threshold + sign * rule.tolerance
    shown, beyond = rounded(limit, word, MOST_DECIMALS), [sign * (v - limit) > 0 for v in values]
    for more in range(MOST_DECIMALS):
        if [sign * (rounded(v, word, more) - shown) > 0 for v in values] == beyond:
            return more
    return MOST_DECIMALS


def unit_word(rule: Rule) -> str:
    """Return the format word of what a rule measures."""
    if rule.test == "overlap_share":
        return "share"
    if rule.test in AREA_TESTS:
        return "m2"
    if rule.test == "distance_m":
        return "m"
    tail = rule.fact.rsplit("_", 1)[-1]
    return tail if tail in ("m2", "m", "pct", "share") else "x"


def measure_text(value: float | None, word: str, language: Language, more: int = 0) -> str:
    """Write a value; areas carry 亩 (zh) or ha (en) beside the square metres, which take the `more` decimals."""
    text = number(value, word, language, more)
    if word != "m2" or value is None or not math.isfinite(value):
        return text
    return f"{number(value, 'mu' if language == 'zh' else 'ha', language)} ({text})"


def held_to(value: str, limit: str, language: Language) -> str:
    """Write what was found beside what is asked for: side by side the two would read as a statement."""
    return say("word.held_to", language, value=value, limit=limit) if value and limit else value or limit
