"""What a project needs (用地需求): land, floor, hall, power, water, sewage, heat, gas, energy.

Land has two sides. What a project *needs* follows from its building: not less than its
floor at the upper FAR limit, and, with the mandatory minimum of FAR and building
coefficient, not more than those justify. The *most* it may get is its investment over
the local minimum intensity. Each figure says how it came about, from which norm, and whether it
binds: one from memory (M) is shown and never leaves a project unplaced.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.figure import Figure
from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.basis.units import HA_M2, MU_M2, hi
from geo.project.asked import Ask, Line

Norms = Mapping[str, Figure]
"""Figures that hold for an industry and a wished park, by name: ``investment`` (万元/亩), ``far_min`` (of the
control indicators), ``plan_far`` (limits the plan sets for industrial plots),
``coefficient`` (%), ``storey_double`` (m), ``power_floor`` (W/m²), ``power_factor``, ``water_land`` (m³/(ha·d)),
``sewage_share``. A name that is missing is not known."""
POLLUTANTS = ("cod_t", "ammonia_t", "nox_t", "so2_t", "vocs_t", "emissions_t")
OTHERS = ("solid_waste_t", "emergency_m3", "peak_pcuh")
"""Solid waste a year, the water an accident must find room for, vehicles in the hour of most traffic."""
RESOURCES = ("power_kva", "water_m3d", "sewage_m3d", "heat_th", "gas_m3d", "energy_tce", *POLLUTANTS, *OTHERS)
EPS_M2 = 1e-6
_CARRIED = ("floor_m2", "hall_length_m", "hall_width_m", "clear_height_m", "crane_t", "floor_load_kpa", "yard_m2",
            "tax_wan_mu", "plate_m2", "grid_m", "lifts", "lift_t")  # fmt: skip
"""Columns of a project that are demands as they stand."""


def tables(projects: pd.DataFrame, norms: Callable[[str, str], Norms]) -> dict[str, pd.DataFrame]:
    """Return demand, demand_lines and project_findings.

    Parameters
    ----------
    projects : DataFrame
        Table `projects`.
    norms : callable
        Industry code and wished park ("" for unknown) → the figures that hold; for "" the widest
        range over all industries, or parks, the place distinguishes.

    Returns
    -------
    dict of DataFrame
        A quantity nobody states and no norm derives is NaN at both ends: unknown.
    """
    wide, lines, findings = [], [], []
    for row in projects.to_dict("records"):
        project_id = str(row["project_id"])
        ask = Ask({str(k): v for k, v in row.items()})
        found = list(lines_of(ask, norms(str(row["industry"]), str(row["wish_park_id"]))))
        told = list(findings_of(ask, found))
        wide.append({"project_id": project_id} | _wide(ask, found, told))
        lines += [{"project_id": project_id} | _plain(line) for line in found]
        findings += [{"project_id": project_id} | f for f in told]
    return {
        "demand": _frame("demand", wide),
        "demand_lines": _frame("demand_lines", lines),
        "project_findings": _frame("project_findings", findings),
    }


def _frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = empty(name).columns
    return pd.DataFrame(rows, columns=columns) if rows else empty(name)


# --- one project ------------------------------------------------------------------


def lines_of(ask: Ask, norms: Norms) -> Iterator[Line]:
    """Yield every figure of one project, stated ones first."""
    yield from _land(ask, norms)
    yield from _building(ask)
    yield from _power(ask, norms)
    yield from _water(ask, norms)
    for name in ("heat_th", "gas_m3d", "energy_tce", *POLLUTANTS, *OTHERS):
        if ask.given(name):
            yield _stated(name, ask, name)


def _stated(item: str, ask: Ask, column: str) -> Line:
    low, high = ask.get(column)
    unit = column.rsplit("_", 1)[-1]
    return Line(item, "stated", low, high, unit, None, reason("demand_stated"))


def _land(ask: Ask, norms: Norms) -> Iterator[Line]:
    if ask.given("asked_m2"):
        yield _stated("land_asked", ask, "asked_m2")
    if ask.given("floor_m2"):
        yield _stated("floor", ask, "floor_m2")
    yield from _needs(ask, norms)
    yield from _ceiling(ask, norms)


def _needs(ask: Ask, norms: Norms) -> Iterator[Line]:
    """Yield the least land the building fits on, and the most that the mandatory minimum indicators justify."""
    floor, ground = ask.get("floor_m2"), _ground(ask)
    if ask.given("floor_m2") and (limit := norms.get("plan_far")) is not None:
        yield from _by_plan(floor, _counted(ask, norms), limit)
    if ground[0] > 0:
        yield Line("land_min", "footprint", ground[0], math.inf, "m2", None, reason("demand_footprint"))
    if ask.given("floor_m2") and (limit := norms.get("far_min")) is not None and limit.low:
        counted = _counted(ask, norms)
        yield _derived("land_need", "floor_over_far", counted[0] / limit.low, counted[1] / limit.low, limit, counted)
    if math.isfinite(ground[1]) and (limit := norms.get("coefficient")) is not None and limit.low:
        share = limit.low / 100.0
        yield _derived("land_need", "footprint_over_coefficient", ground[0] / share, ground[1] / share, limit, ground)


def _by_plan(floor: tuple[float, float], counted: tuple[float, float], limit: Figure) -> Iterator[Line]:
    """Yield the least land at the plan's upper plot ratio, and the most at its lower one."""
    if limit.high:
        why = _why("floor_over_plan_far", floor, (limit.high, limit.high), limit.source)
        yield Line("land_min", "floor_over_plan_far", floor[0] / limit.high, math.inf, "m2", limit, why)
    if limit.low:
        yield _derived(
            "land_need", "floor_over_plan_far", counted[0] / limit.low, counted[1] / limit.low, limit, counted
        )


