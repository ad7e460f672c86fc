"""The whole flow on one page: `run` goes through its stages from top to bottom, each function below it is one of them.

The list of stages a study is built by is made from `run` (`steps`); nowhere else is their order written, nor what
they read and write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.assemble import flow as assemble_room
from geo.assemble.fabric import Fabric
from geo.assemble.sites import Around
from geo.assemble.spec import Budget, Demand, Limits
from geo.basis.area import AreaBasis, statutory_m2
from geo.basis.batches import of_each
from geo.basis.inputs import Inputs
from geo.basis.layer import Layer, Zone
from geo.basis.memo import Memo
from geo.basis.progress import Progress
from geo.basis.tables import empty
from geo.idle import assess, landfacts, mu, upstairs, vacancy
from geo.idle import reuse as reuse_room
from geo.idle.imagery import statistics
from geo.idle.inefficient import LocalPack, judged
from geo.idle.known import Figures, Known
from geo.idle.signals import Bounds
from geo.idle.upstairs import Guide
from geo.measure import cut, every
from geo.place import fit, intake, match, sources
from geo.place.accounts import drawn_down
from geo.place.answer import Answer, Worth, subject_to
from geo.place.base import Base, of_parks
from geo.place.draws import PARK, draws
from geo.place.evaluation import score
from geo.place.question import Question
from geo.place.worth import STEP
from geo.project import chain as chain_room
from geo.project import demand as demand_room
from geo.project import gate as gate_room
from geo.project import library, park_lists, planclass
from geo.project import pairs as pair_room
from geo.rank import answer, facts, weights
from geo.rank.robust import Draws
from geo.rank.scale import scaled
from geo.rank.spec import CriteriaSet
from geo.rules.evidence import Evidence, measured
from geo.rules.gather import evidence
from geo.rules.spec import Rule
from geo.rules.terms import AREA_TESTS
from geo.screen import supply as supply_room
from geo.screen.seen import holding, in_blocks, screened, seen
from geo.screen.setting import Setting
from geo.screen.supplied import Register
from geo.screen.supply import Meaning

Tables = dict[str, pd.DataFrame]
INPUTS = "inputs"
"""What is read but is no table: the layers as they were opened. Whoever reads them rests on `load`."""


class Visit(Protocol):
    """What is done with a stage as the flow comes to it."""

    def __call__(self, name: str, function: Callable[..., Any], reads: str, writes: str) -> None:
        """Take a stage: its name, its function, the tables it reads and those it writes."""


def run(stage: Visit) -> None:
    """Go through the whole flow, from the files of a study to its answers."""
    stage("load", load, "inputs", "inputs parcels problems")
    stage("measure", measure, "inputs", "zones overlaps overlap_classes pieces stacks stack_pieces facts")
    stage("screen", screen_and_cut, "inputs parcels zones pieces facts",
          "verdicts candidates use_status ledger land")  # fmt: skip
    stage("supply", supply, "inputs parcels candidates", "supply supply_records supply_problems")
    stage("project", gate_and_demand, "inputs",
          "projects links link_amounts project_problems gates gate_results demand demand_lines "
          "project_findings")  # fmt: skip
    stage("chain", chain_fit, "inputs projects links", "chain_fit chain_stations firms chain_problems")
    stage("libraries", library.table, "inputs projects links firms", "library_entries library_links library_problems")
    stage("parklists", park_lists.table, "inputs links", "park_industries")
    stage("buildings", buildings, "inputs", "building_sites upstairs")
    stage("reuse", reuse, "projects demand building_sites", "reuse")
    stage("imagery", statistics, "inputs", "imagery imagery_change imagery_problems")
    # land recovered there is stock land in `supply`: both tables are told together, so both are of one state
    stage("idle", idle, "inputs parcels supply imagery imagery_change",
          "idle idle_signals idle_assets idle_records idle_readings idle_marks idle_problems")  # fmt: skip
    stage("inefficient", inefficient,
          "inputs parcels idle idle_assets idle_records idle_readings idle_marks imagery imagery_change",
          "inefficient inefficient_facts mu_evaluation redevelopment")  # fmt: skip
    stage("assemble", assemble, "inputs parcels candidates land stacks supply demand gate_results",
          "availability sites members crossings offers")  # fmt: skip
    stage("sitegates", site_gates, "inputs projects sites", "site_gates sites_measured protection")
    stage("rank", rank, "sites", "scores ranking tolerance")
    stage("zones", score, "", "zone_scores zone_potentials zone_accounts zone_problems")
    stage("place", place,
          "inputs parcels zones candidates land stacks stack_pieces supply projects demand gates gate_results "
          "building_sites reuse availability sites members site_gates sites_measured protection ranking",
          "fits accounts capacity earmarks quota_sources matches misses draws placing place_from park_land check_sites "
          "check_members place_problems")  # fmt: skip


@dataclass(frozen=True)
class Step:
    """A stage of the flow as `run` states it."""

    name: str
    function: Callable[..., Any]
    reads: tuple[str, ...]
    writes: tuple[str, ...]


def steps() -> tuple[Step, ...]:
    """Return the stages in the order `run` goes through them."""
    out: list[Step] = []
    run(lambda name, function, reads, writes: out.append(Step(name, function, _names(reads), _names(writes))))
    return tuple(out)


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


def load(inputs: Inputs, basis: AreaBasis) -> Tables:
    """Return the parcels as they were opened with their areas, and what was found while opening."""
    parcels = inputs.parcels.copy()
    shapes = parcels.geometry.to_numpy()
    parcels["area_m2"] = of_each(shapes, lambda some: basis.areas(every.area_shapes(some, basis)))
    parcels["area_statutory_m2"] = of_each(shapes, lambda some: statutory_m2(some, basis.crs))
    return {"parcels": parcels, "problems": inputs.problems}


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
    inputs: Inputs, what: Sequence[Zone], distances: Sequence[str], basis: AreaBasis, progress: Progress,
    memo: Memo | None = None, spread: every.Spread | None = None,
) -> Tables:  # fmt: skip
    """Turn geometry into tables, once: zones, overlaps, overlap_classes, pieces, facts."""
    return every.measure(inputs, what, distances, basis, progress, memo, spread)


def screen(tables: Mapping[str, pd.DataFrame], setting: Setting) -> Tables:
    """Judge tables: verdicts, candidates, ledger. No geometry is touched."""
    return seen(_evidence(tables), setting).tables(None)


def screen_and_cut(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], setting: Setting, basis: AreaBasis, progress: Progress
) -> Iterator[Tables]:
    """Judge, cut the net shapes of what is not excluded, and hold them against the minimum.

    The tables come in blocks of parcels, in the order of `parcels`, and `land` at last: what is said of every parcel
    by every rule never lies in memory for all of them.
    """
    data = _evidence(tables)
    kept = np.concatenate([seen(some, setting).kept() for some, _ in in_blocks(data)])
    # verdicts and candidates stand in the order of the table, shapes come with the input
    order = pd.Index(inputs.parcels["parcel_id"]).get_indexer(pd.Index(data.parcel_ids[kept]))
    parcels = inputs.parcels[["parcel_id", "geometry"]].iloc[order]
    land = cut.land(parcels, inputs.layers, _taken(setting), basis, progress)
    narrow = kept & ~holding(data.parcel_ids, land, setting.minimum)
    large = holding(data.parcel_ids, land, setting.candidate)
    left = []
    for some, rows in in_blocks(data):
        final = screened(some, setting, narrow[rows], large[rows])
        left.append((final["candidates"]["status"] != "excluded").to_numpy())
        yield final
    stands = pd.Index(data.parcel_ids[np.concatenate(left)])
    yield {"land": land[land["parcel_id"].isin(stands)]}


def supply(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], register: Register, meaning: Meaning, basis: AreaBasis
) -> Tables:
    """Say how far every parcel's supply has come, and what building on its usable area would draw."""
    plans = [inputs.layers[name] for name in sorted(meaning.schemes) if name in inputs.layers]
    parcels = gpd.GeoDataFrame(tables["parcels"])
    return supply_room.tables(parcels, tables["candidates"], plans, register, meaning, basis)


