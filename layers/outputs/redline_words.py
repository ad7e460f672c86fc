"""The words of a red line check: uses, outcomes, ledger lines, intensity; every file and page reads them here."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from layers.ask import applied
from layers.ask.redline import Constraint, Quota, RedlineAnswer, Use
from layers.library.standards import coded, of_scheme
from layers.text import Language, both, code, say
from layers.words.explain import outcome_word, rule_title
from layers.words.measures import interval, measure_text

NOTHING_M2 = 0.005
"""Areas below this are not printed."""


def use_word(use: Use, language: Language) -> str:
    """Return a present use as code and name; an unknown code stands as it is."""
    if not use.code:
        return say("redline.no_parcel", language)
    known = of_scheme(use.scheme)
    found = known.get(use.code) if known else None
    word = f"{use.code} {both(found.title, language)}" if found else use.code
    if not use.settlement or use.settlement == use.code:
        return word
    return say("redline.settlement", language, use=word, settlement=coded(use.scheme, use.settlement, language))


def class_rows(answer: RedlineAnswer, language: Language) -> Iterator[tuple[str, float, float]]:
    """Yield 农用地, 建设用地, 未利用地 and what is not known with their m² before and after the cut."""
    before, after = answer.subtotals(False), answer.subtotals(True)
    for key in before:
        if key or before[key] > 0.01:
            yield say(f"landclass.{key or 'unknown'}", language), before[key], after.get(key, 0.0)


def balance_words(quota: Quota, language: Language) -> str:
    """Say how the farmland balance follows from the gross area; "" where nothing is cultivated."""
    if not quota.balance_gross_m2 > NOTHING_M2:
        return ""
    gross, ridges = (
        measure_text(v, "m2", language)
        for v in (quota.balance_gross_m2, quota.balance_gross_m2 - quota.farmland_balance_m2)
    )
    unstated = measure_text(quota.ridges_open_m2, "m2", language)
    told = [say("redline.balance_net", language, gross=gross, ridges=ridges)]
    if quota.ridges_open_m2 > NOTHING_M2:
        told.append(say("redline.ridges_open", language, area=unstated))
    return " ".join(told)


def net_of(row: Constraint, language: Language) -> str:
    """Return what of an area found is cultivated net of ridges, for beside the gross area; "" where there is none."""
    if row.aside or row.outcome != "conflict" or not row.cultivated_net_m2 > NOTHING_M2:
        return ""
    return say("redline.cultivated_net", language, area=measure_text(row.cultivated_net_m2, "m2", language))


def group_word(use: Use, language: Language) -> str:
    """Return the group of a present use (耕地, 其他农用地 …)."""
    return both(use.group.title, language) if use.group else say("word.not_known", language)


def outcome_words(row: Constraint, language: Language) -> str:
    """Return the area, or 不涉及, or 待核实, as a report writes it."""
    if row.aside:
        return code("severity", "not_examined", language)
    if row.rule.binding == "prefer":
        return outcome_word(row.rule, row.outcome, language)
    if row.outcome == "conflict" and math.isnan(row.low):
        return f"{code('outcome', row.outcome, language)} {say('word.withheld', language)}"
    if row.outcome == "conflict":
        return interval(row.rule, row.low, row.high, language)
    return code("outcome", row.outcome, language)


def intensity_words(answer: RedlineAnswer, language: Language) -> Iterator[str]:
    """Yield the investment intensity against the local standard, when an investment was given."""
    found = answer.intensity
    if found is not None:
        key = {True: "redline.intensity_passes", False: "redline.intensity_fails", None: "redline.intensity"}
        yield say(key[found.passes], language, invested=found.investment_wan, per_mu=found.per_mu,
                  standard=found.standard_per_mu, source=answer.check.study.standards.source)  # fmt: skip


def unused_lines(answer: RedlineAnswer, language: Language) -> Iterator[str]:
    """Yield the rules that do not judge the red line, a line for each reason."""
    yield from applied.lines(answer.not_applied, lambda rule: rule_title(answer.check, rule, language), language)


def net_words(answer: RedlineAnswer, language: Language) -> str:
    """Return the usable area; where it is not settled, both ends."""
    if answer.withheld:
        return say("word.withheld", language)
    low, high = (measure_text(v, "m2", language) for v in (answer.net_m2, answer.net_hi_m2))
    return low if low == high else f"{low} … {high}"


def ledger_title(answer: RedlineAnswer, line: dict[str, Any], language: Language) -> str:
    """Return the title of a ledger line."""
    if line["step"] == 0:
        return say("ledger.gross", language)
    if line["layer_id"] in ("whole", "?"):
        return say("ledger.whole" if line["layer_id"] == "whole" else "ledger.unsure", language)
    return rule_title(answer.check, answer.check.rule(line["rule_id"]), language)
