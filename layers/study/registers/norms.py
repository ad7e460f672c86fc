"""The figures a project's demand is derived with: local standards first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import shapely

from geo.basis.figure import Figure
from geo.basis.inputs import Inputs
from geo.basis.layer import Layer
from layers.library import crosswalk, standards
from layers.library.standards import Standard
from layers.study.registers import indicators
from layers.study.spec import Standards, Study

FILES = ("control-indicators-2008", "control-indicators-2023", "utilities")
"""Shipped standards the demand depends on; a change of one makes the stage stale."""
INDUSTRIAL = {"用地用海": ("1001", "1101"), "控规旧分类": ("M", "W")}
"""Planned uses of plants and warehouses, by scheme of the plan."""
STORAGE, CHEMICAL = ("G59", "G58"), ("C25", "C26")
"""Divisions whose floor and land are taken as warehouses, and whose sewage is that of chemical parks."""


def least(study: Study, table: Standard | None, industry: str) -> Figure | None:
    """Return the minimum of investment, 万元/亩: of study.toml, else of the place's own table while it is in force.

    None where the place has none.
    """
    stated = investment(study.standards, industry)
    return stated if stated is not None else indicators.demanded(table, study.as_of, industry).get("investment")


def investment(local: Standards, industry: str) -> Figure | None:
    """Return the minimum of investment the study states itself, 万元/亩.

    An industry that is unknown, or given too coarsely to tell, gets the range over all it may be.
    """
    own = {c: v for c, v in local.investment_wan_mu_by_industry.items() if c.startswith(industry) and c != industry}
    values = [v for v in (local.investment(industry), *own.values()) if v is not None]
    if not values:
        return None
    source = local.source or "study.toml [standards]"
    return Figure(low=min(values), high=max(values), unit="万元/亩", source=source, confidence="local")


def norms(
    local: Standards,
    plan_far: Mapping[str, Figure] | None = None,
    demanded: Callable[[str], Mapping[str, Figure]] = lambda industry: {},
) -> Callable[[str, str], Mapping[str, Figure]]:
    """Return what finds the figures for an industry and a wished park; see `geo.project.demand.Norms`.

    `plan_far` holds the plot ratio limits of each park, and under "" the widest of all (see `plan_ratios`);
    `demanded` what the place's own table says of an industry (`indicators.demanded`).
    """
    ratios = plan_far or {}

    @cache
    def of(industry: str, park_id: str) -> Mapping[str, Figure]:
        found = {**_shipped(industry), **demanded(industry)}
        limit, ratio = investment(local, industry), ratios.get(park_id, ratios.get(""))
        found |= {"investment": limit} if limit is not None else {}
        return found | ({"plan_far": ratio} if ratio is not None else {})

    return of


def plan_ratios(study: Study, inputs: Inputs, grounds: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the plot ratio limits the plan sets for industrial plots, by park, and "" for all of them together.

    Parameters
    ----------
    study, inputs
        Plan layers need the fields ``use``, ``far_min`` and ``far_max``; a limit of 0 reads "none given".
    grounds : mapping of park id to shapely geometry

    Returns
    -------
    dict of Figure
        From the lowest lower limit to the highest upper one among the plots in the park, those that only
        may belong to the plan among them. A park without planned industrial plots, or with none but such,
        is missing.
    """
    limits: dict[str, list[tuple[float, float]]] = {}
    proved: set[str] = {""}
    for spec in study.with_role("plan"):
        layer = inputs.layers[spec.id]
        if layer.state == "ok" and {"use", "far_min", "far_max"} <= set(layer.attributes):
            proved |= _collect(layer, INDUSTRIAL.get(spec.land_use_scheme, ()), grounds, limits)
    source = "、".join(s.title or s.id for s in study.with_role("plan"))
    known = {park: pairs for park, pairs in limits.items() if park in proved}
    return {park: made for park, pairs in known.items() if (made := _ratio(pairs, source)) is not None}


def _collect(
    layer: Layer, codes: tuple[str, ...], grounds: Mapping[str, Any], limits: dict[str, list[tuple[float, float]]]
) -> set[str]:
    """Add the limits of a plan's plots to those of each park; return the parks with a plot that certainly is one."""
    meant = np.array([bool(codes) and str(use).startswith(codes) for use in layer.attributes["use"]], bool)
    pairs = np.stack([layer.attributes["far_min"], layer.attributes["far_max"]], axis=1).astype(np.float64)
    inner = shapely.point_on_surface(layer.shapes)
    proved = set()
    for park, ground in grounds.items():
        inside = meant & shapely.contains_properly(ground, inner)
        mine = [(float(low), float(high)) for low, high in pairs[inside]]
        limits.setdefault(park, []).extend(mine)
        limits.setdefault("", []).extend(mine)
        proved |= {park} if (inside & ~layer.maybe).any() else set()
    return proved


def _ratio(pairs: list[tuple[float, float]], source: str) -> Figure | None:
    lows, highs = [low for low, _ in pairs if low > 0], [high for _, high in pairs if high > 0]
    if not lows and not highs:
        return None
    # a plot without a limit sets none for the park
    low = min(lows) if len(lows) == len(pairs) else None
    high = max(highs) if len(highs) == len(pairs) else None
    if low is None and high is None:
        return None
    return Figure(low=low, high=high, unit="1", source=source, confidence="local")


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
    found = crosswalk.through_crosswalk(standards.load("control-indicators-2008"), "far-min", industry, older)
    return {"far_min": min((e.figure for e in found), key=lambda f: f.low or 0.0)} if found else {}