def buildings(layers: Sequence[Layer], plan: Layer | None, guides: Sequence[Guide], basis: AreaBasis) -> Tables:
    """Return the buildings as sites with their empty floors, and what speaks for production upstairs in them."""
    sites = [vacancy.building_sites(layer, basis, basis.crs) for layer in layers]
    if not sites:
        nothing = gpd.GeoDataFrame(empty("building_sites"), geometry="geometry", crs=basis.crs)
        return {"building_sites": nothing, "upstairs": empty("upstairs")}
    tests = [upstairs.tested(some, guides, layer, plan) for some, layer in zip(sites, layers, strict=True)]
    whole = gpd.GeoDataFrame(pd.concat(sites, ignore_index=True), geometry="geometry", crs=basis.crs)
    return {"building_sites": whole, "upstairs": pd.concat(tests, ignore_index=True)}


def reuse(demand: pd.DataFrame, halls: pd.DataFrame, projects: pd.DataFrame) -> Tables:
    """Say whom what stands empty in buildings would suit."""
    made = reuse_room.match(reuse_room.proved(demand), halls).table()
    return {"reuse": reuse_room.left_open(made, projects)}


def idle(known: Known, as_of: date, figures: Figures) -> Tables:
    """Read the idle-land clock of every supply record and weigh the signs of use of every asset, on one day."""
    return assess.tables(known, as_of, figures)


