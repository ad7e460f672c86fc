"""Sites for a demand stated on the spot: asked of the newest run, answered as tables and as lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

import geopandas as gpd
import pandas as pd
import shapely

from geo.assemble import flow
from geo.assemble.fabric import Fabric, woven
from geo.assemble.sites import Around
from geo.assemble.spec import Budget, Demand, Limits, Objective
from geo.basis.area import basis
from geo.basis.errors import CallError, LuodiError
from geo.basis.layer import Layer
from geo.basis.progress import Progress
from geo.basis.reason import reason
from geo.basis.units import MU_M2
from layers.library import roles
from layers.study import load
from layers.study.registers import assembly
from layers.study.run.released import as_told, inside
from layers.study.run.results import Results
from layers.text import Language, code, joined, number, say

Box = tuple[float, float, float, float]
AD_HOC = "asked"
"""Name of a demand that belongs to no project."""
_RECT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*[x×*]\s*(\d+(?:\.\d+)?)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class SiteDemand:
    """A demand as a person states it; what is left out comes from the study's section [assembly].

    Parameters
    ----------
    area_min_mu, area_max_mu : float or None
        Usable area in 亩. Without a most, larger sites are not cut.
    rect : str
        ``150x80``: a rectangle that must fit, metres.
    width_m : float or None
    parks : tuple of str
        Only in these parks.
    max_owners : int or None
    objective : str
    keep : int or None
    whole : bool
        Never cut a site.
    within : tuple of 4 floats or None
        West, south, east, north in degrees: only land whose middle lies inside.
    """

    area_min_mu: float | None = None
    area_max_mu: float | None = None
    rect: str = ""
    width_m: float | None = None
    parks: tuple[str, ...] = ()
    max_owners: int | None = None
    objective: str = ""
    keep: int | None = None
    whole: bool = False
    within: Box | None = None


@dataclass(frozen=True)
class SiteAnswer:
    """Tables ``sites``, ``members``, ``crossings``, ``offers`` for one demand, with the demand itself."""

    demand: Demand
    tables: Mapping[str, pd.DataFrame]


def demand(asked: SiteDemand, own: Any) -> Demand:
    """Return the demand for the core.

    Raises
    ------
    CallError
        The band is reversed, the rectangle cannot be read, or the objective is not known.
    """
    low = MU_M2 * asked.area_min_mu if asked.area_min_mu is not None else own.area_min_m2
    high = MU_M2 * asked.area_max_mu if asked.area_max_mu is not None else float("inf")
    if low > high:
        raise CallError(reason("assembly_band_reversed", low=low, high=high))
    objective = asked.objective or own.objective
    if objective not in get_args(Objective):
        raise CallError(reason("assembly_objective_unknown", given=objective, known=list(get_args(Objective))))
    base, rule = assembly.limits(own), assembly.cut_rule(own)
    length, width = _sides(asked.rect) if asked.rect else (base.rect_length_m, base.rect_width_m)
    limits = Limits(
        min_width_m=base.min_width_m if asked.width_m is None else asked.width_m,
        rect_length_m=length,
        rect_width_m=width,
        min_compactness=base.min_compactness,
        max_owners=asked.max_owners or base.max_owners,
        max_townships=base.max_townships,
        max_parks=base.max_parks,
        tenures=base.tenures,
    )
    cut = type(rule)(rule.allowed and not asked.whole, rule.min_area_m2, rule.min_width_m)
    parks = frozenset(asked.parks) or None
    return Demand(AD_HOC, low, high, limits, cut, cast(Objective, objective), asked.keep or own.keep, parks)


def _sides(text: str) -> tuple[float, float]:
    found = _RECT.match(text)
    if not found:
        raise CallError(reason("assembly_rectangle_unreadable", given=text))
    sides = sorted((float(found[1]), float(found[2])), reverse=True)
    return sides[0], sides[1]


def box(text: str) -> Box:
    """Read ``west,south,east,north`` in degrees.

    Raises
    ------
    CallError
        Not four numbers, or reversed ones.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise CallError(reason("assembly_box_unreadable", given=text)) from None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise CallError(reason("assembly_box_unreadable", given=text))
    return west, south, east, north


