"""The figures a project's demand is derived with: local standards first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from geo.basis.figure import Figure
from layers import standards
from layers.study.spec import Standards

FILES = ("control-indicators-2008", "control-indicators-2023", "utilities")
"""Shipped standards the demand depends on; a change of one makes the stage stale."""
STORAGE, CHEMICAL = ("G59", "G58"), ("C25", "C26")
"""Divisions whose floor and land are taken as warehouses, and whose sewage is that of chemical parks."""


def investment(local: Standards, industry: str) -> Figure | None:
    """Return the local minimum of investment, 万元/亩.

    An industry that is unknown, or given too coarsely to tell, gets the range over all it may be.
    """
    own = {c: v for c, v in local.investment_wan_mu_by_industry.items() if c.startswith(industry) and c != industry}
    values = [v for v in (local.investment(industry), *own.values()) if v is not None]
    if not values:
        return None
    source = local.source or "study.toml [standards]"
    return Figure(low=min(values), high=max(values), unit="万元/亩", source=source, confidence="local")


def norms(local: Standards) -> Callable[[str], Mapping[str, Figure]]:
    """Return what finds the figures for an industry; see `geo.project.demand.Norms`."""

    @cache
    def of(industry: str) -> Mapping[str, Figure]:
        found = _shipped(industry)
        limit = investment(local, industry)
        return found | ({"investment": limit} if limit is not None else {})

    return of


def _shipped(industry: str) -> dict[str, Figure]:
    utilities, indicators = standards.load("utilities"), standards.load("control-indicators-2023")
    kind = "logistics" if industry.startswith(STORAGE) else "industry"
    floor = "warehouse" if kind == "logistics" else "industry"
    out = {
        "coefficient": indicators.figure("building-coefficient-pct"),
        "storey_double": indicators.figure("storey-double-m"),
        "power_factor": utilities.figure("power-factor"),
        "power_floor": utilities.figure(f"power-floor-{floor}"),
        "water_land": utilities.figure(f"water-land-{kind}"),
    }
    if industry:
        share = "chemical-park" if industry.startswith(CHEMICAL) else "industry"
        out["sewage_share"] = utilities.figure(f"sewage-{share}")
        out |= _far(industry)
    return out


def _far(industry: str) -> dict[str, Figure]:
    """Return the FAR floor of 2008 through the crosswalk; the lowest where several older industries became one."""
    older = standards.codes("industries_2002")
    found = standards.through_crosswalk(standards.load("control-indicators-2008"), "far-min", industry, older)
    return {"far_min": min((e.figure for e in found), key=lambda f: f.low or 0.0)} if found else {}
