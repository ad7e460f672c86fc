"""A ranking and the explanation of a site as lines of text, for the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.reason import Reason
from geo.basis.tables import rows
from geo.rank.ahp import Compared
from geo.rank.robust import Draws
from layers.ask.ranked import Ranked
from layers.study.registers.criteria import draws_of
from layers.study.run.results import Results
from layers.text import Language, both, land_unit, number, say
from layers.words import criteria as words
from layers.words.explain_site import CriterionLine, SiteExplanation
from layers.words.project_card import result_sentence

SHOWN = 20


def ranking_text(results: Results, made: Ranked, language: Language, count: int = SHOWN) -> Iterator[str]:
    """Yield the lines of a ranking: the best, what is not ranked and why, how far the order holds."""
    if made.ranking.empty:
        yield say("rank.no_sites", language)
        return
    weighting = say(f"rank.{made.criteria.weighting}", language)
    name = both(made.criteria.title, language) or made.criteria.id
    yield say(f"rank.head_{made.criteria.unit}", language, sites=len(made.ranking), title=name, weighting=weighting)
    about = _about(results, made, language)
    ranked = made.ranking[made.ranking["rank"].notna()]
    for row in rows(ranked.head(count)):
        yield from _unit(results, made, row, about.get(str(row[made.criteria.unit_id]), ""), language)
    yield from _infeasible(results, made, language)
    yield from tolerance_text(made, language)
    if made.comparison is not None:
        yield comparison_text(made.comparison, words.titles(made.criteria.criteria, language), language)
    yield second_opinion(ranked.rename(columns={made.criteria.unit_id: "unit"}), language)
    unverified = [words.title(c, language) for c in made.criteria.criteria if c.unverified]
    if unverified:
        yield say("rank.unverified", language, criteria=unverified)


def _about(results: Results, made: Ranked, language: Language) -> dict[str, str]:
    """Return what stands behind each unit: the usable area of a site, the name of a project."""
    if made.criteria.unit == "project":
        projects = results.table("projects")
        return dict(zip(projects["project_id"], projects["name"].astype(str), strict=True))
    unit = land_unit(language).word
    areas = results.table("sites").set_index("site_id")["net_m2"]
    return {str(s): say("rank.usable", language, net=number(float(a), unit, language)) for s, a in areas.items()}


def _unit(results: Results, made: Ranked, row: dict[str, object], about: str, language: Language) -> Iterator[str]:
    draws, known = draws_of(results.study), row["score"] == row["score_high"]
    yield say(
        "rank.line_known" if known else "rank.line", language, rank=row["rank"], site=row[made.criteria.unit_id],
        score=row["score"], high=row["score_high"], low=row["rank_low"], worst=row["rank_high"], inner=draws.inner,
        top=draws.top, share=row["top_share"], about=about,
    )  # fmt: skip
    if row["state"] == "unknown":
        yield f"    {words.why(str(row['reason']), made.criteria.criteria, language)}"


def _infeasible(results: Results, made: Ranked, language: Language) -> Iterator[str]:
    out = made.ranking[made.ranking["state"] == "infeasible"]
    if out.empty:
        return
    yield say("rank.infeasible_count", language, count=len(out))
    for row in rows(out.head(SHOWN)):
        barred = "gates" in Reason.from_json(row["reason"]).values
        told = (
            result_sentence(results, row, language)
            if barred
            else words.why(row["reason"], made.criteria.criteria, language)
        )
        yield say("rank.infeasible_line", language, site=row[made.criteria.unit_id], why=told)


def as_plain(made: Ranked) -> dict[str, object]:
    """Return a ranking as plain values for programs; what is not known is None."""
    told: dict[str, object] = {
        name: frame.astype(object).where(frame.notna(), None).to_dict("records")
        for name, frame in (("ranking", made.ranking.drop(columns="reason")), ("tolerance", made.tolerance))
    }
    ratio = None if made.comparison is None else made.comparison.ratio
    return told | {"weights": made.weights, "weighting": made.criteria.weighting, "consistency_ratio": ratio}


def tolerance_text(made: Ranked, language: Language) -> Iterator[str]:
    """Yield how far each weight can move, the tightest first."""
    moving = made.tolerance.dropna(subset=["weight_low", "weight_high"], how="all")
    if moving.empty:
        return
    room = pd.concat([moving["weight"] - moving["weight_low"], moving["weight_high"] - moving["weight"]], axis=1)
    titles = words.titles(made.criteria.criteria, language)
    yield say("rank.tolerance_head", language)
    for row in rows(moving.loc[room.min(axis=1).sort_values(kind="stable").index]):
        yield say("rank.tolerance_line", language, title=titles[row["criterion_id"]], weight=row["weight"],
                  moves=moves_text(row, language))  # fmt: skip


def moves_text(row: dict[str, Any], language: Language) -> list[str]:
    """Say at which weights of one criterion the first place changes, and who passes whom."""
    sides = (("falls", "low"), ("rises", "high"))
    moves = [
        say(f"rank.{word}", language, at=row[f"weight_{side}"], passing=row[f"passing_{side}"],
            passed=row[f"passed_{side}"])
        for word, side in sides if pd.notna(row[f"weight_{side}"])
    ]  # fmt: skip
    return moves or [say("rank.holds", language)]


def comparison_text(found: Compared, titles: dict[str, str], language: Language) -> str:
    """Say whether the comparisons agree, and which to look at again."""
    if found.consistent or found.revisit is None:
        return say("rank.consistent", language, ratio=found.ratio)
    again = found.revisit
    return say("rank.inconsistent", language, ratio=found.ratio, first=titles[again.first],
               second=titles[again.second], given=scale_text(again.given), suggested=scale_text(again.suggested),
               then=again.ratio_then)  # fmt: skip


def scale_text(times: float) -> str:
    """Write a value of Saaty's scale as people say it: 5, or 1/5."""
    if times >= 1.0:
        return f"{times:g}"
    return f"1/{1.0 / times:g}"


