"""The maps of the pages. Shapes stay on the server; the page gets numbers and pictures of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers.serve.draw.mapped import Bounds, IdsLayer, MapDrawing, PictureLayer, Stroke, dot, legend_line, sign
from layers.serve.draw.styles import LEFT, SELECTED, STATUS_COLOURS
from layers.serve.http.routes import study_folder
from layers.serve.pages import basemap_desk, flaw_map
from layers.serve.pages.board import Board, DrawnLayer
from layers.serve.pages.data_map import Catalogue
from layers.serve.pages.flaw_map import COLOURS as FLAWS
from layers.serve.pages.flaw_map import FlawMap
from layers.serve.pages.park_board import STATE_COLOURS, STATES, ParkBoard
from layers.serve.pages.place_map import Scene
from layers.serve.pages.redline_map import CUT, OUTLINE, RedlineMapData
from layers.serve.pages.site_board import SiteBoard
from layers.text import Language, code, say
from views.parts import chart, state

HEIGHT = 470
IDLE, PLACING, PARKS, CATALOGUE = "idle-map", "placing-map", "park-map", "catalogue-map"
OTHERS, COVERED = "#6B7280", "#12806A"
WHITE = "#FFFFFF"
MEASURES = ("measure", "print")


@dataclass(frozen=True)
class Moving:
    """What changes on the map during a visit.

    Parameters
    ----------
    parcels : IdsLayer
        The parcels as they are coloured now.
    selected : tuple of str
        Parcels with an outline.
    left : GeoJSON or None
        What a cut would leave of the one that is selected.
    area : GeoJSON or None
        An area that was drawn.
    legend : tuple of lines
        What the colours of parcels mean, with counts and areas.
    """

    parcels: IdsLayer
    selected: tuple[str, ...] = ()
    left: dict[str, Any] | None = None
    area: Mapping[str, Any] | None = None
    legend: tuple[dict[str, Any], ...] = ()


def draw(board: Board, moving: Moving) -> None:
    """Draw the map with the parcels as coloured, the outline of some, and what a cut would leave of one."""
    drawing = _study(board, state.MAP)
    drawing.layers = [*_below(board), moving.parcels, *_pictures(board.layers())]
    drawing.selected = board.numbers(moving.selected)
    if len(moving.selected) == 1 and board.has(moving.selected[0]):
        drawing.shapes += _outline(board.outline(moving.selected[0]))
    if moving.left is not None:
        drawing.shapes.append(_ground(LEFT).shape(moving.left))
    drawing.legend = [*moving.legend, *drawing.legend]
    drawing.shapes += _outline(dict(moving.area) if moving.area else None, 2.0, "6 5")
    drawing.asked, drawing.tools = True, ("box", "area", "line", *MEASURES)
    chart.show(drawing, state.MAP, HEIGHT, state.language())


def status_line(status: str, text: str) -> dict[str, Any]:
    """Return the line of the legend for a status."""
    return legend_line(STATUS_COLOURS[status], text, "#DCD9EE" if status == "unknown" else "")


def _study(board: Board, name: str) -> MapDrawing:
    """Return the map of a study without its layers: names, search, metres, tools."""
    language = state.language()
    legend = [legend_line(colour, text) for colour, text in board.words.legend(language)]
    return MapDrawing(name, board.bounds, labels=board.labels_url(), find=board.find_url(language), plane=board.plane,
                   tools=MEASURES, legend=legend, sheet=board.sheet(language))  # fmt: skip


def _pictures(layers: Iterable[DrawnLayer]) -> list[PictureLayer]:
    """Return the layers of a study, each with its line in the layer list."""
    return [
        PictureLayer(layer.layer_id, layer.url, layer.title, layer.vintage, layer.colour, layer.outline_only,
                     layer.mark, layer.shown_first, True, leaves=layer.leaves, base=layer.base)
        for layer in layers
    ]  # fmt: skip


def _below(board: Board) -> list[PictureLayer]:
    """Return what lies under everything: basemaps of the study, then its own images of the ground."""
    return [*_basemaps(board.bounds), *_pictures(board.images())]


def _basemaps(home: Bounds) -> list[PictureLayer]:
    folder = study_folder()
    return basemap_desk.layers(folder, home, state.language()) if folder else []


def _outline(shape: dict[str, Any] | None, weight: float = 3.0, dash: str = "") -> list[dict[str, Any]]:
    """Return a line that a white one carries across any ground."""
    if shape is None:
        return []
    return [Stroke(colour, wide, dash).shape(shape) for colour, wide in ((WHITE, weight + 3), (SELECTED, weight))]


def _ground(colour: str) -> Stroke:
    return Stroke(WHITE, 1.5, "5 4", colour)


def draw_sites(
    board: Board, sites: SiteBoard, layer: IdsLayer, selected: str | None, area: dict[str, Any] | None,
    preview: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Draw the sites as coloured, the outline of one, and the area a demand is stated for.

    Present use stands behind, so that what could not be assembled is seen as well. With `preview` the
    browser colours the sites while a weight is dragged.
    """
    drawing = _study(board, state.MAP)
    drawing.home = sites.bounds if len(sites.ids) else board.bounds
    drawing.layers = [*_below(board), board.fabric(), *_pictures(board.layers()), layer]
    if selected is not None and sites.has(selected):
        drawing.selected = sites.numbers([selected])
        drawing.shapes += _outline(sites.outline(selected))
    drawing.shapes += _outline(area, 2.0, "6 5")
    drawing.asked, drawing.preview = True, preview
    chart.show(drawing, state.MAP, HEIGHT, state.language())


