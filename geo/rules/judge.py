"""Judge measured intervals against thresholds. Three answers, never two.

A measured value is the interval ``lo … hi``: proved by the data, and not excluded by
it. ``<=`` is clear when hi ≤ threshold + tolerance, conflict when lo > threshold +
tolerance, otherwise unknown; ``>=`` is mirrored. Less data can only widen the
interval, so it can never turn an answer into clear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.rules.spec import Rule

UNKNOWN, CLEAR, CONFLICT = 0, 1, 2
OUTCOMES = ("unknown", "clear", "conflict")
"""Words of the outcome codes; unset memory is 0, unknown, and so never passes."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Measured:
    """What one rule reads for every unit.

    Parameters
    ----------
    lo, hi : float arrays
        The interval; NaN in either counts as unbounded on that side.
    cause : array of str
        Reason code of an interval wider than a point, "" elsewhere.
    """

    lo: Floats
    hi: Floats
    cause: npt.NDArray[np.object_]

    @classmethod
    def unbounded(cls, count: int, cause: str) -> Measured:
        """Return the interval of something nothing is known about."""
        return cls(np.full(count, -np.inf), np.full(count, np.inf), np.full(count, cause, object))


@dataclass(frozen=True)
class Judgement:
    """Rules × units: outcome codes and the intervals they rest on."""

    rules: tuple[Rule, ...]
    unit_ids: npt.NDArray[np.object_]
    outcome: npt.NDArray[np.uint8]
    lo: Floats
    hi: Floats
    cause: npt.NDArray[np.object_]


def outcome(lo: Floats, hi: Floats, operator: str, limit: float, tolerance: float) -> npt.NDArray[np.uint8]:
    """Return outcome codes for intervals tested against one limit.

    NaN bounds are unbounded. A reversed interval (hi below lo) is unknown.
    """
    lo = np.where(np.isnan(lo), -np.inf, lo)
    hi = np.where(np.isnan(hi), np.inf, hi)
    if operator == "<=":
        clear, conflict = hi <= limit + tolerance, lo > limit + tolerance
    else:
        clear, conflict = lo >= limit - tolerance, hi < limit - tolerance
    codes = np.where(clear, CLEAR, np.where(conflict, CONFLICT, UNKNOWN))
    return np.where(lo > hi, UNKNOWN, codes).astype(np.uint8)


def judge(
    rules: Sequence[Rule],
    unit_ids: npt.NDArray[np.object_],
    measured: Callable[[Rule], Measured],
) -> Judgement:
    """Judge every unit by every rule.

    Parameters
    ----------
    rules : sequence of Rule
        Those that apply; the caller leaves out the others.
    unit_ids : array of str
        Parcels, or project × site pairs: the engine does not care.
    measured : callable
        Gives the interval a rule reads, aligned with `unit_ids`.
    """
    shape = (len(rules), len(unit_ids))
    out = np.zeros(shape, np.uint8)
    lo, hi = np.full(shape, np.nan), np.full(shape, np.nan)
    cause = np.full(shape, "", object)
    for k, rule in enumerate(rules):
        m = measured(rule)
        lo[k], hi[k], cause[k] = m.lo, m.hi, m.cause
        out[k] = outcome(m.lo, m.hi, rule.operator, rule.threshold, rule.tolerance)
    return Judgement(tuple(rules), unit_ids, out, lo, hi, cause)


def table(judgement: Judgement, set_aside: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Return the verdicts table.

    Parameters
    ----------
    judgement : Judgement
        What `judge` returned.
    set_aside : set of rule ids
        Rules not examined this round (未审查): their verdict is unknown and their
        severity reads ``not_examined``, whatever was measured.
    """
    blocks = [_block(judgement, k, rule, rule.id in set_aside) for k, rule in enumerate(judgement.rules)]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("verdicts")


def _block(j: Judgement, k: int, rule: Rule, aside: bool) -> pd.DataFrame:
    codes = np.zeros_like(j.outcome[k]) if aside else j.outcome[k]
    reasons = [
        why(rule, int(code), lo, hi, cause, aside).to_json()
        for code, lo, hi, cause in zip(codes, j.lo[k], j.hi[k], j.cause[k], strict=True)
    ]
    return pd.DataFrame(
        {
            "parcel_id": j.unit_ids,
            "rule_id": rule.id,
            "outcome": np.asarray(OUTCOMES, object)[codes],
            "severity": "not_examined" if aside else rule.binding,
            "value": _finite(j.lo[k]),
            "value_hi": _finite(j.hi[k]),
            "operator": rule.operator,
            "threshold": rule.threshold,
            "tolerance": rule.tolerance,
            "reason": reasons,
        }
    )


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def why(rule: Rule, code: int, lo: float, hi: float, cause: str, aside: bool = False) -> Reason:
    """Return the reason of one verdict: the code of what was found, and why it is unsure."""
    if aside:
        return reason("not_examined")
    if code == UNKNOWN:
        return reason(cause or "not_known")
    word = "within" if code == CLEAR else "beyond"
    return reason(f"{rule.test}_{word}" if rule.test != "value" else f"value_{word}")
