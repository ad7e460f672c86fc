"""Units of a run ranked against their targets: a period, the month before beside it, and what moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from geo.project import league
from geo.project.league import Move, Period, Span
from layers.ask.listed import only_own
from layers.library import league as tables
from layers.library.league import LeagueTable
from layers.study.run.results import Results


@dataclass(frozen=True)
class League:
    """One answer: the period, every measure of every group, the order, that of the month before, what moved."""

    results: Results
    by: str
    period: Period
    span: Span
    table: LeagueTable
    found: pd.DataFrame
    standing: pd.DataFrame
    before: pd.DataFrame
    moves: tuple[Move, ...]
    undated: int


def ranked(results: Results, period: str = "month", by: str = "unit", on: date | None = None) -> League:
    """Rank the units (leaders, counties, parks) of a run.

    Raises
    ------
    CallError
        Another period or grouping.
    BlockedError
        The project list is use-only.
    SpecError
        The study's own table is not as it must be.
    """
    only_own(results)
    chosen = next((p for p in league.PERIODS if p == period), None)
    if chosen is None or by not in league.BY:
        given, known = (period, league.PERIODS) if chosen is None else (by, league.BY)
        raise CallError(reason("league_choice_unknown", given=given, known=list(known)))
    table, projects = tables.table(results.folder), results.table("projects")
    span = league.span(chosen, on or results.study.as_of)
    measures, targets = [m.measure for m in table.measures], table.of(by, chosen)
    now = league.table(projects, by, span, measures, targets)
    # the month before is told of the same period as it stood then: of a year what was signed in it until then
    earlier = Span(league.started(chosen, span.before), span.before, span.before)
    then = league.table(projects, by, earlier, measures, targets)
    moved = league.moves(projects, by, (span.before, span.last), (then, now))
    standing = league.standing(now)
    return League(results, by, chosen, span, table, now, standing, league.standing(then), moved,
                  league.undated(projects))  # fmt: skip
