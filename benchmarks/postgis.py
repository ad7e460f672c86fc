"""A table of parcels out of PostGIS and back: processor seconds and memory of ours, and of the server.

    python benchmarks/postgis.py FOLDER 1000000

A private server is started in a temporary folder (Debian's packages) and filled with parcels drawn by chance. Each step
is a process of its own. ``changed`` asks whether the table still holds what a copy has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

STEPS = ("write", "read", "changed")


def step(name: str, folder: Path, count: int) -> None:
    """Do one step and print what it took."""
    from benchmarks.scale import cost, peak_mb
    from layers.basis.postgis import address

    begun, before, at = time.perf_counter(), cost(), address("postgis:county/gis.parcels")
    held = 0.0
    if name == "write":
        import geopandas as gpd

        from layers.outputs import database
        from layers.outputs.projected import Projection

        frame = gpd.read_parquet(folder / "land" / f"parcels-{count}.parquet")
        frame.geometry = frame.geometry.set_crs("EPSG:4549", allow_override=True)
        key = frame.columns[0]
        table = frame.drop(columns="geometry").rename(columns={key: "parcel_id"}).assign(net_m2=frame.area, ready=True)
        for k in range(8):
            table[f"figure_{k}_m2"] = frame.area * k
            table[f"words_{k}"] = "永久基本农田；生态保护红线"
        shapes = frame.geometry
        del frame
        begun, before, held = time.perf_counter(), cost(), peak_mb()
        database.put(Projection(table, {}, (), "zh"), shapes, at, "candidates", "luodi:study=b;table=t;run=1")
    elif name == "changed":
        from layers.sources import fetched

        fetched.content(at, folder / "cache")
    else:
        from layers.sources import fetched

        with fetched.copied(at, folder / "cache", "parcels") as copy:
            copy.file.rename(folder / "parcels.parquet")
    told = {"cpu": cost() - before, "mb": peak_mb(), "held": held, "wall": time.perf_counter() - begun}
    print(json.dumps(told))


def server_cpu(pid: int) -> float:
    """Return the processor seconds of a server and of the sessions it has ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def main(folder: Path, count: int) -> None:
    """Draw the parcels, start the server and do every step."""
    from benchmarks import land
    from tests import databases

    land.write(folder / "land", [count], 0.05)
    server = databases.Server()
    os.environ["PGSERVICEFILE"] = str(server.services)
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    print(f"{'step':8} {'s cpu':>7} {'s server':>8} {'MB':>6} {'s wall':>7}   {count:,} parcels")
    try:
        for name in STEPS:
            before = server_cpu(pid)
            call = [sys.executable, __file__, "--step", name, str(folder), str(count)]
            told = json.loads(
                subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
            )
            cpu, held = server_cpu(pid) - before, f" (table {told['held']:,.0f})" if told["held"] else ""
            print(f"{name:8} {told['cpu']:7.1f} {cpu:8.1f} {told['mb']:6,.0f} {told['wall']:7.1f}{held}")
    finally:
        server.end()


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        step(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]))
