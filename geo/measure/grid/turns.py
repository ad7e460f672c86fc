"""Compiled: which points of rings stay when the spikes are taken off. Import it inside functions only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel
from geo.measure.grid.rings import Floats, Ints


@kernel
def kept(xy: Floats, at: Ints, least: int, spike_m2: float) -> npt.NDArray[np.bool_]:
    """Tell of every point of closed rings (points of ring r are ``at[r]:at[r + 1]``) whether it stays.

    One spike after another goes, the first of the ring first: without it another may be one, or none any more. A ring
    of `least` points loses none. The point that closes a ring is its first again and never stays.
    """
    stays = np.ones(len(xy), np.bool_)
    before, after = np.empty(len(xy), np.int64), np.empty(len(xy), np.int64)
    for r in range(at.size - 1):
        first, last = at[r], at[r + 1] - 2  # the last point is the first again
        left = last - first + 1
        for k in range(first, last + 1):
            before[k], after[k] = k - 1, k + 1
        before[first], after[last] = last, first
        k = head = first
        while left > least:
            bx, by = xy[before[k], 0] - xy[k, 0], xy[before[k], 1] - xy[k, 1]
            ax, ay = xy[after[k], 0] - xy[k, 0], xy[after[k], 1] - xy[k, 1]
            turning = bx * ax + by * ay > 0 and abs(bx * ay - by * ax) / 2 < spike_m2
            if turning or abs(ax) + abs(ay) == 0:
                stays[k] = False
                left -= 1
                p, n = before[k], after[k]
                after[p], before[n] = n, p
                if k == head:
                    head = k = n
                else:  # only its neighbours can have become spikes, and the first of the ring comes first
                    k = head if n == head else p
            elif after[k] == head:
                break
            else:
                k = after[k]
        stays[at[r + 1] - 1] = False
    return stays