def draw_redline(drawn: RedlineMapData, key: str, height: int) -> None:
    """Draw a red line: present use, control lines, taken parts hatched, outline and cut line.

    The view is the visitor's own; nothing on the map is asked back.
    """
    drawing = MapDrawing(key, drawn.bounds, plane=drawn.plane, tools=("measure",), follow=False)
    if drawn.ground:
        drawing.layers.append(PictureLayer("ground", drawn.ground))
    drawing.layers += _basemaps(drawn.bounds)
    drawing.layers += [*_pictures(drawn.layers), PictureLayer("parts", drawn.parts)]
    for shape, stroke in _redline_lines(drawn):
        drawing.shapes.append(stroke.shape(shape))
    chart.show(drawing, key, height, state.language())


def _redline_lines(drawn: RedlineMapData) -> list[tuple[dict[str, Any], Stroke]]:
    """Return the lines from bottom to top: a white halo carries each across any ground."""
    lines = [(drawn.outline, Stroke(WHITE, 5.0)), (drawn.outline, Stroke(OUTLINE, 2.6))]
    if drawn.cut is not None:
        lines += [(drawn.cut, Stroke(WHITE, 5.0)), (drawn.cut, Stroke(CUT, 2.6, "7 5"))]
    return lines


def draw_overview(board: Board, key: str, height: int) -> None:
    """Draw every parcel by its status, to look at; clicks belong to the Screen page."""
    drawing = _study(board, key)
    drawing.layers = [*_below(board), board.parcels(state.language()), *_pictures(board.layers())]
    drawing.tools, drawing.legend, drawing.follow = (), [], False
    chart.show(drawing, key, height, state.language())


def draw_placing(
    board: Board, scene: Scene, selected: str | None, height: int, legend: Iterable[tuple[str, str]] = ()
) -> None:
    """Draw who stands where: ground of sites, a tag per project, a line from each to its site.

    A dashed line leads to the site an unplaced project comes nearest to. Nothing is asked back.

    Parameters
    ----------
    board : Board
    scene : Scene
    selected : str or None
        The project whose line is thick.
    height : int
        Pixels.
    legend : iterable of (colour, text)
    """
    drawing = _study(board, PLACING)
    drawing.home, drawing.labels, drawing.follow = scene.bounds, "", False
    drawing.legend = [legend_line(colour, text) for colour, text in legend]
    drawing.layers = [*_below(board), board.fabric(), *_pictures(board.layers())]
    _placed(drawing, scene, selected)
    chart.show(drawing, PLACING, height, state.language())


def draw_catalogue(
    found: Catalogue, board: Board | None, selected: str, covered: dict[str, Any] | None, height: int,
    flaws: tuple[FlawMap, int | None] | None = None,
) -> None:  # fmt: skip
    """Draw where the layers of a study lie; of the one that is picked also its shapes and where it is whole.

    Parameters
    ----------
    found : Catalogue
    board : Board or None
        The last run; None before the first one.
    selected : str
        Id of the layer that is picked, "" for none.
    covered : GeoJSON or None
        Where it is said to be whole.
    height : int
        Pixels.
    flaws : (FlawMap, row) or None
        Where the layer that is picked does not hold together, and which of them is looked at.
    """
    language = state.language()
    drawing = _study(board, CATALOGUE) if board else MapDrawing(CATALOGUE, found.home, plane=found.plane)
    drawing.home, drawing.find, drawing.follow, drawing.tools = found.home, "", False, ("measure",)
    drawing.layers = list(_basemaps(found.home))
    if board is not None:
        shapes = [replace(layer, shown_first=layer.layer_id == selected) for layer in board.layers()]
        drawing.layers += [board.fabric(), *(replace(p, listed=False) for p in _pictures(shapes))]
    lines = []
    if selected not in found.boxes:
        drawing.shapes = [Stroke(OTHERS, 1.0).shape(box) for box in found.boxes.values()]
        lines = [legend_line(OTHERS, say("uidata.map_other", language, count=len(found.boxes)))]
    if covered is not None:
        drawing.shapes += [Stroke(c, w, d).shape(covered) for c, w, d in ((WHITE, 5.0, ""), (COVERED, 3.0, "8 5"))]
        lines.insert(0, legend_line(COVERED, say("uidata.map_covered", language)))
    if selected in found.boxes:
        drawing.shapes += _outline(found.boxes[selected], 2.5)
        lines.insert(0, legend_line(SELECTED, say("uidata.map_extent", language)))
    drawing.legend = lines
    if flaws is not None:
        _flawed(drawing, *flaws, language)
    chart.show(drawing, CATALOGUE, height, language)


