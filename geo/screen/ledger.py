"""The ledger: gross area, minus each deduction in the order of the rules, what is left."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.tables import empty
from geo.rules.evidence import Evidence
from geo.screen.remains import Deductions

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WHOLE = "whole"
"""`layer_id` of the line that takes what is left because the whole parcel fails."""
UNSURE_LINE = "?"
"""`layer_id` of the line for ground nobody can vouch for."""


def settled(taken_m2: float, unknown_m2: float) -> float:
    """Return what a line takes: 0 is a known nothing, NaN (待核实) where none is proved and some may be taken."""
    return float("nan") if unknown_m2 > 0 and taken_m2 <= 0 else taken_m2


def table(found: Deductions, data: Evidence, failed: Bools, unsure: Bools) -> pd.DataFrame:
    """Return the ledger table.

    Parameters
    ----------
    found : Deductions
        From `geo.screen.remains.deductions`.
    data : Evidence
        The measured tables.
    failed : bool array
        Parcels that fail as a whole: a last line takes what is left.
    unsure : bool array
        Parcels a whole-parcel rule may take: nothing of them is proved usable.

    Notes
    -----
    Step 0 opens with the gross area. Lines in which nothing is taken or unsure are
    left out. The line ``?`` holds all ground that is unsure, once; after it
    `left_m2` is what is proved.
    """
    lines = [_line(data, 0, "", "", left=data.gross_m2)]
    for k, rule in enumerate(found.rules):
        line = _line(
            data, k + 1, rule.layer, rule.id,
            exclusive=found.exclusive[k], shared=found.shared[k], unknown=found.unsure[k], left=found.left[k],
        )  # fmt: skip
        lines.append(line[(line[["exclusive_m2", "shared_m2", "unknown_m2"]] > 0).any(axis=1)])
    last = len(found.rules) + 1
    whole = _line(data, last, WHOLE, "", exclusive=found.total.net_hi, left=np.zeros_like(found.total.net_hi))
    lines.append(whole[failed])
    unknown = np.where(failed, 0.0, np.where(unsure, found.total.net_hi, found.total.net_hi - found.total.net))
    doubt = _line(data, last + 1, UNSURE_LINE, "", unknown=unknown, left=np.maximum(found.total.net_hi - unknown, 0.0))
    lines.append(doubt[unknown > 0])
    return pd.concat(lines, ignore_index=True) if len(data.parcel_ids) else empty("ledger")


def _line(data: Evidence, step: int, layer_id: str, rule_id: str, **areas: Floats) -> pd.DataFrame:
    nothing = np.zeros(len(data.parcel_ids))
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids,
            "step": step,
            "layer_id": layer_id,
            "rule_id": rule_id,
            "exclusive_m2": areas.get("exclusive", nothing),
            "shared_m2": areas.get("shared", nothing),
            "unknown_m2": areas.get("unknown", nothing),
            "left_m2": areas["left"],
        }
    )
