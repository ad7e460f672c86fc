"""The supply register read for the clock: one row of `idle_records` and one piece of land per record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.basis.units import HA_M2, hi
from geo.idle.register import event_text, spans_of, spans_text
from geo.idle.terms import Span
from geo.screen import supplied
from geo.screen.records import EVENTS, Record, distinct
from layers.library import standards
from layers.sources.cells import recognise
from layers.sources.cells.quantity import number_of
from layers.sources.finding import Finding, finding
from layers.study.registers import record_cells, supply
from layers.study.run.stage import Work
from layers.study.sheets import RecordSheet

_COUNTED = ("deliver_by", "start_by", "delivered")
"""Days a term of the clock runs from, or that are held against one."""
CODED = ("eliminated", "safety_failed", "environment_failed", "rented_out")
"""Fields of a register that say yes or no: what local criteria of inefficient use ask beside the figures."""
Findings = list[tuple[str, Finding]]
MOST = hi("invested_share")


@dataclass(frozen=True)
class Land:
    """Records of the register with their ground.

    Parameters
    ----------
    records : DataFrame
        Table `idle_records`.
    about : DataFrame
        One row per record, in the same order: what `idle_assets` knows of it.
    shapes : array of shapely geometries or None
        The record's own, those of its plots, or its parcels; study CRS.
    """

    records: pd.DataFrame
    about: pd.DataFrame
    shapes: npt.NDArray[np.object_]

    def assets(self, built: pd.DataFrame) -> pd.DataFrame:
        """Return the pieces of land as rows of `idle_assets`, with what stands on them."""
        return pd.concat([self.about, built], axis=1).assign(geometry=self.shapes)


def land(work: Work, parcels: gpd.GeoDataFrame, opened: supply.OpenedSupply, found: Findings) -> Land:
    """Return every record of the register as a piece of land; a record without a place is one too."""
    records = opened.register.records
    plans = [work.inputs.layers[s.id] for s in work.plan.study.with_role("plan") if s.id in work.inputs.layers]
    links = supplied.links(parcels, opened.register, plans, work.basis)
    ids = distinct(records)
    rows = [row for sheet in opened.sheets for row in _rows(sheet, found)]
    for k, row in enumerate(rows):
        row |= {"asset_id": ids[k], "row": records[k].row, "record_id": records[k].record_id}
        row |= {"stated": records[k].stated, "unsure": records[k].unsure, "doubt": _doubt(k, opened, links)}
        row["recovered"] = k in opened.register.recovered
        row |= {e: event_text(records[k].events[e]) for e in EVENTS}
    found += _to_come(rows, work.plan.study.as_of)
    ranges = any(np.isfinite(row[MOST]) for row in rows)
    names = [n for n in empty("idle_records").columns if n != MOST] + [MOST] * ranges
    table = pd.DataFrame(rows)[names] if rows else empty("idle_records")
    shapes = _ground(records, links, parcels)
    return Land(table, _about(ids, opened, links, parcels, shapes, work), shapes)


def findings(sheet: RecordSheet, day: date) -> list[Finding]:
    """Return what a register says against itself or leaves open for the clock, whatever land it lies on."""
    found: Findings = []
    rows = [row | {"row": str(line)} for row, line in zip(_rows(sheet, found), sheet.rows, strict=True)]
    return [one for _, one in (*found, *_to_come(rows, day))]


def _to_come(rows: Sequence[Mapping[str, Any]], day: date) -> Findings:
    """Say which rows record a recognition or a suspension on a day after the study's; `supply` says it of events."""
    out: Findings = []
    for layer in dict.fromkeys(row["layer_id"] for row in rows):
        mine = [row for row in rows if row["layer_id"] == layer]
        late = {
            "ruled": [row["row"] for row in mine if row["ruled"] > day.isoformat()],
            "suspended": [row["row"] for row in mine if any(s.start > day for s in spans_of(row["suspensions"]))],
        }
        fields, named = [f for f, those in late.items() if those], [r for those in late.values() for r in those]
        rows_ = list(dict.fromkeys(named))
        told: dict[str, Any] = {"fields": fields, "as_of": day.isoformat(), "count": len(rows_), "rows": rows_[:5]}
        out += [(layer, finding("warn", "supply_days_to_come", **told))] if fields else []
    return out


