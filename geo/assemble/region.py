"""Connected land a demand may be met in, as arrays; small enough parts of it become a `Component`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely

from geo.assemble.component import Component
from geo.assemble.fabric import Fabric
from geo.assemble.spec import Demand

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Region:
    """Pieces of one connected block, numbered from 0.

    Parameters
    ----------
    nodes : int array
        Position of each piece in the fabric.
    first, second : int array
        Pairs of neighbours, ``first < second``, each once.
    shared_m, crossed_m2 : float array
        Of each pair: shared or facing boundary, ground crossed between them.
    area_m2, quota_m2, perimeter_m : float array
        Of each piece: usable area; new-construction quota that building on it draws (what is
        not known counts in full); boundary.
    owners, townships, parks : int array
        Code of holder, township and park, from 1; 0 where it is not known.
    """

    nodes: Ints
    first: Ints
    second: Ints
    shared_m: Floats
    crossed_m2: Floats
    area_m2: Floats
    quota_m2: Floats
    perimeter_m: Floats
    owners: Ints
    townships: Ints
    parks: Ints

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.nodes)

    @cached_property
    def around(self) -> tuple[Ints, Ints, Floats]:
        """Neighbours of every piece: where its row starts, the neighbours, the boundary shared with each."""
        one, other = np.concatenate([self.first, self.second]), np.concatenate([self.second, self.first])
        length = np.concatenate([self.shared_m, self.shared_m])
        order = np.lexsort((other, one))
        starts = np.searchsorted(one[order], np.arange(len(self.nodes) + 1)).astype(np.int64)
        return starts, other[order], length[order]

    def window(self, rows: Ints, hops: int) -> Ints:
        """Return the pieces within so many steps of some pieces, in order."""
        starts, neighbours, _ = self.around
        found = np.unique(rows)
        for _ in range(hops):
            more = [neighbours[starts[k] : starts[k + 1]] for k in found]
            found = np.unique(np.concatenate([found, *more]))
        return found

    def component(self, rows: Ints | None = None) -> Component:
        """Return some pieces (all without `rows`) as a component; rows in order."""
        rows = np.arange(len(self.nodes)) if rows is None else rows
        pairs, outside = self._pairs_of(rows)
        place = np.full(len(self.nodes), -1, np.int64)
        place[rows] = np.arange(len(rows))
        neighbours = [0] * len(rows)
        shared: list[dict[int, tuple[float, float]]] = [{} for _ in rows]
        for p in pairs.tolist():
            i, j = int(place[self.first[p]]), int(place[self.second[p]])
            neighbours[i] |= 1 << j
            neighbours[j] |= 1 << i
            shared[i][j] = (float(self.shared_m[p]), float(self.crossed_m2[p]))
        return Component(
            nodes=tuple(self.nodes[rows].tolist()),
            neighbours=tuple(neighbours),
            area_m2=tuple(self.area_m2[rows].tolist()),
            quota_m2=tuple(self.quota_m2[rows].tolist()),
            perimeter_m=tuple(self.perimeter_m[rows].tolist()),
            pairs=tuple(shared),
            owners=_bits(self.owners[rows]),
            townships=_bits(self.townships[rows]),
            parks=_bits(self.parks[rows]),
            outside=sum(1 << k for k in np.flatnonzero(outside).tolist()),
        )

    def _pairs_of(self, rows: Ints) -> tuple[Ints, Bools]:
        """Return the pairs among some pieces, and which of these have a neighbour elsewhere."""
        inside = np.zeros(len(self.nodes), bool)
        inside[rows] = True
        if len(rows) == len(self.nodes):
            return np.arange(len(self.first)), np.zeros(len(rows), bool)
        one, other = inside[self.first], inside[self.second]
        border = np.zeros(len(self.nodes), bool)
        border[self.first[one & ~other]] = True
        border[self.second[other & ~one]] = True
        return np.flatnonzero(one & other), border[rows]


def _bits(codes: Ints) -> tuple[int, ...]:
    """Return a bit for each distinct code, 0 for none."""
    known = {c: 1 << k for k, c in enumerate(np.unique(codes[codes > 0]).tolist())}
    return tuple(known.get(c, 0) for c in codes.tolist())


def regions(fabric: Fabric, demand: Demand, proved: bool) -> list[Region]:
    """Return the connected blocks that hold enough land for a demand, each within one park if it must be.

    Parameters
    ----------
    fabric : Fabric
    demand : Demand
    proved : bool
        Only pieces whose availability is proved, with their proved area; else all pieces
        that are not excluded, with the area that is not excluded.
    """
    limits = demand.limits
    single = limits.max_parks == 1
    asked = ("regions", demand.parks, limits.tenures, single, proved)
    if asked not in fabric.memory:
        fabric.memory[asked] = _blocks(fabric, _admitted(fabric, demand), single, proved)
    out = []
    for block, size in fabric.memory[asked]:
        if size >= demand.land_min_m2:
            known = ("region", proved, block)
            if known not in fabric.memory:
                fabric.memory[known] = _region(fabric, np.array(block), proved)
            out.append(fabric.memory[known])
    return out


def _area(fabric: Fabric, proved: bool) -> Floats:
    return np.asarray(fabric.nodes["net_m2" if proved else "net_hi_m2"], np.float64)


def quota_of(fabric: Fabric, proved: bool) -> Floats:
    """Return the new-construction quota each piece draws; what is not known counts in full."""
    rate = fabric.nodes["quota_rate"].fillna(1.0).to_numpy(np.float64)
    return np.asarray(_area(fabric, proved) * rate)


def _blocks(fabric: Fabric, kept: Bools, single: bool, proved: bool) -> list[tuple[tuple[int, ...], float]]:
    """Return connected blocks with their area; of all that is not excluded only those with something unproved."""
    area = _area(fabric, proved)
    kept = kept & (area > 0) & (fabric.clear if proved else True)
    found = [(b, float(area[list(b)].sum())) for b in fabric.blocks(kept, within_park=single)]
    if proved:
        return found
    net = _area(fabric, True)
    doubtful = ~fabric.clear | (net < area)
    return [(b, size) for b, size in found if doubtful[list(b)].any()]


def _admitted(fabric: Fabric, demand: Demand) -> Bools:
    kept = np.ones(len(fabric.nodes), bool)
    if demand.parks is not None:
        kept &= fabric.nodes["park_id"].isin(demand.parks).to_numpy()
    if demand.limits.tenures is not None:
        kept &= fabric.nodes["tenure"].isin([*demand.limits.tenures, ""]).to_numpy()
    return kept


def _region(fabric: Fabric, nodes: Ints, proved: bool) -> Region:
    count = len(fabric.nodes)
    place = np.full(count, -1, np.int64)
    place[nodes] = np.arange(len(nodes))
    columns = [
        _between(place, pairs.first, pairs.second, length, ground)
        for pairs, length, ground in (
            (fabric.pairs, fabric.pairs.length_m, np.zeros(len(fabric.pairs.first))),
            (fabric.links, fabric.links.length_m, fabric.links.ground_m2),
        )
    ]
    first, second, length, ground = (np.concatenate(c) for c in zip(*columns, strict=True))
    key, same = np.unique(first * len(nodes) + second, return_inverse=True)
    same = same.ravel()
    return Region(
        nodes=nodes,
        first=key // max(len(nodes), 1),
        second=key % max(len(nodes), 1),
        shared_m=np.bincount(same, weights=length, minlength=len(key)).astype(np.float64),
        crossed_m2=np.bincount(same, weights=ground, minlength=len(key)).astype(np.float64),
        area_m2=_area(fabric, proved)[nodes],
        quota_m2=quota_of(fabric, proved)[nodes],
        perimeter_m=np.asarray(shapely.length(fabric.shapes[nodes]), np.float64),
        owners=fabric.codes("owner")[nodes],
        townships=fabric.codes("township")[nodes],
        parks=fabric.codes("park_id")[nodes],
    )


def _between(
    place: Ints, first: Ints, second: Ints, length: Floats, ground: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    inside = (place[first] >= 0) & (place[second] >= 0)
    return place[first[inside]], place[second[inside]], length[inside], ground[inside]
