"""Neighbours of a whole fabric, demands on it, rectangles in sites.

    python benchmarks/assemble.py [parcels]          adjacency, one demand, twenty demands (default 100,000)
    python benchmarks/assemble.py --adjacency N      adjacency alone, with the peak of memory
    python benchmarks/assemble.py --rectangles       inscribed rectangles against a fine search

The fabric is a jittered grid of parcels with ragged edges, about 21 points each.
Every second parcel has points on one side that its neighbour has not.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.assemble import flow, shape
from geo.assemble.crossing import Links
from geo.assemble.fabric import Fabric
from geo.assemble.graph import adjacency
from geo.assemble.spec import Budget, CutRule, Demand, Joining, Limits
from geo.basis.progress import silent
from geo.basis.units import MU_M2

POINTS, SIDE = 4, 45.0
JOINING = Joining(tolerance_m=0.05, shared_m=5.0)


def fabric(count, seed=1):
    """Ragged parcels without a gap; half of them are drawn with more points on one side than their neighbour."""
    rng = np.random.default_rng(seed)
    n = int(np.ceil(np.sqrt(count)))
    grid = np.stack(np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0)), axis=-1) * SIDE
    corner = grid + rng.uniform(-0.25, 0.25, grid.shape) * SIDE + 500_000.0
    across = ragged(rng, corner[:, :-1], corner[:, 1:])  # along x, (n + 1) × n
    upward = ragged(rng, corner[:-1, :], corner[1:, :])  # along y, n × (n + 1)
    extra = rng.random((n, n)) < 0.5
    rings = []
    for row in range(n):
        for column in range(n):
            south, north = across[row, column], across[row + 1, column]
            west, east = upward[row, column], upward[row, column + 1]
            if extra[row, column]:
                south = halved(south)
            rings.append(np.vstack([south, east[1:], north[::-1][1:], west[::-1][1:]]))
    index = np.repeat(np.arange(len(rings)), [len(r) for r in rings])
    return shapely.polygons(shapely.linearrings(np.vstack(rings), indices=index))[:count]


def ragged(rng, start, end):
    """Points from start to end, a little off the straight line."""
    t = np.linspace(0, 1, POINTS + 2)[:, None]
    line = start[:, :, None] * (1 - t) + end[:, :, None] * t
    line[:, :, 1:-1] += rng.uniform(-2.0, 2.0, line[:, :, 1:-1].shape)
    return line


def halved(line):
    """The same line with a point more in the middle of each of its edges."""
    out = np.empty((2 * len(line) - 1, 2))
    out[::2], out[1::2] = line, (line[:-1] + line[1:]) / 2
    return out


def timed(work, runs=5):
    seconds = []
    for _ in range(runs):
        start, busy = time.perf_counter(), time.process_time()
        found = work()
        seconds.append((time.perf_counter() - start, time.process_time() - busy))
    wall, cpu = zip(*seconds, strict=True)
    return found, f"min {min(wall):.3f} s, median {statistics.median(wall):.3f} s (processor {min(cpu):.3f} s)"


def peak():
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB at most"


def loaded(count):
    """The fabric, made by another process so that its making does not count."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "--write", folder, str(count)], check=True)
        xy, *offsets = (np.load(Path(folder) / f"{n}.npy", mmap_mode="r") for n in ("xy", "rings", "parts"))
        return shapely.from_ragged_array(shapely.GeometryType.POLYGON, xy, tuple(offsets))


def write(folder, count):
    _, xy, offsets = shapely.to_ragged_array(fabric(count))
    for name, values in zip(("xy", "rings", "parts"), (xy, *offsets), strict=True):
        np.save(Path(folder) / f"{name}.npy", values)


def neighbours(count):
    shapes = loaded(count)
    points = int(np.median(shapely.get_num_coordinates(shapes)))
    print(f"{count:,} parcels, {points} points each in the median; memory with them: {peak()}")
    adjacency(shapes[:100], JOINING)  # loads what is compiled
    pairs, told = timed(lambda: adjacency(shapes, JOINING), 3 if count > 300_000 else 5)
    print(f"adjacency: {told}; {len(pairs.first):,} pairs; {peak()}")
    return shapes, pairs


