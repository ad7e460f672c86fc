"""Compiled: the cells of the grid, each one set of zones or edges between sets. Import it inside functions only.

Sets of zones are numbered. Crossing an edge of a zone leads from one number to another, which a table remembers, so the
number of zones is not limited by the width of a word and nothing is hashed where it is hot.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.basis.jit import kernel
from geo.measure.grid.edges import Crossings, Flags, Floats, Ints, Pieces, Run

VOID = -1
"""What lies below a cell."""
MIXED = -1
"""Of a cell that edges run through."""
ONE = 1e-11
"""Edges nearer than this, in cells, at the middle of a strip are walked over as one."""
NO_ROOM, TOO_MANY = -1, -2
Words = npt.NDArray[np.uint64]


class Sets(NamedTuple):
    """``known[0]`` sets of zones: their bits, and the set with zone z put in or taken out (-1: not yet asked)."""

    words: Words
    turned: Ints
    known: Ints


class Walk(NamedTuple):
    """Where the walk along a row stands: winding of every zone, and the features it is made of, added up."""

    wind: Ints
    who: Ints


class Labels(NamedTuple):
    """Per cell its set (or `MIXED`) and where its edges begin; per edge its ends, the set below and the set above."""

    pure: Ints
    at: Ints
    edge: Floats
    side: Ints


class Strip(NamedTuple):
    """Room for sweeping one cell: pieces by their left end, their slopes, those met now and their heights."""

    order: Ints
    slope: Floats
    now: Ints
    middle: Floats
    left: Floats
    right: Floats
    last: Ints


class Field(NamedTuple):
    """A window at work: its columns, the cells some parcel needs, what was cut, and where the walk stands."""

    nx: int
    need: Flags
    pieces: Pieces
    found: Crossings
    sets: Sets
    walk: Walk
    strip: Strip
    out: Labels


@kernel
def toggled(label: int, zone: int, sets: Sets) -> int:
    """Return the set with a zone put in or taken out; `TOO_MANY` when there is no room for another set."""
    if label < 0:
        return label
    if sets.turned[label, zone] >= 0:
        return int(sets.turned[label, zone])
    words = sets.words[label].copy()
    words[zone // 64] ^= np.uint64(1) << np.uint64(zone % 64)
    new = -1
    for k in range(sets.known[0]):
        if (sets.words[k] == words).all():
            new = k
            break
    if new < 0:
        if sets.known[0] == sets.words.shape[0]:
            return TOO_MANY
        new = int(sets.known[0])
        sets.words[new] = words
        sets.known[0] += 1
    sets.turned[label, zone] = new
    sets.turned[new, zone] = label
    return new


@kernel
def passed(n: int, label: int, f: Field) -> int:
    """Walk over one crossing to the right and return the set there."""
    found, walk = f.found, f.walk
    z, turn = found.zone[n], found.turn[n]
    inside = walk.wind[z] > 0
    walk.wind[z] += turn
    walk.who[z] += turn * (found.feature[n] + 1)
    return toggled(label, z, f.sets) if (walk.wind[z] > 0) != inside else label


@kernel
def label_rows(row: int, n: int, f: Field) -> tuple[int, int, int]:
    """Label rows of cells from one on until room runs out; return the row, the edges written, why it stopped."""
    while row < (f.out.at.size - 1) // f.nx:
        f.walk.wind[:] = 0
        f.walk.who[:] = 0
        got = label_row(row, n, f)
        if got < 0:
            return row, n, got
        n = got
        row += 1
    return row, n, 0


@kernel
def label_row(row: int, n: int, f: Field) -> int:
    """Label one row of cells from left to right; return the edges written, or why it could not."""
    label, found, out = 0, f.found, f.out
    for c in range(row * f.nx, row * f.nx + f.nx):
        out.at[c] = n
        e, b = found.at[c], found.at[c + 1]
        while e < b and found.x[e] <= 0:
            label = passed(e, label, f)
            e += 1
        if not f.need[c] or (f.pieces.at[c] == f.pieces.at[c + 1] and e == b):
            out.pure[c] = label
        else:
            out.pure[c] = MIXED
            n = drawn(c, e, label, n, f) if alone(c, e, f) else swept(c, e, label, n, f)
        while e < b:
            label = passed(e, label, f)
            e += 1
        if label < 0 or n < 0:
            return min(label, n)
    out.at[row * f.nx + f.nx] = n
    return n


@kernel
def alone(c: int, e: int, f: Field) -> bool:
    """Tell whether all edges in a cell are of one feature that no other feature of its zone covers there."""
    pieces, found, walk = f.pieces, f.found, f.walk
    first = pieces.at[c]
    if first == pieces.at[c + 1]:
        return False
    zone, feature = pieces.zone[first], pieces.feature[first]
    for q in range(first + 1, pieces.at[c + 1]):
        if pieces.zone[q] != zone or pieces.feature[q] != feature:
            return False
    for q in range(e, found.at[c + 1]):
        if found.zone[q] != zone or found.feature[q] != feature:
            return False
    return bool(walk.wind[zone] == 0 or (walk.wind[zone] == 1 and walk.who[zone] == feature + 1))


@kernel
def drawn(c: int, e: int, label: int, n: int, f: Field) -> int:
    """Take the edges of a feature that is alone in its cell as they are."""
    pieces, found, out = f.pieces, f.found, f.out
    low, high, b = pieces.at[c], pieces.at[c + 1], found.at[c + 1]
    if n + high - low + b - e + 1 > out.side.shape[0]:
        return NO_ROOM
    zone = pieces.zone[low]
    other = toggled(label, zone, f.sets)
    if other < 0:
        return other
    inside, outside = (label, other) if f.walk.wind[zone] > 0 else (other, label)
    for q in range(low, high):
        out.edge[n] = pieces.xy[q]
        out.side[n, 0] = outside if pieces.sign[q] > 0 else inside
        out.side[n, 1] = inside if pieces.sign[q] > 0 else outside
        n += 1
    x, wind = 0.0, f.walk.wind[zone]
    for q in range(e, b + 1):
        end = found.x[q] if q < b else 1.0
        if end > x:
            out.edge[n, 0], out.edge[n, 1], out.edge[n, 2], out.edge[n, 3] = x, 0.0, end, 0.0
            out.side[n, 0], out.side[n, 1] = VOID, inside if wind > 0 else outside
            n, x = n + 1, end
        if q < b:
            wind += found.turn[q]
    return n


@kernel
def swept(c: int, e: int, label: int, n: int, f: Field) -> int:
    """Cut a cell into strips between the ends of its edges and walk each from bottom up; return the edges written."""
    pieces, found, strip = f.pieces, f.found, f.strip
    low, count, b = pieces.at[c], pieces.at[c + 1] - pieces.at[c], found.at[c + 1]
    strip.order[:count] = low + np.argsort(pieces.xy[low : low + count, 0], kind="mergesort")
    for q in range(count):
        p = pieces.xy[strip.order[q]]
        strip.slope[q] = (p[3] - p[1]) / (p[2] - p[0])
    strip.last[count] = -1
    strip.last[:count] = -1
    ends = events(low, count, e, b, f)
    met = come = 0
    at = e
    for t in range(ends.size - 1):
        if ends[t + 1] <= ends[t]:
            continue
        while at < b and found.x[at] <= ends[t]:
            label = passed(at, label, f)
            at += 1
        met, come = active(ends[t], met, come, count, f)
        n = walked((ends[t], ends[t + 1]), met, count, label, n, f)
        if n < 0:
            break
    for q in range(e, at):  # the walk along the row passes them again
        f.walk.wind[found.zone[q]] -= found.turn[q]
        f.walk.who[found.zone[q]] -= found.turn[q] * (found.feature[q] + 1)
    return n


@kernel
def events(low: int, count: int, e: int, b: int, f: Field) -> Floats:
    """Return the abscissas, in order, at which something begins or ends in a cell."""
    ends = np.empty(2 * count + b - e + 2)
    ends[0], ends[1] = 0.0, 1.0
    ends[2 : 2 + count] = f.pieces.xy[low : low + count, 0]
    ends[2 + count : 2 + 2 * count] = f.pieces.xy[low : low + count, 2]
    ends[2 + 2 * count :] = f.found.x[e:b]
    ends.sort()
    return ends


@kernel
def active(x: float, met: int, come: int, count: int, f: Field) -> tuple[int, int]:
    """Let go of the edges that ended and take up those that begin; return how many are met and have come."""
    pieces, strip, kept = f.pieces, f.strip, 0
    for q in range(met):
        if pieces.xy[strip.order[strip.now[q]], 2] > x:
            strip.now[kept] = strip.now[q]
            kept += 1
    while come < count and pieces.xy[strip.order[come], 0] <= x:
        strip.now[kept] = come
        kept, come = kept + 1, come + 1
    return kept, come


@kernel
def height(a: int, x: float, f: Field) -> float:
    """Return the height of an edge at x."""
    p = f.strip.order[a]
    return float(f.pieces.xy[p, 1] + (x - f.pieces.xy[p, 0]) * f.strip.slope[a])


@kernel
def ordered(x: float, met: int, f: Field) -> None:
    """Sort the edges met by their height at x; they nearly are."""
    strip = f.strip
    for q in range(met):
        a, o = strip.now[q], q
        y = height(a, x, f)
        while o > 0 and strip.middle[o - 1] > y:
            strip.middle[o], strip.now[o] = strip.middle[o - 1], strip.now[o - 1]
            o -= 1
        strip.middle[o], strip.now[o] = y, a


@kernel
def walked(ends: tuple[float, float], met: int, count: int, label: int, n: int, f: Field) -> int:
    """Walk one strip, cut again where edges cross in it."""
    start, x1 = ends
    ordered((start + x1) / 2, met, f)
    cuts = tangle(start, x1, met, f)
    for u in range(cuts.size + 1):
        end = cuts[u] if u < cuts.size else x1
        if end > start:
            if cuts.size:
                ordered((start + end) / 2, met, f)
            n = climbed((start, end), met, count, label, n, f)
            if n < 0:
                return n
            start = end
    return n


@kernel
def tangle(x0: float, x1: float, met: int, f: Field) -> Floats:
    """Return the abscissas, in order, at which edges cross inside a strip."""
    crossed, left, right = False, f.strip.left, f.strip.right
    for q in range(met):
        left[q], right[q] = height(f.strip.now[q], x0, f), height(f.strip.now[q], x1, f)
        crossed |= q > 0 and (left[q] < left[q - 1] or right[q] < right[q - 1])
    found = np.empty(met * (met - 1) // 2 if crossed else 0)
    n = 0
    for q in range(met if crossed else 0):
        for o in range(q):
            one, two = left[q] - left[o], right[q] - right[o]
            if (one < 0 and two > 0) or (two < 0 and one > 0):
                found[n] = min(max(x0 + (x1 - x0) * (one / (one - two)), x0), x1)
                n += 1
    found[:n].sort()
    return found[:n]


@kernel
def climbed(ends: tuple[float, float], met: int, count: int, label: int, n: int, f: Field) -> int:
    """Walk a strip without crossings from bottom to top and write the edges at which the set changes."""
    strip, pieces, wind = f.strip, f.pieces, f.walk.wind
    if n + met + 1 > f.out.side.shape[0]:
        return NO_ROOM
    n = written(count, (ends[0], 0.0, ends[1], 0.0), VOID, label, n, f)
    below = here = label
    for q in range(met):
        a = strip.now[q]
        zone, sign = pieces.zone[strip.order[a]], pieces.sign[strip.order[a]]
        inside = wind[zone] > 0
        wind[zone] += sign
        if (wind[zone] > 0) != inside:
            here = toggled(here, zone, f.sets)
        if here != below and (q + 1 == met or strip.middle[q + 1] - strip.middle[q] > ONE):
            n = written(a, (ends[0], height(a, ends[0], f), ends[1], height(a, ends[1], f)), below, here, n, f)
            below = here
    for q in range(met):
        wind[pieces.zone[strip.order[strip.now[q]]]] -= pieces.sign[strip.order[strip.now[q]]]
    return here if here < 0 else n


@kernel
def written(slot: int, run: Run, below: int, above: int, n: int, f: Field) -> int:
    """Write an edge between two sets, or prolong the last one of the same piece."""
    edge, side, o = f.out.edge, f.out.side, f.strip.last[slot]
    if o >= 0 and edge[o, 2] == run[0] and side[o, 0] == below and side[o, 1] == above:
        edge[o, 2], edge[o, 3] = run[2], run[3]
        return n
    edge[n, 0], edge[n, 1], edge[n, 2], edge[n, 3] = run
    side[n, 0], side[n, 1] = below, above
    f.strip.last[slot] = n
    return n + 1
