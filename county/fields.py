"""Fields of the plain: sections between farm roads, strips between ditches, fields inside strips."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from county.settings import Floats, part, rng
from county.terrain import Terrain

Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Fields:
    """Corridors are polygons; `cuts` are the lines between two fields."""

    edge_roads: Shapes
    farm_roads: Shapes
    ditches: Shapes
    cuts: Shapes


def build(terrain: Terrain, plain: Any) -> Fields:
    """Divide the open plain (a polygon or several) into fields.

    Sections are the cells around scattered seeds; each lies along the river's direction
    nearby, as consolidated fields do, give or take a few degrees.
    """
    given = part("county")["fields"]
    generator = rng("fields")
    seeds = _seeds(terrain, plain, given["section_seeds"], generator)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=plain))
    edges = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=plain, only_edges=True))
    edges = shapely.get_parts(shapely.union_all(edges))
    roads = shapely.buffer(edges, given["edge_road_m"] / 2, cap_style="flat")
    order = shapely.STRtree(shapely.points(seeds)).query(cells, predicate="contains")
    made = [_section(cells[c], seeds[s], plain, terrain, generator) for c, s in order.T]
    return Fields(
        _within(roads, plain), _flat([m[0] for m in made]), _flat([m[1] for m in made]), _flat([m[2] for m in made])
    )


def _seeds(terrain: Terrain, plain: Any, count: int, generator: np.random.Generator) -> Floats:
    """Scatter seeds in the plain and even them out a little."""
    frame = terrain.frame
    spots = generator.random((count * 40, 2)) * np.asarray(frame.size) + np.asarray(frame.origin)
    shapely.prepare(plain)
    spots = spots[shapely.contains(plain, shapely.points(spots))][:count]
    for _ in range(2):
        cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=plain))
        spots = shapely.get_coordinates(shapely.centroid(shapely.intersection(cells, plain)))
        spots = spots[np.isfinite(spots).all(axis=1)]
    return np.asarray(spots)


def _section(
    cell: Any, seed: Floats, plain: Any, terrain: Terrain, generator: np.random.Generator
) -> tuple[Shapes, Shapes, Shapes]:
    """Cut one section into strips and fields, in its own direction."""
    given = part("county")["fields"]
    angle = float(terrain.at(terrain.flow, seed[None])[0]) + generator.normal(0.0, 0.11)
    angle += np.pi / 2 * (generator.random() < 0.4)
    reach = float(np.hypot(*(np.ptp(shapely.get_coordinates(cell), axis=0)))) / 2 + 60.0
    stops = np.cumsum(generator.uniform(*given["strip_m"], 40)) - reach
    stops = stops[stops < reach]
    drains = np.arange(len(stops)) % 2 == int(generator.integers(2))
    lines = _lines(
        np.full(len(stops), -reach), stops, np.full(len(stops), reach), stops + generator.normal(0, 4, len(stops))
    )
    cuts = _field_cuts(np.r_[-reach, stops, reach], reach, generator)
    inside = shapely.intersection(cell, plain)
    lines, cuts = (shapely.transform(g, lambda xy: _turned(xy, angle, seed)) for g in (lines, cuts))
    ditches = shapely.buffer(lines[drains], given["ditch_m"] / 2, cap_style="flat")
    roads = shapely.buffer(lines[~drains], given["farm_road_m"] / 2, cap_style="flat")
    return _within(roads, inside), _within(ditches, inside), _within(cuts, inside)


def _field_cuts(edges: Floats, reach: float, generator: np.random.Generator) -> Shapes:
    """Return the cuts of every strip between two edges; a few run on as double fields."""
    given = part("county")["fields"]
    out = []
    for low, high in pairwise(edges):
        at = np.cumsum(generator.uniform(*given["field_m"], 40)) - reach
        at = at[at < reach]
        lean = generator.normal(0.0, 3.0, len(at))
        out.append(_lines(at, np.full(len(at), low), at + lean, np.full(len(at), high)))
        if generator.random() < 0.2:
            # a strip of short fields: cut along its middle
            middle = np.array([(low + high) / 2])
            out.append(_lines(np.array([-reach]), middle, np.array([reach]), middle + generator.normal(0, 5)))
    return np.concatenate(out)


def _lines(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(np.stack([np.c_[x0, y0], np.c_[x1, y1]], axis=1)))


def _turned(xy: Floats, angle: float, centre: Floats) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(xy @ np.array([[cos, sin], [-sin, cos]]) + centre)


def _within(shapes: Shapes, ground: Any) -> Shapes:
    shapely.prepare(ground)
    found = shapely.intersection(shapes, ground)
    return np.asarray(found[~shapely.is_empty(found)])


def _flat(groups: list[Shapes]) -> Shapes:
    return np.concatenate(groups) if groups else np.empty(0, dtype=object)
