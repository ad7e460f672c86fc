"""From the study's tables to a portfolio: what projects need, and what share of a site draws which account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from geo.basis.units import hi
from geo.place.fit import Tables
from geo.place.headroom import Pool
from geo.place.portfolio import BUILDING, LAND_STEP_M2, Need, Portfolio
from geo.place.resource import Resource
from geo.place.spacing import NO_SPACING, Spacing

OPEN = Need(0.0, np.inf)
"""What is needed of a resource is not known."""
SEPARATOR = "#"


def portfolio(
    tables: Tables, fits: pd.DataFrame, members: pd.DataFrame, pools: Sequence[Pool], spacing: Spacing = NO_SPACING
) -> Portfolio:
    """Return what is placed, from the tables of the stages before.

    Parameters
    ----------
    tables : Tables
    fits : DataFrame
        Table `fits`.
    members : DataFrame
        Table `members`, red lines included: which land part belongs to which site.
    pools : sequence of Pool
        What there is to draw from.
    spacing : Spacing
        Distances projects ask all others to keep.
    """
    land = tables.sites[["site_id", "kind", "park_id", "net_m2"]].rename(columns={"net_m2": "room_m2"})
    halls = tables.buildings[["site_id", "park_id", "net_m2"]].rename(columns={"net_m2": "room_m2"})
    sites = pd.concat([land, halls.assign(kind=BUILDING)], ignore_index=True)
    parts = members["parcel_id"].astype(str) + SEPARATOR + members["part"].astype(str)
    owned = pd.DataFrame({"site_id": members["site_id"], "part_id": parts})
    own = pd.DataFrame({"site_id": halls["site_id"], "part_id": halls["site_id"]})
    resources = [p.resource for p in pools]
    return Portfolio(
        tables.projects[["project_id"]], needs(tables.demand, resources), fits, sites,
        pd.concat([owned, own], ignore_index=True), rates(tables.sites, resources),
        spacing,
    )  # fmt: skip


def needs(demand: pd.DataFrame, resources: Iterable[Resource]) -> dict[str, dict[str, Need]]:
    """Return project → resource → need, for the resources somebody keeps count of.

    A project that says nothing of a resource of which other projects of the list state a need
    leaves its own open; one that nobody states and no norm gives is taken not to be needed.
    """
    counted = {r.id: r for r in resources if not r.site}
    stated = {name for name, r in counted.items() if _stated(demand, r.column)}
    out: dict[str, dict[str, Need]] = {}
    for record in demand.to_dict("records"):
        row = {str(k): v for k, v in record.items()}
        binding = set(str(row.get("binding", "")).split("|"))
        found = {name: _need(row, r, binding) or (OPEN if name in stated else None) for name, r in counted.items()}
        mine = {name: need for name, need in found.items() if need is not None}
        out[str(row["project_id"])] = mine
    return out


def _stated(demand: pd.DataFrame, column: str) -> bool:
    """Tell whether some project is known to need a resource, not by a figure from memory alone."""
    if column not in demand or "binding" not in demand:
        return False
    binding = np.array([column in str(names).split("|") for names in demand["binding"]], bool)
    return bool((demand[column].notna().to_numpy() & binding).any())


def _need(row: Mapping[str, object], resource: Resource, binding: set[str]) -> Need | None:
    if not resource.column:
        return None
    low, high = (_number(row.get(name)) for name in (resource.column, hi(resource.column)))
    if np.isnan(low) and np.isnan(high):
        return None
    low = 0.0 if np.isnan(low) else low * resource.factor
    high = np.inf if np.isnan(high) else high * resource.factor
    return Need(low, high, resource.column in binding)


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float, np.number)) else np.nan


def rates(sites: pd.DataFrame, resources: Iterable[Resource]) -> dict[str, dict[str, float]]:
    """Return site → account → share of its land that draws the account; NaN where that is not known.

    A site that is cut draws in proportion to the land taken: which corner is left is
    decided when the cut line is drawn.
    """
    accounts = [r for r in resources if r.site]
    area = sites["net_m2"].to_numpy(np.float64)
    columns = {r.id: _rate(sites, r.site, area) for r in accounts}
    ids = sites["site_id"].astype(str)
    return {s: {name: float(rate[k]) for name, rate in columns.items()} for k, s in enumerate(ids)}


def _rate(sites: pd.DataFrame, name: str, area: np.ndarray) -> np.ndarray:
    low, high = (sites[c].to_numpy(np.float64) for c in (f"{name}_m2", f"{name}_hi_m2"))
    known = high - low <= LAND_STEP_M2
    share = np.clip(low / np.maximum(area, 1e-9), 0.0, 1.0)
    # the last square metre of a wholly cultivated site is cultivated too
    share = np.where(area - low <= LAND_STEP_M2 / 2.0, 1.0, share)
    return np.where(known & np.isfinite(share), share, np.nan)
