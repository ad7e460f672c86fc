"""Tables `idle` and `idle_signals`: the clock of every record and the evidence on every asset, on one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import numpy as np
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.idle import register
from geo.idle.arable import Arable, arable
from geo.idle.clock import NOT_STARTED, Clock, clock
from geo.idle.known import Figures, Known
from geo.idle.signals import Bounds, Evidence, Says, weigh
from geo.idle.signs import SIGN_COLUMNS, gathered

CLOCK_DATES = (
    "start_on", "warning_1y_on", "one_year_on", "warning_2y_on", "two_years_on", "warning_b_on", "recognisable_on",
)  # fmt: skip


def tables(known: Known, as_of: date, figures: Figures) -> dict[str, pd.DataFrame]:
    """Return `idle` (one row per asset) and `idle_signals` (one per asset and signal) on a day.

    Parameters
    ----------
    known : Known
    as_of : date
        Readings, images, marks and events dated later are not read.
    figures : Figures

    Returns
    -------
    dict of DataFrame
        Every asset is in `idle`, with or without a place, a record or a sign.
    """
    bounds = figures.bounds
    kinds = dict(zip(known.assets["asset_id"], known.assets["kind"], strict=True))
    signs = gathered(known, as_of, figures)
    evidence = _evidence(kinds, signs, bounds)
    rolled = _of_buildings(known.assets, evidence, as_of)
    signs = pd.concat([signs, rolled], ignore_index=True) if len(rolled) else signs
    signs["weight"] = signs["signal"].map(bounds.weight).astype(np.float64)
    evidence |= _evidence({a: k for a, k in kinds.items() if k == "land"}, signs, bounds)
    read = {
        str(row["asset_id"]): register.terms_of(row, as_of)
        for row in cast(list[dict[str, Any]], known.records.to_dict("records"))
    }
    clocks = {name: clock(terms, as_of, figures.limits) for name, terms in read.items()}
    fields = _cultivated(known.assets)
    farmed = {name: arable(terms, fields[name], as_of, figures.arable) for name, terms in read.items()}
    parcels = dict(zip(known.assets["asset_id"], known.assets["parcel_ids"], strict=True))
    doubled = register.doubled(known.records, parcels)
    rows = []
    for asset in _assets(known):
        name = asset["asset_id"]
        against = _against(asset, clocks.get(name), evidence[name], bounds)
        row = _row(asset, clocks.get(name), evidence[name], against, doubled.get(name))
        rows.append(row | _arable_columns(farmed.get(name, Arable())))
    made = pd.DataFrame(rows) if rows else empty("idle")
    return {"idle": made, "idle_signals": signs[list(SIGN_COLUMNS)]}


def _cultivated(assets: pd.DataFrame) -> dict[str, float]:
    """Return per asset the share of its ground that is cultivated; NaN where nobody said."""
    if "cultivated_share" not in assets:
        return dict.fromkeys(assets["asset_id"].astype(str), np.nan)
    share = assets["cultivated_share"].to_numpy(np.float64)
    return dict(zip(assets["asset_id"].astype(str), share.tolist(), strict=True))


def _arable_columns(found: Arable) -> dict[str, Any]:
    return {
        "arable_state": found.state, "arable_1y_on": found.one_year_on, "arable_2y_on": found.two_years_on,
        "arable_reason": found.reason.to_json() if found.reason else "",
    }  # fmt: skip


def _assets(known: Known) -> list[dict[str, Any]]:
    """Return the assets with what their records say of cause and recognition."""
    about = known.records.set_index("asset_id")[["cause", "cause_word", "ruling", "price_wan"]]
    merged = known.assets.merge(about, left_on="asset_id", right_index=True, how="left")
    words = ["cause", "cause_word", "ruling"]
    merged[words] = merged[words].fillna("")
    return cast(list[dict[str, Any]], merged.to_dict("records"))


# --- signs ------------------------------------------------------------------------


def _evidence(kinds: Mapping[str, str], signs: pd.DataFrame, bounds: Bounds) -> dict[str, Evidence]:
    said: dict[str, list[tuple[str, Says]]] = {}
    for asset, signal, says in zip(signs["asset_id"], signs["signal"], signs["says"], strict=True):
        said.setdefault(asset, []).append((signal, says))
    return {asset: weigh(said.get(asset, []), kind, bounds) for asset, kind in kinds.items()}


_AS_SIGN: Mapping[str, Says] = {
    "likely_idle": "idle", "under_used": "low", "part_vacant": "active", "in_use": "active",
    "contradictory": "contradictory", "unknown": "none",
}  # fmt: skip


def _of_buildings(assets: pd.DataFrame, evidence: Mapping[str, Evidence], as_of: date) -> pd.DataFrame:
    """Return one sign per plot that bears surveyed buildings: what they come to, taken together.

    Idle only if all that can be told are; idle ones beside used ones are low; a
    contradictory one hands its contradiction on when nothing else is known.
    """
    rows = []
    placed = assets[(assets["kind"] == "building") & (assets["on_land"] != "")]
    for plot, part in placed.groupby("on_land", observed=True):
        said = [_AS_SIGN[evidence[a].status] for a in part["asset_id"]]
        idle = float(sum(s == "idle" for s in said))
        rows.append((plot, "buildings", pd.Timestamp(as_of), idle, float(len(said)), idle / len(said), "n",
                     together(said), "buildings", ""))  # fmt: skip
    columns = [c for c in SIGN_COLUMNS if c != "weight"]
    return pd.DataFrame(rows, columns=columns)


def together(said: Sequence[Says]) -> Says:
    """Return what several buildings of one plot say of it."""
    told = {s for s in said if s not in ("none", "contradictory")}
    if not told:
        return "contradictory" if "contradictory" in said else "none"
    if len(told) == 1:
        return told.pop()
    return "low" if told & {"idle", "low"} else "active"


# --- rows -------------------------------------------------------------------------


def _row(
    asset: dict[str, Any], shown: Clock | None, found: Evidence, against: Sequence[str], doubled: Reason | None
) -> dict[str, Any]:
    why = doubled or (shown.reason if shown else _place(asset))
    same = ("asset_id", "kind", "name", "park_id", "building_use", "located", "parcel_ids", "on_land", "area_m2",
            "floors", "vacant_floors", "vacant_m2", "cause", "cause_word", "ruling", "price_wan",
            "geometry")  # fmt: skip
    words = [f"{s}:{word}" for word in ("idle", "low", "part", "active") for s in found.reason.values.get(word, [])]
    codes = [*against, "idle_records_differ"] if doubled else against
    return {c: asset[c] for c in same} | _clock_columns(shown, doubled is not None) | {
        "evidence_status": found.status, "signals": "|".join(words), "contradictions": "|".join(codes),
        "confidence": round(found.confidence, 4), "reason": why.to_json(), "evidence_reason": found.reason.to_json(),
    }  # fmt: skip


def _against(asset: dict[str, Any], shown: Clock | None, found: Evidence, bounds: Bounds) -> list[str]:
    """Return the codes of everything that contradicts something else about an asset."""
    out = list(shown.contradictions) if shown else []
    if found.disagrees:
        out.append("evidence_disagrees")
    if shown is not None and shown.state in NOT_STARTED:
        out += ["idle_built_without_start"] if asset["built_share"] >= bounds.built_share else []
        out += ["idle_used_without_start"] if found.status == "in_use" else []
    return out


def _place(asset: dict[str, Any]) -> Reason:
    code = "idle_asset_placed" if asset["located"] != "none" else "idle_asset_without_place"
    return reason(code, asset=asset["asset_id"])


def _clock_columns(shown: Clock | None, doubled: bool) -> dict[str, Any]:
    """Return the clock's part of a row; records that differ leave the state open, their dates stay."""
    if shown is None:
        nothing: dict[str, Any] = dict.fromkeys(("clock_state", "next_state", "recognition", "consequence"), "")
        days = dict.fromkeys(("clock_from", "next_from", *CLOCK_DATES))
        return nothing | days | {"start_basis": "none", "fee_wan": np.nan, "fee_hi_wan": np.nan}
    days = {name: getattr(shown.dates, name) for name in CLOCK_DATES}
    out: dict[str, Any] = {
        "clock_state": shown.state, "clock_from": shown.since, "next_state": shown.next_state,
        "next_from": shown.next_from, "start_basis": shown.dates.basis, "consequence": shown.consequence,
        "fee_wan": shown.fee_wan, "fee_hi_wan": shown.fee_hi_wan, "recognition": shown.recognition,
    }  # fmt: skip
    if doubled:
        out |= {"clock_state": "unknown", "clock_from": None, "next_state": "", "next_from": None, "fee_wan": 0.0}
        out["consequence"] = "open" if shown.consequence != "none" else "none"
    return out | days
