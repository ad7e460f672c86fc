"""Enterprises and their monthly power, water, tax and staff, with planted wrong signals.

One in ten firms carries a signal that contradicts its true state (a meter that moved, a
tax office elsewhere, an insured staff without work …). The truth is written apart, so
that tests can tell what a register of idle assets gets right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from county.settings import Floats, part, rng

MONTHS = pd.period_range("2024-11", "2026-10", freq="M")
WRONG = {  # name: (true state, series that lies)
    "power_meter_moved": ("in_use", "power"),
    "tax_paid_elsewhere": ("in_use", "tax"),
    "staff_insured_elsewhere": ("in_use", "staff"),
    "power_of_subtenant": ("idle", "power"),
    "staff_kept_on_paper": ("idle", "staff"),
}


@dataclass(frozen=True)
class Firms:
    """Enterprises (points), the monthly series, and the truth about both."""

    enterprises: gpd.GeoDataFrame
    series: pd.DataFrame
    truth: pd.DataFrame


def build(buildings: gpd.GeoDataFrame) -> Firms:
    """Put one enterprise into the largest plant of every industrial block plot."""
    plants = buildings[(buildings["YT"] == "厂房") & (buildings["YQDM"] != "")]
    planted = {s["building"]: s for s in part("facts")["signals"]}
    hosts = plants.sort_values(["JZMJ", "JZBH"], ascending=[False, True]).groupby(["DKBH"], sort=True).head(4)
    hosts = pd.concat([hosts[~hosts["JZBH"].isin(planted)], plants[plants["JZBH"].isin(planted)]])
    generator = rng("firms")
    drawn = [_drawn(generator) for _ in range(len(hosts))]
    wrong = _wrong(hosts, set(planted), generator)
    rows, series, truth = [], [], []
    for k, (building, draw) in enumerate(zip(hosts.itertuples(), drawn, strict=True)):
        firm = f"QY{k + 1:04d}"
        fact = planted.get(building.JZBH)
        state = fact["truth"] if fact else WRONG[wrong[k]][0] if k in wrong else draw["state"]
        rows.append(_enterprise(firm, building, draw, fact))
        wrongly = wrong.get(k, "")
        series.append(_planted_series(firm, fact) if fact else _series(firm, building.JZMJ, draw, state, wrongly))
        truth.append((firm, building.JZBH, state, "planted" if fact else wrongly))
    crs = part("county")["county"]["crs"]
    places = [shapely.set_precision(g, 0.001) for g in hosts.geometry.representative_point()]
    return Firms(
        gpd.GeoDataFrame(rows, geometry=places, crs=crs),
        pd.concat(series, ignore_index=True),
        pd.DataFrame(truth, columns=["enterprise_id", "building_id", "true_state", "wrong_signal"]),
    )


def _drawn(generator: np.random.Generator) -> dict[str, Any]:
    return {
        "industry": int(generator.integers(1000)),
        "state": "idle" if generator.random() < 0.07 else "in_use",
        "power": generator.uniform(9.0, 26.0), "water": generator.uniform(0.05, 0.4),
        "tax": generator.uniform(0.008, 0.03), "staff": generator.uniform(0.006, 0.018),
        "season": generator.uniform(0, 2 * np.pi), "stop": int(generator.integers(8, 17)),
        "noise": generator.normal(1.0, 0.06, (4, len(MONTHS))).clip(0.8, 1.2),
        "year": int(generator.integers(2003, 2024)),
    }  # fmt: skip


def _wrong(hosts: pd.DataFrame, planted: set[str], generator: np.random.Generator) -> dict[int, str]:
    """Choose one firm in ten, and in turn what is wrong with it."""
    free = np.flatnonzero(~hosts["JZBH"].isin(planted).to_numpy())
    chosen = np.sort(generator.permutation(free)[: round(len(hosts) / 10)])
    names = sorted(WRONG)
    return {int(k): names[n % len(names)] for n, k in enumerate(chosen)}


def _enterprise(firm: str, building: Any, draw: dict[str, Any], fact: Any) -> dict[str, Any]:
    admitted = part("plan")["parks"][building.YQDM]["industries"]
    return {
        "QYBH": firm, "QYMC": fact["name"] if fact else f"演示企业{int(firm[2:]):03d}",
        "HYDM": fact["industry"] if fact else admitted[draw["industry"] % len(admitted)],
        "YQDM": building.YQDM, "JZBH": building.JZBH, "ZCNF": draw["year"],
    }  # fmt: skip


def _series(firm: str, floor_m2: float, draw: dict[str, Any], state: str, wrong: str) -> pd.DataFrame:
    """Return 24 months of a firm: a season, some noise, and a stop where the firm is idle."""
    t = np.arange(len(MONTHS))
    season = 1.0 + 0.12 * np.sin(2 * np.pi * t / 12 + draw["season"])
    level = np.where((t >= draw["stop"]) & (state == "idle"), 0.03, 1.0)
    moving = season * level
    parts = {
        name: floor_m2 * draw[name] * moving * draw["noise"][k] for k, name in enumerate(("power", "water", "tax"))
    }
    parts["staff"] = floor_m2 * draw["staff"] * np.where((level < 1) & (t >= draw["stop"] + 2), 0.0, 1.0)
    if wrong:
        lie = WRONG[wrong][1]
        after = t >= draw["stop"]
        honest = floor_m2 * draw[lie] * season * draw["noise"][0]
        parts[lie] = np.where(after, honest * (0.16 if state == "in_use" else 0.92), parts[lie])
        if lie == "staff" and state == "in_use":
            parts["staff"] = np.where(after, 0.0, parts["staff"])
    return _frame(firm, parts)


def _planted_series(firm: str, fact: Any) -> pd.DataFrame:
    """Return a planted series: the same month a year before times the stated share, exactly."""
    t = np.arange(len(MONTHS))
    since = MONTHS.get_loc(pd.Period(fact["since"], "M"))
    season = 1.0 + 0.08 * np.sin(2 * np.pi * (t % 12) / 12)
    base = {"power": fact["power_kwh"], "water": fact["power_kwh"] * 0.011, "tax": fact["power_kwh"] * 0.00013}
    parts = {k: np.where(t >= since, fact[f"{k}_share"], 1.0) * season * v for k, v in base.items()}
    parts["staff"] = np.where(t >= since, fact["staff"], max(fact["staff"], 88)).astype(float)
    return _frame(firm, parts)


def _frame(firm: str, parts: dict[str, Floats]) -> pd.DataFrame:
    return pd.DataFrame({
        "企业编号": firm, "月份": MONTHS.astype(str),
        "用电量（kWh）": parts["power"].round(0).astype(int), "用水量（m³）": parts["water"].round(0).astype(int),
        "入库税收（万元）": parts["tax"].round(2), "参保人数": parts["staff"].round(0).astype(int),
    })  # fmt: skip
