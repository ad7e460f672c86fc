"""Places of a ranking: best first, equal scores sharing the better place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def places(score: Floats, ranked: npt.NDArray[np.bool_]) -> Floats:
    """Return the place of every ranked unit, best first, equal scores sharing the better place; NaN elsewhere."""
    out = np.full(len(score), np.nan)
    better_first = np.sort(-score[ranked])
    out[ranked] = np.searchsorted(better_first, -score[ranked], side="left") + 1.0
    return out