def _derived(item: str, method: str, low: float, high: float, norm: Figure, base: tuple[float, float]) -> Line:
    limit = norm.low if norm.low is not None else norm.high
    why = _why(method, base, (limit or 0.0, limit or 0.0), norm.source)
    return Line(item, method, low, high, "m2", norm, why, not norm.unverified)


def _why(method: str, base: tuple[float, float], norm: tuple[float, float], source: str = "") -> Reason:
    """Return how a figure was derived; one number for what is no range."""
    if base[0] == base[1] and norm[0] == norm[1]:
        return reason(f"demand_{method}", base=base[0], norm=norm[0], source=source)
    return reason(f"demand_{method}_range", base=base[0], base_hi=base[1], norm=norm[0], norm_hi=norm[1], source=source)


def _ground(ask: Ask) -> tuple[float, float]:
    """Return footprint and yard together; without a footprint the hall's, as a lower bound."""
    foot, yard = ask.get("footprint_m2"), ask.get("yard_m2")
    if not ask.given("footprint_m2"):
        hall = ask.get("hall_length_m")[0] * ask.get("hall_width_m")[0]
        foot = (hall, math.inf)
    return foot[0] + yard[0], foot[1] + (yard[1] if ask.given("yard_m2") else 0.0)


def _counted(ask: Ask, norms: Norms) -> tuple[float, float]:
    """Return the floor area as FAR counts it: storeys above the limit count twice (domain rules §1.2)."""
    floor, height = ask.get("floor_m2"), ask.get("clear_height_m")
    limit = norms.get("storey_double")
    if limit is None or limit.high is None or height[1] <= limit.high:
        return floor
    return (floor[0] * 2.0 if height[0] > limit.high else floor[0]), floor[1] * 2.0


def _ceiling(ask: Ask, norms: Norms) -> Iterator[Line]:
    """Yield the most land the investment may get at the local minimum intensity."""
    limit = norms.get("investment")
    if limit is None or limit.low is None or not _investment_given(ask):
        return
    low, high = investment(ask)
    highest = limit.high if limit.high is not None else limit.low
    stated = ask.given("investment_wan") or ask.given("investment_ex_land_wan")
    why = _why("investment", (low, high), (limit.low, highest), limit.source)
    if not stated:
        why = reason("demand_investment_total", base=high, norm=limit.low, norm_hi=highest, source=limit.source)
    yield Line("land_max", "investment", low / highest * MU_M2, high / limit.low * MU_M2, "m2", limit, why,
               not limit.unverified)  # fmt: skip


