"""Supply records as a table (`idle_records`), and back to what the clock reads on any day.

The table keeps what the record says and not what follows from it, so the clock can be set
to another day without opening a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast, get_args

import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.units import hi
from geo.idle.terms import Cause, Span, Terms
from geo.screen.records import EVENTS, NOTHING, Event, Record, Standing, standing

AGREED = ("deliver_by", "start_by", "finish_by")
"""Days of the contract: plans, which count whatever the day is."""
DATED = (*EVENTS, *AGREED)
UNREADABLE = "?"
UNDATED = "yes"


def event_text(event: Event) -> str:
    """Write an event: its day, ``yes`` without one, ``?`` when it cannot be read, "" when it has not happened."""
    if event.happened == "no":
        return ""
    if event.happened == "unreadable":
        return UNREADABLE
    return event.on.isoformat() if event.on else UNDATED


def event_of(text: str) -> Event:
    """Read what `event_text` wrote."""
    if not text:
        return NOTHING
    if text == UNREADABLE:
        return Event("unreadable")
    return Event("yes") if text == UNDATED else Event("yes", date.fromisoformat(text))


def spans_text(spans: Iterable[Span]) -> str:
    """Write spans as ISO intervals: ``2025-08-01/2025-09-30|2026-01-01/``."""
    return "|".join(f"{s.start.isoformat()}/{s.end.isoformat() if s.end else ''}" for s in spans)


def spans_of(text: str) -> tuple[Span, ...]:
    """Read what `spans_text` wrote."""
    pairs = (part.split("/") for part in text.split("|") if part)
    return tuple(Span(date.fromisoformat(a), date.fromisoformat(b) if b else None) for a, b in pairs)


def terms_of(row: Mapping[str, Any], as_of: date) -> Terms:
    """Return what a row of `idle_records` says, with its standing on a day."""
    events = {name: event_of(row[name]) for name in DATED}
    name = str(row["record_id"]) or f"#{row['row']}"
    record = Record(str(row["record_id"]), str(row["row"]), events, str(row["stated"]), bool(row["unsure"]))
    where = standing(record, as_of)
    if row["doubt"]:
        where = Standing("doubt", Reason.from_json(row["doubt"]), record=name)
    return Terms(
        record=name,
        standing=where,
        events=events,
        extended_to=tuple(date.fromisoformat(d) for d in str(row["extended_to"]).split("|") if d),
        suspensions=spans_of(row["suspensions"]),
        pauses=spans_of(row["pauses"]),
        developed_share=_number(row["developed_share"]),
        invested_share=_number(row["invested_share"]),
        invested_share_hi=_number(row.get(hi("invested_share"))),
        cause=_cause(row["cause"]),
        evidence=str(row["evidence"]),
        ruling=str(row["ruling"]),
        ruled=date.fromisoformat(row["ruled"]) if row["ruled"] else None,
        price_wan=_number(row["price_wan"]),
        permit="yes" if row["permit"] else "none" if row["permits_recorded"] else "unrecorded",
        starts_recorded=bool(row["starts_recorded"]),
        deliveries_recorded=bool(row["deliveries_recorded"]),
        recovered=bool(row["recovered"]),
        unreadable=tuple(f for f in str(row["unreadable"]).split("|") if f),
    )


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _cause(text: Any) -> Cause:
    return cast(Cause, text) if text in get_args(Cause) else "unknown"


def doubled(records: pd.DataFrame, parcels: Mapping[str, str]) -> dict[str, Reason]:
    """Return the records that say different things of the same land, by asset.

    Parameters
    ----------
    records : DataFrame
        Table `idle_records`.
    parcels : mapping of asset to the parcels it lies on, joined by ``|``
        Assets without a parcel conflict with nobody.
    """
    clockwork = [*DATED, "suspensions", "cause", "permit", "ruling", "developed_share", "invested_share",
                 *filter(records.columns.__contains__, (hi("invested_share"),))]  # fmt: skip
    said = {str(r["asset_id"]): tuple(str(r[c]) for c in clockwork) for r in records.to_dict("records")}
    on: dict[str, list[str]] = {}
    for asset, text in parcels.items():
        for parcel in filter(None, text.split("|")):
            on.setdefault(parcel, []).append(asset)
    out: dict[str, set[str]] = {}
    for assets in on.values():
        for one in assets:
            out.setdefault(one, set()).update(a for a in assets if a in said and one in said and said[a] != said[one])
    return {a: reason("idle_records_differ", records=sorted({a, *others})) for a, others in out.items() if others}
