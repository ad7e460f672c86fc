"""The maps of the pages. Shapes stay on the server; the page gets pictures of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from layers.serve.draw.places import View
from layers.serve.draw.styles import LEFT, SELECTED
from layers.serve.pages.board import Board, DrawnLayer
from layers.serve.pages.place_map import COLOURS as PLACE_COLOURS
from layers.serve.pages.place_map import Scene
from layers.serve.pages.redline_map import CUT, OUTLINE, RedlineMapData
from layers.serve.pages.site_board import SiteBoard
from views.parts import leaflet, state
from views.parts.leaflet import Entry, Stroke

HEIGHT = 470
IDLE, PLACING = "idle-map", "placing-map"
WHITE = "#FFFFFF"


@dataclass(frozen=True)
class Moving:
    """What changes on the map during a visit.

    Parameters
    ----------
    parcels : str
        Tile address of the parcels as they are coloured now.
    selected : str or None
        The parcel with an outline.
    left : GeoJSON or None
        What a cut would leave of it.
    """

    parcels: str
    selected: str | None = None
    left: dict[str, Any] | None = None


def draw(board: Board, moving: Moving) -> None:
    """Draw the map with the parcels as coloured, the outline of one, and what a cut would leave of it."""
    leaflet.show(_base(board), state.MAP, HEIGHT, _moving(board, moving), state.aim(), clicks=True)


def _base(board: Board, home: View | None = None) -> Any:
    """Return what never changes during a visit, so that the browser keeps its view and its pictures."""
    base = leaflet.base(home or board.home)
    _switched(base, board.layers())
    return base


def _switched(base: Any, layers: Iterable[DrawnLayer]) -> None:
    """Add the layers of a study, each with its line in the layer list."""
    drawn = list(layers)
    for place, layer in enumerate(drawn):
        entry = Entry(layer.title, layer.vintage, layer.colour, layer.outline_only)
        leaflet.tiles(layer.url, place + 2, entry, layer.shown_first).add_to(base)
    if drawn:
        leaflet.switches().add_to(base)


def _moving(board: Board, moving: Moving) -> Any:
    group = leaflet.group()
    leaflet.tiles(moving.parcels, 1).add_to(group)
    selected = moving.selected
    _outline(group, board.outline(selected) if selected is not None and board.has(selected) else None)
    if moving.left is not None:
        leaflet.shape(moving.left, _ground(LEFT)).add_to(group)
    return group


def _outline(group: Any, shape: dict[str, Any] | None, weight: float = 3.0, dash: str | None = None) -> None:
    """Add a line that a white one carries across any ground."""
    if shape is not None:
        for colour, wide in ((WHITE, weight + 3), (SELECTED, weight)):
            leaflet.shape(shape, Stroke(colour, wide, dash)).add_to(group)


def _ground(colour: str) -> Stroke:
    return Stroke(WHITE, 1.5, "5 4", colour)


def draw_sites(board: Board, sites: SiteBoard, colours: str, selected: str | None, area: dict[str, Any] | None) -> None:
    """Draw the sites as coloured over the parcels, the outline of one, and the area a demand is stated for.

    The parcels stand pale behind, so that what could not be assembled is seen as well.
    """
    group = leaflet.group()
    leaflet.tiles(colours, 80).add_to(group)
    _outline(group, sites.outline(selected) if selected is not None and sites.has(selected) else None)
    _outline(group, area, 2.0, "6 5")
    base = _base(board, sites.home if len(sites.ids) else None)
    leaflet.tiles(board.parcels_url(), 1, opacity=0.35).add_to(base)
    leaflet.show(base, state.MAP, HEIGHT, group, state.aim(), clicks=True)


def draw_redline(drawn: RedlineMapData, key: str, height: int) -> None:
    """Draw a red line: present use, control lines, taken parts hatched, outline and cut line.

    The view is the visitor's own; nothing on the map is asked back.
    """
    base = leaflet.base(drawn.home)
    if drawn.ground:
        leaflet.tiles(drawn.ground, 1).add_to(base)
    _switched(base, drawn.layers)
    leaflet.tiles(drawn.parts, 90).add_to(base)
    for shape, stroke in _redline_lines(drawn):
        leaflet.shape(shape, stroke).add_to(base)
    leaflet.show(base, key, height)


def _redline_lines(drawn: RedlineMapData) -> list[tuple[dict[str, Any], Stroke]]:
    """Return the lines from bottom to top: a white halo carries each across any ground."""
    lines = [(drawn.outline, Stroke(WHITE, 5.0)), (drawn.outline, Stroke(OUTLINE, 2.6))]
    if drawn.cut is not None:
        lines += [(drawn.cut, Stroke(WHITE, 5.0)), (drawn.cut, Stroke(CUT, 2.6, "7 5"))]
    return lines


def draw_overview(board: Board, view: View, key: str, height: int) -> None:
    """Draw every parcel by its status, to look at; clicks belong to the Screen page."""
    base = leaflet.base(view)
    leaflet.tiles(board.parcels_url(), 1).add_to(base)
    for place, layer in enumerate(board.layers()):
        if layer.shown_first:
            leaflet.tiles(layer.url, place + 2).add_to(base)
    leaflet.show(base, key, height)


def draw_placing(board: Board, scene: Scene, selected: str | None, height: int) -> None:
    """Draw who stands where: ground of sites, a tag per project, a line from each to its site.

    A dashed line leads to the site an unplaced project comes nearest to. Nothing is asked back.
    """
    base = leaflet.base(scene.home)
    leaflet.tiles(board.ground_url(), 1).add_to(base)
    _switched(base, board.layers())
    leaflet.show(base, PLACING, height, _placed(scene, selected))


def _placed(scene: Scene, selected: str | None) -> Any:
    group = leaflet.group()
    for fill in scene.fills:
        leaflet.shape(fill.shape, _ground(PLACE_COLOURS[fill.kind])).add_to(group)
    for cut in scene.cuts:
        leaflet.shape(cut, Stroke(WHITE, 2.6, "6 4")).add_to(group)
    for call in scene.calls:
        colour, chosen = PLACE_COLOURS[call.status], call.project_id == selected
        dash = None if call.status in ("placed", "conditional") else "5 5"
        leaflet.line([call.tag, call.site], Stroke(colour, 3.4 if chosen else 1.8, dash)).add_to(group)
        leaflet.dot(call.site, colour).add_to(group)
        leaflet.sign(call.tag, call.text, colour, chosen).add_to(group)
    return group


def draw_idle(
    board: Board, tiles: tuple[str, str], outline: dict[str, Any] | None, views: tuple[View, View | None], height: int
) -> None:
    """Draw idle land and buildings on plain ground; a click is asked back.

    Parameters
    ----------
    board : Board
    tiles : (ground, assets)
        Tile addresses.
    outline : GeoJSON or None
        Of the asset that is selected.
    views : (home, aim)
        Where the map starts, and where it was last sent on purpose.
    height : int
        Pixels.
    """
    base = leaflet.base(views[0])
    leaflet.tiles(tiles[0], 1).add_to(base)
    _switched(base, board.layers())
    group = leaflet.group()
    leaflet.tiles(tiles[1], 90).add_to(group)
    _outline(group, outline)
    leaflet.show(base, IDLE, height, group, views[1], clicks=True)
