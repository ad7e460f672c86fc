"""Reuse (存量利用): whether a project's demand fits a vacant building, with the reason and the land it saves.

A project is held against a building attribute by attribute. What the project does not
ask is not tested; what the building's register does not say is unknown and never passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.reason import Reason, reason
from geo.idle.vacancy import CLASSES
from geo.rules.judge import CLEAR, CONFLICT, OUTCOMES, UNKNOWN

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
NOT_ASKED = 3


@dataclass(frozen=True)
class Attribute:
    """One thing a project may ask of a building.

    Parameters
    ----------
    name : str
        Code of the test.
    asked, offered : str
        Column of the demand, and of ``building_sites``.
    how : {"least", "has", "class"}
        A number that must be reached; something that must be there; a fire hazard class
        the building must be built for.
    """

    name: str
    asked: str
    offered: str
    how: Literal["least", "has", "class"] = "least"


ATTRIBUTES = (
    Attribute("floor", "floor_m2", "net_m2"),
    Attribute("plate", "plate_m2", "plate_m2"),
    Attribute("hall_length", "hall_length_m", "rect_length_m"),
    Attribute("hall_width", "hall_width_m", "rect_width_m"),
    Attribute("clear_height", "clear_height_m", "clear_height_m"),
    Attribute("floor_load", "floor_load_kpa", "floor_load_kpa"),
    Attribute("grid", "grid_m", "grid_m"),
    Attribute("lifts", "lifts", "lifts"),
    Attribute("lift_load", "lift_t", "lift_t"),
    Attribute("crane", "crane_t", "crane_t"),
    Attribute("power", "power_kva", "power_kva"),
    Attribute("yard", "yard_m2", "yard_m2"),
    Attribute("exhaust", "exhaust", "exhaust", "has"),
    Attribute("dangerous_goods", "dangerous_goods", "dangerous_goods", "has"),
    Attribute("fire_class", "fire_class", "fire_class", "class"),
)
"""In the order in which reasons are named."""

WILLING = "accepts_building"
"""Column of the demand: whether the project takes a building at all (yes, no, "")."""

TESTS = (WILLING, *(a.name for a in ATTRIBUTES))


@dataclass(frozen=True)
class Matched:
    """Projects × buildings.

    Parameters
    ----------
    demand : DataFrame
        One row per project: ``project_id`` and any of the asked columns; ``land_m2`` is the
        land it would otherwise be given.
    buildings : DataFrame
        Table ``building_sites``.
    tests : uint8 array (tests, projects, buildings)
        Outcome codes of `geo.rules.judge`, 3 where nothing is asked.
    """

    demand: pd.DataFrame
    buildings: pd.DataFrame
    tests: Codes

    @cached_property
    def outcome(self) -> Codes:
        """Outcome codes (projects, buildings): a conflict outweighs an unknown, an unknown a pass."""
        conflict, unknown = (self.tests == CONFLICT).any(axis=0), (self.tests == UNKNOWN).any(axis=0)
        return np.where(conflict, CONFLICT, np.where(unknown, UNKNOWN, CLEAR)).astype(np.uint8)

    @cached_property
    def land_saved_m2(self) -> Floats:
        """Land each project would not need, m²; NaN where it does not say what it asks."""
        return _numbers(self.demand, "land_m2")

    def reasons(self, project: int, building: int) -> list[Reason]:
        """Return what stands against a pair and what is not known about it, gravest first; empty when it fits."""
        codes = self.tests[:, project, building]
        row, site = self.demand.iloc[project], self.buildings.iloc[building]
        order = [*np.flatnonzero(codes == CONFLICT), *np.flatnonzero(codes == UNKNOWN)]
        return [_reason(int(k), int(codes[k]), row, site) for k in order]

    def table(self) -> pd.DataFrame:
        """Return the table ``reuse``: pairs of willing projects and buildings that may be large enough.

        A building that is certainly too small, and a project that will not have one, is not a
        candidate; every other pair is listed, also those that fail.
        """
        floor = TESTS.index("floor")
        listed = (self.tests[0] != CONFLICT) & (self.tests[floor] != CONFLICT)
        pairs = np.argwhere(listed)
        rows = [self._row(int(p), int(b)) for p, b in pairs]
        names = ("project_id", "site_id", "outcome", "conflicts", "unknowns", "floor_m2", "free_m2", "free_hi_m2",
                 "land_saved_m2", "reason")  # fmt: skip
        return pd.DataFrame(rows, columns=list(names))

    def _row(self, project: int, building: int) -> tuple[Any, ...]:
        codes = self.tests[:, project, building]
        need, site = self.demand.iloc[project], self.buildings.iloc[building]
        told = self.reasons(project, building)
        floor, saved = _number(need.get("floor_m2")), float(self.land_saved_m2[project])
        first = told[0] if told else reason(
            "reuse_fits", floor_m2=floor, free_m2=float(site["net_m2"]), saved_m2=saved
        )  # fmt: skip
        return (
            str(need["project_id"]), str(site["site_id"]), OUTCOMES[self.outcome[project, building]],
            ";".join(TESTS[k] for k in np.flatnonzero(codes == CONFLICT)),
            ";".join(TESTS[k] for k in np.flatnonzero(codes == UNKNOWN)),
            floor, float(site["net_m2"]), float(site["net_hi_m2"]), saved, first.to_json(),
        )  # fmt: skip


def proved(demand: pd.DataFrame) -> pd.DataFrame:
    """Return the demand without a power need that rests on memory alone: it may not reject a building.

    Reads ``binding`` of the table ``demand``, which names the needs that bind.
    """
    if not {"binding", "power_kva"} <= set(demand):
        return demand
    binds = np.array(["power_kva" in str(words).split("|") for words in demand["binding"]], bool)
    return demand.assign(power_kva=np.where(binds, _numbers(demand, "power_kva"), np.nan))


def match(demand: pd.DataFrame, buildings: pd.DataFrame) -> Matched:
    """Hold every project against every building.

    Parameters
    ----------
    demand : DataFrame
        ``project_id``; ``accepts_building`` ("yes", "no", "": has not said); any of the
        columns `ATTRIBUTES` ask (NaN or "" where the project does not ask); ``land_m2``.
        ``floor_m2`` is needed: a project that does not say how much floor it wants is unknown.
    buildings : DataFrame
        Table ``building_sites``; NaN and "" are unknown.

    Returns
    -------
    Matched

    Notes
    -----
    The floor of a building is the interval ``net_m2 … net_hi_m2``. A hall fits when its longer
    side fits the longer side of the building's rectangle and its shorter the shorter.
    """
    demand = _hall_turned(demand.reset_index(drop=True))
    buildings = buildings.reset_index(drop=True)
    made = [_willing(demand, len(buildings)), *(_TESTS[a.how](a, demand, buildings) for a in ATTRIBUTES)]
    return Matched(demand, buildings, np.stack(made))


def _hall_turned(demand: pd.DataFrame) -> pd.DataFrame:
    """Name the longer side of a hall its length, whichever way it was given."""
    if not {"hall_length_m", "hall_width_m"} <= set(demand):
        return demand
    sides = np.stack([_numbers(demand, "hall_length_m"), _numbers(demand, "hall_width_m")])
    both = np.isfinite(sides).all(axis=0)
    length = np.where(both, sides.max(axis=0), sides[0])
    return demand.assign(hall_length_m=length, hall_width_m=np.where(both, sides.min(axis=0), sides[1]))


def _willing(demand: pd.DataFrame, count: int) -> Codes:
    said = _words(demand, WILLING)
    codes = np.where(said == "yes", CLEAR, np.where(said == "no", CONFLICT, UNKNOWN)).astype(np.uint8)
    return np.repeat(codes[:, None], count, axis=1)


def _least(test: Attribute, demand: pd.DataFrame, buildings: pd.DataFrame) -> Codes:
    asked = _numbers(demand, test.asked)[:, None]
    low = _numbers(buildings, test.offered)[None, :]
    high = _numbers(buildings, "net_hi_m2")[None, :] if test.offered == "net_m2" else low
    out = np.full((len(demand), len(buildings)), UNKNOWN, np.uint8)
    out[low >= asked] = CLEAR
    out[high < asked] = CONFLICT
    silent = UNKNOWN if test.name == "floor" else NOT_ASKED
    return np.where(np.isnan(asked), np.uint8(silent), out)


def _has(test: Attribute, demand: pd.DataFrame, buildings: pd.DataFrame) -> Codes:
    asked, offered = _words(demand, test.asked)[:, None], _words(buildings, test.offered)[None, :]
    found = np.where(offered == "yes", CLEAR, np.where(offered == "no", CONFLICT, UNKNOWN))
    return np.where(asked == "yes", found, NOT_ASKED).astype(np.uint8)


def _class(test: Attribute, demand: pd.DataFrame, buildings: pd.DataFrame) -> Codes:
    """A building for class 丙 takes 丙, 丁 and 戊: what is less dangerous."""
    asked, offered = _places(demand, test.asked)[:, None], _places(buildings, test.offered)[None, :]
    found = np.where(offered < 0, UNKNOWN, np.where(asked >= offered, CLEAR, CONFLICT))
    return np.where(asked < 0, NOT_ASKED, found).astype(np.uint8)


_TESTS = {"least": _least, "has": _has, "class": _class}


def _reason(k: int, code: int, need: pd.Series, site: pd.Series) -> Reason:
    if TESTS[k] == WILLING:
        return reason("reuse_unwilling" if code == CONFLICT else "reuse_willing_unknown")
    test = ATTRIBUTES[k - 1]
    if test.name == "floor" and not np.isfinite(_number(need.get("floor_m2"))):
        return reason("reuse_floor_not_said")
    if test.how != "least":
        given = {"attribute": test.name, "asked": str(need[test.asked]), "offered": str(site[test.offered])}
        return reason("reuse_lacks" if code == CONFLICT else "reuse_attribute_unknown", **given)
    asked, offered = _number(need[test.asked]), _number(site[test.offered])
    if code == UNKNOWN:
        return reason("reuse_attribute_unknown", attribute=test.name, asked=asked, offered=None)
    best = _number(site["net_hi_m2"]) if test.name == "floor" else offered
    return reason("reuse_short", attribute=test.name, asked=asked, offered=best, missing=asked - best)


def _number(value: Any) -> float:
    return float(pd.to_numeric(value, errors="coerce")) if value is not None else float("nan")


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    if name not in frame:
        return np.full(len(frame), np.nan)
    return pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)


def _words(frame: pd.DataFrame, name: str) -> npt.NDArray[np.object_]:
    if name not in frame:
        return np.full(len(frame), "", object)
    return frame[name].fillna("").astype(str).to_numpy(object)


def _places(frame: pd.DataFrame, name: str) -> npt.NDArray[np.intp]:
    """Return where a class stands among `CLASSES`, -1 where none is named."""
    return np.array([CLASSES.find(w) if w else -1 for w in _words(frame, name)], np.intp)


def left_open(made: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Leave open what suits a project that only may be one of the list."""
    if "may_belong" not in projects:
        return made
    fields = made["project_id"].map(projects.set_index("project_id")["may_belong"]).fillna("")
    doubtful = (fields != "") & (made["outcome"] == "clear")
    made.loc[doubtful, "outcome"] = "unknown"
    made.loc[doubtful, "reason"] = [
        reason("project_may_belong", fields=f.split("|")).to_json() for f in fields[doubtful]
    ]
    return made
