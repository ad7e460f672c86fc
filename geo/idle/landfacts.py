"""Facts of supplied land that local criteria of inefficient use read; what is not known stays open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.units import MU_M2, hi
from geo.idle.clock import NOT_STARTED, RECOGNISABLE
from geo.idle.known import Known
from geo.idle.register import spans_of
from geo.idle.series import YEAR, by_month
from geo.idle.signals import Bounds

Floats = npt.NDArray[np.float64]
STATED = ("empty_mu", "eliminated_code", "safety_failed_code", "environment_failed_code", "rented_out_code")
"""Facts only a survey or an office can state."""


def facts(known: Known, idle: pd.DataFrame, as_of: date, bounds: Bounds) -> pd.DataFrame:
    """Return the facts of supplied land.

    Parameters
    ----------
    known : Known
    idle : DataFrame
        Table `idle` of the same day.
    as_of : date
    bounds : Bounds

    Returns
    -------
    DataFrame
        Table `inefficient_facts`: one row per land of the register on which works began, or
        may have. Land that was not started is for the clock, and inefficient in no sense.
        Tax is that of the last twelve months of all firms on it; where firms may be missing
        from the list, or a month is, it is a lower bound.
    """
    states = idle.set_index("asset_id")["clock_state"]
    begun = ~known.assets["asset_id"].map(states).isin([*NOT_STARTED, "not_supplied", "recovered"])
    land = known.assets[(known.assets["kind"] == "land") & begun]
    records = known.records.set_index("asset_id").reindex(land["asset_id"])
    base = land.set_index("asset_id")
    out = pd.DataFrame(index=base.index)
    out["area_mu"] = base["area_m2"] / MU_M2
    _tax(out, known, base, as_of, bounds)
    out["far"] = base["floor_m2"] / base["area_m2"]
    out["far_contract_ratio"] = out["far"] / records["far_min"].where(records["far_min"] > 0)
    out["developed_pct"] = records["developed_share"] * 100
    out["invested_pct"] = records["invested_share"] * 100
    if (most := hi("invested_share")) in records:
        out[hi("invested_pct")] = records[most].fillna(records["invested_share"]) * 100
    state = states.reindex(out.index)
    out["idle_code"] = _coded(state, RECOGNISABLE)
    out["unfinished_code"] = 1.0 - _coded(state, ("finished",))
    out["stopped_months"] = [_stopped(r, s, as_of) for r, s in zip(records.to_dict("records"), state, strict=True)]
    for name in STATED:
        out[name] = records[name]
    return _left_open(out, records["unsure"].to_numpy(bool)).reset_index()


def _left_open(out: pd.DataFrame, doubtful: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Take back what is said of land whose record only may belong to the register."""
    upper = [c for c in out if str(c).replace("_hi_", "_") in out and "_hi" in str(c)]
    known = [c for c in out if c != "area_mu" and c not in upper]
    out.loc[doubtful, known] = np.nan
    out.loc[doubtful, upper] = np.inf
    return out


def _coded(state: pd.Series, yes: tuple[str, ...]) -> pd.Series:
    """Return 1 for some states, 0 for others, NaN for land whose state is not known."""
    return state.isin(yes).astype(float).where(~state.isin(["unknown", ""]))


def _stopped(record: Mapping[Any, Any], state: str, as_of: date) -> float:
    """Return the whole months works have been suspended, 0 where they are not, NaN where nobody can tell."""
    if state not in ("suspended", "warning_b", "may_be_recognised"):
        return np.nan if state in ("unknown", "") else 0.0
    begun = [s for s in spans_of(str(record["suspensions"])) if s.start <= as_of]
    lasting = [s.start for s in begun if s.end is None or s.end >= as_of]
    return float(whole_months(min(lasting), as_of)) if lasting else np.nan


def whole_months(since: date, until: date) -> int:
    """Return the whole months between two days."""
    return (until.year - since.year) * YEAR + until.month - since.month - (until.day < since.day)


# --- tax and production -----------------------------------------------------------


