"""Field ridges (田坎): what of a cultivated patch is cultivated, and what is the ridges of its fields.

The land survey draws cultivated patches gross and states the ridges as a share of them
(扣除地类系数 KCXS) or as an area (扣除地类面积 KCMJ = TBMJ × KCXS; TBDLMJ = TBMJ − KCMJ).
A farmland balance (占补平衡) counts what is cultivated, so ridges are land of a class of their own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

RIDGE = "1203"
"""Class of field ridges in the land survey, where a file does not name the class that is deducted (KCDLBM)."""
AGREE = 0.005
"""Shares stated in two ways agree within this: areas are rounded to 0.01 m², coefficients to four digits."""
COLUMNS = ("ridge_share", "ridge_m2", "own_class_m2")
"""Columns of parcels that state ridges: KCXS, KCMJ, TBDLMJ."""
Floats = npt.NDArray[np.float64]
Cultivated = Callable[[str, str], bool]
"""Whether a class (scheme, code) is cultivated land."""


def stated(parcels: pd.DataFrame) -> Floats:
    """Return the share of each parcel that is ridges by each column that states it.

    Parameters
    ----------
    parcels : DataFrame
        Any of `COLUMNS`; areas are held against ``legal_m2`` (TBMJ), m².

    Returns
    -------
    float array, 3 × parcels
        NaN where a column is missing, empty, or not a share of a parcel (from 0 to below 1).
    """
    legal = _numbers(parcels, "legal_m2")
    share, ridge, own = (_numbers(parcels, name) for name in COLUMNS)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = np.where(legal > 0, legal, np.nan)
        out = np.vstack([share, ridge / whole, 1.0 - own / whole])
        out[np.abs(out) < 1e-9] = 0.0
        return np.where((out >= 0) & (out < 1), out, np.nan)


def shares(parcels: pd.DataFrame) -> Floats:
    """Return the share of each parcel that is ridges; NaN where nothing states it.

    Where columns contradict each other the smallest counts: it leaves the most cultivated land,
    and a balance is never drawn too low.
    """
    found = stated(parcels)
    none = np.isnan(found).all(axis=0)
    low: Floats = np.where(np.isnan(found), np.inf, found).min(axis=0)
    return np.where(none, np.nan, low)


def contradicting(parcels: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell for which parcels the columns state different ridges."""
    found = stated(parcels)
    high = np.where(np.isnan(found), -np.inf, found).max(axis=0)
    low = np.where(np.isnan(found), np.inf, found).min(axis=0)
    return np.asarray(high - low > AGREE)


def unreadable(parcels: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell for which parcels a column states something that is no share of it."""
    given = np.vstack([_numbers(parcels, name) for name in COLUMNS])
    whole = np.isfinite(_numbers(parcels, "legal_m2"))
    usable = np.vstack([np.ones(len(parcels), bool), whole, whole])
    return np.asarray((np.isfinite(given) & usable & np.isnan(stated(parcels))).any(axis=0))


def classes(parcels: pd.DataFrame) -> npt.NDArray[np.object_]:
    """Return the class that is deducted from each parcel: its own word (KCDLBM), else field ridges."""
    if "ridge_use" not in parcels:
        return np.full(len(parcels), RIDGE, object)
    given = parcels["ridge_use"].fillna("").astype(str).to_numpy(object)
    return np.where(given == "", RIDGE, given).astype(object)


def net(area_m2: Floats, share: Floats) -> Floats:
    """Return what is cultivated of cultivated ground (m²); ground of which no ridges are stated counts whole."""
    return area_m2 * (1.0 - np.nan_to_num(share, nan=0.0))


def apart(composition: pd.DataFrame, cultivated: Cultivated) -> pd.DataFrame:
    """Take the ridges out of cultivated ground and make them rows of their own.

    Parameters
    ----------
    composition : DataFrame
        With ``land_use, land_use_scheme, area_m2``, and of the parcel below ``ridge_share`` and
        ``ridge_use`` as text ("" : not stated).
    cultivated : callable (scheme, code) → bool

    Returns
    -------
    DataFrame
        The same columns but the two last; ``gross_m2`` is the area with its ridges (0 for rows of
        ridges: that ground is in the gross area of its field), ``ridges_open_m2`` what of it is cultivated
        ground of which no ridges are stated. The areas add up to those given.
    """
    keys = [c for c in composition if c not in ("area_m2", "ridge_share", "ridge_use")]
    share = pd.to_numeric(composition["ridge_share"], errors="coerce").to_numpy(np.float64)
    pairs = zip(composition["land_use_scheme"], composition["land_use"], strict=True)
    tilled = np.array([cultivated(str(s), str(c)) for s, c in pairs], bool)
    area = composition["area_m2"].to_numpy(np.float64)
    left = np.where(tilled, net(area, share), area)
    unstated = np.where(tilled & np.isnan(share), area, 0.0)
    fields = composition[keys].assign(area_m2=left, gross_m2=area, ridges_open_m2=unstated)
    ridged = tilled & (area - left > 0)
    ridges = composition.loc[ridged, keys].assign(
        land_use=composition.loc[ridged, "ridge_use"].replace("", RIDGE), area_m2=(area - left)[ridged],
        gross_m2=0.0, ridges_open_m2=0.0,
    )  # fmt: skip
    both = pd.concat([fields, ridges], ignore_index=True) if ridged.any() else fields
    numbers = ["area_m2", "gross_m2", "ridges_open_m2"]
    return both.groupby(keys, sort=True)[numbers].sum(min_count=1).reset_index() if len(both) else both


def _numbers(parcels: pd.DataFrame, name: str) -> Floats:
    if name not in parcels:
        return np.full(len(parcels), np.nan)
    return pd.to_numeric(parcels[name], errors="coerce").to_numpy(np.float64)
