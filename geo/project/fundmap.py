"""The map of funds (资金图谱): what each fund can still give, what projects still need, and who could back whom.

A fund backs a project it is linked with, and fits one of an industry it states. One that has run out of time or money
backs nobody. What is not known stays open: a fund whose balance nobody states, a project without industry. Amounts are
held against each project alone: one fund fits many projects and is spent once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geo.basis.tables import rows
from geo.project.library import FUND, PROJECT, SEVERAL
from geo.project.stages import STAGES, rank

LIVE, UNTOLD, SPENT, EXPIRED = "live", "untold", "spent", "expired"
FUND_STATES = (LIVE, UNTOLD, SPENT, EXPIRED)
"""Money is left, nobody states how much, none is left, its time is over."""
BACKED, FITS, OPEN, NONE = "backed", "fits", "open", "none"
NEED_STATES = (BACKED, FITS, OPEN, NONE)
YES, NO, UNKNOWN = "yes", "no", "unknown"
USABLE = (LIVE, UNTOLD)


@dataclass(frozen=True)
class Fund:
    """A fund: what it is for, its size and what is left of it (NaN: not stated), its last day, its state."""

    fund_id: str
    name: str
    industries: tuple[str, ...]
    amount_wan: float
    left_wan: float
    expires_on: date | None
    state: str


@dataclass(frozen=True)
class FundNeed:
    """What a project still needs, and from whom it could come.

    Parameters
    ----------
    project_id, industry : str
    need_wan, most_wan : float
        Investment without the funds in place, NaN where one of them is not stated; the investment, the most it can be.
    state : str
    linked, fits : tuple of str
        Funds that can still give: linked with it, and others of its industry.
    gone : tuple of str
        Linked with it, but spent or over.
    left_wan : float
        What is stated to be left of those that could give, NaN where nobody states it of any.
    untold : int
        Those that could give of which nobody states it.
    enough : {"yes", "no", "unknown"}
    """

    project_id: str
    industry: str
    need_wan: float
    most_wan: float
    state: str
    linked: tuple[str, ...]
    fits: tuple[str, ...]
    gone: tuple[str, ...]
    left_wan: float
    untold: int
    enough: str


@dataclass(frozen=True)
class FundMap:
    """Funds and needs; projects that need nothing more (built, or failed at a gate) are counted in `apart`.

    `brought` is False where nobody brought a library of funds: then no project is said to be without one.
    """

    funds: tuple[Fund, ...]
    needs: tuple[FundNeed, ...]
    apart: int
    brought: bool


def chart(
    entries: pd.DataFrame, links: pd.DataFrame, projects: pd.DataFrame, rejected: Sequence[str], as_of: date,
    brought: bool = True,
) -> FundMap:  # fmt: skip
    """Draw up the map.

    Parameters
    ----------
    entries, links : DataFrame
        The tables `library_entries` and `library_links`, with what people linked.
    projects : DataFrame
        The table `projects`.
    rejected : sequence of str
        Projects that fail a gate.
    as_of : date
    brought : bool
    """
    funds = tuple(_fund(r, as_of) for r in rows(entries[entries["library"] == FUND]))
    pairs: dict[str, set[str]] = {}
    for r in rows(links):
        ends = {(str(r["library"]), str(r["entry_id"])), (str(r["kind"]), str(r["target"]))}
        mine = dict(ends)
        if set(mine) == {FUND, PROJECT}:
            pairs.setdefault(mine[PROJECT], set()).add(mine[FUND])
    built = rank(projects) >= STAGES.index("completed")
    out = [
        _need(r, funds, pairs.get(str(r["project_id"]), set()), brought)
        for r, done in zip(rows(projects), built, strict=True)
        if not done and str(r["project_id"]) not in rejected
    ]
    order = {s: k for k, s in enumerate((NONE, OPEN, FITS, BACKED))}
    out.sort(key=lambda n: (order[n.state], -n.most_wan if n.most_wan == n.most_wan else 0.0, n.project_id))
    return FundMap(funds, tuple(out), len(projects) - len(out), brought)


def _fund(r: Mapping[str, Any], as_of: date) -> Fund:
    left, last = float(r["left_wan"]), r["expires_on"]
    day = None if last is None or pd.isna(last) else pd.Timestamp(last).date()
    over = day is not None and day < as_of
    state = EXPIRED if over else UNTOLD if left != left else SPENT if left <= 0.0 else LIVE
    codes = tuple(i for i in str(r["industries"]).split(SEVERAL) if i)
    return Fund(str(r["entry_id"]), str(r["name"]), codes, float(r["amount_wan"]), left, day, state)


def _need(r: Mapping[str, Any], funds: Sequence[Fund], linked: set[str], brought: bool) -> FundNeed:
    industry = str(r["industry"] or "")
    whole, paid = float(r["investment_wan"]), float(r["paid_wan"])
    whole = float(r["investment_total_wan"]) if whole != whole else whole
    need = max(whole - paid, 0.0)
    mine = [f for f in funds if f.fund_id in linked]
    ours = [f for f in mine if f.state in USABLE]
    others = [f for f in funds if f.state in USABLE and f.fund_id not in linked]
    fits = [f for f in others if industry and any(industry.startswith(i) for i in f.industries)]
    maybe = [f for f in others if f not in fits and (not f.industries or _within(industry, f.industries))]
    state = BACKED if ours else FITS if fits else OPEN if maybe or not brought else NONE
    told = [f.left_wan for f in (*ours, *fits) if f.state == LIVE]
    left, untold = (sum(told) if told else float("nan")), len(ours) + len(fits) - len(told)
    enough = _enough(left, untold > 0, need if need == need else whole) if ours or fits else UNKNOWN
    gone = [f for f in mine if f.state not in USABLE]
    backs, could, over = (tuple(f.fund_id for f in some) for some in (ours, fits, gone))
    return FundNeed(str(r["project_id"]), industry, need, whole, state, backs, could, over, left, untold, enough)


def _within(industry: str, codes: Sequence[str]) -> bool:
    """Tell whether a project may be of an industry: its own is not known, or coarser than that."""
    return not industry or any(c.startswith(industry) for c in codes)


def _enough(left: float, untold: bool, need: float) -> str:
    if left >= need:
        return YES
    return UNKNOWN if untold or need != need else NO
