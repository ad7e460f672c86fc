"""Idle land and buildings in words: the list for a day with its clock and money, and one asset explained."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from geo.idle.clock import EXEMPTED
from layers.study import edits
from layers.study.registers import idle
from layers.study.run.results import Results
from layers.text import Language, code, has, number, say, sentence
from layers.words.measures import measure_text

URGENT = ("idle_2y", "warning_2y", "idle_1y", "may_be_recognised", "warning_1y", "warning_b", *EXEMPTED,
          "suspended", "paused")  # fmt: skip
"""Clock states somebody has to act on, most urgent first."""
TELLING = ("likely_idle", "part_vacant", "under_used")
"""Evidence worth a place on the list where the clock says nothing."""

FARMED = ("one_year", "two_years")
"""Cultivated land approved for building that somebody has to act on (土地管理法 38)."""
RECOVERED = "recovered"
"""Kind of the edits by which land is taken as recovered."""
TORN = "evidence_disagrees"
"""A contradiction between signs; the sentence of the evidence says which ones."""


@dataclass(frozen=True)
class IdleTables:
    """Tables `idle` and `idle_signals` of one day, `assets` in the order of the list; titles of the study's layers."""

    on: date
    assets: gpd.GeoDataFrame
    signals: pd.DataFrame
    titles: Mapping[str, str]


def shown(results: Results, on: date | None = None) -> IdleTables:
    """Return the assets on a day, contradictions first, then by what is urgent.

    Parameters
    ----------
    results : Results
        Of a run that holds the stage `idle`.
    on : date or None
        None is the day of the study. Another day is worked out from the tables of the
        run; no file is opened and nothing is written.
    """
    day = on or results.study.as_of
    tables = {name: results.table(name) for name in ("idle", "idle_signals")}
    if day != results.study.as_of:
        made = idle.again(tables | {name: results.table(name) for name in idle.AGAIN}, day)
        shapes = gpd.GeoDataFrame(made["idle"], geometry="geometry", crs=results.study.crs)
        tables = made | {"idle": shapes}
    assets = gpd.GeoDataFrame(tables["idle"])
    names = [n for n in ("kind", "contradictions", "clock_state", "evidence_status", "arable_state") if n in assets]
    rank = [_rank(row) for row in assets[names].to_dict("records")]
    less = {name: -assets[name].fillna(0.0) for name in ("fee_hi_wan", "area_m2")}
    keys = pd.DataFrame({"rank": rank, **less, "id": assets["asset_id"]})
    order = keys.sort_values(["rank", "fee_hi_wan", "area_m2", "id"]).index
    titles = {spec.id: spec.title or spec.id for spec in results.study.layers}
    return IdleTables(day, assets.loc[order].reset_index(drop=True), tables["idle_signals"], titles)


def _rank(row: dict[Any, Any]) -> tuple[int, int]:
    """Contradictions first (a plot's, when it only hands on those of its plants, after theirs)."""
    if row["contradictions"]:
        handed_on = row["kind"] == "land" and row["clock_state"] not in URGENT
        return 0, _place(URGENT, row["clock_state"]) + handed_on
    if row.get("arable_state") in FARMED and row["clock_state"] not in URGENT:
        return 1, len(URGENT)
    if row["clock_state"] in URGENT:
        return 1, _place(URGENT, row["clock_state"])
    if row["clock_state"] == "unknown":
        return 2, 0
    return 3 + (row["evidence_status"] not in TELLING), _place(TELLING, row["evidence_status"])


def _place(order: tuple[str, ...], word: str) -> int:
    return order.index(word) if word in order else len(order)


def telling(row: Any) -> bool:
    """Tell whether an asset has something to say: a state to act on, a doubt, a sign of idleness, no place."""
    acts = row["clock_state"] in (*URGENT, "unknown") or row["located"] == "none" or row.get("arable_state") in FARMED
    return bool(row["contradictions"]) or acts or row["evidence_status"] in TELLING


