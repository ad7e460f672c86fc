"""The kernel that measures parcels, alone: its processor time, how it takes more vertices, and overlays as the judge.

    python benchmarks/edges.py FOLDER 100000

Reads the county of `benchmarks/land.py` (drawn where it is not there). Prints the seconds of one call, compiled before;
the ratio of cost when every edge of the layers is cut in 4 and in 16, the new vertices off the line by 1 % and by 20 %
of their edge (aim: four times the vertices, at most `MOST` times the cost); and the largest difference to overlays of
shapes on some of the parcels.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

MOST = 6.0
SAMPLE = 300


def denser(flat, parts, off):
    """Return rings whose edges are cut in so many parts, the new vertices off the line by a share of it."""
    rng = np.random.default_rng(1)
    step = np.diff(flat.xy, axis=0, append=flat.xy[-1:])
    step[flat.at[1:] - 1] = 0.0
    many = np.full(len(flat.xy), parts)
    many[flat.at[1:] - 1] = 1
    first = np.concatenate([[0], np.cumsum(many)])
    source = np.repeat(np.arange(len(flat.xy)), many)
    along = ((np.arange(first[-1]) - first[source]) / many[source])[:, None]
    aside = np.where(along > 0, rng.uniform(-off, off, (len(source), 1)), 0.0)
    xy = flat.xy[source] + along * step[source] + aside * np.c_[-step[:, 1], step[:, 0]][source]
    return flat._replace(xy=xy, at=first[flat.at])


def seconds(lots, area, zones, count):
    """Return the processor seconds of one call, and what it found."""
    from geo.measure.grid import sets

    begun = time.process_time()
    found = sets.found(lots, area, zones, count)
    return time.process_time() - begun, found


def worst(shapes, layers):
    """Return the largest difference of any piece of some parcels to overlays of shapes, m²."""
    from geo.basis.area import AreaBasis
    from geo.basis.layer import Layer, Zone
    from geo.basis.progress import silent
    from geo.measure import by_grid, pieces, zones

    chosen = shapes[np.random.default_rng(2).permutation(len(shapes))[:SAMPLE]]
    made = {
        name: Layer(name, some, np.arange(len(some)).astype(str).astype(object), np.zeros(len(some), bool),
                    coverage="complete") for name, some in layers.items()
    }  # fmt: skip
    basis = AreaBasis("planar", "EPSG:4549", "EPSG:4549")
    lots = by_grid.lots(np.arange(len(chosen)).astype(str).astype(object), chosen, basis)
    laid = by_grid.lay(zones.grounds(made, [Zone(name) for name in sorted(made)]), basis, silent)
    summed = pieces.table(by_grid.cut(lots, laid, silent))
    drawn = pieces.table(by_grid.overlaid(lots, np.arange(len(chosen)), laid, silent))
    both = summed.merge(drawn, on=["parcel_id", "zones"], how="outer", suffixes=("", "_drawn")).fillna(0.0)
    return float((both["area_m2"] - both["area_m2_drawn"]).abs().max()), len(both)


def measured(folder: Path, count: int) -> dict[str, float]:
    """Return all figures."""
    from benchmarks import land
    from benchmarks.scale import LAYERS
    from geo.measure.grid import rings

    land.write(folder, [count])
    shapes = gpd.read_parquet(folder / f"parcels-{count}.parquet").geometry.to_numpy()
    layers = {name: gpd.read_parquet(folder / f"{name}.parquet").geometry.to_numpy() for name in LAYERS}
    lots, area = rings.of(shapes)
    zones = rings.joined([rings.of(some)[0] for some in layers.values()])
    seconds(lots, area, zones, len(layers))
    once, found = min((seconds(lots, area, zones, len(layers)) for _ in range(3)), key=lambda pair: pair[0])
    out = {"vertices": len(zones.xy), "seconds": once, "pieces": len(found.parcel), "off_m2": found.off_m2.max()}
    for parts, off in ((4, 0.01), (4, 0.2), (16, 0.01)):
        out[f"ratio x{parts}, {off:.0%} off"] = seconds(lots, area, denser(zones, parts, off), len(layers))[0] / once
    out["worst_m2"], out["compared"] = worst(shapes, layers)
    return out


def main(folder: str, count: str = "100000") -> int:
    """Print the figures and fail where four times the vertices cost more than `MOST` times as much."""
    told = measured(Path(folder), int(count))
    for name, value in told.items():
        print(f"{name}: {value:,.3g}" if isinstance(value, float) else f"{name}: {value:,}")
    return int(max(v for k, v in told.items() if k.startswith("ratio x4")) > MOST or told["worst_m2"] > 1e-4)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
