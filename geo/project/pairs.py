"""Gates of project × site: what a project may do on a piece of land, as arrays over all pairs.

The land part of the gates (rules with industries that read a layer, such as the 1 km of
the Yangtze), what the site's park admits, and what the project brings with it, in one
matrix of outcome codes. `layers`-free and exact: `place` reads `outcome` and asks for
`reasons` of the pairs it names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.project.facts import MAYBE, NO, about_land, concerned, of_projects
from geo.project.gate import ADMISSION, CHEMICAL, Gates, admission
from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN, Measured, judge
from geo.rules.spec import Rule
from geo.rules.verdicts import why

Codes = npt.NDArray[np.uint8]
OUTSIDE = "outside-parks"
"""Gate of a site that lies in no park: a condition, never a rejection (不村村冒烟)."""


@dataclass(frozen=True)
class Grounds:
    """Sites as gates read them.

    Parameters
    ----------
    ids : array of str
    park_ids : array of str
        Park each site lies in, "" for none.
    measured : callable
        Interval a rule reads for every site, in the order of `ids` (for example
        `geo.rules.evidence.measured` over the sites' evidence).
    """

    ids: npt.NDArray[np.object_]
    park_ids: npt.NDArray[np.object_]
    measured: Callable[[Rule], Measured]


@dataclass(frozen=True)
class Part:
    """One gate over all pairs.

    Parameters
    ----------
    gate_id, severity : str
        Only severity ``exclude`` decides; ``restrict`` and ``procedure`` are conditions.
    codes : uint8 array (projects, sites)
    say : callable
        Positions of project and site → the reason of that pair.
    """

    gate_id: str
    severity: str
    codes: Codes
    say: Callable[[int, int], Reason]


@dataclass(frozen=True)
class Said:
    """Why a pair does not simply pass: the gate, how grave, the outcome, the reason."""

    gate_id: str
    severity: str
    outcome: int
    reason: Reason


@dataclass(frozen=True)
class Pairs:
    """Projects × sites, with every gate that is not of the project alone, and the project's own result."""

    project_ids: npt.NDArray[np.object_]
    site_ids: npt.NDArray[np.object_]
    parts: tuple[Part, ...]

    @cached_property
    def outcome(self) -> Codes:
        """Outcome codes (projects, sites): a conflict outweighs an unknown, an unknown a pass."""
        shape = (len(self.project_ids), len(self.site_ids))
        conflict, unknown = np.zeros(shape, bool), np.zeros(shape, bool)
        for part in self.parts:
            if part.severity == "exclude":
                conflict |= part.codes == CONFLICT
                unknown |= part.codes == UNKNOWN
        return np.where(conflict, CONFLICT, np.where(unknown, UNKNOWN, CLEAR)).astype(np.uint8)

    def reasons(self, project: int, site: int) -> list[Said]:
        """Return what keeps a pair from passing or binds it, gravest first; empty when nothing does."""
        found = [(p, int(p.codes[project, site])) for p in self.parts]
        said = [Said(p.gate_id, p.severity, c, p.say(project, site)) for p, c in found if c != CLEAR]
        return sorted(said, key=lambda s: (s.severity != "exclude", s.outcome != CONFLICT))


def pairs(projects: pd.DataFrame, gates: pd.DataFrame, asked: Gates, grounds: Grounds) -> Pairs:
    """Judge every project on every site.

    Parameters
    ----------
    projects, gates : DataFrame
        Tables of those names.
    asked : Gates
        As for the table `gates`.
    grounds : Grounds

    Returns
    -------
    Pairs
        A site whose park is unknown to the study, or that lies in none, is bound by a condition and
        not rejected. What a site does not say is unknown and never passes.
    """
    parts = [_alone(projects, gates, grounds), *_parks(projects, asked, grounds), *_land(projects, asked, grounds)]
    return Pairs(projects["project_id"].to_numpy(object), grounds.ids, tuple(parts))


def _alone(projects: pd.DataFrame, gates: pd.DataFrame, grounds: Grounds) -> Part:
    """Carry what excludes a project wherever it goes; admission is asked of the park itself."""
    keep = (gates["park_id"] == "") & (gates["severity"] == "exclude") & (gates["gate_id"] != ADMISSION)
    mine = gates[keep]
    worst = []
    told: list[Reason] = []
    for project_id in projects["project_id"]:
        rows = mine[mine["project_id"] == project_id]
        against, open_ = rows[rows["outcome"] == "conflict"], rows[rows["outcome"] == "unknown"]
        worst.append(CONFLICT if len(against) else UNKNOWN if len(open_) else CLEAR)
        first = against if len(against) else open_
        told.append(Reason.from_json(str(first["reason"].iloc[0])) if len(first) else reason("gates_clear"))
    codes = np.repeat(np.array(worst, np.uint8)[:, None], len(grounds.ids), axis=1)
    return Part("project", "exclude", codes, lambda p, s: told[p])


def _parks(projects: pd.DataFrame, asked: Gates, grounds: Grounds) -> list[Part]:
    """Ask the park of each site whether it admits the project."""
    if not asked.parks.declared:
        return []
    industries = projects["industry"].astype(str).tolist()
    parks = asked.parks.parks
    answers = [[admission(i, park) for park in parks] for i in industries]
    at = np.array([next((k for k, p in enumerate(parks) if p.park_id == s), -1) for s in grounds.park_ids], np.intp)
    by_park = np.array([[code for code, _ in row] for row in answers], np.uint8).reshape(len(industries), len(parks))
    none = CLEAR if not asked.parks.cause else UNKNOWN
    codes = np.where(at >= 0, by_park[:, np.maximum(at, 0)] if len(parks) else none, none).astype(np.uint8)
    outside = np.repeat(np.where(at >= 0, CLEAR, CONFLICT)[None, :], len(industries), axis=0).astype(np.uint8)

    def say(p: int, s: int) -> Reason:
        return answers[p][at[s]][1] if at[s] >= 0 else reason(asked.parks.cause or "site_outside_parks")

    return [
        Part(ADMISSION, "exclude", codes, say),
        Part(OUTSIDE, "restrict", outside, lambda p, s: reason("site_outside_parks")),
    ]


def _land(projects: pd.DataFrame, asked: Gates, grounds: Grounds) -> list[Part]:
    """Judge the sites by every rule with industries that reads the land; chemical parks also by recognition."""
    rules = [r for r in of_projects(asked.rules) if about_land(r, projects) and r.id not in asked.aside]
    if not rules:
        return []
    judged = judge(rules, grounds.ids, lambda rule: _read(rule, asked, grounds))  # type: ignore[arg-type]
    industries = projects["industry"].astype(str).tolist()
    return [_rule_part(rule, judged.outcome[k], judged.measured[k], industries) for k, rule in enumerate(rules)]


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


def _rule_part(rule: Rule, outcome: Codes, read: Measured, industries: list[str]) -> Part:
    speaks = concerned(rule.industries, industries)[:, None]
    open_ = np.where(outcome == CONFLICT, UNKNOWN, outcome)
    codes = np.where(speaks == NO, CLEAR, np.where(speaks == MAYBE, open_[None, :], outcome[None, :])).astype(np.uint8)

    def say(p: int, s: int) -> Reason:
        if speaks[p, 0] == MAYBE:
            return reason("gate_industry_unknown")
        return why(rule, int(outcome[s]), read.causes[read.cause[s]])

    return Part(rule.id, rule.binding, codes, say)
