"""Which usable land may be assembled, which patches may be crossed, and why the rest may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.assemble import renewal
from geo.assemble.shared import Shared, shared
from geo.assemble.spec import Available, Classes
from geo.basis.area import AreaBasis
from geo.basis.layer import Geometries, Layer
from geo.basis.reason import Reason, reason
from geo.measure import ridges, robust
from geo.measure.spikes import spikeless
from geo.measure.stacks import LEAST_M2
from geo.screen.planned import doubtful_share, plots_on
from geo.screen.supplied import SLIVER_SHARE, WHOLE_SHARE

Bools = npt.NDArray[np.bool_]
CLEAR, UNKNOWN, NO = "clear", "unknown", "no"


@dataclass(frozen=True)
class Sources:
    """Tables and layers of a study that say what may be assembled.

    Parameters
    ----------
    land : GeoDataFrame
        Table `land`: usable parts.
    parcels, candidates, supply : DataFrame
        Tables of the study; all parcels of `land` have a row in each.
    plans : sequence of Layer
        Planned use; none, missing or stale ones leave the plan unknown.
    schemes : mapping of plan layer to the scheme of its codes
    stacks : DataFrame or None
        Table `stacks`: which parcels overlap; None: none do.
    renewal : GeoDataFrame or None
        Table `redevelopment`: land of urban renewal; None: none is known.
    """

    land: gpd.GeoDataFrame
    parcels: gpd.GeoDataFrame
    candidates: pd.DataFrame
    supply: pd.DataFrame
    plans: Sequence[Layer] = ()
    schemes: Mapping[str, str] | None = None
    stacks: pd.DataFrame | None = None
    renewal: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Ground:
    """Land sorted for assembling.

    Parameters
    ----------
    nodes : GeoDataFrame
        Pieces that may be assembled, what is known of each; ``outcome`` is clear, or
        unknown where a source leaves it open.
    patches : GeoDataFrame
        Pieces that may be crossed: ``parcel_id``, ``part``, ``land_use``,
        ``land_use_scheme``, ``width_m`` (limit).
    availability : DataFrame
        Every part of `land` with outcome (clear, unknown, no) and reason; ground that several
        parcels hold is in the area of one part, ``disputed_m2`` of it judged otherwise by another.
    """

    nodes: gpd.GeoDataFrame
    patches: gpd.GeoDataFrame
    availability: pd.DataFrame


def sort(sources: Sources, allowed: Available, classes: Classes, basis: AreaBasis) -> Ground:
    """Sort the usable parts into what may be assembled, what may be crossed, and the rest.

    Notes
    -----
    Ground planned for a use that may not be assembled is cut off a part; a part of which
    nearly all is planned so is not available. What no plan speaks of stays, marked unknown.
    """
    parts = _parts(sources)
    crossing = np.array(
        [classes.crossing_m(s, c) for s, c in zip(parts["land_use_scheme"], parts["land_use"], strict=True)]
    )
    plan = _planned(parts, sources, classes, basis)
    outcome, why = _judged(parts.join(plan), crossing > 0, allowed, classes)
    # a patch nobody can vouch for is not counted on for a way across
    sure = (parts["may_belong"] == "").to_numpy(bool)
    passable = (crossing > 0) & sure & parts["status"].isin(allowed.statuses).to_numpy()
    passable &= (parts[renewal.SHARE] < WHOLE_SHARE).to_numpy(bool)
    listed = pd.DataFrame({"parcel_id": parts["parcel_id"], "part": parts["part"], "area_m2": parts["net_hi_m2"]})
    listed = listed.assign(disputed_m2=0.0, outcome=outcome, reason=why)
    once = None
    if sources.stacks is not None and len(sources.stacks):
        once = shared(parts, np.where(passable, "cross", outcome), sources.parcels, sources.stacks)
        parts = parts.set_geometry(once.left)
        listed = _listed_once(listed, once, basis)
        parts["also_held_by"] = _also_held_by(parts, once, sources)
    kept = (listed["outcome"] != NO).to_numpy(bool)
    nodes = parts[kept].assign(outcome=outcome[kept], plan_use=plan["plan_use"][kept].to_numpy(object))
    columns = ["parcel_id", "part", "land_use", "land_use_scheme", "geometry"]
    patches = parts.loc[passable, columns].assign(width_m=crossing[passable])
    patches = patches[~patches.geometry.is_empty]
    cuts = plan["barred"].to_numpy(bool)[kept]
    plots = _barred_plots(sources, classes) if cuts.any() else _NOTHING
    made = _cut_up(nodes, cuts, _of(once, kept), plots, basis)
    return Ground(made, gpd.GeoDataFrame(patches.reset_index(drop=True), crs=sources.land.crs), listed)


def _also_held_by(parts: gpd.GeoDataFrame, once: Shared, sources: Sources) -> npt.NDArray[np.object_]:
    """Return per part who else holds its ground by another record: names, ``?`` with the parcel of a nameless one."""
    out = np.full(len(parts), None, object)
    out[:] = [()] * len(parts)
    if sources.stacks is None:
        return out
    beside: dict[str, set[str]] = {}
    for who in sources.stacks.groupby("stack_id")["parcel_id"].agg(list):
        for one in who:
            beside.setdefault(one, set()).update(who)
    names = pd.Series(_owners(pd.DataFrame(sources.parcels)), index=sources.parcels["parcel_id"])
    ground = sources.parcels.set_index("parcel_id").geometry
    for k in np.flatnonzero(once.any_disputed):
        own = parts["parcel_id"].iloc[k]
        others = sorted(beside.get(own, set()) - {own})
        met = [o for o in others if shapely.intersection(ground.loc[o], once.disputed[k]).area > LEAST_M2]
        out[k] = tuple(names.loc[o] or f"?{o}" for o in met)
    return out


_NOTHING = np.empty(0, object)


def _of(once: Shared | None, rows: Bools) -> Shared | None:
    return None if once is None else Shared(once.left[rows], once.disputed[rows], once.others[rows])


def _listed_once(listed: pd.DataFrame, once: Shared, basis: AreaBasis) -> pd.DataFrame:
    """Return the parts with the ground that is theirs; a part of which others keep all is none."""
    area, disputed = (basis.areas(basis.project(s)) for s in (once.left, once.disputed))
    out = listed.assign(
        area_m2=np.where(once.given_up, area, listed["area_m2"]),
        disputed_m2=np.where(once.any_disputed, disputed, 0.0),
    )
    gone = once.given_up & (out["area_m2"] <= LEAST_M2).to_numpy(bool) & (out["outcome"] != NO).to_numpy(bool)
    said = [reason("assembly_shared", parcels=o.split("|")).to_json() for o in once.others[gone]]
    out.loc[gone, "outcome"] = NO
    out.loc[gone, "reason"] = said
    return out


def _parts(sources: Sources) -> gpd.GeoDataFrame:
    """Return the parts of `land` with what the tables say of their parcel."""
    ids = sources.land["parcel_id"].to_numpy(object)
    parcels = pd.DataFrame(sources.parcels).set_index("parcel_id").loc[ids]
    candidates, supply = (t.set_index("parcel_id").loc[ids] for t in (sources.candidates, sources.supply))
    area = sources.land["net_m2"].to_numpy(np.float64)
    doubt = (candidates["net_hi_m2"] - candidates["net_m2"]).to_numpy(np.float64)
    columns: dict[str, object] = {"parcel_id": ids, "part": sources.land["part"].to_numpy(np.int64), "piece": 1}
    columns |= {"net_m2": np.maximum(area - doubt, 0.0), "net_hi_m2": area}
    columns |= {
        n: parcels[n].to_numpy(object) for n in ("land_use", "land_use_scheme", "township", "park_id", "tenure")
    }
    columns |= {n: candidates[n].to_numpy(object) for n in ("status", "conditions", "unknowns")}
    columns["may_belong"] = _doubts(parcels)
    columns["ridge_share"] = np.nan_to_num(ridges.shares(parcels), nan=0.0)
    columns |= {"owner": _owners(parcels), "supply_status": supply["supply_status"].to_numpy(object)}
    net = candidates["net_m2"].to_numpy(np.float64)
    for name, source in (("quota_rate", "new_construction_m2"), ("balance_rate", "balance_m2")):
        with np.errstate(invalid="ignore", divide="ignore"):
            columns[name] = np.clip(supply[source].to_numpy(np.float64) / np.where(net > 0, net, np.nan), 0.0, 1.0)
    made = gpd.GeoDataFrame(columns, geometry=sources.land.geometry.to_numpy(), crs=sources.land.crs)
    return made.join(renewal.of_parts(made, sources.renewal))


def _doubts(parcels: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return per parcel the fields that leave it open whether it is one of the study's, "" where it is."""
    named = "may_belong" in parcels
    return parcels["may_belong"].fillna("").to_numpy(object) if named else np.full(len(parcels), "", object)


