"""How long a chain is: the links of the longest way through an industry, from its first supplier to its last taker.

Industries that supply each other in a ring are one station: a ring has no first and no last link, and going round
it twice is no longer chain.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
    ends = [(at[n], at[b]) for a, b in pairs for n in below[a]] + [(at[a], at[n]) for a, b in pairs for n in below[b]]
    station, between = condensed(ends, len(names))
    up, down = longest({(b, a) for a, b in between}), longest(between)
    return {name: up.get(station[k], 0) + down.get(station[k], 0) for name, k in at.items()}


def condensed(ends: Sequence[tuple[int, int]], count: int) -> tuple[list[int], set[tuple[int, int]]]:
    """Return the station of every node, a ring being one, and the links between stations.

    Parameters
    ----------
    ends : sequence of (int, int)
        Links, from node to node.
    count : int
        How many nodes there are.
    """
    if not ends:
        return list(range(count)), set()
    pairs = np.array(ends)
    graph = coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    station = part.tolist()
    return station, {(station[a], station[b]) for a, b in ends if station[a] != station[b]}


def longest(between: Collection[tuple[int, int]]) -> dict[int, int]:
    """Return station → links of the longest way on from it; there is no ring, and what is not linked is left out."""
    back: dict[int, list[int]] = {}
    open_: dict[int, int] = {}
    for a, b in between:
        back.setdefault(b, []).append(a)
        open_[a] = open_.get(a, 0) + 1
        open_.setdefault(b, 0)
    out = dict.fromkeys(open_, 0)
    ready = [k for k, n in open_.items() if n == 0]
    while ready:
        b = ready.pop()
        for a in back.get(b, ()):
            out[a] = max(out[a], out[b] + 1)
            open_[a] -= 1
            if open_[a] == 0:
                ready.append(a)
    return out