def _flawed(drawing: MapDrawing, found: FlawMap, picked: int | None, language: Language) -> None:
    """Mark overlaps, repeats, gaps and slivers; go to the one that is picked."""
    for kind, shape in found.shapes.items():
        drawing.shapes.append(Stroke(FLAWS[kind], 2.0, "", FLAWS[kind]).shape(shape))
    drawing.dots += [dot(at, FLAWS[kind]) for at, kind in found.spots]
    drawing.legend = [*(legend_line(*line) for line in flaw_map.legend(found, language)), *drawing.legend]
    if picked is not None and picked < len(found.views):
        drawing.go = (picked + 1, found.views[picked])


def draw_beside(board: Board, changed: Sequence[str], scene: Scene | None, key: str, height: int) -> None:
    """Draw a run beside another one: what differs is marked, and the two maps move together.

    Parameters
    ----------
    board : Board
    changed : sequence of str
        Parcels that are otherwise in the other run.
    scene : Scene or None
        Where its projects stand.
    key : str
        Names the map.
    height : int
        Pixels.
    """
    language = state.language()
    drawing = _study(board, key)
    drawing.layers = [*_below(board), board.parcels(language), *_pictures(board.layers())]
    drawing.selected, drawing.find, drawing.follow, drawing.link = board.numbers(changed), "", False, "compared"
    counts = board.counts()
    drawing.legend = [status_line(s, f"{code('status', s, language)} {n:,}") for s, n in counts.items() if n]
    if scene is not None:
        drawing.home = scene.bounds
        _placed(drawing, scene, None)
    chart.show(drawing, key, height, language)


def _placed(drawing: MapDrawing, scene: Scene, selected: str | None) -> None:
    drawing.shapes += [_ground(scene.colours[fill.kind]).shape(fill.shape) for fill in scene.fills]
    drawing.dots += [dot(at, scene.colours[kind]) for at, kind in scene.dots]
    drawing.shapes += [Stroke(WHITE, 2.6, "6 4").shape(cut) for cut in scene.cuts]
    for call in scene.calls:
        colour, chosen = scene.colours[call.status], call.project_id == selected
        dash = "5 5" if call.dashed else ""
        drawing.lines.append(Stroke(colour, 3.4 if chosen else 1.8, dash).line([call.tag, call.site]))
        drawing.dots.append(dot(call.site, colour))
        drawing.signs.append(sign(call.tag, call.text, colour, chosen))


def draw_parks(board: Board, parks: ParkBoard, layer: IdsLayer, selected: str, height: int) -> None:
    """Draw the parks by whether they still carry land; a click is asked back."""
    language = state.language()
    drawing = _study(board, PARKS)
    drawing.layers = [*_below(board), board.fabric(), layer]
    drawing.legend = [legend_line(STATE_COLOURS[s], say(f"uicapacity.map_{s}", language)) for s in STATES]
    drawing.home, drawing.tools, drawing.find, drawing.follow = parks.bounds, ("print",), "", False
    drawing.shapes = _outline(parks.outline(selected)) if parks.has(selected) else []
    drawing.asked = True
    chart.show(drawing, PARKS, height, language)


def draw_idle(board: Board, assets: str, outline: dict[str, Any] | None, home: Bounds, height: int) -> None:
    """Draw idle land and buildings on present use; a click is asked back.

    Parameters
    ----------
    board : Board
    assets : str
        Tile address of their pictures.
    outline : GeoJSON or None
        Of the asset that is selected.
    home : Bounds
        Where the map starts.
    height : int
        Pixels.
    """
    drawing = _study(board, IDLE)
    drawing.home, drawing.legend, drawing.asked = home, [], True
    drawing.layers = [
        *_below(board),
        board.fabric(),
        *_pictures(board.layers()),
        PictureLayer("assets", assets),
    ]
    drawing.shapes = _outline(outline)
    chart.show(drawing, IDLE, height, state.language())
