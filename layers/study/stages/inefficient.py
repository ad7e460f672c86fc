"""The stage of inefficient land: local criteria on supplied land, and land of urban renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.study.registers import inefficient, mu
from layers.study.run.stage import Stage

if TYPE_CHECKING:
    from layers.study.run.plan import Plan


def _slice(plan: Plan) -> Any:
    chosen = [inefficient.pack(n, plan.folder).model_dump(mode="json") for n in plan.study.inefficient]
    scored = [p.model_dump(mode="json") for p in mu.packs(plan.study, plan.folder)]
    return [chosen, scored, plan.sources("redevelopment", "signal")]


INEFFICIENT = Stage(
    name="inefficient",
    slice=_slice,
    build=inefficient.build,
)  # fmt: skip