def _tax(out: pd.DataFrame, known: Known, land: pd.DataFrame, as_of: date, bounds: Bounds) -> None:
    """Add what monthly readings say of tax and production; ends that are not known are infinite."""
    on = known.assets.set_index("asset_id")["on_land"]
    monthly = known.readings.assign(asset_id=known.readings["asset_id"].map(on))
    wide = {s: by_month(monthly[monthly["signal"] == s], as_of).reindex(out.index) for s in ("tax", "power")}
    tax, mu = wide["tax"], out["area_mu"].to_numpy(np.float64)
    whole = land["firms_complete"].to_numpy(bool)
    # no firm on land of which all firms are known: no tax at all
    empty = whole & ~out.index.isin(monthly["asset_id"])
    year, before = _last_year(tax, 0), _last_year(tax, YEAR)
    year[empty] = 0.0
    low = np.nan_to_num(tax.iloc[:, -YEAR:].clip(lower=0).sum(axis=1).to_numpy(np.float64))
    sure = whole & ~np.isnan(year)
    out["tax_wan_mu"] = np.where(sure, year, low) / mu
    out[hi("tax_wan_mu")] = np.where(sure, year / mu, np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        out["tax_growth_pct"] = np.where(sure & (before > 0), (year / before - 1.0) * 100, np.nan)
    _against(out, "tax_industry_ratio", _industry_mean(out, known, sure))
    agreed = known.records.set_index("asset_id")["tax_contract_wan_mu"].reindex(out.index).to_numpy(np.float64)
    _against(out, "tax_contract_ratio", np.where(agreed > 0, agreed, np.nan))
    _lasting(out, "no_tax_months", tax.to_numpy(np.float64), np.zeros((len(out), 1)), whole)
    power = wide["power"].to_numpy(np.float64)
    with np.errstate(all="ignore"):
        best = np.nanmax(np.where(np.isnan(power), -np.inf, power), axis=1, initial=0.0)
    _lasting(out, "production_stopped_months", power, bounds.idle_share * best[:, None], whole)


def _last_year(monthly: pd.DataFrame, back: int) -> Floats:
    """Return the sum of twelve months that end so many months before the last one, NaN where one is missing."""
    count = monthly.shape[1]
    if count < YEAR + back:
        return np.full(len(monthly), np.nan)
    part = monthly.iloc[:, count - YEAR - back : count - back]
    return part.sum(axis=1, skipna=False).to_numpy(np.float64).copy()


def _against(out: pd.DataFrame, name: str, yardstick: Floats) -> None:
    """Add tax per 亩 as a ratio to a yardstick, as an interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out[name] = out["tax_wan_mu"].to_numpy(np.float64) / yardstick
        out[hi(name)] = out[hi("tax_wan_mu")].to_numpy(np.float64) / yardstick


def _industry_mean(out: pd.DataFrame, known: Known, sure: npt.NDArray[np.bool_]) -> Floats:
    """Return the tax per 亩 of the land's industry in the study: all tax over all land of it; NaN for mixed land."""
    placed = known.assets[known.assets["on_land"] != ""]
    grouped = placed.groupby("on_land")["industry"]
    kinds = {str(a): str(c.iloc[0]) for a, c in grouped if c.nunique() == 1}
    industry = np.array([kinds.get(a, "") for a in out.index], object)
    mu, tax = out["area_mu"].to_numpy(np.float64), out["tax_wan_mu"].to_numpy(np.float64)
    mean = np.full(len(out), np.nan)
    for code in set(industry) - {""}:
        mine = (industry == code) & sure
        if mine.any():
            mean[industry == code] = (tax[mine] * mu[mine]).sum() / mu[mine].sum()
    return np.where(mean > 0, mean, np.nan)


def _lasting(out: pd.DataFrame, name: str, monthly: Floats, limit: Floats, whole: npt.NDArray[np.bool_]) -> None:
    """Add for how many months a reading has lain at or below a limit to the end, as an interval.

    A month nobody knows ends the lower bound and not the upper one, and what lasts from the
    first month on may have lasted longer.
    """
    count = monthly.shape[1]
    with np.errstate(invalid="ignore"):
        low, above = monthly <= limit, monthly > limit
    least = np.cumprod(low[:, ::-1], axis=1).sum(axis=1).astype(np.float64)
    most = np.cumprod(~above[:, ::-1], axis=1).sum(axis=1).astype(np.float64)
    out[name] = np.where(whole, least, 0.0)
    out[hi(name)] = np.where(whole & (most < count), most, np.inf)
