"""The land of each park as an account (园区土地账): what is used, handed over, kept out and still open, in 亩."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from geo.basis.units import MU_M2
from geo.place.capacity import LAND

FAR, FLOOR = "far_max", "floor_m2"
BUILT, SUPPLIED = ("built",), ("supplied",)


def park_land(
    parcels: pd.DataFrame, supply: pd.DataFrame, open_land: pd.DataFrame, rates: Mapping[str, pd.Series],
    stacks: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return the land account of each park.

    Parameters
    ----------
    parcels : DataFrame
        ``parcel_id park_id area_m2``, and ``may_belong`` where rows only may be parcels.
    supply : DataFrame
        ``parcel_id supply_status``, and ``far_max`` where a plan gives the upper plot ratio.
    open_land : DataFrame
        Table `availability`: the usable parts, ``parcel_id area_m2 disputed_m2 outcome``; what is
        clear is free, what is unknown or disputed is told beside and counts as kept out until it
        is settled. Ground of several parcels is in one part.
    rates : mapping of account to Series by parcel
        Share of the parcel's land that draws a county account; NaN counts as all of it.
    stacks : DataFrame or None
        Ground in several parcels, ``stack_id parcel_id area_m2``, a row per stack and parcel:
        it counts once in a park, as built before handed over. None: no parcels overlap.

    Returns
    -------
    DataFrame
        ``park_id limit used committed reserved free open_unknown``, 亩, and ``open_<account>``:
        free land that draws the account. limit − used − committed − reserved = free; with ``far_max`` also
        ``floor_m2``, the floor the plan's upper plot ratio allows on the free land of which it is known, and
        ``floor_open``, the free land of which it is not, 亩;
        `reserved` is ground that is neither built nor handed over nor open: roads, what rules
        exclude, what is not known.
    """
    about = ["parcel_id", "park_id", "area_m2", *(["may_belong"] if "may_belong" in parcels else [])]
    status_of = [n for n in ("parcel_id", "supply_status", FAR) if n in supply]
    rows = parcels[about].merge(supply[status_of], on="parcel_id")
    rows = rows[rows["park_id"].fillna("") != ""]
    found = {outcome: _by_parcel(open_land, outcome) for outcome in ("clear", "unknown")}
    free = rows["parcel_id"].map(found["clear"]).fillna(0.0).to_numpy(np.float64)
    area, status = rows["area_m2"].to_numpy(np.float64), rows["supply_status"]
    columns = {
        "limit": area, "free": free, "open_unknown": rows["parcel_id"].map(found["unknown"]).fillna(0.0).to_numpy(),
        # land taken back is open: what is open of a parcel is no longer counted as handed over
        "used": np.where(status.isin(BUILT), area - free, 0.0),
        "committed": np.where(status.isin(SUPPLIED), area - free, 0.0),
    }  # fmt: skip
    columns |= _floor(rows, free)
    columns |= {
        f"open_{name}": free * rows["parcel_id"].map(rate).fillna(1.0).to_numpy() for name, rate in rates.items()
    }
    if "may_belong" in rows:  # what only may be land of a park leaves its figures open; free is what is proved
        doubtful = (rows["may_belong"].fillna("") != "").to_numpy(bool)
        open_ended = {"limit": doubtful, **{n: doubtful & (columns[n] > 0) for n in ("used", "committed")}}
        columns |= {n: np.where(at, np.nan, columns[n]) for n, at in open_ended.items()}
    if stacks is not None and len(stacks):
        columns |= _counted_once(columns, rows, stacks)
    named = pd.DataFrame(columns).groupby(rows["park_id"].to_numpy(object))
    made = named.sum().where(named.count().eq(named.size(), axis=0)) / MU_M2  # a sum with an open part is open
    if FLOOR in made:
        made[FLOOR] = (made[FLOOR] * MU_M2).where(made["floor_open"] < made["free"])
    made["reserved"] = made["limit"] - made["used"] - made["committed"] - made["free"]
    return made.rename_axis("park_id").reset_index()


def _floor(rows: pd.DataFrame, free: np.ndarray) -> dict[str, np.ndarray]:
    """Return the floor the plan allows on free land, m², and the free land of which it says nothing."""
    if FAR not in rows:
        return {}
    ratio = rows[FAR].to_numpy(np.float64)
    known = np.isfinite(ratio) & (ratio > 0)
    return {FLOOR: np.where(known, free * np.where(known, ratio, 0.0), 0.0), "floor_open": np.where(known, 0.0, free)}


def _counted_once(
    columns: Mapping[str, np.ndarray], rows: pd.DataFrame, stacks: pd.DataFrame
) -> dict[str, np.ndarray]:  # fmt: skip
    """Return limit, used and committed without what other parcels of the park count already.

    Open ground was given to one parcel before; of the rest, what one record calls built is built.
    """
    at = pd.Index(rows["parcel_id"]).get_indexer(pd.Index(stacks["parcel_id"]))
    who = stacks.assign(at=at)[at >= 0]
    state = rows["supply_status"].to_numpy(object)[who["at"]]
    rank = np.select([np.isin(state, BUILT), np.isin(state, SUPPLIED)], [0, 1], 2)
    who = who.assign(rank=rank, park=rows["park_id"].to_numpy(object)[who["at"]])
    who = who.sort_values(["stack_id", "park", "rank", "parcel_id"], kind="stable")
    again = who[who.duplicated(["stack_id", "park"])]
    over = np.bincount(again["at"], weights=again["area_m2"], minlength=len(rows))
    made = {"limit": columns["limit"] - over}
    return made | {n: np.maximum(columns[n] - over, 0.0) for n in ("used", "committed")}


def _by_parcel(open_land: pd.DataFrame, outcome: str) -> pd.Series:
    """Return the area of each parcel that is surely clear, or that is unknown, disputed ground included."""
    area, disputed = open_land["area_m2"], open_land["disputed_m2"]
    clear = open_land["outcome"] == "clear"
    amount = (
        (area - disputed).where(clear, 0.0)
        if outcome == "clear"
        else disputed.where(clear, 0.0) + area.where(open_land["outcome"] == "unknown", 0.0)
    )
    return amount.groupby(open_land["parcel_id"]).sum()


def of_parks(account: pd.DataFrame, parks: Iterable[str]) -> pd.DataFrame:
    """Return the accounts with a row for every park; one without land of its own is not known."""
    ids = pd.Index(sorted({*parks, *account["park_id"]}), dtype=object, name="park_id")
    return account.set_index("park_id").reindex(ids).reset_index()


def drawn(account: pd.DataFrame, draws: pd.DataFrame, open_share: pd.Series, parks: Iterable[str]) -> pd.DataFrame:
    """Return the land accounts with what placed projects take of open land.

    Parameters
    ----------
    account : DataFrame
        See `park_land`.
    draws : DataFrame
        Table `draws`.
    open_share : Series by site
        Share of a site that is open land; the rest is built on already and takes nothing from what is free.
    parks : iterable of str
        Parks facilities serve; one without land rows stays unknown.
    """
    mine = draws[draws["resource"] == LAND]
    amount = mine["amount"] * mine["site_id"].map(open_share).astype(float).fillna(1.0)
    whole = of_parks(account, parks)
    taken = whole["park_id"].map(amount.groupby(mine["account"]).sum()).astype(float).fillna(0.0)
    return whole.assign(drawn=taken, left=whole["free"] - taken)
