"""The fields that move a rule: its limit, gravity and effect; a trial and a local override show the same."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from geo.rules.spec import Rule
from layers.text import Language, code, say
from layers.words.measures import unit_word

SEVERITIES = ("exclude", "restrict", "procedure", "prefer")
CUTTING_TESTS = ("overlap_m2", "outside_m2")
UNITS = {"m2": ("m²", 1.0, 100.0), "m": ("m", 1.0, 10.0), "pct": ("%", 1.0, 1.0), "share": ("%", 100.0, 1.0)}
"""Format word → unit beside the field, factor from the rule to the field, step."""
WHOLE_PCT = 100.0
Changed = Callable[[], None]


def threshold(rule: Rule, key: str, language: Language, changed: Changed | None = None) -> float:
    """Draw the field of the limit; return the limit in the unit of the rule, to the bit where nobody moved it."""
    unit, factor, step = UNITS.get(unit_word(rule), ("", 1.0, 1.0))
    sign, now = {"<=": "≤", ">=": "≥"}[rule.operator], rule.threshold * factor
    least = None if rule.test == "value" else min(0.0, now)
    most = max(WHOLE_PCT, now) if factor > 1 else None  # a share is at most the whole
    shown = st.number_input(
        say("uitrial.threshold", language, sign=sign, unit=unit), value=now, step=step, key=key, format="%g",
        min_value=least, max_value=most, on_change=changed,
    )  # fmt: skip
    return read_threshold(rule, shown)


def read_threshold(rule: Rule, shown: object) -> float:
    """Return what a field of a limit holds, in the unit of the rule; an empty field keeps the limit."""
    _, factor, _ = UNITS.get(unit_word(rule), ("", 1.0, 1.0))
    if not isinstance(shown, int | float) or abs(shown - rule.threshold * factor) < 1e-9:
        return rule.threshold
    return float(shown) / factor


def severity(rule: Rule, key: str, language: Language, changed: Changed | None = None) -> str:
    """Draw the choice of gravity."""
    words = {s: code("severity", s, language) for s in SEVERITIES}
    return _choice("severity", words, rule.severity, key, language, changed)


def effect(rule: Rule, key: str, language: Language, changed: Changed | None = None) -> str:
    """Draw the choice of effect; only what takes ground can be cut out."""
    effects = ("cut", "parcel") if rule.test in CUTTING_TESTS else ("parcel",)
    words = {e: say(f"uitrial.effect_{e}", language) for e in effects}
    return _choice("effect", words, rule.effect, key, language, changed)


def _choice(
    name: str, words: dict[str, str], now: str, key: str, language: Language, changed: Changed | None
) -> str:  # fmt: skip
    return str(st.selectbox(
        say(f"uitrial.{name}", language), list(words), index=list(words).index(now), key=key, disabled=len(words) < 2,
        format_func=words.__getitem__, on_change=changed,
    ))  # fmt: skip
