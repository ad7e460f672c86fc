"""The whole flow on one page: what each stage reads and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.assemble import flow as assemble_room
from geo.assemble.fabric import Fabric
from geo.assemble.sites import Around
from geo.assemble.spec import Budget, Demand, Limits
from geo.basis.area import AreaBasis
from geo.basis.inputs import Inputs
from geo.basis.layer import Geometries, Layer, Zone
from geo.basis.progress import Progress
from geo.basis.tables import empty
from geo.idle import assess, landfacts
from geo.idle.inefficient import LocalPack, judged
from geo.idle.known import Figures, Known
from geo.idle.signals import Bounds
from geo.measure import cut, every, ridges, within
from geo.measure.fabric import composition
from geo.place import fit, intake, match
from geo.place.accounts import drawn_down
from geo.place.answer import Answer, Worth, subject_to
from geo.place.base import Base, of_parks
from geo.place.draws import PARK, draws
from geo.place.question import Question
from geo.place.worth import STEP
from geo.project import chain as chain_room
from geo.project import demand as demand_room
from geo.project import gate as gate_room
from geo.project import pairs as pair_room
from geo.rank import answer, facts, weights
from geo.rank.robust import Draws
from geo.rank.scale import scaled
from geo.rank.spec import CriteriaSet
from geo.rules import verdicts
from geo.rules.evidence import Evidence, measured
from geo.rules.gather import evidence
from geo.rules.judge import judge
from geo.rules.spec import Rule
from geo.rules.terms import AREA_TESTS
from geo.screen import candidates, ledger, status, uses
from geo.screen import supply as supply_room
from geo.screen.remains import deductions
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from geo.screen.supplied import Register
from geo.screen.supply import Meaning

Tables = dict[str, pd.DataFrame]


def zones(rules: Sequence[Rule], polygon_layers: Sequence[str]) -> tuple[Zone, ...]:
    """Return what parcels are measured against: every polygon layer as it is, and what rules widen."""
    return tuple(sorted(_asked(rules) | {Zone(name) for name in polygon_layers}))


def _asked(rules: Sequence[Rule]) -> set[Zone]:
    """Return the zones of rules, and the layers that are left out of them."""
    asked = [r for r in rules if r.test in AREA_TESTS]
    return {r.zone for r in asked} | {Zone(name) for r in asked for name in r.minus}


def with_ground(what: Sequence[Zone], rules: Sequence[Rule], layers: Mapping[str, Layer]) -> tuple[Zone, ...]:
    """Leave out zones of lines and points that no rule asks for: they have no ground to overlap."""
    asked = _asked(rules)
    flat = {name for name, layer in layers.items() if len(layer.shapes) and not layer.has_polygons}
    return tuple(z for z in what if z in asked or z.layer_id not in flat)


def measure(
    inputs: Inputs, what: Sequence[Zone], distances: Sequence[str], basis: AreaBasis, progress: Progress
) -> Tables:
    """Turn geometry into tables, once: zones, overlaps, overlap_classes, pieces, facts."""
    return every.measure(inputs, what, distances, basis, progress)


def screen(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Tables:
    """Judge tables: verdicts, candidates, ledger. No geometry is touched."""
    return _screened(_evidence(tables), setting, None)


def screen_and_cut(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], setting: Setting, basis: AreaBasis, progress: Progress
) -> Tables:
    """Judge, cut the net shapes of what is not excluded, and hold them against the minimum."""
    data = _evidence(tables)
    first = _screened(data, setting, None)
    kept = first["candidates"]["status"].to_numpy() != "excluded"
    # the table, not the input: verdicts and candidates stand in its order
    parcels = gpd.GeoDataFrame(tables["parcels"])[kept]
    land = cut.land(parcels, inputs.layers, _taken(setting), basis, progress)
    narrow = _too_narrow(data, kept, land, setting.minimum)
    final = _screened(data, setting, narrow) if narrow.any() else first
    remnant = _remnants(final["candidates"], land, setting.candidate)
    final["candidates"] = final["candidates"].assign(remnant=remnant)
    final["use_status"] = uses.table(final["candidates"], setting, lambda s: _screened(data, s, narrow)["candidates"])
    left = set(final["candidates"].loc[final["candidates"]["status"] != "excluded", "parcel_id"])
    return final | {"land": land[land["parcel_id"].isin(left)]}


def supply(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], register: Register, meaning: Meaning, basis: AreaBasis
) -> Tables:
    """Say how far every parcel's supply has come, and what building on its usable area would draw."""
    plans = [inputs.layers[name] for name in sorted(meaning.schemes) if name in inputs.layers]
    parcels = gpd.GeoDataFrame(tables["parcels"])
    return supply_room.tables(parcels, tables["candidates"], plans, register, meaning, basis)


