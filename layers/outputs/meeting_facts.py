"""What the list for the meeting takes from the files beside the tables: planned use, utilities, suitable industries.

Every answer is words or a number; what cannot be said is said to be unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.area import basis
from geo.measure.fabric import composition
from geo.place.accounts import NOT_YET, SEPARATOR, UNKNOWN, given, opened
from layers.library import kinds
from layers.library.standards import of_scheme
from layers.outputs.dossier_rows import use_of_plan
from layers.study.registers import facilities
from layers.study.registers.facilities import FacilityRow
from layers.study.run.layer_rows import UNSURE, rows_used
from layers.study.run.results import Results
from layers.study.spec import LayerSpec
from layers.text import Language, both, joined, number, say

Texts = npt.NDArray[np.object_]
Cells = list[str | float]
SLIVER_SHARE = 0.005
"""Planned plots under this share of a parcel are drawing noise along its edge and are not listed."""
UTILITIES = ("power", "water", "sewage", "gas")
"""Resources the list has a column of."""
_PLAN = ("use", "far_min", "far_max")


@dataclass(frozen=True)
class PlannedUse:
    """Planned use of parcels in words, and lower and upper FAR: a number, several, not set, or unknown."""

    use: Cells
    far_min: Cells
    far_max: Cells


@dataclass(frozen=True)
class _Facility:
    """A facility in service: its place and what it has left (NaN where a figure is missing)."""

    name: str
    resource: str
    unit: str
    free: float
    date: str
    serves: frozenset[str]
    shape: shapely.Geometry


# --- planned use -----------------------------------------------------------------------


def plan(results: Results, parcels: gpd.GeoDataFrame, language: Language) -> PlannedUse:
    """Return planned use and FAR limits of parcels, largest part first.

    Parameters
    ----------
    results : Results
    parcels : GeoDataFrame
        Rows of the parcels table, study CRS.
    language : {"en", "zh"}
    """
    unknown = say("meeting.unknown", language)
    found = [(s, c) for s in results.study.with_role("plan") if (c := _planned(results, s, parcels)) is not None]
    if not found:
        nothing: Cells = [unknown] * len(parcels)
        return PlannedUse(nothing, nothing, nothing)
    spec, frame = found[0]
    by_parcel = dict(list(frame.groupby("unit_id", sort=False)))
    cells = [
        _plan_cells(by_parcel.get(p), size, spec, language)
        for p, size in zip(parcels["parcel_id"], parcels["area_m2"], strict=True)
    ]
    return PlannedUse(*(list(column) for column in zip(*cells, strict=True))) if cells else PlannedUse([], [], [])


def _planned(results: Results, spec: LayerSpec, parcels: gpd.GeoDataFrame) -> pd.DataFrame | None:
    rows = None if spec.use_only else rows_used(results, spec)
    if rows is None:
        return None
    study = results.study
    measured = basis(study.area, study.crs, tuple(gpd.GeoDataFrame(results.table("parcels")).total_bounds))
    ids, shapes = parcels["parcel_id"].to_numpy(object), parcels.geometry.to_numpy()
    return composition(ids, shapes, rows.shapes, {name: rows.texts(name) for name in _PLAN}, measured)


def _plan_cells(
    frame: pd.DataFrame | None, size: float, spec: LayerSpec, language: Language
) -> tuple[str | float, str | float, str | float]:
    """Return use, lower and upper FAR of one parcel; bare ground is only sure where the plan layer is complete."""
    unknown = say("meeting.unknown", language)
    outside = say("dossier.plan_outside", language) if spec.coverage == "complete" else unknown
    if frame is None:
        return outside, unknown, unknown
    shown = frame[frame["area_m2"] > SLIVER_SHARE * size].sort_values("area_m2", ascending=False, kind="stable")
    words = []
    for use, areas in shown.groupby("use", sort=False)["area_m2"]:
        word = use_of_plan(str(use), spec.land_use_scheme, language) if use else outside
        words.append(f"{word} {number(float(areas.sum()), 'mu', language)}" if len(set(shown["use"])) > 1 else word)
    planned = shown[shown["use"] != ""]
    return (
        joined(words, language, apart=True) or unknown,
        _far(planned, "far_min", language),
        _far(planned, "far_max", language),
    )


def _far(planned: pd.DataFrame, name: str, language: Language) -> str | float:
    """Return the one limit as a number; several plots with several limits as words; 0 is not set."""
    if planned.empty:
        return say("meeting.no_plan", language)
    if (planned["use"] == UNSURE).any():
        return say("meeting.unknown", language)
    values = pd.to_numeric(planned[name], errors="coerce").fillna(0.0)
    limits = list(dict.fromkeys(float(v) for v in values))
    if limits == [0.0]:
        return say("dossier.not_given", language)
    if len(limits) == 1:
        return limits[0]
    return joined([f"{v:g}" if v else say("dossier.not_given", language) for v in limits], language, apart=True)


# --- utilities -------------------------------------------------------------------------


def road(results: Results, parcels: gpd.GeoDataFrame, language: Language) -> Cells:
    """Return the distance to the nearest road (m) from the facts: a number, an interval, or unknown."""
    facts = results.table("facts").set_index("parcel_id").reindex(parcels["parcel_id"])
    name = next(
        (s.id for s in results.study.with_role("network") if kinds.is_way(s.id, s.title) and not s.use_only), ""
    )
    if f"{name}_dist_m" not in facts:
        return [say("meeting.unknown", language)] * len(parcels)
    low, high = facts[f"{name}_dist_m"].to_numpy(float), facts[f"{name}_dist_hi_m"].to_numpy(float)
    return [_distance(a, b, language) for a, b in zip(low, high, strict=True)]


def _distance(low: float, high: float, language: Language) -> str | float:
    if math.isfinite(low) and math.isfinite(high) and high - low < 0.05:
        return round(high, 1)
    if math.isfinite(high):
        return f"{low:,.0f}～{number(high, 'm', language)}" if math.isfinite(low) else say(
            "word.at_most", language, value=number(high, "m", language))  # fmt: skip
    return say("meeting.unknown", language)


def utilities(results: Results, parcels: gpd.GeoDataFrame, language: Language) -> dict[str, Cells]:
    """Return per utility the facility that counts for each parcel: distance and what it has left.

    A facility counts when it is in service on the study's day: the nearest of those whose
    list of parks names the parcel's park, else the nearest of all.
    """
    known = _facilities(results)
    parks, shapes = parcels["park_id"].to_numpy(object), parcels.geometry.to_numpy()
    out: dict[str, Cells] = {}
    for resource in UTILITIES:
        out[resource] = _nearest([f for f in known if f.resource == resource], parks, shapes, language)
    return out


def _facilities(results: Results) -> list[_Facility]:
    """Return the facilities in service, what they have left as the account book counts it."""
    out = []
    for spec in results.study.with_role("facility"):
        rows = None if spec.use_only else rows_used(results, spec)
        if rows is None:
            continue
        cells = {ours: rows.texts(ours) for ours in spec.fields}
        stated = [
            FacilityRow(str(k), {n: str(v[k]).strip() for n, v in cells.items()}, "facility_may_belong" if d else "")
            for k, d in enumerate(rows.maybe)
        ]
        works = given(facilities.frame(facilities.facilities(spec, stated, (), [])))
        for row in opened(works, results.study.as_of).to_dict("records"):
            if row["state"] == NOT_YET:
                continue
            free = max(float(row["free"]), 0.0) if row["state"] != UNKNOWN else math.nan
            date = "" if pd.isna(row["date"]) else f"{row['date']:%Y-%m-%d}"
            serves = frozenset(p for p in str(row["serves"]).split(SEPARATOR) if p)
            shape = rows.shapes[int(row["account"])]
            out.append(_Facility(str(row["name"]), row["resource"], row["unit"], free, date, serves, shape))
    return out


def _nearest(found: Sequence[_Facility], parks: Texts, shapes: npt.NDArray[np.object_], language: Language) -> Cells:
    if not found:
        return [say("meeting.unknown", language)] * len(shapes)
    metres = np.column_stack([shapely.distance(shapes, f.shape) for f in found])
    serving = np.array([[p in f.serves for f in found] for p in parks], bool).reshape(len(shapes), -1)
    some = np.logical_or.reduce(serving, axis=1)
    ranked = np.where(serving | ~some[:, None], metres, np.inf)
    best = ranked.argmin(axis=1)
    return [_facility(found[k], float(metres[row, k]), bool(some[row]), language) for row, k in enumerate(best)]


def _facility(found: _Facility, metres: float, serves: bool, language: Language) -> str:
    if math.isfinite(found.free):
        free = say(
            "meeting.free",
            language,
            free=f"{found.free:,.10g}",
            unit=found.unit.replace("m3", "m³"),
            date=found.date or "–",
        )
    else:
        free = say("meeting.free_unknown", language)
    key = "meeting.serves" if serves else "meeting.nearest"
    return say(key, language, name=found.name or "–", distance=number(metres, "m", language), free=free)


# --- parks -----------------------------------------------------------------------------


def industries(results: Results, language: Language) -> Mapping[str, str]:
    """Return what each park is for: leading industries first, then what else it admits."""
    out: dict[str, str] = {}
    for spec in results.study.with_role("park"):
        rows = None if spec.use_only else rows_used(results, spec)
        if rows is None:
            continue
        for park, leading, admitted in zip(*(rows.texts(k) for k in ("park_id", "leading", "industries")), strict=True):
            first = _codes(leading)
            others = [c for c in _codes(admitted) if c not in first]
            parts = [(k, group) for k, group in (("leading", first), ("admitted", others)) if group]
            if UNSURE in (leading, admitted):
                continue
            words = [say(f"meeting.{k}", language, names=[_industry(c, language) for c in g]) for k, g in parts]
            if words:
                out[park] = joined(words, language, apart=True)
    return out


def _codes(text: str) -> list[str]:
    return [c.strip() for c in text.replace("；", ";").replace("、", ";").replace(",", ";").split(";") if c.strip()]


def _industry(given: str, language: Language) -> str:
    known = of_scheme("GB/T 4754-2017")
    entry = (known.get(given) or known.get(given.lstrip("ABCDEFGHIJKLMNOPQRST"))) if known else None
    return f"{given} {both(entry.title, language)}" if entry else given
