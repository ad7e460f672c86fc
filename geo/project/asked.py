"""One project as the list gives it, and one line of what it needs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geo.basis.figure import Figure
from geo.basis.reason import Reason
from geo.basis.units import hi


@dataclass(frozen=True)
class Line:
    """One figure of one project.

    Parameters
    ----------
    item : str
        What it is about: ``land_asked``, ``land_min``, ``land_need``, ``land_max``, ``floor``,
        ``building`` or a resource column.
    method : str
        ``stated``, or how it was derived: ``floor_over_far``, ``footprint``, ``investment``, ``per_floor`` …
    low, high : float
        In the unit; infinite where it is open, never NaN.
    unit : str
        Unit of the figure: ``m2``, ``kva``, ``m3d``, ``th``, ``tce``.
    norm : Figure or None
        What it was derived with.
    reason : Reason
    binding : bool
        False for what rests on a figure from memory, or says only what is usual.
    """

    item: str
    method: str
    low: float
    high: float
    unit: str
    norm: Figure | None
    reason: Reason
    binding: bool = True


@dataclass(frozen=True)
class Ask:
    """One project as read: its figures as intervals; unbounded where nothing is known."""

    row: Mapping[str, Any]

    def get(self, name: str) -> tuple[float, float]:
        """Return the interval of a column, 0 … infinite where it is not given: no quantity is below nothing."""
        low = float(self.row.get(name, math.nan))
        high = float(self.row.get(hi(name), low))
        if math.isnan(low) and math.isnan(high):
            return 0.0, math.inf
        return (0.0 if math.isnan(low) else low), (math.inf if math.isnan(high) else high)

    def given(self, name: str) -> bool:
        """Tell whether the list says anything about a column."""
        return self.get(name) != (0.0, math.inf)
