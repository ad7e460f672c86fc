"""What placed projects draw (占用), and accounts drawn down by it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geo.basis.tables import empty
from geo.basis.units import mu
from geo.place.headroom import Pool, spread
from geo.place.match import Placed
from geo.place.portfolio import BUILDING, Option

FACILITY, BUDGET, PARK = "facility", "budget", "park"


def draws(placed: Placed, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return the table `draws`: what each placed project takes from which facility, account and park.

    Parameters
    ----------
    placed : Placed
    facilities : DataFrame
        Table `facilities` before drawing. A draw is filled by the first facility of the
        pool that holds all of it, oldest first; only then divided.
    """
    left = _steps_left(placed, facilities)
    rows: list[dict[str, Any]] = []
    for option, pool, amount, unverified in placed.used():
        if not pool.parks or unverified:
            rows.append(_row(option, pool, (pool.members[0], amount), unverified))
            continue
        for member, part in spread(amount, pool.members, left):
            left[member] -= part
            rows.append(_row(option, pool, (member, part), unverified))
    rows += [_land(o) for o in placed.placed_options() if o.kind != BUILDING]
    return pd.DataFrame(rows, columns=empty("draws").columns) if rows else empty("draws")


def drawn_down(table: pd.DataFrame, key: str, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return facilities or budgets with what is drawn and what is left.

    What rests on an M figure alone stands in `unverified` and lowers nothing.
    """
    mine = drawn[drawn["kind"] != PARK]
    loose = mine["unverified"].astype(bool)
    sums = {"drawn": _sums(mine[~loose]), "unverified": _sums(mine[loose])}
    out = table.assign(**{name: table[key].map(s).fillna(0.0).astype(float) for name, s in sums.items()})
    return out.assign(left=out["free"] - out["drawn"])


def _sums(rows: pd.DataFrame) -> pd.Series:
    return rows.groupby("account")["amount"].sum()


def _steps_left(placed: Placed, facilities: pd.DataFrame) -> dict[str, int]:
    resource = {m: p.resource for p in placed.booked.pools for m in p.members}
    known = facilities[facilities["facility_id"].isin(list(resource)) & facilities["free"].notna()]
    pairs = known[["facility_id", "free"]].itertuples(index=False)
    out = dict.fromkeys(resource, 0)
    return out | {str(i): resource[str(i)].steps(float(f)) for i, f in pairs}


def _row(option: Option, pool: Pool, part: tuple[str, int], unverified: bool) -> dict[str, Any]:
    return {
        "project_id": option.project_id, "account": part[0], "resource": pool.resource.id,
        "unit": pool.resource.unit, "amount": pool.resource.amount(part[1]),
        "kind": FACILITY if pool.parks else BUDGET, "unverified": unverified,
        "site_id": option.site_id, "park_id": option.park_id,
    }  # fmt: skip


def _land(option: Option) -> dict[str, Any]:
    return {
        "project_id": option.project_id, "account": option.park_id, "resource": "land", "unit": "亩",
        "amount": round(mu(option.take_m2), 4), "kind": PARK, "unverified": False,
        "site_id": option.site_id, "park_id": option.park_id,
    }  # fmt: skip
