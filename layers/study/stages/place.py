"""The stage of placing: headroom read, red lines as sites, the pipeline matched, capacity told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from geo import study as flow
from geo.basis.tables import empty
from geo.place import land, sources
from geo.place.base import Base
from geo.place.later import from_day
from geo.place.worth import Objective
from layers.library import resources, standards
from layers.library.roles import Role
from layers.study import check_sites, load, wishes
from layers.study.check_sites import RedlineContext
from layers.study.registers import facilities, parks, quota_sources, zones
from layers.study.run.stage import Stage, Tables, Work

if TYPE_CHECKING:
    from layers.study.run.plan import Plan

ROLES: tuple[Role, ...] = ("facility", "budget", "earmark", "quota_source")


def _slice(plan: Plan) -> Any:
    study = plan.study
    return [
        study.as_of.isoformat(), study.objective, plan.edits.plain(*wishes.EDITS), plan.sources(*ROLES),
        check_sites.contents(plan.folder, plan.edits),
    ]  # fmt: skip


def _build(work: Work) -> Tables:
    plan = work.plan
    names = {p.park_id: p.name for p in parks.read(plan.study, work.inputs).parks}
    opened = facilities.read(plan.study, plan.folder, work.inputs, tuple(names))
    lines = check_sites.read(plan.folder, plan.edits, _ground(work))
    made: Tables = {"check_sites": lines.sites, "check_members": lines.members, "earmarks": opened.earmarks}
    told = [*opened.findings, *lines.findings]
    made["quota_sources"] = quota_sources.read(plan.study, plan.folder, opened.budgets, told)
    made["place_problems"] = load.problems(tuple(told))

    def read(name: str) -> pd.DataFrame:
        return made[name] if name in made else work.table(name)

    growth = sources.growth(made["quota_sources"])
    given = _with_sources(opened.given, made["quota_sources"])
    base = Base(read, work.has, given, resources.counted(), plan.study.land_source, growth,
                parks=tuple(s.id for s in plan.study.with_role("park")))  # fmt: skip
    asked = wishes.question(plan.study.as_of, Objective(plan.study.objective), plan.edits.plain(*wishes.EDITS))
    found = flow.place(base, asked, work.progress)
    accounts = land.of_parks(base.park_land, names)
    made["park_land"] = accounts.assign(name=accounts["park_id"].map(names)).reindex(columns=empty("park_land").columns)
    later = from_day(base, asked, found.answer)
    made["place_from"] = pd.DataFrame({"project_id": list(later), "from_on": pd.to_datetime(list(later.values()))})
    return made | dict(found.tables)


def _with_sources(given: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """Name, beside the source of an account, the land consolidation that is in its limit."""
    named = quota_sources.of_account(listed)
    pairs = zip(given["account"].astype(str), given["source"].astype(str), strict=True)
    texts = ["；".join((source, *named.get(account, ()))) for account, source in pairs]
    return given.assign(source=texts) if named else given


def _ground(work: Work) -> RedlineContext:
    study = work.plan.study
    open_ = list(parks.doubtful(study, work.inputs).values())
    return RedlineContext(
        gpd.GeoDataFrame(work.table("land")), parks.shapes(study, work.inputs), _flags, work.land_id, study.crs,
        shapely.union_all(open_) if open_ else None,
    )  # fmt: skip


def _flags(scheme: str, code: str) -> frozenset[str] | None:
    """Return what converting a land class draws; None for a class nobody knows."""
    known = standards.of_scheme(scheme)
    group = known.group_of(code) if known else None
    if group is None:
        return None
    entry = resources.entry("forest_quota")
    wooded = entry is not None and code.startswith(entry.classes.get(scheme, ()))
    return frozenset(group.flags) | ({"forest"} if wooded else frozenset())


def _zones(work: Work) -> Tables:
    accounts, findings = zones.read(work.plan.study, work.plan.folder)
    made = zones.evaluated(work.plan.study.evaluation, accounts)
    return made | {"zone_accounts": accounts, "zone_problems": load.problems(findings)}


ZONES = Stage(
    name="zones",
    slice=lambda plan: [plan.study.evaluation.model_dump(mode="json"), plan.sources(*zones.ROLES)],
    build=_zones,
)  # fmt: skip
PLACE = Stage(
    name="place",
    slice=_slice,
    build=_build,
)  # fmt: skip