def inefficient(
    known: Known, found: pd.DataFrame, packs: Sequence[LocalPack], as_of: date, bounds: Bounds,
    firms: pd.DataFrame | None = None, mu_packs: Sequence[mu.MuPack] = (),
) -> Tables:  # fmt: skip
    """Hold land on which works began against local criteria of inefficient use; `found` is the table `idle`.

    The grade per mu (亩均评价) of the firms on it is one of the facts: `firms` as `geo.idle.mu.evaluated` reads them.
    """
    graded = mu.evaluated(firms if firms is not None else pd.DataFrame(), mu_packs)
    facts = landfacts.facts(known, found, as_of, bounds)
    if mu_packs:
        facts = facts.merge(mu.grade_codes(graded), on="asset_id", how="left")
    return {"inefficient": judged(packs, facts), "inefficient_facts": facts, "mu_evaluation": graded}


def gate_and_demand(
    projects: pd.DataFrame, norms: Callable[[str, str], demand_room.Norms], asked: gate_room.Gates
) -> Tables:
    """Say what each project needs and whether it may come at all: demand, gates and what they amount to."""
    needed = demand_room.tables(projects, norms)
    gates = gate_room.gates(projects, needed["demand"], asked)
    return needed | {"gates": gates, "gate_results": gate_room.results(projects, gates)}


def site_gates(
    inputs: Inputs, sites: gpd.GeoDataFrame, projects: pd.DataFrame, asked: gate_room.Gates, basis: AreaBasis,
    progress: Progress, plan: planclass.Plan = planclass.NO_PLAN,
) -> pd.DataFrame:  # fmt: skip
    """Judge projects on sites by the rules with industries that read the land; sites come as `parcels` do."""
    rules = pair_room.land_rules(projects, asked)
    if not rules or sites.empty or projects.empty:
        return pair_room.site_gates(projects, asked, pair_room.no_grounds())
    what = with_ground(zones(rules, ()), rules, inputs.layers)
    far = sorted({r.layer for r in rules if r.test == "distance_m"})
    tables = measure(replace(inputs, parcels=sites), what, far, basis, progress) | {"parcels": sites}
    if any(r.fact == planclass.FACT and pair_room.stated(r, projects) for r in rules):
        tables["facts"] = tables["facts"].merge(planclass.facts(sites, plan, basis), on="parcel_id", how="left")
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
    portfolio = intake.portfolio(base.tables, fits, base.members, room.pools, base.spacing)
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
        "capacity": sources.told(of_parks(base, portfolio, taken, book), base.growth, asked.on),
    }  # fmt: skip
    return Placed(asked, made, tables)


def _evidence(tables: Mapping[str, pd.DataFrame]) -> Evidence:
    return evidence(tables["parcels"], tables["zones"], tables["pieces"], tables["facts"])


def _taken(setting: Setting) -> tuple[cut.Taken, ...]:
    """What the cutting rules take."""
    return tuple(taken(r) for r in setting.examined if r.cuts and not r.doubted)


def taken(rule: Rule) -> cut.Taken:
    """Return the ground a cutting rule takes."""
    return cut.Taken(rule.zone, rule.test == "outside_m2", tuple(Zone(name) for name in rule.minus))