def _doubt(k: int, opened: supply.OpenedSupply, links: supplied.Links) -> str:
    """Return why nothing may be read from a record, whatever the day."""
    record, state = opened.register.records[k], opened.register.state
    if state != "ok":
        return reason(f"supply_register_{state}").to_json()
    told = {"supply_plot_unsure": links.unsure, "supply_record_astray": links.astray}
    return next((reason(code, record=record.name).to_json() for code, those in told.items() if k in those), "")


# --- cells ------------------------------------------------------------------------


def _rows(sheet: RecordSheet, found: Findings) -> list[dict[str, Any]]:
    """Return what the cells of a register say for the clock."""
    names = ("deliver_by", "start_by", "finish_by", "extended_to", "suspended", "resumed", "pauses", "cause",
             "evidence", "ruling", "ruled", "permit", "started", "delivered")  # fmt: skip
    text = {n: sheet.column(n) for n in names}
    numbers = {n: _numbers(sheet, n) for n in ("price_wan", "developed_ha", "should_ha")}
    numbers["price_wan"] = _priced(sheet, numbers["price_wan"], found)
    stated = {n: _numbers(sheet, n) for n in ("far_min", "tax_contract_wan_mu", "empty_mu")}
    stated |= {f"{n}_code": [_yes(c) for c in sheet.column(n)] for n in CODED}
    invested = _invested(sheet, numbers["price_wan"])
    starts, permits, handed = (any(text[n]) for n in ("started", "permit", "delivered"))
    out = []
    for k in range(len(sheet.rows)):
        cell = {n: values[k] for n, values in text.items()}
        blurred: list[str] = []
        out.append({
            "layer_id": sheet.spec.id, "seen_on": sheet.spec.vintage,
            **{n: event_text(record_cells.event(cell[n], last=True)) for n in ("deliver_by", "start_by", "finish_by")},
            "extended_to": "|".join(d.isoformat() for d in _days(cell["extended_to"], "extended_to", blurred)),
            "suspensions": spans_text(_suspensions(cell["suspended"], cell["resumed"], blurred)),
            "pauses": spans_text(_pauses(cell["pauses"], blurred)),
            "developed_share": _share(numbers["developed_ha"][k], numbers["should_ha"][k]),
            "invested_share": invested[k][0], MOST: invested[k][1], "price_wan": numbers["price_wan"][k],
            "cause": _cause(cell["cause"]), "cause_word": record_cells.said(cell["cause"]),
            "evidence": record_cells.said(cell["evidence"]),
            "ruling": record_cells.said(cell["ruling"]), "ruled": _ruled(cell["ruled"], blurred),
            "permit": record_cells.said(cell["permit"]), "starts_recorded": starts, "permits_recorded": permits,
            "deliveries_recorded": handed,
            "unreadable": "|".join(blurred), **{n: values[k] for n, values in stated.items()},
        })  # fmt: skip
    _say_coarse(sheet, text, found)
    several = [str(r) for r, row in zip(sheet.rows, out, strict=True) if row["cause"] == "several"]
    if several:
        said = finding("warn", "idle_causes_several", count=len(several), rows=several[:5])
        found.append((sheet.spec.id, said))
    return out


def _coarse(cell: str) -> bool:
    """Tell whether a cell names a month or a year and no day."""
    read = recognise.day(cell)
    return read is not None and read.precision != "day"


def _say_coarse(sheet: RecordSheet, text: Mapping[str, Sequence[str]], found: Findings) -> None:
    """Say which rows hold only a month or a year where a term runs from a day."""
    coarse = [str(r) for k, r in enumerate(sheet.rows) if any(_coarse(text[n][k]) for n in _COUNTED)]
    if coarse:
        found.append((sheet.spec.id, finding("warn", "idle_days_coarse", count=len(coarse), rows=coarse[:5])))


