"""TOPSIS as a second opinion: closeness to the best and distance from the worst.

Which normalisation is used changes the ranking, so every result names it.
Source: C. L. Hwang and K. Yoon, Multiple Attribute Decision Making, 1981.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.rank.value import Floats

Normalisation = Literal["value_functions", "vector", "minmax"]
"""value_functions: the shares are given, ideal and anti-ideal are all and nothing, whatever the units are ·
vector, minmax: taken from the units at hand, so a further unit may reorder the others."""


def closeness(matrix: Floats, weights: Floats, more_is_better: npt.ArrayLike, how: Normalisation) -> Floats:
    """Return the relative closeness to the ideal of every unit, 0 … 1.

    Parameters
    ----------
    matrix : float array, units × criteria
        For ``value_functions`` shares of the points, 0 … 1; otherwise raw values.
    weights : float array
    more_is_better : bool array
        One per criterion; not read for ``value_functions``, where more always is.
    how : {"value_functions", "vector", "minmax"}

    Notes
    -----
    Where ideal and anti-ideal are the same point (all weights or all differences 0)
    every unit is equally close: 0.5.
    """
    if how == "value_functions":
        scaled, best, worst = matrix * weights, weights, np.zeros(len(weights))
    else:
        scaled = _normalised(matrix, how) * weights
        up = np.asarray(more_is_better, bool)
        most, least = scaled.max(axis=0), scaled.min(axis=0)
        best, worst = np.where(up, most, least), np.where(up, least, most)
    to_best = np.sqrt(((scaled - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((scaled - worst) ** 2).sum(axis=1))
    both = to_best + to_worst
    return np.asarray(np.divide(to_worst, both, out=np.full(len(matrix), 0.5), where=both > 0.0))


def _normalised(matrix: Floats, how: Normalisation) -> Floats:
    if how == "vector":
        length = np.sqrt((matrix**2).sum(axis=0))
        return np.asarray(np.divide(matrix, length, out=np.zeros_like(matrix), where=length > 0.0))
    least = matrix.min(axis=0)
    spread = matrix.max(axis=0) - least
    return np.asarray(np.divide(matrix - least, spread, out=np.zeros_like(matrix), where=spread > 0.0))
