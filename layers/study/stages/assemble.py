"""The stage of the sites: land that may be assembled, blocks, and the best sets for each demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geo import study as flow
from geo.assemble import available
from geo.assemble.fabric import Fabric, woven
from layers.study.registers import assembly, inefficient
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan


def _slice(plan: Plan) -> Any:
    own = plan.study.assembly
    return [own.model_dump(mode="json"), assembly.meaning(own), plan.distances, plan.sources("redevelopment")]


def _build(work: Work) -> Tables:
    study = work.plan.study
    ground, fabric = prepared(work)
    asked = assembly.demands(study.assembly, work.table("demand"), work.table("gate_results"))
    least, limits = study.assembly.area_min_m2, assembly.limits(study.assembly)
    made = flow.assemble(fabric, asked, least, limits, assembly.around(study, work), work.progress)
    shapes = {"shape_ground": ground.nodes, "shape_patches": ground.patches}
    return made | {"availability": ground.availability} | shapes


def prepared(work: Work) -> tuple[available.Ground, Fabric]:
    """Return the land sorted for assembling, and who borders whom."""
    own = work.plan.study.assembly
    sources = assembly.sources(work.plan.study, work.inputs, work.table, inefficient.renewal_of(work))
    ground = available.sort(sources, assembly.available(own), assembly.classes(own), work.basis)
    return ground, woven(ground.nodes, ground.patches, assembly.joining(own))


ASSEMBLE = Stage(
    name="assemble",
    slice=_slice,
    build=_build,
)  # fmt: skip
