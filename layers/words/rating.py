"""Projects rated, in words: places, points by facts and by people, what would raise each, the reserve library."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.rank import reserve
from geo.rank.rating import OPEN, RANKED, REJECTED, SUFFIX
from geo.rank.spec import CriteriaSet, Criterion
from layers.ask import listed, rated
from layers.ask.rated import Rated
from layers.library.reserve import FILE as RESERVE
from layers.study.run.results import Results
from layers.text import Language, both, code, has, joined, say, sentence
from layers.words import criteria as words
from layers.words import office
from layers.words.office import origin
from layers.words.project_card import result_sentence

MOST = 3
"""Ways to more points a line of the list names."""


def title(found: Rated, criterion_id: str, language: Language) -> str:
    """Return the title of a criterion, before it that of the criterion it is a part of."""
    criterion = _criterion(found, criterion_id)
    own = words.title(criterion, language)
    group = next((g for g in found.criteria.groups if g.id == criterion.group), None)
    return own if group is None else say("rating.part", language, group=both(group.title, language), part=own)


def set_title(name: str, criteria: CriteriaSet, language: Language) -> str:
    """Return what a set is called: a short word of ours, or its own title."""
    return say(f"ratingset.{name}", language) if has(f"ratingset.{name}") else both(criteria.title, language)


def item(name: str, criteria: CriteriaSet, language: Language) -> str:
    """Return what is scored, in words: one of ours, or the title of the criterion that reads it."""
    own = next((c for c in criteria.criteria if c.by == "people" and c.fact == name + SUFFIX), None)
    return (
        words.title(own, language)
        if own is not None and not has(f"rateditem.{name}")
        else code("rateditem", name, language)
    )


def item_in(results: Results, name: str, language: Language) -> str:
    """Return what is scored, in words, whichever set of the study asks for it."""
    some = rated.sets(results.folder).values()
    asks = next((s for s in some if name in rated.people(s)), None)
    return item(name, asks, language) if asks is not None else code("rateditem", name, language)


def _criterion(found: Rated, criterion_id: str) -> Criterion:
    return next(c for c in found.criteria.criteria if c.id == criterion_id)


def ranking(found: Rated, language: Language) -> pd.DataFrame:
    """Return the list, machine names: state, place, points by facts and by people, the greatest step up."""
    names, made = listed.names(found.results), found.rating
    return pd.DataFrame(
        [
            {
                "project_id": r["project_id"], "name": names[str(r["project_id"])],
                "state": code("ratingstate", r["state"], language), "rank": r["rank"],
                "place": r["place"] if r["state"] == OPEN else math.nan, "score": r["score"],
                "score_high": r["score_high"], "by_facts": r["by_facts"], "by_people": r["by_people"],
                "raise": next(iter(raises(found, str(r["project_id"]), language, 1)), ""),
                "why": "" if r["state"] == RANKED else result_sentence(found.results, r, language),
            }
            for r in rows(made.ranking)
        ],
        columns=["project_id", "name", "state", "rank", "place", "score", "score_high", "by_facts", "by_people",
                 "raise", "why"],
    )  # fmt: skip


def raises(found: Rated, project_id: str, language: Language, most: int = MOST) -> list[str]:
    """Say what would raise a project, the greatest gain first; nothing of one that is rejected."""
    state = found.rating.ranking.set_index("project_id")["state"].get(project_id)
    frame = found.rating.raises
    mine = frame[frame["project_id"] == project_id].head(most)
    return [] if state == REJECTED else [_raise(found, r, language) for r in rows(mine)]


def _raise(found: Rated, row: dict[str, Any], language: Language) -> str:
    criterion = _criterion(found, str(row["criterion_id"]))
    at = {k: words.value(criterion, row[k], row[k], "", language) for k in ("value", "wanted")}
    return say(f"rating.{row['way']}", language, title=title(found, criterion.id, language), gain=row["gain"], **at)


def lines_of(found: Rated, project_id: str, language: Language) -> pd.DataFrame:
    """Return every criterion of a project, machine names; its points add up to the score."""
    made = found.rating.lines
    mine = rows(made[made["project_id"] == project_id])
    return pd.DataFrame(
        [
            {
                "criterion": title(found, str(r["criterion_id"]), language), "by": code("ratingby", r["by"], language),
                "value": words.value(_criterion(found, str(r["criterion_id"])), r["value"], r["value_hi"], "",
                                     language),
                "weight": r["weight"], "points": r["points"], "points_hi": r["points_hi"],
                "mark": _mark(_criterion(found, str(r["criterion_id"])), language),
            }
            for r in mine
        ],
        columns=["criterion", "by", "value", "weight", "points", "points_hi", "mark"],
    )  # fmt: skip


def _mark(criterion: Criterion, language: Language) -> str:
    return say("word.unverified", language) if criterion.unverified else ""


def scores(found: Rated, language: Language, project_id: str = "") -> pd.DataFrame:
    """Return every score given, with person, ground and day, machine names; what counts for nothing says so."""
    names, lost = listed.names(found.results), set(found.unused)
    some = [s for s in found.scores if project_id in ("", s.project_id)]
    return pd.DataFrame(
        [
            {"project_id": s.project_id, "name": names.get(s.project_id, ""),
             "item": item_in(found.results, s.item, language), "points": s.points, "person": s.person,
             "ground": s.ground, "on": s.on.isoformat(), "note": say("rating.unused", language) if s in lost else ""}
            for s in some
        ],
        columns=["project_id", "name", "item", "points", "person", "ground", "on", "note"],
    )  # fmt: skip


def library(found: Rated, language: Language) -> pd.DataFrame:
    """Return the reserve library: every project with its state and the reasons, machine names."""
    names, order = listed.names(found.results), {s: k for k, s in enumerate(reserve.STATES)}
    table = found.reserve.assign(order=found.reserve["state"].map(order)).sort_values(["order", "project_id"])
    return pd.DataFrame(
        [
            {"project_id": r["project_id"], "name": names[str(r["project_id"])],
             "state": code("reservestate", r["state"], language),
             "why": joined([sentence(w, language, **_worded(w.values, language)) for w in r["reasons"]], language,
                           apart=True)}
            for r in rows(table)
        ],
        columns=["project_id", "name", "state", "why"],
    )  # fmt: skip


def _worded(values: Any, language: Language) -> dict[str, Any]:
    """Return the columns of a reason by their headings."""
    return {"columns": [say(f"column.{c}", language) for c in values["columns"]]} if "columns" in values else {}


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of these tables."""
    return {str(c): say(f"ratinglist.{c}", language) for c in frame}


