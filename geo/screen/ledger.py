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
    zero, every = np.zeros(len(data.parcel_ids)), np.ones(len(data.parcel_ids), bool)
    lines = [_line(data, every, (0, "", ""), zero, zero, zero, data.gross_m2)]
    for k, rule in enumerate(found.rules):
        areas = found.exclusive[k], found.shared[k], found.unsure[k]
        some = (areas[0] > 0) | (areas[1] > 0) | (areas[2] > 0)
        lines.append(_line(data, some, (k + 1, rule.layer, rule.id), *areas, found.left[k]))
    last = len(found.rules) + 1
    lines.append(_line(data, failed, (last, WHOLE, ""), found.total.net_hi, zero, zero, zero))
    unknown = np.where(failed, 0.0, np.where(unsure, found.total.net_hi, found.total.net_hi - found.total.net))
    proved = np.maximum(found.total.net_hi - unknown, 0.0)
    lines.append(_line(data, unknown > 0, (last + 1, UNSURE_LINE, ""), zero, zero, unknown, proved))
    return pd.concat(lines, ignore_index=True) if len(data.parcel_ids) else empty("ledger")


def _line(data: Evidence, rows: Bools, of: tuple[int, str, str], *areas: Floats) -> pd.DataFrame:
    """Return one line of the ledger of those parcels that have it."""
    exclusive, shared, unknown, left = (area[rows] for area in areas)
    return pd.DataFrame(
        {
            "parcel_id": data.parcel_ids[rows],
            "step": of[0],
            "layer_id": of[1],
            "rule_id": of[2],
            "exclusive_m2": exclusive,
            "shared_m2": shared,
            "unknown_m2": unknown,
            "left_m2": left,
        }
    )
