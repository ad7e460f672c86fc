"""Local criteria of inefficient land, and land of urban renewal (城中村、旧村) with a status of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import study as flow
from geo.basis.layer import Layer
from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.idle.inefficient import LocalPack
from geo.idle.known import Known
from geo.screen.supplied import SLIVER_SHARE
from layers import toml
from layers.sources.cells import recognise
from layers.study.packs import PACKS
from layers.study.registers import idle, mu, record_cells
from layers.study.spec import LayerSpec

if TYPE_CHECKING:
    from layers.study.run.stage import Tables, Work

FOLDER = PACKS / "inefficient"
CODE_LISTS = ("renewal_kinds", "renewal_stages")


def names() -> tuple[str, ...]:
    """Return the places whose criteria are shipped."""
    return toml.names(FOLDER)


def pack(name: str, folder: Path) -> LocalPack:
    """Read the criteria of a place: shipped ones by their name, or a file of the study folder.

    Raises
    ------
    SpecError
        No such pack, or one that does not hold together.
    """
    return toml.pack(LocalPack, name, FOLDER, folder)[1]


def packs(work: Work) -> tuple[LocalPack, ...]:
    """Return the criteria a study asks for (``inefficient`` in study.toml)."""
    return tuple(pack(name, work.plan.folder) for name in work.plan.study.inefficient)


def build(work: Work) -> Tables:
    """Make the tables ``inefficient``, ``inefficient_facts``, ``mu_evaluation`` and ``redevelopment``."""
    held = Known(*(work.table(name) for name in idle.AGAIN))
    made = flow.inefficient(held, work.table("idle"), packs(work), work.plan.study.as_of, idle.bounds(),
                            mu.firms(work), mu.packs(work.plan.study, work.plan.folder))  # fmt: skip
    return made | {"redevelopment": renewal(work)}


# --- urban renewal ----------------------------------------------------------------


def renewal_of(work: Work) -> gpd.GeoDataFrame | None:
    """Return land of urban renewal for assembling; None for a study without such a layer.

    A use-only layer feeds no site: a site would tell where its land lies, and how far it has come.
    """
    open_ = [s for s in work.plan.study.with_role("redevelopment") if not s.use_only]
    return renewal(work, open_) if open_ else None


def renewal(work: Work, specs: Sequence[LayerSpec] | None = None) -> gpd.GeoDataFrame:
    """Return land of urban renewal (role ``redevelopment``): each site with its kind, its stage and the parcels on it.

    It is a source of land beside the supply register and is never mixed up with it: a
    village that is to be rebuilt is neither idle nor supplied. A stage nobody can read is
    unknown.
    """
    parcels = gpd.GeoDataFrame(work.table("parcels"))
    parts = [
        _sites(work.inputs.layers[spec.id], parcels, work)
        for spec in (work.plan.study.with_role("redevelopment") if specs is None else specs)
        if work.inputs.layers[spec.id].state == "ok"
    ]
    parts = [p for p in parts if len(p)]
    made = pd.concat(parts, ignore_index=True) if parts else empty("redevelopment")
    return gpd.GeoDataFrame(made, geometry="geometry", crs=work.plan.study.crs)


def _sites(layer: Layer, parcels: gpd.GeoDataFrame, work: Work) -> pd.DataFrame:
    count = len(layer.shapes)
    text = {
        n: [str(v) for v in layer.attributes.get(n, [""] * count)]
        for n in ("name", "kind", "stage", "households", "ready_on")
    }
    kinds = [record_cells.worded("renewal_kinds", word) or "unknown" for word in text["kind"]]
    stages = [record_cells.worded("renewal_stages", word) or "unknown" for word in text["stage"]]
    stages = ["unknown" if maybe else stage for stage, maybe in zip(stages, layer.maybe, strict=True)]
    read = [recognise.number(v) for v in text["households"]]
    tree, ids = shapely.STRtree(parcels.geometry.to_numpy()), parcels["parcel_id"].to_numpy(object)
    on = ["|".join(sorted(ids[_under(shape, tree)])) for shape in layer.shapes]
    why = [_why(stage, bool(maybe)).to_json() for stage, maybe in zip(stages, layer.maybe, strict=True)]
    return pd.DataFrame({
        "site_id": [f"{layer.layer_id}:{i}" for i in layer.ids], "name": text["name"], "kind": kinds, "stage": stages,
        "ready_on": [_day(t) for t in text["ready_on"]],
        "area_m2": work.basis.areas(work.basis.project(layer.shapes)), "parcel_ids": on,
        "households": [v.value if v is not None else np.nan for v in read], "reason": why, "geometry": layer.shapes,
    })  # fmt: skip


def _day(text: str) -> str:
    """Return the day land is surely to be clear, the last of a month or year; "" where none can be read."""
    found = recognise.day(text) if text.strip() else None
    return found.last.isoformat() if found and found.last else ""


def _why(stage: str, maybe: bool) -> Reason:
    if maybe:
        return reason("renewal_may_belong")
    return reason("renewal_stage_unknown" if stage == "unknown" else "renewal_site", stage=stage)


def _under(shape: Any, tree: shapely.STRtree) -> npt.NDArray[np.int64]:
    """Return the parcels of which more than a sliver lies under a site."""
    near = tree.query(shape, predicate="intersects")
    ground = tree.geometries[near]
    share = shapely.area(shapely.intersection(ground, shape)) / shapely.area(ground)
    out: npt.NDArray[np.int64] = near[share >= SLIVER_SHARE]
    return out
