"""Stages of projects (储备 … 投产), the tables by stage and place, and the rates a county reports.

Every rate is a number of projects over a number of projects, with what is not known beside
it: a project whose stage or date is missing is in neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

STAGES = ("reserve", "talks", "signed", "preparing", "started", "completed", "producing")
"""储备 在谈 签约 前期 开工 竣工 投产, in order."""
DAY_OF = {
    "reserve": "reserved_on", "talks": "talks_on", "signed": "signed_on", "preparing": "prepared_on",
    "started": "started_on", "completed": "completed_on", "producing": "producing_on",
}  # fmt: skip
"""Column of the day on which a stage was reached."""
RATES = (
    ("performance", "started", "signed"),  # 履约率
    ("start", "started", "preparing"),  # 开工率
    ("completion", "completed", "started"),  # 竣工率
    ("production", "producing", "completed"),  # 投产率
)
"""Rate, the stage its numerator has reached, the stage its denominator has reached."""
UNKNOWN = -1


def rank(projects: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return how far each project has come: its place in `STAGES`, -1 where nothing says so.

    The later of the stage the list names and the latest stage with a day counts.
    """
    named = projects["stage"].map({s: k for k, s in enumerate(STAGES)}).fillna(UNKNOWN).to_numpy(np.int64)
    dated = np.full(len(projects), UNKNOWN)
    for k, stage in enumerate(STAGES):
        dated = np.where(projects[DAY_OF[stage]].notna(), k, dated)
    return np.asarray(np.maximum(named, dated), np.int64)


def by_stage(projects: pd.DataFrame) -> pd.DataFrame:
    """Return one row per stage, every stage in order and one for unknown: projects and what they bring.

    Columns ``stage, projects, investment_wan, asked_m2, staff, tax_wan, unknown_investment``; sums are over
    the projects that give the figure, and `unknown_investment` counts those that do not.
    """
    at = rank(projects)
    rows = [_sums(projects[at == k]) | {"stage": stage} for k, stage in enumerate(STAGES)]
    if (at == UNKNOWN).any():
        rows.append(_sums(projects[at == UNKNOWN]) | {"stage": "unknown"})
    return pd.DataFrame(rows)[["stage", *_SUMS]]


def by_place(projects: pd.DataFrame) -> pd.DataFrame:
    """Return one row per wished park ("" where none is named or known) with the projects in each stage."""
    at = rank(projects)
    rows = []
    for park, some in projects.groupby(projects["wish_park_id"].fillna(""), sort=True):
        mine = at[projects.index.get_indexer(some.index)]
        counts = {stage: int((mine == k).sum()) for k, stage in enumerate(STAGES)}
        rows.append({"park_id": str(park)} | _sums(some) | counts | {"unknown": int((mine == UNKNOWN).sum())})
    return pd.DataFrame(rows, columns=["park_id", *_SUMS, *STAGES, "unknown"])


_SUMS = ("projects", "investment_wan", "asked_m2", "staff", "tax_wan", "unknown_investment")


def _sums(some: pd.DataFrame) -> dict[str, object]:
    return {
        "projects": len(some),
        **{name: _stated(some[name]) for name in ("investment_wan", "asked_m2", "staff", "tax_wan")},
        "unknown_investment": int(some["investment_wan"].isna().sum()),
    }


def _stated(values: pd.Series) -> float:
    """Return the sum of what is stated: 0 of no project, NaN of projects none of which states it."""
    return float(values.sum(min_count=1)) if len(values) else 0.0


@dataclass(frozen=True)
class Rate:
    """One rate: how much of how much, and how many could not be counted.

    Parameters
    ----------
    name : str
        ``performance`` 履约率, ``funds`` 资金到位率, ``start`` 开工率, ``completion`` 竣工率, ``production`` 投产率.
    part, whole : float
        Projects (funds: 万元).
    unknown : int
        Projects left out because the figure or the stage is missing.
    """

    name: str
    part: float
    whole: float
    unknown: int

    @property
    def share(self) -> float:
        """The rate from 0 to 1; NaN where there is nothing to count."""
        return self.part / self.whole if self.whole > 0 else float("nan")


def rates(projects: pd.DataFrame) -> tuple[Rate, ...]:
    """Return the five rates.

    performance: started or further ÷ signed or further. start: started ÷ preparing or further.
    completion: completed ÷ started. production: producing ÷ completed. funds: funds in place ÷
    investment of the projects that are signed or further and state both.
    """
    at = rank(projects)
    lost = int((at == UNKNOWN).sum())
    place = {stage: k for k, stage in enumerate(STAGES)}
    counted = [
        Rate(name, float((at >= place[part]).sum()), float((at >= place[whole]).sum()), lost)
        for name, part, whole in RATES
    ]
    return (counted[0], _funds(projects, at >= place["signed"], lost), *counted[1:])


def _funds(projects: pd.DataFrame, signed: npt.NDArray[np.bool_], lost: int) -> Rate:
    paid, whole = projects["paid_wan"], projects["investment_wan"]
    both = signed & (paid.notna() & whole.notna()).to_numpy()
    return Rate("funds", float(paid[both].sum()), float(whole[both].sum()), lost + int((signed & ~both).sum()))


def milestones(projects: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the next milestones, the most overdue first; without a due date last.

    Columns ``project_id, name, stage, next_milestone, due, days, unit, leader``; `days` is how far off the
    date is on `as_of`, below zero when it is past, NaN without one.
    """
    frame = projects.assign(days=(projects["due"] - as_of).dt.days.astype("float64"))
    frame = frame[(frame["next_milestone"] != "") | frame["due"].notna()]
    frame = frame.sort_values(["days", "project_id"], na_position="last", kind="stable")
    names = ["project_id", "name", "stage", "next_milestone", "due", "days", "unit", "leader"]
    return frame[names].reset_index(drop=True)
