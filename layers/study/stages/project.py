"""The stage of the projects: register, demand, gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo import study as flow
from geo.measure.every import area_shapes
from geo.project import apart, library, park_lists, planclass, stations
from geo.project.gate import Gates
from layers.library import plan_classes, uses
from layers.study import check_sites, load, wishes
from layers.study.registers import chain, indicators, industry_lists, libraries, norms, parks, projects, supply
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan


def _slice(plan: Plan) -> Any:
    study = plan.study
    rules = _rules(plan)
    aside = [n.model_dump() for n in study.not_examined]
    edits = [[[s, e.version] for s, e in sorted(plan.edits.of("project").items())], _lists(plan)]
    table = indicators.own(study, plan.folder)
    local = [study.standards.model_dump(), table.model_dump(mode="json") if table else None]
    return [study.as_of.isoformat(), local, rules, aside, edits, plan.sources(*projects.ROLES)]


def _rules(plan: Plan) -> Any:
    return [r.model_dump(mode="json") for r in plan.rules if r.industries or r.use_classes]


def _lists(plan: Plan) -> Any:
    return plan.edits.plain(industry_lists.KIND)


def _build(work: Work) -> Tables:
    plan = work.plan
    asked = _asked(work)
    names = {p.park_id: p.name for p in asked.parks.parks}
    register = projects.read(plan.study, plan.folder, names, plan.edits.of("project"))
    ratios = norms.plan_ratios(plan.study, work.inputs, parks.shapes(plan.study, work.inputs))
    table = indicators.own(plan.study, plan.folder)
    figures = norms.norms(
        plan.study.standards, ratios, lambda industry: indicators.demanded(table, plan.study.as_of, industry)
    )
    made = flow.gate_and_demand(register.projects, figures, asked)
    problems: pd.DataFrame = load.problems(register.findings)
    own = {"projects": register.projects, "links": register.links, "link_amounts": register.amounts}
    return made | own | {"project_problems": problems}


def _asked(work: Work) -> Gates:
    plan = work.plan
    table = indicators.own(plan.study, plan.folder)
    found = parks.read(plan.study, work.inputs, industry_lists.decisions(plan.edits))
    return Gates(
        plan.rules, plan.setting.aside, found, lambda industry: norms.least(plan.study, table, industry),
        uses.table(), indicators.limits(table, plan.study.as_of),
    )  # fmt: skip


def _on_sites(work: Work) -> Tables:
    sites = gpd.GeoDataFrame(work.table("sites")).rename(columns={"site_id": "parcel_id"})
    lines = check_sites.shapes(work.plan.folder, work.plan.edits, parks.shapes(work.plan.study, work.inputs))
    whole = pd.concat([sites[["parcel_id", "park_id", "geometry"]], lines], ignore_index=True)
    units = gpd.GeoDataFrame(whole, geometry="geometry", crs=sites.crs)
    units["area_m2"] = work.basis.areas(area_shapes(units.geometry.to_numpy(), work.basis))
    listed = work.table("projects")
    found = flow.site_gates(work.inputs, units, listed, _asked(work), work.basis, work.progress, _plan(work))
    asked = apart.protection(listed, _asked(work))
    found = pd.concat([found, _apart(work, listed, units, asked)], ignore_index=True)
    measured = pd.DataFrame({"site_id": units["parcel_id"].astype(str)})
    return {"site_gates": found, "sites_measured": measured, "protection": asked}


def _plan(work: Work) -> planclass.Plan:
    schemes = supply.plan_schemes(work.plan.study, work.inputs)
    return planclass.Plan([work.inputs.layers[name] for name in sorted(schemes)], schemes, plan_classes.classed)


def _apart(work: Work, listed: pd.DataFrame, units: gpd.GeoDataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Hold every project on every site against the projects people pinned, by the distances the list states."""
    own = apart.limits_of(asked)
    if not own:
        return pd.DataFrame()
    shapes = dict(zip(units["parcel_id"].astype(str), units.geometry, strict=True))
    pins = wishes.wishes(work.plan.edits.plain(*wishes.EDITS)).pins
    pinned = {p: shapes[w.site] for p, w in pins.items() if w.site in shapes}
    severity = "exclude" if asked["binding"].any() else "restrict"
    names = dict(listed[["project_id", "name"]].astype(str).to_numpy())
    return apart.site_rows(own, shapes, pinned, names).assign(severity=severity)


def _chain(work: Work) -> Tables:
    study = work.plan.study
    firms, opened, found = chain.firms(study, work.plan.folder)
    links, listed = work.table("links"), work.table("projects")
    places = parks.shapes(study, work.inputs)
    made = flow.chain_fit(listed, links, firms, places, chain.terms())
    doubtful = parks.doubtful(study, work.inputs)
    near = stations.table(listed, links, firms, places, chain.terms().radius_m)
    near.loc[near["park_id"].isin(list(doubtful)), ["firms", "unnamed"]] = float("nan")
    return {
        "chain_fit": chain.left_open(made, doubtful),
        "chain_stations": near,
        "firms": opened,
        "chain_problems": load.problems(found),
    }


def _libraries(work: Work) -> Tables:
    """Read the libraries and link them with projects, links of the chain and parks by what their files state."""
    given, found = libraries.read(work.plan.study, work.plan.folder)
    tables = {name: work.table(name) for name in ("projects", "links", "firms")}
    parks_ = parks.read(work.plan.study, work.inputs).parks
    entries, links, lost = library.table(given, tables, {p.park_id: p.name for p in parks_})
    found += libraries.lost(given, lost)
    return {"library_entries": entries, "library_links": links, "library_problems": load.problems(found)}


def _park_lists(work: Work) -> Tables:
    asked, study = _asked(work), work.plan.study
    links = work.table("links")
    grounds = parks.shapes(study, work.inputs)
    ids = [p.park_id for p in asked.parks.parks]
    units = gpd.GeoDataFrame({"parcel_id": ids, "park_id": ids}, geometry=[grounds[i] for i in ids], crs=study.crs)
    units["area_m2"] = work.basis.areas(area_shapes(units.geometry.to_numpy(), work.basis))
    codes = industry_lists.industries(asked.parks.parks, [*links["from_industry"], *links["to_industry"]])
    found = flow.site_gates(work.inputs, units, park_lists.as_projects(codes), asked, work.basis, work.progress)
    return {"park_industries": park_lists.table(codes, asked, found)}


PROJECT = Stage(
    name="project",
    slice=_slice,
    build=_build,
)  # fmt: skip
CHAIN = Stage(
    name="chain",
    slice=lambda plan: plan.sources("enterprise"),
    build=_chain,
)  # fmt: skip
LIBRARIES = Stage(
    name="libraries",
    slice=lambda plan: plan.sources(*libraries.ROLES),
    build=_libraries,
)  # fmt: skip
SITES = Stage(
    name="sitegates",
    slice=lambda plan: [_rules(plan), check_sites.contents(plan.folder, plan.edits), plan.edits.plain("pin"),
                        [[s.id, s.land_use_scheme] for s in plan.study.with_role("plan")]],
    build=_on_sites,
)  # fmt: skip
PARKLISTS = Stage(
    name="parklists",
    slice=lambda plan: [_rules(plan), _lists(plan), [n.model_dump() for n in plan.study.not_examined]],
    build=_park_lists,
)  # fmt: skip
