"""A project argued by departments, in words: a table a department, what it still has to answer, where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pandas as pd

from geo.basis.age import Text
from geo.basis.tables import rows
from geo.rules.spec import Rule
from layers.ask import rated
from layers.ask.argued import ANSWERED, NO_NAME, NO_RULE, NONE, STATES, Argued, ArguedPoint
from layers.library import argument, resources
from layers.library.argument import ArgumentQuestion, Department
from layers.study import packs
from layers.text import Language, both, code, has, joined, say, sentence
from layers.words import answers, office, project_card, rating
from layers.words.explain import cause_sentence, layer_title, marked_title
from layers.words.measures import held_to
from layers.words.office import origin
from layers.words.pipeline import park_names
from layers.words.place_lines import unit_text

COLUMNS = ("department", "question", "item", "known", "state", "basis")
_UNITS = {
    "power_kva": "kva",
    "water_m3d": "m3d",
    "sewage_m3d": "m3d",
    "heat_th": "th",
    "energy_tce": "tce",
    "emergency_m3": "m3",
    "peak_pcuh": "pcuh",
}


@cache
def _shipped() -> dict[str, Text]:
    """Return the titles of all shipped rules: a rule a study does not have is named all the same."""
    return {r.id: r.title for name in packs.shipped() for r in packs.pack(name, packs.PACKS).rules}


class _Words:
    """Writes the points of a project in one language."""

    def __init__(self, found: Argued, language: Language) -> None:
        self.found, self.language = found, language
        self._gates = {g.gate_id: g for g in project_card.card(found.results, found.project_id, language).gates}

    @cached_property
    def _rated(self) -> rated.Rated:
        return rated.rated(self.found.results, self.found.table.head.set)

    def row(self, point: ArguedPoint) -> dict[str, str]:
        """Return a point as a line of the table, machine names."""
        department, question = _of(self.found, point)
        known = self._known(point)
        return {
            "department": both(department.title, self.language), "question": both(question.title, self.language),
            "item": self.item(point), "known": known, "state": code("arguestate", point.state, self.language),
            "basis": self._basis(point),
        }  # fmt: skip

    def item(self, point: ArguedPoint) -> str:
        """Return what a point is about; "" where it is the question itself."""
        if not point.item or point.said == NO_NAME:
            return point.item
        if point.kind == "demand":
            name = {"land_m2": "land_need", "land_max_m2": "land_max"}.get(point.item, point.item)
            return code("demanditem", name, self.language)
        if point.kind in ("fact", "site"):
            return project_card.title(point.item, self.language) if has(f"column.{point.item}") else point.item
        if point.kind == "capacity":
            return resources_title(point.item, self.language)
        if point.kind == "rating":
            return rating.title(self._rated, point.item, self.language)
        rule = self._rule(point)
        if rule is not None:
            return marked_title(self.found.results, rule, self.language)
        shipped = _shipped().get(point.item) if point.said == NO_RULE else None
        if shipped is not None:
            return both(shipped, self.language)
        return project_card.gate_title(self.found.results, point.item, self.language)

    def _known(self, point: ArguedPoint) -> str:
        language = self.language
        if point.state == NONE:
            return ""
        if point.state == ANSWERED:
            return answers.stands(self.found, point.department, point.question, language)
        if point.said:
            return say(f"argue.{point.said}", language)
        if point.kind in ("fact", "demand", "site"):
            return self._figure(point)
        if point.kind == "gate" and point.item in self._gates and not point.reason:
            gate = self._gates[point.item]
            return joined([t for t in (gate.outcome_word, held_to(gate.value, gate.limit, language)) if t], language)
        if point.kind == "ledger" and point.item:
            return project_card.span(point.low, point.high, "m2", language)
        if point.kind == "rating":
            return say("argue.points", language, points=project_card.span(point.low, point.high, "", language))
        if point.kind == "capacity" and point.item:
            return self._left(point)
        return self._why(point) if point.reason else ""

    def _why(self, point: ArguedPoint) -> str:
        """Return the reason of a gate on the site; it names the layer its rule reads."""
        rule = self._rule(point)
        if rule is None:
            return sentence(point.reason, self.language)
        return cause_sentence(point.reason, layer_title(self.found.results, rule, self.language), self.language)

    def _rule(self, point: ArguedPoint) -> Rule | None:
        return next((r for r in self.found.results.rules if r.id == point.item), None)

    def _figure(self, point: ArguedPoint) -> str:
        if point.text or (point.low != point.low and point.high != point.high):
            return project_card.fact_text(point.item, point.text, self.language)
        if point.kind == "fact":
            return project_card.fact_text(point.item, point.low, self.language)
        unit = "m2" if point.item.endswith("_m2") else _UNITS.get(point.item, "t" if point.item.endswith("_t") else "")
        return project_card.span(point.low, point.high, unit, self.language)

    def _left(self, point: ArguedPoint) -> str:
        """Say what is needed and what is left, in the unit of the resource."""
        entry = resources.entry(point.item)
        unit = entry.unit if entry is not None else ""
        need, left = (
            project_card.span(low, high, "", self.language)
            for low, high in ((point.low, point.high), (point.left, point.left))
        )
        key = "left_after" if self.found.site_id else "left"
        return say(f"argue.{key}", self.language, need=need, left=left, unit=unit_text(unit, self.language))

    def _basis(self, point: ArguedPoint) -> str:
        gate = self._gates.get(point.item) if point.kind == "gate" and not point.reason else None
        if gate is not None:
            return " · ".join(filter(None, (gate.why, gate.clause, gate.mark)))
        rule = self._rule(point)
        layer = self.found.results.layer(rule.layer) if rule is not None and rule.layer else None
        secret = layer is not None and layer.use_only
        if rule is not None and point.kind in ("rule", "site_gate", "ledger", "gate") and not secret:
            return both(rule.clause, self.language)
        return say(f"argue.from_{point.kind}", self.language)

    def to_answer(self, points: Iterable[ArguedPoint]) -> str:
        """Return what is left to answer: by question and state, with the items of each."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for point in points:
            line = self.row(point)
            grouped.setdefault((line["question"], line["state"]), []).extend(filter(None, [line["item"]]))
        told = [
            say("argue.open", self.language, name=question if not items else say(
                "argue.of", self.language, question=question, item=joined(items, self.language)), state=state)
            for (question, state), items in grouped.items()
        ]  # fmt: skip
        return joined(told, self.language, apart=True)


