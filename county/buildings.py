"""Buildings: halls in plants, blocks in towns, houses in villages, and the planted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from county.exact import grid
from county.ground import Ground
from county.settings import Floats, part, rng

FIELDS = (
    "JZBH", "JZMC", "YT", "CS", "JDMJ", "JZMJ", "KZCS", "KZMJ", "KZRQ", "JG", "HZ", "DC", "JCND",
    "ZWJ", "HTSL", "HTZZ", "PDRL", "HZLB", "PFTJ", "YLMJ", "YQDM", "DKBH", "geometry",
)  # fmt: skip
FITTED = {  # field of the file: key of the facts
    "ZWJ": "grid_m", "HTSL": "lifts", "HTZZ": "lift_t", "PDRL": "power_kva", "HZLB": "fire_class", "PFTJ": "exhaust",
    "YLMJ": "yard_m2",
}  # fmt: skip
GRIDS_M, POWER_KVA, CLASSES = (6.0, 7.5, 8.4, 9.0, 12.0), (315.0, 630.0, 1000.0, 1600.0), ("丙", "丙", "丁", "戊")
SILENT = 0.3
"""Share of plants of which nobody has surveyed how they are fitted out."""


@dataclass(frozen=True)
class Style:
    """How a kind of ground is built on: sizes in metres, floors, share of spots used."""

    use: str
    length: tuple[float, float]
    depth: tuple[float, float]
    gap: float
    edge: float
    floors: tuple[int, int]
    share: float


STYLES = {
    "201A": Style("厂房", (46, 92), (26, 44), 16.0, 13.0, (1, 3), 0.86),
    "201": Style("城镇建筑", (30, 52), (13, 17), 15.0, 7.0, (3, 12), 0.9),
    "203": Style("民房", (10, 17), (9, 12), 7.0, 4.0, (1, 4), 0.72),
}


def build(ground: Ground, patches: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings with floors, floor area, use and vacancy."""
    generator = rng("buildings")
    planted = _planted(ground)
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    hosts = {p["block"]: s for p, s in zip(part("facts")["buildings"], planted, strict=True)}
    for land, block, park, shape in patches[["DLBM", "block", "park", "geometry"]].itertuples(index=False):
        if land not in STYLES:
            continue
        room = shape if block not in hosts else shapely.difference(shape, shapely.buffer(hosts[block], 18.0))
        for box in _filled(room, shape, STYLES[land], generator):
            rows.append(_row(STYLES[land], box, park, block, generator))
            shapes.append(box)
    fitting = rng("fitted out")
    for k, row in enumerate(rows):
        row["JZBH"] = f"JZ{k + 1:05d}"
        row |= _fitted(row, fitting)
    rows += [_planted_row(fact) for fact in part("facts")["buildings"]]
    return gpd.GeoDataFrame(rows, geometry=[*shapes, *planted], crs=part("county")["county"]["crs"])[list(FIELDS)]


def _filled(room: Any, plot: Any, style: Style, generator: np.random.Generator) -> list[Any]:
    """Set buildings in rows along the longer side of a plot."""
    frame = shapely.get_coordinates(shapely.minimum_rotated_rectangle(plot))
    corner, sides = frame[0], sorted((frame[1] - frame[0], frame[3] - frame[0]), key=lambda s: -float(np.hypot(*s)))
    along, across = sides
    length, depth = float(np.hypot(*along)), float(np.hypot(*across))
    boxes = _spots(length, depth, style, generator)
    if not len(boxes):
        return []
    to_ground = np.array([along / length, across / depth])
    rings = shapely.polygons(grid((boxes @ to_ground + corner).reshape(-1, 2)).reshape(boxes.shape))
    inside = shapely.contains(shapely.buffer(room, -style.edge / 2), rings)
    keep = inside & (generator.random(len(rings)) < style.share)
    return list(rings[keep])


