"""Whole answers by constraint programming (CP-SAT of OR-Tools): repeatable, with a start and a bound."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from geo.place.problem import Ints, Problem
from geo.place.rows import divided, land_sets, valid

FINE = 16
"""Steps into which the liking (0 … 1) is cut: CP-SAT counts in whole numbers."""
MOST = 2.0**61
"""The largest sum CP-SAT is asked to count."""


@dataclass(frozen=True)
class Effort:
    """How much work one search may do.

    Parameters
    ----------
    work : float
        CP-SAT's own measure of work (`max_deterministic_time`): about seconds, but the same
        on every computer, so that the same input gives the same answer.
    workers : int
        Threads, interleaved so that they do not race.
    seed : int
    """

    work: float
    workers: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Found:
    """An answer with its proof.

    Parameters
    ----------
    chosen : int64 array or None
        Option per project, -1 for none; None when the search ended without a valid answer.
    bound : float
        No assignment reaches more (in units of value).
    """

    chosen: Ints | None
    bound: float

    @property
    def impossible(self) -> bool:
        """True when it is proved that no valid answer exists."""
        return self.bound == -np.inf


def search(problem: Problem, effort: Effort, start: Ints | None = None) -> Found:
    """Search an assignment with CP-SAT, from a start if there is one."""
    from ortools.sat.python import cp_model  # heavy: loaded when it is needed

    made = _model(problem, cp_model, start)
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = effort.work
    solver.parameters.random_seed = effort.seed
    solver.parameters.num_workers = effort.workers
    solver.parameters.interleave_search = effort.workers > 1
    status = solver.solve(made.model)
    if status == cp_model.INFEASIBLE:
        return Found(None, -np.inf)
    if status == cp_model.MODEL_INVALID:  # sums that whole numbers of 64 bits cannot hold
        return Found(None, np.inf)
    bound = solver.best_objective_bound / made.scale
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(None, bound)
    chosen = np.full(problem.n_projects, -1, np.int64)
    taken = np.array([k for k, x in enumerate(made.options) if solver.boolean_value(x)], np.int64)
    chosen[problem.project[taken]] = taken
    return Found(chosen if valid(problem, chosen) else None, bound)


@dataclass(frozen=True)
class _Made:
    model: Any
    options: list[Any]
    scale: float


def _model(problem: Problem, cp_model: Any, start: Ints | None) -> _Made:
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(problem.n_options)]
    for project, options in enumerate(problem.by_project):
        mine = [x[k] for k in options]
        (model.add_exactly_one if problem.must[project] else model.add_at_most_one)(mine)
    _land(problem, model, x)
    _apart(problem, model, x)
    draws = problem.draws
    for account, (a, b) in enumerate(pairwise(draws.indptr)):
        terms = [x[k] * int(d) for k, d in zip(draws.indices[a:b], draws.data[a:b], strict=True)]
        if terms:
            model.add(sum(terms) <= int(problem.free[account]))
    scale = 2 * FINE * max(problem.n_projects, 1)
    fine = np.floor(problem.liking * FINE).astype(np.int64)
    if float(problem.value.max(initial=0)) * scale * max(problem.n_projects, 1) > MOST:
        scale, fine = 1, np.zeros_like(fine)  # no room for what is liked beside values so large
    goal = problem.value * scale + fine
    model.maximize(sum(v * int(g) for v, g in zip(x, goal, strict=True)))
    if start is not None:
        wanted = set(start[start >= 0].tolist())
        for k, v in enumerate(x):
            model.add_hint(v, k in wanted)
    return _Made(model, x, float(scale))


def _land(problem: Problem, model: Any, x: list[Any]) -> None:
    of_site: dict[int, list[int]] = {}
    for option, site in enumerate(problem.site.tolist()):
        of_site.setdefault(site, []).append(option)
    users = {site: [x[k] for k in options] for site, options in of_site.items()}
    for site in divided(problem).tolist():
        shut = model.new_bool_var("")
        for k in of_site[site]:
            model.add_implication(x[k], shut)
        model.add(sum(x[k] * int(problem.land[k]) for k in of_site[site]) <= int(problem.room[site]))
        users[site] = [shut]
    for sites in land_sets(problem.parts):
        rivals = [v for s in sites for v in users.get(s, [])]
        if len(rivals) > 1:
            model.add_at_most_one(rivals)


def _apart(problem: Problem, model: Any, x: list[Any]) -> None:
    """Shut what lies nearer to an option than its project asks for, to all other projects."""
    if problem.off is None:
        return
    shuts = problem.shuts
    for k in np.flatnonzero(np.diff(shuts.indptr) > 0).tolist():
        near = shuts.indices[shuts.indptr[k] : shuts.indptr[k + 1]].tolist()
        model.add_bool_and([x[j].negated() for j in near]).only_enforce_if(x[k])
