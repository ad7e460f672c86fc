"""What is counted: resources of facilities and county accounts, each in whole steps of its unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np


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
        Column of the table `demand` a project's need stands in; "" for land.
    factor : float
        Value of the column × factor = amount in `unit`.
    """

    id: str
    unit: str
    step: float
    column: str = ""
    factor: float = 1.0

    def steps(self, amount: float) -> int:
        """Return an amount in whole steps, to the nearest."""
        return round(amount / self.step)

    def amount(self, steps: int | np.int64) -> float:
        """Return whole steps as an amount in the unit."""
        return round(float(steps) * self.step, 6)


@dataclass(frozen=True)
class Resources:
    """Every resource a study counts, by id."""

    by_id: Mapping[str, Resource]

    @classmethod
    def of(cls, made: Iterable[Resource]) -> Resources:
        """Collect resources."""
        return cls({r.id: r for r in made})

    def get(self, resource_id: str, unit: str) -> Resource:
        """Return a resource in the unit a facility states; one nobody has declared draws nothing."""
        known = self.by_id.get(resource_id)
        return known if known is not None and known.unit == unit else Resource(resource_id, unit, 0.01)
