"""Ground that two polygons share, as a sum over pairs of their edges: no overlay is drawn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.measure.grid.rings import Floats, Rings


def shared(rings: Rings, count: int, one: npt.NDArray[np.intp], two: npt.NDArray[np.intp]) -> Floats:
    """Return the area that pairs of polygons share, m².

    Parameters
    ----------
    rings : Rings
        ``feature`` is the number of the polygon; valid.
    count : int
        Number of polygons.
    one, two : int arrays
        The pairs.
    """
    from geo.measure.grid.shared import of_pairs

    if not len(one):
        return np.zeros(0)
    at = np.searchsorted(rings.feature, np.arange(count + 1)).astype(np.int64)
    return of_pairs(rings, at, one.astype(np.int64), two.astype(np.int64))
