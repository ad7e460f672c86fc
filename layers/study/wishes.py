"""Pins, bans and capacities people decided, as the question a study puts to placing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from geo.place.match import Wish, Wishes
from geo.place.question import Question
from geo.place.worth import Objective
from layers.study import check_sites

EDITS = ("pin", "ban", "capacity")
"""Kinds of edits that change where projects are placed."""
OF = "@"
"""Between project and place in the subject of a ban."""


def question(on: date, objective: Objective, decided: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Question:
    """Return the question a study itself asks: with the pins, bans and capacities people decided.

    Parameters
    ----------
    on : date
    objective : Objective
    decided : mapping of kind to subject to value
        Edits as plain values (`layers.study.edits.Edits.plain`).
    """
    extra = {name: float(value.get("extra", 0.0)) for name, value in decided.get("capacity", {}).items()}
    return Question(on, objective, wishes(decided), extra)


def wishes(decided: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Wishes:
    """Return pins and bans; a project has one pin and any number of bans (``XM-04@S1…`` names one of them)."""
    bans: dict[str, tuple[Wish, ...]] = {}
    for subject, value in decided.get("ban", {}).items():
        project = subject.split(OF, 1)[0]
        bans[project] = (*bans.get(project, ()), _wish(value))
    return Wishes({project: _wish(value) for project, value in decided.get("pin", {}).items()}, bans)


def _wish(value: Mapping[str, Any]) -> Wish:
    return Wish(*check_sites.meant(value))