def _investment_given(ask: Ask) -> bool:
    return any(ask.given(f"investment_{name}") for name in ("wan", "ex_land_wan", "total_wan"))


def investment(ask: Ask) -> tuple[float, float]:
    """Return the fixed-asset investment with land price, 万元, as far as the list tells it.

    Without land price it is a lower bound. The total investment (总投资) holds working capital too: an
    upper bound, and with nothing else all that is known. Fixed assets above the total contradict it: nobody
    says which of the two figures is wrong, so both may be right.
    """
    low, high = ask.get("investment_wan")
    if not ask.given("investment_wan"):
        low = ask.get("investment_ex_land_wan")[0]
    total = ask.get("investment_total_wan")
    if total[1] < low:
        return total[0], low if math.isinf(high) else high
    return low, min(high, total[1])


def condition(ask: Ask, lines: list[Line]) -> tuple[float, float]:
    """Return the land a project takes if its fixed assets reach what that land needs, and how much (万元).

    NaN twice where its fixed assets are known, prove enough, or could not be enough for any land; where the
    land it takes is not one figure; and where several minimum intensities may hold: then nobody can say how
    much would do.
    """
    most = [x for x in lines if x.item == "land_max"]
    low, high = investment(ask)
    if not most or not high > low:
        return math.nan, math.nan
    limit = most[0].norm
    if limit is None or not limit.low or limit.high not in (None, limit.low):
        return math.nan, math.nan
    bound = {item: _bounds(lines, item) for item in ("land_min", "land_need")}
    land = taken(ask, bound | {"land_max": (most[0].high, most[0].high)})
    needed = land[0] / MU_M2 * limit.low
    sure = land[0] == land[1] and 0 < needed < math.inf and needed > low * (1 + 1e-9)
    return (land[0], needed) if sure else (math.nan, math.nan)


def _building(ask: Ask) -> Iterator[Line]:
    """Yield the floor wanted in an existing building, where the project says that it accepts one."""
    if str(ask.row.get("accepts_building", "")) == "yes" and ask.given("floor_m2"):
        yield _stated("building", ask, "floor_m2")


def _power(ask: Ask, norms: Norms) -> Iterator[Line]:
    """Yield stated kVA; else kW (kVA is not less, and more by the power factor); else the usual load of the floor."""
    factor, density = norms.get("power_factor"), norms.get("power_floor")
    if ask.given("power_kva"):
        yield _stated("power_kva", ask, "power_kva")
        return
    least = factor.low if factor is not None and factor.low else None
    if ask.given("power_kw"):
        low, high = ask.get("power_kw")
        why = _why("from_kw", (low, high), (least or math.nan, least or math.nan))
        yield Line("power_kva", "from_kw", low, high / least if least else math.inf, "kva", factor, why)
        return
    if ask.given("floor_m2") and density is not None:
        yield _usual("power_kva", "per_floor", ask.get("floor_m2"), 1 / 1000.0 / (least or 1.0), density)


def _water(ask: Ask, norms: Norms) -> Iterator[Line]:
    """Yield stated water and sewage, else the usual figures: water of the land, sewage as a share of the water."""
    per_land, share = norms.get("water_land"), norms.get("sewage_share")
    if ask.given("water_m3d"):
        yield _stated("water_m3d", ask, "water_m3d")
    elif ask.given("asked_m2") and per_land is not None:
        yield _usual("water_m3d", "per_land", ask.get("asked_m2"), 1 / HA_M2, per_land)
    if ask.given("sewage_m3d"):
        yield _stated("sewage_m3d", ask, "sewage_m3d")
    elif ask.given("water_m3d") and share is not None:
        yield _usual("sewage_m3d", "per_water", ask.get("water_m3d"), 1.0, share)


