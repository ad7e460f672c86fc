"""Why a site scores what it scores: every criterion with what was read, what it earns, and its weight."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.basis.tables import rows
from geo.rank.spec import Criterion
from geo.rank.twins import READ
from layers.ask.ranked import Bench, Ranked, bench
from layers.study.run.results import Results
from layers.text import Language, both, say
from layers.words import criteria as words

DIFFERENCES = 3
"""Differences told of a twin; the greatest come first."""


@dataclass(frozen=True)
class CriterionLine:
    """One criterion on one site, in words; `scaled × weight × 100` is `points`."""

    criterion_id: str
    title: str
    value: str
    scaled: float
    scaled_hi: float
    weight: float
    points: float
    points_hi: float
    why: str
    function: str
    source: str
    unverified: bool


@dataclass(frozen=True)
class SiteExplanation:
    """Everything the ranking says about one site, in one language; null where it is not ranked."""

    site_id: str
    state: str
    state_word: str
    why: str
    score: float
    score_high: float
    rank: float
    rank_best: float
    rank_worst: float
    rank_low: float
    rank_high: float
    top_share: float
    sites: int
    lines: tuple[CriterionLine, ...]
    twins: tuple[str, ...]


def is_site(results: Results, site_id: str) -> bool:
    """Tell whether the run ranks a site of that id."""
    return results.has("ranking") and bool((results.table("ranking")["site_id"] == site_id).any())


def explain_site(results: Results, site_id: str, language: Language = "en") -> SiteExplanation:
    """Explain one site as the run ranked it.

    Raises
    ------
    BlockedError
        No site of that id; close ids are named.
    """
    tables = {name: results.table(name) for name in ("ranking", "scores")}
    return _explained(bench(results), tables["ranking"], tables["scores"], site_id, language)


def of_trial(desk: Bench, trial: Ranked, site_id: str, language: Language = "en") -> SiteExplanation:
    """Explain one site as a trial of weights ranks it; raises as `explain_site`."""
    return _explained(desk, trial.ranking, trial.scores, site_id, language)


def _explained(
    desk: Bench, ranking: pd.DataFrame, scores: pd.DataFrame, site_id: str, language: Language
) -> SiteExplanation:
    found = ranking[ranking["site_id"] == site_id]
    if found.empty:
        near = difflib.get_close_matches(site_id, ranking["site_id"].tolist(), n=3, cutoff=0.5)
        raise BlockedError(reason("site_unknown_near" if near else "site_unknown", site=site_id, near=near))
    row = found.iloc[0]
    lines = {str(r["criterion_id"]): r for r in rows(scores[scores["site_id"] == site_id])}
    criteria = desk.criteria.criteria
    weights = {name: float(r["weight"]) for name, r in lines.items()}
    return SiteExplanation(
        site_id=site_id,
        state=str(row["state"]),
        state_word=say(f"rank.{row['state']}", language),
        why=words.why(row["reason"], criteria, language),
        **{name: float(row[name]) for name in ("score", "score_high", "rank", "rank_best", "rank_worst",
                                                 "rank_low", "rank_high", "top_share")},
        sites=int(ranking["rank"].notna().sum()),
        lines=tuple(_line(c, lines[c.id], language) for c in criteria),
        twins=_twins(desk, site_id, weights, language),
    )  # fmt: skip


def _line(criterion: Criterion, row: Mapping[str, Any], language: Language) -> CriterionLine:
    return CriterionLine(
        criterion_id=criterion.id,
        title=words.title(criterion, language),
        value=words.value(criterion, row["value"], row["value_hi"], str(row["code"]), language),
        **{n: float(row[n]) for n in ("scaled", "scaled_hi", "weight", "points", "points_hi")},
        why=words.why(row["reason"], (criterion,), language),
        function=words.function(criterion, language),
        source=both(criterion.source, language),
        unverified=criterion.unverified,
    )


def _twins(desk: Bench, site_id: str, weights: dict[str, float], language: Language) -> tuple[str, ...]:
    by_id = {c.id: c for c in desk.criteria.criteria}
    out = []
    for twin, apart in desk.twins(site_id, weights).groupby("site_id", sort=False):
        told = [
            say("rank.twin_difference", language, title=words.title(by_id[r["criterion_id"]], language),
                value=_read(by_id[r["criterion_id"]], r, "twin_", language),
                own=_read(by_id[r["criterion_id"]], r, "", language))
            for r in rows(apart.head(DIFFERENCES)) if r["gap"] > 0.005
        ]  # fmt: skip
        alike = [say("rank.twin_alike", language)]
        out.append(say("rank.twin_line", language, site=twin, distance=apart["distance"].iloc[0],
                       differences=told or alike))  # fmt: skip
    return tuple(out)


def _read(criterion: Criterion, row: dict[str, Any], side: str, language: Language) -> str:
    low, high, code = (row[f"{side}{name}"] for name in READ)
    return words.value(criterion, low, high, code, language)
