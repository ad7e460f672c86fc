"""Gates of project × site: rules with industries that read the land, such as the 1 km of the Yangtze.

The other gates need no site: those of the project alone, and what the site's park admits,
stand in the table `gates`. Rules with uses (排污、化工、物流) are judged the same way, by the use of
each project's own industry. Here every site is measured once per rule, and each project is told what
does not simply pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import reason
from geo.basis.tables import empty
from geo.project.facts import APART, MAYBE, NO, Floats, about_land, limits, of_projects
from geo.project.facts import industries as known_industries
from geo.project.gate import CHEMICAL, Gates
from geo.project.planclass import FACT as CLASS
from geo.project.uses import spoken_of, why_open
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN, Measured, judge
from geo.rules.spec import Rule
from geo.rules.verdicts import why

Codes = npt.NDArray[np.uint8]
ANY = ""
"""Site of the rows that hold for every site that was not measured."""


@dataclass(frozen=True)
class Grounds:
    """Sites as gates read them.

    Parameters
    ----------
    ids : array of str
    park_ids : array of str
        Park each site lies in, "" for none.
    measured : callable
        Interval a rule reads for every site, in the order of `ids`, for example
        `geo.rules.evidence.measured` over the sites' evidence.
    across_m : array of float or None
        Most that two points of each site are apart: a plant that keeps a distance stands anywhere on it.
        None: points.
    """

    ids: npt.NDArray[np.object_]
    park_ids: npt.NDArray[np.object_]
    measured: Callable[[Rule], Measured]
    across_m: npt.NDArray[np.float64] | None = None


def no_grounds() -> Grounds:
    """Return grounds without a site: then the rows for what was not measured are all there is."""
    none = np.empty(0, object)
    return Grounds(none, none, lambda rule: Measured.unbounded(0, "site_not_measured"))


def land_rules(projects: pd.DataFrame, asked: Gates) -> tuple[Rule, ...]:
    """Return the rules that judge projects by the land, those set aside left out, and that between projects."""
    mine = (r for r in of_projects(asked.rules) if r.fact != APART and r.id not in asked.aside)
    return tuple(r for r in mine if about_land(r, projects))


def stated(rule: Rule, projects: pd.DataFrame) -> bool:
    """Tell whether some project states the figure a rule takes its limit from: else it judges nobody."""
    return bool((~np.isnan(limits(rule, projects)[1])).any())


def site_gates(projects: pd.DataFrame, asked: Gates, grounds: Grounds) -> pd.DataFrame:
    """Return the table `site_gates`: every project × site × rule that does not simply pass.

    Parameters
    ----------
    projects : DataFrame
        Table of that name.
    asked : Gates
        As for the table `gates`.
    grounds : Grounds

    Returns
    -------
    DataFrame
        A pair that is not listed passes. Rows with the site `ANY` hold for sites that were not measured:
        what is not measured is unknown. A rule that may or may not concern a project is never a conflict.
    """
    rules = land_rules(projects, asked)
    ids = projects["project_id"].to_numpy(object)
    industries = known_industries(projects)
    judged = judge(rules, grounds.ids, lambda rule: _read(rule, asked, grounds))  # type: ignore[arg-type]
    blocks = []
    for k, rule in enumerate(rules):
        own = limits(rule, projects)
        speaks = np.where(np.isnan(own[0]), NO, spoken_of(rule, industries, asked.uses)).astype(np.uint8)
        if rule.limit_fact:
            blocks += _by_own_limit(rule, _Who(ids, industries, speaks), grounds, (judged.measured[k], own))
            continue
        who = _Who(ids, industries, speaks)
        blocks.append(_measured_rows(rule, who, grounds.ids, (judged.outcome[k], judged.measured[k])))
        blocks.append(_other_rows(rule, ids[speaks != NO]))
    made = [b for b in blocks if len(b)]
    return pd.concat(made, ignore_index=True) if made else empty("site_gates")


@dataclass(frozen=True)
class _Who:
    """Projects, their industries, and whether a rule speaks of them."""

    ids: npt.NDArray[np.object_]
    industries: Sequence[str]
    speaks: Codes


def _by_own_limit(
    rule: Rule, who: _Who, grounds: Grounds, found: tuple[Measured, tuple[Floats, Floats]]
) -> list[pd.DataFrame]:
    """Judge every project by the limit it states itself.

    Of a distance the plant may stand anywhere on the site: short of the edge the layout decides, and only a site
    that lies within the distance as a whole is a conflict. A limit given as a range is open between its ends.
    """
    read, (low, high) = found
    across = grounds.across_m if rule.test == "distance_m" else None
    reach = across if across is not None else np.zeros(len(grounds.ids))
    most = read.hi + np.where(np.isfinite(read.hi), reach, 0.0)
    asked = np.flatnonzero(who.speaks != NO)
    out = [_other_rows(rule, who.ids[asked])]
    for p in asked.tolist():
        open_ = who.speaks[p] == MAYBE
        codes = np.where(read.lo >= high[p], CLEAR, np.where((most < low[p]) & ~open_, CONFLICT, UNKNOWN))
        at = np.flatnonzero(codes != CLEAR)
        told = [_own_told(rule, int(codes[s]), read, s, (low[p], open_, who.industries[p])) for s in at.tolist()]
        out.append(
            _frame(rule, np.full(len(at), who.ids[p], object), grounds.ids[at], codes[at].astype(np.uint8), told)
        )
    return out


def _own_told(rule: Rule, code: int, read: Measured, site: int, asked: tuple[float, bool, str]) -> str:
    limit, open_, industry = asked
    if open_:
        return reason(why_open(rule, industry)).to_json()
    near = float(read.hi[site])
    if rule.fact == CLASS and np.isfinite(near) and code == UNKNOWN:
        return reason("land_gate_class_open").to_json()
    if not np.isfinite(near) or (rule.test == "value" and code == UNKNOWN):
        return _open(rule, UNKNOWN, read.causes[read.cause[site]])
    named = {"rules": [rule.id], "title": rule.title.model_dump(), "clause": rule.clause.model_dump()}
    if rule.fact == CLASS:
        return reason("land_gate_class", **named, value=int(near), limit=int(limit)).to_json()
    if rule.test == "value":
        return reason("land_gate_least", **named, value=near, limit=float(limit)).to_json()
    word = "land_gate_distance_m" if code == CONFLICT else "land_gate_layout"
    return reason(word, **named, value=round(near, 3), limit=round(float(limit), 3)).to_json()


def _open(rule: Rule, outcome: int, cause: str) -> str:
    """Return why nobody knows what a rule finds on a site, with the rule: whoever tells it names the layer."""
    found = why(rule, outcome, cause)
    return reason(found.code, **found.values, rules=[rule.id]).to_json()


def _measured_rows(
    rule: Rule, who: _Who, sites: npt.NDArray[np.object_], found: tuple[Codes, Measured]
) -> pd.DataFrame:
    outcome, read = found
    codes = _codes(who.speaks, outcome)
    at = np.argwhere(codes != CLEAR)
    maybe = [reason(why_open(rule, i)).to_json() for i in who.industries]
    told = [_told(rule, int(outcome[s]), read, s) for s in range(len(sites))]
    return _frame(
        rule, who.ids[at[:, 0]], sites[at[:, 1]], codes[at[:, 0], at[:, 1]],
        [maybe[p] if who.speaks[p] == MAYBE else told[s] for p, s in at],
    )  # fmt: skip


def _told(rule: Rule, outcome: int, read: Measured, site: int) -> str:
    """Return what a rule finds on a site: of a conflict which rule, what was measured, and the limit."""
    if outcome != CONFLICT:
        return _open(rule, outcome, read.causes[read.cause[site]])
    value = read.lo[site] if rule.operator == "<=" else read.hi[site]
    if not np.isfinite(value):
        return why(rule, outcome, "").to_json()
    kind = rule.test if rule.test in ("distance_m", "outside_m2", "overlap_m2") else "other"
    named = {"rules": [rule.id], "title": rule.title.model_dump(), "clause": rule.clause.model_dump()}
    return reason(f"land_gate_{kind}", **named, value=round(float(value), 3), limit=rule.threshold).to_json()


def _codes(speaks: Codes, outcome: Codes) -> Codes:
    """Return outcome codes of every project × site."""
    never_failed = np.where(outcome == CONFLICT, UNKNOWN, outcome)
    by_maybe = np.where((speaks == MAYBE)[:, None], never_failed[None, :], outcome[None, :])
    return np.where((speaks == NO)[:, None], CLEAR, by_maybe).astype(np.uint8)


def _other_rows(rule: Rule, ids: npt.NDArray[np.object_]) -> pd.DataFrame:
    codes = np.full(len(ids), UNKNOWN, np.uint8)
    return _frame(rule, ids, np.full(len(ids), ANY, object), codes, [reason("site_not_measured").to_json()] * len(ids))


def _frame(
    rule: Rule,
    ids: npt.NDArray[np.object_],
    sites: npt.NDArray[np.object_],
    codes: Codes,
    reasons: Sequence[str],
) -> pd.DataFrame:
    return pd.DataFrame({
        "project_id": ids, "site_id": sites, "gate_id": rule.id, "outcome": np.asarray(OUTCOMES, object)[codes],
        "severity": rule.binding, "reason": list(reasons),
    })  # fmt: skip


def _read(rule: Rule, asked: Gates, grounds: Grounds) -> Measured:
    """Return what a rule reads; a recognised chemical park answers for the ground of its sites."""
    found = grounds.measured(rule)
    if rule.id != CHEMICAL or rule.test != "outside_m2":
        return found
    known = {p.park_id: p.chemical for p in asked.parks.parks if p.chemical is not None}
    inside = np.array([known.get(str(p)) is True for p in grounds.park_ids], bool)
    apart = np.array([known.get(str(p)) is False for p in grounds.park_ids], bool)
    # nothing of the site lies outside a recognised park, all of it outside one that is not
    open_ = ~np.isfinite(found.hi)
    low = np.where(open_ & inside, 0.0, np.where(open_ & apart, np.inf, found.lo))
    high = np.where(open_ & inside, 0.0, found.hi)
    return Measured(low, high, np.where(high > low, found.cause, 0).astype(np.uint8), found.causes)