def state_word(state: str, recognition: str, language: Language) -> str:
    """Return the word of a clock state: without a recognition (认定书) land is only suspected to be idle."""
    ruled = recognition == "recognised" and has(f"ruled.{state}")
    return code("ruled" if ruled else "clock", state, language) if state else ""


def wan(value: float | None, language: Language) -> str:
    """Write an amount of money given in 万元."""
    if value is None or math.isnan(value):
        return say("word.not_known", language)
    return say("command.idle_unit", language, value=number(value, "x", language))


# --- the scenario "recovered" -----------------------------------------------------


def recover(results: Results, asset: str, person: str, why: str, seen: int | None = None) -> None:
    """Take land as recovered (收回): to be supplied again, without drawing quota, until that is undone.

    Raises
    ------
    BlockedError
        Not land of the supply register that lies on parcels; or somebody decided about it since it was `seen`.
    CallError
        Nobody decides, or on no ground.
    """
    row = results.table("idle").set_index("asset_id")[["kind", "parcel_ids"]].to_dict("index").get(asset)
    if row is None or row["kind"] != "land" or not row["parcel_ids"]:
        raise BlockedError(reason("idle_not_recoverable", asset=asset))
    edits.record(results.folder, RECOVERED, asset, {}, person, why, seen)


def undo(results: Results, asset: str, person: str, why: str, seen: int | None = None) -> None:
    """Take back that land is recovered; everything that followed from it returns."""
    edits.withdraw(results.folder, RECOVERED, asset, person, why, seen)


# --- the list ---------------------------------------------------------------------


def lines(found: IdleTables, language: Language) -> Iterator[str]:
    """Yield the list for the command line: what has something to say, contradictions first."""
    rows = found.assets.to_dict("records")
    told = [r for r in rows if telling(r)]
    yield say("command.idle_head", language, on=found.on.isoformat(), count=len(told), rest=len(rows) - len(told))
    for row in told:
        yield title(row, language)
        for part in asset_lines(row, language):
            yield f"    {part}"


def title(row: dict[Any, Any], language: Language) -> str:
    """Name an asset: its number, name and size (floor area of a building, ground of land)."""
    size = measure_text if row["kind"] == "land" else number
    return "  ".join(filter(None, (row["asset_id"], row["name"], size(row["area_m2"], "m2", language))))


def asset_lines(row: dict[Any, Any], language: Language) -> Iterator[str]:
    """Yield what is to be said of one asset in short: contradictions, clock, money, vacancy, signs, place."""
    if row["evidence_status"] == "contradictory":
        yield sentence(row["evidence_reason"], language)
    if words := [code("contradiction", c, language) for c in row["contradictions"].split("|") if c not in ("", TORN)]:
        yield say("command.idle_against", language, codes="; ".join(words))
    if row["clock_state"]:
        yield " · ".join(_clock(row, language))
    if row["vacant_m2"] > 0:
        floors = {n: number(row[n], "n", language) for n in ("vacant_floors", "floors")}
        vacant = number(row["vacant_m2"], "m2", language)
        yield say("command.idle_vacant", language, floors=floors["vacant_floors"], all=floors["floors"], area=vacant)
    if row["evidence_status"] not in ("unknown", "contradictory"):
        yield say("command.idle_evidence", language, status=code("evidence", row["evidence_status"], language))
    if row["located"] == "none":
        yield code("located", "none", language)


def _clock(row: dict[Any, Any], language: Language) -> Iterator[str]:
    yield state_word(row["clock_state"], row["recognition"], language)
    if pd.notna(row["clock_from"]):
        yield say("command.idle_since", language, day=f"{row['clock_from']:%Y-%m-%d}")
    yield from money(row, language)
    if row["next_state"]:
        after = state_word(row["next_state"], row["recognition"], language)
        yield say("command.idle_next", language, state=after, day=f"{row['next_from']:%Y-%m-%d}")


def cause(row: Mapping[Any, Any], language: Language) -> str:
    """Return whose cause a delay is, with the register's own word where it says more."""
    word = code("idlecause", row["cause"], language)
    return word if row["cause_word"] in ("", row["cause"], word) else f"{word} ({row['cause_word']})"


