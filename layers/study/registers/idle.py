"""Idle land and buildings read for the core: records, buildings, enterprises and their monthly readings.

Every record, every building with a firm or a vacancy, and every firm whose readings came
is an asset, with or without a place; what cannot be read is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.tables import empty
from geo.idle import assess
from geo.idle.arable import ArableLimits
from geo.idle.known import Figures, Known
from geo.idle.signals import SIGNALS, Bounds
from geo.idle.terms import Limits
from layers.library import standards
from layers.library.roles import Role
from layers.sources.cells import recognise
from layers.sources.cells.quantity import number_of
from layers.sources.finding import Finding, finding
from layers.study import sheets
from layers.study.registers import idle_records, imagery, record_cells, supply
from layers.study.registers.idle_buildings import Buildings, buildings_of
from layers.study.registers.mu import annual
from layers.study.run.stage import Work
from layers.study.spec import Study
from layers.study.unread import NAMED

CODE_LISTS = ("idle_causes", "building_uses", "registration")
STANDARDS = ("idle-land", "idle-signals", imagery.STANDARD)
ROLES: tuple[Role, ...] = ("supply", "enterprise", "signal")
READINGS = {"power_kwh": "power", "water_m3": "water", "tax_wan": "tax", "staff": "staff"}
"""Field of a monthly file: signal it is."""
AGAIN = ("idle_assets", "idle_records", "idle_readings", "idle_marks", "imagery", "imagery_change")
"""What is known whatever the day, as tables: enough to work out another day."""
Findings = list[tuple[str, Finding]]


# --- figures ----------------------------------------------------------------------


def figures() -> Figures:
    """Return the figures of the clock, of the evidence and of reading images, from the shipped standards."""
    return Figures(limits(), bounds(), imagery.reading(), arable_limits())


def limits() -> Limits:
    """Return the figures of the clock (`data/standards/idle-land.toml`)."""
    standard = standards.load("idle-land")
    value = {e.id: (e.figure.low if e.figure.low is not None else e.figure.high) or 0.0 for e in standard.figures}
    names = {
        "fee_months": "fee-years", "takeback_months": "takeback-years", "suspended_months": "suspended-years",
        "after_delivery_months": "default-from-delivery-years",
    }  # fmt: skip
    memory = {e.id for e in standard.figures if e.figure.unverified}
    return Limits(
        **{ours: round(value[theirs] * 12) for ours, theirs in names.items()},
        developed_share=value["developed-share"],
        invested_share=value["invested-pct"] / 100,
        fee_share=value["fee-pct"] / 100,
        warning_days=round(value["warning-days"]),
        unverified=frozenset(ours for ours, theirs in names.items() if theirs in memory),
    )


def arable_limits() -> ArableLimits:
    """Return the figures on cultivated land left unused (土地管理法 38)."""
    figures = {e.id: e.figure for e in standards.load("idle-land").figures}
    months = [round((figures[f"arable-{n}-years"].low or 0.0) * 12) for n in ("farm", "fee", "takeback")]
    return ArableLimits(*months)


def bounds() -> Bounds:
    """Return the parameters of the evidence (`data/standards/idle-signals.toml`), all from memory and editable."""
    figures = {e.id: e.figure for e in standards.load("idle-signals").figures}

    def low(name: str) -> float:
        return figures[name].low or 0.0

    return Bounds(
        idle_share=low("power-share-pct") / 100,
        active_share=low("active-share-pct") / 100,
        window_months=round(figures["power-months"].high or 0.0),
        short_months=round(low("power-months")),
        age_months=round(low("reading-age-months")),
        vacancy_months=round(low("vacancy-months")),
        bare_share=low("bare-share-pct") / 100,
        built_share=low("built-share-pct") / 100,
        least_weight=low("least-weight"),
        least_signs=round(low("least-signs")),
        weights={s: low(f"weight-{s}") for s in sorted({s for kind in SIGNALS.values() for s in kind})},
    )


# --- what is known ----------------------------------------------------------------


@dataclass
class Firms:
    """Enterprises by number: name, park, building they say they are in, place, and their registration."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)


def known(work: Work, parcels: gpd.GeoDataFrame) -> tuple[Known, Findings]:
    """Read everything that can be known of idle land and buildings in a study.

    Parameters
    ----------
    work : Work
        Of the stage.
    parcels : GeoDataFrame
        Table `parcels`.

    Returns
    -------
    Known, findings
        ``assets`` carries the geometry. Rows in = rows out + rows listed.
    """
    study, found = work.plan.study, Findings()
    opened = supply.read(study, work.plan.folder, work.inputs.boundary, work.plan.recovered)
    found += opened.findings
    land = idle_records.land(work, parcels, opened, found)
    firms = _firms(work, found)
    readings = _readings(work, firms, found)
    built = buildings_of(work, firms.rows, set(readings["enterprise_id"]), land, found)
    readings = readings.assign(asset_id=readings["enterprise_id"].map(built.asset_of))
    nothing = empty("idle_assets").assign(geometry=None)
    assets = pd.concat([p for p in (land.assets(built.built), built.assets) if len(p)] or [nothing])
    marks = _registrations(firms, built)
    images = (work.table(name) for name in ("imagery", "imagery_change"))
    return Known(assets.reset_index(drop=True), land.records, readings, marks, *images), found