def usable(shapes, pairs, share=0.3, seed=2):
    """A fabric of which clumps of parcels are usable."""
    rng = np.random.default_rng(seed)
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    wave = sum(np.sin(centre @ rng.normal(0, 0.004, 2) + rng.uniform(0, 6)) for _ in range(8))
    keep = np.argsort(-wave)[: int(share * len(shapes))]
    inside = np.zeros(len(shapes), bool)
    inside[keep] = True
    place = np.cumsum(inside) - 1
    both = inside[pairs.first] & inside[pairs.second]
    kept = type(pairs)(place[pairs.first[both]], place[pairs.second[both]], pairs.length_m[both])
    rows = np.flatnonzero(inside)
    area = shapely.area(shapes[rows])
    holder = (centre[rows] // 300).astype(int)
    nodes = gpd.GeoDataFrame(
        {
            "parcel_id": rows.astype(str), "part": 1, "piece": 1, "net_m2": area, "net_hi_m2": area, "outcome": "clear",
            "park_id": "", "township": "", "tenure": "30", "owner": [f"{x}-{y}" for x, y in holder],
            "quota_rate": (rng.random(len(rows)) < 0.7).astype(float),
        },
        geometry=shapes[rows], crs="EPSG:4549",
    )  # fmt: skip
    none, nothing = np.empty(0, np.int64), np.empty(0)
    links = Links(none, none, nothing, nothing, np.empty(0, object), (), ())
    return Fabric(nodes, nodes.iloc[:0].assign(width_m=0.0), kept, links, JOINING)


def demands(number):
    """Demands of 40 to 325 亩, every objective in turn."""
    objectives = ("loss", "owners", "net_share", "compactness", "quota")
    out = []
    for k in range(number):
        low = (40 + 15 * k) * MU_M2
        limits = Limits(min_width_m=60, rect_length_m=150, rect_width_m=80)
        out.append(Demand(f"d{k}", low, low + 10 * MU_M2, limits, CutRule(True, 5000, 20), objectives[k % 5]))
    return out


def searches(shapes, pairs):
    land = usable(shapes, pairs)
    asked = Demand("120", 120 * MU_M2, 130 * MU_M2, Limits(60, 150, 80), CutRule(True, 5000, 20))
    flow.offers(land, [asked], Budget(), silent)
    found, told = timed(lambda: flow.offers(land, [asked], Budget(), silent), 3)
    print(f"{len(land.nodes):,} usable: 120–130 亩 with 150 × 80 m: {told}; {len(found)} sites")
    found, told = timed(lambda: flow.offers(land, demands(20), Budget(), silent), 1)
    print(f"twenty demands: {told}; {len(found)} sites for {len({o.demand.demand_id for o in found})} of them")


def rectangles():
    rng = np.random.default_rng(4)
    sites = []
    for _ in range(60):
        angle, radius = np.sort(rng.uniform(0, 2 * np.pi, 60)), rng.uniform(90, 170, 60)
        sites.append(shapely.Polygon(np.c_[1.7 * radius * np.cos(angle), radius * np.sin(angle)]))
    shape.largest_rectangle(sites[0])
    _, told = timed(lambda: [shape.largest_rectangle(site) for site in sites])
    print(f"rectangles in {len(sites)} shapes of 60 points: {told}")


def main(arguments):
    if arguments[:1] == ["--write"]:
        write(arguments[1], int(arguments[2]))
    elif arguments[:1] == ["--rectangles"]:
        rectangles()
    elif arguments[:1] == ["--adjacency"]:
        neighbours(int(arguments[1]))
    else:
        searches(*neighbours(int(arguments[0]) if arguments else 100_000))
        rectangles()


if __name__ == "__main__":
    main(sys.argv[1:])
