"""Compiled growing of sets from every seed. Import it inside functions only."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SAME_HOLDER = 0.5
"""A piece of a holder already in the set is worth so much more shared boundary."""


class Land(NamedTuple):
    """A region as plain arrays: neighbours of every piece (see `Region.around`), what is known of each.

    `merit` is added to what a piece shares with a set; `codes` are holder, township and
    park in rows, 0 where not known.
    """

    starts: Ints
    neighbours: Ints
    shared: Floats
    area: Floats
    perimeter: Floats
    merit: Floats
    codes: Ints


@kernel
def admits(codes: Ints, most: Ints, held: Ints, count: Ints, piece: int) -> bool:
    """Tell whether a piece keeps the limits on holders, townships and parks, and note its codes if so."""
    fresh = np.zeros(3, np.bool_)
    for a in range(3):
        code = codes[a, piece]
        if code == 0 or most[a] < 0:
            continue
        known = False
        for k in range(count[a]):
            known = known or held[a, k] == code
        if not known and count[a] >= most[a]:
            return False
        fresh[a] = not known
    for a in range(3):
        if fresh[a]:
            held[a, count[a]] = codes[a, piece]
            count[a] += 1
    return True


@kernel
def tightest(land: Land, frontier: Ints, reach: int, contact: Floats, holder: int) -> int:
    """Return where in the frontier the piece stands that is held most by the set."""
    best, where = -1.0e300, -1
    for k in range(reach):
        near = frontier[k]
        worth = contact[near] / land.perimeter[near] + land.merit[near]
        if holder > 0 and land.codes[0, near] == holder:
            worth += SAME_HOLDER
        if worth > best or (worth == best and near < frontier[where]):
            best, where = worth, k
    return where


@kernel
def touched(land: Land, piece: int, mark: int, stamp: Ints, contact: Floats, frontier: Ints, reach: int) -> int:
    """Add the neighbours of a new member to the frontier and return its length."""
    for n in range(land.starts[piece], land.starts[piece + 1]):
        near = land.neighbours[n]
        if stamp[near] != mark:
            stamp[near], contact[near] = mark, 0.0
            frontier[reach] = near
            reach += 1
        contact[near] += land.shared[n]
    return reach


@kernel
def grown(land: Land, most: Ints, seeds: Ints, wanted: float, longest: int) -> tuple[Ints, Ints]:
    """Grow a set from each seed until it holds the wanted area.

    The next piece is the one that shares most of its own boundary with the set, its merit
    added; of equal ones the first.

    Parameters
    ----------
    land : Land
    most : int array of 3
        Limits on the number of holders, townships and parks; -1 for none.
    seeds : int array
    wanted : float
    longest : int
        Pieces in a set at most.

    Returns
    -------
    tuple of int array
        Where each set ends among the members, and the members; a set that never held enough
        is empty.
    """
    count_all = len(land.area)
    stamp, contact = np.full(count_all, -1, np.int64), np.zeros(count_all)
    frontier, members = np.empty(count_all, np.int64), np.empty(1024, np.int64)
    ends, filled = np.zeros(len(seeds), np.int64), 0
    chosen = np.empty(longest, np.int64)
    held = np.empty((3, max(1, most.max())), np.int64)
    for s in range(len(seeds)):
        count = np.zeros(3, np.int64)
        size, reach, total, piece = 0, 0, 0.0, seeds[s]
        holder = land.codes[0, piece] if most[0] >= 0 else 0
        stamp[piece] = s
        while total < wanted and size < longest:
            if admits(land.codes, most, held, count, piece):
                chosen[size] = piece
                size, total = size + 1, total + land.area[piece]
                reach = touched(land, piece, s, stamp, contact, frontier, reach)
            where = tightest(land, frontier, reach, contact, holder)
            if where < 0:
                break
            piece = frontier[where]
            reach -= 1
            frontier[where] = frontier[reach]
        if total >= wanted:
            while filled + size > len(members):
                members = np.concatenate((members, np.empty(len(members), np.int64)))
            members[filled : filled + size] = chosen[:size]
            filled += size
        ends[s] = filled
    return ends, members[:filled]
