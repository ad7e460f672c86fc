"""The stages of the land: load, measure, screen, supply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from geo import study as flow
from layers.study import layer_tables, load
from layers.study.registers import supply
from layers.study.run import memos
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan


def _load_slice(plan: Plan) -> Any:
    study = plan.study
    return [study.crs, study.area, study.as_of.isoformat(), plan.sources(*load.ours())]


def _load(work: Work) -> Tables:
    study, layers = work.plan.study, work.inputs.layers
    shapes = layer_tables.drawn(layers, study.crs) | load.outline(study, work.inputs)
    return flow.load(work.inputs, work.basis) | shapes


def _measure(work: Work) -> Tables:
    plan = work.plan
    what = flow.with_ground(plan.zones, plan.rules, work.inputs.layers)
    memo = memos.opened(plan.folder, memos.WIDTHS)
    tables = flow.measure(work.inputs, what, plan.distances, work.basis, work.progress, memo, work.spread)
    memos.keep(plan.folder, memos.WIDTHS, memo)
    return tables


def _screen_slice(plan: Plan) -> Any:
    rules = [r.model_dump(mode="json") for r in plan.rules]
    aside = [n.model_dump() for n in plan.study.not_examined]
    return [rules, aside, plan.study.use_class, plan.study.screen.model_dump()]


def _screen(work: Work) -> Iterator[Tables]:
    tables = {name: work.figures(name) for name in ("parcels", "zones", "pieces", "facts")}
    return flow.screen_and_cut(work.inputs, tables, work.plan.setting, work.basis, work.progress)


def _supply(work: Work) -> Tables:
    study, folder = work.plan.study, work.plan.folder
    tables = {name: work.table(name) for name in ("parcels", "candidates")}
    opened = supply.read(study, folder, work.inputs.boundary, work.plan.recovered)
    made = flow.supply(work.inputs, tables, opened.register, supply.meaning(study, work.inputs), work.basis)
    told = [*opened.findings, *supply.unplaced(made["supply_records"], opened)]
    return made | {"supply_problems": load.problems(told)}


LOAD = Stage(
    name="load",
    slice=_load_slice,
    build=_load,
)
MEASURE = Stage(
    name="measure",
    slice=lambda plan: [[repr(z) for z in plan.zones], plan.distances],
    build=_measure,
)
SCREEN = Stage(
    name="screen",
    slice=_screen_slice,
    build=_screen,
)
SUPPLY = Stage(
    name="supply",
    slice=lambda plan: [plan.study.as_of.isoformat(), plan.sources("supply"), sorted(plan.recovered)],
    build=_supply,
)  # fmt: skip
