"""More like this one: the units nearest to one of them, and in what they differ."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.rank.scale import Scaled
from geo.rank.score import vector

READ = ("value", "value_hi", "code")


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
        first: `unit_id`, distance, criterion_id, value, value_hi, code (its own), the same
        of the twin (`twin_…`), gap, open. Unbounded values are null.
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
            **_read(found, own, k, ""),
            **_read(found, i, k, "twin_"),
            "gap": gaps[i, k],
            "open": bool(open_[i, k]),
        }
        for i in near
        for k, criterion in sorted(enumerate(found.criteria), key=lambda pair: (-gaps[i, pair[0]], pair[0]))
    ]
    read = [f"{side}{name}" for side in ("", "twin_") for name in READ]
    return pd.DataFrame(rows, columns=[unit_id, "distance", "criterion_id", *read, "gap", "open"])


def _read(found: Scaled, row: int, column: int, side: str) -> dict[str, object]:
    """Return what was read of one unit; unbounded values are null."""
    ends = (found.value[row, column], found.value_hi[row, column])
    numbers = [float(v) if np.isfinite(v) else float("nan") for v in ends]
    return dict(zip([f"{side}{name}" for name in READ], (*numbers, found.code[row, column]), strict=True))
