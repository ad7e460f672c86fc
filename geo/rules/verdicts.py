"""Verdicts as a table: one row per unit and rule, with the interval, the limit and the reason."""

from __future__ import annotations

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
    blocks = [_block(judgement, k, rule, rule.id in set_aside) for k, rule in enumerate(judgement.rules)]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("verdicts")


def _block(j: Judgement, k: int, rule: Terms, aside: bool) -> pd.DataFrame:
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


def _reasons(rule: Terms, codes: Codes, m: Measured, aside: bool) -> npt.NDArray[np.object_]:
    """Return the reason of every verdict; there are few different ones, so each is made once."""
    words = np.array([[why(rule, c, cause, aside).to_json() for cause in m.causes] for c in range(3)], object)
    return words[codes, m.cause]


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def why(rule: Terms, code: int, cause: str, aside: bool = False) -> Reason:
    """Return the reason of one verdict: the code of what was found, or why it is not known."""
    if aside:
        return reason("not_examined")
    if code == UNKNOWN:
        return reason(cause or (rule.doubt if rule.doubted else "not_known"))
    return reason(f"{rule.test}_{'within' if code == CLEAR else 'beyond'}")