def _usual(item: str, method: str, base: tuple[float, float], factor: float, norm: Figure) -> Line:
    low = base[0] * factor * (norm.low or 0.0)
    high = base[1] * factor * norm.high if norm.high is not None else math.inf
    why = _why(method, base, (norm.low or 0.0, norm.high if norm.high is not None else math.inf), norm.source)
    return Line(item, method, low, high, item.rsplit("_", 1)[-1], norm, why, not norm.unverified)


# --- what is to be said -----------------------------------------------------------


def findings_of(ask: Ask, lines: list[Line]) -> Iterator[dict[str, Any]]:
    """Yield the gaps between what is asked, what is needed and what may be given, in m²."""
    by = {item: [x for x in lines if x.item == item] for item in ("land_asked", "land_min", "land_need", "land_max")}
    asked = by["land_asked"][0] if by["land_asked"] else None
    needed = condition(ask, lines)[1]
    for most in by["land_max"]:
        if asked is not None and asked.low > most.high + EPS_M2:
            yield _finding("land_above_ceiling", asked.low, most.high, asked.low - most.high, most)
        if math.isfinite(needed):
            yield _needed(needed, investment(ask), most)
        elif asked is not None and asked.low > most.high + EPS_M2:
            continue
        elif asked is not None and asked.high > most.low + EPS_M2:
            yield _finding("land_perhaps_above_ceiling", asked.high, most.low, asked.high - most.low, most)
    # what binds speaks first, then what justifies least
    needs = sorted(by["land_need"], key=lambda x: (not x.binding, x.high))
    if asked is not None and (need := next((n for n in needs if asked.low > n.high + EPS_M2), None)) is not None:
        yield _finding("land_above_need", asked.low, need.high, asked.low - need.high, need)
    yield from _too_little(by, asked)
    if not by["land_max"]:
        yield _finding("ceiling_unknown", math.nan, math.nan, math.nan, None)
    if asked is None:
        yield _finding("land_not_asked", math.nan, math.nan, math.nan, None)


def _too_little(by: Mapping[str, list[Line]], asked: Line | None) -> Iterator[dict[str, Any]]:
    """Yield where the building cannot stand on what is asked or may be given."""
    for least in by["land_min"]:
        if asked is not None and least.low > asked.high + EPS_M2:
            yield _finding(f"asked_below_{least.method}", asked.high, least.low, least.low - asked.high, least)
        for most in by["land_max"]:
            if least.low > most.high + EPS_M2:
                yield _finding(f"ceiling_below_{least.method}", most.high, least.low, least.low - most.high, least)


def _finding(code: str, value: float, limit: float, amount: float, line: Line | None) -> dict[str, Any]:
    sure = line is None or line.binding
    why = reason(code, value=value, limit=limit, amount=amount) if line else reason(code)
    return {"code": code, "severity": "warn" if sure else "unverified", "value": value, "limit": limit,
            "amount": amount, "figure_unit": "m2" if line else "", "reason": why.to_json()}  # fmt: skip


def _needed(wan: float, known: tuple[float, float], most: Line) -> dict[str, Any]:
    """Return what a project must put into fixed assets (万元) for the land it takes: a condition, not a doubt."""
    why = reason("fixed_assets_needed", needed=wan, low=known[0], high=known[1])
    return {"code": "fixed_assets_needed", "severity": "warn" if most.binding else "unverified", "value": wan,
            "limit": known[1] if math.isfinite(known[1]) else math.nan, "amount": math.nan, "figure_unit": "wan",
            "reason": why.to_json()}  # fmt: skip


# --- the wide row -----------------------------------------------------------------


