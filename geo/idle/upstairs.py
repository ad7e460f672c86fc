"""Industry upstairs (工业上楼): what speaks for and against stacked production in a building.

Only two tests are hard: the plot ratio (容积率) may not exceed what the contract or the plan
allows, and classes 甲 and 乙 of fire hazard may not go upstairs. Every other value is a local
guide's, from memory: it is shown as unverified and never rejects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.layer import Layer
from geo.basis.reason import Reason, reason
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN
from geo.rules.judge import outcome as judged

Floats = npt.NDArray[np.float64]
Interval = tuple[Floats, Floats]

BANNED = ("甲", "乙")
"""Fire hazard classes that may not be made on upper storeys."""

LEAST_FLOORS = 2
"""A building of one storey has no upstairs."""

FAR_LIMIT, FIRE = "far_limit", "fire_class"


@dataclass(frozen=True)
class Guide:
    """A guide value: reached from `high`, missed below `low`; between them places differ."""

    id: str
    low: float
    high: float
    unverified: bool


GUIDES: Mapping[str, str] = {
    "storeys": "floors", "ground-height-m": "ground_height_m", "upper-height-m": "clear_height_m",
    "ground-load": "floor_load_kpa", "middle-load": "floor_load_kpa", "upper-load": "floor_load_kpa",
    "grid-m": "grid_m", "plate-m2": "plate_m2", "far": "far",
}  # fmt: skip
"""Guide value: column of the buildings it is held against."""

AT_LEAST = frozenset({"ground-height-m", "upper-height-m", "ground-load", "middle-load"})
"""A clear height is less than the storey's height, and lower floors bear more than the one value
a register gives: what is stated proves a reached guide, and never a missed one."""


def ratios(buildings: gpd.GeoDataFrame, every: Layer, plan: Layer | None) -> tuple[Floats, Floats]:
    """Return the plot ratio of the plot each building stands on, and the most the plan allows there.

    Parameters
    ----------
    buildings : GeoDataFrame
        Table ``building_sites``.
    every : Layer
        Role building: all of them, since all count. Attribute ``floor_area_m2``.
    plan : Layer or None
        Role plan, with the attribute ``far_max``.

    Returns
    -------
    far, far_limit : float arrays
        NaN where the building lies on no planned plot, or on several; the ratio is NaN too
        where any building on the plot does not say its floor area.
    """
    nothing = np.full(len(buildings), np.nan)
    if plan is None or not len(plan.shapes) or "far_max" not in plan.attributes:
        return nothing, nothing.copy()
    plot_area = shapely.area(plan.shapes)
    tree = shapely.STRtree(plan.shapes)
    floors = pd.to_numeric(pd.Series(every.attributes.get("floor_area_m2", [])), errors="coerce").to_numpy(np.float64)
    built = np.zeros(len(plan.shapes))
    on, plot = tree.query(shapely.point_on_surface(every.shapes), predicate="intersects")
    known = np.where(
        every.maybe, np.nan, floors if len(floors) else np.nan
    )  # what may stand there leaves the ratio open
    np.add.at(built, plot, known[on])
    built[plan.maybe] = np.nan
    limit = pd.to_numeric(pd.Series(plan.attributes["far_max"]), errors="coerce").to_numpy(np.float64)
    row, plot = tree.query(shapely.point_on_surface(buildings.geometry.to_numpy()), predicate="intersects")
    alone = np.bincount(row, minlength=len(buildings))[row] == 1
    far, most = nothing, nothing.copy()
    far[row[alone]] = built[plot[alone]] / plot_area[plot[alone]]
    most[row[alone]] = np.where(plan.maybe, np.nan, limit)[plot[alone]]
    return far, most


def assess(buildings: pd.DataFrame, guides: Sequence[Guide], far: Floats, far_limit: Floats) -> pd.DataFrame:
    """Test every building of two storeys or more: the table ``upstairs``.

    Parameters
    ----------
    buildings : DataFrame
        Table ``building_sites``.
    guides : sequence of Guide
        Guide values; ids outside `GUIDES` are left out (nothing measures them).
    far, far_limit : float arrays
        As from `ratios`.

    Returns
    -------
    DataFrame
        A row per building and test. `hard` marks the two tests that decide.
    """
    tall = ~(buildings["floors"].to_numpy(np.float64) < LEAST_FLOORS)
    those = buildings.assign(far=far, far_limit=far_limit)[tall]
    parts = [_guide(those, g) for g in guides if g.id in GUIDES] + [_far(those), _fire(those)]
    return pd.concat(parts, ignore_index=True)


def verdicts(found: pd.DataFrame) -> pd.DataFrame:
    """Return one row per building: ``building_id, outcome, met, missed, open``.

    The outcome is that of the hard tests: conflict outweighs unknown, unknown outweighs
    clear. The guide values are counted, and decide nothing.
    """
    rows = []
    for building, tests in found.groupby("building_id", sort=True):
        hard = set(tests.loc[tests["hard"], "outcome"])
        word = next(w for w in ("conflict", "unknown", "clear") if w in hard)
        soft = tests.loc[~tests["hard"], "outcome"].value_counts()
        counts = [int(soft.get(w, 0)) for w in ("clear", "conflict", "unknown")]
        rows.append((building, word, *counts))
    return pd.DataFrame(rows, columns=["building_id", "outcome", "met", "missed", "open"])


def _guide(those: pd.DataFrame, guide: Guide) -> pd.DataFrame:
    value = pd.to_numeric(those[GUIDES[guide.id]], errors="coerce").to_numpy(np.float64)
    if guide.id == "ground-height-m":  # what holds for every storey holds for the ground floor
        value = np.where(np.isnan(value), those["clear_height_m"].to_numpy(np.float64), value)
    low = np.where(np.isnan(value), -np.inf, value)
    high = np.where(np.isnan(value) | (guide.id in AT_LEAST), np.inf, value)
    codes = np.full(len(those), UNKNOWN, np.uint8)
    codes[low >= guide.high] = CLEAR
    codes[high < guide.low] = CONFLICT
    why = [_why(guide, float(v), int(c)) for v, c in zip(value, codes, strict=True)]
    return _rows(those, guide.id, codes, (low, high), (guide.low, guide.high)).assign(
        hard=False, unverified=guide.unverified, reason=[w.to_json() for w in why]
    )


def _why(guide: Guide, value: float, code: int) -> Reason:
    if np.isnan(value):
        return reason("upstairs_not_known", test=guide.id)
    word = {CLEAR: "upstairs_reached", CONFLICT: "upstairs_missed", UNKNOWN: "upstairs_between"}[code]
    return reason(word, test=guide.id, value=value, low=guide.low, high=guide.high)


def _far(those: pd.DataFrame) -> pd.DataFrame:
    far, limit = those["far"].to_numpy(np.float64), those["far_limit"].to_numpy(np.float64)
    codes = np.full(len(those), UNKNOWN, np.uint8)
    known = np.isfinite(far) & np.isfinite(limit)
    for k in np.flatnonzero(known):
        codes[k] = judged(far[k : k + 1], far[k : k + 1], "<=", float(limit[k]), 1e-9)[0]
    values = {"far": far, "limit": limit}
    why = [
        reason("upstairs_far" if known[k] else "upstairs_far_unknown", **{n: _plain(v[k]) for n, v in values.items()})
        for k in range(len(those))
    ]
    out = _rows(those, FAR_LIMIT, codes, (far, far), (np.nan, np.nan))
    return out.assign(high=limit, hard=True, unverified=False, reason=[w.to_json() for w in why])


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _fire(those: pd.DataFrame) -> pd.DataFrame:
    words = those["fire_class"].fillna("").astype(str).to_numpy(object)
    banned = np.isin(words, BANNED)
    codes = np.where(words == "", UNKNOWN, np.where(banned, CONFLICT, CLEAR)).astype(np.uint8)
    why = [reason("upstairs_fire" if w else "upstairs_fire_unknown", fire_class=w) for w in words]
    nothing = np.full(len(those), np.nan)
    out = _rows(those, FIRE, codes, (nothing, nothing), (np.nan, np.nan))
    return out.assign(hard=True, unverified=False, reason=[w.to_json() for w in why])


def _rows(
    those: pd.DataFrame, test: str, codes: npt.NDArray[np.uint8], value: Interval, limits: tuple[float, float]
) -> pd.DataFrame:
    finite = [np.where(np.isfinite(v), v, np.nan) for v in value]
    return pd.DataFrame({
        "building_id": those["building_id"].to_numpy(object), "test": test,
        "outcome": np.array(OUTCOMES, object)[codes], "value": finite[0], "value_hi": finite[1],
        "low": limits[0], "high": limits[1],
    })  # fmt: skip


def tested(buildings: gpd.GeoDataFrame, guides: Sequence[Guide], every: Layer, plan: Layer | None) -> pd.DataFrame:
    """Return the table ``upstairs`` of a layer; tests of a building that only may belong to it stay open."""
    tests = assess(buildings, guides, *ratios(buildings, every, plan))
    doubtful = tests["building_id"].isin(every.ids[every.maybe].astype(str))
    tests.loc[doubtful, "outcome"] = "unknown"
    tests.loc[doubtful, "reason"] = reason("building_may_belong").to_json()
    return tests
