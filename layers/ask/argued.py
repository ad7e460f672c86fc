"""A project argued by departments (联合论证): what the run knows to each question, and what is left to answer.

A figure that stands is stated, a rule that holds is met; what is not known, a procedure that is due and what only the
department can say are left for it to answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.basis.units import hi
from geo.project.pairs import ANY
from layers.ask import answers, names, rated, standing
from layers.ask.answers import Answers
from layers.ask.listed import only_own, project_id
from layers.ask.names import LostName
from layers.library import argument, resources
from layers.library.argument import REST, ArgumentQuestion, ArgumentTable
from layers.library.resources import ResourceEntry
from layers.study.run.results import Results

STATED, CLEAR, CONFLICT, DUE, UNKNOWN, ASKED, ANSWERED, NONE = (
    "stated", "clear", "conflict", "due", "unknown", "asked", "answered", "none",
)  # fmt: skip
STATES = (CONFLICT, DUE, UNKNOWN, ASKED, ANSWERED, STATED, CLEAR, NONE)
OPEN = (DUE, UNKNOWN, ASKED)
"""What a department still has to answer."""
SLIGHT_M2 = 0.01
NO_RULE, NO_SITE, NO_NAME, NOTHING = "no_rule", "no_site", "no_name", "nothing"
"""What is to be said of a point that has neither figure nor gate: words of the namespace `argue`."""


@dataclass(frozen=True)
class ArguedPoint:
    """One line of a question: what was read, its state, and its figure.

    Parameters
    ----------
    department, question, kind : str
    item : str
        Column, gate, rule, resource or criterion; "" where the question itself is meant.
    state : str
        One of `STATES`.
    low, high : float
        The figure and its upper end; of a resource what the project needs of it, in the unit of the resource.
    text : str
        A value that is no number.
    reason : str
        Of a gate in a park or on a site.
    said : str
        One of `NO_RULE`, `NO_SITE`, `NO_NAME`, `NOTHING`.
    left : float
        Of a resource: what the park has left, after the project where it is placed.
    """

    department: str
    question: str
    kind: str
    item: str
    state: str
    low: float = math.nan
    high: float = math.nan
    text: str = ""
    reason: str = ""
    said: str = ""
    left: float = math.nan


@dataclass(frozen=True)
class Argued:
    """A project argued: points, questions, its site ("" none), names that mean nothing, what departments answered."""

    results: Results
    project_id: str
    name: str
    table: ArgumentTable
    points: tuple[ArguedPoint, ...]
    site_id: str
    park_id: str
    lost: tuple[LostName, ...]
    answers: Answers

    def open_of(self, department: str) -> list[ArguedPoint]:
        """Return what a department still has to answer."""
        return [p for p in self.points if p.department == department and p.state in OPEN]


def argued(results: Results, project: str) -> Argued:
    """Argue a project.

    Raises
    ------
    BlockedError
        No such project, or the project list is use-only.
    SpecError
        The questions of the study are not as they must be.
    """
    only_own(results)
    known = argument.table(results.folder)
    about = _About(results, project_id(results, project), known)
    lost = names.in_argument(results, known)
    points = tuple(
        ArguedPoint(department=d.id, question=q.id, kind=q.kind, **found)
        for d in known.departments for q in d.questions
        for found in _answers(about, q, [n.name for n in lost if n.by == (d.id, q.id)])
    )  # fmt: skip
    said = answers.of_project(results.folder, about.project_id)
    points = tuple(_heard(p, said) for p in points)
    name = str(about.row["name"])
    return Argued(results, about.project_id, name, known, points, about.site_id, about.park_id, lost, said)


def _heard(point: ArguedPoint, said: Answers) -> ArguedPoint:
    """Close what only the department could say and has said; figures and rules stay as the run proves them."""
    heard = point.state == ASKED and said.stands(point.department, point.question) is not None
    return replace(point, state=ANSWERED) if heard else point


@dataclass(frozen=True)
class _About:
    """What the questions read: the tables cut down to one project and its site."""

    results: Results
    project_id: str
    table: ArgumentTable

    def mine(self, table: str) -> list[dict[str, Any]]:
        if not self.results.has(table):
            return []
        frame = pd.DataFrame(self.results.table(table))
        return rows(frame[frame["project_id"].astype(str) == self.project_id])

    @cached_property
    def row(self) -> dict[str, Any]:
        return self.mine("projects")[0]

    @cached_property
    def match(self) -> dict[str, Any]:
        return standing.standing(self.results).get(self.project_id, {})

    @property
    def site_id(self) -> str:
        return str(self.match.get("site_id") or "")

    @property
    def park_id(self) -> str:
        return str(self.match.get("park_id") or self.row.get("wish_park_id") or "")

    @property
    def in_building(self) -> bool:
        return str(self.match.get("kind", "")) == "building"

    @cached_property
    def site(self) -> dict[str, Any]:
        if not self.site_id or self.in_building:
            return {}
        return standing.land(self.results).get(self.site_id, {})

    @cached_property
    def on_site(self) -> dict[str, dict[str, Any]]:
        """What each gate on the land says of the project where it stands; empty while it stands nowhere.

        A measured site that is not listed passes; of one that was not measured nothing is known.
        """
        mine = [g for g in self.mine("site_gates") if self.site_id]
        at: dict[str, dict[str, Any]] = {
            site: {str(g["gate_id"]): _said_of(g) for g in mine if str(g["site_id"]) == site}
            for site in (ANY, self.site_id)
        }
        measured = self.results.has("sites_measured") and self.site_id in set(
            self.results.table("sites_measured")["site_id"].astype(str)
        )
        others = {gate: {"state": CLEAR} for gate in at[ANY]} if measured else at[ANY]
        return others | at[self.site_id]

    def asks(self, question: ArgumentQuestion, item: str) -> bool:
        """Tell whether a question is the one that asks about a rule: named first, the rest by who asks the rest."""
        if any(fnmatchcase(item, name) for name in question.names if name != REST):
            return True
        others = (q for d in self.table.departments for q in d.questions if q.kind == question.kind)
        named = any(fnmatchcase(item, name) for q in others for name in q.names if name != REST)
        return REST in question.names and not named


_Found = Iterator[dict[str, Any]]


def _answers(about: _About, question: ArgumentQuestion, lost: Sequence[str]) -> _Found:
    """Yield what is known to a question; a name that means nothing leaves it open."""
    read = question.model_copy(update={"names": tuple(n for n in question.names if n not in lost)})
    found = [*_READ[question.kind](about, read), *({"item": n, "state": UNKNOWN, "said": NO_NAME} for n in lost)]
    yield from found or [{"item": "", "state": NONE}]


def _figure(row: Mapping[str, Any], item: str) -> dict[str, Any]:
    value = row.get(item)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low = float(value)
        high = float(row.get(hi(item), low))
        open_ = math.isnan(low) or math.isnan(high) or high > low
        return {"item": item, "low": low, "high": high, "state": UNKNOWN if open_ else STATED}
    text = "" if value is None or pd.isna(value) else str(value)
    return {"item": item, "text": text, "state": STATED if text else UNKNOWN}


def _fact(about: _About, question: ArgumentQuestion) -> _Found:
    yield from (_figure(about.row, name) for name in question.names)


def _demand(about: _About, question: ArgumentQuestion) -> _Found:
    row = next(iter(about.mine("demand")), {})
    yield from (_figure(row, name) for name in question.names)


def _state(gate: Mapping[str, Any]) -> str:
    """Return the state of a row of `gates` or `site_gates`."""
    return DUE if gate["outcome"] == CONFLICT and gate["severity"] in ("procedure", "prefer") else str(gate["outcome"])


def _said_of(gate: Mapping[str, Any]) -> dict[str, Any]:
    return {"state": _state(gate), "reason": str(gate["reason"])}


def _gate(about: _About, question: ArgumentQuestion) -> _Found:
    for name in question.names:
        judged = {str(g["park_id"]): g for g in about.mine("gates") if str(g["gate_id"]) == name}
        if about.park_id and about.park_id in judged:  # what its own park says, not that some park would do
            yield {"item": name} | _said_of(judged[about.park_id])
        elif "" in judged:
            yield {"item": name, "state": _state(judged[""])}
        elif name in about.on_site:
            yield {"item": name} | about.on_site[name]
        elif judged:
            yield {"item": name, "state": UNKNOWN, "said": NO_SITE}
        else:  # a rule that names other industries does not apply; one the study does not have judged nothing
            has = any(r.id == name for r in about.results.rules)
            yield {"item": name, "state": NONE if has else UNKNOWN, "said": "" if has else NO_RULE}


def _unplaced(about: _About) -> _Found:
    """Say that a question about the site is open as long as there is none; a building has no land of its own."""
    if about.in_building:
        yield {"item": "", "state": NONE}
    elif not about.site:
        yield {"item": "", "state": UNKNOWN, "said": NO_SITE}


def _site(about: _About, question: ArgumentQuestion) -> _Found:
    yield from (_figure(about.site, name) for name in question.names) if about.site else _unplaced(about)


def _rule(about: _About, question: ArgumentQuestion) -> _Found:
    if not about.site:
        yield from _unplaced(about)
        return
    lines = [
        {"item": item, "state": state}
        for column, state in (("unknowns", UNKNOWN), ("conditions", DUE))
        for item in filter(None, str(about.site.get(column) or "").split("|")) if about.asks(question, item)
    ]  # fmt: skip
    has = any(about.asks(question, r.id) for r in about.results.rules)
    bare = {"item": "", "state": CLEAR if has else UNKNOWN, "said": NOTHING if has else NO_RULE}
    yield from lines or [bare]


def _site_gate(about: _About, question: ArgumentQuestion) -> _Found:
    if not about.site_id:
        yield {"item": "", "state": UNKNOWN, "said": NO_SITE}
        return
    for name, found in about.on_site.items():
        if about.asks(question, name):
            yield {"item": name} | found
    if not any(about.asks(question, r.id) for r in about.results.rules):
        yield {"item": "", "state": UNKNOWN, "said": NO_RULE}


def _ledger(about: _About, question: ArgumentQuestion) -> _Found:
    if not about.site:
        yield from _unplaced(about)
        return
    members, ledger = standing.members(about.results), about.results.table("ledger")
    parcels = set(members.loc[members["site_id"] == about.site_id, "parcel_id"])
    if not parcels & set(ledger["parcel_id"].astype(str)):  # a red line on ground that is part of no usable land
        yield {"item": "", "state": UNKNOWN}
        return
    some = ledger[ledger["parcel_id"].astype(str).isin(parcels) & (ledger["step"] > 0) & (ledger["rule_id"] != "")]
    total = some.groupby("rule_id", sort=True)[["exclusive_m2", "unknown_m2"]].sum()
    if not (total.sum(axis=1) > SLIGHT_M2).any():
        yield {"item": "", "state": CLEAR, "said": NOTHING}
    for item, taken, open_ in total.itertuples():
        if taken + open_ > SLIGHT_M2:
            state = UNKNOWN if open_ > SLIGHT_M2 else STATED
            yield {"item": str(item), "low": float(taken), "high": float(taken + open_), "state": state}


def _capacity(about: _About, question: ArgumentQuestion) -> _Found:
    table = about.results.table("capacity") if about.results.has("capacity") else pd.DataFrame()
    mine = {str(r["resource"]): r for r in rows(table) if str(r["park_id"]) == about.park_id}
    demand = next(iter(about.mine("demand")), {})
    for name in question.names:
        entry, park = resources.entry(name), mine.get(name)
        if entry is not None:
            yield {"item": name} | _left(about, entry, demand, float(park["left"]) if park else math.nan)


def _left(about: _About, entry: ResourceEntry, demand: Mapping[str, Any], left: float) -> dict[str, Any]:
    """Hold what is left against what is needed; where the project is placed, placing has counted it already."""
    if not entry.column and about.in_building:
        return {"state": NONE}
    uncounted = entry.id in str(about.match.get("uncounted", "")).split("|")
    low, high = _asked_of(entry, demand) if entry.column else (math.nan, math.nan)
    if not entry.column and about.match and not uncounted:  # of a site that is divided its share, as placing took it
        low = high = sum(float(d["amount"]) for d in about.mine("draws") if d["resource"] == entry.id)
    if math.isnan(left) or math.isnan(low) or uncounted:
        state = UNKNOWN
    elif about.match:
        state = CLEAR if left >= 0.0 else CONFLICT
    else:
        state = CONFLICT if low > left else CLEAR if high <= left else UNKNOWN
    return {"low": low, "high": high, "left": left, "state": state}


def _asked_of(entry: ResourceEntry, demand: Mapping[str, Any]) -> tuple[float, float]:
    """Return what a project needs of a resource, from … to, in the unit of the resource."""
    low = float(demand.get(entry.column, math.nan))
    return low * entry.factor, float(demand.get(hi(entry.column), low)) * entry.factor


def _rating(about: _About, question: ArgumentQuestion) -> _Found:
    made = rated.rated(about.results, about.table.head.set).rating.lines
    lines = {str(r["criterion_id"]): r for r in rows(made[made["project_id"].astype(str) == about.project_id])}
    for name in (n for n in question.names if n in lines):
        low, high = float(lines[name]["points"]), float(lines[name]["points_hi"])
        open_ = not math.isclose(low, high, abs_tol=1e-9)  # NaN is open too
        yield {"item": name, "low": low, "high": high, "state": UNKNOWN if open_ else STATED}


def _asked(about: _About, question: ArgumentQuestion) -> _Found:
    yield {"item": "", "state": ASKED}


_READ = {
    "fact": _fact, "demand": _demand, "gate": _gate, "site": _site, "rule": _rule, "site_gate": _site_gate,
    "ledger": _ledger, "capacity": _capacity, "rating": _rating, "asked": _asked,
}  # fmt: skip
