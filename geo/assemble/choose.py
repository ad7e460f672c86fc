"""A choice of sites that share no land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd


def apart(members: pd.DataFrame, order: Sequence[str], most: int | None = None) -> list[str]:
    """Return sites, best first, none of which shares land with one before it.

    Parameters
    ----------
    members : DataFrame
        Table `members`.
    order : sequence of str
        Site ids from the best.
    most : int or None
        Stop after so many.
    """
    taken: set[tuple[str, int]] = set()
    land = _land(members)
    out: list[str] = []
    for site in order:
        if most is not None and len(out) == most:
            break
        if not taken & land.get(site, frozenset()):
            taken |= land.get(site, frozenset())
            out.append(site)
    return out


def best(members: pd.DataFrame, worth: Mapping[str, float], most: int | None = None) -> list[str]:
    """Return the sites that share no land and are worth most together.

    Parameters
    ----------
    members : DataFrame
        Table `members`.
    worth : mapping of site_id to float
        Not negative; NaN is worth nothing.
    most : int or None
        At most so many sites.

    Returns
    -------
    list of str
        An exact optimum (0-1 program), the most valuable first; equal ones by id.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    sites = sorted(s for s, w in worth.items() if w > 0)
    if not sites:
        return []
    rows = members[members["site_id"].isin(sites)]
    part = pd.factorize(pd.MultiIndex.from_frame(rows[["parcel_id", "part"]]))[0]
    place = {s: k for k, s in enumerate(sites)}
    column = rows["site_id"].map(place).to_numpy(np.int64)
    shape = (int(part.max()) + 1 if len(part) else 0, len(sites))
    limits = [LinearConstraint(coo_array((np.ones(len(part)), (part, column)), shape=shape).tocsr(), ub=1.0)]
    if most is not None:
        limits.append(LinearConstraint(np.ones((1, len(sites))), ub=float(most)))
    value = np.array([worth[s] for s in sites])
    found = milp(-value, integrality=np.ones(len(sites)), bounds=Bounds(0, 1), constraints=limits)
    chosen = [s for s, x in zip(sites, found.x, strict=True) if x > 0.5]
    return sorted(chosen, key=lambda s: (-worth[s], s))


def _land(members: pd.DataFrame) -> dict[str, frozenset[tuple[str, int]]]:
    pairs = zip(members["parcel_id"], members["part"], strict=True)
    named = pd.DataFrame({"site_id": members["site_id"].to_numpy(), "land": list(pairs)})
    return {str(s): frozenset(g) for s, g in named.groupby("site_id")["land"]}
