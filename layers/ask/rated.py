"""Projects of a run rated by a set (评价), with what named people scored; who is in the reserve library.

Nothing here is written but a score, which counts at once: tables and scores are read when they are asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank import facts, rating, reserve
from geo.rank.rating import Rating, Score
from geo.rank.spec import CriteriaSet
from layers.ask import names
from layers.ask.listed import only_own, project_id
from layers.ask.names import LostName
from layers.library import reserve as reserve_table
from layers.library.reserve import ReserveTable
from layers.study import edits
from layers.study.edits import Edit
from layers.study.registers import criteria
from layers.study.run.results import Results

DEFAULT = "ankang"
KIND = "score"


@dataclass(frozen=True)
class Rated:
    """Projects rated: the set, the answer, every score given, those that count for nothing, the reserve library."""

    results: Results
    criteria: CriteriaSet
    rating: Rating
    scores: tuple[Score, ...]
    unused: tuple[Score, ...]
    reserve: pd.DataFrame
    rules: ReserveTable
    lost: tuple[LostName, ...]


def sets(folder: Path) -> dict[str, CriteriaSet]:
    """Return the sets that rate the projects of a study by name: the shipped ones people score in, then its own.

    Raises
    ------
    SpecError
        A set of the study is not as it must be.
    """
    shipped, own = ({n: criteria.named(n, folder) for n in some} for some in (criteria.names(), criteria.own(folder)))
    return {n: s for n, s in (shipped | own).items() if s.unit == "project" and (n in own or people(s))}


def people(rates: CriteriaSet) -> tuple[str, ...]:
    """Return what people score in a set."""
    return rating.items(rates.criteria)


def given(folder: Path) -> tuple[Score, ...]:
    """Return the scores that count now, by project, item and person."""
    found = edits.current(folder).of(KIND).values()
    made = [Score(str(e.value["project"]), str(e.value["item"]), e.person, float(e.value["points"]), e.reason,
                  datetime.fromisoformat(e.at).date()) for e in found]  # fmt: skip
    return tuple(sorted(made, key=lambda s: (s.project_id, s.item, s.person)))


def units(results: Results) -> pd.DataFrame:
    """Return the projects with their facts and what people scored."""
    links = results.table("links") if results.has("links") else None
    return rating.scored(facts.of_projects(results.table("projects"), links), given(results.folder))


def rated(results: Results, name: str = DEFAULT) -> Rated:
    """Rate the projects of a run.

    Raises
    ------
    BlockedError
        The project list is use-only.
    SpecError
        No such set, or it is none for projects.
    """
    only_own(results)
    asked = criteria.named(name, results.folder)
    if asked.unit != "project":
        raise CallError(reason("criteria_set_for_sites", name=name, known=list(sets(results.folder))))
    gates, scores = results.table("gate_results"), given(results.folder)
    made = rating.rate(units(results), gates, asked)
    known, wanted = set(results.table("projects")["project_id"].astype(str)), set(rating.items(asked.criteria))
    unused = tuple(s for s in scores if s.project_id not in known or s.item not in wanted)
    rules = reserve_table.table(results.folder)
    listed = reserve.library(results.table("projects"), made, gates, rules.rules, results.study.as_of)
    return Rated(results, asked, made, scores, unused, listed, rules, names.in_reserve(results, rules))


def give(results: Results, project: str, item: str, points: float, person: str, why: str) -> Edit:
    """Keep what a person scored; their earlier score of the same stays in the history.

    Raises
    ------
    CallError
        Points outside 0 to 100, an item no set knows, no person or no ground.
    BlockedError
        No such project.
    """
    subject = project_id(results, project)
    known = sorted({i for s in sets(results.folder).values() for i in people(s)})
    if item not in known:
        raise CallError(reason("score_item_unknown", item=item, known=known))
    if not (math.isfinite(points) and rating.LEAST <= points <= rating.MOST):
        raise CallError(reason("score_out_of_range", points=points))
    value = {"project": subject, "item": item, "points": points}
    return edits.record(results.folder, KIND, key(subject, item, person), value, person, why)


def take_back(results: Results, project: str, item: str, person: str, why: str) -> None:
    """Take a person's score back."""
    edits.withdraw(results.folder, KIND, key(project_id(results, project), item, person), person, why)


def key(project: str, item: str, person: str) -> str:
    """Return the subject of an edit: one score a project, an item and a person."""
    return f"{project}/{item}/{person.strip()}"
