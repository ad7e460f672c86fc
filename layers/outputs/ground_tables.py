"""What a dossier says of the ground of a site: land class by tenure, every rule on its parcels, what they lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from geo.rules.terms import AREA_TESTS
from layers.outputs.dossier_rows import ha_text
from layers.outputs.sheet_tables import area, table
from layers.outputs.word import WordTable
from layers.study.run.results import Results
from layers.text import Language, say
from layers.words import site_ground
from layers.words.explain import LedgerLine, RuleLine


def of_site(results: Results, site: str, language: Language) -> tuple[WordTable, ...]:
    """Return land class by tenure, ledger and rules of the parcels of a site; without rows for what is made of none."""
    parcels = sorted(set(site_ground.members_of(results, site)["parcel_id"].astype(str)))
    whole = say("sheet.whole_parcels", language, count=len(parcels)) if parcels else ""
    return (
        land_use(results, site, language),
        ledger(site_ground.ledger(results, parcels, language), language, whole),
        rules(results, site_ground.rules(results, parcels, language), language, whole),
    )


def land_use(results: Results, site: str, language: Language) -> WordTable:
    """Show the ground of a site by land class and tenure, hectares with four decimals."""
    found = site_ground.land_use(results, site_ground.members_of(results, site), language)
    total = site_ground.UseLine(say("sheet.total", language), "", sum(u.area_m2 for u in found))
    shown = (*found, total) if found else ()
    rows = tuple((u.use, u.tenure, ha_text(u.area_m2, language), area(u.area_m2, language)) for u in shown)
    made = table("land_use", ("use", "tenure", "hectares", "area"), rows, (3.0, 1.8, 1.4, 2.4), language)
    return replace(made, strong=rows[-1:])


def ledger(lines: Sequence[LedgerLine], language: Language, below: str = "") -> WordTable:
    """Show what is deducted, line by line."""
    rows = tuple(
        (line.title, *(area(v, language) for v in (line.taken_m2, line.shared_m2, line.unknown_m2, line.left_m2)))
        for line in lines
    )
    return table(
        "ledger", ("layer", "taken", "shared", "unknown", "left"), rows, (1.9, 1.4, 1.3, 1.3, 1.9), language, below
    )


def rules(results: Results, lines: Sequence[RuleLine], language: Language, below: str = "") -> WordTable:
    """Show every rule with its outcome and what it rests on."""
    rows = tuple(_rule(results, line, language) for line in lines)
    made = table(
        "rules", ("rule", "outcome", "measured", "limit", "basis"), rows, _RULES_WIDE[language], language, below
    )
    return replace(made, numbers=())  # limits in words


_RULES_WIDE = {"zh": (1.75, 0.7, 1.95, 2.1, 3.5), "en": (1.6, 1.05, 2.1, 2.3, 2.95)}
"""Amounts and limits stand in one line each."""


def _rule(results: Results, line: RuleLine, language: Language) -> tuple[str, ...]:
    """Say that nothing is involved only where it is proved; what is not known is to be verified."""
    rule = results.rule(line.rule_id)
    said = line.outcome_word
    if line.outcome == "unknown":
        said = say("sheet.to_verify", language)
    elif line.outcome == "clear" and rule.test in AREA_TESTS and rule.threshold == 0 and rule.operator == "<=":
        said = say("sheet.not_involved", language)
    # of all of them luodi rules tells the age, and the notes what is past
    age = line.age if line.outcome == "conflict" else ""
    read = line.layer if rule.layer else ""  # a rule of the shape itself reads no layer
    dated = line.vintage if rule.layer and results.layer(rule.layer) else ""
    basis = " · ".join(filter(None, (line.clause, line.mark, read, dated, age)))
    return line.title, said, line.measured, line.limit, basis
