"""Who measures, side by side in one run: this process, processes, a cluster; the same bytes, and how long each took.

    python benchmarks/runners.py FOLDER 100000 --workers 2     # FOLDER as of benchmarks/scale.py; --density 0.2

Every runner measures the same study anew, nothing kept from before, in a process of its own. The ratio is wall
clock of the first over wall clock of the runner: what more workers are for. It means something on a quiet computer.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
RUNNERS = ("serial", "processes", "dask")


def step(folder: Path, kind: str, workers: int) -> None:
    """Measure a study whose parcels are loaded, and print what it took."""
    from benchmarks.scale import cost, peak_mb
    from layers.basis import heap
    from layers.study.run import crews, runs

    heap.give_back()

    begun = time.perf_counter()
    runs.update(folder, "measure", lambda *_: None, crews.hiring(kind, 0 if kind == "serial" else workers))
    wall = time.perf_counter() - begun
    told = {"wall": wall, "cpu": cost(), "mb": peak_mb(), "load": os.getloadavg()[0], "sha": sums(folder)}
    print(json.dumps(told))


def sums(folder: Path) -> str:
    """Return one sum of all measured tables."""
    found = [p.read_bytes() for p in sorted((folder / "results").resolve().glob("*.parquet"))]
    return hashlib.sha256(b"".join(found)).hexdigest()


def main(words: list[str]) -> int:
    """Measure with every runner; fail where their tables differ."""
    from benchmarks import scale

    workers = int(words[words.index("--workers") + 1]) if "--workers" in words else 2
    kept = [w for k, w in enumerate(words) if w != "--workers" and words[k - 1] != "--workers"]
    place, (count, *_), density = scale.asked(kept)
    own = place / f"density-{density:g}"
    scale.drawn(own / "land", [count], density)
    base = own / f"runners-{count}"
    if not base.exists():
        scale.study(base, own / "land")
        scale.add(base, "parcels", own / "land" / f"parcels-{count}.parquet")
        subprocess.run([sys.executable, "-c", LOAD, str(base)], check=True, cwd=ROOT)
    found = {kind: measured(base, kind, workers) for kind in RUNNERS}
    print(f"| runner | wall s | ratio | processor s | MB | load |\n{'|---' * 6}|")
    for kind, told in found.items():
        ratio = found["serial"]["wall"] / told["wall"]
        print(
            f"| {kind} | {told['wall']:.1f} | {ratio:.2f} | {told['cpu']:.1f} | {told['mb']:.0f} | {told['load']:.1f} |"
        )
    return 0 if len({told["sha"] for told in found.values()}) == 1 else 1


LOAD = "import sys; from pathlib import Path; from layers.study.run import runs; "
LOAD += "runs.update(Path(sys.argv[1]), 'load', lambda *_: None)"


def measured(base: Path, kind: str, workers: int) -> dict[str, float]:
    """Return what a runner took on a copy of the study."""
    folder = base.with_name(f"{base.name}-{kind}")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(base, folder, symlinks=True)
    call = [sys.executable, __file__, "--step", str(folder), kind, str(workers)]
    done = subprocess.run(call, check=True, capture_output=True, text=True)
    shutil.rmtree(folder)
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        step(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        sys.exit(main(sys.argv[1:]))