def fabric(results: Results, within: Box | None = None) -> Fabric:
    """Return the land of a run that may be assembled, with who borders whom; only what lies within, if asked."""
    results = inside(results)
    nodes, patches = (gpd.GeoDataFrame(results.table(f"shape_{n}")) for n in ("ground", "patches"))
    if within is not None:
        middle = nodes.geometry.representative_point().to_crs(4326)
        nodes = nodes[middle.intersects(shapely.box(*within))].reset_index(drop=True)
    return woven(nodes, patches, assembly.joining(results.study.assembly))


def ask(results: Results, asked: SiteDemand, progress: Progress, ready: Fabric | None = None) -> SiteAnswer:
    """Return the best sites of a run for a demand.

    Parameters
    ----------
    results : Results
        With the table `sites` up to date.
    asked : SiteDemand
    progress : Progress
        May raise `Cancelled`.
    ready : Fabric or None
        Of `fabric`, when it is at hand.

    Raises
    ------
    CallError
        The demand cannot be read; see `demand`.
    LuodiError
        No set meets it.
    """
    wanted = demand(asked, results.study.assembly)
    land = ready if ready is not None else fabric(results, asked.within)
    made = flow.assemble(land, [wanted], [], Budget(), _around(inside(results)), progress)
    if made["offers"].empty:
        raise LuodiError(reason("assembly_unmet", count=len(land.nodes)))
    return SiteAnswer(wanted, as_told(results, made))


def _around(results: Results) -> Around:
    study = results.study
    parcels = gpd.GeoDataFrame(results.table("parcels"))
    names = [s.id for s in study.with_role("building")]
    measured = [s.id for s in study.with_role(*roles.measured("distance"))]
    layers = {name: _layer(results, name) for name in (*measured, *study.assembly.access) if study.layer(name)}
    bounds = parcels.total_bounds
    return Around(
        parcels=parcels,
        supply=results.table("supply"),
        buildings=tuple(layers[n] for n in names),
        access=tuple(n for n in study.assembly.access if n in layers),
        layers=layers,
        rasters=load.rasters(study, results.folder)[0],
        distances=tuple(sorted(layers)),
        basis=basis(study.area, study.crs, (bounds[0], bounds[1], bounds[2], bounds[3])),
        classes=assembly.classes(study.assembly),
        remnant_m2=study.assembly.remnant_min_m2,
    )


def _layer(results: Results, layer_id: str) -> Layer:
    """Return a layer of the run; where anything was found wrong with it, absence proves nothing."""
    shapes = results.layer_shapes(layer_id)
    spec = results.layer(layer_id)
    problems = results.table("problems")
    doubtful = ((problems["layer_id"] == layer_id) & problems["severity"].isin(["block", "warn", "rejected"])).any()
    whole = spec is not None and spec.coverage == "complete" and not doubtful and len(shapes) > 0
    return Layer(
        layer_id,
        shapes.geometry.to_numpy(),
        shapes["id"].to_numpy(object),
        shapes["maybe"].to_numpy(bool),
        known=_boundary(results) if whole else None,
        coverage="complete" if whole else "unknown",
    )


def _boundary(results: Results) -> Any:
    given = results.study.with_role("boundary")
    shapes = list(results.layer_shapes(given[0].id).geometry) if given else []
    return shapes[0] if shapes else None


def built(results: Results) -> Mapping[str, pd.DataFrame]:
    """Return the tables of the stage."""
    return {name: results.table(name) for name in ("sites", "members", "crossings", "offers")}


