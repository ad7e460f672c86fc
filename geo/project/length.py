"""How long a chain is: the links of the longest way through an industry, from its first supplier to its last taker.

Industries that supply each other in a ring are one station: a ring has no first and no last link, and going round
it twice is no longer chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]


def of_industries(industries: Sequence[str], links: pd.DataFrame) -> Floats:
    """Return the links of the longest chain through each industry.

    Parameters
    ----------
    industries : sequence of str
        Codes; "" where unknown.
    links : DataFrame
        The table `links`; a link without a strength only may be one and is not counted.

    Returns
    -------
    float array
        NaN where the industry is unknown, or no link speaks of it: a table of links says what is linked, never
        that nothing is.
    """
    sure = links[links["strength"].notna()] if len(links) else links
    through = _through(list(zip(sure["from_industry"].astype(str), sure["to_industry"].astype(str), strict=True)))
    return np.array([_of(one, through) for one in industries], np.float64)


def _of(industry: str, through: dict[str, int]) -> float:
    """Return the longest chain of what links say of a code or of one above it."""
    found = [n for code, n in through.items() if industry and industry.startswith(code)]
    return float(max(found)) if found else np.nan


def _through(pairs: list[tuple[str, str]]) -> dict[str, int]:
    """Return industry → links of the longest chain through it, rings counted as one station."""
    names = sorted({one for pair in pairs for one in pair})
    if not names:
        return {}
    at = {name: k for k, name in enumerate(names)}
    # a link speaks of its codes and of all below them
    below = {name: [n for n in names if n.startswith(name)] for name in names}
    ends = np.array(
        [(at[n], at[b]) for a, b in pairs for n in below[a]] + [(at[a], at[n]) for a, b in pairs for n in below[b]]
    )
    graph = coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(names), len(names)))
    _, station = connected_components(graph, directed=True, connection="strong")
    between = {(int(station[a]), int(station[b])) for a, b in ends if station[a] != station[b]}
    up, down = _longest({(b, a) for a, b in between}), _longest(between)
    return {name: up(int(station[k])) + down(int(station[k])) for name, k in at.items()}


def _longest(between: set[tuple[int, int]]) -> Callable[[int], int]:
    """Return the length of the longest way on from a station; there is no ring among stations."""
    onward: dict[int, list[int]] = {}
    for a, b in between:
        onward.setdefault(a, []).append(b)

    @cache
    def on(station: int) -> int:
        return max((1 + on(after) for after in onward.get(station, ())), default=0)

    return on
