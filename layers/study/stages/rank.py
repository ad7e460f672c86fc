"""The stage that ranks the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo import study as flow
from layers.study.registers import criteria
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan


def _slice(plan: Plan) -> Any:
    asked = plan.study.ranking
    return [plan.criteria.model_dump(mode="json"), asked.top, asked.draws, asked.around]


def _build(work: Work) -> Tables:
    return flow.rank(work.table("sites"), work.plan.criteria, criteria.draws_of(work.plan.study))


RANK = Stage(
    name="rank",
    slice=_slice,
    build=_build,
)