def titled(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return one of these tables under its headings."""
    return frame.rename(columns=heads(frame, language))


def notes(found: Rated, language: Language) -> tuple[str, ...]:
    """Return what stands under the list: the set, how it counts, what is not verified."""
    made = found.criteria
    open_ = [title(found, c.id, language) for c in made.criteria if c.unverified]
    out = [say("rating.head", language, title=both(made.title, language), count=len(found.rating.ranking)),
           both(made.note, language), say("rating.how", language)]  # fmt: skip
    return tuple(t for t in (*out, say("rating.unverified", language, criteria=open_) if open_ else "") if t)


def reserve_notes(found: Rated, language: Language) -> tuple[str, ...]:
    """Return what stands over the reserve library: how many are where, and where its rules come from."""
    counts = reserve.counted(found.reserve)
    told = [say("reserve.count", language, word=code("reservestate", s, language), count=n) for s, n in counts.items()]
    lost = office.lost(found.lost, RESERVE.name, {}, language)
    return (joined(told, language), *lost, origin(found.rules, language))


def text(found: Rated, language: Language) -> Iterator[str]:
    """Yield the lines of the answer for the command line."""
    yield from notes(found, language)
    names = listed.names(found.results)
    for r in rows(found.rating.ranking):
        name = names[str(r["project_id"])]
        if r["state"] == REJECTED:
            yield say("rating.line_rejected", language, project=r["project_id"], name=name,
                      why=result_sentence(found.results, r, language))  # fmt: skip
            continue
        yield say(f"rating.line_{r['state']}", language, place=r["place"], project=r["project_id"], name=name,
                  score=r["score"], high=r["score_high"], facts=r["by_facts"], people=r["by_people"])  # fmt: skip
        yield from (f"    {line}" for line in raises(found, str(r["project_id"]), language))
    for lost in found.unused:
        yield say("rating.lost", language, project=lost.project_id, item=item_in(found.results, lost.item, language),
                  person=lost.person)  # fmt: skip


def reserve_text(found: Rated, language: Language) -> Iterator[str]:
    """Yield the reserve library for the command line."""
    yield from reserve_notes(found, language)
    for r in rows(library(found, language)):
        yield say("reserve.line", language, **r)


def plain(found: Rated) -> dict[str, Any]:
    """Return the answer as plain values for scripts; what is not known is None."""
    made = found.rating
    library_ = [{"project_id": r["project_id"], "state": r["state"], "reasons": [w.code for w in r["reasons"]]}
                for r in rows(found.reserve)]  # fmt: skip
    scores_ = [{"project_id": s.project_id, "item": s.item, "person": s.person, "points": s.points,
                "ground": s.ground, "on": s.on.isoformat()} for s in found.scores]  # fmt: skip
    return {
        "set": found.criteria.id, "ranking": bare(made.ranking.drop(columns="reason")), "lines": bare(made.lines),
        "raises": bare(made.raises), "scores": scores_, "reserve": library_,
    }  # fmt: skip


def bare(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain values; what is not known is None."""
    return rows(frame.astype(object).where(frame.notna(), None))
