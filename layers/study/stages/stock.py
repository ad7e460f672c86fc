"""The stages of the stock: what stands empty in buildings, whom it would suit, and what images show."""

from __future__ import annotations

import pandas as pd

from geo.basis.reason import reason
from geo.idle import reuse
from layers.study.registers import buildings, imagery
from layers.study.run.stage import Stage, Tables, Work


def _reuse(work: Work) -> Tables:
    demand = reuse.proved(work.table("demand"))
    made = reuse.match(demand, work.table("building_sites")).table()
    return {"reuse": _left_open(made, work.table("projects"))}


def _left_open(made: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Leave open what suits a project that only may be one of the list."""
    if "may_belong" not in projects:
        return made
    fields = made["project_id"].map(projects.set_index("project_id")["may_belong"]).fillna("")
    doubtful = (fields != "") & (made["outcome"] == "clear")
    made.loc[doubtful, "outcome"] = "unknown"
    made.loc[doubtful, "reason"] = [
        reason("project_may_belong", fields=f.split("|")).to_json() for f in fields[doubtful]
    ]
    return made


BUILDINGS = Stage(
    name="buildings",
    writes=("building_sites", "upstairs"),
    slice=lambda plan: [],
    build=buildings.build,
    needs=("load",),
)  # fmt: skip
IMAGERY = Stage(
    name="imagery",
    writes=("imagery", "imagery_change", "imagery_problems"),
    slice=lambda plan: [plan.sources("raster", "supply")],
    build=imagery.build,
    needs=("load",),
)  # fmt: skip
REUSE = Stage(
    name="reuse",
    writes=("reuse",),
    slice=lambda plan: [],
    build=_reuse,
    needs=("project", "buildings"),
)
