"""What the dossier and the workbook of a red line both write, row by row, in the reader's words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.polygon import orient

from geo.basis.area import basis
from geo.basis.reason import Reason, reason
from geo.basis.tables import rows
from geo.measure.fabric import composition
from geo.rules.terms import AREA_TESTS
from geo.screen.ledger import UNSURE_LINE, settled
from layers.ask.redline import Constraint, RedlineAnswer
from layers.library.standards import of_scheme
from layers.outputs.redline_words import ledger_title
from layers.study.run.layer_rows import rows_used
from layers.study.run.released import masks
from layers.text import Language, both, code, say, sentence
from layers.words.explain import rule_title

NOTHING_M2 = 0.005
"""Areas below this are not printed as taken: half of the last digit of 0.01 m²."""


@dataclass(frozen=True)
class Planned:
    """Planned use of some ground of the red line: class, limits as the file gives them, m² before and after the cut."""

    layer: str
    use: str
    far_min: str
    far_max: str
    height_max_m: str
    before_m2: float
    after_m2: float


@dataclass(frozen=True)
class Step:
    """One line of the ledger, m²; `taken_m2` is what this step takes out of what was left.

    What is taken is NaN where nothing is proved taken and something may be (待核实).
    """

    title: str
    taken_m2: float
    exclusive_m2: float
    shared_m2: float
    unknown_m2: float
    left_m2: float
    unsure: bool


@dataclass(frozen=True)
class Vertex:
    """One boundary point: X is north and Y is east, metres, study CRS."""

    plot: str
    ring: int
    label: str
    north: float
    east: float


def tenure_word(value: str, language: Language) -> str:
    """Return state or collective land with its code; a code nobody listed stands as it is."""
    known = of_scheme("QSXZ")
    group = known.group_of(value) if known and value else None
    if not value:
        return say("word.not_known", language)
    return f"{both(group.title, language)} {value}" if group else value


def word_of(row: Constraint, after: bool, language: Language) -> str:
    """Return 不涉及, 压占 (界外 where land must lie inside) or 待核实; a rule left aside says so."""
    if row.aside:
        return code("severity", "not_examined", language)
    outcome = row.after_outcome if after else row.outcome
    if outcome == "conflict" and row.rule.severity == "prefer":
        return say("dossier.not_preferred", language)
    if outcome == "conflict" and row.rule.test == "outside_m2":
        return say("dossier.outside", language)
    if outcome == "conflict" and row.rule.test not in AREA_TESTS:
        return say("dossier.beyond", language)
    return code("outcome", outcome, language)


def title_of(answer: RedlineAnswer, row: Constraint, language: Language) -> str:
    """Return the title of a rule, starred when a figure of it rests on memory."""
    return rule_title(answer.check, row.rule, language) + ("*" if row.rule.unverified else "")


def hidden(answer: RedlineAnswer, row: Constraint) -> bool:
    """Tell whether the rule stands on a use-only layer: its clause would name it."""
    return row.rule.id in masks(answer.check).rule_names.values()


def clause_of(answer: RedlineAnswer, row: Constraint, language: Language) -> str:
    """Return the clause a rule quotes, with its mark; nothing for a use-only layer."""
    if hidden(answer, row):
        return say("word.sensitive", language)
    text = both(row.rule.clause, language) or both(row.rule.document, language)
    mark = say("word.unverified", language) if row.rule.unverified else ""
    return " ".join(part for part in (text, f"({mark})" if mark and text else mark) if part)


def why_unknown(answer: RedlineAnswer, row: Constraint, language: Language, titles: str = "") -> str:
    """Say why a rule cannot be answered; the finding of the file when there is one."""
    layer = titles or rule_title(answer.check, row.rule, language)
    if not row.cause:
        return say("dossier.unsettled", language, layer=layer)
    problems = answer.check.table("problems")
    same = problems[(problems["layer_id"] == row.rule.layer) & (problems["code"] == row.cause)]
    given = Reason.from_json(same["reason"].iloc[0]) if len(same) and not hidden(answer, row) else reason(row.cause)
    return sentence(given, language, layer=layer)


def steps(answer: RedlineAnswer, language: Language) -> tuple[Step, ...]:
    """Return the ledger of the red line; the last line of doubt takes nothing by itself."""
    out, before = [], math.nan
    for line in rows(answer.ledger):
        unsure = line["layer_id"] == UNSURE_LINE
        taken = 0.0 if unsure or math.isnan(before) else before - line["left_m2"]
        doubt = 0.0 if unsure else line["unknown_m2"]
        own, alone, shared = (settled(area, doubt) for area in (taken, line["exclusive_m2"], line["shared_m2"]))
        title = ledger_title(answer, line, language)
        out.append(Step(title, own, alone, shared, line["unknown_m2"], line["left_m2"], unsure))
        before = before if unsure or math.isnan(line["left_m2"]) else line["left_m2"]
    return tuple(out)


def planned(answer: RedlineAnswer) -> tuple[Planned, ...] | None:
    """Return the planned use of the red line by class and limits, largest first.

    None when the study has no plan layer that can be quoted. Ground outside every planned
    plot is a row without a class.
    """
    study, found, quoted = answer.check.study, [], False
    measured = basis(study.area, study.crs, tuple(answer.plots.total_bounds))
    for spec in study.with_role("plan"):
        rows = rows_used(answer.check, spec) if not spec.use_only else None
        if rows is None:
            continue
        quoted = True
        names = ("use", "far_min", "far_max", "height_max_m")
        fields = {name: rows.texts(name) for name in names}
        areas = []
        for frame in (answer.plots, answer.land):
            shapes = frame.geometry.to_numpy()
            ids = np.full(len(shapes), spec.id, object)
            areas.append(composition(ids, shapes, rows.shapes, fields, measured).groupby(list(names))["area_m2"].sum())
        for key in sorted(set(areas[0].index) | set(areas[1].index)):
            before, after = (float(a.get(key, 0.0)) for a in areas)
            after = math.nan if answer.withheld else after
            use, far_min, far_max, height = key
            found.append(Planned(spec.title or spec.id, use, far_min, far_max, height, before, after))
    return tuple(sorted(found, key=lambda p: -p.before_m2)) if quoted else None


def vertices(answer: RedlineAnswer, after: bool) -> Iterator[Vertex]:
    """Yield the boundary points before or after the cut, clockwise, shells before holes.

    Points are counted through each plot, as in the boundary TXT this tool writes; closing
    points are not repeated.
    """
    frame = answer.land if after else answer.plots
    many = after and frame["part"].nunique() > 1
    for k, (plot, shape) in enumerate(zip(frame["parcel_id"], frame.geometry, strict=True)):
        name = f"{plot}-{frame['part'].iloc[k]}" if many else plot
        number = 1
        rings = [r for part in shapely.get_parts(shape) for r in shapely.get_rings(orient(part, -1.0))]
        for position, ring in enumerate(rings, 1):
            for east, north in shapely.get_coordinates(ring)[:-1]:
                yield Vertex(name, position, f"J{number}", float(north), float(east))
                number += 1
