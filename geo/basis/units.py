"""Units of the field. 1 亩 = 2000/3 m², 1 ha = 15 亩 (domain rules §5.3)."""

from __future__ import annotations

import re

MU_M2 = 2000.0 / 3.0
HA_M2 = 10_000.0

DECIMALS = {
    "m2": 4, "m": 3, "pct": 4, "share": 8, "deg": 6, "km": 6, "mva": 4, "kva": 2, "m3d": 2, "mu": 4, "index": 6,
    "kpa": 3, "wan": 4, "tce": 2, "t": 2, "th": 3, "kw": 2, "m3": 2,
    "pcuh": 1,
}  # fmt: skip
"""Decimals a column is rounded to when written, by the unit its name ends in."""


def mu(area_m2: float) -> float:
    """Square metres to 亩."""
    return area_m2 / MU_M2


def hectares(area_m2: float) -> float:
    """Square metres to 公顷."""
    return area_m2 / HA_M2


def class_share(layer: str, label: str) -> str:
    """Name of the column with the share of a class of a raster."""
    return f"{layer}_class{label}_share"


def unknown_share(layer: str) -> str:
    """Name of the column with the share of which no class of a raster is known."""
    return f"{layer}_unknown_share"


def absent_class(name: str) -> str:
    """Return the column that bounds a class without a column of its own (see `unknown_share`), "" for other names."""
    found = re.fullmatch(r"(.+)_class[^_]+_share", name)
    return unknown_share(found[1]) if found else ""


def hi(name: str) -> str:
    """Name of the upper bound of an interval column: ``slope_p90_pct`` → ``slope_p90_hi_pct``."""
    stem, _, unit = name.rpartition("_")
    return f"{stem}_hi_{unit}" if unit in DECIMALS else f"{name}_hi"
