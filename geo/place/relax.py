"""The linear relaxation: a bound nothing can beat, and prices that guide the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from geo.place.rows import Floats, Rows

SOLVED, INFEASIBLE = 0, 2


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
    """Solve the linear relaxation of a system of rows."""
    width = system.matrix.shape[1]
    if width == 0:
        none = np.zeros(0)
        return Relaxed(0.0 if not (system.low > 0).any() else -np.inf, none, none, np.zeros(len(system.high)))
    equal = np.isfinite(system.low)
    matrix, limits = system.matrix, system.high
    found = optimize.linprog(
        -system.goal, matrix[~equal], limits[~equal], matrix[equal] if equal.any() else None,
        limits[equal] if equal.any() else None, bounds=(0, 1), method="highs",
    )  # fmt: skip
    if found.status == INFEASIBLE:
        return Relaxed(-np.inf, np.zeros(width), np.zeros(width), np.zeros(len(limits)))
    prices: npt.NDArray[np.float64] = np.zeros(len(limits))
    prices[~equal] = -found.ineqlin.marginals
    if equal.any():
        prices[equal] = -found.eqlin.marginals
    reduced = system.goal - system.matrix.T @ prices
    count = system.n_options
    return Relaxed(float(-found.fun), found.x[:count], reduced[:count], prices)