def idle(known: Known, as_of: date, figures: Figures) -> Tables:
    """Read the idle-land clock of every supply record and weigh the signs of use of every asset, on one day."""
    return assess.tables(known, as_of, figures)


def inefficient(known: Known, found: pd.DataFrame, packs: Sequence[LocalPack], as_of: date, bounds: Bounds) -> Tables:
    """Hold land on which works began against local criteria of inefficient use; `found` is the table `idle`."""
    facts = landfacts.facts(known, found, as_of, bounds)
    return {"inefficient": judged(packs, facts), "inefficient_facts": facts}


def gate_and_demand(
    projects: pd.DataFrame, norms: Callable[[str, str], demand_room.Norms], asked: gate_room.Gates
) -> Tables:
    """Say what each project needs and whether it may come at all: demand, gates and what they amount to."""
    needed = demand_room.tables(projects, norms)
    gates = gate_room.gates(projects, needed["demand"], asked)
    return needed | {"gates": gates, "gate_results": gate_room.results(projects, gates)}


def site_gates(
    inputs: Inputs, sites: gpd.GeoDataFrame, projects: pd.DataFrame, asked: gate_room.Gates, basis: AreaBasis,
    progress: Progress,
) -> pd.DataFrame:  # fmt: skip
    """Judge projects on sites by the rules with industries that read the land; sites come as `parcels` do."""
    rules = pair_room.land_rules(projects, asked)
    if not rules or sites.empty or projects.empty:
        return pair_room.site_gates(projects, asked, pair_room.no_grounds())
    what = with_ground(zones(rules, ()), rules, inputs.layers)
    far = sorted({r.layer for r in rules if r.test == "distance_m"})
    tables = measure(replace(inputs, parcels=sites), what, far, basis, progress) | {"parcels": sites}
    data = _evidence(tables)
    parks = sites["park_id"].astype(str).to_numpy(object)
    across = shapely.minimum_bounding_radius(sites.geometry.to_numpy()) * 2.0
    grounds = pair_room.Grounds(data.parcel_ids, parks, lambda rule: measured(rule, data), across)
    return pair_room.site_gates(projects, asked, grounds)


def chain_fit(
    projects: pd.DataFrame, links: pd.DataFrame, firms: chain_room.Firms, places: Mapping[str, Any],
    terms: chain_room.Terms,
) -> pd.DataFrame:  # fmt: skip
    """Say for every project and park which partners are near and whether a missing link would be filled."""
    return chain_room.fit(projects, links, firms, places, terms)


def rank(sites: pd.DataFrame, criteria: CriteriaSet, draws: Draws) -> Tables:
    """Score the sites and say how far their order can be defended: scores, ranking, tolerance."""
    found = scaled(facts.of_sites(sites), criteria.criteria, "site_id")
    return answer.tables(found, weights.of(criteria, found), draws)


def assemble(
    fabric: Fabric, demands: Sequence[Demand], least_m2: float, limits: Limits, around: Around, progress: Progress
) -> Tables:
    """Put neighbouring land together: blocks, the best sets for every demand, and what is known of each."""
    found = assemble_room.blocks(fabric, least_m2, limits)
    return assemble_room.assemble(fabric, demands, found, Budget(), around, progress)


@dataclass(frozen=True)
class Placed:
    """A pipeline placed: the question, the answer, and its tables, as `place` names them."""

    question: Question
    answer: Answer
    tables: Mapping[str, pd.DataFrame]


