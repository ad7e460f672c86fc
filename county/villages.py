"""Villages: clusters of homesteads near roads and at the foot of the hills, with lanes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from county.curves import corridor, polygons, tidy
from county.settings import Floats, part, rng
from county.terrain import Terrain


@dataclass(frozen=True)
class Village:
    """A village: its ground without lanes, its lanes and the houses' yards."""

    name: str
    centre: Floats
    ground: Any
    lanes: Any


def build(terrain: Terrain, county: Any, taken: Any, roads: Any) -> list[Village]:
    """Place and shape the villages outside `taken` ground."""
    generator = rng("villages")
    names = part("names")["villages"]
    centres = _centres(terrain, county, taken, roads, generator)
    out = [_village(names[k % len(names)], c, terrain, generator) for k, c in enumerate(centres)]
    return [v for v in out if shapely.area(v.ground) > 4000.0]


def _centres(terrain: Terrain, county: Any, taken: Any, roads: Any, generator: np.random.Generator) -> list[Floats]:
    given = part("county")["villages"]
    frame = terrain.frame
    spots = generator.random((9000, 2)) * np.asarray(frame.size) + np.asarray(frame.origin)
    points = shapely.points(spots)
    shapely.prepare(inside := shapely.buffer(county, -330.0))
    good = shapely.contains(inside, points) & (terrain.at(terrain.above, spots) < 26.0)
    good &= (terrain.at(terrain.river, spots) > 290.0) & (shapely.distance(points, taken) > 210.0)
    near = shapely.distance(points, roads)
    # a village wants a road, but not all of them have one
    order = np.argsort(np.where(near > 900.0, near * 2, near) + generator.random(len(spots)) * 900.0, kind="stable")
    chosen: list[Floats] = []
    for k in order[good[order]]:
        if len(chosen) == given["count"]:
            break
        if all(np.hypot(*(spots[k] - c)) > given["gap_m"] for c in chosen):
            chosen.append(spots[k])
    return chosen


def _village(name: str, centre: Floats, terrain: Terrain, generator: np.random.Generator) -> Village:
    low, high = part("county")["villages"]["radius_m"]
    radius = low + (high - low) * generator.random() ** 1.8
    angle = float(terrain.at(terrain.flow, centre[None])[0]) + generator.normal(0.0, 0.35)
    count = int(6 + (radius / 16.0) ** 1.5)
    offset = generator.normal(0.0, 0.5, (count, 2)) * [radius * 1.25, radius * 0.8]
    half = generator.uniform(14.0, 34.0, (count, 2))
    box = shapely.box(
        offset[:, 0] - half[:, 0], offset[:, 1] - half[:, 1], offset[:, 0] + half[:, 0], offset[:, 1] + half[:, 1]
    )
    body = shapely.buffer(shapely.union_all(box), 17.0, join_style="mitre", mitre_limit=1.6)
    body = shapely.simplify(shapely.buffer(body, -14.0, join_style="mitre", mitre_limit=1.6), 4.0)
    body = max(shapely.get_parts(polygons(body)), key=shapely.area)
    body = shapely.Polygon(shapely.get_exterior_ring(body))
    reach = np.linspace(-2.6, 2.6, 5)[:, None] * radius
    bend = generator.normal(0.0, 0.09, (2, 5)) * radius
    lanes = [np.c_[reach, bend[0]], np.c_[bend[1] + generator.normal(0, 0.3) * radius, reach]]
    lanes = lanes[: 1 if radius < 115.0 else 2]
    paths = [corridor(_turn(p, angle) + centre, 6.0) for p in lanes] if radius > 88.0 else []
    ground = tidy(shapely.transform(body, lambda xy: _turn(xy, angle) + centre), 0.0)
    cut = shapely.intersection(shapely.union_all(paths), ground) if paths else shapely.Polygon()
    return Village(name, centre, ground, polygons(cut))


def _turn(xy: Floats, angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(xy @ np.array([[cos, sin], [-sin, cos]]))
