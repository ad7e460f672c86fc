"""The basemaps of a study on its maps and on the page of data (底图): opened when a map first asks for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo.basis.errors import LuodiError
from layers.serve.draw.mapped import Bounds, PictureLayer
from layers.serve.draw.places import url_of
from layers.serve.draw.published import SHELF, Address
from layers.serve.draw.styles import GROUND
from layers.serve.held import Held
from layers.study import basemap_look
from layers.study.basemap_look import BasemapState, MapTiles
from layers.text import Language, sentence, sentences

PREFIX = "basemap-"
"""Before the id on the map: a layer of the study may have the same one."""


@dataclass(frozen=True)
class BasemapList:
    """Basemaps of a study, and in words why they cannot be read ("" where they can)."""

    states: tuple[BasemapState, ...]
    trouble: str = ""


def listed(folder: Path, home: Bounds | None, language: Language) -> BasemapList:
    """Return the basemaps of a study; settings that cannot be read hold up no map, they say so."""
    degrees = (home[0][1], home[0][0], home[1][1], home[1][0]) if home else None
    try:
        return BasemapList(basemap_look.states(folder, degrees))
    except LuodiError as problem:
        return BasemapList((), " ".join(sentences(problem, language)))


def layers(folder: Path, home: Bounds | None, language: Language) -> list[PictureLayer]:
    """Return the basemaps as layers of a map; one that cannot be shown says why in the list of layers."""
    found = listed(folder, home, language)
    out = [_layer(folder, one, language) for one in found.states]
    if found.trouble:
        out.append(PictureLayer(f"{PREFIX}trouble", "", "basemaps.toml", listed=True, base=True, why=found.trouble))
    return out


def _layer(folder: Path, state: BasemapState, language: Language) -> PictureLayer:
    one = state.basemap
    url = "" if state.why else url_of(SHELF.put(f"basemap|{state.stamp}", _draws(folder, state)))
    return PictureLayer(
        f"{PREFIX}{one.id}", url, one.name, str(one.vintage or ""), GROUND, shown=one.shown, listed=True,
        opacity=one.opacity, leaves=one.leaves, base=True, credit=one.attribution, zooms=one.zooms,
        why=sentence(state.why, language) if state.why else "",
    )  # fmt: skip


_opened: Held[MapTiles] = Held(12)
"""Open basemaps: a raster has a process of its own, which ends with it."""


def _draws(folder: Path, state: BasemapState) -> Callable[[Address], bytes]:
    def draw(at: Address) -> bytes:
        tiles = _opened.get(state.stamp, lambda: basemap_look.opened(folder, state.basemap))
        return tiles.tile(*at)

    return draw
