"""Make the golden table of QGIS overlaps anew: ``python -m tests.oracles.make_qgis``.

Needs QGIS's ``qgis_process`` (not part of the project's set-up) and the real data beside
the project. The layers are written repaired and projected, so QGIS and Luodi measure the
very same shapes; QGIS is told to use no ellipsoid.
"""

import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from tests.oracles import places

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "qgis_cambridge_overlaps.csv"
SUMS = GOLDEN.with_name("qgis_cambridge_sums.csv")
PER_LAYER = 90
ALGORITHM = "native:calculatevectoroverlaps"


def main():
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        sys.exit("qgis_process is not on this computer")
    with tempfile.TemporaryDirectory() as folder:
        found, version = overlaps(program, Path(folder))
    chosen = pick(found)
    head = [
        f"# Overlap analysis of QGIS, {version}, made {datetime.date.today().isoformat()}.",
        f"# {ALGORITHM} with --ELLIPSOID=NONE (planar, EPSG:26986, square metres) on layers repaired and",
        "# projected by tests/oracles/places.py; rows drawn by tests/oracles/make_qgis.py.",
        "# parcel_id is the row of the source file, counted from 0.",
    ]
    body = chosen.to_csv(index=False, float_format="%.6f", lineterminator="\n")
    GOLDEN.write_text("\n".join(head) + "\n" + body, encoding="utf-8")
    sums = found.sum().rename("area_m2").rename_axis("layer").reset_index()
    lines = [*head[:2], "# projected by tests/oracles/places.py; summed over all parcels, not only those drawn."]
    text = sums.to_csv(index=False, float_format="%.6f", lineterminator="\n")
    SUMS.write_text("\n".join(lines) + "\n" + text, encoding="utf-8")
    print(f"{GOLDEN.name}: {len(chosen)} parcels; {SUMS.name}: {len(found)} parcels summed")


def overlaps(program, folder):
    """Run QGIS and return the area of overlap by parcel and layer, with the version."""
    parcels = places.cambridge_parcels()
    write(parcels, folder / "parcels.gpkg")
    for name in places.CAMBRIDGE:
        shapes = places.cambridge_layer(name).shapes
        write(
            gpd.GeoDataFrame({"k": np.arange(len(shapes))}, geometry=shapes, crs=places.CAMBRIDGE_CRS),
            folder / f"{name}.gpkg",
        )
    files = [f"LAYERS={folder / name}.gpkg" for name in places.CAMBRIDGE]
    out = folder / "out.gpkg"
    call = [
        program,
        "run",
        ALGORITHM,
        "--ELLIPSOID=NONE",
        "--",
        f"INPUT={folder / 'parcels.gpkg'}",
        *files,
        f"OUTPUT={out}",
    ]
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(call, env=env, capture_output=True, text=True, check=False)
    if done.returncode or not out.is_file():
        sys.exit(f"QGIS did not finish:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    frame = gpd.read_file(out, ignore_geometry=True).set_index("parcel_id")
    asked = subprocess.run([program, "--version"], env=env, capture_output=True, text=True, check=False).stdout
    version = ", ".join(line.strip() for line in asked.splitlines() if line.startswith(("QGIS 3", "GEOS")))
    return pd.DataFrame({f"{name}_m2": frame[f"{name}_area"] for name in places.CAMBRIDGE}), version


def write(frame, path):
    frame[~frame.geometry.is_empty].to_file(path, layer=path.stem)


def pick(found):
    """Return some parcels each layer cuts, and all in the order of their ids."""
    rng = np.random.default_rng(2026)
    area = places.cambridge_parcels().set_index("parcel_id").geometry.area.reindex(found.index)
    keep = set()
    for name in found:
        cut = found.index[(found[name] > 1) & (found[name] < area - 1)]
        keep |= set(rng.choice(cut, min(PER_LAYER, len(cut)), replace=False))
    return found.loc[sorted(keep)].reset_index()


if __name__ == "__main__":
    main()