def resources_title(name: str, language: Language) -> str:
    """Return the name of a resource."""
    return code("resource", name, language)


def _of(found: Argued, point: ArguedPoint) -> tuple[Department, ArgumentQuestion]:
    department = next(d for d in found.table.departments if d.id == point.department)
    return department, next(q for q in department.questions if q.id == point.question)


def listed(found: Argued, language: Language) -> pd.DataFrame:
    """Return every point, machine names: those of `COLUMNS`, and what the department answers to its question."""
    words = _Words(found, language)
    made = [words.row(p) | {"answer": answers.stands(found, p.department, p.question, language)} for p in found.points]
    return pd.DataFrame(made, columns=[*COLUMNS, "answer"])


@dataclass(frozen=True)
class ArguedSection:
    """A department: id, title with the count, its lines, what it still has to answer, since when, what it answered.

    Parameters
    ----------
    department, title : str
    frame : DataFrame
        Machine names, without the department.
    told, waiting : str
        `waiting` says for how long the department has been asked; "" where nothing is open.
    answers : DataFrame
        Machine names (`layers.words.answers.COLUMNS`): every answer that stands.
    """

    department: str
    title: str
    frame: pd.DataFrame
    told: str
    waiting: str
    answers: pd.DataFrame


def sections(found: Argued, language: Language) -> Iterator[ArguedSection]:
    """Yield each department with its lines, what it still has to answer, and what it answered."""
    words = _Words(found, language)
    for department in found.table.departments:
        mine = [p for p in found.points if p.department == department.id]
        open_ = found.open_of(department.id)
        frame = pd.DataFrame([words.row(p) for p in mine], columns=list(COLUMNS)).drop(columns="department")
        left = words.to_answer(open_)
        told = say("argue.to_answer", language, count=len(open_), items=left) if open_ else say("argue.done", language)
        head = say("argue.section", language, department=both(department.title, language), lines=len(mine),
                   open=len(open_))  # fmt: skip
        waiting = answers.waiting(found, department, language) if open_ else ""
        said = answers.listed(found, language, department.id)
        yield ArguedSection(department.id, head, frame, told, waiting, said)


def head(found: Argued, language: Language) -> tuple[str, ...]:
    """Return what stands over the sections: the project, its result, where it is placed, how many points are how."""
    card = project_card.card(found.results, found.project_id, language)
    parks = park_names(found.results)
    where = say("argue.placed" if found.site_id else "argue.not_placed", language, site=found.site_id,
                park=parks.get(found.park_id, found.park_id) or say("word.not_known", language))  # fmt: skip
    of = {s: sum(p.state == s for p in found.points) for s in STATES}
    counts = [say("argue.count", language, word=code("arguestate", s, language), count=n) for s, n in of.items() if n]
    return (say("argue.head", language, id=found.project_id, name=found.name, result=card.result_word), card.why, where,
            joined(counts, language))  # fmt: skip


def notes(found: Argued, language: Language) -> tuple[str, ...]:
    """Return what stands under the sections: how states are meant, names nothing has, where it comes from."""
    titles = {d.id: both(d.title, language) for d in found.table.departments}
    return (
        *office.lost(found.lost, argument.FILE.name, titles, language),
        *answers.lost(found, language),
        say("argue.how", language),
        origin(found.table, language),
    )


def heads(frame: pd.DataFrame, language: Language) -> dict[str, str]:
    """Return the headings of the table."""
    return {str(c): say(f"arguelist.{c}", language) for c in frame}


def text(found: Argued, language: Language) -> Iterator[str]:
    """Yield the argument for the command line."""
    yield from head(found, language)
    for one in sections(found, language):
        yield ""
        yield one.title
        for r in rows(one.frame):
            yield "    " + say("argue.line", language, **r)
        yield f"    {one.told}"
        yield from (f"    {line}" for line in (one.waiting, *answers.lines(one.answers, language)) if line)
    yield ""
    yield from notes(found, language)


def plain(found: Argued) -> dict[str, Any]:
    """Return the argument as plain values for scripts."""
    points = [{k: None if v != v else v for k, v in vars(p).items()} for p in found.points]
    return {
        "project_id": found.project_id, "site_id": found.site_id, "park_id": found.park_id, "points": points,
        "unknown_names": [vars(n) for n in found.lost], "answers": answers.plain(found.answers),
        "open": {d.id: len(found.open_of(d.id)) for d in found.table.departments},
    }  # fmt: skip
