"""Where a layer of areas does not hold together (拓扑检查), for the map and the list of the page of data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.serve.draw.mapped import Corner
from layers.serve.held import Held
from layers.serve.pages.data_desk import LayerState
from layers.study import inspection, overrides, topology
from layers.study.spec import LayerSpec, Study
from layers.text import Language, code, say

MOST = 500
"""Flaws that are drawn and listed, the largest of each kind first; the list by command has them all."""
FARTHEST, NEAREST, AROUND = 10.0, 18.0, 400.0
"""Zooms a flaw that is picked is shown at, and the pixels its longer side takes at most."""
COLOURS = {"overlap": "#C2255C", "repeat": "#7A3E9D", "gap": "#D9480F", "sliver": "#1864AB"}
COLUMNS = ("kind", "first", "second", "area_m2", "width_m")


@dataclass(frozen=True)
class FlawMap:
    """The flaws of a layer as they are drawn.

    Parameters
    ----------
    shapes : mapping of kind to GeoJSON
        Longitude and latitude; all flaws of a kind together.
    spots : tuple of (latitude and longitude, kind)
        A place in each, for those too small to be seen.
    views : tuple of (latitude, longitude, zoom)
        How each is shown when it is picked.
    rows : DataFrame
        `COLUMNS`, aligned with `spots` and `views`.
    counts : mapping of kind to number
        Of all there are, drawn or not.
    """

    shapes: dict[str, dict[str, Any]]
    spots: tuple[tuple[Corner, str], ...]
    views: tuple[tuple[float, float, float], ...]
    rows: pd.DataFrame
    counts: dict[str, int]


def has(layer: LayerState) -> bool:
    """Tell whether a layer is one whose flaws can be looked for here: rows of areas that may be shown."""
    return topology.is_asked(layer.spec) and layer.lies is not None


def flaws(folder: Path, study: Study, layer: LayerState) -> FlawMap | None:
    """Return the flaws of a layer with the corrections that stand; None where it has none."""
    read = next((s for s in overrides.study(folder).layers if s.id == layer.spec.id), layer.spec)
    name = (str(folder), study.crs, *inspection.named(read, folder))
    return _found.get(name, partial(_drawn, read, study, folder))


_found: Held[FlawMap | None] = Held(16)


def _drawn(layer: LayerSpec, study: Study, folder: Path) -> FlawMap | None:
    found = topology.of_layer(layer, study, folder)
    if found.empty:
        return None
    counts = {str(k): int(n) for k, n in found["kind"].value_counts().items()}
    share = {k: max(1, MOST * n // len(found)) for k, n in counts.items()}
    kept = found[found.groupby("kind").cumcount() < found["kind"].map(share)].reset_index(drop=True)
    turned = kept.to_crs(4326)
    shapes = {
        str(kind): json.loads(gpd.GeoSeries([shapely.union_all(own.geometry.to_numpy())]).to_json())
        for kind, own in turned.groupby("kind")
    }
    spots = [(float(p.y), float(p.x)) for p in turned.geometry.representative_point()]
    sides = np.maximum(np.ptp(turned.geometry.bounds.to_numpy().reshape(-1, 2, 2), axis=1).max(axis=1), 1e-6)
    zooms = np.clip(np.floor(np.log2(AROUND / 256 * 360 / sides)), FARTHEST, NEAREST)
    views = tuple((*at, float(zoom)) for at, zoom in zip(spots, zooms, strict=True))
    rows = pd.DataFrame(kept[list(COLUMNS)])
    return FlawMap(shapes, tuple(zip(spots, rows["kind"].astype(str), strict=True)), views, rows, counts)


def table(found: FlawMap, language: Language) -> pd.DataFrame:
    """Return the flaws that are drawn as rows in words."""
    made = found.rows.assign(kind=[code("flaw", str(k), language) for k in found.rows["kind"]])
    return made.rename(columns={c: say(f"findingslist.{c}", language) for c in made})


def legend(found: FlawMap, language: Language) -> list[tuple[str, str]]:
    """Return colour and words of each kind that is there, with how many."""
    return [
        (colour, say("uidata.flaw_line", language, kind=code("flaw", kind, language), count=found.counts[kind]))
        for kind, colour in COLOURS.items()
        if kind in found.counts
    ]
