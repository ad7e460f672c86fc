"""From which day an unplaced project would stand (可落位日): facilities and quota come in, all others stay."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from geo.place import sources
from geo.place.answer import Answer
from geo.place.base import Base
from geo.place.headroom import Pool
from geo.place.match import Placed, allowed_options
from geo.place.portfolio import Booked, Portfolio, book
from geo.place.problem import Ints, State, around
from geo.place.question import Question
from geo.place.why import UNPLACED


def first_days(
    placed: Placed, portfolio: Portfolio, waiting: Collection[str], pools_of: Mapping[date, Sequence[Pool]]
) -> dict[str, date]:
    """Return the first day on which each waiting project fits while all placed ones stay where they are.

    Pins and bans hold: a project that is pinned where nothing ever fits it has no day.

    Parameters
    ----------
    placed : Placed
    portfolio : Portfolio
    waiting : projects that are not placed
    pools_of : mapping of day to pools
        What there is to draw from on each day, in any order.
    """
    out: dict[str, date] = {}
    for day in sorted(pools_of):
        left = [p for p in waiting if p not in out]
        if not left:
            break
        booked = book(portfolio, pools_of[day])
        chosen, allowed = _again(placed, booked), allowed_options(booked, placed.wishes)
        for project in left:
            freed = np.arange(len(booked.project_ids)) == booked.number(project)
            if allowed[around(booked.problem, chosen, freed)[1]].any():
                out[project] = day
    return out


def _again(placed: Placed, booked: Booked) -> Ints:
    """Return the placed projects on their sites, in the options of another booking."""
    state = State(booked.problem)
    for old in placed.placed_options():
        options = booked.problem.by_project[booked.number(old.project_id)].tolist()
        same = (k for k in options if booked.options[k].site_id == old.site_id and state.fits(k))
        option = next(same, None)
        if option is not None:
            state.take(option)
    return state.chosen


def from_day(base: Base, asked: Question, made: Answer) -> dict[str, date]:
    """Return for each unplaced project the first later day on which it would fit, all others held.

    Projects that no commissioning of a facility and no land consolidation helps are missing.
    """
    waiting = [p for p, left in made.left.items() if left.status == UNPLACED]
    commissioned = pd.to_datetime(base.given["in_service"]).dropna().dt.date
    days = sorted({d for d in (*commissioned, *sources.days(base.growth)) if d > asked.on})
    pools = {day: base.headroom(day, asked.extra).pools for day in days}
    return first_days(made.placed, made.portfolio, waiting, pools)
