"""Verdicts as a table: one row per unit and rule, with the interval, the limit and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.rules.judge import CLEAR, OUTCOMES, UNKNOWN, Codes, Floats, Judgement, Measured
from geo.rules.terms import Terms


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
    if not judgement.rules:
        return empty("verdicts")
    told: dict[str, int] = {}
    rules, count = judgement.rules, len(judgement.unit_ids)
    aside = [rule.id in set_aside for rule in rules]
    outcome = np.concatenate([np.zeros_like(o) if out else o for o, out in zip(judgement.outcome, aside, strict=True)])
    read = zip(rules, judgement.outcome, judgement.measured, aside, strict=True)
    reasons = np.concatenate([_reasons(rule, np.where(out, UNKNOWN, o), m, out, told) for rule, o, m, out in read])

    def each(values: Sequence[Any]) -> Any:
        """Say of every row what is said of its rule."""
        return np.repeat(np.asarray(values), count)

    ids = pd.Categorical(judgement.unit_ids)
    severity = ["not_examined" if out else rule.binding for rule, out in zip(rules, aside, strict=True)]
    return pd.DataFrame(
        {
            "parcel_id": pd.Categorical.from_codes(np.tile(ids.codes, len(rules)), dtype=ids.dtype),
            "rule_id": _coded(each(range(len(rules))), [rule.id for rule in rules]),
            "outcome": _coded(outcome, OUTCOMES),
            "severity": _coded(each(range(len(rules))), severity),
            "value": _finite(np.concatenate([m.lo for m in judgement.measured])),
            "value_hi": _finite(np.concatenate([m.hi for m in judgement.measured])),
            "operator": _coded(each(range(len(rules))), [rule.operator for rule in rules]),
            "threshold": each([float(rule.threshold) for rule in rules]),
            "tolerance": each([float(rule.tolerance) for rule in rules]),
            "reason": _coded(reasons, list(told)),
        }
    )


def _coded(codes: npt.NDArray[Any], words: Sequence[str]) -> Any:
    """Return words that repeat as a dictionary and a code a row: the table has as many rows as parcels × rules."""
    distinct, place = np.unique(np.asarray(words, object).astype(str), return_inverse=True)
    return pd.Categorical.from_codes(place.astype(np.int32).ravel()[codes], categories=pd.Index(distinct.tolist()))


def _reasons(rule: Terms, codes: Codes, m: Measured, aside: bool, told: dict[str, int]) -> npt.NDArray[np.int32]:
    """Return for every verdict the number of its reason; there are few different ones, so each is made once."""
    words = [[why(rule, c, cause, aside).to_json() for cause in m.causes] for c in range(3)]
    numbers = np.array([[told.setdefault(word, len(told)) for word in row] for row in words], np.int32)
    found: npt.NDArray[np.int32] = numbers[codes, m.cause]
    return found


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def why(rule: Terms, code: int, cause: str, aside: bool = False) -> Reason:
    """Return the reason of one verdict: the code of what was found, or why it is not known."""
    if aside:
        return reason("not_examined")
    if code == UNKNOWN:
        return reason(cause or (rule.doubt if rule.doubted else "not_known"))
    return reason(f"{rule.test}_{'within' if code == CLEAR else 'beyond'}")