def _wide(ask: Ask, lines: list[Line], told: list[dict[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {"asked_m2": _finite(ask.get("asked_m2")[0]) if ask.given("asked_m2") else math.nan}
    bound = {item: _bounds(lines, item) for item in ("land_min", "land_need", "land_max", "building")}
    out["land_min_m2"] = _finite(bound["land_min"][0])
    out["land_need_m2"] = _finite(bound["land_need"][1])
    out["land_max_m2"], out["land_max_hi_m2"] = map(_finite, bound["land_max"])
    land, out["condition_wan"] = condition(ask, lines)
    whole = math.isfinite(land)
    out["land_m2"], out["land_hi_m2"] = (land, land) if whole else map(_finite, taken(ask, bound))
    over = [f["amount"] for f in told if f["code"] == "land_above_ceiling"]
    out["over_m2"] = over[0] if over else 0.0
    out["building_m2"] = _finite(bound["building"][0])
    out |= {name: ask.row.get(name, math.nan) for name in _CARRIED}
    out |= {name: str(ask.row.get(name) or "") for name in ("accepts_building", "fire_class", "exhaust")}
    out["dangerous_goods"] = dangerous_goods(ask)
    for name in RESOURCES:
        out[name], out[hi(name)] = map(_finite, _bounds(lines, name))
    out["tax_wan"] = _tax(ask, out["land_m2"])
    out["method"] = "|".join(f"{x.item}={x.method}" for x in lines)
    out["binding"] = "|".join(sorted({x.item for x in lines if x.binding}))
    out["findings"] = "|".join(f["code"] for f in told)
    return out


def dangerous_goods(ask: Ask) -> str:
    """Tell whether a project keeps dangerous goods: as stated, else yes where it handles hazardous chemicals."""
    stated = str(ask.row.get("dangerous_goods") or "")
    return stated or ("yes" if ask.get("hazardous_chemicals_code") == (1.0, 1.0) else "")


def _bounds(lines: list[Line], item: str) -> tuple[float, float]:
    """Return the interval all lines of an item allow; NaN at both ends without any."""
    mine = [x for x in lines if x.item == item]
    if not mine:
        return math.nan, math.nan
    return max(x.low for x in mine), min(x.high for x in mine)


def taken(ask: Ask, bound: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Return the land a project takes: what it asks, capped by the ceiling; else the band between need and ceiling."""
    ceiling = [math.inf if math.isnan(v) else v for v in bound["land_max"]]
    if ask.given("asked_m2"):
        low, high = ask.get("asked_m2")
        return min(low, ceiling[0]), min(high, ceiling[1])
    need, least = bound["land_need"][1], bound["land_min"][0]
    upper = min(ceiling[1], math.inf if math.isnan(need) else need)
    # a building too large for its investment is a finding; more than the ceiling is never taken
    return (least if math.isnan(least) else min(least, ceiling[0], upper)), upper


def _tax(ask: Ask, land_m2: float) -> float:
    """Return the tax a year, 万元: on the land taken where it is stated by land, else as stated."""
    per_mu = float(ask.row.get("tax_wan_mu", math.nan))
    return per_mu * land_m2 / MU_M2 if math.isfinite(per_mu) else float(ask.row.get("tax_wan", math.nan))


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _plain(line: Line) -> dict[str, Any]:
    norm = line.norm
    return {
        "item": line.item, "method": line.method, "low": _finite(line.low), "high": _finite(line.high),
        "figure_unit": line.unit, "binding": line.binding, "norm": norm.unit if norm else "",
        "source": norm.source if norm else "", "confidence": norm.confidence if norm else "",
        "reason": line.reason.to_json(),
    }  # fmt: skip


def sure(demand: pd.DataFrame, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a demand as placing may use it: its proved lower end, 0 where it is unknown or not binding.

    Use it together with `unsure`: what is not sure is shown as unverified, and leaves nobody unplaced.
    """
    binds = demand["binding"].str.split("|").map(lambda items: name in items).to_numpy(bool)
    return np.where(binds, demand[name].fillna(0.0).to_numpy(np.float64), 0.0)


def unsure(demand: pd.DataFrame, name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Tell where a demand may be more than `sure` says: unknown, a range, or from memory."""
    low, high = demand[name].to_numpy(np.float64), demand[hi(name)].to_numpy(np.float64)
    return np.asarray(np.isnan(high) | (high > np.where(np.isnan(low), 0.0, sure(demand, name))), np.bool_)
