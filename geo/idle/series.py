"""Monthly readings (power, water, tax, staff) held against their own past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.idle.signals import Bounds

YEAR = 12
ZERO_SPEAKS = ("power", "water", "staff")
"""Readings whose zero says idle even where there never was more; a zero of tax says nothing."""
Floats = npt.NDArray[np.float64]
COLUMNS = ("asset_id", "signal", "on", "value", "baseline", "share", "says", "code")


def read(readings: pd.DataFrame, as_of: date, bounds: Bounds) -> pd.DataFrame:
    """Return one sign per asset and signal.

    Parameters
    ----------
    readings : DataFrame
        Table `idle_readings`: ``asset_id enterprise_id signal month value``; `month` is
        any day of the month. Enterprises of one asset add up. A month reported twice with
        different values is not known.
    as_of : date
        Only months that have ended by then are read.
    bounds : Bounds

    Returns
    -------
    DataFrame
        ``on`` (last day read), ``value`` and ``baseline`` (monthly means), ``share``,
        ``says``, and ``code``: what the share is of (``same_month`` the same months a year
        before; ``best_year`` the best twelve months before the last twelve, where those lie
        below the idle share as a whole; ``zero``), or why nothing is said (``gap``, ``stale``).
    """
    known = _ended(readings, as_of)
    parts = [_signal(str(name), part, as_of, bounds) for name, part in known.groupby("signal", observed=True)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({c: [] for c in COLUMNS})


def by_month(readings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return assets × months that have ended by a day, firms added up; NaN where a month is not known."""
    known = _ended(readings, as_of)
    return _wide(known) if len(known) else pd.DataFrame(index=pd.Index([], name="asset_id"))


def _ended(readings: pd.DataFrame, as_of: date) -> pd.DataFrame:
    ended = pd.Period(as_of, "M") - (0 if _month_ends(as_of) else 1)
    months = pd.PeriodIndex(readings["month"], freq="M")
    return readings[months <= ended].assign(month=months[months <= ended])


def _month_ends(day: date) -> bool:
    return (pd.Timestamp(day) + pd.Timedelta(days=1)).day == 1


def _signal(name: str, part: pd.DataFrame, as_of: date, bounds: Bounds) -> pd.DataFrame:
    wide = _wide(part)
    last = pd.Period(str(wide.columns[-1]), "M")
    values = wide.to_numpy(np.float64)
    lag, window = values[:, : max(values.shape[1] - YEAR, 0)], bounds.window_months
    recent, before = _mean(values, window), _mean(lag, window)
    short = _ratio(_mean(values, bounds.short_months), _mean(lag, bounds.short_months))
    same, year = _ratio(recent, before), _ratio(_mean(values, YEAR), _best_year(lag))
    dormant = year < bounds.idle_share
    share = np.where(dormant, year, same)
    baseline = np.where(dormant, _best_year(lag), before)
    code = np.where(dormant, "best_year", "same_month").astype(object)
    says = np.where(share < bounds.idle_share, "idle", np.where(share < bounds.active_share, "low", "active"))
    says = np.where((says == "active") & (short < bounds.idle_share), "low", says).astype(object)
    nothing = (recent == 0) & ((before == 0) | np.isnan(before)) & ~dormant
    code[nothing], says[nothing] = "zero", "idle" if name in ZERO_SPEAKS else "none"
    unread = np.isnan(share) & ~nothing
    code[unread], says[unread] = "gap", "none"
    if pd.Period(as_of, "M").ordinal - last.ordinal > bounds.age_months:
        code[:], says[:] = "stale", "none"
    on = last.end_time.date()
    made = {"asset_id": wide.index.to_numpy(object), "signal": name, "on": on, "value": recent, "baseline": baseline}
    return pd.DataFrame(made | {"share": share, "says": says, "code": code})


def _wide(part: pd.DataFrame) -> pd.DataFrame:
    """Return assets × months without a gap between the months; NaN where a month is not known."""
    keys = ["asset_id", "enterprise_id", "month"]
    told = part.groupby(keys, observed=True)["value"].agg(["min", "max"])
    one = told["min"].where(told["min"] == told["max"])
    firms = one.unstack("month")
    whole = pd.period_range(firms.columns.min(), firms.columns.max(), freq="M")
    # a firm that does not report a month leaves the month of its asset unknown
    return firms.reindex(columns=whole).groupby("asset_id", observed=True).agg(_whole_sum)


def _whole_sum(values: pd.Series) -> float:
    return float(values.sum(skipna=False))


def _mean(values: Floats, months: int) -> Floats:
    """Return the mean of the last so many months, never below zero; NaN where one is missing."""
    if values.shape[1] < months:
        return np.full(len(values), np.nan)
    out: Floats = np.maximum(values[:, -months:].mean(axis=1), 0.0)
    return out


def _best_year(values: Floats) -> Floats:
    """Return the highest mean of twelve months in a row; NaN where no such year is whole."""
    if values.shape[1] < YEAR:
        return np.full(len(values), np.nan)
    years: Iterable[Floats] = (values[:, k : k + YEAR].mean(axis=1) for k in range(values.shape[1] - YEAR + 1))
    stacked = np.stack(list(years))
    out: Floats = np.where(
        np.isnan(stacked).all(axis=0), np.nan, np.nanmax(np.nan_to_num(stacked, nan=-np.inf), axis=0)
    )
    return out


def _ratio(value: Floats, baseline: Floats) -> Floats:
    """Return the share of the baseline: infinite above a baseline of zero, NaN where both are zero or unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = value / baseline
    return out
