"""A county drawn by chance, the same every time: parcels without gaps, and five layers that are all but smooth.

    python benchmarks/land.py FOLDER 10000 100000     # --density 0.2: fewer vertices

Writes GeoParquet: ``parcels-10000.parquet`` … and the layers, which are those of the whole county whatever the
number of parcels. Nothing of it is real; it is as hard to measure as what counties send (3 million vertices,
one feature of 200,000, holes, parts, overlaps, rivers with ragged banks).
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import Voronoi

CRS = "EPSG:4549"
WEST, SOUTH, SIDE = 480_000.0, 3_480_000.0, 45_000.0
LOT = 41.0
"""Distance between the centres of parcels, metres."""


def parcels(count: int) -> np.ndarray:
    """Return so many parcels around the middle of the county: a gapless fabric with ragged shared edges."""
    rng = np.random.default_rng(11)
    side = int(np.sqrt(count / 0.86)) + 6
    at = (np.arange(side) - side / 2) * LOT
    x, y = (a.ravel() for a in np.meshgrid(at, at))
    kept = rng.random(x.size) > 0.12
    points = np.c_[x, y][kept] + rng.uniform(-0.42, 0.42, (kept.sum(), 2)) * LOT
    cells = Voronoi(points)
    a, b = np.array(cells.ridge_vertices).T
    ends = {}
    for n, (one, two) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        ends[one, two] = (n, False)
        ends[two, one] = (n, True)
    lines = _ragged(cells.vertices, a, b, rng)
    shapes = []
    for region in (cells.regions[k] for k in cells.point_region):
        if -1 in region or len(region) < 3 or np.abs(cells.vertices[region]).max() > side / 2 * LOT:
            continue
        ring = []
        for one, two in zip(region, region[1:] + region[:1], strict=True):
            number, back = ends[one, two]
            line = lines[number]
            ring.append(line[::-1][:-1] if back else line[:-1])
        shapes.append(shapely.Polygon(np.concatenate(ring)))
    out = np.array(shapes, object)
    out = out[shapely.is_valid(out)]
    near = np.abs(shapely.get_coordinates(shapely.centroid(out))).max(axis=1)
    chosen = out[np.argsort(near, kind="stable")[:count]]
    return _placed(chosen, WEST + SIDE / 2, SOUTH + SIDE / 2)


def _ragged(vertices, a, b, rng):
    """Return every ridge as a line with a few vertices off it; both neighbours use the same line."""
    lines = []
    for one, two in zip(a.tolist(), b.tolist(), strict=True):
        if one < 0 or two < 0:
            lines.append(None)
            continue
        start, end = vertices[one], vertices[two]
        length = float(np.hypot(*(end - start)))
        more = int(rng.random() ** 2 * 9) if length > 4 else 0
        t = (np.arange(1, more + 1) + rng.uniform(-0.3, 0.3, more)) / (more + 1)
        off = rng.uniform(-1, 1, more) * min(0.03 * length, 1.5)
        normal = np.array([start[1] - end[1], end[0] - start[0]]) / max(length, 1e-9)
        lines.append(np.vstack([start, start + t[:, None] * (end - start) + off[:, None] * normal, end]))
    return lines


def _placed(shapes, x, y):
    return shapely.transform(shapes, lambda xy: np.round(xy + np.array([x, y]), 3))


def _blob(rng, x, y, radius, vertices, rough):
    """Return a ring around a point whose radius wanders: simple by construction, whatever the vertices."""
    vertices = max(int(vertices), 8)
    waves = np.zeros(vertices // 2 + 1, complex)
    k = np.arange(2, waves.size)
    waves[2:] = (rng.normal(size=k.size) + 1j * rng.normal(size=k.size)) / k**1.1
    wander = np.fft.irfft(waves, vertices)
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    far = radius * (1 + rough * wander / max(np.abs(wander).max(), 1e-12))
    return np.c_[x + far * np.cos(turn), y + far * np.sin(turn)]


def _patch(rng, x, y, radius, vertices, rough, holes):
    inner, grid = [], int(np.ceil(np.sqrt(max(holes, 1))))
    span = radius * (1 - rough) * 1.2 / grid
    for h in range(holes):
        hx, hy = (radius * -0.6 * (1 - rough) + (n + 0.5) * span for n in (h % grid, h // grid))
        inner.append(_blob(rng, x + hx, y + hy, span * rng.uniform(0.1, 0.3), vertices * 0.2 / holes, 0.3))
    return shapely.Polygon(_blob(rng, x, y, radius, vertices * 0.8, rough), inner)


def _river(rng, vertices, width, upright, islands, middle):
    half = vertices // 2
    t = np.linspace(-500, SIDE + 500, half)
    bed = middle * SIDE + np.sin(t / rng.uniform(2500, 6000)) * 900 + np.cumsum(rng.normal(size=half)) / half**0.5 * 400
    wide = width * (1 + 0.4 * np.sin(t / 1700)) / 2
    banks = [wide * (1 + 0.25 * np.abs(rng.normal(size=half)).clip(0, 2)) for _ in range(2)]
    water = shapely.Polygon(np.r_[np.c_[t, bed + banks[0]], np.c_[t, bed - banks[1]][::-1]])
    where = rng.choice(np.arange(half // 50, half - half // 50), islands, replace=False)
    dry = [shapely.Polygon(_blob(rng, t[k], bed[k], width * rng.uniform(0.05, 0.1), 30, 0.2)) for k in where]
    water = shapely.difference(water, shapely.union_all(dry))
    return shapely.transform(water, lambda xy: xy[:, ::-1]) if upright else water


def layers(density: float = 1.0) -> dict[str, np.ndarray]:
    """Return the five layers of the county; `density` multiplies their vertices."""
    rng = np.random.default_rng(7)

    def within(n, edge=0.0):
        return rng.uniform(edge, SIDE - edge, n)

    field, made = SIDE / 80, {}
    squares = rng.permutation(6400)[:6000]
    made["basic_farmland"] = [
        _patch(rng, (k % 80 + 0.5) * field + rng.uniform(-90, 90), (k // 80 + 0.5) * field + rng.uniform(-90, 90),
               rng.uniform(120, 290), rng.integers(30, 400) * density, 0.4, int(rng.integers(0, 3)))
        for k in squares
    ]  # fmt: skip
    made["ecological_redline"] = [
        shapely.union_all([
            _patch(rng, x, y, rng.uniform(700, 2600), n * density, 0.45, 12)
            for x, y, n in zip(within(p, 3e3), within(p, 3e3), 10 ** rng.uniform(3.5, 4.6, p), strict=True)
        ])
        for p in rng.integers(1, 4, 40)
    ]  # fmt: skip
    wide = [_river(rng, int(200_000 * density), 500, k, 60, rng.uniform(0.2, 0.8)) for k in (0, 1)]
    narrow = [_river(rng, int(20_000 * density), 180, k % 2, 20, rng.uniform(0.15, 0.85)) for k in range(8)]
    made["flood_zone"] = wide + narrow
    mines = zip(within(300), within(300), rng.uniform(80, 900, 300), rng.integers(20, 200, 300), strict=True)
    made["mineral"] = [_patch(rng, x, y, r, n * density, 0.3, 0) for x, y, r, n in mines]
    wells = zip(within(250), within(250), strict=True)
    segments = int(32 * density)
    made["water_source_quasi"] = [
        shapely.Point(x, y).buffer(r, quad_segs=segments) for x, y in wells for r in (150, 500, 1100)
    ]
    return {name: _sound(_placed(np.array(shapes, object), WEST, SOUTH)) for name, shapes in made.items()}


def _sound(shapes):
    wrong = ~shapely.is_valid(shapes)
    shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    return shapes


def write(folder: Path, counts, density: float = 1.0) -> None:
    """Write what is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "water_source_quasi.parquet").exists():
        for name, shapes in layers(density).items():
            frame = gpd.GeoDataFrame({"fid": np.arange(len(shapes))}, geometry=shapes, crs=CRS)
            frame.to_parquet(folder / f"{name}.parquet")
    for count in counts:
        path = folder / f"parcels-{count}.parquet"
        if not path.exists():
            shapes = parcels(count)
            codes = [f"330{k:09d}" for k in range(len(shapes))]
            gpd.GeoDataFrame({"parcel_id": codes}, geometry=shapes, crs=CRS).to_parquet(path)


if __name__ == "__main__":
    folder, *counts = sys.argv[1:]
    dense = float(counts.pop(counts.index("--density") + 1)) if "--density" in counts else 1.0
    write(Path(folder), [int(n) for n in counts if n != "--density"], dense)
