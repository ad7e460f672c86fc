"""The map: the only user of folium. Shapes stay on the server; the page gets pictures of them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import folium
from streamlit_folium import st_folium

from layers.serve.board import Board, DrawnLayer
from layers.serve.mercator import MAX_ZOOM
from layers.serve.place_map import COLOURS as PLACE_COLOURS
from layers.serve.place_map import Scene
from layers.serve.places import View
from layers.serve.redline_map import CUT, OUTLINE, Drawn
from layers.serve.site_board import SiteBoard
from layers.serve.styles import GROUND, LEFT, SELECTED
from views.parts import state

HEIGHT = 470
IDLE, PLACING = "idle-map", "placing-map"
TAGS = """
.lp-tag { position: absolute; transform: translate(-50%, -50%); white-space: nowrap; color: #FFFFFF; border-radius: 3px;
  padding: 1px 7px; font-weight: 600; font-size: 12px; box-shadow: 0 1px 3px rgba(0, 0, 0, 0.35); }
"""
LOOKS = f"""
.leaflet-container {{ background: {GROUND}; font: 13px 'Segoe UI', 'Microsoft YaHei', Arial, sans-serif; }}
.leaflet-control-scale-line:nth-child(2) {{ display: none; }}
.leaflet-control-layers label {{ font-size: 13px; line-height: 1.65; }}
.leaflet-control-layers-expanded {{ max-height: 400px; overflow-y: auto; }}
"""

folium.Map.default_js = [("leaflet", "/assets/leaflet/leaflet.js")]
folium.Map.default_css = [("leaflet_css", "/assets/leaflet/leaflet.css")]


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
    view = state.aim()
    st_folium(
        _base(board),
        key=state.MAP,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=["last_clicked"],
        feature_group_to_add=_moving(board, moving),
        center=(view[0], view[1]) if view else None,
        zoom=view[2] if view else None,
    )


def _base(board: Board, home: View | None = None) -> folium.Map:
    """Return what never changes during a visit, so that the browser keeps its view and its pictures."""
    lat, lon, zoom = home or board.home
    base = folium.Map(
        [lat, lon], zoom_start=zoom, max_zoom=MAX_ZOOM, tiles=None, control_scale=True, fade_animation=False,
        attributionControl=False,
    )  # fmt: skip
    base.get_root().header.add_child(folium.Element(f"<style>{LOOKS}</style>"))
    drawn = board.layers()
    for place, layer in enumerate(drawn):
        _tiles(layer.url, place + 2, name=_label(layer), show=layer.shown_first, control=True).add_to(base)
    if drawn:
        folium.LayerControl(position="topright", collapsed=True).add_to(base)
    return base


def _moving(board: Board, moving: Moving) -> folium.FeatureGroup:
    group = folium.FeatureGroup("parcels", control=False)
    _tiles(moving.parcels, 1, name="parcels", show=True, control=False).add_to(group)
    selected = moving.selected
    outline = board.outline(selected) if selected is not None and board.has(selected) else None
    if outline is not None:
        for colour, weight in (("#FFFFFF", 6), (SELECTED, 3)):
            folium.GeoJson(outline, style_function=_line(colour, weight), interactive=False).add_to(group)
    if moving.left is not None:
        folium.GeoJson(moving.left, style_function=_ground(LEFT), interactive=False).add_to(group)
    return group


def _ground(colour: str):  # type: ignore[no-untyped-def]
    return lambda _: {"color": "#FFFFFF", "weight": 1.5, "dashArray": "5 4", "fill": True, "fillColor": colour,
                      "fillOpacity": 0.85, "interactive": False}  # fmt: skip


def _line(colour: str, weight: float, dash: str | None = None):  # type: ignore[no-untyped-def]
    return lambda _: {"color": colour, "weight": weight, "dashArray": dash, "fill": False, "interactive": False}


def _tiles(url: str, z_index: int, *, name: str, show: bool, control: bool) -> folium.TileLayer:
    return folium.TileLayer(
        url, attr=" ", name=name, overlay=True, control=control, show=show, max_zoom=MAX_ZOOM, detect_retina=True,
        z_index=z_index,
    )  # fmt: skip


def _label(layer: DrawnLayer) -> str:
    """Return the line of the layer list; Leaflet reads it as markup, so the user's title is escaped."""
    look = f"border:2px solid {layer.colour};" + ("" if layer.outline_only else f"background:{layer.colour}44;")
    swatch = f'<i style="display:inline-block;width:13px;height:9px;margin:0 5px 0 2px;{look}"></i>'
    vintage = f' <small style="color:#6B7280">{escape(layer.vintage)}</small>' if layer.vintage else ""
    return f"{swatch}{escape(layer.title)}{vintage}"


