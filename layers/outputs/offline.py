"""One page that needs no network and no program but a browser: map, legend, a table to search, the why of each row.

Everything a study says goes in as JSON and is shown as text; the page allows its own script by its sum and nothing
else, so a text that is a script runs nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from html import escape
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.library.colours import PLAIN
from layers.outputs.form import fields, writes
from layers.outputs.plain import plain
from layers.outputs.projected import Projection
from layers.text import Language, has, say

PARTS = Path(__file__).resolve().parents[2] / "data" / "forms" / "offline"
STEP_M = 0.2
"""Corners are drawn on a grid of so many metres: enough for a screen, and half the size."""
LISTED, MOST = 4, 300
"""Columns of the table beside the map, and rows it shows at once."""
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def _rows(path: Path, table: str) -> int:
    found = _DATA.search(path.read_text(encoding="utf-8"))
    return len(json.loads(found[1])["shapes"]) if found else 0


@writes("html", "HTML", "asked", count=_rows)
def _write_html(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    path.write_text(page(made, shapes, table, made.language), encoding="utf-8")


def page(made: Projection, shapes: gpd.GeoSeries, table: str, language: Language) -> str:
    """Return the page as text."""
    script = (PARTS / "page.js").read_text(encoding="utf-8")
    style = (PARTS / "page.css").read_text(encoding="utf-8")
    body = json.dumps(_data(made, shapes, language), ensure_ascii=False, separators=(",", ":"))
    body = body.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    rule = (
        f"default-src 'none'; script-src {_sum(script)}; style-src {_sum(style)} 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'"
    )
    title = say(f"table.{table}", language) if has(f"table.{table}") else table
    words = {k: escape(say(f"offline.{k}", language)) for k in ("find", "whole", "notes")}
    north = escape(say("dossier.north", language))
    head, *more = [escape(plain(n)) for n in made.notes] or [""]
    warned = say("note.demonstration", language)
    warning = f'<p id="warned">{escape(warned)}</p>' if warned in made.notes else ""
    told = "".join(f"<p>{n}</p>" for n in more)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(rule)}">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{style}</style></head>"
        f"<body><header><h1>{escape(title)}</h1><p>{head}</p>{warning}"
        f"<details><summary>{words['notes']}</summary>{told}</details></header>"
        '<div id="map"><canvas tabindex="0"></canvas><div id="zoom">'
        '<button id="in">+</button><button id="out">−</button>'
        f'<button id="all" title="{words["whole"]}">⤢</button></div><div id="north">{north}<br>▲</div>'
        '<div id="legend"></div><div id="scale"></div></div>'
        f'<aside><input id="find" placeholder="{words["find"]}" aria-label="{words["find"]}"><p id="count"></p>'
        '<div id="rows"></div><div id="why"></div></aside>'
        f'<script type="application/json" id="data">{body}</script><script>{script}</script></body></html>'
    )


def _sum(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(made: Projection, shapes: gpd.GeoSeries, language: Language) -> dict[str, Any]:
    frame = fields(made.frame)
    names = [str(c) for c in frame]
    look = names.index(made.look.column) if made.look.column in names else -1
    areas = [k for k, n in enumerate(names) if n.endswith(("_mu", "_ha")) and n.startswith(("net", "gross", "area"))]
    listed = list(dict.fromkeys([0, *([look] if look >= 0 else []), *areas, *range(len(names))]))[:LISTED]
    box = shapes.total_bounds if len(shapes) else np.zeros(4)
    left, low = (float(v) if math.isfinite(v) else 0.0 for v in box[:2])
    return {
        "lang": "zh-CN" if language == "zh" else "en-GB",
        "count": len(frame),
        "step": STEP_M,
        "origin": [left, low],
        "most": MOST,
        "columns": [_column(frame[n], n, made.headers.get(n, n)) for n in names],
        "list": listed,
        "look": look,
        "colours": {plain(w): c for w, c in made.look.colours.items()},
        "plain": PLAIN,
        "words": {"pick": say("offline.pick", language), "count": _count(language)},
        "shapes": [_shape(s, left, low) for s in shapes],
    }


def _count(language: Language) -> str:
    return say("offline.count", language, found="{found}", all="{all}", most="{most}")


def _column(values: pd.Series, name: str, head: str) -> dict[str, Any]:
    """Return a column; texts that come again stand once."""
    if pd.api.types.is_numeric_dtype(values):
        numbers = [None if v != v else (int(v) if float(v).is_integer() else round(float(v), 4)) for v in values]
        return {"name": name, "head": plain(head), "number": True, "values": numbers}
    texts = ["" if v is None else str(v) for v in values]
    known = list(dict.fromkeys(texts))
    place = {t: k for k, t in enumerate(known)}
    return {"name": name, "head": plain(head), "number": False, "values": known, "codes": [place[t] for t in texts]}


def _shape(shape: Any, left: float, low: float) -> list[list[int]] | None:
    """Return the rings of a shape in steps, each point as the way from the one before."""
    if shape is None or shape.is_empty:
        return None
    out = []
    for part in shapely.get_parts(shape):
        drawn = part.buffer(STEP_M * 10) if part.geom_type != "Polygon" else part
        for ring in shapely.get_rings(drawn):
            points = np.rint((shapely.get_coordinates(ring)[:-1] - (left, low)) / STEP_M).astype(np.int64)
            out.append(np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist())
    return out
