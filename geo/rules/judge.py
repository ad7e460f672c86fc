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

from geo.rules.terms import Terms

UNKNOWN, CLEAR, CONFLICT = 0, 1, 2
OUTCOMES = ("unknown", "clear", "conflict")
"""Words of the outcome codes; unset memory is 0, unknown, and so never passes."""

BLOCK = 1 << 15
"""Units judged at a time: both bounds of so many fit the cache of a core."""

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

        `cause` is named wherever the interval is wider than a point. Bounds that are one
        array without NaN stay one array: half the memory, and half of it to read.
        """
        if lo is hi and not np.isnan(lo).any():
            return cls(lo, lo, np.zeros(len(lo), np.uint8), ("", cause))
        reversed_ = lo > hi
        low = np.where(np.isnan(lo) | reversed_, -np.inf, lo)
        high = np.where(np.isnan(hi) | reversed_, np.inf, hi)
        return cls(low, high, (high > low).astype(np.uint8), ("", cause))


@dataclass(frozen=True)
class Judgement:
    """Rules × units: outcome codes, and the intervals they rest on, one per rule."""

    rules: tuple[Terms, ...]
    unit_ids: npt.NDArray[np.object_]
    outcome: Codes
    measured: tuple[Measured, ...]


def outcome(lo: Floats, hi: Floats, operator: str, limit: float, tolerance: float, out: Codes | None = None) -> Codes:
    """Return outcome codes of clean intervals (see `Measured`) tested against one limit.

    `out` is where they are written, if given.
    """
    codes = np.empty(len(lo), np.uint8) if out is None else out
    for start in range(0, len(lo), BLOCK):
        part = slice(start, start + BLOCK)
        _test(lo[part], hi[part], operator, limit, tolerance, codes[part])
    return codes


def _test(lo: Floats, hi: Floats, operator: str, limit: float, tolerance: float, codes: Codes) -> None:
    clear = codes.view(np.bool_)
    if operator == "<=":
        np.less_equal(hi, limit + tolerance, out=clear)
        conflict = lo > limit + tolerance
    else:
        np.greater_equal(lo, limit - tolerance, out=clear)
        conflict = hi < limit - tolerance
    # CLEAR is 1 and CONFLICT is 2, and a clean interval is never both
    codes |= conflict.view(np.uint8) << np.uint8(1)


def judge(
    rules: Sequence[Terms],
    unit_ids: npt.NDArray[np.object_],
    measured: Callable[[Terms], Measured],
) -> Judgement:
    """Judge every unit by every rule.

    Parameters
    ----------
    rules : sequence of Terms
        Those that apply; the caller leaves out the others.
    unit_ids : array of str
        Parcels, or project × site pairs: the engine does not care.
    measured : callable
        Gives the interval a rule reads, aligned with `unit_ids`.
    """
    read = tuple(measured(rule) for rule in rules)
    out = np.zeros((len(rules), len(unit_ids)), np.uint8)
    for codes, rule, m in zip(out, rules, read, strict=True):
        outcome(m.lo, m.hi, rule.operator, rule.threshold, rule.tolerance, codes)
        if rule.doubted:
            codes[codes == CONFLICT] = UNKNOWN
    return Judgement(tuple(rules), unit_ids, out, read)
