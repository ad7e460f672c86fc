"""More like this one: the units nearest to one of them, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank.scale import Scaled
from geo.rank.score import vector


def twins(
    found: Scaled, weights: Mapping[str, float], unit: str, count: int = 5, unit_id: str = "site_id"
) -> pd.DataFrame:
    """Return the units most like one, in the space of the shares of the points.

    Parameters
    ----------
    found : Scaled
    weights : mapping
        A criterion counts by its weight; one of weight 0 does not count.
    unit : str
        The unit the others are held against.
    count : int
        How many to return at most; infeasible units are left out.

    Returns
    -------
    DataFrame
        A twin by a criterion a row, nearest first, within a twin the greatest difference
        first: `unit_id`, distance, criterion_id, value, value_twin, gap, open. Values are
        null where they are not known.
        ``distance = sqrt(Σ weight × gap²)``: 0 is alike, 1 as far apart as can be.

    Notes
    -----
    Unknown is never alike: the gap is the greatest the two intervals allow, and ``open``
    says that it rests on an interval.

    Raises
    ------
    CallError
        No such unit.
    """
    at = np.flatnonzero(found.unit_ids == unit)
    if not len(at):
        raise CallError(reason("unit_unknown", unit=unit))
    own = int(at[0])
    low, high = found.low, found.high
    gaps = np.maximum(np.abs(high - low[own]), np.abs(high[own] - low))
    distance = np.sqrt((gaps**2 * vector(found, weights)).sum(axis=1))
    others = np.flatnonzero(~found.infeasible & (found.unit_ids != unit))
    near = others[np.lexsort((found.unit_ids[others].astype(str), distance[others]))][:count]
    open_ = (low < high) | (low[own] < high[own])
    rows = [
        {
            unit_id: found.unit_ids[i],
            "distance": distance[i],
            "criterion_id": criterion.id,
            "value": _shown(found, own, k),
            "value_twin": _shown(found, i, k),
            "gap": gaps[i, k],
            "open": bool(open_[i, k]),
        }
        for i in near
        for k, criterion in sorted(enumerate(found.criteria), key=lambda pair: (-gaps[i, pair[0]], pair[0]))
    ]
    names = (unit_id, "distance", "criterion_id", "value", "value_twin", "gap", "open")
    return pd.DataFrame(rows, columns=list(names))


def _shown(found: Scaled, row: int, column: int) -> object:
    """Return what was read: a number, a code, or None where it is not known."""
    if found.criteria[column].by_code:
        return found.code[row, column] or None
    value, top = found.value[row, column], found.value_hi[row, column]
    return float(value) if value == top else None
