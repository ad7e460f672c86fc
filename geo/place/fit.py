"""Feasibility (适配): every project on every site, with the reason where it does not fit or is not known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.basis.tables import empty
from geo.place.portfolio import BUILDING, LAND, LAND_STEP_M2, NO, UNKNOWN, YES
from geo.place.worth import STEP, Objective, worths
from geo.project.apart import GATE as APART

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.object_]
HALF_M2 = LAND_STEP_M2 / 2.0
"""Areas are held against each other in hundredths of a 亩, as they are written."""


@dataclass(frozen=True)
class Tables:
    """What feasibility reads.

    Parameters
    ----------
    projects, demand, gates, gate_results : DataFrame
        Tables of those names.
    sites : DataFrame
        Table `sites`; red lines turned into sites are among them.
    buildings, reuse : DataFrame
        Tables `building_sites` and `reuse`; empty where the study has no buildings.
    scores : mapping of site to float
        Score of the ranking, where there is one.
    own : mapping of site to project
        Sites only one project may have: red lines drawn for it.
    site_gates : DataFrame
        Table of that name: what does not simply pass; rows without a site hold for sites not measured.
    measured : set of str
        Sites the gates on land were measured on.
    parks_complete : bool
        The layers of parks are complete, so that ground in none of them is outside every park.
    """

    projects: pd.DataFrame
    demand: pd.DataFrame
    gates: pd.DataFrame
    gate_results: pd.DataFrame
    sites: pd.DataFrame
    buildings: pd.DataFrame
    reuse: pd.DataFrame
    scores: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    site_gates: pd.DataFrame = field(default_factory=lambda: empty("site_gates"))
    measured: frozenset[str] = frozenset()
    parks_complete: bool = True


def fits(tables: Tables, objective: Objective) -> pd.DataFrame:
    """Return the table `fits`.

    Returns
    -------
    DataFrame
        `feasible` is yes, no or unknown. `lack` names what a site is short of where that is
        a number, `lack_amount` how much (m² or m), `lack_share` as a share of what is asked:
        what comes nearest sorts first. `liking` orders a project's sites: buildings, then
        little quota, little remnant, a high score.
    """
    results = tables.gate_results.set_index("project_id")["result"].to_dict()
    demand = tables.demand.set_index("project_id")
    made = []
    for row in tables.projects.to_dict("records"):
        project = {str(k): v for k, v in row.items()}
        name = str(project["project_id"])
        if results.get(name) == "conflict" or name not in demand.index:
            continue
        need = {str(k): v for k, v in demand.loc[name].to_dict().items()} | {"project_id": name}
        need |= {"may_belong": project.get("may_belong", "")}
        parks = _park_gates(tables.gates[tables.gates["project_id"] == name], tables.parks_complete)
        found = pd.concat([_land(need, parks, tables), _buildings(need, parks, tables)], ignore_index=True)
        made.append(_valued(found, project | need, objective))
    return pd.concat(made, ignore_index=True)[list(empty("fits").columns)] if made else empty("fits")


# --- gates of parks ---------------------------------------------------------------


@dataclass(frozen=True)
class _Parks:
    """What gates say of a project in each park; ground of no park is outside all, if all are known."""

    refused: Mapping[str, str]
    unknown: Mapping[str, str]
    known: frozenset[str]
    complete: bool = True

    def verdict(self, park: str) -> tuple[str, str]:
        """Return yes, no or unknown, and the reason of a no or unknown."""
        if not self.known:
            return YES, ""
        if park in self.refused:
            return NO, self.refused[park]
        if park in self.unknown:
            return UNKNOWN, self.unknown[park]
        if park in self.known:
            return YES, ""
        if park:  # a parcel states it, and no layer has it: what it admits is not known
            return UNKNOWN, reason("fit_park_unknown", park=park).to_json()
        return (NO, reason("fit_outside_parks").to_json()) if self.complete else (
            UNKNOWN, reason("fit_parks_open").to_json())  # fmt: skip


def _park_gates(gates: pd.DataFrame, complete: bool) -> _Parks:
    mine = gates[(gates["park_id"] != "") & (gates["severity"] == "exclude")]
    refused = _first(mine[mine["outcome"] == "conflict"])
    unknown = _first(mine[mine["outcome"] == "unknown"])
    return _Parks(refused, unknown, frozenset(gates["park_id"].astype(str)) - {""}, complete)


def _first(rows: pd.DataFrame) -> dict[str, str]:
    return {str(p): str(r) for p, r in rows[["park_id", "reason"]].iloc[::-1].itertuples(index=False)}


# --- land -------------------------------------------------------------------------


@dataclass
class _Judged:
    """Answers of one project on many sites: the first no stays, then the first unknown."""

    count: int
    feasible: Words = field(init=False)
    why: Words = field(init=False)
    lack: Words = field(init=False)
    amount: Floats = field(init=False)
    share: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.feasible = np.full(self.count, YES, object)
        self.why = np.full(self.count, reason("fit_fits").to_json(), object)
        self.lack = np.full(self.count, "", object)
        self.amount, self.share = np.full(self.count, np.nan), np.full(self.count, np.inf)

    def say(self, verdict: str, where: npt.NDArray[np.bool_], why: Callable[[int], str]) -> npt.NDArray[np.bool_]:
        """Note a no or an unknown where nothing graver is noted; return where it was noted."""
        open_ = self.feasible == YES if verdict == UNKNOWN else self.feasible != NO
        new: npt.NDArray[np.bool_] = where & open_
        self.feasible[new] = verdict
        for k in np.flatnonzero(new).tolist():
            self.why[k] = why(k)
        return new

    def short(self, name: str, asked: float, low: Floats, high: Floats, slack: float = 0.0) -> None:
        """Hold an amount asked against an interval offered: below is a no with what is missing."""
        lacking = asked - high
        no = self.say(NO, lacking > slack, lambda k: _told(f"fit_short_{name}", asked=asked, offered=high[k]))
        self.lack[no], self.amount[no], self.share[no] = name, lacking[no], lacking[no] / asked
        open_ = ~(low >= asked - slack) & ~(lacking > slack)
        self.say(UNKNOWN, open_, lambda k: _told(f"fit_open_{name}", asked=asked, low=low[k], high=high[k]))

    def frame(self, need: Mapping[str, Any], kind: str, sites: pd.DataFrame) -> pd.DataFrame:
        """Return the answers as rows."""
        return pd.DataFrame({
            "project_id": need["project_id"], "site_id": sites["site_id"].to_numpy(object), "feasible": self.feasible,
            "kind": kind, "park_id": sites["park_id"].to_numpy(object), "lack": self.lack,
            "lack_amount": self.amount, "lack_share": self.share, "reason": self.why,
        })  # fmt: skip


def _told(code: str, **values: Any) -> str:
    return Reason(code, values).to_json()


def _land(need: Mapping[str, Any], parks: _Parks, tables: Tables) -> pd.DataFrame:
    name = need["project_id"]
    mine = np.array([tables.own.get(s, name) == name for s in tables.sites["site_id"]], bool)
    sites = tables.sites[mine]
    judged = _Judged(len(sites))
    _by_register(judged, need)
    _by_park(judged, parks, sites)
    _by_land(judged, tables, str(need["project_id"]), sites)
    wanted, most = float(need["land_m2"]), float(need["land_hi_m2"])
    if not wanted > 0.0 or np.isnan(most) or most - wanted > HALF_M2:
        judged.say(UNKNOWN, np.ones(len(sites), bool), lambda _: _told("fit_land_not_known"))
    else:
        judged.short("land", wanted, _column(sites, "net_m2"), _column(sites, "net_hi_m2"), HALF_M2)
    for name, asked, offered in (
        ("width", "hall_width_m", "rect_width_m"),
        ("length", "hall_length_m", "rect_length_m"),
    ):
        if np.isfinite(float(need.get(asked, np.nan))):
            judged.short(name, float(need[asked]), _column(sites, offered), _column(sites, offered, np.inf))
    doubtful = ((sites["outcome"] == "unknown") | (sites["status"] == "unknown")).to_numpy(bool)
    judged.say(UNKNOWN, doubtful, lambda k: _told("fit_site_unknown", rules=str(sites["unknowns"].iloc[k])))
    found = judged.frame(need, LAND, sites)
    draws = np.nan_to_num(_column(sites, "quota_hi_m2"), nan=np.inf) / np.maximum(_column(sites, "net_hi_m2"), 1.0)
    return found.assign(take_m2=wanted, given_m2=wanted, saved_m2=0.0, score=_scores(sites, tables), draw=draws,
                        spare=_column(sites, "net_m2") - wanted)  # fmt: skip


def _by_register(judged: _Judged, need: Mapping[str, Any]) -> None:
    """Note that nobody can tell whether a project is one of the list: it is given no site."""
    fields = str(need["may_belong"] or "")
    if fields:
        why = reason("project_may_belong", fields=fields.split("|")).to_json()
        judged.say(UNKNOWN, np.ones(judged.count, bool), lambda _: why)


def _by_park(judged: _Judged, parks: _Parks, sites: pd.DataFrame) -> None:
    verdicts = {p: parks.verdict(p) for p in sites["park_id"].astype(str).unique()}
    said = [verdicts[p] for p in sites["park_id"].astype(str)]
    for word in (NO, UNKNOWN):
        judged.say(word, np.array([v == word for v, _ in said], bool), lambda k: said[k][1])


def _by_land(judged: _Judged, tables: Tables, project_id: str, sites: pd.DataFrame) -> None:
    """Note what the rules on the land say of a project; a site nobody measured is unknown where a rule speaks."""
    gates = tables.site_gates
    # of two projects too near to each other the solver decides who stays
    mine = gates[(gates["project_id"] == project_id) & (gates["severity"] == "exclude") & (gates["gate_id"] != APART)]
    other = mine.loc[mine["site_id"] == "", "reason"].tolist()
    known = mine[mine["site_id"] != ""]
    refused = _first_site(known[known["outcome"] == "conflict"])
    unknown = _first_site(known[known["outcome"] == "unknown"])
    ids = sites["site_id"].astype(str).tolist()
    apart = [s not in tables.measured for s in ids]
    judged.say(NO, np.array([s in refused for s in ids], bool), lambda k: refused[ids[k]])
    judged.say(UNKNOWN, np.array([s in unknown for s in ids], bool), lambda k: unknown[ids[k]])
    judged.say(UNKNOWN, np.array(apart, bool) & bool(other), lambda _: str(other[0]))


def _first_site(rows: pd.DataFrame) -> dict[str, str]:
    return {str(s): str(r) for s, r in rows[["site_id", "reason"]].iloc[::-1].itertuples(index=False)}


def _column(sites: pd.DataFrame, name: str, missing: float = np.nan) -> Floats:
    values = sites[name].to_numpy(np.float64)
    return np.where(np.isnan(values), missing, values)


def _scores(sites: pd.DataFrame, tables: Tables) -> Floats:
    return np.array([tables.scores.get(str(s), np.nan) for s in sites["site_id"]], np.float64)


# --- buildings --------------------------------------------------------------------


def _buildings(need: Mapping[str, Any], parks: _Parks, tables: Tables) -> pd.DataFrame:
    """Return the rows of buildings, as the reuse table judges them, within the gates of their parks."""
    mine = tables.reuse[tables.reuse["project_id"] == need["project_id"]]
    sites = tables.buildings.set_index("site_id").loc[mine["site_id"]].reset_index()
    judged = _Judged(len(sites))
    _by_register(judged, need)
    _by_park(judged, parks, sites)
    outcome = mine["outcome"].to_numpy(object)
    why = mine["reason"].to_numpy(object)
    judged.say(NO, outcome == "conflict", lambda k: why[k])
    judged.say(UNKNOWN, outcome == "unknown", lambda k: why[k])
    floor = mine["floor_m2"].to_numpy(np.float64)
    return judged.frame(need, BUILDING, sites).assign(
        take_m2=floor, given_m2=float(need["land_m2"]), saved_m2=mine["land_saved_m2"].to_numpy(np.float64),
        score=_scores(sites, tables), draw=-1.0, spare=_column(sites, "net_m2") - floor,
    )  # fmt: skip


# --- worth ------------------------------------------------------------------------


def _valued(found: pd.DataFrame, project: Mapping[str, object], objective: Objective) -> pd.DataFrame:
    value = worths(objective, project, found)
    order = np.lexsort((
        found["site_id"].to_numpy(str), -np.nan_to_num(found["score"].to_numpy(np.float64), nan=-1.0),
        found["spare"].to_numpy(np.float64), found["draw"].to_numpy(np.float64),
    ))  # fmt: skip
    liking = np.empty(len(found))
    liking[order] = 1.0 - np.arange(len(found)) / max(len(found), 1)
    return found.assign(value=value, worth=value * STEP, liking=liking)


def result_of(gate_results: pd.DataFrame) -> dict[str, tuple[str, Reason]]:
    """Return project → result of its gates and reason, as placing reads them."""
    words = {"conflict": "rejected", "unknown": "unknown", "clear": "admitted"}
    rows = gate_results[["project_id", "result", "reason"]].itertuples(index=False)
    return {str(p): (words[str(r)], Reason.from_json(str(w))) for p, r, w in rows}
