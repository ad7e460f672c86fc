"""The chain on the map: firms by the state of their link of the chain, and the projects that would fill a gap."""

from __future__ import annotations

import geopandas as gpd

from geo.project.chainmap import STATES
from layers.ask import listed
from layers.ask.chained import Chained
from layers.serve.pages import drive_map, place_desk
from layers.serve.pages.drive_map import DriveScene
from layers.serve.pages.place_map import Scene, SiteMap, Tagged
from layers.study.run.results import Results
from layers.text import Language, code, joined, say
from layers.words.industry import industry_text

FILLS = "fills"
COLOURS = {"strong": "#2E7D5B", "weak": "#E8A72D", "open": "#8A83B5", FILLS: "#B4432E"}


def scene(found: Chained, language: Language) -> DriveScene:
    """Return the map of the chain of a park, or of the county.

    Firms of no link of the chain are not drawn, links without a firm have no place: both are said. Firms of a use-only
    layer are not drawn.
    """
    results = found.results
    drawn, names = _ground(results), listed.names(results)
    firms = {f"firm {f}": s.state for s in found.found.stations for f in s.named}
    plain = tuple((drawn.spot(f), state) for f, state in firms.items() if drawn.has(f))
    at = drive_map.places(results)
    wanted = {p: f for f in found.found.fillers for p in f.projects}
    tags = {
        p: Tagged(at[p][0], say("chainmap.tag", language, name=names[p], industry=industry_text(f.industry, language)),
                  FILLS, at[p][1])
        for p, f in wanted.items() if p in at and drawn.has(at[p][0])
    }  # fmt: skip
    shown = dict(list(tags.items())[: drive_map.MOST_TAGS])
    made = Scene((), (), drawn.calls(shown), drawn.bounds, COLOURS, plain)
    return DriveScene(made, _legend(plain, tags, language), _notes(found, plain, tags, language))


def _ground(results: Results) -> SiteMap:
    return place_desk.ground(results, "chain", lambda: [*drive_map.park_frames(results), *_firms(results)])


def _firms(results: Results) -> list[gpd.GeoDataFrame]:
    if any(s.use_only for s in results.study.with_role("enterprise")) or not results.has("firms"):
        return []
    firms = gpd.GeoDataFrame(results.table("firms"))
    return [firms.assign(site_id="firm " + firms["enterprise_id"].astype(str))]


def _legend(
    plain: tuple[tuple[object, str], ...], tags: dict[str, Tagged], language: Language
) -> tuple[tuple[str, str], ...]:
    out = [
        (COLOURS[s], say("chainmap.legend", language, word=code("chainstate", s, language), count=n))
        for s in STATES if s in COLOURS and (n := sum(state == s for _, state in plain))
    ]  # fmt: skip
    return (*out, (COLOURS[FILLS], say("chainmap.legend_fills", language, count=len(tags)))) if tags else tuple(out)


def _notes(
    found: Chained, plain: tuple[tuple[object, str], ...], tags: dict[str, Tagged], language: Language
) -> tuple[str, ...]:
    bare = [industry_text(s.industry, language) for s in found.found.stations if not s.named]
    lost = sorted({p for f in found.found.fillers for p in f.projects} - set(tags))
    out = [say("chainmap.map_firms", language, count=len(plain))]
    out += [say("chainmap.map_bare", language, count=len(bare), names=joined(bare, language))] if bare else []
    return (*out, *([say("chainmap.map_lost", language, names=joined(lost, language))] if lost else []))
