"""The stages of the stock: what stands empty in buildings, whom it would suit, and what images show."""

from __future__ import annotations

from geo.idle import reuse
from layers.study import buildings, imagery
from layers.study.stages.stage import Stage, Tables, Work


def _reuse(work: Work) -> Tables:
    demand = reuse.proved(work.table("demand"))
    return {"reuse": reuse.match(demand, work.table("building_sites")).table()}


BUILDINGS = Stage(
    name="buildings",
    writes=("building_sites", "upstairs"),
    code=(
        "geo/idle/vacancy.py", "geo/idle/upstairs.py", "layers/study/buildings.py",
        f"data/standards/{buildings.STANDARD}.toml",
    ),
    slice=lambda plan: [],
    build=buildings.build,
    needs=("load",),
)  # fmt: skip
IMAGERY = Stage(
    name="imagery",
    writes=("imagery", "imagery_change", "imagery_problems"),
    code=(
        "geo/idle/imagery.py", "layers/study/imagery.py", "layers/study/supply.py",
        f"data/standards/{imagery.STANDARD}.toml",
    ),
    slice=lambda plan: [plan.sources("raster", "supply")],
    build=imagery.build,
    needs=("load",),
)  # fmt: skip
REUSE = Stage(
    name="reuse",
    writes=("reuse",),
    code=("geo/idle/reuse.py",),
    slice=lambda plan: [],
    build=_reuse,
    needs=("project", "buildings"),
)