def place(base: Base, asked: Question, progress: Progress) -> Placed:
    """Match projects to sites, exclusively, under headroom and county accounts; then draw both down.

    Parameters
    ----------
    base : Base
        The tables of the stages before, and the registers as given.
    asked : Question
    progress : Progress

    Returns
    -------
    Placed
        Tables ``fits``, ``draws``, ``accounts``, ``matches``, ``misses``, ``placing`` and
        ``capacity``, which says what each park can still hold after the draws.
    """
    fits = fit.fits(base.tables, asked.objective)
    room = base.headroom(asked.on, asked.extra)
    portfolio = intake.portfolio(base.tables, fits, base.members, room.pools)
    matching = match.place(portfolio, room.pools, asked.wishes, asked.work, progress)
    taken = draws(matching, room.accounts)
    book = drawn_down(room.accounts, taken[taken["kind"] != PARK])
    worth = Worth(asked.objective.id, asked.objective.unit, STEP)
    made = Answer(matching, portfolio, worth, fit.result_of(base.tables.gate_results))
    tables = {
        "fits": fits, "draws": taken,
        "accounts": book.reindex(columns=empty("accounts").columns),
        "matches": subject_to(made.matches(), base.tables.demand), "misses": made.misses(),
        "placing": made.placing().assign(on=pd.Timestamp(asked.on)),
        "capacity": of_parks(base, portfolio, taken, book),
    }  # fmt: skip
    return Placed(asked, made, tables)


def check(
    inputs: Inputs,
    plots: gpd.GeoDataFrame,
    what: Sequence[Zone],
    setting: Setting,
    basis: AreaBasis,
    progress: Progress,
) -> Tables:
    """Answer for plots that are not parcels of the study (a red line, 压占分析): the same stages on them.

    Parameters
    ----------
    inputs : Inputs
        Of the study; its parcels are the fabric the plots are cut out of.
    plots : GeoDataFrame
        Columns of the table `parcels`, areas filled.
    what, setting, basis, progress
        As for the study.

    Returns
    -------
    dict of DataFrame
        The tables of measuring and screening about the plots, ``composition`` (see `present_use`)
        before and after the cut, and ``zone_uses``: the present use of what lies in each layer that is found.
        Both with the ridges of every patch beside its use; `net_of_ridges` takes them apart.
    """
    own = replace(inputs, parcels=plots)
    asked = sorted({r.layer for r in setting.applicable if r.test == "distance_m"})
    tables = measure(own, with_ground(what, setting.rules, inputs.layers), asked, basis, progress) | {"parcels": plots}
    screened = screen_and_cut(own, tables, setting, basis, progress)
    land = gpd.GeoDataFrame(screened["land"])
    before = present_use(inputs.parcels, plots["parcel_id"].to_numpy(object), plots.geometry.to_numpy(), basis)
    after = present_use(inputs.parcels, land["parcel_id"].to_numpy(object), land.geometry.to_numpy(), basis)
    composition = pd.concat([before.assign(phase="before"), after.assign(phase="after")], ignore_index=True)
    return tables | screened | {"composition": composition, "zone_uses": _zone_uses(inputs, plots, setting, basis)}


def _zone_uses(inputs: Inputs, plots: gpd.GeoDataFrame, setting: Setting, basis: AreaBasis) -> pd.DataFrame:
    """Return the present use of what lies in each layer that area rules read, or outside it where it must lie in."""
    rules = [r for r in setting.applicable if r.test in ("overlap_m2", "outside_m2")]
    wanted = sorted({taken(r) for r in rules if not r.zone.reach_m})
    ids = plots["parcel_id"].to_numpy(object)
    none = present_use(inputs.parcels, ids[:0], plots.geometry.to_numpy()[:0], basis)
    out = [none.assign(layer_id="", part="", test="")]
    for one, shapes in within.grounds(plots.geometry.to_numpy(), inputs.layers, wanted):
        some = ~shapely.is_empty(shapes)
        if some.any():
            uses = present_use(inputs.parcels, ids[some], shapes[some], basis)
            test = "outside_m2" if one.outside else "overlap_m2"
            out.append(uses.assign(layer_id=one.zone.layer_id, part=one.part, test=test))
    return pd.concat(out, ignore_index=True)