def money(row: dict[Any, Any], language: Language) -> Iterator[str]:
    """Yield fee and take-back: what is due, what is open, and that nothing is due where that needs saying."""
    if row["consequence"] == "open":
        low, high = (wan(row[name], language) for name in ("fee_wan", "fee_hi_wan"))
        yield say("command.idle_fee_open", language, low=low, high=high)
    elif row["consequence"] in ("fee", "takeback"):
        fee, day = wan(row["fee_wan"], language), f"{row['one_year_on']:%Y-%m-%d}"
        yield say(f"command.idle_{row['consequence']}", language, fee=fee, day=day)
        yield code("recognition", row["recognition"], language)
    elif row["clock_state"] in ("may_be_recognised", *EXEMPTED):
        yield say("command.idle_no_fee", language)


# --- one asset --------------------------------------------------------------------


def holds(results: Results, asset: str) -> bool:
    """Tell whether the run knows an asset of this id."""
    return results.has("idle") and bool((results.table("idle")["asset_id"] == asset).any())


def explained(found: IdleTables, asset: str, language: Language) -> Iterator[str]:
    """Yield everything that is known of one asset: clock, days, reasons, and every sign with its baseline.

    Raises
    ------
    BlockedError
        No asset of that id.
    """
    rows = found.assets[found.assets["asset_id"] == asset].to_dict("records")
    if not rows:
        raise BlockedError(reason("asset_unknown", asset=asset))
    row = rows[0]
    yield title(row, language)
    yield sentence(row["reason"], language)
    for part in asset_lines(row, language):
        yield f"  {part}"
    if row.get("arable_reason"):
        yield sentence(row["arable_reason"], language)
    for name in ("start_on", "warning_1y_on", "one_year_on", "warning_2y_on", "two_years_on", "recognisable_on"):
        if pd.notna(row[name]):
            yield f"  {say(f'column.{name}', language)}: {row[name]:%Y-%m-%d}"
    yield sentence(row["evidence_reason"], language)
    signs = found.signals[found.signals["asset_id"] == asset].sort_values("signal")
    for sign in signs.to_dict("records"):
        yield f"  {sign_line(sign, found.titles, language)}"


def sign_line(sign: dict[Any, Any], titles: Mapping[str, str], language: Language) -> str:
    """Write one sign: value, share of what, day, what it says, weight and source."""
    text = say(
        "command.idle_sign", language, signal=code("signal", sign["signal"], language),
        value=number(sign["value"], "x", language), unit=code("idleunit", str(sign["unit"]), language),
        share=number(sign["share"], "share", language), code=code("reading", sign["code"], language),
        on=f"{sign['on']:%Y-%m-%d}" if pd.notna(sign["on"]) else say("word.not_known", language),
        says=code("says", sign["says"], language),
    )  # fmt: skip
    weight = f"{say('column.weight', language)} {sign['weight']:g}"
    return " · ".join(filter(None, (text, weight, titles.get(sign["source"], ""))))


def as_plain(found: IdleTables, asset: str) -> dict[str, Any]:
    """Return one asset and its signs as plain values."""
    row, signs = (frame[frame["asset_id"] == asset] for frame in (found.assets, found.signals))
    return {"on": found.on.isoformat(), **plain(row)[0], "signs": plain(signs)}


def plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain values for programs: days as ISO text, unknown as None, reasons as objects."""
    import json

    bare = pd.DataFrame(frame).drop(columns=["geometry"], errors="ignore")
    out = []
    for row in bare.to_dict("records"):
        made: dict[str, Any] = {}
        for name, value in row.items():
            if isinstance(value, (pd.Timestamp, date)) and pd.notna(value):
                made[str(name)] = f"{value:%Y-%m-%d}"
            elif name in ("reason", "evidence_reason", "arable_reason"):
                made[str(name)] = json.loads(value) if value else None
            else:
                made[str(name)] = None if pd.isna(value) else value
        out.append(made)
    return out
