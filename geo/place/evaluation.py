"""Intensive-use evaluation of development zones (开发区土地集约利用评价): score, potentials, years left.

Land accounts are those of the rule (domain rules §3.1), in ha. Formulas, score and
potentials follow §3.2–3.4. An account that is not given is unknown: it makes an interval of
every score it enters, never a zero. The four potentials overlap in meaning and are not added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.basis.errors import SpecError
from geo.basis.reason import reason

Values = Mapping[str, float]
"""Accounts of a zone by code (``A``, ``A2``, ``D``, ``E21``, ``floor_m2`` …); a missing one is unknown."""
SUM_TOLERANCE = 1e-9
HA_M2 = 10_000.0
MAIN, GROWTH = "main", "growth"


@dataclass(frozen=True)
class Indicator:
    """One indicator: its formula over the accounts, and whether more is better."""

    id: str
    of: Callable[[Values], float]
    unit: Literal["share", "ratio", "wan_ha", "person_ha"]
    inverse: bool = False


def _get(values: Values, name: str) -> float:
    return float(values.get(name, np.nan))


def _share(above: str, *below: str, scale: float = 1.0) -> Callable[[Values], float]:
    """Return a formula: account ÷ the sum of accounts; NaN where the sum is zero or something is not known."""

    def of(values: Values) -> float:
        base = sum(_get(values, name) for name in below)
        return _get(values, above) * scale / base if base > 0 else np.nan

    return of


def _opened(values: Values) -> float:
    base = _get(values, "A") + _get(values, "B")
    return (_get(values, "A") + _get(values, "B21")) / base if base > 0 else np.nan


INDICATORS: dict[str, Indicator] = {
    i.id: i
    for i in (
        Indicator("supply-rate", _share("D", "A", "B21"), "share"),
        Indicator("built-rate", _share("A", "D"), "share"),
        Indicator("open-rate", _opened, "share"),
        Indicator("industry-share", _share("A2", "A"), "share"),
        Indicator("far", _share("floor_m2", "A", scale=1 / HA_M2), "ratio"),
        Indicator("density", _share("footprint_m2", "A", scale=1 / HA_M2), "share"),
        Indicator("industry-far", _share("industry_floor_m2", "A2", scale=1 / HA_M2), "ratio"),
        Indicator("coefficient", _share("industry_covered_m2", "A2", scale=1 / HA_M2), "share"),
        Indicator("investment", _share("assets_wan", "A2"), "wan_ha"),
        Indicator("tax", _share("industry_tax_wan", "A2"), "wan_ha"),
        Indicator("all-tax", _share("tax_wan", "A"), "wan_ha"),
        Indicator("population", _share("residents", "A"), "person_ha"),
        Indicator("idle-rate", _share("G", "D"), "share", inverse=True),
    )
}
"""Domain rules §3.2, formulas of the code base marked KFQ-A."""


# --- the nested score -------------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """A goal with weighted parts, or an indicator.

    Parameters
    ----------
    id : str
    weight : float
        Within its parent.
    parts : tuple of Node
        Their weights add up to 1; empty for an indicator, whose id is one of `INDICATORS` (a
        goal without parts is one nobody can tell: it scores 0 … 100).
    scope : str
        Which accounts an indicator reads: the main zone or the growth zone (发展方向区).
    """

    id: str
    weight: float
    parts: tuple[Node, ...] = ()
    scope: str = MAIN

    def problems(self, above: str = "") -> Iterator[tuple[str, float]]:
        """Yield path and sum of every group whose weights do not add up to 1."""
        path = f"{above}/{self.id}" if above else self.id
        total = sum(p.weight for p in self.parts)
        if self.parts and abs(total - 1.0) > SUM_TOLERANCE:
            yield path, total
        for part in self.parts:
            yield from part.problems(path)


def checked(tree: Node) -> Node:
    """Return a tree whose weights add up.

    Raises
    ------
    SpecError
        Naming every group that does not: a public sample had groups of 1.26 and 1.17 and
        scored 128.
    """
    wrong = list(tree.problems())
    if wrong:
        raise SpecError([reason("zone_weights_do_not_sum", group=path, total=total) for path, total in wrong])
    return tree


@dataclass(frozen=True)
class Scored:
    """Score of a node: between low and high (0 … 100), equal where everything is known.

    Parameters
    ----------
    id, weight, depth
        As in the tree.
    low, high : float
    value, ideal : float
        Of an indicator; NaN for a goal and where not known.
    """

    id: str
    weight: float
    depth: int
    low: float
    high: float
    value: float = np.nan
    ideal: float = np.nan


def score(tree: Node, zones: Mapping[str, Values], ideals: Mapping[str, float]) -> list[Scored]:
    """Return the score of every node, the whole first, parts after their goal.

    Parameters
    ----------
    tree : Node
        See `checked`.
    zones : mapping of scope to accounts
    ideals : mapping of indicator to ideal value (理想值), in the indicator's unit

    Notes
    -----
    A positive indicator scores min(X ÷ T, 1) × 100, the idle rate 100 × (1 − X); goals are
    weighted sums (domain rules §3.3). What is not known scores 0 … 100.
    """
    return list(_scored(tree, zones, ideals, 0))


def _scored(node: Node, zones: Mapping[str, Values], ideals: Mapping[str, float], depth: int) -> list[Scored]:
    if not node.parts:
        return [_indicator(node, zones.get(node.scope, {}), ideals.get(node.id, np.nan), depth)]
    below = [_scored(part, zones, ideals, depth + 1) for part in node.parts]
    heads = [rows[0] for rows in below]
    low, high = (sum(h.weight * getattr(h, end) for h in heads) for end in ("low", "high"))
    return [Scored(node.id, node.weight, depth, low, high), *(row for rows in below for row in rows)]


def _indicator(node: Node, values: Values, ideal: float, depth: int) -> Scored:
    indicator = INDICATORS.get(node.id)
    value = np.nan if indicator is None else indicator.of(values)
    points = indicator_score(value, ideal, indicator is not None and indicator.inverse)
    low, high = (0.0, 100.0) if np.isnan(points) else (points, points)
    return Scored(node.id, node.weight, depth, low, high, value, ideal)


def indicator_score(value: float, ideal: float, inverse: bool = False) -> float:
    """Return the points of an indicator, 0 … 100; NaN where value or ideal is not known."""
    if inverse:
        return 100.0 * (1.0 - value)
    return min(value / ideal, 1.0) * 100.0 if ideal > 0 else np.nan


def zone_type(values: Values, industry_above: float, housing_below: float, bonded: bool = False) -> str:
    """Return the type of a zone: industry-led, mixed (产城融合型), other, or "unknown" (domain rules §3.2)."""
    if bonded:
        return "industry"
    industry, housing = _share("A2", "A")(values), _share("A1", "A")(values)
    if np.isnan(industry) or np.isnan(housing):
        return "unknown"
    leads, lived_in = industry > industry_above, housing >= housing_below
    if leads and not lived_in:
        return "industry"
    return "mixed" if lived_in and not leads else "other"


# --- potentials -------------------------------------------------------------------

INTENSITY = ("industry-far", "coefficient", "investment", "tax")
"""Indicators whose distance from the ideal is told as land."""


@dataclass(frozen=True)
class Potential:
    """Land a zone could still give, in ha; the kinds overlap and are never added up.

    Parameters
    ----------
    expansion, expansion_industry : float
        扩展潜力: land still to be supplied, and the part for industry and storage.
    structure : float
        结构潜力: how far the share of industrial land is below its ideal, as land.
    intensity : mapping of indicator to float
        强度潜力: negative where the ideal is passed.
    management : float
        管理潜力: idle land and paid land whose term has run out.
    years : mapping
        尚可供地年数: ``mean`` (÷ mean supply of three years), ``fastest`` (÷ the most in five), and
        both for industrial land (``industry_mean``, ``industry_fastest``).
    """

    expansion: float
    expansion_industry: float
    structure: float
    intensity: Mapping[str, float]
    management: float
    years: Mapping[str, float]


def potential(values: Values, ideals: Mapping[str, float]) -> Potential:
    """Return the four potentials and the years left; NaN where an account or ideal is not known."""
    built, industry = _get(values, "A"), _get(values, "A2")
    gap = ideals.get("industry-share", np.nan) - _share("A2", "A")(values)
    intensity = {name: industry * (1.0 - INDICATORS[name].of(values) / ideals.get(name, np.nan)) for name in INTENSITY}
    whole, part = _get(values, "E"), _get(values, "E21")
    years = {
        "mean": _over(whole, _get(values, "supply_mean_3")), "fastest": _over(whole, _get(values, "supply_max_5")),
        "industry_mean": _over(part, _get(values, "industry_supply_mean_3")),
        "industry_fastest": _over(part, _get(values, "industry_supply_max_5")),
    }  # fmt: skip
    structure = built * max(gap, 0.0) if not np.isnan(gap) else np.nan
    management = _get(values, "G") + _get(values, "D22")
    return Potential(whole, part, structure, intensity, management, years)


def _over(stock: float, flow: float) -> float:
    return stock / flow if flow > 0 else np.nan
