"""What the Capacity page shows: bars per park and resource, what binds, facilities, the evaluation of zones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers.ask.placement import PlaceTables
from layers.library import resources as counted
from layers.library import standards
from layers.study.registers import zones
from layers.study.run.results import Results
from layers.text import Language, both, code, joined, number, say
from layers.words import place_lines as words

PARTS = ("used", "committed", "reserved", "drawn")
"""Parts of a bar in order; what is left of it is free."""


@dataclass(frozen=True)
class Bar:
    """One resource of a park.

    Parameters
    ----------
    title, left, told : str
        Resource, what is left, and the whole sum with day and source.
    shares : mapping of part to float
        Of the limit; empty where it is not known.
    binding, known, shared : bool
        `shared`: other parks draw from the same.
    supports : str
        Land what is left can carry.
    later : str
        What comes into service, and when; "" for nothing.
    """

    resource: str
    title: str
    left: str
    told: str
    shares: dict[str, float]
    binding: bool
    known: bool
    shared: bool
    supports: str
    later: str


def parks(found: PlaceTables) -> dict[str, str]:
    """Return the parks with capacity, by id → name."""
    return {str(p): words.park(found, str(p)) for p in found.table("capacity")["park_id"].unique()}


def bars(found: PlaceTables, park_id: str, language: Language) -> list[Bar]:
    """Return the bars of a park: land, facilities, county accounts."""
    table = found.table("capacity")
    rows = words.ordered(table[table["park_id"] == park_id])
    return [_bar(found, {str(k): v for k, v in r.items()}, language) for r in rows.to_dict("records")]


def _bar(found: PlaceTables, row: dict[str, Any], language: Language) -> Bar:
    limit = row["limit"]
    known = row["state"] != "unknown" and pd.notna(limit)
    shares = {p: float(row[p]) / float(limit) for p in PARTS if known and limit > 0 and pd.notna(row[p])}
    unit, resource = str(row["unit"]), str(row["resource"])
    later = ""
    if pd.notna(row["later_on"]):
        more = words.quantity(row["later"], resource, unit, language)
        later = say("uicapacity.later", language, on=pd.Timestamp(row["later_on"]).date().isoformat(), more=more)
    return Bar(
        resource, counted.titled(resource, language), words.quantity(row["left"], resource, unit, language),
        words.capacity_line(found, row, language), shares, bool(row["binding"]), known, row["scope"] != "park",
        words.mu_text(row["supports_mu"], language) if pd.notna(row["supports_mu"]) else "", later,
    )  # fmt: skip


def binds(found: PlaceTables, park_id: str, language: Language) -> list[str]:
    """Return what binds a park and what relieving it frees, one sentence each."""
    table = found.table("capacity")
    return list(words.binding(table[table["park_id"] == park_id], language))


def overview(found: PlaceTables, language: Language) -> pd.DataFrame:
    """Return a row per park: what binds, what it still carries, and what relieving it frees."""
    table = found.table("capacity")
    rows = table[table["binding"].astype(bool)].to_dict("records")
    heads = [say(f"uicapacity.col_{n}", language) for n in ("park", "binding", "supports", "then", "frees")]
    lines = [(words.park(found, str(r["park_id"])), counted.titled(str(r["resource"]), language),
              words.mu_text(r["supports_mu"], language),
              counted.titled(str(r["then_resource"]), language) if r["then_resource"] else "",
              words.mu_text(r["frees_mu"], language) if pd.notna(r["frees_mu"]) else "") for r in rows]  # fmt: skip
    return pd.DataFrame(lines, columns=heads)


# --- the evaluation of zones ------------------------------------------------------


@dataclass(frozen=True)
class ScoreLine:
    """One node of the nested score."""

    title: str
    depth: int
    weight: str
    score: str
    value: str
    ideal: str


def evaluated(results: Results, park_id: str) -> bool:
    """Tell whether the study has land accounts of a park."""
    return results.has("zone_scores") and park_id in set(results.table("zone_scores")["park_id"])


def scores(results: Results, park_id: str, language: Language) -> Iterator[ScoreLine]:
    """Yield the nested score of a park; what is not known is an interval."""
    rows = results.table("zone_scores")
    for row in rows[rows["park_id"] == park_id].sort_values("place").to_dict("records"):
        low, high = float(row["low"]), float(row["high"])
        score = f"{low:.2f}" if high - low < 5e-3 else f"{low:.2f}–{high:.2f}"
        yield ScoreLine(
            code("zonenode", str(row["node"]), language), int(row["depth"]), f"{float(row['weight']):.2f}", score,
            _indicator(row["value"], str(row["unit"]), language) if row["unit"] else "",
            _indicator(row["ideal"], str(row["unit"]), language) if row["unit"] else "",
        )  # fmt: skip


def _indicator(value: Any, unit: str, language: Language) -> str:
    if pd.isna(value):
        return say("word.not_known", language)
    return number(float(value), "share" if unit == "share" else "x", language)


def potentials(results: Results, park_id: str, language: Language) -> list[tuple[str, str]]:
    """Return the potentials of a park and the years left; they overlap and are not added up."""
    rows = results.table("zone_potentials")
    return [
        (code("zonepotential", str(r["potential"]), language), _potential(r["amount"], str(r["unit"]), language))
        for r in rows[rows["park_id"] == park_id].to_dict("records")
    ]


def _potential(amount: Any, unit: str, language: Language) -> str:
    if pd.isna(amount):
        return say("word.not_known", language)
    if unit == "a":
        return say("uicapacity.years", language, years=f"{float(amount):.1f}")
    return number(float(amount) * 10_000.0, "ha", language)


def zone_note(results: Results, language: Language) -> str:
    """Say which weights and ideal values the evaluation rests on, and what the study decided itself, with reasons."""
    given = results.study.evaluation
    own = {k: d.reason for k, d in (given.weight | given.ideal).items()}
    text = say("uicapacity.weights", language, set=given.weights, kind=code("zonekind", given.kind, language))
    titles = {f.id: both(f.title, language) for f in standards.load(zones.STANDARD).figures}
    named = {k: titles.get(k) or code("zonenode", k, language) for k in own}
    reasons = joined([say("uicapacity.reason", language, of=named[k], why=own[k]) for k in own], language, apart=True)
    return f"{text} {say('uicapacity.own', language, reasons=reasons)}" if own else text