def _firms(work: Work, found: Findings) -> Firms:
    out = Firms()
    for sheet in _sheets(work.plan.study, work, "enterprise", found):
        columns = {n: sheet.column(n) for n in ("id", "name", "park_id", "building_id", "registration", "industry")}
        for k in range(len(sheet.rows)):
            row: dict[str, Any] = {n: values[k] for n, values in columns.items()}
            number = row["id"] or f"#{sheet.spec.id}:{sheet.rows[k]}"
            if number in out.rows:
                found.append((sheet.spec.id, finding("warn", "idle_enterprise_repeats", row=sheet.rows[k], id=number)))
                continue
            spec = sheet.spec
            out.rows[number] = row | {"shape": sheet.shapes[k], "layer": spec.id, "on": spec.vintage,
                                      "doubt": str(sheet.doubt[k])}  # fmt: skip
    return out


def _sheets(study: Study, work: Work, role: str, found: Findings) -> Iterable[sheets.RecordSheet]:
    """Open the files of a role; one that is missing, broken or out of date is a finding and says nothing."""
    for spec in study.layers:
        if spec.role != role:
            continue
        sheet = sheets.read(spec, study, work.plan.folder)
        found += [(spec.id, f) for f in sheet.findings]
        if sheet.state == "ok":
            yield sheet


def _readings(work: Work, firms: Firms, found: Findings) -> pd.DataFrame:
    """Return the monthly readings of all firms; a month told twice differently is not known."""
    monthly = (sheet for sheet in _sheets(work.plan.study, work, "signal", found) if not annual(sheet.spec))
    parts = [_monthly(sheet, found) for sheet in monthly]
    parts = [p for p in parts if len(p)]
    if not parts:
        return empty("idle_readings")
    told = pd.concat(parts, ignore_index=True)
    keys = ["enterprise_id", "signal", "month"]
    grouped = told.groupby(keys, observed=True, sort=True)
    ends = {"low": ("value", "min"), "high": ("value", "max"), "open": ("open", "any")}
    out = grouped.agg(**ends, source=("source", "first")).reset_index()
    torn = out["low"] != out["high"]
    torn &= out["low"].notna()
    for layer, rows in out[torn].groupby("source"):
        found.append((str(layer), finding("warn", "idle_month_differs", count=len(rows), rows=_first(rows))))
    lost = sorted(set(out["enterprise_id"]) - set(firms.rows))
    if lost:
        layer = str(out["source"].iloc[0])
        found.append((layer, finding("warn", "idle_enterprise_unknown", count=len(lost), rows=lost[:5])))
    doubtful = {number for number, row in firms.rows.items() if row["doubt"]}
    unsure = torn | out["open"] | out["enterprise_id"].isin(doubtful)
    return out.assign(value=out["low"].where(~unsure)).drop(columns=["low", "high", "open"])


def _first(rows: pd.DataFrame) -> list[str]:
    return [f"{e} {m}" for e, m in zip(rows["enterprise_id"].head(5), rows["month"].head(5), strict=True)]


def _monthly(sheet: sheets.RecordSheet, found: Findings) -> pd.DataFrame:
    months = [recognise.day(text) for text in sheet.column("month")]
    names = np.array(sheet.column("enterprise_id"), object)
    good = np.array([m is not None and m.value is not None and m.precision != "year" for m in months], bool)
    good &= names != ""
    if not good.all():
        rows = sheet.rows[~good]
        found.append(
            (sheet.spec.id, finding("rejected", "idle_month_unreadable", count=len(rows), rows=rows[:NAMED].tolist()))
        )
    texts = [f"{m.value:%Y-%m}" for m, ok in zip(months, good, strict=True) if ok and m and m.value]
    parts = []
    for ours, signal in READINGS.items():
        if not sheet.has(ours):
            continue
        cells = np.array(sheet.column(ours), object)[good]
        values = [number_of(str(c), ours, sheet.heading(ours)) for c in cells]
        number = [v if v is not None else np.nan for v in values]
        made = {"enterprise_id": names[good], "month": texts, "value": number, "signal": signal}
        parts.append(pd.DataFrame(made | {"source": sheet.spec.id, "open": sheet.maybe[good]}))
    return pd.concat(parts, ignore_index=True) if parts else empty("idle_readings")


def _registrations(firms: Firms, built: Buildings) -> pd.DataFrame:
    """Return the buildings all of whose firms are no longer registered (注销、吊销、迁出)."""
    by: dict[str, list[dict[str, Any]]] = {}
    for number, row in firms.rows.items():
        if number in built.asset_of:
            by.setdefault(built.asset_of[number], []).append(row)
    rows = []
    for asset, group in sorted(by.items()):
        words = [record_cells.worded("registration", r["registration"]) for r in group]
        if words and all(w == "ended" for w in words) and not any(r["doubt"] for r in group):
            on = max((r["on"] for r in group if r["on"]), default=None)
            rows.append((asset, "registration", on, 0.0, float(len(group)), 0.0, "n", "idle", "registration",
                         group[0]["layer"]))  # fmt: skip
    columns = list(empty("idle_marks").columns)
    return pd.DataFrame(rows, columns=columns) if rows else empty("idle_marks")


def again(tables: dict[str, pd.DataFrame], as_of: date) -> dict[str, pd.DataFrame]:
    """Return `idle` and `idle_signals` of a finished run on another day; no file is opened.

    Parameters
    ----------
    tables : mapping
        ``idle`` and those of `AGAIN`, of the run.
    as_of : date
    """
    shapes = gpd.GeoDataFrame(tables["idle"])[["asset_id", "geometry"]]
    assets = tables["idle_assets"].merge(shapes, on="asset_id", how="left", validate="1:1")
    rest = (tables[name] for name in AGAIN[1:])
    return assess.tables(Known(pd.DataFrame(assets), *rest), as_of, figures())
