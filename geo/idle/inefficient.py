"""Inefficient land (低效用地) by local criteria: which criteria of a place a piece of land meets, by the rule engine.

There is no national criterion. A pack speaks for one place; each of its criteria names
rules that must fail and rules that must hold. What is not known of the land leaves the
criterion open; a criterion is never met by missing data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import model_validator

from geo.basis.age import Text
from geo.basis.frozen import Frozen
from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.basis.units import hi
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN, Judgement, Measured, judge
from geo.rules.spec import RulePack
from geo.rules.terms import Terms

Codes = npt.NDArray[np.uint8]
FACTS = (
    "area_mu", "tax_wan_mu", "tax_industry_ratio", "tax_contract_ratio", "tax_growth_pct", "no_tax_months", "far",
    "far_contract_ratio", "empty_mu", "developed_pct", "invested_pct", "stopped_months", "production_stopped_months",
    "idle_code", "unfinished_code", "eliminated_code", "safety_failed_code", "environment_failed_code",
    "rented_out_code", "mu_grade_code",
)  # fmt: skip
"""Facts a criterion can read; codes are 1 for yes and 0 for no."""


class Criterion(Frozen):
    """One criterion of a place.

    Parameters
    ----------
    id, title
    fails, holds : tuple of str
        Rules of the pack: met when all of the first fail and all of the second hold.
    grade : {"", "key"}
        "key" for a list of its own the place keeps (重点名单).
    """

    id: str
    title: Text
    fails: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    grade: Literal["", "key"] = ""


class LocalPack(RulePack):
    """Criteria of one place; a pack without criteria holds targets, which find nothing inefficient."""

    note: Text = Text()
    criteria: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> LocalPack:
        known = {r.id for r in self.rules}
        named = {name for c in self.criteria for name in (*c.fails, *c.holds)}
        if named - known or any(not (c.fails or c.holds) for c in self.criteria):
            raise ValueError("criterion_without_rule")
        if any(r.fact not in FACTS for r in self.rules):
            raise ValueError("criterion_fact_unknown")
        return self


def judged(packs: Sequence[LocalPack], facts: pd.DataFrame) -> pd.DataFrame:
    """Judge land by the criteria of some places.

    Parameters
    ----------
    packs : sequence of LocalPack
    facts : DataFrame
        ``asset_id`` and columns of `FACTS`; an upper end in the column `hi` names. A
        column that is missing, and NaN, are not known.

    Returns
    -------
    DataFrame
        Table `inefficient`: per land, pack and criterion (or target) ``met`` (yes, no,
        unknown) with the rules that decided, or that leave it open.
    """
    parts = [_pack(pack, facts) for pack in packs]
    return pd.concat(parts, ignore_index=True) if parts else empty("inefficient")


def _pack(pack: LocalPack, facts: pd.DataFrame) -> pd.DataFrame:
    ids = facts["asset_id"].to_numpy(object)
    found = judge(pack.rules, ids, lambda rule: _measured(rule, facts))
    parts = [_criterion(pack, c, found) for c in pack.criteria]
    parts += [] if pack.criteria else [_target(pack, k, found) for k in range(len(pack.rules))]
    return pd.concat(parts, ignore_index=True) if parts else empty("inefficient")


def _measured(rule: Terms, facts: pd.DataFrame) -> Measured:
    if rule.fact not in facts:
        return Measured.unbounded(len(facts), "fact_missing")
    low = facts[rule.fact].to_numpy(np.float64)
    top = facts[hi(rule.fact)].to_numpy(np.float64) if hi(rule.fact) in facts else low
    return Measured.interval(low, top, "fact_unknown")


def met(found: Judgement, criterion: Criterion) -> Codes:
    """Return outcome codes of a criterion: CONFLICT where it is met, CLEAR where it is not, else UNKNOWN."""
    place = {rule.id: k for k, rule in enumerate(found.rules)}
    failing = [found.outcome[place[name]] for name in criterion.fails]
    # a rule that must hold is read the other way round
    swap = np.array([UNKNOWN, CONFLICT, CLEAR], np.uint8)
    both = np.stack(failing + [swap[found.outcome[place[name]]] for name in criterion.holds])
    every, none = (both == CONFLICT).all(axis=0), (both == CLEAR).any(axis=0)
    out: Codes = np.where(every, CONFLICT, np.where(none, CLEAR, UNKNOWN)).astype(np.uint8)
    return out


def _criterion(pack: LocalPack, criterion: Criterion, found: Judgement) -> pd.DataFrame:
    code = met(found, criterion)
    place = {rule.id: k for k, rule in enumerate(found.rules)}
    names = (*criterion.fails, *criterion.holds)
    rows = [[OUTCOMES[found.outcome[place[n]][k]] for n in names] for k in range(len(code))]
    why = [_why(pack, criterion.id, names, row, int(c)) for row, c in zip(rows, code, strict=True)]
    return _frame(pack, found, criterion.id, criterion.grade, code, why)


def _target(pack: LocalPack, k: int, found: Judgement) -> pd.DataFrame:
    """Return a target: met when the rule holds."""
    swap = np.array([UNKNOWN, CONFLICT, CLEAR], np.uint8)
    code, name = swap[found.outcome[k]], found.rules[k].id
    why = [_why(pack, name, (name,), [OUTCOMES[found.outcome[k][n]]], int(c)) for n, c in enumerate(code)]
    return _frame(pack, found, name, "target", code, why)


WORDS = ("unknown", "no", "yes")
"""Words of the codes UNKNOWN, CLEAR (not met) and CONFLICT (met)."""


def _frame(pack: LocalPack, found: Judgement, name: str, grade: str, code: Codes, why: Sequence[str]) -> pd.DataFrame:
    columns = {"asset_id": found.unit_ids, "pack": pack.id, "criterion": name, "grade": grade}
    return pd.DataFrame(columns | {"met": np.asarray(WORDS, object)[code], "reason": why})


def _why(pack: LocalPack, name: str, rules: Sequence[str], said: Sequence[str], code: int) -> str:
    unknown = [r for r, word in zip(rules, said, strict=True) if word == "unknown"]
    values = {"pack": pack.id, "criterion": name, "rules": list(rules) if code != UNKNOWN else unknown}
    return reason(f"inefficient_{WORDS[code]}", **values).to_json()


def standing(table: pd.DataFrame) -> pd.DataFrame:
    """Return per land and pack whether it is inefficient: one criterion is enough, all must be ruled out for a no."""
    asked = table[table["grade"] != "target"]
    grouped = asked.groupby(["asset_id", "pack"], observed=True)["met"]
    out = grouped.agg(lambda words: _worst(set(words))).rename("met").reset_index()
    return pd.DataFrame(out)


def _worst(words: set[str]) -> str:
    return "yes" if "yes" in words else "unknown" if "unknown" in words else "no"
