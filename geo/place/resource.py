"""What is counted: resources of facilities and county accounts, each in whole steps of its unit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Resource:
    """Something a project draws and a facility or an account holds.

    Parameters
    ----------
    id : str
        ``power``, ``water``, ``land`` … or the id of a county account.
    unit : str
        Unit in which it is kept: ``MVA``, ``m3/d``, ``亩``.
    step : float
        Smallest amount that is kept, in `unit`; amounts are rounded to it, as accounts are.
    column : str
        Column of the table `demand` a project's need stands in.
    site : str
        Figure of a site that draws it instead: ``quota`` for ``quota_m2 … quota_hi_m2``.
    factor : float
        Value of the column (or m² of the site) × factor = amount in `unit`.
    """

    id: str
    unit: str
    step: float
    column: str = ""
    site: str = ""
    factor: float = 1.0

    def steps(self, amount: float) -> int:
        """Return an amount in whole steps, to the nearest."""
        return round(amount / self.step)

    def amount(self, steps: int) -> float:
        """Return whole steps as an amount in the unit."""
        return round(float(steps) * self.step, 6)


@dataclass(frozen=True)
class Resources:
    """Every resource a study counts."""

    known: tuple[Resource, ...]

    def get(self, resource_id: str, unit: str) -> Resource:
        """Return a resource in the unit an account is kept in.

        In a unit nobody declared no need can be told: its factor is NaN.
        """
        same = [r for r in self.known if r.id == resource_id]
        for resource in same:
            if resource.unit == unit:
                return resource
        return replace(same[0], unit=unit, factor=math.nan) if same else Resource(resource_id, unit, 0.01)
