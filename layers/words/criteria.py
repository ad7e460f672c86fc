"""Criteria in words: what was read, what it earns, where the limit lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from geo.basis.reason import Reason
from geo.rank.spec import Criterion
from geo.rank.value import Categories, Decreasing, Increasing, Target
from layers.text import Language, both, has, number, say, sentence
from layers.words.measures import between, measure_text


def title(criterion: Criterion, language: Language) -> str:
    """Return the title of a criterion."""
    return both(criterion.title, language) or criterion.id


def titles(criteria: Sequence[Criterion], language: Language) -> dict[str, str]:
    """Return the titles by id."""
    return {c.id: title(c, language) for c in criteria}


def value(criterion: Criterion, low: float, high: float, code: str, language: Language) -> str:
    """Write what was read: a number, an interval, a code, or that it is not known."""
    if criterion.by_code:
        return code_word(criterion, code, language) if code else say("word.not_known", language)
    least, most = (None if math.isnan(v) else v for v in (low, high))
    return between(criterion.unit or "x", least, most, language)


def code_word(criterion: Criterion, code: str, language: Language) -> str:
    """Return the word of a code: of the code list of the column, the code itself where there is none."""
    for namespace in (criterion.fact, criterion.fact.split("_")[0]):
        if has(f"{namespace}.{code}"):
            return say(f"{namespace}.{code}", language)
    return code


def function(criterion: Criterion, language: Language) -> str:
    """Say what a criterion pays for."""
    made = criterion.value

    def at(bound: float) -> str:
        return measure_text(bound, criterion.unit or "x", language)

    if isinstance(made, Increasing):
        kind = "rank.increasing" if made.cap == 1.0 else "rank.increasing_cap"
        return say(kind, language, none=at(made.none_at), full=at(made.full_at), cap=made.cap)
    if isinstance(made, Decreasing):
        return say("rank.decreasing", language, none=at(made.none_at), full=at(made.full_at))
    if isinstance(made, Target):
        return say("rank.target", language, first=at(made.full_from), last=at(made.full_to),
                   least=at(made.none_below), most=at(made.none_above))  # fmt: skip
    return say("rank.categories", language, pairs=_pairs(criterion, made, language))


def _pairs(criterion: Criterion, table: Categories, language: Language) -> list[str]:
    return [say("rank.category", language, code=code_word(criterion, c, language), share=s)
            for c, s in table.shares.items()]  # fmt: skip


def limit(criterion: Criterion, language: Language) -> str:
    """Say where the hard limit of a criterion lies; "" without one."""
    least, most = (None if v is None else measure_text(v, criterion.unit or "x", language)
                   for v in (criterion.hard_min, criterion.hard_max))  # fmt: skip
    if criterion.hard_codes:
        words = [code_word(criterion, c, language) for c in criterion.hard_codes]
        return say("rank.limit_codes", language, codes=words)
    if least is not None and most is not None:
        return say("rank.limit_both", language, least=least, most=most)
    if least is not None:
        return say("rank.limit_min", language, least=least)
    return "" if most is None else say("rank.limit_max", language, most=most)


def why(text: str, criteria: Sequence[Criterion], language: Language) -> str:
    """Render the reason of a score or of a place in the ranking, with criteria by their titles."""
    given = Reason.from_json(text)
    more: dict[str, Any] = {}
    if "criteria" in given.values:
        known = titles(criteria, language)
        more["criteria"] = [known.get(c, c) for c in given.values["criteria"]]
    one = next((c for c in criteria if c.id == given.values.get("criterion")), None)
    if one is not None:
        more["limit"] = limit(one, language)
    return sentence(given, language, **more)


def share(low: float, high: float, language: Language) -> str:
    """Write the share of the points that is proved, and what is open above it."""
    text = number(low, "share", language)
    return text if math.isclose(low, high) else f"{text} … {number(high, 'share', language)}"
