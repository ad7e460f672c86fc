"""Answers made by taking options in an order: quick, always valid, the start of every search."""

from __future__ import annotations

import numpy as np

from geo.place.problem import Ints, Problem, State, held
from geo.place.relax import Relaxed


def by_value(problem: Problem) -> Ints:
    """Take the most valuable option that still fits, again and again."""
    return taken(problem, np.lexsort((problem.land, -problem.goal)))


def by_density(problem: Problem) -> Ints:
    """Take options by value per share of the accounts they draw."""
    weight = 1.0 / np.maximum(problem.free, 1)
    share = np.asarray(weight @ problem.draws).ravel() + 1e-9
    return taken(problem, np.argsort(-problem.goal / share, kind="stable"))


def by_relaxation(problem: Problem, relaxed: Relaxed) -> Ints:
    """Take what the relaxation takes, wholes first, then by reduced cost."""
    firsts = taken(problem, np.lexsort((-relaxed.reduced, -relaxed.x.round(6))))
    second = taken(problem, np.lexsort((-relaxed.x.round(6), -relaxed.reduced.round(6))))
    return max((firsts, second), key=problem.total)


def taken(problem: Problem, order: Ints, start: Ints | None = None) -> Ints:
    """Take options in an order, each if its project is free and it still fits.

    Projects that must be placed come first, whatever the order; when they cannot all be
    placed this way the answer leaves some out, and is no valid one.
    """
    state = State(problem) if start is None else held(problem, start)
    demanded = problem.must[problem.project[order]]
    for option in np.concatenate([order[demanded], order[~demanded]]):
        if state.chosen[problem.project[option]] < 0 and state.fits(int(option)):
            state.take(int(option))
    return state.chosen
