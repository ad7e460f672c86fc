"""The sign imagery gives of a plot: handed over long ago, and still green or bare.

Its limits: one image is one day; a crop on an idle plot and a lawn beside a plant are both
green; a roof tells nothing of what happens below it. So a plot that looks built says nothing,
and a building gets no sign at all from its roof.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from geo.idle.imagery import NOTHING

SIGNAL, UNIT = "imagery", "m2"
COLUMNS = ("asset_id", "signal", "on", "value", "baseline", "share", "unit", "says", "code", "source")


@dataclass(frozen=True)
class Reading:
    """How imagery is read: from memory, editable (`data/standards/imagery.toml`).

    Parameters
    ----------
    wait_months : int
        An image taken earlier after hand-over says nothing.
    open_share : float
        Certainly green or bare from this share on: idle.
    growth_share : float
        Built share certainly grown by this much since an older image: active.
    """

    wait_months: int
    open_share: float
    growth_share: float


def signs(plots: pd.DataFrame, seen: pd.DataFrame, changes: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """Return one sign per plot from the newest image.

    Parameters
    ----------
    plots : DataFrame
        ``asset_id, since, area_m2``: since when the holder could build (handed over, else
        contract, else approval), NaT where no day is known; area NaN where not measured.
    seen : DataFrame
        Rows of the table ``imagery`` about these plots (``unit_id`` is the asset id).
    changes : DataFrame
        Rows of ``imagery_change`` about them.
    reading : Reading

    Returns
    -------
    DataFrame
        ``says`` is "idle" (certainly open ground after the wait), "active" (certainly more
        built than on an older image), else "none", with the code of why. `value` is the
        open ground that is proved, of `baseline`, both m². Plots no image shows are left out.
    """
    if not len(seen):
        return pd.DataFrame({c: [] for c in COLUMNS})
    newest = seen.sort_values(["taken_on", "layer_id"]).drop_duplicates("unit_id", keep="last")
    known = plots.merge(newest, left_on="asset_id", right_on="unit_id", validate="1:1")
    grown = _growth(changes)
    rows = [_sign(row, grown, reading) for row in known.to_dict("records")]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _growth(changes: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Return, by plot and newer image, how much more is certainly built than on any older image."""
    if not len(changes):
        return {}
    most = changes.groupby(["unit_id", "to_layer"], as_index=False)["built_change_share"].max()
    keys = zip(most["unit_id"].astype(str), most["to_layer"].astype(str), strict=True)
    return dict(zip(keys, most["built_change_share"].astype(float), strict=True))


def _sign(row: Mapping[Any, Any], grown: Mapping[tuple[str, str], float], reading: Reading) -> tuple[Any, ...]:
    open_share = float(row["green_share"] + row["bare_share"])
    says, code = _said(row, open_share, grown.get((row["unit_id"], row["layer_id"]), 0.0), reading)
    area = float(row["area_m2"])
    return (row["asset_id"], SIGNAL, _day(row["taken_on"]), open_share * area, area, open_share, UNIT, says, code,
            row["layer_id"])  # fmt: skip


def _said(row: Mapping[Any, Any], open_share: float, growth: float, reading: Reading) -> tuple[str, str]:
    if row["unknown_share"] >= 1 - NOTHING:
        return "none", "imagery_unseen"
    if growth >= reading.growth_share:
        return "active", "imagery_building"
    if open_share < reading.open_share:
        unsure = open_share + float(row["unknown_share"]) >= reading.open_share
        return "none", "imagery_unsure" if unsure else "imagery_built"
    if pd.isna(row["since"]):
        return "none", "imagery_since_unknown"
    waited = pd.Timestamp(row["since"]) + pd.DateOffset(months=reading.wait_months)
    early = pd.Timestamp(row["taken_on"]) < waited
    return ("none", "imagery_early") if early else ("idle", "imagery_open")


def _day(value: Any) -> date:
    return np.datetime64(value, "D").astype(date)  # type: ignore[no-any-return]
