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
Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Measured:
    """What one rule reads for every unit.

    Parameters
    ----------
    lo, hi : float arrays
        The interval, -inf and inf where it is unbounded; never NaN, never reversed
        (build it with `interval` when that is not certain).
    cause : uint8 array
        Position in `causes` of why the interval is wider than a point.
    causes : tuple of str
        Reason codes; the first is "" (nothing to say).
    """

    lo: Floats
    hi: Floats
    cause: Codes
    causes: tuple[str, ...] = ("",)

    @classmethod
    def unbounded(cls, count: int, cause: str) -> Measured:
        """Return the interval of something nothing is known about."""
        return cls(np.full(count, -np.inf), np.full(count, np.inf), np.ones(count, np.uint8), ("", cause))

    @classmethod
    def interval(cls, lo: Floats, hi: Floats, cause: str) -> Measured:
        """Return an interval out of raw columns: NaN is unbounded, a reversed one is too.

        `cause` is named wherever the interval is wider than a point.
        """
        reversed_ = lo > hi
        low = np.where(np.isnan(lo) | reversed_, -np.inf, lo)
        high = np.where(np.isnan(hi) | reversed_, np.inf, hi)
        return cls(low, high, (high > low).astype(np.uint8), ("", cause))


@dataclass(frozen=True)
class Judgement:
    """Rules × units: outcome codes, and the intervals they rest on, one per rule."""

    rules: tuple[Rule, ...]
    unit_ids: npt.NDArray[np.object_]
    outcome: Codes
    measured: tuple[Measured, ...]


def outcome(lo: Floats, hi: Floats, operator: str, limit: float, tolerance: float) -> Codes:
    """Return outcome codes of clean intervals (see `Measured`) tested against one limit."""
    if operator == "<=":
        clear, conflict = hi <= limit + tolerance, lo > limit + tolerance
    else:
        clear, conflict = lo >= limit - tolerance, hi < limit - tolerance
    # CLEAR is 1 and CONFLICT is 2, and a clean interval is never both
    return np.asarray(clear, np.uint8) | np.asarray(conflict, np.uint8) << np.uint8(1)


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
    read = tuple(measured(rule) for rule in rules)
    out = np.zeros((len(rules), len(unit_ids)), np.uint8)
    for k, (rule, m) in enumerate(zip(rules, read, strict=True)):
        out[k] = outcome(m.lo, m.hi, rule.operator, rule.threshold, rule.tolerance)
    return Judgement(tuple(rules), unit_ids, out, read)


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
    m = j.measured[k]
    codes = np.zeros_like(j.outcome[k]) if aside else j.outcome[k]
    return pd.DataFrame(
        {
            "parcel_id": j.unit_ids,
            "rule_id": rule.id,
            "outcome": np.asarray(OUTCOMES, object)[codes],
            "severity": "not_examined" if aside else rule.binding,
            "value": _finite(m.lo),
            "value_hi": _finite(m.hi),
            "operator": rule.operator,
            "threshold": rule.threshold,
            "tolerance": rule.tolerance,
            "reason": _reasons(rule, codes, m, aside),
        }
    )


def _reasons(rule: Rule, codes: Codes, m: Measured, aside: bool) -> npt.NDArray[np.object_]:
    """Return the reason of every verdict; there are few different ones, so each is made once."""
    words = np.array([[why(rule, c, cause, aside).to_json() for cause in m.causes] for c in range(3)], object)
    return words[codes, m.cause]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def why(rule: Rule, code: int, cause: str, aside: bool = False) -> Reason:
    """Return the reason of one verdict: the code of what was found, or why it is not known."""
    if aside:
        return reason("not_examined")
    if code == UNKNOWN:
        return reason(cause or "not_known")
    return reason(f"{rule.test}_{'within' if code == CLEAR else 'beyond'}")