def _owners(parcels: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return who holds each parcel: its owner, else the village of its collective, else "" (not known)."""
    out = np.full(len(parcels), "", object)
    for column in ("village", "owner"):
        if column in parcels:
            given = parcels[column].fillna("").astype(str).to_numpy(object)
            tenure = parcels["tenure"].astype(str).to_numpy(object)
            named = given if column == "owner" else np.where(given != "", tenure + "|" + given, "")
            out = np.where(named != "", named, out)
    return out.astype(object)


def _planned(parts: gpd.GeoDataFrame, sources: Sources, classes: Classes, basis: AreaBasis) -> pd.DataFrame:
    """Return per part the dominant planned use and the shares that are admitted and barred."""
    plots = plots_on(parts, list(sources.plans), sources.schemes or {}, basis)
    verdict = [classes.plan_admits(s, c) for s, c in zip(plots["plan_scheme"], plots["plan_use"], strict=True)]
    plots = plots.assign(admitted=pd.Series(verdict, index=plots.index, dtype=object))
    count = len(parts)
    share = {v: _share(plots[plots["admitted"] == v], count) for v in (True, False)}
    order = np.argsort(-plots["area_share"].to_numpy(np.float64), kind="stable")
    main = plots.iloc[order].drop_duplicates("parcel").set_index("parcel")["plan_use"].astype(object)
    main = main.reindex(range(count), fill_value="")
    return pd.DataFrame(
        {
            "plan_use": main.to_numpy(object),
            "admitted_share": share[True],
            "barred_share": share[False],
            "barred": share[False] >= SLIVER_SHARE,
            "open_plan": doubtful_share(parts, list(sources.plans), basis) >= SLIVER_SHARE,
        },
        index=parts.index,
    )


def _share(rows: pd.DataFrame, count: int) -> npt.NDArray[np.float64]:
    found = rows.groupby("parcel")["area_share"].sum().reindex(range(count), fill_value=0.0)
    return found.to_numpy(np.float64)


def _judged(
    parts: pd.DataFrame, crossing: Bools, allowed: Available, classes: Classes
) -> tuple[npt.NDArray[np.object_], list[str]]:
    """Return outcome and reason of every part; the first that applies counts."""
    found = [_one(row, cross, allowed, classes) for row, cross in zip(parts.itertuples(), crossing, strict=True)]
    return np.array([f[0] for f in found], object), [f[1].to_json() for f in found]


def _one(row: Any, crossing: bool, allowed: Available, classes: Classes) -> tuple[str, Reason]:
    use = {"land_use": row.land_use, "scheme": row.land_use_scheme}
    if row.renewal_share >= WHOLE_SHARE:
        return _renewed(row, allowed)
    if crossing:
        return NO, reason("assembly_crossing_only", **use)
    if classes.is_barrier(row.land_use_scheme, row.land_use):
        return NO, reason("assembly_barrier", **use)
    if row.status not in allowed.statuses:
        return NO, reason("assembly_status", status=row.status)
    if row.supply_status not in allowed.supply:
        return NO, reason("assembly_supply", supply_status=row.supply_status)
    if row.barred_share >= WHOLE_SHARE:
        return NO, reason("assembly_plan", plan_use=row.plan_use, share=row.barred_share)
    if (found := _doubt(row)) is not None:
        return found
    part = renewal.in_part(row.renewal_share, row.renewal_stage, row.renewal_on)
    return (CLEAR, reason("assembly_available")) if part is None else (UNKNOWN, part)


def _renewed(row: Any, allowed: Available) -> tuple[str, Reason]:
    """Judge land of urban renewal: what stands on it and how it was supplied say nothing, its stage does."""
    if row.status not in allowed.statuses:
        return NO, reason("assembly_status", status=row.status)
    if row.barred_share >= WHOLE_SHARE:
        return NO, reason("assembly_plan", plan_use=row.plan_use, share=row.barred_share)
    outcome, why = renewal.judged(row.renewal_stage, row.renewal_on)
    return (_doubt(row, supplied=False) or (outcome, why)) if outcome == CLEAR else (outcome, why)


def _doubt(row: Any, supplied: bool = True) -> tuple[str, Reason] | None:
    """Return what keeps an available part from being proved available."""
    if row.may_belong:
        return UNKNOWN, reason("assembly_may_belong", fields=row.may_belong.split("|"))
    if row.status == UNKNOWN:
        return UNKNOWN, reason("assembly_status_unknown", rules=row.unknowns.split("|"))
    if supplied and row.supply_status == UNKNOWN:
        return UNKNOWN, reason("assembly_supply_unknown")
    free = 1.0 - row.barred_share if row.barred else 1.0
    if row.open_plan or row.admitted_share < WHOLE_SHARE * free:
        return UNKNOWN, reason("assembly_plan_unknown", share=row.admitted_share)
    return None


def _cut_up(
    nodes: gpd.GeoDataFrame, barred: Bools, once: Shared | None, plots: Geometries, basis: AreaBasis
) -> gpd.GeoDataFrame:
    """Cut off ground that is planned for other uses, and number what that and other parcels leave of a part."""
    changed = barred if once is None else barred | once.given_up | once.any_disputed
    if not changed.any():
        return nodes.reset_index(drop=True)
    some = nodes[changed]
    left = robust.polygonal(some.geometry.to_numpy())
    if len(plots):
        own = barred[changed]
        left[own] = shapely.difference(left[own], shapely.union_all(plots))
    pieces, owner = shapely.get_parts(robust.polygonal(left), return_index=True)
    pieces = spikeless(pieces)
    area = basis.areas(basis.project(pieces))
    order = np.lexsort((-area, owner))
    order = order[area[order] > robust.RESOLUTION_M2]
    owner, area = owner[order], area[order]
    made = some.iloc[owner].set_geometry(pieces[order])
    doubt = (made["net_hi_m2"] - made["net_m2"]).to_numpy(np.float64)
    if once is not None:
        disputed = shapely.intersection(pieces[order], once.disputed[changed][owner])
        doubt = doubt + basis.areas(basis.project(robust.polygonal(disputed)))
    number = np.arange(len(owner)) - np.searchsorted(owner, owner) + 1
    made = made.assign(piece=number, net_hi_m2=area, net_m2=np.maximum(area - doubt, 0.0))
    both = pd.concat([nodes[~changed], made], ignore_index=True)
    out = both.sort_values(["parcel_id", "part", "piece"], kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(out, geometry="geometry", crs=nodes.crs)


def _barred_plots(sources: Sources, classes: Classes) -> Geometries:
    """Return the plots planned for a use that may not be assembled."""
    out = []
    for plan in sources.plans:
        if plan.state != "ok":
            continue
        use = plan.attributes.get("use", plan.classes)
        scheme = (sources.schemes or {}).get(plan.layer_id, "")
        words = np.full(len(plan.shapes), "", object) if use is None else use
        out += [s for s, w, m in zip(plan.shapes, words, plan.maybe, strict=True)
                if not m and classes.plan_admits(scheme, str(w)) is False]  # fmt: skip
    return np.array(out, object)
