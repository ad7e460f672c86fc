"""Evaluation per mu (亩均评价) of existing enterprises: score by items, grade A to D, by a pack of one place and year.

Item ÷ benchmark × points, at most the cap. What an enterprise does not state leaves its score an interval; a grade is
given only where all of the interval, and all it may be outranked by, leads to the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, model_validator

from geo.basis.age import Aged, Text
from geo.basis.figure import Confidence, unverified
from geo.basis.reason import reason
from geo.basis.tables import empty

Scale = Literal["large", "small"]
GRADES = ("A", "B", "C", "D")
FACTS = ("land_mu", "tax_wan", "added_value_wan", "energy_tce", "emissions_t", "staff", "research_wan", "revenue_wan",
         "power_kwh")  # fmt: skip
"""What an annual sheet may state of an enterprise."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MuItem(_Frozen):
    """One item: `of` ÷ `over` × `factor`, worth so many points at its benchmark."""

    id: str
    title: Text
    scale: Scale
    points: float
    of: str
    over: str
    factor: float = 1.0


class MuYear(_Frozen):
    """The benchmarks of a year, by scale and item."""

    year: int
    benchmarks: dict[Scale, dict[str, float]]


class MuGrade(_Frozen):
    """A grade: for scores from `least`, or for the first `share` of the ranking (with all before it)."""

    grade: Literal["A", "B", "C", "D"]
    least: float | None = None
    share: float | None = None


class MuPack(Aged):
    """How one place evaluates, and the benchmarks of its years.

    Parameters
    ----------
    id, title, region, document
    cap : float
        Most an item counts, times its points.
    items, years, grades : tuple
        Grades from A to D, all by score or all by share of the ranking within a scale.
    grades_confidence : str
        Mark of the cut-offs.
    sample : bool
        Of one place, shown as an example of its kind.
    """

    id: str
    title: Text
    region: str = ""
    version: str = ""
    document: Text = Text()
    cap: float
    cap_confidence: Confidence
    items: tuple[MuItem, ...]
    years: tuple[MuYear, ...]
    grades: tuple[MuGrade, ...]
    grades_confidence: Confidence
    sample: bool = False
    note: Text = Text()

    @model_validator(mode="after")
    def _whole(self) -> MuPack:
        if any(i.of not in FACTS or i.over not in FACTS for i in self.items):
            raise ValueError("mu_fact_unknown")
        if [g.grade for g in self.grades] != list(GRADES):
            raise ValueError("mu_grades")
        by = {"least" if g.least is not None else "share" if g.share is not None else "" for g in self.grades[:-1]}
        if len(by) != 1 or "" in by:
            raise ValueError("mu_grades")
        return self

    @property
    def unverified(self) -> bool:
        """True where the cut-offs rest on memory alone."""
        return unverified(self.grades_confidence)


def evaluated(firms: pd.DataFrame, packs: Sequence[MuPack]) -> pd.DataFrame:
    """Return the table ``mu_evaluation``: every enterprise of every year by every pack.

    Parameters
    ----------
    firms : DataFrame
        ``enterprise_id name asset_id year scale`` (large, small, "" for not known) and columns of `FACTS`; NaN is not
        stated.
    packs : sequence of MuPack
    """
    parts = [_pack(firms, pack) for pack in packs if len(firms)]
    made = [p for p in parts if len(p)]
    return pd.concat(made, ignore_index=True) if made else empty("mu_evaluation")


def _pack(firms: pd.DataFrame, pack: MuPack) -> pd.DataFrame:
    rows = [_scored({str(k): v for k, v in row.items()}, pack) for row in firms.to_dict("records")]
    out = pd.DataFrame(rows)
    out["grade"] = ""
    for _, mine in out[out["score_hi"].notna()].groupby(["year", "scale"]):
        out.loc[mine.index, "grade"] = _grades(mine, pack)
    return out[list(empty("mu_evaluation").columns)]


def _scored(row: Mapping[str, Any], pack: MuPack) -> dict[str, Any]:
    year = next((y for y in pack.years if y.year == int(row["year"])), None)
    base = {n: row[n] for n in ("enterprise_id", "name", "asset_id", "year", "scale", "land_mu")} | {"pack": pack.id}
    known = year.benchmarks.get(row["scale"], {}) if year is not None and row["scale"] else {}
    if not known:
        code = (
            "mu_year_unknown" if year is None else "mu_scale_unknown" if not row["scale"] else "mu_benchmarks_unknown"
        )
        why = reason(code, year=int(row["year"]), years=[y.year for y in pack.years])
        return base | {"score": np.nan, "score_hi": np.nan, "items": "", "reason": why.to_json()}
    found = list(_items(row, pack, known))
    low, high = sum(f[1] for f in found), sum(f[2] for f in found)
    missing = [name for name, least, most in found if least < most]
    why = reason("mu_open" if missing else "mu_scored", items=missing, year=int(row["year"]))
    told = "|".join(f"{name}={a:.2f}" if a == b else f"{name}={a:.2f}…{b:.2f}" for name, a, b in found)
    return base | {"score": low, "score_hi": high, "items": told, "reason": why.to_json()}


def _items(row: Mapping[str, Any], pack: MuPack, known: Mapping[str, float]) -> Iterator[tuple[str, float, float]]:
    """Yield every item with its points, from … to."""
    for item in (i for i in pack.items if i.scale == row["scale"]):
        of, over, mark = float(row[item.of]), float(row[item.over]), known.get(item.id, np.nan)
        most = item.points * pack.cap
        if np.isnan([of, over, mark]).any() or over <= 0 or mark <= 0:
            yield item.id, 0.0, most
            continue
        points = min(max(of / over * item.factor / mark, 0.0) * item.points, most)
        yield item.id, points, points


def _grades(mine: pd.DataFrame, pack: MuPack) -> list[str]:
    low, high = mine["score"].to_numpy(np.float64), mine["score_hi"].to_numpy(np.float64)
    if pack.grades[0].least is not None:
        ends = [({_by_score(a, pack)} | {_by_score(b, pack)}) for a, b in zip(low, high, strict=True)]
    else:
        count = len(mine)
        best = [(low > b).sum() for b in high]
        worst = [(high >= a).sum() - 1 for a in low]
        ends = [{_by_share((k + 1) / count, pack) for k in (a, b)} for a, b in zip(best, worst, strict=True)]
    return [e.pop() if len(e) == 1 else "" for e in ends]


def _by_score(score: float, pack: MuPack) -> str:
    return next((g.grade for g in pack.grades if g.least is not None and score >= g.least), GRADES[-1])


def _by_share(share: float, pack: MuPack) -> str:
    return next((g.grade for g in pack.grades if g.share is not None and share <= g.share + 1e-9), GRADES[-1])


def grade_codes(table: pd.DataFrame) -> pd.DataFrame:
    """Return per land the grade of the firms on it in the last year evaluated: 1 for A to 4 for D, from … to."""
    mine = table[table["asset_id"].astype(str) != ""]
    columns = ["asset_id", "mu_grade_code", "mu_grade_code_hi"]
    if mine.empty:
        return pd.DataFrame(columns=columns)
    last = mine[mine["year"] == mine.groupby("asset_id")["year"].transform("max")]
    number = last["grade"].map({g: k + 1.0 for k, g in enumerate(GRADES)})
    ends = pd.DataFrame({"asset_id": last["asset_id"], "low": number.fillna(1.0), "high": number.fillna(4.0)})
    made = ends.groupby("asset_id").agg(mu_grade_code=("low", "min"), mu_grade_code_hi=("high", "max")).reset_index()
    return pd.DataFrame(made[columns])
