"""Pieces of land with their neighbours: what a search walks over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.assemble.crossing import Links, Patches, links
from geo.assemble.graph import Pairs, adjacency
from geo.assemble.spec import Joining
from geo.basis.layer import Geometries

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Fabric:
    """Pieces that may be assembled, who borders whom, and over which patches they reach each other.

    Parameters
    ----------
    nodes : GeoDataFrame
        As `available.Ground.nodes`.
    patches : GeoDataFrame
        As `available.Ground.patches`.
    pairs : Pairs
        Shared boundaries.
    links : Links
        Ways across patches.
    joining : Joining
    """

    nodes: gpd.GeoDataFrame
    patches: gpd.GeoDataFrame
    pairs: Pairs
    links: Links
    joining: Joining

    @cached_property
    def shapes(self) -> Geometries:
        """Shapes of the pieces."""
        out: Geometries = self.nodes.geometry.to_numpy()
        return out

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """Name of every piece: ``parcel/part``, with its number where the plan cut the part in pieces."""
        columns = (self.nodes[n] for n in ("parcel_id", "part", "piece"))
        return np.array([f"{p}/{k}" if n == 1 else f"{p}/{k}/{n}" for p, k, n in zip(*columns, strict=True)], object)

    @cached_property
    def clear(self) -> Bools:
        """Pieces every source of which says that they are available."""
        return np.asarray(self.nodes["outcome"].to_numpy(object) == "clear")

    @cached_property
    def memory(self) -> dict[Any, Any]:
        """What searches have worked out about this fabric and the next one would again."""
        return {}

    def codes(self, column: str) -> Ints:
        """Return a number from 1 for every distinct word of a column, 0 for an empty one."""
        if column not in self.memory:
            distinct, code = np.unique(self.nodes[column].to_numpy(object).astype(str), return_inverse=True)
            shift = 0 if len(distinct) and distinct[0] == "" else 1
            self.memory[column] = (code.ravel() + shift).astype(np.int64)
        out: Ints = self.memory[column]
        return out

    @cached_property
    def edges(self) -> tuple[Ints, Ints]:
        """Pairs of neighbours of either kind, each once."""
        count = max(len(self.nodes), 1)
        keys = [p.first * count + p.second for p in (self.pairs, self.links)]
        key = np.unique(np.concatenate(keys))
        return key // count, key % count

    def blocks(self, kept: Bools, within_park: bool) -> list[tuple[int, ...]]:
        """Return the largest connected sets of the kept pieces, in order of their first piece.

        With `within_park` a set never leaves its park.
        """
        first, second = self.edges
        use = kept[first] & kept[second]
        if within_park:
            park = self.nodes["park_id"].to_numpy(object)
            use &= park[first] == park[second]
        count = len(self.nodes)
        graph = coo_array((np.ones(use.sum()), (first[use], second[use])), shape=(count, count))
        label = connected_components(graph, directed=False)[1]
        rows = np.flatnonzero(kept)
        order = rows[np.argsort(label[rows], kind="stable")]
        cuts = np.flatnonzero(np.diff(label[order])) + 1
        return sorted(tuple(int(k) for k in part) for part in np.split(order, cuts) if len(part))

    @cached_property
    def around(self) -> list[list[int]]:
        """Neighbours of every piece."""
        out: list[list[int]] = [[] for _ in range(len(self.nodes))]
        for i, j in zip(*(e.tolist() for e in self.edges), strict=True):
            out[i].append(j)
            out[j].append(i)
        return out

    def stranded_m2(self, members: Sequence[int], least_m2: float) -> float:
        """Return the neighbouring land that taking a set leaves in parts smaller than `least_m2`."""
        taken, total = set(members), 0.0
        area = self.nodes["net_hi_m2"].to_numpy(np.float64)
        seen: set[int] = set()
        for start in sorted({n for k in members for n in self.around[k]} - taken):
            if start in seen:
                continue
            part, fresh, size = {start}, [start], 0.0
            while fresh and size < least_m2:
                k = fresh.pop()
                size += float(area[k])
                more = [n for n in self.around[k] if n not in taken and n not in part]
                part.update(more)
                fresh += more
            seen |= part
            total += size if size < least_m2 else 0.0
        return total

    def links_in(self, members: Sequence[int]) -> Ints:
        """Return the links between members of a set."""
        inside = np.zeros(len(self.nodes), bool)
        inside[list(members)] = True
        return np.flatnonzero(inside[self.links.first] & inside[self.links.second])


def woven(nodes: gpd.GeoDataFrame, patches: gpd.GeoDataFrame, joining: Joining) -> Fabric:
    """Find out who borders whom and return the fabric."""
    shapes = nodes.geometry.to_numpy()
    passable = Patches(patches.geometry.to_numpy(), patches["width_m"].to_numpy(np.float64))
    return Fabric(nodes, patches, adjacency(shapes, joining), links(shapes, passable, joining.shared_m), joining)


def outline(fabric: Fabric, members: Sequence[int]) -> shapely.Geometry:
    """Return the ground of a set with what it crosses, gaps within the tolerance closed."""
    used = fabric.links_in(members)
    whole = shapely.union_all(np.concatenate([fabric.shapes[list(members)], fabric.links.strips[used]]))
    if whole.geom_type == "Polygon":
        return whole
    reach = fabric.joining.tolerance_m
    wider = shapely.buffer(whole, reach, join_style="mitre")
    return shapely.union_all([whole, shapely.buffer(wider, -reach, join_style="mitre")])
