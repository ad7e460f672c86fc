"""The only user of folium: nothing of a study reaches its templates as anything but text.

folium writes JavaScript with Jinja2 templates and then compiles what it wrote as a template
again; Leaflet reads the names of layers and tags as markup. So every text goes through
`inert`, which spells all but letters and digits as numbers: neither a template nor a script
nor an element can be written with what is left. Colours and addresses are ours and are checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import folium
from streamlit_folium import st_folium

from layers.outputs.plain import visible
from layers.serve.draw.mercator import MAX_ZOOM
from layers.serve.draw.places import View
from layers.serve.draw.styles import GROUND

TAGS = """
.lp-tag { position: absolute; transform: translate(-50%, -50%); white-space: nowrap; color: #FFFFFF; border-radius: 3px;
  padding: 1px 7px; font-weight: 600; font-size: 12px; box-shadow: 0 1px 3px rgba(0, 0, 0, 0.35); }
"""
LOOKS = f"""
.leaflet-container {{ background: {GROUND}; font: 13px 'Segoe UI', 'Microsoft YaHei', Arial, sans-serif; }}
.leaflet-control-scale-line:nth-child(2) {{ display: none; }}
.leaflet-control-layers label {{ font-size: 13px; line-height: 1.65; }}
.leaflet-control-layers-expanded {{ max-height: 400px; overflow-y: auto; }}
{TAGS}
"""
STYLE = f"<style>{LOOKS}</style>"
NOT_ASKED: dict[str, Any] = {"interactive": False}
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_KIND = re.compile(r"(Multi)?(Point|LineString|Polygon)|GeometryCollection")
_DASH = re.compile(r"\d{1,2}( \d{1,2})*")
_ADDRESS = re.compile(r"/tiles/[0-9a-f]{32}/\{z\}/\{x\}/\{y\}\.png")

folium.Map.default_js = [("leaflet", "/assets/leaflet/leaflet.js")]
folium.Map.default_css = [("leaflet_css", "/assets/leaflet/leaflet.css")]


def inert(text: str) -> str:
    """Return a text as markup that shows it and can be nothing else, in a template, a script or HTML."""
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))


def _checked(text: str, form: re.Pattern[str]) -> str:
    """Return a colour, a dash or an address as it is; what has another form is no part of a map."""
    if not form.fullmatch(text):
        raise ValueError(f"not of the form {form.pattern}")
    return text


@dataclass(frozen=True)
class Entry:
    """A line of the layer list: the user's title and date, and how the layer is drawn."""

    title: str
    vintage: str
    colour: str
    outline_only: bool


@dataclass(frozen=True)
class Stroke:
    """How a line is drawn; with `fill`, it is the ground inside that is drawn."""

    colour: str
    weight: float
    dash: str | None = None
    fill: str | None = None

    def options(self) -> dict[str, Any]:
        """Return the options of Leaflet."""
        made = {"color": _checked(self.colour, _COLOUR), "weight": float(self.weight), "interactive": False,
                "dashArray": None if self.dash is None else _checked(self.dash, _DASH)}  # fmt: skip
        if self.fill is None:
            return made | {"fill": False}
        return made | {"fill": True, "fillColor": _checked(self.fill, _COLOUR), "fillOpacity": 0.85}


def base(view: View) -> folium.Map:
    """Return an empty map at a latitude, longitude and zoom."""
    lat, lon, zoom = view
    made = folium.Map(
        [float(lat), float(lon)], zoom_start=int(zoom), max_zoom=MAX_ZOOM, tiles=None, control_scale=True,
        fade_animation=False, attributionControl=False,
    )  # fmt: skip
    made.get_root().header.add_child(folium.Element(STYLE))
    return made


def group() -> folium.FeatureGroup:
    """Return what is drawn anew while the map below stays."""
    return folium.FeatureGroup("moving", control=False)


