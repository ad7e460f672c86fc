"""Capacity (承载力): what each park can still hold per resource, which resource binds, what relieving it frees.

Facilities are counted once; a park sees them through `serves`. To compare MVA with 亩 each
resource is told in the land it can still carry: what is left ÷ what projects draw per 亩.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.tables import empty
from geo.basis.units import MU_M2
from geo.place.accounts import (
    COUNTY,
    FACILITY,
    NOT_YET,
    PARTLY,
    RUNNING,
    SEPARATOR,
    TAKEN,
    UNKNOWN,
    resource_of,
    serving,
    together,
)
from geo.place.portfolio import Need
from geo.place.resource import Resources

LAND, FLOOR = "land", "floor"
PARK = "park"
FIGURES = ("limit", "used", "committed", "reserved", "free", "drawn", "left")


@dataclass(frozen=True)
class Draw:
    """How much of each resource a typical 亩 of a park's projects draws.

    Parameters
    ----------
    rates : mapping of resource to float
        Amount per 亩; a resource nobody draws is missing.
    projects : int
        Projects it is taken from.
    """

    rates: Mapping[str, float]
    projects: int


@dataclass(frozen=True)
class Book:
    """The account book with the resources it counts.

    Parameters
    ----------
    accounts : DataFrame
        Table `accounts`, drawn down (see `geo.place.accounts`).
    resources : Resources
    """

    accounts: pd.DataFrame
    resources: Resources


def typical(needs: Mapping[str, Mapping[str, Need]], land_m2: Mapping[str, float], projects: Sequence[str]) -> Draw:
    """Return what the projects that a park admits draw per 亩, all of them together.

    A need that is not finite, or rests on an M figure alone, is left out of the sum, and so
    is the land of its project for that resource.
    """
    rates = {}
    for resource in sorted({r for p in projects for r in needs.get(p, {})}):
        counted = [(needs[p][resource], land_m2[p]) for p in projects if resource in needs.get(p, {})]
        known = [(n.high, m) for n, m in counted if n.binding and np.isfinite(n.high) and m > 0]
        land = sum(m for _, m in known) / MU_M2
        if land > 0 and (total := sum(h for h, _ in known)) > 0:
            rates[resource] = total / land
    return Draw(rates, len(projects))


def capacity(parks: pd.DataFrame, book: Book, draws: Mapping[str, Draw]) -> pd.DataFrame:
    """Return the table `capacity`.

    Parameters
    ----------
    parks : DataFrame
        Land of each park in 亩: ``park_id limit used committed reserved free drawn left date source``,
        and per county account drawn by land the open land that draws it: ``open_<budget_id>``.
    book : Book
    draws : mapping of park to Draw

    Returns
    -------
    DataFrame
        One row per park and resource. `supports_mu` is the land what is left can carry; NaN where
        the state or the draw per 亩 is not known. The resource that carries least binds
        (`binding`); `then_resource` is the next one, and `frees_mu` the land relieving the first
        would open until the next one stops it. An unknown limit never counts as endless or as zero:
        it is in the table, and does not bind. Where some facilities are known and others are not
        (state "partly") the row tells the known ones and names the others in `unknown`.
        What is `left` is what placing may draw: limit − used − committed − reserved + overdrawn −
        drawn.
    """
    rows = [row for park in parks.to_dict("records") for row in _park(_words(park), book, draws)]
    return pd.DataFrame(rows, columns=empty("capacity").columns) if rows else empty("capacity")


def _words(record: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): v for k, v in record.items()}


def _park(park: dict[str, Any], book: Book, draws: Mapping[str, Draw]) -> list[dict[str, Any]]:
    draw = draws.get(park["park_id"], Draw({}, 0))
    rows = [_land(park), *_floor(park), *_served(park["park_id"], book, draw), *_county(park, book, draw)]
    ranked = sorted((r for r in rows if np.isfinite(r["supports_mu"])), key=lambda r: (r["supports_mu"], r["resource"]))
    for row in rows:
        row |= {"park_id": park["park_id"], "binding": False, "then_resource": "", "frees_mu": np.nan}
        row.setdefault("later_on", pd.NaT)
        row.setdefault("later", np.nan)
        row.setdefault("unknown", "")
        row.setdefault("overdrawn", 0.0)
    if ranked:
        first, *others = ranked
        first["binding"] = True
        if others:
            first |= {
                "then_resource": others[0]["resource"],
                "frees_mu": others[0]["supports_mu"] - first["supports_mu"],
            }
    return rows


def _land(park: Mapping[str, Any]) -> dict[str, Any]:
    known = np.isfinite(park["left"])
    return {name: park[name] for name in (*FIGURES, "date", "source")} | {
        "resource": LAND, "unit": "亩", "scope": PARK, "state": RUNNING if known else UNKNOWN, "accounts": "",
        "rate": 1.0, "supports_mu": max(park["left"], 0.0) if known else np.nan,
    }  # fmt: skip


def _floor(park: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the open land told as floor by the plan's upper plot ratio: the same account, so it never binds.

    What is drawn and left is in proportion to the land. Land of which the plan says nothing is left out and told:
    then the state is "partly".
    """
    if "floor_m2" not in park:
        return
    floor, open_mu, free = (float(park[n]) for n in ("floor_m2", "floor_open", "free"))
    told = np.isfinite(floor) and free > open_mu
    left = floor * max(float(park["left"]), 0.0) / free if told else np.nan
    yield dict.fromkeys(FIGURES, np.nan) | {
        "resource": FLOOR, "unit": "m2", "scope": PARK, "accounts": "", "rate": np.nan, "supports_mu": np.nan,
        "free": floor if told else np.nan, "limit": floor if told else np.nan, "left": left,
        **dict.fromkeys(("used", "committed", "reserved"), 0.0 if told else np.nan),
        "drawn": floor - left if told else np.nan,
        "state": UNKNOWN if not told else PARTLY if open_mu > 0 else RUNNING, "date": park["date"],
        "source": park["source"],
    }  # fmt: skip


