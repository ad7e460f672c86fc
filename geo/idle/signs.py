"""Every sign of use on a day in one form: readings, vacancies, ground under buildings, permits, images, marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.idle import register, series
from geo.idle.known import Figures, Known
from geo.idle.seen import Reading
from geo.idle.seen import signs as seen_from_above
from geo.idle.signals import Bounds

SIGN_COLUMNS = (
    "asset_id", "signal", "on", "value", "baseline", "share", "unit", "weight", "says", "code", "source",
)  # fmt: skip
UNITS = {"power": "kWh/month", "water": "m3/month", "tax": "wan/month", "staff": "persons"}
WHOLE = 0.999
"""A vacancy of this share of the floor area is a vacancy of the whole."""


def gathered(known: Known, as_of: date, figures: Figures) -> pd.DataFrame:
    """Return the signs of readings, vacancies, ground, permits, images and marks in one form."""
    bounds = figures.bounds
    read = series.read(known.readings, as_of, bounds)
    names = known.readings.groupby(["asset_id", "signal"], observed=True)["source"].first()
    keys = list(zip(read["asset_id"], read["signal"], strict=True))
    read = read.assign(unit=read["signal"].map(UNITS), source=[names.get(k, "") for k in keys])
    days = pd.to_datetime(known.marks["on"])
    marks = known.marks.assign(on=days)[days <= pd.Timestamp(as_of)]
    parts = [read, _vacancies(known.assets, as_of, bounds), _built(known.assets, as_of, bounds)]
    parts += [
        _permits(known.records, as_of),
        _seen(known, as_of, figures.reading),
        marks.assign(on=pd.to_datetime(marks["on"])),
    ]
    found = [p.reindex(columns=list(SIGN_COLUMNS)) for p in parts if len(p)]
    out = pd.concat(found, ignore_index=True) if found else pd.DataFrame({c: [] for c in SIGN_COLUMNS})
    out["on"] = pd.to_datetime(out["on"])
    return out


def _vacancies(assets: pd.DataFrame, as_of: date, bounds: Bounds) -> pd.DataFrame:
    """Return what recorded vacancies say: the whole building idle, or a part of it vacant."""
    since = pd.to_datetime(assets["vacant_since"])
    seen = (assets["vacant_m2"] > 0) & ~(since > pd.Timestamp(as_of))
    part = assets[seen]
    share = part["vacant_m2"] / part["area_m2"]
    long = since[seen] <= pd.Timestamp(as_of) - pd.DateOffset(months=bounds.vacancy_months)
    says = np.where(share < WHOLE, "part", np.where(long, "idle", "low"))
    return pd.DataFrame({
        "asset_id": part["asset_id"], "signal": "vacancy", "on": since[seen], "value": part["vacant_m2"],
        "baseline": part["area_m2"], "share": share, "unit": "m2", "says": says, "code": "vacancy",
        "source": part["source"],
    })  # fmt: skip


def _built(assets: pd.DataFrame, as_of: date, bounds: Bounds) -> pd.DataFrame:
    """Return what the ground under buildings says of plots: bare, hardly built, or built, which is not used."""
    part = assets[assets["built_share"].notna() & (pd.to_datetime(assets["built_on"]) <= pd.Timestamp(as_of))]
    share = part["built_share"]
    says = np.where(share < bounds.bare_share, "idle", np.where(share < bounds.built_share, "low", "none"))
    return pd.DataFrame({
        "asset_id": part["asset_id"], "signal": "built", "on": part["built_on"], "value": share * part["area_m2"],
        "baseline": part["area_m2"], "share": share, "unit": "m2", "says": says, "code": "built",
        "source": part["built_source"],
    })  # fmt: skip


def _permits(records: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return supplied plots without a start and without a building permit, where the register records permits."""
    none = (records["permit"] == "") & records["permits_recorded"].astype(bool) & (records["started"] == "")
    none &= (records[["contract", "delivered", "start_by"]] != "").any(axis=1)
    part = records[none & (pd.to_datetime(records["seen_on"]) <= pd.Timestamp(as_of))]
    return pd.DataFrame({
        "asset_id": part["asset_id"], "signal": "permit", "on": part["seen_on"], "value": 0.0, "baseline": 1.0,
        "share": 0.0, "unit": "n", "says": "idle", "code": "permit", "source": part["layer_id"],
    })  # fmt: skip


def _seen(known: Known, as_of: date, reading: Reading) -> pd.DataFrame:
    """Return what images taken by a day say of the plots."""
    day = pd.Timestamp(as_of)
    seen = known.imagery[(known.imagery["unit_kind"] == "plot") & (pd.to_datetime(known.imagery["taken_on"]) <= day)]
    change = known.imagery_change
    change = change[(change["unit_kind"] == "plot") & (pd.to_datetime(change["to_on"]) <= day)]
    plots = known.assets.loc[known.assets["kind"] == "land", ["asset_id", "area_m2"]]
    since = {str(row["asset_id"]): _since(row, as_of) for row in known.records.to_dict("records")}
    plots = plots.assign(since=pd.to_datetime(plots["asset_id"].map(since)))
    return seen_from_above(plots, seen, change, reading)


def _since(row: Mapping[Any, Any], as_of: date) -> date | None:
    """Return since when the holder could build: handed over, else signed, else approved."""
    days = (register.event_of(str(row[name])).on for name in ("delivered", "contract", "approved"))
    return next((d for d in days if d is not None and d <= as_of), None)
