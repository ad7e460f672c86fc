"""The weighted sum (加权求和): a score out of 100, what is proved of it, and the order it gives.

``score`` is what is proved: each criterion earns what the worst value its data allows
would earn. So ``score = score_low``; ``score_high`` is what the data does not exclude.
Taking data away can only lower a score, and widens the interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.order import places
from geo.basis.reason import Reason, reason
from geo.rank.robust import DECIMALS, Draws, stability, totals
from geo.rank.scale import BROKEN, FREE, OPEN, Scaled
from geo.rank.spec import POINTS
from geo.rank.topsis import closeness
from geo.rank.value import Floats

_DATA = 3
"""No limit is in question, but only an interval is known."""


def vector(found: Scaled, weights: Mapping[str, float]) -> Floats:
    """Return the weights in the order of the criteria."""
    return np.array([weights[c.id] for c in found.criteria], np.float64)


def scores(found: Scaled, weights: Mapping[str, float], unit_id: str = "site_id") -> pd.DataFrame:
    """Return the table `scores`: a unit by a criterion a row.

    Columns `unit_id`, criterion_id, value, value_hi, code, scaled, scaled_hi, weight,
    points, points_hi, reason; unbounded values are null. ``points = weight × scaled ×
    100``, and the points of a unit add up to its score.
    """
    by = vector(found, weights)
    count, criteria = found.low.shape
    bounded = [np.where(np.isfinite(v), v, np.nan).ravel() for v in (found.value, found.value_hi)]
    said = {id(r): r for r in found.reasons.ravel()}
    texts = {key: r.to_json() for key, r in said.items()}
    return pd.DataFrame(
        {
            unit_id: np.repeat(found.unit_ids, criteria),
            "criterion_id": np.tile(np.array([c.id for c in found.criteria], object), count),
            "value": bounded[0],
            "value_hi": bounded[1],
            "code": found.code.ravel(),
            "scaled": found.low.ravel(),
            "scaled_hi": found.high.ravel(),
            "weight": np.tile(by, count),
            "points": (found.low * by * POINTS).ravel(),
            "points_hi": (found.high * by * POINTS).ravel(),
            "reason": [texts[id(r)] for r in found.reasons.ravel()],
        }
    )


def ranking(found: Scaled, weights: Mapping[str, float], draws: Draws, unit_id: str = "site_id") -> pd.DataFrame:
    """Return the table `ranking`: a unit a row, best first, what cannot be ranked last.

    Columns `unit_id`, state, score, score_low, score_high, rank, rank_best, rank_worst,
    rank_low, rank_high, top_share, topsis, topsis_rank, reason.

    - An ``infeasible`` unit breaks a hard limit, or is barred: no score, no rank; the reason says by what.
    - A unit whose limit is ``unknown`` is ranked by what it has proved, and says so.
    - ``rank_best … rank_worst``: ranks the open data allows under these weights.
    - ``rank_low … rank_high``, ``top_share``: see `geo.rank.robust`.
    - ``topsis``: closeness by the value functions, on what is proved.
    """
    by, ranked = vector(found, weights), ~found.infeasible
    low, high = totals(found.low, by), totals(found.high, by)
    tops = np.array([c.most for c in found.criteria])
    close = np.round(closeness(found.low / tops, by * tops, True, "value_functions"), DECIMALS)
    stable = stability(found.low[ranked], by, draws)
    columns: dict[str, object] = {
        unit_id: found.unit_ids,
        "state": found.states,
        "score": low,
        "score_low": low,
        "score_high": high,
        "rank": places(low, ranked),
        "rank_best": _best(low, high, ranked),
        "rank_worst": _worst(low, high, ranked),
        "rank_low": _spread(stable.low, ranked),
        "rank_high": _spread(stable.high, ranked),
        "top_share": _spread(stable.top_share, ranked),
        "topsis": close,
        "topsis_rank": places(close, ranked),
        "reason": _reasons(found),
    }
    frame = pd.DataFrame(columns)
    frame.loc[~ranked, ["score", "score_low", "score_high", "topsis"]] = np.nan
    return frame.sort_values(["rank", unit_id], kind="stable", na_position="last", ignore_index=True)


def _spread(values: npt.NDArray[np.generic], ranked: npt.NDArray[np.bool_]) -> Floats:
    out = np.full(len(ranked), np.nan)
    out[ranked] = values
    return out


def _best(low: Floats, high: Floats, ranked: npt.NDArray[np.bool_]) -> Floats:
    """Return the rank when the unit reaches all it may, and the others only what they have proved."""
    proved = np.sort(low[ranked])
    # one of those proved scores is its own, and it is never above what the unit may reach
    above = len(proved) - np.searchsorted(proved, high[ranked], side="right")
    return _spread(above + 1.0, ranked)


def _worst(low: Floats, high: Floats, ranked: npt.NDArray[np.bool_]) -> Floats:
    """Return the rank when the unit stays at what it has proved, and the others reach all they may."""
    reach = np.sort(high[ranked])
    above = len(reach) - np.searchsorted(reach, low[ranked], side="right")
    own = high[ranked] > low[ranked]
    return _spread(above - own + 1.0, ranked)


def _reasons(found: Scaled) -> list[str]:
    """Return why each unit stands where it stands, as JSON; units open in the same criteria share a text."""
    names = [c.id for c in found.criteria]
    marks = np.where(found.limit == FREE, np.where(found.low < found.high, _DATA, FREE), found.limit).astype(np.uint8)
    kinds, kind = np.unique(marks, axis=0, return_inverse=True)
    texts = [_reason(names, row).to_json() for row in kinds]
    barred = found.barred if found.barred is not None else [None] * len(marks)
    return [texts[k] if why is None else why.to_json() for k, why in zip(kind.reshape(-1), barred, strict=True)]


def _reason(names: list[str], marks: npt.NDArray[np.uint8]) -> Reason:
    for mark, code in ((BROKEN, "rank_infeasible"), (OPEN, "rank_limit_open"), (_DATA, "rank_data_open")):
        meant = [name for name, own in zip(names, marks, strict=True) if own == mark]
        if meant:
            return reason(code, criteria=meant)
    return reason("rank_known")
