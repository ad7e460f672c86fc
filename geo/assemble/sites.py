"""Sets of pieces as sites: the tables `sites`, `members` and `crossings`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.assemble import aggregate, renewal, shape
from geo.assemble.fabric import Fabric, outline
from geo.assemble.graph import adjacency
from geo.assemble.spec import Classes, Joining
from geo.basis.area import AreaBasis
from geo.basis.inputs import Raster
from geo.basis.layer import Geometries, Layer
from geo.basis.progress import Progress
from geo.basis.tables import TABLES, empty
from geo.measure import every, robust

Members = tuple[int, ...]
SUPPLY = {"unapproved": "unapproved_m2", "approved": "approved_m2", "unknown": "supply_unknown_m2"}
USES = {"cultivated": "cultivated_m2", "farm": "farm_m2", "construction": "construction_m2", "unused": "unused_m2",
        "": "use_unknown_m2"}  # fmt: skip
WORST = ("unknown", "conditional", "eligible")
PRECISION_M = 1e-3


@dataclass(frozen=True)
class Around:
    """What a site is measured against.

    Parameters
    ----------
    parcels, supply : DataFrame
        Tables `parcels` and `supply` of the study.
    buildings : tuple of Layer
        Standing buildings; none: what has to be cleared is not known.
    access : tuple of str
        Layers among `layers` the access is measured to.
    layers, rasters : mapping
        Of the study, for the facts.
    distances : tuple of str
        Layers to which the facts hold distances.
    basis : AreaBasis
    classes : Classes
    remnant_m2 : float
        Neighbouring land left in parts smaller than this is the site's remnant.
    """

    parcels: gpd.GeoDataFrame
    supply: pd.DataFrame
    buildings: tuple[Layer, ...]
    access: tuple[str, ...]
    layers: Mapping[str, Layer]
    rasters: Mapping[str, Raster]
    distances: tuple[str, ...]
    basis: AreaBasis
    classes: Classes
    remnant_m2: float = 0.0


def site_id(names: Sequence[str]) -> str:
    """Return the id of a set: the same members give the same id in every run."""
    return "S" + hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:12]


def tables(fabric: Fabric, sets: Sequence[Members], around: Around, progress: Progress) -> dict[str, pd.DataFrame]:
    """Return the tables of these sets, each set once.

    Parameters
    ----------
    fabric : Fabric
    sets : sequence of tuple of int
        Pieces of each set.
    around : Around
    progress : Progress
        Told per site; may raise `Cancelled`.

    Returns
    -------
    dict of DataFrame
        ``sites``, ``members``, ``crossings``; empty with their columns when there is no set.
    """
    known = {site_id([fabric.ids[k] for k in members]): members for members in sets}
    if not known:
        return {name: _empty(name, fabric) for name in ("sites", "members", "crossings")}
    frontage = _frontage(fabric, around)
    rows, crossed = [], []
    for done, (site, members) in enumerate(sorted(known.items())):
        progress(done, len(known), "sites")
        whole = outline(fabric, members)
        over = _crossings(fabric, site, members, whole, around)
        crossed += over
        rows.append(
            _row(fabric, site, members, whole, over, around) | {"frontage_m": float(frontage[list(members)].sum())}
        )
    progress(len(known), len(known), "sites")
    made = gpd.GeoDataFrame(rows, crs=fabric.nodes.crs)
    crossings = pd.DataFrame(crossed, columns=[c.name for c in TABLES["crossings"].columns])
    return {"sites": _measured(made, around, progress), "members": _members(fabric, known), "crossings": crossings}


def _empty(name: str, fabric: Fabric) -> pd.DataFrame:
    frame = empty(name)
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=fabric.nodes.crs) if name == "sites" else frame


def _row(
    fabric: Fabric, site: str, members: Members, whole: shapely.Geometry, over: list[dict[Any, Any]], around: Around
) -> dict[str, object]:
    nodes = pd.DataFrame(fabric.nodes.drop(columns="geometry")).iloc[list(members)]
    area = nodes["net_hi_m2"].to_numpy(np.float64)
    across = float(sum(o["area_m2"] for o in over))
    box = shape.largest_rectangle(whole)
    found = _built_over(whole, around)
    return {
        "site_id": site,
        "kind": "land",
        "outcome": "clear" if (nodes["outcome"] == "clear").all() else "unknown",
        "park_id": aggregate.common(nodes["park_id"].to_numpy(object)),
        "township": aggregate.words(nodes["township"].to_numpy(object)),
        "tenure": aggregate.common(nodes["tenure"].to_numpy(object)),
        "parcels": int(nodes["parcel_id"].nunique()),
        **_holders(nodes),
        "gross_m2": float(area.sum()) + across,
        "net_m2": float(nodes["net_m2"].sum()),
        "net_hi_m2": float(area.sum()),
        "crossed_m2": across,
        "crossings": len(over),
        **_by_use(nodes, area, around.classes),
        **_by_supply(nodes, area),
        **_renewed(nodes),
        **_drawn(nodes, area),
        "status": next(s for s in WORST if (nodes["status"] == s).any()),
        "conditions": aggregate.words(nodes["conditions"].to_numpy(object)),
        "unknowns": aggregate.words(nodes["unknowns"].to_numpy(object)),
        "plan_use": aggregate.common(nodes["plan_use"].to_numpy(object)),
        **_limits(nodes, around.supply),
        **found,
        "rect_length_m": box.length_m,
        "rect_width_m": box.width_m,
        "remnant_m2": fabric.stranded_m2(members, around.remnant_m2),
        "geometry": robust.valid(np.array([whole], object))[0],
    }


def _holders(nodes: pd.DataFrame) -> dict[str, int]:
    owner = nodes["owner"].to_numpy(object)
    known = len({o for o in owner if o})
    blank = int(nodes.loc[owner == "", "parcel_id"].nunique())
    also = {o for held in nodes.get("also_held_by", ()) for o in held} - set(owner)
    return {
        "owners": known + (1 if blank and not known else 0),
        "owners_hi": known + blank + len(also),
        "townships": nodes["township"].nunique(),
    }


def _by_use(nodes: pd.DataFrame, area: npt.NDArray[np.float64], classes: Classes) -> dict[str, float]:
    groups = np.array(
        [classes.group(s, c) for s, c in zip(nodes["land_use_scheme"], nodes["land_use"], strict=True)], object
    )
    # field ridges are farm land and not cultivated
    share = nodes["ridge_share"].to_numpy(np.float64) if "ridge_share" in nodes else np.zeros(len(nodes))
    ridged = np.where(groups == "cultivated", area * share, 0.0)
    sums = {name: float((area - ridged)[groups == group].sum()) for group, name in USES.items()}
    return sums | {"farm_m2": sums["farm_m2"] + float(ridged.sum())}


def _by_supply(nodes: pd.DataFrame, area: npt.NDArray[np.float64]) -> dict[str, object]:
    status = nodes["supply_status"].to_numpy(object)
    sums = {name: float(area[status == code].sum()) for code, name in SUPPLY.items()}
    return {"supply_status": aggregate.common(status), **sums}


def _renewed(nodes: pd.DataFrame) -> dict[str, str]:
    """Return the land of urban renewal in a site: which, how far it has come, the latest day it is to be clear."""
    if "renewal" not in nodes or not (nodes["renewal"] != "").any():
        return {}
    mine = nodes[nodes["renewal"] != ""]
    days = mine["renewal_on"].astype(str).tolist()
    return {
        "renewal": aggregate.words(mine["renewal"].to_numpy(object)),
        "renewal_stage": min(mine["renewal_stage"].astype(str), key=renewal.ORDER.index),
        "renewal_on": max(days) if all(days) else "",
    }


def _drawn(nodes: pd.DataFrame, area: npt.NDArray[np.float64]) -> dict[str, float]:
    """Return quota and balance that building draws: what is proved and what is not excluded."""
    net, out = nodes["net_m2"].to_numpy(np.float64), {}
    for name in ("quota", "balance"):
        rate = nodes[f"{name}_rate"].to_numpy(np.float64)
        out[f"{name}_m2"] = float((net * np.nan_to_num(rate, nan=0.0)).sum())
        out[f"{name}_hi_m2"] = float((area * np.nan_to_num(rate, nan=1.0)).sum())
    return out


def _limits(nodes: pd.DataFrame, supply: pd.DataFrame) -> dict[str, float]:
    """Return the limits of the plan over the members, each by its declared aggregation."""
    rows = supply.set_index("parcel_id").loc[nodes["parcel_id"].to_numpy(object)]
    weight = nodes["net_hi_m2"].to_numpy(np.float64)
    named = [(n, how) for n, how in aggregate.declared("supply", rows) if how in ("min", "max")]
    return {n: aggregate.column(rows[n].to_numpy(np.float64), weight, how) for n, how in named}


def _built_over(whole: shapely.Geometry, around: Around) -> dict[str, float]:
    """Return buildings to be cleared; what no layer can tell is not bounded above."""
    count, area, doubtful = 0, 0.0, 0.0
    sure = bool(around.buildings)
    for layer in around.buildings:
        sure = sure and layer.state == "ok" and layer.coverage == "complete"
        if layer.state != "ok":
            continue
        near = shapely.STRtree(layer.shapes).query(whole, "intersects")
        on = shapely.area(shapely.intersection(layer.shapes[near], whole))
        counts, proved = on > 1.0, ~layer.maybe[near]
        count, area = count + int((counts & proved).sum()), area + float(on[counts & proved].sum())
        doubtful += float(on[counts & ~proved].sum())
    most = area + doubtful if sure else float("nan")
    return {"buildings": count, "buildings_m2": area, "buildings_hi_m2": most}


def _crossings(
    fabric: Fabric, site: str, members: Members, whole: shapely.Geometry, around: Around
) -> list[dict[Any, Any]]:
    """Return every patch a site strides over, its ground inside the site, and whether it leads on."""
    used = fabric.links_in(members)
    if not len(used):
        return []
    strip = shapely.union_all(fabric.links.strips[used])
    widths: dict[int, float] = {}
    for n in used:
        for k, width in zip(fabric.links.patches[n].tolist(), fabric.links.width_m[n].tolist(), strict=True):
            widths[k] = max(width, widths.get(k, 0.0))
    rows = sorted(widths)
    patches = fabric.patches.iloc[rows]
    ground = robust.polygonal(shapely.intersection(patches.geometry.to_numpy(), strip))
    frame = pd.DataFrame(patches[["parcel_id", "part", "land_use", "land_use_scheme"]]).assign(
        site_id=site,
        area_m2=around.basis.areas(around.basis.project(ground)),
        width_m=[widths[k] for k in rows],
        diversion=[_diversion(around.parcels, p, whole) for p in patches["parcel_id"]],
    )
    return frame[frame["area_m2"] > robust.RESOLUTION_M2].to_dict("records")


def _diversion(parcels: gpd.GeoDataFrame, parcel_id: str, whole: shapely.Geometry) -> str:
    """Say what crossing a patch asks for: it leads through (divert), ends inside (shorten), or lies inside (close)."""
    own = parcels.geometry.to_numpy()[np.flatnonzero(parcels["parcel_id"].to_numpy(object) == parcel_id)]
    beyond = shapely.get_parts(shapely.difference(own, shapely.buffer(whole, 0.1)))
    ends = int((shapely.area(beyond) > 1.0).sum())
    return "through" if ends > 1 else "end" if ends == 1 else "inside"


def _frontage(fabric: Fabric, around: Around) -> npt.NDArray[np.float64]:
    """Return the boundary each piece shares with roads, in metres."""
    pairs = zip(around.parcels["land_use_scheme"], around.parcels["land_use"], strict=True)
    is_road = np.array([around.classes.is_road(s, c) for s, c in pairs], bool)
    if "may_belong" in around.parcels:  # frontage is what is proved
        is_road &= (around.parcels["may_belong"].fillna("") == "").to_numpy(bool)
    roads: Geometries = around.parcels.geometry.to_numpy()[is_road]
    count = len(fabric.nodes)
    out = np.zeros(count)
    if not len(roads):
        return out
    near = np.unique(shapely.STRtree(roads).query(fabric.shapes, "dwithin", 1.0)[1])
    found = adjacency(np.concatenate([fabric.shapes, roads[near]]), Joining(fabric.joining.tolerance_m, 0.5))
    sides = (found.first < count) & (found.second >= count)
    np.add.at(out, found.first[sides], found.length_m[sides])
    return out


def _measured(made: gpd.GeoDataFrame, around: Around, progress: Progress) -> gpd.GeoDataFrame:
    """Measure the sites' own ground: facts are taken again on the site, never carried over from parcels."""
    named = made.rename(columns={"site_id": "parcel_id"})
    facts = every.facts(named, around.layers, around.rasters, around.distances, progress)
    facts = facts.rename(columns={"parcel_id": "site_id", "width_m": "min_width_m"})
    out = made.merge(facts, on="site_id", validate="one_to_one")
    low = [f"{a}_dist_m" for a in around.access if f"{a}_dist_m" in out]
    for name, columns in (("access_m", low), ("access_hi_m", [c.replace("_dist_m", "_dist_hi_m") for c in low])):
        out[name] = out[columns].min(axis=1, skipna=False) if columns else np.nan
    return gpd.GeoDataFrame(out, geometry="geometry", crs=made.crs)


def _members(fabric: Fabric, known: Mapping[str, Members]) -> pd.DataFrame:
    site = np.repeat(list(known), [len(m) for m in known.values()])
    rows = fabric.nodes.iloc[[k for m in known.values() for k in m]]
    frame = pd.DataFrame(
        {
            "site_id": site,
            "parcel_id": rows["parcel_id"].to_numpy(object),
            "part": rows["part"].to_numpy(np.int64),
            "area_m2": rows["net_hi_m2"].to_numpy(np.float64),
            "outcome": rows["outcome"].to_numpy(object),
        }
    )
    keys = ["site_id", "parcel_id", "part"]
    return frame.groupby(keys, sort=True).agg(area_m2=("area_m2", "sum"), outcome=("outcome", "max")).reset_index()
