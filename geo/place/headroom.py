"""What projects draw from (余量): pools of facilities that serve the same parks, and county accounts.

A figure that is not given stays unknown: it never counts as zero and never as endless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.place.accounts import COUNTY, FACILITY, NOT_YET, SEPARATOR, TOGETHER, resource_of, together
from geo.place.resource import Resource, Resources


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
        Parks it serves; none for a county account, and for a facility that says nobody.
    free : int or None
        Whole steps of the resource, not negative; None when no member's figures are known.
    county : bool
        True for an account of the county, which every park draws from.
    waiting : bool
        True where no member is in service yet: it holds nothing.
    debt : int
        Whole steps that must be given before anything can be drawn: of a pool that is overdrawn.
    unknown : tuple of str
        Members whose figures are not known: the pool may hold more.
    stated_units : tuple of str
        Units of those members that nobody declared.
    """

    id: str
    resource: Resource
    members: tuple[str, ...]
    parks: frozenset[str]
    free: int | None
    county: bool = False
    waiting: bool = False
    debt: int = 0
    unknown: tuple[str, ...] = ()
    stated_units: tuple[str, ...] = ()


@dataclass(frozen=True)
class Headroom:
    """What is left before anything is placed: the account book, and the pools made of it."""

    accounts: pd.DataFrame
    pools: tuple[Pool, ...]


def pools(book: pd.DataFrame, resources: Resources) -> tuple[Pool, ...]:
    """Return what projects draw from, facilities first, in a fixed order.

    A facility is counted once, whatever number of parks it serves. One whose figures are
    not known makes its pool unknown only if no other facility of the pool is known.

    Parameters
    ----------
    book : DataFrame
        Table `accounts` (see `geo.place.accounts`).
    """
    works, county = (book[book["scope"] == scope] for scope in (FACILITY, COUNTY))
    # of what is shared every facility stands for itself: an accident has to find room in one of them
    shared = np.array([resources.get(str(r)).shared for r in works["resource"]], bool)
    alone = np.where(shared, works["account"].astype(str), "").astype(object)
    made = [_pool(group, resources) for _, group in works.groupby(["resource", "serves", alone], sort=True)]
    return (*made, *(_pool(rows, resources) for _, rows in county.groupby("account", sort=True)))


def _pool(group: pd.DataFrame, resources: Resources) -> Pool:
    resource = resource_of(group, resources)
    held = together(group, resource)
    members = held.members or held.unknown
    parks = frozenset(str(group["serves"].iloc[0]).split(SEPARATOR)) - {""}
    county = str(group["scope"].iloc[0]) == COUNTY
    free = resource.steps(held.free) if held.members else None
    about = (county, held.state == NOT_YET, resource.steps(held.debt), held.unknown, held.stated_units)
    return Pool(TOGETHER.join(members), resource, members, parks, free, *about)


def not_known(made: Sequence[Pool]) -> bool:
    """Tell whether nothing that is in service is known of pools that serve the same park."""
    known = [p for p in made if p.free is not None]
    return not known or (len(known) < len(made) and all(p.waiting for p in known))


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