def net_of_ridges(tables: Tables, cultivated: ridges.Cultivated) -> Tables:
    """Return what a check measured with field ridges as a class of their own (see `geo.measure.ridges.apart`)."""
    out = {name: ridges.apart(tables[name], cultivated) for name in ("composition", "zone_uses")}
    keys = ["layer_id", "part", "test", "unit_id", "land_use", "land_use_scheme"]
    return tables | out | {"zone_uses": out["zone_uses"].groupby(keys, as_index=False).sum(numeric_only=True)}


def present_use(
    fabric: gpd.GeoDataFrame, ids: npt.NDArray[np.object_], shapes: Geometries, basis: AreaBasis
) -> pd.DataFrame:
    """Return the area of each unit by present use (现状地类), tenure and stated ridges of the parcels it lies on."""
    names = ("land_use", "land_use_scheme", "tenure", "township")
    attributes = {name: fabric[name].to_numpy(object) for name in names}
    none = np.full(len(fabric), "", object)
    attributes["settlement"] = fabric["settlement"].to_numpy(object) if "settlement" in fabric else none
    share = ridges.shares(fabric)
    attributes["ridge_share"] = np.array(["" if np.isnan(v) else repr(float(v)) for v in share], object)
    attributes["ridge_use"] = ridges.classes(fabric)
    if "may_belong" in fabric:  # a row that only may be a parcel vouches for no present use
        sure = (fabric["may_belong"] == "").to_numpy(bool)
        attributes = {name: np.where(sure, values, "") for name, values in attributes.items()}
    return composition(ids, shapes, fabric.geometry.to_numpy(), attributes, basis)


def _evidence(tables: Mapping[str, pd.DataFrame]) -> Evidence:
    return evidence(tables["parcels"], tables["zones"], tables["pieces"], tables["facts"])


def _screened(data: Evidence, setting: Setting, narrow: np.ndarray | None) -> Tables:
    judged = judge(setting.applicable, data.parcel_ids, lambda rule: measured(rule, data))
    found = deductions(setting.examined, data)
    stand = status.standing(judged, found.total, setting.aside, setting.minimum, narrow)
    return {
        "verdicts": verdicts.table(judged, setting.aside),
        "candidates": candidates.table(stand, judged, found.total, data, setting.aside),
        "ledger": ledger.table(found, data, stand.code == status.S_EXCLUDED, stand.unsure_whole),
    }


def _taken(setting: Setting) -> tuple[cut.Taken, ...]:
    """What the cutting rules take."""
    return tuple(taken(r) for r in setting.examined if r.cuts and not r.doubted)


def taken(rule: Rule) -> cut.Taken:
    """Return the ground a cutting rule takes."""
    return cut.Taken(rule.zone, rule.test == "outside_m2", tuple(Zone(name) for name in rule.minus))


def _remnants(found: pd.DataFrame, land: gpd.GeoDataFrame, least: Minimum) -> np.ndarray:
    """Tell of each candidate whether no part of it is a candidate by itself: "yes" or "no", "" of what is excluded."""
    large = land[land["net_m2"].to_numpy() >= least.area_m2]
    shapes = large.geometry.to_numpy()
    # a circle of radius area ÷ perimeter lies in every polygon: only what is narrower than that has to be looked at
    wide = 2.0 * shapely.area(shapes) >= least.width_m * shapely.length(shapes)
    wide[~wide] = cut.wide_enough(shapes[~wide], least.width_m)
    whole = large.loc[wide, "parcel_id"]
    out = np.where(found["parcel_id"].isin(set(whole)), "no", "yes").astype(object)
    out[(found["status"] == "excluded").to_numpy()] = ""
    return out


def _too_narrow(data: Evidence, kept: np.ndarray, land: gpd.GeoDataFrame, minimum: Minimum) -> np.ndarray:
    """Tell which kept parcels have no part that reaches the minimum area and width."""
    fits = land["net_m2"].to_numpy() >= minimum.area_m2
    fits &= cut.wide_enough(land.geometry.to_numpy(), minimum.width_m)
    return kept & ~np.isin(data.parcel_ids, land.loc[fits, "parcel_id"].to_numpy())