def _cause(text: str) -> str:
    """Return whose cause a cell names; "" for none, or for words nobody knows.

    The holder beside another cause, and any cause beside a word nobody knows, is ``several``; of several causes
    the law exempts, the first.
    """
    listed = standards.codes("idle_causes")
    words = record_cells.words_of("idle_causes", text)
    groups = [listed.group_of(record_cells.worded("idle_causes", word)) for word in words]
    named = list(dict.fromkeys(g.id for g in groups if g))
    mixed = None in groups or ("owner" in named and len(named) > 1)
    return "" if not named else "several" if mixed else named[0]


def _numbers(sheet: RecordSheet, ours: str) -> list[float]:
    """Return the figures of a field; NaN where a cell is empty or no figure, which is told with the sheet."""
    read = [number_of(c, ours, sheet.heading(ours)) for c in sheet.column(ours)]
    return [np.nan if v is None else v for v in read]


def _priced(sheet: RecordSheet, price: Sequence[float], found: Findings) -> list[float]:
    """Return prices without zeros: land nobody paid for, or a cell nobody filled in, proves no fee of 0."""
    zero = [str(r) for r, p in zip(sheet.rows, price, strict=True) if p == 0]
    if zero:
        found.append((sheet.spec.id, finding("warn", "idle_price_zero", count=len(zero), rows=zero[:5])))
    return [p if p > 0 else np.nan for p in price]


def _invested(sheet: RecordSheet, price: Sequence[float]) -> list[tuple[float, float]]:
    """Return the invested share without the price of the land, and the most it can be where that is open.

    ``invest_wan`` and ``invested_wan`` are taken as they are: both without it. Totals that
    include it are mapped to ``invest_gross_wan`` and ``invested_gross_wan``, and the price is
    taken off both; without a price they say nothing. Of ``invest_total_wan`` and ``invested_total_wan``
    nobody says whether the price is in them: it is in both or in neither, so the share lies between.
    """
    exact = _exact(sheet, price)
    if not sheet.has("invest_total_wan"):
        return [(share, np.nan) for share in exact]
    total, spent = _numbers(sheet, "invest_total_wan"), _numbers(sheet, "invested_total_wan")
    most = [_share(s, t) for s, t in zip(spent, total, strict=True)]
    least = [_share(max(s - p, 0.0), t - p) for s, t, p in zip(spent, total, price, strict=True)]
    bounds = [(0.0 if np.isnan(low) and high < 1 else low, high) for low, high in zip(least, most, strict=True)]
    return [(e, np.nan) if np.isfinite(e) else b for e, b in zip(exact, bounds, strict=True)]


def _exact(sheet: RecordSheet, price: Sequence[float]) -> list[float]:
    """Return the share of figures of which it is known whether they hold the price."""
    if sheet.has("invest_wan") or not sheet.has("invest_gross_wan"):
        total, spent = _numbers(sheet, "invest_wan"), _numbers(sheet, "invested_wan")
        return [_share(s, t) for s, t in zip(spent, total, strict=True)]
    total, spent = _numbers(sheet, "invest_gross_wan"), _numbers(sheet, "invested_gross_wan")
    return [_share(max(s - p, 0.0), t - p) for s, t, p in zip(spent, total, price, strict=True)]


def _yes(cell: str) -> float:
    """Return 1 for yes, 0 for no, NaN for an empty cell or another word."""
    said = record_cells.answer(cell)
    return np.nan if said is None else float(said)


def _share(part: float, whole: float) -> float:
    return part / whole if np.isfinite(part) and np.isfinite(whole) and whole > 0 else np.nan


def _days(cell: str, name: str, blurred: list[str]) -> list[date]:
    """Read the days of a cell; one that cannot be read makes the field unreadable."""
    found = record_cells.days(cell)
    if found is None:
        blurred.append(name)
    return found or []


def _suspensions(suspended: str, resumed: str, blurred: list[str]) -> list[Span]:
    """Pair the days works stopped with the days they went on; the last one may be open."""
    stops, starts = _days(suspended, "suspended", blurred), _days(resumed, "suspended", blurred)
    out = []
    for k, stop in enumerate(sorted(stops)):
        on = next((d for d in sorted(starts) if d > stop), None)
        if on is None and k + 1 < len(stops):
            blurred.append("suspended")
        out.append(Span(stop, on - timedelta(days=1) if on else None))
    return [] if "suspended" in blurred else out


