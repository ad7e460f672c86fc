"""The stage of idle land and buildings: the clock of every supply record, the evidence on every asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo import study as flow
from layers.study import load
from layers.study.registers import idle
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan

KNOWN = ("idle_assets", "idle_records", "idle_readings", "idle_marks")


def _slice(plan: Plan) -> Any:
    return [plan.study.as_of.isoformat(), plan.sources(*idle.ROLES), sorted(plan.recovered)]


def _build(work: Work) -> Tables:
    found, findings = idle.known(work, gpd.GeoDataFrame(work.table("parcels")))
    made = flow.idle(found, work.plan.study.as_of, idle.figures())
    made["idle"] = gpd.GeoDataFrame(made["idle"], geometry="geometry", crs=work.plan.study.crs)
    bare = pd.DataFrame(found.assets.drop(columns=["geometry"]))
    tables = (bare, found.records, found.readings, found.marks)
    return made | dict(zip(KNOWN, tables, strict=True)) | {"idle_problems": load.problems(findings)}


IDLE = Stage(
    name="idle",
    slice=_slice,
    build=_build,
)
