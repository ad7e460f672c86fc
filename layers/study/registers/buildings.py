"""The buildings of a study as sites, and what speaks for production upstairs in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from geo.basis.layer import Layer
from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.idle import upstairs, vacancy
from geo.idle.upstairs import Guide
from layers.library import standards

if TYPE_CHECKING:
    from layers.study.run.stage import Tables, Work

STANDARD, GROUP = "idle-signals", "storeys"
FAR_MAX = "far_max"


def guides() -> tuple[Guide, ...]:
    """Return the guide values of multi-storey plants, from the shipped standard."""
    found = standards.load(STANDARD).of(GROUP)
    bounds = ((e, e.figure.low, e.figure.high) for e in found)
    return tuple(
        Guide(e.id, low, high if high is not None else low, e.figure.unverified)
        for e, low, high in bounds
        if low is not None
    )


def _tested(tests: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Leave every test of a building that only may belong to the layer open, with that reason."""
    doubtful = tests["building_id"].isin(layer.ids[layer.maybe].astype(str))
    tests.loc[doubtful, "outcome"] = "unknown"
    tests.loc[doubtful, "reason"] = reason("building_may_belong").to_json()
    return tests


def build(work: Work) -> Tables:
    """Make the tables ``building_sites`` and ``upstairs`` from every layer of buildings."""
    study = work.plan.study
    layers = [work.inputs.layers[s.id] for s in study.with_role("building") if work.inputs.layers[s.id].state == "ok"]
    plans = [work.inputs.layers[s.id] for s in study.with_role("plan")]
    plan = next((p for p in plans if p.state == "ok" and FAR_MAX in p.attributes), None)
    sites, tests = [], []
    for layer in layers:
        found = vacancy.building_sites(layer, work.basis, study.crs)
        sites.append(found)
        tests.append(_tested(upstairs.assess(found, guides(), *upstairs.ratios(found, layer, plan)), layer))
    if not sites:
        nothing = gpd.GeoDataFrame(empty("building_sites"), geometry="geometry", crs=study.crs)
        return {"building_sites": nothing, "upstairs": empty("upstairs")}
    whole = gpd.GeoDataFrame(pd.concat(sites, ignore_index=True), geometry="geometry", crs=study.crs)
    return {"building_sites": whole, "upstairs": pd.concat(tests, ignore_index=True)}
