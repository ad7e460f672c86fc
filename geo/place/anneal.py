"""Annealing: quick improvement of an assignment by moves that put one project in and let others go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geo.place.problem import Ints, Problem, held

HOT, COLD = 0.05, 0.001
"""First and last temperature, as a share of the mean value of an option."""


def anneal(problem: Problem, start: Ints, moves: int, seed: int = 1, hot: float = HOT) -> Ints:
    """Improve a valid answer.

    Parameters
    ----------
    problem : Problem
    start : int64 array
        Option per project, -1 for none; valid.
    moves : int
        Work, not time: the same input gives the same answer.
    seed : int
    hot : float
        First temperature; lower stays nearer to the start.
    """
    from geo.place import kernels  # numba: loaded when it is needed

    if problem.n_options == 0 or moves == 0:
        return start
    state, drawn = held(problem, start), problem.drawn
    near, rival = _listed(problem.rivals)
    first, options = _listed(problem.by_project)
    given = kernels.Given(
        problem.project, problem.site, problem.goal, problem.land, drawn.indptr.astype(np.int64),
        drawn.indices.astype(np.int64), drawn.data.astype(np.int64), near, rival,
        problem.keeps.indptr.astype(np.int64), problem.keeps.indices.astype(np.int64), first, options, problem.must,
    )  # fmt: skip
    log = np.zeros(2 * (kernels.MOST_OUT + kernels.REFILL) + 4, np.int64)
    now = kernels.Now(state.left, state.room, state.users, state.barred, state.kept, state.chosen, log)
    mean = max(float(problem.goal.mean()), 1e-6)
    found: Ints = kernels.anneal(given, now, moves, mean * hot, mean * COLD, seed)
    return found


def _listed(groups: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Return groups of numbers as starts and members."""
    starts = np.concatenate([[0], np.cumsum([len(g) for g in groups])]).astype(np.int64)
    return starts, np.concatenate([*groups, np.zeros(0, np.int64)]).astype(np.int64)
