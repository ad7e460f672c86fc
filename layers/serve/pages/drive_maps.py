"""Two further maps of the Drive page: of resources (资源图谱) and of funds (资金图谱), as graphs and on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.project.fundmap import BACKED, FITS, NEED_STATES, NONE
from geo.project.fundmap import OPEN as NOT_KNOWN
from layers.ask import funding, listed, resourcing
from layers.ask.funding import Funding
from layers.ask.resourcing import FLOOR, FULL, LAND, LATER, OPEN, ROOM, STATES, Resource, Resourcing
from layers.outputs import fund_picture, resource_picture
from layers.outputs.target import bytes_of
from layers.serve.pages import drive_map, place_desk
from layers.serve.pages.drive_map import DriveScene
from layers.serve.pages.place_map import Scene, SiteMap, Tagged
from layers.study.run.results import Results
from layers.text import Language, code, joined, say
from layers.words import fund_map, resource_map

MAPS = ("chain", "resource", "fund")
COLOURS = {ROOM: "#12806A", FULL: "#B4432E", OPEN: "#6E64B0", LATER: "#A8741A"}
NEEDS = {BACKED: "#12806A", FITS: "#C58A1C", NOT_KNOWN: "#6E64B0", NONE: "#B4432E"}


@dataclass(frozen=True)
class GraphView:
    """A map as a graph: what stands under it, the picture, the tables beside it under their headings."""

    notes: tuple[str, ...]
    picture: str
    tables: tuple[pd.DataFrame, ...]


def ready(results: Results, which: str) -> bool:
    """Tell whether the run has what a map rests on."""
    needed = {"resource": ("matches", "capacity", "chain_stations"), "fund": ("library_entries", "gate_results")}
    return all(results.has(name) for name in needed.get(which, ()))


def resources(results: Results, language: Language) -> GraphView:
    """Return the map of resources; raises as `layers.ask.resourcing.resourcing`."""
    found = resourcing.resourcing(results)
    frame = resource_map.listed(found, language)
    shown = frame.rename(columns=resource_map.heads(frame, language))
    return GraphView(resource_map.notes(found, language), resource_picture.svg(found, language), (shown,))


def funds(results: Results, language: Language) -> GraphView:
    """Return the map of funds; raises as `layers.ask.funding.funding`."""
    found = funding.funding(results)
    tables = tuple(f.rename(columns=fund_map.heads(f, language)) for f in (
        fund_map.needs(found, language), fund_map.funds(found, language)))  # fmt: skip
    return GraphView(fund_map.notes(found, language), fund_picture.svg(found, language), tables)


def on_ground(results: Results, which: str, language: Language) -> DriveScene:
    """Return a map on the ground: what there is to have where it lies, or who needs money where it is to stand."""
    return _resources(results, language) if which == "resource" else _funds(results, language)


def _resources(results: Results, language: Language) -> DriveScene:
    found = resourcing.resourcing(results)
    drawn = place_desk.ground(results, "facilities", lambda: _facilities(results))
    here = [i for i in found.items if drawn.has(i.resource_id)]
    fills = [drawn.fill(i.resource_id, i.state) for i in here if i.kind == LAND]
    others = [i for i in here if i.kind != LAND]
    tags = {i.resource_id: Tagged(i.resource_id, _left(i, language), i.state) for i in others[: drive_map.MOST_TAGS]}
    dots = tuple((drawn.spot(i.resource_id), i.state) for i in others)
    made = Scene(tuple(f for f in fills if f), (), drawn.calls(tags), drawn.bounds, COLOURS, dots)
    legend = [(COLOURS[s], say("uidrive.map_count", language, word=code("resourcestate", s, language), count=n))
              for s in STATES if (n := sum(i.state == s for i in here))]  # fmt: skip
    return DriveScene(made, tuple(legend), tuple(_lost(found, {i.resource_id for i in here}, language)))


def _left(i: Resource, language: Language) -> str:
    left = resource_map.left_text(i.left, i.left_hi, i.what, i.unit, language)
    return say("resourcemap.tag", language, name=i.name, left=left)


def _lost(found: Resourcing, here: set[str], language: Language) -> list[str]:
    names = [i.name for i in found.items if i.resource_id not in here and i.kind in (LAND, FLOOR, resourcing.FACILITY)]
    return [say("resourcemap.lost", language, count=len(names), names=joined(names, language))] if names else []


def _facilities(results: Results) -> list[gpd.GeoDataFrame]:
    shapes = [results.layer_shapes(s.id) for s in results.study.with_role(resourcing.FACILITY) if not s.use_only]
    return [s.assign(site_id=s["id"].astype(str)) for s in shapes if len(s)]


def _funds(results: Results, language: Language) -> DriveScene:
    found: Funding = funding.funding(results)
    drawn: SiteMap = place_desk.ground(results, "parks", lambda: drive_map.park_frames(results))
    at, names = drive_map.places(results), listed.names(results)
    here = [n for n in found.found.needs if n.project_id in at and drawn.has(at[n.project_id][0])]
    tags = {}
    for n in here[: drive_map.MOST_TAGS]:
        told = say("fundmap.tag", language, name=names[n.project_id], need=fund_map.need_text(n, language))
        tags[n.project_id] = Tagged(at[n.project_id][0], told, n.state, at[n.project_id][1])
    fills = [drawn.fill(at[n.project_id][0], n.state) for n in here if not at[n.project_id][1]]
    dots = tuple((drawn.spot(at[n.project_id][0]), n.state) for n in here[drive_map.MOST_TAGS :])
    made = Scene(tuple(f for f in fills if f), (), drawn.calls(tags), drawn.bounds, NEEDS, dots)
    legend = [(NEEDS[s], say("uidrive.map_count", language, word=code("fundneed", s, language), count=k))
              for s in NEED_STATES if (k := sum(n.state == s for n in here))]  # fmt: skip
    lost = [names[n.project_id] for n in found.found.needs if n not in here]
    notes = [say("uidrive.map_nowhere", language, count=len(lost), names=joined(lost, language))] if lost else []
    return DriveScene(made, tuple(legend), tuple(notes))


def file(results: Results, which: str, language: Language) -> bytes:
    """Return a map as a workbook."""
    if which == "resource":
        found = resourcing.resourcing(results)
        return bytes_of("list.xlsx", lambda path: resource_picture.write(found, path, language))
    made = funding.funding(results)
    return bytes_of("list.xlsx", lambda path: fund_picture.write(made, path, language))