def _spots(length: float, depth: float, style: Style, generator: np.random.Generator) -> Floats:
    """Return the corners (n, 4, 2) of a grid of buildings in a rectangle, each row with its own size."""
    out = []
    v = style.edge
    while True:
        high = generator.uniform(*style.depth)
        if v + high > depth - style.edge:
            break
        u = style.edge + generator.uniform(0, style.gap)
        while True:
            wide = generator.uniform(*style.length)
            if u + wide > length - style.edge:
                break
            out.append([(u, v), (u + wide, v), (u + wide, v + high), (u, v + high)])
            u += wide + style.gap
        v += high + style.gap
    return np.array(out, dtype=float)


def _row(style: Style, box: Any, park: str, block: str, generator: np.random.Generator) -> dict[str, Any]:
    low, high = style.floors
    floors = int(low + (high - low) * generator.random() ** 2.2 + 0.5)
    factory = style.use == "厂房"
    empty = int(generator.integers(1, floors + 1)) if factory and generator.random() < 0.06 else 0
    return {
        "JZMC": "", "YT": style.use, "CS": floors, "JDMJ": round(box.area, 2), "JZMJ": round(box.area * floors, 2),
        "KZCS": empty, "KZMJ": round(box.area * empty, 2), "KZRQ": "2026-02-28" if empty else "",
        "JG": round(generator.uniform(6, 12), 1) if factory else 3.0, "HZ": 15.0 if factory else 2.0,
        "DC": float(generator.choice([0, 0, 5, 10])) if factory else 0.0, "JCND": int(generator.integers(1996, 2025)),
        "YQDM": "" if park.startswith("T") else park, "DKBH": block,
    }  # fmt: skip


def _fitted(row: Mapping[str, Any], generator: np.random.Generator) -> dict[str, Any]:
    """Return how a plant is fitted out; a house is not surveyed at all, some plants neither."""
    draw = generator.random(7)
    if row["YT"] != "厂房" or draw[0] < SILENT:
        return _unsurveyed()
    lifts = 0.0 if row["CS"] == 1 else float(1 + (draw[1] > 0.6))
    return {
        "ZWJ": GRIDS_M[int(draw[2] * len(GRIDS_M))], "HTSL": lifts, "HTZZ": 2.0 + (draw[3] > 0.5) if lifts else np.nan,
        "PDRL": POWER_KVA[int(draw[4] * len(POWER_KVA))], "HZLB": CLASSES[int(draw[5] * len(CLASSES))],
        "PFTJ": "有" if draw[6] > 0.4 else "无", "YLMJ": round(row["JDMJ"] * draw[1], 0),
    }  # fmt: skip


def _unsurveyed() -> dict[str, Any]:
    return {f: "" if f in ("HZLB", "PFTJ") else np.nan for f in FITTED}


def _planted(ground: Ground) -> list[Any]:
    """Set each planted building in the middle of its block, along the block's sides."""
    out = []
    for fact in part("facts")["buildings"]:
        plot = max((p for p in ground.plots if p.block == fact["block"]), key=lambda p: p.shape.area)
        plat = next(p for p in ground.plats if p.park_id == plot.park)
        a = np.deg2rad(plat.angle_deg)
        centre = shapely.get_coordinates(shapely.centroid(plot.shape))[0]
        w, h = fact["size_m"]
        local = np.array([(-w, -h), (w, -h), (w, h), (-w, h)]) / 2.0
        turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
        shape = shapely.Polygon(grid(local @ turn + centre))
        if not plot.shape.contains(shape):
            raise ValueError(f"{fact['id']} does not fit into block {fact['block']}")
        out.append(shape)
    return out


def _planted_row(fact: Mapping[str, Any]) -> dict[str, Any]:
    width, depth = fact["size_m"]
    since = fact.get("vacant_since")
    return {
        "JZBH": fact["id"], "JZMC": fact["name"], "YT": fact["use"], "CS": fact["floors"], "JDMJ": width * depth,
        "JZMJ": width * depth * fact["floors"], "KZCS": fact["vacant_floors"], "KZMJ": fact["vacant_m2"],
        "KZRQ": since.isoformat() if since else "", "JG": fact["clear_m"], "HZ": fact["load_kn_m2"],
        "DC": fact["crane_t"], "JCND": fact["built"], "YQDM": fact["block"][:2], "DKBH": fact["block"],
    } | _unsurveyed() | {f: fact[key] for f, key in FITTED.items() if key in fact}  # fmt: skip
