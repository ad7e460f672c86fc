"""The linear relaxation: a bound nothing can beat, and prices that guide the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse

from geo.place.rows import Floats, Rows

SOLVED, INFEASIBLE = 0, 2
LARGE = 2.0**24
"""Goals above are scaled down: the solver gives up at some 10⁹."""
EXACT = 1e-9


@dataclass(frozen=True)
class Relaxed:
    """Answer of the relaxation.

    Parameters
    ----------
    bound : float
        No assignment reaches more; -inf when not even fractions satisfy the rows.
    x, reduced : float arrays, one per option
        Fraction taken, and what the objective would gain per unit of it (at most 0 for
        options left out).
    prices : float array, one per row
        What one more unit of the row's limit would add.
    """

    bound: float
    x: Floats
    reduced: Floats
    prices: Floats


def relax(system: Rows) -> Relaxed:
    """Solve the linear relaxation of a system of rows.

    Where the solver gives up, the bound is what every project would bring at its best.
    """
    width = system.matrix.shape[1]
    if width == 0:
        none = np.zeros(0)
        return Relaxed(0.0 if not (system.low > 0).any() else -np.inf, none, none, np.zeros(len(system.high)))
    scale = _scale(system.goal)
    equal = np.isfinite(system.low)
    matrix, limits = system.matrix, system.high
    found = optimize.linprog(
        -system.goal / scale, matrix[~equal], limits[~equal], matrix[equal] if equal.any() else None,
        limits[equal] if equal.any() else None, bounds=(0, 1), method="highs",
    )  # fmt: skip
    prices: npt.NDArray[np.float64] = np.zeros(len(limits))
    if found.status == INFEASIBLE:
        return Relaxed(-np.inf, np.zeros(width), np.zeros(width), prices)
    count = system.n_options
    if found.status != SOLVED:
        return Relaxed(_most(system), np.zeros(count), system.goal[:count], prices)
    prices[~equal] = -found.ineqlin.marginals
    if equal.any():
        prices[equal] = -found.eqlin.marginals
    prices *= scale
    reduced = system.goal - system.matrix.T @ prices
    # the solver is exact to about nine digits: a bound must not fall below what can be reached
    slack = abs(found.fun) * scale * EXACT if scale > 1.0 else 0.0
    return Relaxed(float(-found.fun * scale) + slack, found.x[:count], reduced[:count], prices)


def _scale(goal: Floats) -> float:
    """Return a power of two that brings a goal of very large numbers to where the solver can work; 1 for others."""
    most = float(np.abs(goal).max(initial=0.0))
    return 1.0 if most <= LARGE else float(2.0 ** np.ceil(np.log2(most / LARGE)))


def _most(system: Rows) -> float:
    """Return what the best option of every project would add up to."""
    projects = system.matrix[system.kind == 0]
    of = sparse.csr_array(projects @ sparse.diags_array(system.goal))
    return float(of.max(axis=1).toarray().sum())
