"""What is counted: resources of facilities and county accounts, each in whole steps of its unit."""

from __future__ import annotations

from dataclasses import dataclass


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
    shared : bool
        Nothing is drawn: a project fits where it alone does, whoever else is there (an emergency pool).
    """

    id: str
    unit: str
    step: float
    column: str = ""
    site: str = ""
    factor: float = 1.0
    shared: bool = False

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

    def get(self, resource_id: str, unit: str = "") -> Resource:
        """Return a resource by its id; one nobody declared is counted in the unit it is stated in, to hundredths."""
        return next((r for r in self.known if r.id == resource_id), Resource(resource_id, unit, 0.01))
