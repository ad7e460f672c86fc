"""The map of resources of a run (资源图谱): land, empty floors and utilities with what is left of each, by park."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.basis.units import MU_M2
from geo.place.offer import CHAIN
from geo.place.offer import LAND as OF_LAND
from layers.ask import offering
from layers.study.run.results import Results

LAND, FLOOR, FACILITY, ACCOUNT = "land", "floor", "facility", "account"
KINDS = (LAND, FLOOR, FACILITY, ACCOUNT)
ROOM, FULL, OPEN, LATER = "room", "full", "open", "later"
STATES = (ROOM, FULL, OPEN, LATER)
"""Something is left, nothing is, nobody can tell, it is not yet in service."""
NOT_YET = "not_yet"
OUTSIDE = ""
"""Stands for ground outside all parks, and for the whole county of accounts and facilities that serve no park."""


@dataclass(frozen=True)
class Resource:
    """One thing there is to have: what it is, where, how much of it there is and is left, from and to.

    Parameters
    ----------
    resource_id, kind, name : str
        A site, a building, a facility or an account.
    what, unit : str
        ``land`` (亩), ``floor`` (m²), or a resource of the shipped list in its unit.
    parks : tuple of str
    limit, left, left_hi : float
        NaN: not known. `left_hi` is what it may be: land and floors of which something is open.
    state : str
        One of `STATES`.
    day : date or None
        When it can be had at the earliest; of a facility, when it goes into service.
    """

    resource_id: str
    kind: str
    name: str
    what: str
    unit: str
    parks: tuple[str, ...]
    limit: float
    left: float
    left_hi: float
    state: str
    day: Any = None


@dataclass(frozen=True)
class ResourceCell:
    """What a park has of something: how much it is of, how much is left (from, to), the state, of how many things."""

    limit: float
    left: float
    left_hi: float
    unit: str
    state: str
    count: int


@dataclass(frozen=True)
class Resourcing:
    """All resources, and what each park has of what; kinds that nobody brought a layer of are named in `missing`."""

    results: Results
    items: tuple[Resource, ...]
    cells: Mapping[tuple[str, str], ResourceCell]
    parks: tuple[str, ...]
    missing: tuple[str, ...]


def resourcing(results: Results) -> Resourcing:
    """Return what there is to have.

    Raises
    ------
    BlockedError
        The project list is use-only, or the run has not placed its projects.
    """
    items = (*_grounds(results), *_accounts(results))
    parks = sorted(
        {*results.table("capacity")["park_id"].astype(str), *(p for i in items for p in i.parks)} - {OUTSIDE}
    )
    roles = {LAND: "parcels", FLOOR: "building", FACILITY: "facility", ACCOUNT: "budget"}
    missing = tuple(k for k in KINDS if not results.study.with_role(roles[k]))
    return Resourcing(results, items, _cells(items, results), tuple(parks), missing)


def _grounds(results: Results) -> Iterable[Resource]:
    """Yield the land and the floors that are offered."""
    halls = results.table("building_sites")
    names = dict(zip(halls["site_id"].astype(str), halls["name"].astype(str), strict=True))
    for r in rows(offering.offering(results).found):
        if r["kind"] == CHAIN:
            continue
        land, subject = r["kind"] == OF_LAND, str(r["subject"])
        share = MU_M2 if land else 1.0
        high = float(r["net_hi_m2"]) / share
        sure = not (land and str(r["unknowns"]))
        low = float(r["net_m2"]) / share if sure else 0.0
        state = ROOM if low > 0.0 else OPEN
        parks = (str(r["park_id"]),) if r["park_id"] else ()
        what, unit = (LAND, "亩") if land else (FLOOR, "m2")
        yield Resource(subject, what, names.get(subject, "") or subject, what, unit, parks, high, low, high, state,
                       r["earliest"])  # fmt: skip


def _accounts(results: Results) -> Iterable[Resource]:
    """Yield the facilities and the accounts of the county; of one nobody told, what is left is not known."""
    if not results.has("accounts"):
        return
    for r in rows(results.table("accounts")):
        kind = FACILITY if r["scope"] == FACILITY else ACCOUNT
        left = float(r["left"])
        state = LATER if r["state"] == NOT_YET else _state(left)
        parks = tuple(p for p in str(r["serves"] or "").split("|") if p) if kind == FACILITY else ()
        what, unit = str(r["resource"]), str(r["unit"])
        name = str(r["name"] or r["account"])
        yield Resource(str(r["account"]), kind, name, what, unit, parks, float(r["limit"]), left, left, state,
                       r["in_service"])  # fmt: skip


def _state(left: float) -> str:
    return OPEN if math.isnan(left) else ROOM if left > 0.0 else FULL


def _cells(items: Iterable[Resource], results: Results) -> dict[tuple[str, str], ResourceCell]:
    """Return park × what: land and floors added up, utilities as the accounts of the park have them."""
    out: dict[tuple[str, str], ResourceCell] = {}
    whole: dict[tuple[str, str], list[Resource]] = {}
    for item in items:
        if item.kind in (LAND, FLOOR):
            whole.setdefault((item.parks[0] if item.parks else OUTSIDE, item.what), []).append(item)
        elif not item.parks:
            out[OUTSIDE, item.what] = _of_county(out.get((OUTSIDE, item.what)), item)
    for at, some in whole.items():
        low, high = sum(i.left for i in some), sum(i.left_hi for i in some)
        out[at] = ResourceCell(high, low, high, some[0].unit, ROOM if low > 0.0 else OPEN, len(some))
    for r in rows(results.table("capacity")):
        if str(r["resource"]) not in (LAND, FLOOR):
            left = float(r["left"])
            state = LATER if r["state"] == NOT_YET else _state(left)
            count = len([a for a in str(r["accounts"]).split("+") if a])
            out[str(r["park_id"]), str(r["resource"])] = ResourceCell(
                float(r["limit"]), left, left, str(r["unit"]), state, count)  # fmt: skip
    return out


def _of_county(had: ResourceCell | None, item: Resource) -> ResourceCell:
    """Return what the county has of something with one more account: what is not known of one is not known of all."""
    if had is None:
        return ResourceCell(item.limit, item.left, item.left, item.unit, item.state, 1)
    left = had.left + item.left
    return ResourceCell(had.limit + item.limit, left, left, item.unit, _state(left), had.count + 1)


def places(results: Results) -> dict[str, Any]:
    """Return the shapes of sites, buildings and facilities by id, in the study CRS."""
    out: dict[str, Any] = {}
    for name, key in (("sites", "site_id"), ("building_sites", "site_id")):
        frame = results.table(name)
        out |= dict(zip(frame[key].astype(str), frame["geometry"], strict=True))
    for spec in results.study.with_role(FACILITY):
        shapes: pd.DataFrame = results.layer_shapes(spec.id)
        out |= dict(zip(shapes["id"].astype(str), shapes["geometry"], strict=True))
    return out
