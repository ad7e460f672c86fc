"""How a study assembles sites: its section, the shipped meaning of codes, and what it measures against."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.assemble.available import Sources
from geo.assemble.sites import Around
from geo.assemble.spec import Available, Classes, CutRule, Demand, Joining, Limits, UseGroup
from geo.project.gate import MEMBERSHIP
from layers import toml
from layers.library import standards
from layers.study.registers.supply import plan_schemes
from layers.study.spec import Assembly, Study

FILE = Path(__file__).resolve().parents[3] / "data" / "assembly" / "present-use.toml"
GROUPS: Mapping[str, UseGroup] = {g: g for g in ("cultivated", "farm", "construction", "unused")}


@cache
def shipped() -> Mapping[str, Any]:
    """Return what codes mean where a study does not say."""
    return toml.read(FILE)


def meaning(assembly: Assembly) -> dict[str, Any]:
    """Return the effective crossings, barriers, roads and planned uses, as plain values."""
    own = assembly.model_dump()
    names = ("crossings", "barriers", "roads", "plan_uses")
    return {n: own[n] if own[n] is not None else shipped()[n] for n in names}


def classes(assembly: Assembly) -> Classes:
    """Return what codes mean for the core."""
    found = meaning(assembly)
    lists = {n: {s: tuple(c) for s, c in found[n].items()} for n in ("barriers", "roads", "plan_uses")}
    return Classes(crossings=found["crossings"], group=group, **lists)


def group(scheme: str, code: str) -> UseGroup:
    """Return the statistical group of a present use; "" for a code nobody knows."""
    known = standards.of_scheme(scheme)
    found = known.group_of(code) if known else None
    return GROUPS.get(found.id, "") if found else ""


def available(assembly: Assembly) -> Available:
    """Return which land may be assembled."""
    return Available(frozenset(assembly.statuses), frozenset(assembly.supply_statuses))


def limits(assembly: Assembly) -> Limits:
    """Return what every site must keep."""
    return Limits(
        min_width_m=assembly.min_width_m,
        rect_length_m=assembly.rect_length_m,
        rect_width_m=assembly.rect_width_m,
        min_compactness=assembly.min_compactness,
        max_owners=assembly.max_owners,
        max_townships=assembly.max_townships,
        max_parks=assembly.max_parks,
        tenures=frozenset(assembly.tenures) or None,
    )


def cut_rule(assembly: Assembly) -> CutRule:
    """Return when land may be cut."""
    return CutRule(assembly.cut, assembly.remnant_min_m2, assembly.remnant_min_width_m)


def joining(assembly: Assembly) -> Joining:
    """Return when two pieces are neighbours."""
    return Joining(assembly.tolerance_m, assembly.shared_m)


def demands(own: Assembly, demand: pd.DataFrame, gates: pd.DataFrame) -> list[Demand]:
    """Return what the projects of a study ask for.

    A project that no park admits, whose land is not known, or that only may be one of the list
    asks for nothing. Where the
    land it may get is a range, a site within the range is taken whole.
    """
    rows = demand.merge(
        gates[["project_id", "result", "unknowns", "parks", "parks_unknown"]], on="project_id", how="left"
    )
    rows = rows[(rows["result"] != "conflict") & (rows["land_m2"] > 0)].sort_values("project_id")
    rows = rows[[MEMBERSHIP not in str(cell).split("|") for cell in rows["unknowns"]]]
    return [_demand(own, row) for row in rows.to_dict("records")]


def _demand(own: Assembly, row: Mapping[Any, Any]) -> Demand:
    base = limits(own)
    hall = sorted((_number(row["hall_length_m"]), _number(row["hall_width_m"])), reverse=True)
    if min(hall) > 0:
        base = replace(base, rect_length_m=hall[0], rect_width_m=hall[1])
    low, high = float(row["land_m2"]), _number(row["land_hi_m2"])
    parks = {p for name in ("parks", "parks_unknown") for p in str(row[name] or "").split("|")} - {"", "nan"}
    return Demand(
        demand_id=str(row["project_id"]),
        land_min_m2=low,
        land_max_m2=max(low, high),
        limits=base,
        cut=cut_rule(own),
        objective=own.objective,
        keep=own.keep,
        parks=frozenset(parks) or None,
    )


def _number(value: Any) -> float:
    """Return a number; what is not given asks for nothing."""
    return 0.0 if value is None or math.isnan(float(value)) else float(value)


def sources(study: Study, inputs: Any, table: Any, renewal: gpd.GeoDataFrame | None = None) -> Sources:
    """Return the tables and plans assembling reads; `table` hands over a table by name, `renewal` is the land of it."""
    schemes = plan_schemes(study, inputs)
    return Sources(
        **{name: table(name) for name in ("land", "parcels", "candidates", "supply", "stacks")},
        plans=[inputs.layers[name] for name in schemes],
        schemes=schemes,
        renewal=renewal,
    )


def around(study: Study, work: Any) -> Around:
    """Return what sites are measured against."""
    inputs = work.inputs
    return Around(
        parcels=work.table("parcels"),
        supply=work.table("supply"),
        buildings=tuple(inputs.layers[s.id] for s in study.with_role("building") if s.id in inputs.layers),
        access=study.assembly.access,
        layers=inputs.layers,
        rasters=inputs.rasters,
        distances=work.plan.distances,
        basis=work.basis,
        classes=classes(study.assembly),
        remnant_m2=study.assembly.remnant_min_m2,
    )


def is_transport(scheme: str, code: str) -> bool:
    """Tell whether a class of present use carries traffic (铁路、公路、城镇村道路 …); an unknown class does not."""
    return code in shipped()["transport"].get(scheme, ())
