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
from layers.outputs.form_book import AT_LEAST, FormBook
from layers.outputs.form_table import heads, table
from layers.study.run.results import Results
from layers.text import Language
from layers.words.park_name import park_text

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
        open_ = open_.assign(park=[park_text(results, str(p or "")) for p in open_["park_id"]])
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
        "approved_on": None if on is None else on.isoformat(), "park_id": row["park"] or None,
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
    undated = found[years.isna() & (found["stage"] != "unapproved")]
    more = (len(undated) > 0, bool(undated["stage"].isin(SUPPLIED).any()))
    sums: tuple[list[float | None], list[float | None]] = [], []
    for year in range(day.year - YEARS, day.year):
        own = found[years == year]
        book.number(page, row, 0, year, "count")
        book.number(page, row, 1, len(own), "count")
        for k, part in enumerate((own, own[own["stage"].isin(SUPPLIED)])):
            sums[k].append(_amount(book, page, (row, 2 + k), part["area_m2"], more[k]))
        _rate(book, page, row, sums[0][-1], sums[1][-1], open_)
        row += 1
    book.text(page, row, 0, book.say("total"), "strong")
    count = int(years.between(day.year - YEARS, day.year - 1).sum())
    book.formula(page, row, 1, f"=SUM(B{first + 1}:B{row})", float(count), "count_strong")
    for k, values in enumerate(sums):
        lacking = more[k] or bool(found.loc[years.between(day.year - YEARS, day.year - 1), "area_m2"].isna().any())
        book.total(page, (row, 2 + k), first, values, f"ha_strong{AT_LEAST}" if lacking else "ha_strong")
    _rate(book, page, row, _known(sums[0]), _known(sums[1]), open_)


def _amount(book: FormBook, page: Any, place: tuple[int, int], areas: pd.Series, more: bool) -> float | None:
    """Write an area as its records print it, rounded one by one, so that lines add up to sums; at least what is known.

    Returns None, and says so, where no record that has been counted has an area; `more` records may belong here.
    """
    known = areas.dropna()
    if len(areas) and known.empty:
        book.text(page, *place, book.say("line_unknown"), "blank")
        return None
    value = float((known / HA_M2).round(4).sum())
    book.number(page, *place, value, f"ha0{AT_LEAST}" if more or len(known) < len(areas) else "ha0")
    return value


def _known(values: list[float | None]) -> float:
    return math.fsum(v for v in values if v is not None)


def _open(found: pd.DataFrame, day: date) -> int:
    """Return how many records may belong to the years of the rate and lack a day of approval, or an area."""
    late = [d is None or day.year - YEARS <= d.year < day.year for d in found["approved_on"]]
    lacking = pd.Series([d is None for d in found["approved_on"]], index=found.index) | found["area_m2"].isna()
    return int((pd.Series(late, index=found.index) & lacking & (found["stage"] != "unapproved")).sum())


def _rate(
    book: FormBook, page: Any, row: int, approved: float | None, given: float | None, open_: int
) -> None:  # fmt: skip
    """Write the rate; there is none of a year in which nothing was approved, nor where records may be missing."""
    if open_ or approved is None or given is None:
        book.text(page, row, 4, book.say("rate_open"), "blank")
    elif approved > 0:
        book.formula(page, row, 4, f"=D{row + 1}/C{row + 1}", given / approved, "share")
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
