"""A second solver, for tests: branch and bound by HiGHS through `scipy.optimize.milp`.

It shares the rows of the relaxation with the program and nothing of its search. `highspy` is
never imported: it cannot live in one process with `ortools`.
"""

import numpy as np
from scipy import optimize

from geo.place.problem import Ints, Problem
from geo.place.rows import Floats, Rows, rows, valid
from geo.place.satisfy import Found

INFEASIBLE = 2


def branch(problem: Problem, nodes: int = 100_000, gap: float = 0.0, system: Rows | None = None) -> Found:
    """Search an assignment by branch and bound.

    Parameters
    ----------
    problem : Problem
    nodes : int
        Nodes after which the search stops: a limit of work, not of time, so that the same
        input gives the same answer on every computer.
    gap : float
        Relative gap that is good enough.
    system : Rows or None
        The problem's rows when they are made already.
    """
    system = rows(problem) if system is None else system
    if problem.n_options == 0:
        none = np.full(problem.n_projects, -1, np.int64)
        return Found(None, -np.inf) if problem.must.any() else Found(none, 0.0)
    scale = float(max(system.goal.max(), 1.0))
    found = optimize.milp(
        -system.goal / scale, constraints=optimize.LinearConstraint(system.matrix, system.low, system.high),
        integrality=np.ones(system.matrix.shape[1]), bounds=optimize.Bounds(0, 1),
        options={"node_limit": nodes, "mip_rel_gap": gap},
    )  # fmt: skip
    if found.status == INFEASIBLE:
        return Found(None, -np.inf)
    proved = found.mip_dual_bound
    bound = np.inf if proved is None else float(-proved * scale)
    if found.x is None:
        return Found(None, bound)
    chosen = answer(problem, found.x)
    return Found(chosen if valid(problem, chosen) else None, bound)


def answer(problem: Problem, x: Floats) -> Ints:
    """Read the option of each project out of a whole solution; -1 where there is none."""
    chosen = np.full(problem.n_projects, -1, np.int64)
    taken = np.flatnonzero(x[: problem.n_options] > 0.5)
    chosen[problem.project[taken]] = taken
    return chosen
