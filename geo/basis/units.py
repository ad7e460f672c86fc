"""Units of the field. 1 亩 = 2000/3 m², 1 ha = 15 亩 (domain rules §5.3)."""

from __future__ import annotations

MU_M2 = 2000.0 / 3.0
HA_M2 = 10_000.0

DECIMALS = {
    "m2": 4, "m": 3, "pct": 4, "share": 8, "deg": 6, "km": 6, "mva": 4, "kva": 2, "m3d": 2, "mu": 4, "index": 6,
    "kpa": 3, "wan": 4, "tce": 2, "t": 2, "th": 3, "kw": 2,
}  # fmt: skip
"""Decimals a column is rounded to when written, by the unit its name ends in."""


def mu(area_m2: float) -> float:
    """Square metres to 亩."""
    return area_m2 / MU_M2


def hectares(area_m2: float) -> float:
    """Square metres to 公顷."""
    return area_m2 / HA_M2


def hi(name: str) -> str:
    """Name of the upper bound of an interval column: ``slope_p90_pct`` → ``slope_p90_hi_pct``."""
    stem, _, unit = name.rpartition("_")
    return f"{stem}_hi_{unit}" if unit in DECIMALS else f"{name}_hi"
