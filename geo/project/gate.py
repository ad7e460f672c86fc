"""Gates (准入): what a project must pass before siting, by the rule engine, and with each park.

Three answers. A blank cell is unknown and never rejects; a rule whose industries may or
may not include the project's can only be clear or unknown. A rule from memory (M)
restricts, it never rejects (`Rule.binding`). What needs the land is judged on sites, see
`geo/project/pairs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from geo.basis.figure import Figure
from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.basis.units import MU_M2
from geo.project import indicators
from geo.project.facts import MAYBE, NO, YES, about_land, concerns, industries, measured, of_projects
from geo.project.uses import Uses, spoken_of, why_open
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN, judge, outcome
from geo.rules.spec import Rule
from geo.rules.verdicts import table

ADMISSION, LEADING, INTENSITY, CHEMICAL = "park-admission", "park-leading", "investment-intensity", "chemical-park"
MEMBERSHIP = "register-membership"
"""Gates of park data, local standards and the register itself; `CHEMICAL` is the rule a park's recognition answers."""
ROUNDING = 1e-9
"""Relative: 35,000 ÷ 140.00 must not fail 250 by the last bit."""


@dataclass(frozen=True)
class Park:
    """A park as a gate reads it.

    Parameters
    ----------
    park_id, name : str
    admitted, leading, refused : tuple of str
        Industry codes it admits, is positioned for (主导产业), and excludes (负面清单); `admitted`
        empty is not known, never "none".
    chemical : bool or None
        A recognised chemical park; None where nobody says.
    doubtful : bool
        It only may be a park of the place: nothing passes by it.
    also : tuple of str
        Codes people put on its positive list beside its data; they make no list where there was none.
    refused_unread : bool
        Something on its negative list is no code anybody could read: what it does not refuse is open.
    """

    park_id: str
    name: str = ""
    admitted: tuple[str, ...] = ()
    leading: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    chemical: bool | None = None
    doubtful: bool = False
    also: tuple[str, ...] = ()
    refused_unread: bool = False


@dataclass(frozen=True)
class Parks:
    """The parks of a place.

    Parameters
    ----------
    parks : tuple of Park
    complete : bool
        These are all there are; without it "no park admits it" cannot be proved.
    declared : bool
        False when the study has no layer of parks: the question is not asked.
    """

    parks: tuple[Park, ...] = ()
    complete: bool = False
    declared: bool = False
    cause: str = ""

    def get(self, park_id: str) -> Park | None:
        """Return the park of an id, None for an unknown one."""
        return next((p for p in self.parks if p.park_id == park_id), None)


@dataclass(frozen=True)
class Gates:
    """What projects are judged by.

    Parameters
    ----------
    rules : tuple of Rule
        All rules of the study; those with industries count.
    aside : set of rule ids
        Not examined this round (未审查).
    parks : Parks
    intensity : callable
        Industry code → local minimum of investment, 万元/亩, as a `Figure` (a range where the industry is
        unknown), None where the place has none.
    uses : Uses
        Which industries are of which use.
    indicators : callable
        Industry code → the control indicators that hold for it.
    """

    rules: tuple[Rule, ...] = ()
    aside: frozenset[str] = frozenset()
    parks: Parks = field(default_factory=Parks)
    intensity: Callable[[str], Figure | None] = lambda industry: None
    uses: Uses = field(default_factory=Uses)
    indicators: Callable[[str], indicators.Limits] = lambda industry: {}


