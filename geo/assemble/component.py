"""Connected land as the search sees it: sets are integers with a bit for each piece."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple


class Sums(NamedTuple):
    """What adds up over a set.

    `perimeter_m` is that of the pieces without what lies between them, `crossed_m2` the
    ground between pieces that face each other; a piece whose holder is not known counts as
    a holder of its own.
    """

    area_m2: float
    quota_m2: float
    perimeter_m: float
    crossed_m2: float
    holders: int

    @property
    def compactness(self) -> float:
        """4πA/P²."""
        size = self.area_m2 + self.crossed_m2
        return 4.0 * math.pi * size / self.perimeter_m**2 if self.perimeter_m > 0 else 0.0

    @property
    def net_share(self) -> float:
        """Usable area over usable and crossed area."""
        gross = self.area_m2 + self.crossed_m2
        return self.area_m2 / gross if gross > 0 else 0.0


@dataclass(frozen=True)
class Component:
    """Pieces numbered from 0.

    Parameters
    ----------
    nodes : tuple of int
        Position of each piece in the fabric.
    neighbours : tuple of int
        Set of the neighbours of each piece.
    area_m2, quota_m2, perimeter_m : tuple of float
        As in `Region`.
    pairs : tuple of mapping
        For each piece: later neighbour → shared or facing boundary (m), ground crossed (m²).
    owners, townships, parks : tuple of int
        Bit of the holder, township and park of each piece; 0 where it is not known.
    outside : int
        Set of the pieces that have further neighbours the component does not hold.
    """

    nodes: tuple[int, ...]
    neighbours: tuple[int, ...]
    area_m2: tuple[float, ...]
    quota_m2: tuple[float, ...]
    perimeter_m: tuple[float, ...]
    pairs: tuple[dict[int, tuple[float, float]], ...]
    owners: tuple[int, ...]
    townships: tuple[int, ...]
    parks: tuple[int, ...]
    outside: int = 0

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.nodes)

    @cached_property
    def whole(self) -> int:
        """The set of all pieces."""
        return (1 << len(self.nodes)) - 1

    def members(self, chosen: int) -> tuple[int, ...]:
        """Return the positions in the fabric of a set, in order."""
        return tuple(self.nodes[k] for k in bits(chosen))

    def total(self, values: tuple[float, ...], chosen: int) -> float:
        """Sum values over a set."""
        return float(sum(values[k] for k in bits(chosen)))

    def union(self, values: tuple[int, ...], chosen: int) -> int:
        """Return all bits of a set's values."""
        out = 0
        for k in bits(chosen):
            out |= values[k]
        return out

    def connected(self, chosen: int) -> bool:
        """Tell whether a set is one piece."""
        found = fresh = chosen & -chosen
        while fresh:
            fresh = self.union(self.neighbours, fresh) & chosen & ~found
            found |= fresh
        return bool(chosen) and found == chosen

    def border(self, chosen: int) -> int:
        """Return the neighbours of a set."""
        return self.union(self.neighbours, chosen) & ~chosen

    def stranded_m2(self, chosen: int, least_m2: float) -> float:
        """Return the area around a set that is left in parts smaller than `least_m2`."""
        rest, total, seen = self.whole & ~chosen, 0.0, 0
        for k in bits(self.border(chosen)):
            if not seen >> k & 1:
                part, area = self._part(k, rest, least_m2)
                seen |= part
                total += area
        return total

    def _part(self, start: int, rest: int, least_m2: float) -> tuple[int, float]:
        """Return what is connected with a piece, and its area if small; a large part is not walked to its end."""
        found = fresh = 1 << start
        area = 0.0
        while fresh:
            area += self.total(self.area_m2, fresh)
            if area >= least_m2 or fresh & self.outside:
                return found, 0.0
            fresh = self.union(self.neighbours, fresh) & rest & ~found
            found |= fresh
        return found, area

    def sums(self, chosen: int) -> Sums:
        """Return what adds up over a set, worked out once."""
        if chosen not in self._known:
            self._known[chosen] = self._summed(chosen)
        return self._known[chosen]

    @cached_property
    def _known(self) -> dict[int, Sums]:
        return {}

    def _summed(self, chosen: int) -> Sums:
        area = quota = perimeter = ground = 0.0
        holders = unknown = 0
        left = chosen
        while left:
            low = left & -left
            k = low.bit_length() - 1
            left ^= low
            area, quota = area + self.area_m2[k], quota + self.quota_m2[k]
            perimeter += self.perimeter_m[k]
            holders, unknown = holders | self.owners[k], unknown + (self.owners[k] == 0)
            later, mine = self.pairs[k], self.neighbours[k] & left
            for other in bits(mine):
                length, crossed = later[other]
                perimeter, ground = perimeter - 2.0 * length, ground + crossed
        return Sums(area, quota, perimeter, ground, holders.bit_count() + unknown)


def bits(chosen: int) -> Iterator[int]:
    """Yield the positions of the bits of a set."""
    while chosen:
        low = chosen & -chosen
        yield low.bit_length() - 1
        chosen ^= low
