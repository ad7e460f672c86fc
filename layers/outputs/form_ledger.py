"""The ledger of land approved and not supplied (批而未供) as a workbook, with the rate of supply by year."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.basis.units import HA_M2
from layers.library import forms
from layers.outputs.form_book import FormBook
from layers.outputs.form_table import heads, table
from layers.study.run.results import Results
from layers.text import Language

KIND = "unsupplied"
SUPPLIED = ("supplied", "started", "built")
"""Stages of a record whose land is supplied."""
YEARS = 5
SUMMED = ("area", "cultivated", "supplied", "left")


def records(results: Results) -> pd.DataFrame:
    """Return every record of the supply register: stage, day of approval, ground with area and cultivated land.

    Its columns are ``record_id, stage, approved_on`` (None: no day), ``area_m2`` (NaN: it lies on no
    ground that is known), ``cultivated_m2, park_id, parcel_ids, name``.
    """
    said = results.table("idle_records")[["asset_id", "row", "record_id", "approved"]]
    stages = results.table("supply_records")[["row", "record_id", "stage"]]
    about = results.table("idle_assets")[["asset_id", "name", "park_id", "parcel_ids", "area_m2", "cultivated_share"]]
    frame = said.merge(stages, on=["row", "record_id"], how="left").merge(about, on="asset_id", how="left")
    frame["area_m2"] = frame["area_m2"].where(frame["area_m2"] > 0)
    frame["cultivated_m2"] = frame["area_m2"] * frame["cultivated_share"]
    frame["approved_on"] = [_day(v) for v in frame["approved"]]
    return frame.sort_values(["record_id", "row"], ignore_index=True)


def write(results: Results, path: Path, language: Language) -> None:
    """Write the ledger of a study."""
    found, day = records(results), results.study.as_of
    with FormBook(results, forms.form(KIND), language) as book:
        widths = (6, 16, 20, 16, 16, 12, 10, 26, 12, 12, 12, 12, 12, 14, 13, 9, 20, 18, 14, 12)
        open_ = found[found["stage"] == "approved"]
        below = [book.say("ledger_below", on=day.isoformat(), count=len(open_), all=len(found))]
        page, row = book.sheet(book.say("sheet_ledger"), book.title(results.study.name), below, widths)
        lines = [_line(k, r, day) for k, r in enumerate(rows(open_), 1)]
        book.sign(page, table(book, page, row, lines, SUMMED) + 1, len(widths))
        _rates(book, found, day)
        book.about(_left_out(book, found))
    book.save(path)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _line(number: int, row: Mapping[str, Any], day: date) -> dict[str, Any]:
    """Return the values of a record; nothing of it is supplied, or it would be at another stage."""
    area, on = round(row["area_m2"] / HA_M2, 4), row["approved_on"]
    months = None if on is None else (day.year - on.year) * 12 + day.month - on.month - (day.day < on.day)
    return {
        "number": number, "record_id": row["record_id"], "name": row["name"] or None,
        "approved_on": None if on is None else on.isoformat(), "park_id": row["park_id"] or None,
        "parcel_ids": str(row["parcel_ids"] or "").replace("|", ", ") or None, "area_ha": area,
        "cultivated_ha": round(row["cultivated_m2"] / HA_M2, 4), "supplied_ha": 0.0, "left_ha": area, "months": months,
    }  # fmt: skip


def _rates(book: FormBook, found: pd.DataFrame, day: date) -> None:
    """Write approved and supplied area of the years before this one, with the rate as a formula."""
    open_ = _open(found, day)
    below = [book.say("rate_below", years=YEARS), *([book.say("rate_why", count=open_)] if open_ else [])]
    page, row = book.sheet(book.say("sheet_rate"), book.say("sheet_rate"), below, (16, 12, 18, 18, 14))
    first = row = heads(book, page, row, [book.say(f"col_{n}") for n in ("year", "count", "approved", "given", "rate")])
    years = pd.Series([math.nan if d is None else d.year for d in found["approved_on"]], index=found.index)
    sums = [0.0, 0.0]
    for year in range(day.year - YEARS, day.year):
        own = found[years == year]
        areas = [_hectares(own), _hectares(own[own["stage"].isin(SUPPLIED)])]
        book.number(page, row, 0, year, "count")
        book.number(page, row, 1, len(own), "count")
        for column, area in enumerate(areas, 2):
            book.number(page, row, column, area, "ha0")
        _rate(book, page, row, areas, open_)
        sums = [s + a for s, a in zip(sums, areas, strict=True)]
        row += 1
    book.text(page, row, 0, book.say("total"), "strong")
    total = int(years.between(day.year - YEARS, day.year - 1).sum())
    for column, value in ((1, float(total)), (2, sums[0]), (3, sums[1])):
        letter = "ABCD"[column]
        look = "count_strong" if column == 1 else "ha_strong"
        book.formula(page, row, column, f"=SUM({letter}{first + 1}:{letter}{row})", value, look)
    _rate(book, page, row, sums, open_)


def _hectares(records_: pd.DataFrame) -> float:
    """Return an area as its records print it: rounded one by one, so that lines add up to sums."""
    return float((records_["area_m2"] / HA_M2).round(4).sum())


def _open(found: pd.DataFrame, day: date) -> int:
    """Return how many records may belong to the years of the rate and lack a day of approval, or an area."""
    late = [d is None or day.year - YEARS <= d.year < day.year for d in found["approved_on"]]
    lacking = pd.Series([d is None for d in found["approved_on"]], index=found.index) | found["area_m2"].isna()
    return int((pd.Series(late, index=found.index) & lacking & (found["stage"] != "unapproved")).sum())


def _rate(book: FormBook, page: Any, row: int, areas: list[float], open_: int) -> None:
    """Write the rate; there is none of a year in which nothing was approved, nor where records may be missing."""
    if open_:
        book.text(page, row, 4, book.say("rate_open"), "blank")
    elif areas[0] > 0:
        book.formula(page, row, 4, f"=D{row + 1}/C{row + 1}", areas[1] / areas[0], "share")
    else:
        book.text(page, row, 4, book.say("rate_none"))


def _left_out(book: FormBook, found: pd.DataFrame) -> list[str]:
    """Say which records are in no line, or without what a line needs."""
    lost = found[~found["stage"].isin(("approved", "unapproved", *SUPPLIED))]
    bare = found[found["area_m2"].isna()]
    undated = found[[d is None for d in found["approved_on"]]]
    out = []
    for key, rows_ in (("ledger_doubt", lost), ("ledger_bare", bare), ("ledger_undated", undated)):
        if len(rows_):
            out.append(book.say(key, count=len(rows_), ids=[str(v) for v in rows_["record_id"][:20]]))
    return out
