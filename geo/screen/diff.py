"""Two runs side by side: who entered, who left, and which kind of change did it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.rules.evidence import Evidence
from geo.screen.setting import Setting
from geo.screen.status import S_CONDITIONAL, S_ELIGIBLE, S_EXCLUDED, STATUSES
from geo.screen.whatif import Board

COLUMNS = ["parcel_id", "change", "status_a", "status_b", "net_a_m2", "net_b_m2", "causes"]


@dataclass(frozen=True)
class Side:
    """One of the two runs: what was measured and how it was judged."""

    data: Evidence
    setting: Setting


def diff(a: Side, b: Side) -> pd.DataFrame:
    """Compare two runs parcel by parcel.

    Parameters
    ----------
    a, b : Side
        Before and after.

    Returns
    -------
    DataFrame
        Only parcels that differ in status or proved area (0.01 m²), by parcel_id:
        ``change`` (entered, left, changed, new, gone; "in" is eligible or
        conditional), both states and areas, and ``causes``: the steps at which the
        parcel moved when data, then rules, then settings are exchanged, joined by
        ``|``. A run against itself is empty.

    Notes
    -----
    The minimum width is not looked at: it needs shapes.
    """
    shared, in_a, in_b = np.intersect1d(a.data.parcel_ids, b.data.parcel_ids, return_indices=True)
    rules = replace(a.setting, rules=b.setting.rules, aside=a.setting.aside)
    steps = [
        _state(Side(a.data, a.setting), in_a),
        _state(Side(b.data, a.setting), in_b),
        _state(Side(b.data, rules), in_b),
        _state(b, in_b),
    ]
    rows = _rows(shared, steps)
    return pd.concat([rows, _alone(a, b, "gone"), _alone(b, a, "new")]).sort_values("parcel_id", ignore_index=True)


def _state(side: Side, rows: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]:
    setting = side.setting
    answer = Board(side.data).answer(setting.applicable, setting.aside, setting.minimum)
    code = answer.standing.code
    net = np.where((code == S_EXCLUDED) | answer.standing.unsure_whole, 0.0, answer.left.net)
    return code[rows], net[rows]


def _rows(
    ids: npt.NDArray[np.object_], steps: list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]]
) -> pd.DataFrame:
    moved = [(after[0] != before[0]) | (np.abs(after[1] - before[1]) > 0.01) for before, after in pairwise(steps)]
    (code_a, net_a), (code_b, net_b) = steps[0], steps[-1]
    differ = (code_a != code_b) | (np.abs(net_a - net_b) > 0.01)
    words = np.asarray(STATUSES, object)
    causes = [
        "|".join(name for name, flags in zip(("data", "rule", "setting"), moved, strict=True) if flags[k])
        for k in np.flatnonzero(differ)
    ]
    frame = pd.DataFrame(
        {
            "parcel_id": ids,
            "change": _change(code_a, code_b),
            "status_a": words[code_a],
            "status_b": words[code_b],
            "net_a_m2": net_a,
            "net_b_m2": net_b,
        }
    )
    return pd.DataFrame(frame[differ].assign(causes=causes)[COLUMNS])


def _change(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> npt.NDArray[np.object_]:
    usable = [S_ELIGIBLE, S_CONDITIONAL]
    was, now = np.isin(a, usable), np.isin(b, usable)
    return np.select([~was & now, was & ~now], ["entered", "left"], "changed").astype(object)


def _alone(side: Side, other: Side, change: str) -> pd.DataFrame:
    """Return the parcels only one side has."""
    rows = np.flatnonzero(~pd.Index(side.data.parcel_ids).isin(other.data.parcel_ids))
    code, net = _state(side, rows)
    words = np.asarray(STATUSES, object)[code]
    blank = np.full(len(rows), "", object)
    here = "a" if change == "gone" else "b"
    return pd.DataFrame(
        {
            "parcel_id": side.data.parcel_ids[rows],
            "change": change,
            "status_a": words if here == "a" else blank,
            "status_b": words if here == "b" else blank,
            "net_a_m2": net if here == "a" else np.nan,
            "net_b_m2": net if here == "b" else np.nan,
            "causes": "data",
        }
    )[COLUMNS]
