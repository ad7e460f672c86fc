"""Stations of the chain: the firms of every industry, near each park and in all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo.basis.tables import empty
from geo.project.chain import Firms

EVERYWHERE = ""
"""Stands for the whole county where a park would stand."""


def table(
    projects: pd.DataFrame, links: pd.DataFrame, firms: Firms, places: Mapping[str, Any], radius_m: float
) -> pd.DataFrame:
    """Return the table `chain_stations`: ``park_id, industry, firms, named, unnamed``.

    `firms` is NaN where the enterprises are not known; `unnamed` counts firms near by whose industry nobody states,
    or that only may be of the list: they may work in any.
    """
    codes = sorted({*links["from_industry"], *links["to_industry"], *projects["industry"]} - {"", None})
    names = [EVERYWHERE, *places]
    if not codes:
        return empty("chain_stations")
    if not firms.known:
        rows = [(p, c, np.nan, "", np.nan) for p in names for c in codes]
        return pd.DataFrame(rows, columns=["park_id", "industry", "firms", "named", "unnamed"])
    doubtful = firms.doubtful if firms.doubtful is not None else np.zeros(len(firms.ids), bool)
    open_ = doubtful | (firms.industries == "")
    own = np.array([[bool(i) and str(i).startswith(c) for i in firms.industries] for c in codes], bool)
    own = own.reshape(len(codes), len(firms.ids)) & ~doubtful
    rows = []
    for place in names:
        near = np.ones(len(firms.ids), bool)
        if place != EVERYWHERE:
            near = np.asarray(shapely.distance(places[place], firms.points), np.float64) <= radius_m
        lost = float((near & open_).sum())
        for code, mine in zip(codes, own & near, strict=True):
            rows.append((place, code, float(mine.sum()), "|".join(map(str, firms.ids[mine])), lost))
    return pd.DataFrame(rows, columns=["park_id", "industry", "firms", "named", "unnamed"])
