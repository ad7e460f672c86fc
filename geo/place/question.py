"""What is asked of placing: a day, an objective, pins and bans, more capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from geo.place.match import Wish, Wishes
from geo.place.solve import Work
from geo.place.worth import Objective


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    on : date
        Facilities commissioned later hold nothing yet.
    objective : Objective
    wishes : Wishes
    extra : mapping of facility or account to amount
        More capacity than the registers state.
    work : Work or None
    """

    on: date
    objective: Objective = field(default_factory=Objective)
    wishes: Wishes = field(default_factory=Wishes)
    extra: Mapping[str, float] = field(default_factory=dict)
    work: Work | None = None


def pinned(asked: Question, project: str, site: str) -> Question:
    """Return a question with one more pin: what if the project stood there."""
    pins = dict(asked.wishes.pins) | {project: Wish(site)}
    return replace(asked, wishes=Wishes(pins, asked.wishes.bans))