def _served(park_id: str, book: Book, draw: Draw) -> Iterator[dict[str, Any]]:
    """Yield a row per resource some facility serves the park with; those not yet in service hold nothing."""
    for resource, group in serving(book.accounts, park_id).groupby("resource", sort=True):
        row = _held(group, book.resources, FACILITY)
        # what is shared is not used up: it carries no so many 亩
        rate = np.nan if book.resources.get(str(resource)).shared else draw.rates.get(str(resource), np.nan)
        yield row | {"rate": rate, "supports_mu": row["left"] / rate} | _later(group)


def _held(group: pd.DataFrame, resources: Resources, scope: str) -> dict[str, Any]:
    """Return what accounts of one resource hold together as a row; those that are not known are named in `unknown`."""
    resource = resource_of(group, resources)
    held = together(group, resource)
    told = group[group["account"].isin([*held.members, *held.unknown])]
    return {**held.sums, "free": held.free, "left": held.left} | {
        "resource": resource.id, "unit": resource.unit, "scope": scope, "state": held.state,
        "accounts": SEPARATOR.join(group["account"]), "unknown": SEPARATOR.join(held.unknown),
        "date": told["date"].min(), "source": "；".join(dict.fromkeys(told["source"].astype(str))),
    }  # fmt: skip


def _later(group: pd.DataFrame) -> dict[str, Any]:
    """Return the next day on which facilities come into service, and how much they add."""
    waiting = group[group["state"] == NOT_YET]
    first = waiting[waiting["in_service"] == waiting["in_service"].min()]
    if first.empty:
        return {}
    more = first["limit"] - first[list(TAKEN)].sum(axis=1, skipna=False)
    return {"later_on": first["in_service"].iloc[0], "later": float(more.sum(skipna=False))}


def _county(park: Mapping[str, Any], book: Book, draw: Draw) -> Iterator[dict[str, Any]]:
    """Yield a row per county account the park's land or projects draw; all parks share it."""
    for name, group in book.accounts[book.accounts["scope"] == COUNTY].groupby("account", sort=True):
        row = _held(group, book.resources, COUNTY)
        open_mu, rate = float(park.get(f"open_{name}", 0.0)), draw.rates.get(str(name), np.nan)
        if open_mu > 0:
            rate = open_mu / max(park["left"], 1e-9)
            supports = max(park["left"] - open_mu, 0.0) + row["left"]
        else:
            supports = row["left"] / rate
        yield row | {"rate": rate, "supports_mu": supports}
