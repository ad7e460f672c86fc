"""The flaws of a study's layers as shapes (拓扑检查): overlaps, repeats, gaps and slivers, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.progress import Progress, silent
from geo.measure.topology import COLUMNS, KINDS, flaws
from layers.library import roles
from layers.sources.finding import Finding, finding
from layers.study import load, overrides
from layers.study.placed import Loaded
from layers.study.spec import LayerSpec, Study

CHECKED = ("parcels", "plan")
"""Roles whose rows should meet: gaps and slivers are findings of their own."""
NAMED = 5


def of_study(folder: Path, progress: Progress = silent) -> gpd.GeoDataFrame:
    """Return the flaws of every layer of areas; use-only layers are left out.

    Returns
    -------
    GeoDataFrame
        ``layer_id`` and the columns of `geo.measure.topology.flaws`, study CRS.
    """
    study = overrides.study(folder)
    asked = [s for s in study.layers if is_asked(s)]
    made = []
    for done, layer in enumerate(asked):
        progress(done, len(asked), "load")
        if len(found := of_layer(layer, study, folder)):
            made.append(found.assign(layer_id=layer.id))
    progress(len(asked), len(asked), "load")
    if not made:
        return gpd.GeoDataFrame(columns=["layer_id", *COLUMNS], geometry=[], crs=study.crs)
    whole = gpd.GeoDataFrame(pd.concat(made, ignore_index=True), geometry="geometry", crs=study.crs)
    return whole[["layer_id", *COLUMNS, "geometry"]]


def is_asked(layer: LayerSpec) -> bool:
    """Tell whether a layer is one of areas whose flaws may be shown."""
    return layer.role in roles.polygons() and layer.role in load.ours() and not layer.use_only


def of_layer(layer: LayerSpec, study: Study, folder: Path) -> gpd.GeoDataFrame:
    """Return the flaws of one layer of areas (study CRS), the largest first within a kind; none of one that fails."""
    item = load.open_layer(layer, study, folder)
    if item.state != "ok" or not len(item.shapes):
        return gpd.GeoDataFrame(columns=list(COLUMNS), geometry=[], crs=study.crs)
    return flaws(item.shapes, item.names, study.crs)


def findings(item: Loaded, study_crs: str, kinds: Sequence[str] = ("gap", "sliver")) -> list[Finding]:
    """Return what is to be said of the flaws of a layer, a line for each kind."""
    if item.spec.role not in CHECKED or len(item.shapes) == 0:
        return []
    found = flaws(item.shapes, item.names, study_crs, kinds)
    out = []
    for kind in (k for k in KINDS if k in kinds):
        rows = found[found["kind"] == kind]
        if len(rows):
            named = [_named(str(a), str(b)) for a, b in rows[["first", "second"]].head(NAMED).itertuples(index=False)]
            area = float(np.sum(rows["area_m2"]))
            out.append(finding("warn", f"topology_{kind}", count=len(rows), area_m2=area, rows=named))
    return out


def _named(first: str, second: str) -> str:
    return " × ".join(filter(None, (first, second))) or "–"