def listing(results: Results, language: Language) -> list[str]:
    """Return the sites of a run as lines: the largest first, with the projects each is offered to."""
    sites, offers = results.table("sites"), results.table("offers")
    offered = (
        offers.sort_values(["site_id", "project_id"])
        .groupby("site_id")["project_id"]
        .agg(lambda ids: joined(ids, language))
    )
    parts = results.table("availability")
    summed = parts.groupby("outcome")[["area_m2", "disputed_m2"]].sum()
    disputed = float(summed["disputed_m2"].get("clear", 0.0))  # ground another record judges otherwise is not proved
    area = summed["area_m2"].add(pd.Series({"clear": -disputed, "unknown": disputed}), fill_value=0.0)
    lines = [
        say("assembly.available", language, **{n: float(area.get(n, 0.0)) for n in ("clear", "unknown", "no")}),
        say("assembly.built", language, count=len(sites), projects=offers["project_id"].nunique()),
    ]
    for row in sites.sort_values(["outcome", "net_hi_m2"], ascending=[True, False]).to_dict("records"):
        values = {n: row[n] for n in ("net_hi_m2", "parcels", "crossings", "min_width_m", "quota_m2")}
        words = {"park": row["park_id"] or "–", "outcome": code("availability", row["outcome"], language)}
        wanted = offered.get(row["site_id"], "–")
        lines.append(say("assembly.row", language, site=row["site_id"], projects=wanted, **values, **words))
    return lines


def as_text(answer: SiteAnswer, language: Language) -> list[str]:
    """Return an answer as lines, best site first."""
    sites = {str(site["site_id"]): site for _, site in answer.tables["sites"].iterrows()}
    lines = [_head(answer, language)]
    for offer in answer.tables["offers"].itertuples():
        lines += _site_lines(offer, sites[str(offer.site_id)], language)
        lines += _crossed(answer, str(offer.site_id), language)
    return lines


def _site_lines(offer: Any, site: pd.Series, language: Language) -> list[str]:
    land, net = (number(v, "mu", language) for v in (offer.land_m2, site["net_hi_m2"]))
    about = {"park": site["park_id"] or "–", "outcome": code("availability", offer.outcome, language)}
    counts = {"rank": offer.rank, "parcels": int(site["parcels"])}
    values = {n: float(site[n]) for n in ("min_width_m", "rect_length_m", "rect_width_m", "quota_m2", "balance_m2")}
    lines = [
        say("assembly.site", language, site=offer.site_id, land=land, net=net, **about, **counts),
        say("assembly.shape", language, owners=int(site["owners_hi"]), **values),
    ]
    if offer.remnant_m2 > 0:
        lines.append(say("assembly.cut", language, remnant=offer.remnant_m2, usable=offer.remnant_usable_m2))
    return lines


def _head(answer: SiteAnswer, language: Language) -> str:
    offers, wanted = answer.tables["offers"], answer.demand
    first = offers.iloc[0]
    key = "assembly.exact" if bool(first["exact"]) else "assembly.bounded"
    objective = code("objective", wanted.objective, language)
    return say(key, language, count=len(offers), objective=objective, looked_at=int(offers["looked_at"].max()),
               value=float(first["value"]), bound=float(first["bound"]))  # fmt: skip


def _crossed(answer: SiteAnswer, site: str, language: Language) -> list[str]:
    rows = answer.tables["crossings"]
    return [
        say("assembly.crossing", language, parcel=r.parcel_id, land_use=r.land_use, area=r.area_m2, width=r.width_m,
            diversion=code("diversion", str(r.diversion), language))
        for r in rows[rows["site_id"] == site].itertuples()
    ]  # fmt: skip


def as_plain(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return tables as plain values; the shape of a site is text (WKT, study CRS, millimetres)."""
    frames = {n: pd.DataFrame(f).drop(columns=["geometry"], errors="ignore") for n, f in tables.items()}
    shapes = shapely.to_wkt(gpd.GeoDataFrame(tables["sites"]).geometry.to_numpy(), rounding_precision=3)
    frames["sites"] = frames["sites"].assign(shape=shapes)
    return {name: frame.astype(object).where(frame.notna(), None).to_dict("records") for name, frame in frames.items()}