def draw_sites(board: Board, sites: SiteBoard, colours: str, selected: str | None, area: dict[str, Any] | None) -> None:
    """Draw the sites as coloured over the parcels, the outline of one, and the area a demand is stated for.

    The parcels stand pale behind, so that what could not be assembled is seen as well.
    """
    view = state.aim()
    group = folium.FeatureGroup("sites", control=False)
    _tiles(colours, 80, name="sites", show=True, control=False).add_to(group)
    outline = sites.outline(selected) if selected is not None and sites.has(selected) else None
    for shape, weight, dash in ((outline, 3.0, None), (area, 2.0, "6 5")):
        if shape is not None:
            for colour, wide in (("#FFFFFF", weight + 3), (SELECTED, weight)):
                folium.GeoJson(shape, style_function=_line(colour, wide, dash), interactive=False).add_to(group)
    base = _base(board, sites.home if len(sites.ids) else None)
    pale = folium.TileLayer(board.parcels_url(), attr=" ", name="parcels", overlay=True, control=False, opacity=0.35,
                            max_zoom=MAX_ZOOM, detect_retina=True, z_index=1)  # fmt: skip
    pale.add_to(base)
    st_folium(
        base, key=state.MAP, height=HEIGHT, use_container_width=True, returned_objects=["last_clicked"],
        feature_group_to_add=group, center=(view[0], view[1]) if view else None, zoom=view[2] if view else None,
    )  # fmt: skip


def draw_redline(drawn: Drawn, key: str, height: int) -> None:
    """Draw a red line: present use, control lines, taken parts hatched, outline and cut line.

    The view is the visitor's own; nothing on the map is asked back.
    """
    lat, lon, zoom = drawn.home
    base = folium.Map(
        [lat, lon], zoom_start=zoom, max_zoom=MAX_ZOOM, tiles=None, control_scale=True, fade_animation=False,
        attributionControl=False,
    )  # fmt: skip
    base.get_root().header.add_child(folium.Element(f"<style>{LOOKS}</style>"))
    if drawn.ground:
        _tiles(drawn.ground, 1, name="ground", show=True, control=False).add_to(base)
    for place, layer in enumerate(drawn.layers):
        _tiles(layer.url, place + 2, name=_label(layer), show=layer.shown_first, control=True).add_to(base)
    _tiles(drawn.parts, 90, name="parts", show=True, control=False).add_to(base)
    for shape, colour, weight, dash in _redline_lines(drawn):
        folium.GeoJson(shape, style_function=_line(colour, weight, dash), control=False).add_to(base)
    if drawn.layers:
        folium.LayerControl(position="topright", collapsed=True).add_to(base)
    st_folium(base, key=key, height=height, use_container_width=True, returned_objects=[])


def _redline_lines(drawn: Drawn) -> list[tuple[dict[str, Any], str, float, str | None]]:
    """Return the lines from bottom to top: a white halo carries each across any ground."""
    lines = [(drawn.outline, "#FFFFFF", 5.0, None), (drawn.outline, OUTLINE, 2.6, None)]
    if drawn.cut is not None:
        lines += [(drawn.cut, "#FFFFFF", 5.0, None), (drawn.cut, CUT, 2.6, "7 5")]
    return lines


def draw_overview(board: Board, view: View, key: str, height: int) -> None:
    """Draw every parcel by its status, to look at; clicks belong to the Screen page."""
    lat, lon, zoom = view
    base = folium.Map(
        [lat, lon], zoom_start=zoom, max_zoom=MAX_ZOOM, tiles=None, control_scale=True, fade_animation=False,
        attributionControl=False,
    )  # fmt: skip
    base.get_root().header.add_child(folium.Element(f"<style>{LOOKS}</style>"))
    _tiles(board.parcels_url(), 1, name="parcels", show=True, control=False).add_to(base)
    for place, layer in enumerate(board.layers()):
        if layer.shown_first:
            _tiles(layer.url, place + 2, name=_label(layer), show=True, control=True).add_to(base)
    st_folium(base, key=key, height=height, use_container_width=True, returned_objects=[])