def second_opinion(ranked: pd.DataFrame, language: Language) -> str:
    """Say whether TOPSIS puts the same one first; `ranked` has the column ``unit``."""
    first = ranked.loc[ranked["topsis_rank"] == 1.0, "unit"].tolist()
    same = bool(len(ranked)) and ranked["unit"].iloc[0] in first
    told = say("rank.second_same", language) if same else say("rank.second_other", language, site=", ".join(first))
    return say("rank.second", language, agreement=told)


def explanation_text(found: SiteExplanation, top: int, language: Language) -> Iterator[str]:
    """Yield the lines of the explanation of a site; its points add up to its score."""
    yield f"{found.site_id}  {found.state_word}"
    if found.state == "infeasible":
        yield say("rank.explain_not", language, why=found.why)
    else:
        yield say("rank.explain_score", language, score=found.score, high=found.score_high, rank=found.rank,
                  sites=found.sites, best=found.rank_best, worst=found.rank_worst, low=found.rank_low,
                  last=found.rank_high, inner=Draws().inner, top=top, share=found.top_share)  # fmt: skip
        yield found.why
    yield ""
    yield say("rank.explain_points", language)
    for line in found.lines:
        yield from _line(line, language)
    total, most = sum(x.points for x in found.lines), sum(x.points_hi for x in found.lines)
    yield say("rank.explain_sum", language, points=total, most=most)
    if found.twins:
        yield ""
        yield say("rank.explain_twins", language)
        yield from found.twins


def _line(line: CriterionLine, language: Language) -> Iterator[str]:
    open_ = line.points != line.points_hi
    yield "  " + say(
        "rank.explain_line_open" if open_ else "rank.explain_line", language, title=line.title, value=line.value,
        scaled=words.share(line.scaled, line.scaled_hi, language), weight=line.weight, points=line.points,
        most=line.points_hi, mark=say("rank.mark", language) if line.unverified else "",
    )  # fmt: skip
    if open_ or line.scaled_hi == 0.0:
        yield f"      {line.why}"
    yield f"      {line.function} · {line.source}"