def gates(projects: pd.DataFrame, demand: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    """Return the table `gates`: project × rule, project × standard, project × park.

    Parameters
    ----------
    projects, demand : DataFrame
        Tables of those names, in the same order.
    asked : Gates

    Returns
    -------
    DataFrame
        `park_id` is "" where the verdict is of the project alone; the rows of park admission with an
        empty `park_id` say whether any park admits it.
    """
    parts = [by_rules(projects, asked), by_intensity(projects, demand, asked.intensity), by_parks(projects, asked)]
    parts += [by_indicators(projects, asked), by_membership(projects)]
    made = [p for p in parts if len(p)]
    return pd.concat(made, ignore_index=True)[list(empty("gates").columns)] if made else empty("gates")


def by_indicators(projects: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    """Judge every project by the control indicators it states; see `geo.project.indicators`."""
    rows = indicators.gates(projects, asked.indicators)
    return pd.DataFrame(rows) if rows else empty("gates")


def by_membership(projects: pd.DataFrame) -> pd.DataFrame:
    """Return a gate of unknown outcome for every project that only may be one of the list."""
    if "may_belong" not in projects:
        return empty("gates")
    open_ = projects[projects["may_belong"].fillna("") != ""]
    rows = [
        _park_row(p, MEMBERSHIP, "", UNKNOWN, "exclude", reason("project_may_belong", fields=str(cell).split("|")))
        for p, cell in zip(open_["project_id"], open_["may_belong"], strict=True)
    ]
    return pd.DataFrame(rows) if rows else empty("gates")


# --- rules ------------------------------------------------------------------------


def by_rules(projects: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    """Judge every project by the rules that read the project alone."""
    blocks = [_block(rule, projects, asked) for rule in of_projects(asked.rules) if not about_land(rule, projects)]
    return pd.concat(blocks, ignore_index=True) if blocks else empty("gates")


def _block(rule: Rule, projects: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    known = np.array(industries(projects), object)
    speaks = spoken_of(rule, known.tolist(), asked.uses)
    some, certain = projects[speaks != NO], speaks[speaks != NO] == YES
    judged = judge([rule], some["project_id"].to_numpy(object), lambda _: measured(rule, some))
    made = table(judged, asked.aside & {rule.id}).rename(columns={"parcel_id": "project_id", "rule_id": "gate_id"})
    made["confidence"] = "" if rule.verified_by else rule.confidence
    made["park_id"] = ""
    # a rule that may not apply proves nothing against a project
    open_ = ~certain & (made["outcome"] != "clear").to_numpy()
    # written as texts: as categories they take no word that none of the rows has
    made = made.astype({"outcome": object, "reason": object})
    made.loc[open_, "outcome"] = "unknown"
    told = [reason(why_open(rule, str(i))).to_json() for i in known[speaks != NO]]
    made.loc[open_, "reason"] = np.array(told, object)[open_]
    return made


# --- the local standard -----------------------------------------------------------


def by_intensity(
    projects: pd.DataFrame, demand: pd.DataFrame, standard: Callable[[str], Figure | None]
) -> pd.DataFrame:
    """Judge investment ÷ land against the local minimum (operator ≥) on the land the project would take.

    A project that asks for more than its investment may get is judged on the ceiling, which passes by
    construction; that it asks too much is a finding of the demand.
    """
    rows = []
    for (project_id, industry), d in zip(_named(projects), demand.to_dict("records"), strict=True):
        limit = standard(industry)
        if limit is not None and limit.low is not None:
            rows.append({"project_id": project_id} | _intensity({str(k): v for k, v in d.items()}, limit))
    return pd.DataFrame(rows) if rows else empty("gates")


def _intensity(demand: Mapping[str, Any], limit: Figure) -> dict[str, object]:
    low, high = limit.low or 0.0, limit.high if limit.high is not None else limit.low or 0.0
    if np.isfinite(demand.get("condition_wan", np.nan)):
        return _if_invested(demand, limit)
    known = [demand["land_max_m2"], demand["land_max_hi_m2"], demand["land_m2"]]
    if any(np.isnan(known)):
        cause = "intensity_investment_blank" if np.isnan(known[0]) else "intensity_land_blank"
        return _row(INTENSITY, UNKNOWN, limit, np.nan, np.nan, reason(cause))
    if not demand["land_max_m2"] > 0:  # nothing is proved of its fixed assets: no land proves nothing
        return _row(INTENSITY, UNKNOWN, limit, np.nan, np.nan, reason("intensity_open"))
    if not demand["land_m2"] > 0 and demand.get("accepts_building") != "yes":  # a nought in a list is no land stated
        return _row(INTENSITY, UNKNOWN, limit, np.nan, np.nan, reason("intensity_land_blank"))
    # the ceilings are investment ÷ limit, so investment = ceiling × limit
    invested = demand["land_max_m2"] / MU_M2 * high, demand["land_max_hi_m2"] / MU_M2 * low
    land_mu = demand["land_m2"] / MU_M2
    value, value_hi = (np.round(v / land_mu, 9) if land_mu > 0 else np.inf for v in invested)
    lo, hi_ = np.array([value]), np.array([value_hi])
    answers = {int(outcome(lo, hi_, ">=", t, t * ROUNDING)[0]) for t in (low, high)}
    code = answers.pop() if len(answers) == 1 else UNKNOWN
    if code == UNKNOWN:
        why = reason("intensity_open")
    elif demand["over_m2"] > 0:
        why = reason("intensity_capped", asked=demand["asked_m2"], ceiling=demand["land_max_m2"])
    else:
        why = reason("value_within" if code == CLEAR else "value_beyond")
    return _row(INTENSITY, code, limit, float(value), float(value_hi), why)


def _if_invested(demand: Mapping[str, Any], limit: Figure) -> dict[str, object]:
    """Return what a project must still prove: it passes if its fixed assets reach the minimum for its land."""
    least = limit.low or 0.0
    land_mu = demand["land_m2"] / MU_M2
    invested = demand["land_max_m2"] / MU_M2 * least, demand["land_max_hi_m2"] / MU_M2 * least
    value, value_hi = (float(np.round(v / land_mu, 9)) for v in invested)
    why = reason("intensity_if", needed=demand["condition_wan"], threshold=least)
    return _row(INTENSITY, UNKNOWN, limit, value, value_hi, why) | {"severity": "restrict"}


def _named(projects: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(projects["project_id"].astype(str), projects["industry"].astype(str), strict=True))


def _row(gate_id: str, code: int, limit: Figure, value: float, value_hi: float, why: Reason) -> dict[str, object]:
    return {
        "gate_id": gate_id, "park_id": "", "outcome": OUTCOMES[code],
        "severity": "restrict" if limit.unverified else "exclude", "value": value, "value_hi": value_hi,
        "operator": ">=", "threshold": limit.low, "tolerance": 0.0, "confidence": limit.confidence,
        "reason": why.to_json(),
    }  # fmt: skip


# --- parks ------------------------------------------------------------------------


def by_parks(projects: pd.DataFrame, asked: Gates) -> pd.DataFrame:
    """Judge every project with every park: admission, positioning, chemical recognition; and all parks together."""
    if not asked.parks.declared:
        return empty("gates")
    rows: list[dict[str, object]] = []
    chemical = next((r for r in asked.rules if r.id == CHEMICAL and r.industries), None)
    for project_id, industry in _named(projects):
        codes = []
        for park in asked.parks.parks:
            code, why = admission(industry, park)
            if park.doubtful and code == CLEAR:
                code, why = UNKNOWN, reason("park_may_belong", park=park.name or park.park_id)
            codes.append(code)
            rows.append(_park_row(project_id, ADMISSION, park.park_id, code, "exclude", why))
            rows.append(_park_row(project_id, LEADING, park.park_id, *_leading(industry, park)))
            if chemical is not None and concerns(chemical.industries, industry) != NO:
                rows.append(_chemical(project_id, industry, park, chemical, asked.aside))
        rows.append(_park_row(project_id, ADMISSION, "", *_any_park(codes, industry, asked.parks)))
    return pd.DataFrame(rows)


def admission(industry: str, park: Park) -> tuple[int, Reason]:
    """Tell whether a park admits an industry (园区定位); its negative list comes first, and has to be read whole."""
    code, why = _admission(industry, park)
    if code == CLEAR and park.refused_unread:
        return UNKNOWN, reason("park_refuses_unread", park=park.name or park.park_id)
    return code, why


def _admission(industry: str, park: Park) -> tuple[int, Reason]:
    if concerns(park.refused, industry) == YES:
        return CONFLICT, reason("park_refuses", park=park.name or park.park_id, industry=industry)
    if not industry:
        return UNKNOWN, reason("gate_industry_unknown")
    if concerns(park.also, industry) == YES and concerns(park.refused, industry) == NO:
        return CLEAR, reason("park_admits_decided", park=park.name or park.park_id, industry=industry)
    if not park.admitted:
        return UNKNOWN, reason("park_admits_unknown", park=park.name or park.park_id)
    speaks = concerns(park.admitted, industry)
    if speaks == MAYBE or concerns(park.refused, industry) == MAYBE:
        return UNKNOWN, reason("gate_industry_coarse", industry=industry)
    word = {"park": park.name or park.park_id, "industry": industry, "admits": list(park.admitted)}
    return (CLEAR, reason("park_admits", **word)) if speaks == YES else (CONFLICT, reason("park_admits_not", **word))


def _any_park(codes: Sequence[int], industry: str, parks: Parks) -> tuple[int, str, Reason]:
    if CLEAR in codes:
        return CLEAR, "exclude", reason("some_park_admits", count=sum(c == CLEAR for c in codes))
    if parks.cause:
        return UNKNOWN, "exclude", reason(parks.cause)
    if not industry:
        return UNKNOWN, "exclude", reason("gate_industry_unknown")
    if UNKNOWN in codes or not codes:
        return UNKNOWN, "exclude", reason("park_admission_open", count=sum(c == UNKNOWN for c in codes))
    if not parks.complete:
        return UNKNOWN, "exclude", reason("parks_not_complete", industry=industry)
    return CONFLICT, "exclude", reason("no_park_admits", industry=industry, count=len(codes))


def _leading(industry: str, park: Park) -> tuple[int, str, Reason]:
    if not industry or not park.leading or park.doubtful:
        return UNKNOWN, "prefer", reason("gate_industry_unknown" if not industry else "park_leading_unknown")
    speaks = concerns(park.leading, industry)
    code = {YES: CLEAR, MAYBE: UNKNOWN, NO: CONFLICT}[speaks]
    return code, "prefer", reason("park_leads" if code == CLEAR else "park_leads_not", leading=list(park.leading))


def _chemical(project_id: object, industry: str, park: Park, rule: Rule, aside: frozenset[str]) -> dict[str, object]:
    """Answer the rule on chemical parks from the park's recognition: a recognised one holds all its ground."""
    unsaid = park.chemical is None or (park.doubtful and park.chemical)
    code = UNKNOWN if unsaid else CLEAR if park.chemical else CONFLICT
    word = {UNKNOWN: "park_chemical_unknown", CLEAR: "park_chemical", CONFLICT: "park_not_chemical"}[code]
    if rule.id in aside:
        return _park_row(project_id, CHEMICAL, park.park_id, UNKNOWN, "not_examined", reason("not_examined"))
    if concerns(rule.industries, industry) == MAYBE and code == CONFLICT:
        code, word = UNKNOWN, "gate_industry_unknown"
    why = reason(word, park=park.name or park.park_id)
    row = _park_row(project_id, CHEMICAL, park.park_id, code, rule.binding, why)
    return row | {"confidence": "" if rule.verified_by else rule.confidence}


def _park_row(
    project_id: object, gate_id: str, park_id: str, code: int, severity: str, why: Reason
) -> dict[str, object]:
    return {
        "project_id": project_id, "gate_id": gate_id, "park_id": park_id, "outcome": OUTCOMES[code],
        "severity": severity, "value": np.nan, "value_hi": np.nan, "operator": "", "threshold": np.nan,
        "tolerance": 0.0, "confidence": "local", "reason": why.to_json(),
    }  # fmt: skip


# --- the answer per project -------------------------------------------------------


def results(projects: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return the table `gate_results`: what all gates say of each project together.

    conflict (不符合): a gate of the project alone excludes it. unknown (待核实): one that would exclude it is
    unknown. clear (符合): else; `conditions` names what it must still meet, `procedures` what is due
    or open. `parks` are those that admit it, `parks_unknown` those that may.
    """
    alone = found[found["park_id"] == ""]
    rows = []
    for project_id in projects["project_id"]:
        mine = alone[alone["project_id"] == project_id]
        rows.append({"project_id": project_id} | _result(mine) | _places(found[found["project_id"] == project_id]))
    return pd.DataFrame(rows, columns=list(empty("gate_results").columns)) if rows else empty("gate_results")


def _result(mine: pd.DataFrame) -> dict[str, object]:
    def named(severities: tuple[str, ...], outcomes: tuple[str, ...]) -> list[str]:
        keep = mine["severity"].isin(severities) & mine["outcome"].isin(outcomes)
        return [str(g) for g in mine.loc[keep, "gate_id"]]

    against = named(("exclude",), ("conflict",))
    unknown = named(("exclude",), ("unknown",))
    conditions = named(("restrict",), ("conflict", "unknown"))
    due = named(("procedure",), ("conflict", "unknown"))
    result = "conflict" if against else "unknown" if unknown else "clear"
    gates_ = {"conflict": against, "unknown": unknown, "clear": conditions}[result]
    code = "gates_passed_conditions" if result == "clear" and conditions else f"gates_{result}"
    return {
        "result": result, "failed": "|".join(against), "unknowns": "|".join(unknown),
        "conditions": "|".join(conditions), "procedures": "|".join(due),
        "reason": reason(code, gates=gates_).to_json(),
    }  # fmt: skip


def _places(mine: pd.DataFrame) -> dict[str, str]:
    admission_ = mine[(mine["gate_id"] == ADMISSION) & (mine["park_id"] != "")]
    by = {code: "|".join(admission_.loc[admission_["outcome"] == code, "park_id"]) for code in ("clear", "unknown")}
    return {"parks": by["clear"], "parks_unknown": by["unknown"]}
