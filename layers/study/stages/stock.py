"""The stage of the buildings: what stands empty in them."""

from __future__ import annotations

from layers.study import buildings
from layers.study.stages.stage import Stage

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
