"""Projects on the map by stage or by lateness: on their site, else in the park they wish for; the rest are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd

from geo.project import schedule
from geo.project.stages import STAGES, rank
from layers.ask import listed, standing
from layers.ask.scheduled import Scheduled
from layers.serve.pages import park_board, place_desk
from layers.serve.pages.place_map import Scene, SiteMap, Tagged
from layers.study.run.results import Results
from layers.text import Language, code, joined, say

WAYS = ("late", "stage")
UNKNOWN = "unknown"
COLOURS: Mapping[str, str] = {
    schedule.LATE: "#B4432E", schedule.KEPT: "#12806A", schedule.DONE: "#3B6FB6", schedule.UNPROMISED: "#6E64B0",
    "reserve": "#8A94A6", "talks": "#C58A1C", "signed": "#A8741A", "preparing": "#B4632E", "started": "#3B8FB6",
    "completed": "#2F6F8F", "producing": "#12806A", UNKNOWN: "#6E64B0",
}  # fmt: skip
"""Colour of a state of the schedule, or of a stage; its word stands beside it."""
MOST_TAGS = 24
"""So many projects have a tag that is read without another over it; the rest are dots and stand in the list."""


@dataclass(frozen=True)
class DriveScene:
    """The map of projects: what it shows, what its colours mean with how many each, who stands nowhere on it."""

    scene: Scene
    legend: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def scene(found: Scheduled, way: str, selected: str | None, language: Language) -> DriveScene:
    """Return the map of the projects of a run.

    Parameters
    ----------
    found : Scheduled
    way : {"late", "stage"}
        What a colour means.
    selected : str or None
        Its tag is shown in any case.
    language : Language
    """
    results, states = found.results, _states(found, way)
    at, names, drawn = places(results), listed.names(results), _ground(results)
    here = {p: at[p] for p in states if p in at and drawn.has(at[p][0])}
    order = sorted(here, key=lambda p: (p != selected, -found.plans[p].late_days, p))
    tags = {
        p: Tagged(site, _text(found, p, names[p], states[p], way, language), states[p], wished)
        for p, (site, wished) in here.items()
    }  # fmt: skip
    shown = {p: tags[p] for p in order[:MOST_TAGS]}
    fills = [drawn.fill(site, states[p]) for p, (site, wished) in here.items() if not wished]
    plain = tuple((drawn.spot(at[p][0]), states[p]) for p in order[MOST_TAGS:])
    made = Scene(tuple(f for f in fills if f), (), drawn.calls(shown), drawn.bounds, COLOURS, plain)
    return DriveScene(made, _legend(states, way, language), tuple(_notes(here, names, len(plain), language)))


def _states(found: Scheduled, way: str) -> dict[str, str]:
    if way == "late":
        return {p: plan.state for p, plan in found.plans.items()}
    projects = found.results.table("projects")
    reached = (STAGES[k] if k >= 0 else UNKNOWN for k in rank(projects))
    return dict(zip(projects["project_id"].astype(str), reached, strict=True))


def places(results: Results) -> dict[str, tuple[str, bool]]:
    """Return project → where it is drawn, and whether it only wishes to be there."""
    projects = results.table("projects")[["project_id", "wish_park_id"]].fillna("").astype(str)
    wished = {p: (_park(park), True) for p, park in projects.itertuples(index=False) if park}
    return wished | {p: (str(m["site_id"]), False) for p, m in standing.standing(results).items()}


def _park(park: str) -> str:
    return f"park {park}"


def _ground(results: Results) -> SiteMap:
    return place_desk.ground(results, "parks", lambda: park_frames(results))


def park_frames(results: Results) -> list[gpd.GeoDataFrame]:
    """Return the ground of the parks, called as `places` calls it; none where there is no layer of parks."""
    parks = park_board.shapes(results)
    return [] if parks is None else [parks.assign(site_id=[_park(str(p)) for p in parks["park_id"]])]


def _text(found: Scheduled, project: str, name: str, state: str, way: str, language: Language) -> str:
    if way == "late" and state == schedule.LATE:
        return say("uidrive.tag_late", language, name=name, days=found.plans[project].late_days)
    if way == "stage":
        return say("uidrive.tag_stage", language, name=name, stage=code("projectstage", state, language))
    return name


def _legend(states: Mapping[str, str], way: str, language: Language) -> tuple[tuple[str, str], ...]:
    kinds = schedule.STATES if way == "late" else (*STAGES, UNKNOWN)
    words = {k: code("schedulestate" if way == "late" else "projectstage", k, language) for k in kinds}
    counts = {k: list(states.values()).count(k) for k in kinds}
    return tuple((COLOURS[k], say("uidrive.map_count", language, word=words[k], count=n))
                 for k, n in counts.items() if n)  # fmt: skip


def _notes(here: Mapping[str, tuple[str, bool]], names: Mapping[str, str], plain: int, language: Language) -> list[str]:
    wished = [names[p] for p, (_, only) in here.items() if only]
    nowhere = [name for p, name in names.items() if p not in here]
    out = [say("uidrive.map_wished", language, names=joined(wished, language))] if wished else []
    out += (
        [say("uidrive.map_nowhere", language, count=len(nowhere), names=joined(nowhere, language))] if nowhere else []
    )
    return out + ([say("uidrive.map_dots", language, count=plain)] if plain else [])
