"""Compiled search among assignments: one project in, whatever stands in its way out, again and again.

Import it inside functions only: numba takes a second to load.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_OUT = 4
"""Projects that may leave for one that enters."""
REFILL = 6
"""Projects tried after a move, to fill what became free."""
NOTHING, NO_ROOM, SHARED_LAND, TOO_NEAR = -1, -2, -3, -4
"""What keeps an option out; else the number of the account that is short."""


class Given(NamedTuple):
    """What does not change: options, their draws, who shares land, what they keep others off, options of each
    project, who must stay.
    """

    project: Ints
    site: Ints
    goal: Floats
    land: Ints
    at: Ints
    account: Ints
    amount: Ints
    near: Ints
    rival: Ints
    reach: Ints
    off: Ints
    first: Ints
    options: Ints
    must: Flags


class Now(NamedTuple):
    """What changes: accounts, room, users and bars of sites, who keeps off them, options chosen, a list to undo by."""

    left: Ints
    room: Ints
    users: Ints
    barred: Ints
    kept: Ints
    chosen: Ints
    log: Ints


@kernel
def shift(k: int, sign: int, given: Given, now: Now) -> None:
    """Take an option (sign 1) or give it back (sign -1)."""
    for c in range(given.at[k], given.at[k + 1]):
        now.left[given.account[c]] -= sign * given.amount[c]
    s = given.site[k]
    now.room[s] -= sign * given.land[k]
    before = now.users[s]
    now.users[s] += sign
    if before == 0 or now.users[s] == 0:
        for c in range(given.near[s], given.near[s + 1]):
            now.barred[given.rival[c]] += sign
    for c in range(given.reach[k], given.reach[k + 1]):
        now.kept[given.off[c]] += sign
    now.chosen[given.project[k]] = k if sign > 0 else -1


@kernel
def noted(k: int, sign: int, used: int, given: Given, now: Now) -> int:
    """Shift an option and note it; return how many are noted."""
    shift(k, sign, given, now)
    now.log[used] = sign * (k + 1)
    return used + 1


@kernel
def undo(used: int, given: Given, now: Now) -> None:
    """Take everything noted back, the last first."""
    for c in range(used - 1, -1, -1):
        shift(abs(now.log[c]) - 1, -1 if now.log[c] > 0 else 1, given, now)


@kernel
def short(k: int, given: Given, now: Now) -> int:
    """Return what keeps an option out."""
    s = given.site[k]
    if now.barred[s] > 0:
        return SHARED_LAND
    if now.room[s] < given.land[k]:
        return NO_ROOM
    if now.kept[s] > 0:
        return TOO_NEAR
    for c in range(given.reach[k], given.reach[k + 1]):
        if now.users[given.off[c]] > 0:
            return TOO_NEAR
    for c in range(given.at[k], given.at[k + 1]):
        if now.left[given.account[c]] < given.amount[c]:
            return int(given.account[c])
    return NOTHING


@kernel
def keeps_off(k: int, site: int, given: Given) -> bool:
    """Tell whether an option keeps other projects off a site."""
    found = False
    for c in range(given.reach[k], given.reach[k + 1]):
        found = found or given.off[c] == site
    return found


@kernel
def weight(o: int, k: int, why: int, given: Given) -> float:
    """Return how much a placed option stands in the way of another; 0 not at all."""
    if why == NO_ROOM:
        return 1.0 if given.site[o] == given.site[k] else 0.0
    if why == SHARED_LAND:
        for c in range(given.near[given.site[k]], given.near[given.site[k] + 1]):
            if given.rival[c] == given.site[o]:
                return 1.0
        return 0.0
    if why == TOO_NEAR:
        return 1.0 if keeps_off(o, given.site[k], given) or keeps_off(k, given.site[o], given) else 0.0
    for c in range(given.at[o], given.at[o + 1]):
        if given.account[c] == why:
            return float(given.amount[c])
    return 0.0


@kernel
def in_the_way(k: int, why: int, given: Given, now: Now) -> int:
    """Return a placed project that should leave so that an option may enter, -1 for none.

    Of those that draw what is short, one that is worth little for what it draws.
    """
    best, least = -1, np.inf
    for p in range(len(now.chosen)):
        o = now.chosen[p]
        if o < 0 or given.must[p]:
            continue
        heavy = weight(o, k, why, given)
        if heavy > 0.0:
            score = given.goal[o] / heavy * (0.4 + np.random.random())
            if score < least:
                best, least = p, score
    return best


@kernel
def any_option(p: int, given: Given) -> int:
    """Return an option of a project by chance, -1 when it has none."""
    size = given.first[p + 1] - given.first[p]
    return -1 if size == 0 else int(given.options[given.first[p] + np.random.randint(size)])


@kernel
def enter(k: int, given: Given, now: Now) -> tuple[bool, int, float]:
    """Let an option in and others go; return whether it is in, what was noted, and the gain."""
    used, gain = 0, given.goal[k]
    old = now.chosen[given.project[k]]
    if old >= 0:
        gain -= given.goal[old]
        used = noted(old, -1, used, given, now)
    for _ in range(MOST_OUT + 1):
        why = short(k, given, now)
        if why == NOTHING:
            used = noted(k, 1, used, given, now)
            return True, used, gain
        q = in_the_way(k, why, given, now)
        if q < 0 or used > MOST_OUT:
            break
        gain -= given.goal[now.chosen[q]]
        used = noted(now.chosen[q], -1, used, given, now)
    return False, used, gain


@kernel
def refill(used: int, given: Given, now: Now) -> tuple[int, float]:
    """Try unplaced projects in what became free; return what is noted and the gain."""
    gain = 0.0
    for _ in range(REFILL):
        p = np.random.randint(len(now.chosen))
        k = any_option(p, given)
        if now.chosen[p] < 0 and k >= 0 and short(k, given, now) == NOTHING:
            used = noted(k, 1, used, given, now)
            gain += given.goal[k]
    return used, gain


@kernel
def anneal(given: Given, now: Now, moves: int, hot: float, cold: float, seed: int) -> Ints:
    """Return the best assignment found by annealing from that of `now`, which is changed.

    Parameters
    ----------
    given, now : arrays of the problem and of the state
    moves : int
    hot, cold : float
        First and last temperature, in units of `goal`.
    seed : int
    """
    np.random.seed(seed)
    best = now.chosen.copy()
    behind, heat, cooling = 0.0, hot, (cold / hot) ** (1.0 / max(moves, 1))  # behind: the best minus the present one
    for _ in range(moves):
        heat *= cooling
        p = np.random.randint(len(now.chosen))
        if now.chosen[p] >= 0 and np.random.random() < 0.6:
            p = np.random.randint(len(now.chosen))
        k = any_option(p, given)
        if k < 0 or k == now.chosen[p]:
            continue
        done, used, gain = enter(k, given, now)
        if done:
            used, more = refill(used, given, now)
            gain += more
        if not done or (gain < 0.0 and np.random.random() >= np.exp(gain / heat)):
            undo(used, given, now)
            continue
        behind -= gain
        if behind < -1e-9:
            behind = 0.0
            best[:] = now.chosen
    return best