def tiles(url: str, z_index: int, entry: Entry | None = None, show: bool = True, opacity: float = 1.0) -> Any:
    """Return pictures from this server; with an entry they can be switched in the layer list."""
    return folium.TileLayer(
        _checked(url, _ADDRESS), attr=" ", name=_line(entry, z_index) if entry else str(int(z_index)), overlay=True,
        control=entry is not None, show=bool(show), max_zoom=MAX_ZOOM, detect_retina=True, z_index=int(z_index),
        opacity=float(opacity),
    )  # fmt: skip


def _line(entry: Entry, place: int) -> str:
    """Return the line of the layer list; its place makes it the only one of its name."""
    colour = _checked(entry.colour, _COLOUR)
    look = "display:inline-block;width:13px;height:9px;margin:0 5px 0 2px;"
    look += f"border:2px solid {colour};" + ("" if entry.outline_only else f"background:{colour}44;")
    swatch = f'<i data-place="{int(place)}" style="{look}"></i>'
    vintage = f' <small style="color:#6B7280">{inert(entry.vintage)}</small>' if entry.vintage else ""
    return f"{swatch}{inert(entry.title)}{vintage}"


def switches() -> folium.LayerControl:
    """Return the layer list."""
    return folium.LayerControl(position="topright", collapsed=True)


def shape(geometry: dict[str, Any], stroke: Stroke) -> folium.GeoJson:
    """Return a shape (GeoJSON in longitude and latitude); of a feature only its geometry is taken."""
    options = stroke.options()
    return folium.GeoJson(_only_shape(geometry), style_function=lambda _: options, control=False, **NOT_ASKED)


def _only_shape(given: dict[str, Any]) -> dict[str, Any]:
    """Return shapes alone: what else a feature carries has no business on the map."""
    if given["type"] == "FeatureCollection":
        return {"type": "FeatureCollection", "features": [_only_shape(f) for f in given["features"]]}
    if given["type"] == "Feature":
        return {"type": "Feature", "properties": {}, "geometry": given["geometry"] and _only_shape(given["geometry"])}
    kind = _checked(given["type"], _KIND)
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_only_shape(g) for g in given["geometries"]]}
    return {"type": kind, "coordinates": given["coordinates"]}


def line(points: list[tuple[float, float]], stroke: Stroke) -> folium.PolyLine:
    """Return a line through latitudes and longitudes."""
    look = stroke.options()
    return folium.PolyLine(points, color=look["color"], weight=look["weight"], dash_array=look["dashArray"],
                           opacity=0.95, **NOT_ASKED)  # fmt: skip


def dot(at: tuple[float, float], colour: str) -> folium.CircleMarker:
    """Return a small circle."""
    return folium.CircleMarker(at, radius=4, color="#FFFFFF", weight=1.5, fill=True, fill_opacity=1.0,
                               fill_color=_checked(colour, _COLOUR), **NOT_ASKED)  # fmt: skip


def sign(at: tuple[float, float], text: str, colour: str, chosen: bool) -> folium.Marker:
    """Return a tag with a text of the user's."""
    look = f"background:{_checked(colour, _COLOUR)}" + (";outline:2px solid #111827" if chosen else "")
    icon = folium.DivIcon(html=f'<span class="lp-tag" style="{look}">{inert(text)}</span>', icon_size=(0, 0))
    return folium.Marker(at, icon=icon, **NOT_ASKED)


def show(
    made: folium.Map, key: str, height: int, moving: folium.FeatureGroup | None = None, aim: View | None = None,
    clicks: bool = False,
) -> None:  # fmt: skip
    """Draw a map; with `clicks`, the last click is kept for this visit under the key."""
    st_folium(
        made, key=key, height=height, use_container_width=True, returned_objects=["last_clicked"] if clicks else [],
        feature_group_to_add=moving, center=(aim[0], aim[1]) if aim else None, zoom=aim[2] if aim else None,
    )  # fmt: skip
