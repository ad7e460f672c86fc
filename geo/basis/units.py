"""Units of the field. 1 亩 = 2000/3 m², 1 ha = 15 亩 (domain rules §5.3)."""

from __future__ import annotations

MU_M2 = 2000.0 / 3.0
HA_M2 = 10_000.0


def mu(area_m2: float) -> float:
    """Square metres to 亩."""
    return area_m2 / MU_M2


def hectares(area_m2: float) -> float:
    """Square metres to 公顷."""
    return area_m2 / HA_M2