def draw_placing(board: Board, scene: Scene, selected: str | None, height: int) -> None:
    """Draw who stands where: ground of sites, a tag per project, a line from each to its site.

    A dashed line leads to the site an unplaced project comes nearest to. Nothing is asked back.
    """
    lat, lon, zoom = scene.home
    base = folium.Map(
        [lat, lon], zoom_start=zoom, max_zoom=MAX_ZOOM, tiles=None, control_scale=True, fade_animation=False,
        attributionControl=False,
    )  # fmt: skip
    base.get_root().header.add_child(folium.Element(f"<style>{LOOKS}{TAGS}</style>"))
    _tiles(board.ground_url(), 1, name="ground", show=True, control=False).add_to(base)
    for place, layer in enumerate(board.layers()):
        _tiles(layer.url, place + 2, name=_label(layer), show=layer.shown_first, control=True).add_to(base)
    folium.LayerControl(position="topright", collapsed=True).add_to(base)
    st_folium(base, key=PLACING, height=height, use_container_width=True, returned_objects=[],
              feature_group_to_add=_placed(scene, selected))  # fmt: skip


def _placed(scene: Scene, selected: str | None) -> folium.FeatureGroup:
    group = folium.FeatureGroup("placing", control=False)
    for fill in scene.fills:
        folium.GeoJson(fill.shape, style_function=_ground(PLACE_COLOURS[fill.kind]), interactive=False).add_to(group)
    for cut in scene.cuts:
        folium.GeoJson(cut, style_function=_line("#FFFFFF", 2.6, "6 4"), interactive=False).add_to(group)
    for call in scene.calls:
        colour, chosen = PLACE_COLOURS[call.status], call.project_id == selected
        folium.PolyLine(
            [call.tag, call.site],
            color=colour,
            weight=3.4 if chosen else 1.8,
            opacity=0.95,
            dash_array=None if call.status == "placed" else "5 5",
            interactive=False,
        ).add_to(group)
        folium.CircleMarker(
            call.site,
            radius=4,
            color="#FFFFFF",
            weight=1.5,
            fill=True,
            fill_color=colour,
            fill_opacity=1.0,
            interactive=False,
        ).add_to(group)
        look = f"background:{colour}" + (";outline:2px solid #111827" if chosen else "")
        tag = f'<span class="lp-tag" style="{look}">{escape(call.text)}</span>'
        folium.Marker(call.tag, icon=folium.DivIcon(html=tag, icon_size=(0, 0)), interactive=False).add_to(group)
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
    lat, lon, zoom = views[0]
    base = folium.Map(
        [lat, lon], zoom_start=zoom, max_zoom=MAX_ZOOM, tiles=None, control_scale=True, fade_animation=False,
        attributionControl=False,
    )  # fmt: skip
    base.get_root().header.add_child(folium.Element(f"<style>{LOOKS}</style>"))
    _tiles(tiles[0], 1, name="ground", show=True, control=False).add_to(base)
    for place, layer in enumerate(board.layers()):
        _tiles(layer.url, place + 2, name=_label(layer), show=layer.shown_first, control=True).add_to(base)
    folium.LayerControl(position="topright", collapsed=True).add_to(base)
    group = folium.FeatureGroup("idle", control=False)
    _tiles(tiles[1], 90, name="assets", show=True, control=False).add_to(group)
    if outline is not None:
        for colour, weight in (("#FFFFFF", 6), (SELECTED, 3)):
            folium.GeoJson(outline, style_function=_line(colour, weight), interactive=False).add_to(group)
    aim = views[1]
    st_folium(
        base, key=IDLE, height=height, use_container_width=True, returned_objects=["last_clicked"],
        feature_group_to_add=group, center=(aim[0], aim[1]) if aim else None, zoom=aim[2] if aim else None,
    )  # fmt: skip