def _pauses(cell: str, blurred: list[str]) -> list[Span]:
    """Read stretches of time that do not count: ``2024-01-01~2024-03-31; 2025-02-01~``."""
    found = record_cells.spans(cell)
    if found is None:
        blurred.append("pauses")
    return [Span(start, end) for start, end in found or []]


def _ruled(cell: str, blurred: list[str]) -> str:
    days = _days(cell, "ruled", blurred)
    return days[0].isoformat() if days else ""


# --- ground -----------------------------------------------------------------------


def _ground(records: Sequence[Record], links: supplied.Links, parcels: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    """Return the ground of each record: its own shape, else the parcels it names."""
    out = np.full(len(records), None, object)
    shapes = parcels.geometry.to_numpy()
    mine = links.pairs.groupby("record")["parcel"].agg(list).to_dict()
    for k, record in enumerate(records):
        if record.shape is not None:
            out[k] = record.shape
        elif k in mine:
            out[k] = shapely.union_all(shapes[np.array(mine[k], int)])
    return out


def _about(
    ids: Sequence[str],
    opened: supply.OpenedSupply,
    links: supplied.Links,
    parcels: gpd.GeoDataFrame,
    shapes: npt.NDArray[np.object_],
    work: Work,
) -> pd.DataFrame:
    numbers = parcels["parcel_id"].to_numpy(object)
    pairs = links.pairs.groupby("record")
    on = {int(str(k)): "|".join(sorted(numbers[part["parcel"].to_numpy(int)])) for k, part in pairs}
    by = {int(str(k)): "location" if (part["by"] == "location").all() else "number" for k, part in pairs}
    said = [_cells(sheet) for sheet in opened.sheets]
    stated = pd.concat(said, ignore_index=True) if said else pd.DataFrame({"name": [], "park_id": [], "area_m2": []})
    count = len(ids)
    have = ~shapely.is_missing(shapes)
    area = stated["area_m2"].to_numpy(np.float64).copy()
    if have.any():
        area[have] = supplied.areas(gpd.GeoDataFrame(geometry=shapes[have], crs=parcels.crs), work.basis)
    located = [by.get(k, "shape" if have[k] else "none") for k in range(count)]
    return pd.DataFrame({
        "asset_id": ids, "kind": "land", "name": stated["name"], "park_id": stated["park_id"], "building_use": "",
        "located": located, "parcel_ids": [on.get(k, "") for k in range(count)], "on_land": "", "area_m2": area,
        "floors": np.nan, "vacant_floors": np.nan, "vacant_m2": np.nan, "vacant_since": None, "source": "",
        "cultivated_share": _cultivated(links, parcels, count),
    })  # fmt: skip


def _cultivated(links: supplied.Links, parcels: gpd.GeoDataFrame, count: int) -> npt.NDArray[np.float64]:
    """Return the share of each record's parcels that the survey shows as cultivated; NaN without parcels or use."""
    out = np.full(count, np.nan)
    uses = list(zip(parcels["land_use_scheme"].astype(str), parcels["land_use"].astype(str), strict=True))
    known = np.array([supply.present_use(s, c) is not None for s, c in uses], bool)
    tilled = np.array([standards.is_cultivated(s, c) for s, c in uses], bool)
    size = parcels["area_m2"].to_numpy(np.float64)
    for record, part in links.pairs.groupby("record"):
        rows = part["parcel"].to_numpy(int)
        ground = size[rows] * part["share"].to_numpy(np.float64)
        if known[rows].all() and ground.sum() > 0:
            out[int(str(record))] = ground[tilled[rows]].sum() / ground.sum()
    return out


def _cells(sheet: RecordSheet) -> pd.DataFrame:
    """Return holder, park and stated area of a register."""
    square = [hectares * HA_M2 for hectares in _numbers(sheet, "area_ha")]
    return pd.DataFrame({"name": sheet.column("holder"), "park_id": sheet.column("park_id"), "area_m2": square})
