"""The stages of the stock: what stands empty in buildings, whom it would suit, and what images show."""

from __future__ import annotations

from geo import study as flow
from layers.study.registers import buildings, imagery
from layers.study.run.stage import Stage, Tables, Work


def _reuse(work: Work) -> Tables:
    return flow.reuse(work.table("demand"), work.table("building_sites"), work.table("projects"))


BUILDINGS = Stage(
    name="buildings",
    slice=lambda plan: [],
    build=buildings.build,
)  # fmt: skip
IMAGERY = Stage(
    name="imagery",
    slice=lambda plan: [plan.sources("raster", "supply")],
    build=imagery.build,
)  # fmt: skip
REUSE = Stage(
    name="reuse",
    slice=lambda plan: [],
    build=_reuse,
)
