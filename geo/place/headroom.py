"""What facilities and county accounts still hold (余量): limit − used − committed − reserved, in service on a day.

A figure that is not given stays unknown: it never counts as zero and never as endless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from geo.place.resource import Resource, Resources

SEPARATOR = "|"
"""Between the parks a facility serves."""
TAKEN = ("used", "committed", "reserved")
SET_ASIDE = ("earmarked", "committed", "used")


def facilities(given: pd.DataFrame, on: date, extra: dict[str, float] | None = None) -> pd.DataFrame:
    """Return the table `facilities` for a day, nothing drawn yet.

    Parameters
    ----------
    given : DataFrame
        ``facility_id name kind resource unit limit used committed reserved serves in_service date source``;
        NaN for a figure that is not given, NaT for a day; `serves` joins park ids by ``|``.
    on : date
        A facility commissioned later holds nothing yet.
    extra : mapping of facility to amount
        More capacity of a scenario, in the facility's unit.

    Returns
    -------
    DataFrame
        `state` says "in_service", "not_yet" or "unknown"; `free` is NaN where a figure is missing.
    """
    table = given.copy()
    more = table["facility_id"].map(extra or {}).astype(float).fillna(0.0)
    table["limit"] = table["limit"] + more
    free = table["limit"] - table[list(TAKEN)].sum(axis=1, skipna=False)
    late = pd.to_datetime(table["in_service"]) > pd.Timestamp(on)
    table["free"] = np.where(late, 0.0, free)
    table["state"] = np.where(late, "not_yet", np.where(free.isna(), "unknown", "in_service"))
    return table.assign(drawn=0.0, unverified=0.0, left=table["free"])


def budgets(given: pd.DataFrame, extra: dict[str, float] | None = None) -> pd.DataFrame:
    """Return the table `budgets`, nothing drawn yet: limit − earmarked − committed − used = free.

    Parameters
    ----------
    given : DataFrame
        ``budget_id name unit limit earmarked committed used source``; NaN for what is not given.
    extra : mapping of account to amount
        More of a scenario, in the account's unit.
    """
    table = given.copy()
    table["limit"] = table["limit"] + table["budget_id"].map(extra or {}).astype(float).fillna(0.0)
    table["free"] = table["limit"] - table[list(SET_ASIDE)].sum(axis=1, skipna=False)
    table["state"] = np.where(table["free"].isna(), "unknown", "kept")
    return table.assign(drawn=0.0, unverified=0.0, left=table["free"])


@dataclass(frozen=True)
class Pool:
    """What may be drawn as one: facilities of one resource that serve the same parks, or a county account.

    Parameters
    ----------
    id : str
        Facility ids joined by ``+``, or the account.
    resource : Resource
    members : tuple of str
        Facilities in the order they are filled: oldest first.
    parks : frozenset of str
        Parks it serves; empty for a county account.
    free : int or None
        Whole steps of the resource, not negative; None when no member's figures are known.
    """

    id: str
    resource: Resource
    members: tuple[str, ...]
    parks: frozenset[str]
    free: int | None


@dataclass(frozen=True)
class Headroom:
    """What is left before anything is placed: tables of facilities and accounts, and the pools made of them."""

    facilities: pd.DataFrame
    budgets: pd.DataFrame
    pools: tuple[Pool, ...]


def pools(facility_table: pd.DataFrame, budget_table: pd.DataFrame, resources: Resources) -> tuple[Pool, ...]:
    """Return what projects draw from, facilities first, in a fixed order.

    A facility is counted once, whatever number of parks it serves. One whose figures are
    not known makes its pool unknown only if no other facility of the pool is known.
    """
    table = facility_table[facility_table["state"] != "not_yet"]
    made = [
        _pool(str(resource), str(unit), group, resources)
        for (resource, unit, _), group in table.groupby(["resource", "unit", "serves"], sort=True)
    ]
    accounts = budget_table.sort_values("budget_id")[["budget_id", "unit", "free"]].itertuples(index=False)
    return (*made, *(_account(str(name), str(unit), float(free), resources) for name, unit, free in accounts))


def _pool(resource_id: str, unit: str, group: pd.DataFrame, resources: Resources) -> Pool:
    resource = resources.get(resource_id, unit)
    rows = group.sort_values(["in_service", "facility_id"], na_position="first", kind="stable")
    members = tuple(rows["facility_id"].astype(str))
    known = [max(resource.steps(f), 0) for f in rows["free"].astype(float).dropna()]
    parks = frozenset(str(rows["serves"].iloc[0]).split(SEPARATOR)) - {""}
    return Pool("+".join(members), resource, members, parks, sum(known) if known else None)


def _account(name: str, unit: str, free: float, resources: Resources) -> Pool:
    resource = resources.get(name, unit)
    return Pool(name, resource, (name,), frozenset(), None if np.isnan(free) else max(resource.steps(free), 0))


def serving(made: Sequence[Pool], park_id: str, resource_id: str) -> tuple[int, ...]:
    """Return the numbers of the pools of a resource that serve a park."""
    return tuple(k for k, p in enumerate(made) if p.resource.id == resource_id and park_id in p.parks)


def spread(amount: int, members: Sequence[str], left: dict[str, int]) -> list[tuple[str, int]]:
    """Divide a draw among the facilities of a pool: the first that holds all of it, else one after the other."""
    whole = next((m for m in members if left.get(m, 0) >= amount), None)
    if whole is not None:
        return [(whole, amount)]
    out: list[tuple[str, int]] = []
    for member in members:
        part = min(max(left.get(member, 0), 0), amount)
        if part:
            out.append((member, part))
            amount -= part
    return out
