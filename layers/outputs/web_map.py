"""A map that leaves: one HTML file that asks nobody for anything, and the same in a notebook. The only user of folium.

folium writes JavaScript with Jinja2 templates and then compiles what it wrote as a template
again; Leaflet reads tooltips as markup. So every text goes through `inert`, which spells all
but letters and digits as numbers: neither a template nor a script nor an element can be
written with what is left. Leaflet itself stands in the file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
import xstatic.pkg.leaflet

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.library.colours import STATUS_COLOURS
from layers.outputs.files import leaving
from layers.outputs.plain import visible
from layers.study.run.results import Results
from layers.text import Language, code, land_unit, number, say

SHOWN = ("eligible", "conditional", "unknown")
MOST = 5_000
"""More shapes than these make a page no browser likes to open: the statuses that come last are left out, and named."""
LEEWAY_M = 0.5
"""Outlines are drawn this exactly; areas stand in the words."""
STYLE = (
    "<style>.leaflet-container { background: #F3F1EC; font: 13px 'Segoe UI', 'Microsoft YaHei', Arial, sans-serif; }"
    " .lw-note { position: fixed; left: 12px; bottom: 24px; z-index: 1000; background: #fff; padding: 6px 10px;"
    " border-radius: 4px; max-width: 60%; font: 13px 'Segoe UI', 'Microsoft YaHei', sans-serif; }</style>"
)
_COLOUR = re.compile(r"#[0-9A-F]{6}")


class _Map(folium.Map):
    """A map that brings its library along."""

    default_js: list[tuple[str, str]] = []
    default_css: list[tuple[str, str]] = []


@cache
def _library() -> str:
    """Return Leaflet as it stands in the page; `raw` keeps a template from reading it."""
    folder = Path(xstatic.pkg.leaflet.BASE_DIR)
    script, looks = ((folder / f"leaflet.{kind}").read_text(encoding="utf-8") for kind in ("js", "css"))
    looks = re.sub(r"url\([^)]*\)", "none", looks)  # pictures of markers and of the layer list: there are none
    return f"{{% raw %}}<style>{looks}</style><script>{script}</script>{{% endraw %}}"


def inert(text: str) -> str:
    """Return a text as markup that shows it and can be nothing else, in a template, a script or HTML."""
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))


def study_map(results: Results, language: Language) -> folium.Map:
    """Return the candidates of a run on a map, each with its words under the mouse.

    Raises
    ------
    BlockedError
        No parcel has a shape, or the parcels may not leave the study.
    """
    results = leaving(results, "candidates", "geojson")
    found = results.table("candidates")
    parcels = gpd.GeoDataFrame(results.table("parcels"))[["parcel_id", "geometry"]]
    rows = gpd.GeoDataFrame(parcels.merge(found, on="parcel_id"), geometry="geometry", crs=parcels.crs)
    rows = rows[~(rows.geometry.isna() | rows.geometry.is_empty)]
    if rows.empty:
        raise BlockedError(reason("map_without_shapes"))
    west, south, east, north = (float(v) for v in rows.to_crs(4326).total_bounds)
    made = _Map(tiles=None, control_scale=True, attributionControl=False)
    root: Any = made.get_root()
    root.header.add_child(folium.Element(_library() + STYLE))
    left_out = []
    room = MOST
    for status in SHOWN:
        some = rows[rows["status"] == status]
        if len(some) > room:
            left_out.append((status, len(some)))
            continue
        room -= len(some)
        if len(some):
            _layer(some, status, language).add_to(made)
    root.html.add_child(folium.Element(_note(results, left_out, language)))
    made.fit_bounds([[float(south), float(west)], [float(north), float(east)]])
    return made


def _layer(some: gpd.GeoDataFrame, status: str, language: Language) -> folium.GeoJson:
    """Return the parcels of one status as shapes with words."""
    colour = STATUS_COLOURS[status]
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"not of the form {_COLOUR.pattern}")
    look = {"color": "#374151", "weight": 1, "fillColor": colour, "fillOpacity": 0.75}
    shapes = gpd.GeoSeries(shapely.simplify(some.geometry.to_numpy(), LEEWAY_M), crs=some.crs).to_crs(4326)
    features = [
        {"type": "Feature", "geometry": _only_shape(shape), "properties": {"words": _markup(_words(row, language))}}
        for shape, row in zip(shapes, some.to_dict("records"), strict=True)
    ]
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": features}, style_function=lambda _: look,
        tooltip=folium.GeoJsonTooltip(["words"], labels=False),
    )  # fmt: skip


def _markup(lines: list[str]) -> str:
    return "<br>".join(inert(line) for line in lines)


def _words(row: dict[str, Any], language: Language) -> list[str]:
    unit = land_unit(language).word
    areas = say("uimap.areas", language, gross=number(row["gross_m2"], unit, language),
                net=number(row["net_m2"], unit, language))  # fmt: skip
    return [str(row["parcel_id"]), code("status", str(row["status"]), language), areas]


def _only_shape(shape: Any) -> dict[str, Any]:
    """Return numbers alone: what else a row carries has no business in a template."""
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    rings = [[np.round(shapely.get_coordinates(r), 7).tolist() for r in (p.exterior, *p.interiors)] for p in parts]
    return {"type": "MultiPolygon", "coordinates": rings}


def _note(results: Results, left_out: list[tuple[str, int]], language: Language) -> str:
    """Return what a reader has to know: study, day, run, synthetic or not, and what is not on the map."""
    lines = [f"{results.study.name} · {say('ui.as_of', language, day=results.study.as_of.isoformat())} · "
             f"{say('ui.run', language, run=results.run_id[:8])}"]  # fmt: skip
    lines += [say("ui.synthetic", language)] if results.study.demonstration else []
    excluded = int((results.table("candidates")["status"] == "excluded").sum())
    lines += [
        say("uimap.not_shown", language, status=code("status", s, language), parcels=n)
        for s, n in [*left_out, ("excluded", excluded)]
    ]
    return '<div class="lw-note">' + _markup(lines) + "</div>"
