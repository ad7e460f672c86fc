"""What lies on what: covers in order, the upper one hides the lower one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from county import curves, fields, liren, natural, plats, villages
from county.plats import Plat, Plot
from county.settings import Floats, Frame, frame, part, rng
from county.terrain import Terrain
from county.terrain import build as build_terrain

Shapes = npt.NDArray[np.object_]
LINEAR = ("1001", "1003", "1004", "1006", "1101", "1107")


@dataclass(frozen=True)
class Cover:
    """Shapes of one kind; `land_class` "" is decided later, from the ground (fields, hills)."""

    kind: str
    land_class: str
    shapes: Shapes
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Everything that shapes the county, before it becomes one gapless fabric."""

    frame: Frame
    terrain: Terrain
    county: Any
    river: Any
    plats: tuple[Plat, ...]
    plots: tuple[Plot, ...]
    site: liren.Site
    villages: tuple[villages.Village, ...]
    covers: tuple[Cover, ...]
    cuts: Shapes


def build() -> Ground:
    """Lay out the county of ``data/demo``."""
    area = frame()
    given = part("county")
    axis = _river_axis(area)
    streams = [curves.spline(area.metres(s["axis_km"])) for s in given["streams"]]
    county = _county(area)
    laid = plats.build(area)
    terrain = build_terrain(area, axis, streams, [p.outline for p in laid])
    site = liren.build(laid)
    plots = tuple(p for plat in laid for p in plat.plots) + site.plots
    river = _river(axis)
    roads = _roads(area)
    water = [Cover("reservoir", "1103", _array(_reservoir(area)), (given["reservoir"]["name"],)), _brooks(streams)]
    wet = shapely.union_all([river, water[0].shapes[0], shapely.buffer(shapely.union_all(water[1].shapes), 20.0)])
    taken = shapely.union_all([wet, *(p.outline for p in laid)])
    homes = villages.build(terrain, county, taken, shapely.union_all([c.shapes[0] for c in roads]))
    upper = [
        Cover("plot", "", np.array([p.shape for p in plots], dtype=object)),
        Cover("street", "1004", np.array([p.outline for p in laid], dtype=object)),
        *roads,
        Cover("river", "1101", _array(river), (given["river"]["name"],)),
        Cover("island", "1106", _array(_islands(river))),
        Cover("lane", "1004", _array(shapely.union_all([v.lanes for v in homes]))),
        Cover("village", "203", np.array([v.ground for v in homes], dtype=object)),
        *water,
    ]
    lower, cuts = _open_land(terrain, county, upper)
    return Ground(area, terrain, county, river, tuple(laid), plots, site, tuple(homes), (*upper, *lower), cuts)


def _open_land(terrain: Terrain, county: Any, upper: list[Cover]) -> tuple[list[Cover], Shapes]:
    """Return the covers of plain and hills below everything built and wet, and the cuts between fields."""
    hills, is_plain = natural.patches(terrain)
    hidden = shapely.union_all(np.concatenate([c.shapes for c in upper]))
    plain = shapely.intersection(shapely.union_all(hills[is_plain]), county)
    cut = fields.build(terrain, curves.polygons(shapely.difference(plain, hidden)))
    covers = [
        Cover("edge_road", "1006", _array(shapely.union_all(cut.edge_roads))),
        Cover("pond", "1104", _ponds(terrain, plain)),
        Cover("farm_road", "1006", cut.farm_roads),
        Cover("ditch", "1107", cut.ditches),
        Cover("field", "", _array(plain)),
        Cover("hill", "", hills[~is_plain]),
    ]
    return covers, cut.cuts


def _array(*shapes: Any) -> Shapes:
    return np.array([*shapes], dtype=object)


def _river_axis(area: Frame) -> Floats:
    given = part("county")["river"]
    line = curves.spline(area.metres(given["axis_km"]))
    phases = rng("river").uniform(0, 2 * np.pi, 3)
    return curves.meander(line, given["meander_m"], given["meander_length_km"] * 1000.0, phases)


def _river(axis: Floats) -> Any:
    """Return the water: a ribbon of changing width without its islands."""
    given = part("county")["river"]
    low, high = given["width_m"]
    waves = np.sin(np.linspace(0, 23.0, len(axis))) * 0.5 + np.sin(np.linspace(1, 41.0, len(axis))) * 0.3
    widths = (low + high) / 2 + (high - low) / 2 * waves
    normal = curves.normals(axis)
    isles = []
    for share, length, width in given["islands"]:
        at = int(share * len(axis))
        widths += 1.15 * width * np.exp(-(((np.arange(len(axis)) - at) * 12.0 / (length * 0.62)) ** 2))
        turn = float(np.arctan2(-normal[at, 0], normal[at, 1]))
        waves2 = np.array([[0.10, 1.0], [0.06, 2.0]])
        isles.append(curves.blob(axis[at], (length / 2, width / 2), turn, waves2))
    return shapely.difference(curves.ribbon(axis, widths), shapely.union_all(isles))


def _islands(river: Any) -> Any:
    parts = shapely.get_parts(river)
    rings = np.concatenate([np.atleast_1d(shapely.polygons(list(p.interiors))) for p in parts])
    return shapely.union_all(rings)


def _brooks(streams: list[Floats]) -> Cover:
    given = part("county")["streams"]
    shapes = [curves.ribbon(k, np.linspace(*s["width_m"], len(k))) for k, s in zip(streams, given, strict=True)]
    return Cover("brook", "1101", np.array(shapes, dtype=object), tuple(s["name"] for s in given))


def _roads(area: Frame) -> list[Cover]:
    out = []
    for road in part("county")["roads"]:
        line = curves.spline(area.metres(road["axis_km"]), 20.0)
        kind = "rail" if road["class"] == "1001" else "highway"
        out.append(Cover(kind, road["class"], _array(curves.corridor(line, road["width_m"])), (road["name"],)))
    return out


def _reservoir(area: Frame) -> Any:
    given = part("county")["reservoir"]
    waves = np.c_[[0.20, 0.14, 0.12, 0.07, 0.05], rng("reservoir").uniform(0, 6.28, 5)]
    return curves.blob(area.metres(given["centre_km"]), tuple(given["radius_m"]), np.deg2rad(given["angle_deg"]), waves)


def _county(area: Frame) -> Any:
    given = part("county")["county"]
    k = np.arange(70)
    generator = rng("outline")
    size = given["outline_noise_km"] * 1000.0 / (1.0 + 0.5 * k) * generator.uniform(0.4, 1.3, len(k))
    bumps = np.c_[size, generator.uniform(0, 2 * np.pi, len(k))]
    return curves.outline(
        area, area.metres(given["outline_centre_km"]), np.array(given["outline_radius_km"]) * 1000.0,
        given["outline_power"], bumps,
    )  # fmt: skip


def _ponds(terrain: Terrain, plain: Any) -> Shapes:
    given = part("county")["ponds"]
    generator = rng("ponds")
    spots = generator.random((given["count"] * 12, 2)) * np.asarray(terrain.frame.size) + np.asarray(
        terrain.frame.origin
    )
    shapely.prepare(plain)
    spots = spots[shapely.contains(plain, shapely.points(spots))][: given["count"]]
    low, high = given["radius_m"]
    out = []
    for spot in spots:
        radius = low + (high - low) * generator.random() ** 2.2
        waves = np.c_[[0.16, 0.10, 0.06], generator.uniform(0, 6.28, 3)]
        out.append(curves.blob(spot, (radius, radius * generator.uniform(0.5, 0.9)), generator.uniform(0, 3.14), waves))
    return np.array(out, dtype=object)
