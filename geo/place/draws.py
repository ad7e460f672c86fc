"""What placed projects draw (占用), and accounts drawn down by it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.basis.tables import empty
from geo.basis.units import mu
from geo.place.accounts import FACILITY
from geo.place.headroom import Pool, spread
from geo.place.match import Placed
from geo.place.portfolio import BUILDING, Option

BUDGET, PARK = "budget", "park"


def draws(placed: Placed, book: pd.DataFrame) -> pd.DataFrame:
    """Return the table `draws`: what each placed project takes from which facility, account and park.

    Parameters
    ----------
    placed : Placed
    book : DataFrame
        Table `accounts` before drawing. A draw is filled by the first facility of the
        pool that holds all of it, oldest first; only then divided.
    """
    left = _steps_left(placed, book)
    rows: list[dict[str, Any]] = []
    for option, pool, amount, unverified in placed.used():
        if pool.county or unverified:
            rows.append(_row(option, pool, (pool.members[0], amount), unverified))
            continue
        for member, part in spread(amount, pool.members, left):
            left[member] -= part
            rows.append(_row(option, pool, (member, part), unverified))
    rows += [_land(o) for o in placed.placed_options() if o.kind != BUILDING]
    return pd.DataFrame(rows, columns=empty("draws").columns) if rows else empty("draws")


def _steps_left(placed: Placed, book: pd.DataFrame) -> dict[str, int]:
    resource = {m: p.resource for p in placed.booked.pools for m in p.members}
    known = book[(book["scope"] == FACILITY) & book["free"].notna()]
    pairs = known[["account", "free"]].itertuples(index=False)
    out = dict.fromkeys(resource, 0)
    return out | {str(i): resource[str(i)].steps(float(f)) for i, f in pairs if str(i) in resource}


def _row(option: Option, pool: Pool, part: tuple[str, int], unverified: bool) -> dict[str, Any]:
    return {
        "project_id": option.project_id, "account": part[0], "resource": pool.resource.id,
        "unit": pool.resource.unit, "amount": pool.resource.amount(part[1]),
        "kind": BUDGET if pool.county else FACILITY, "unverified": unverified,
        "site_id": option.site_id, "park_id": option.park_id,
    }  # fmt: skip


def _land(option: Option) -> dict[str, Any]:
    return {
        "project_id": option.project_id, "account": option.park_id, "resource": "land", "unit": "亩",
        "amount": round(mu(option.take_m2), 4), "kind": PARK, "unverified": False,
        "site_id": option.site_id, "park_id": option.park_id,
    }  # fmt: skip
