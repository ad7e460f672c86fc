"""One connected component of a fabric as the search sees it: bit sets and plain numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo.assemble.fabric import Fabric
from geo.assemble.spec import Demand

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Component:
    """Pieces numbered from 0; a set of them is an integer with a bit for each.

    Parameters
    ----------
    nodes : tuple of int
        Position of each piece in the fabric.
    neighbours : tuple of int
        Bit set of the neighbours of each piece.
    area_m2 : tuple of float
        Usable area of each piece.
    quota_m2 : tuple of float
        New-construction quota that building on it would draw; what is not known counts in full.
    perimeter_m : tuple of float
    shared : mapping of pair to float
        Shared or facing boundary between two pieces, metres.
    crossed_m2 : mapping of pair to float
        Ground crossed between two pieces.
    owners, townships, parks : tuple of int
        Bit of the holder, township and park of each piece; 0 where it is not known.
    """

    nodes: tuple[int, ...]
    neighbours: tuple[int, ...]
    area_m2: tuple[float, ...]
    quota_m2: tuple[float, ...]
    perimeter_m: tuple[float, ...]
    shared: dict[tuple[int, int], float]
    crossed_m2: dict[tuple[int, int], float]
    owners: tuple[int, ...]
    townships: tuple[int, ...]
    parks: tuple[int, ...]

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.nodes)

    @cached_property
    def whole(self) -> int:
        """The set of all pieces."""
        return (1 << len(self.nodes)) - 1

    def members(self, chosen: int) -> tuple[int, ...]:
        """Return the positions in the fabric of a set."""
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

    def reached(self, start: int, within: int) -> int:
        """Return what is connected with `start` inside a set."""
        found, fresh = start, start
        while fresh:
            around = self.union(self.neighbours, fresh) & within & ~found
            found |= around
            fresh = around
        return found

    def connected(self, chosen: int) -> bool:
        """Tell whether a set is one piece."""
        return bool(chosen) and self.reached(chosen & -chosen, chosen) == chosen

    def parts(self, chosen: int) -> Iterator[int]:
        """Yield the connected parts of a set."""
        while chosen:
            part = self.reached(chosen & -chosen, chosen)
            yield part
            chosen &= ~part

    def pairs_in(self, values: dict[tuple[int, int], float], chosen: int) -> float:
        """Sum values of the pairs inside a set."""
        inside = list(bits(chosen))
        return float(sum(values.get((i, j), 0.0) for n, i in enumerate(inside) for j in inside[n + 1 :]))

    def compactness(self, chosen: int) -> float:
        """Return 4πA/P² of a set, its perimeter taken as the pieces' without shared and facing boundaries."""
        around = self.total(self.perimeter_m, chosen) - 2.0 * self.pairs_in(self.shared, chosen)
        size = self.total(self.area_m2, chosen) + self.pairs_in(self.crossed_m2, chosen)
        return 4.0 * np.pi * size / around**2 if around > 0 else 0.0

    def net_share(self, chosen: int) -> float:
        """Return usable area over usable and crossed area."""
        net = self.total(self.area_m2, chosen)
        gross = net + self.pairs_in(self.crossed_m2, chosen)
        return net / gross if gross > 0 else 0.0


def bits(chosen: int) -> Iterator[int]:
    """Yield the positions of the bits of a set."""
    while chosen:
        low = chosen & -chosen
        yield low.bit_length() - 1
        chosen ^= low


def components(fabric: Fabric, demand: Demand, proved: bool) -> list[Component]:
    """Return the connected components a demand may be met in.

    Parameters
    ----------
    fabric : Fabric
    demand : Demand
    proved : bool
        Only pieces whose availability is proved, with their proved area; else all pieces
        that are not excluded, with the area that is not excluded.
    """
    kept = _admitted(fabric, demand) & (fabric.clear if proved else np.ones(len(fabric.nodes), bool))
    area = fabric.nodes["net_m2" if proved else "net_hi_m2"].to_numpy(np.float64)
    kept &= area > 0
    single = demand.limits.max_parks == 1
    found = fabric.blocks(kept, within_park=single)
    big = [b for b in found if area[list(b)].sum() >= demand.land_min_m2]
    return [_component(fabric, block, area) for block in big]


def _admitted(fabric: Fabric, demand: Demand) -> npt.NDArray[np.bool_]:
    kept = np.ones(len(fabric.nodes), bool)
    if demand.parks is not None:
        kept &= fabric.nodes["park_id"].isin(demand.parks).to_numpy()
    if demand.limits.tenures is not None:
        kept &= fabric.nodes["tenure"].isin([*demand.limits.tenures, ""]).to_numpy()
    return kept


def _component(fabric: Fabric, block: tuple[int, ...], area: Floats) -> Component:
    rows = list(block)
    place = {node: k for k, node in enumerate(block)}
    shared = _between(place, fabric.pairs.first, fabric.pairs.second, fabric.pairs.length_m)
    facing = _between(place, fabric.links.first, fabric.links.second, fabric.links.length_m)
    crossed = _between(place, fabric.links.first, fabric.links.second, fabric.links.ground_m2)
    neighbours = [0] * len(block)
    for i, j in [*shared, *facing]:
        neighbours[i] |= 1 << j
        neighbours[j] |= 1 << i
    both = {pair: shared.get(pair, 0.0) + facing.get(pair, 0.0) for pair in {**shared, **facing}}
    rate = fabric.nodes["quota_rate"].fillna(1.0).to_numpy(np.float64)
    return Component(
        nodes=block,
        neighbours=tuple(neighbours),
        area_m2=tuple(area[rows].tolist()),
        quota_m2=tuple((area * rate)[rows].tolist()),
        perimeter_m=tuple(shapely.length(fabric.shapes[rows]).tolist()),
        shared=both,
        crossed_m2=crossed,
        owners=_as_bits(fabric.nodes["owner"].to_numpy(object)[rows]),
        townships=_as_bits(fabric.nodes["township"].to_numpy(object)[rows]),
        parks=_as_bits(fabric.nodes["park_id"].to_numpy(object)[rows]),
    )


def _between(
    place: dict[int, int], first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], values: Floats
) -> dict[tuple[int, int], float]:
    """Return the pairs inside the component, by its own numbers."""
    rows = np.flatnonzero(np.isin(first, list(place)) & np.isin(second, list(place)))
    return {(place[int(first[k])], place[int(second[k])]): float(values[k]) for k in rows}


def _as_bits(words: npt.NDArray[np.object_]) -> tuple[int, ...]:
    known = {w: 1 << k for k, w in enumerate(sorted({str(w) for w in words} - {""}))}
    return tuple(known.get(str(w), 0) for w in words)
