"""Judge a million parcels by forty rules again, columns in memory.

    python benchmarks/screen.py [parcels] [rules]

Prints seconds (minimum, median of the runs) for judging with status and counts, for
writing the codes to disk, and for a fresh process that loads the columns and judges once.
"""

import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.rules.evidence import Evidence
from geo.rules.spec import Rule
from geo.screen.status import Minimum
from geo.screen.whatif import Board


def rules(count):
    base = {"operator": "<=", "severity": "exclude", "confidence": "S", "threshold": 0.0}
    out = []
    for k in range(count):
        kind = {"fact": f"f{k}_pct", "test": "value", "threshold": 15.0, "severity": "restrict"}
        if k % 2:
            kind = {"layer": f"z{k % 10}", "test": "overlap_m2", "effect": "cut", "tolerance_m2": 1.0}
        out.append(Rule.model_validate(base | {"id": f"r{k}"} | kind))
    return tuple(out)


def evidence(parcels, count):
    rng = np.random.default_rng(1)
    names = [f"z{k}" for k in range(1, 10, 2)]
    labels = 1 << len(names)
    states = ((np.arange(labels)[:, None] >> np.arange(len(names))) & 1).astype(np.uint8)
    pieces = parcels * 3 // 2
    owner = np.r_[np.arange(parcels), rng.integers(0, parcels, pieces - parcels)]
    area = rng.uniform(10, 2000, pieces)
    facts = {f"f{k}_pct": rng.uniform(0, 30, parcels) for k in range(0, count, 2)}
    ids = np.arange(parcels).astype(str).astype(object)
    return Evidence(
        parcel_ids=ids, gross_m2=np.bincount(owner, area, parcels), parcel=owner,
        label=(rng.integers(0, labels, pieces) * (rng.random(pieces) < 0.2)).astype(np.intp), area_m2=area,
        states=states, zones={n: k for k, n in enumerate(names)}, known=dict.fromkeys(names, ("ok", "", "complete")),
        facts=pd.DataFrame(facts, index=ids),
    )  # fmt: skip


def timed(work, runs=7):
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return f"min {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s"


def save(data, folder):
    """Keep the columns as plain arrays, one file each."""
    for name in ("gross_m2", "parcel", "label", "area_m2", "states"):
        np.save(folder / f"{name}.npy", getattr(data, name))
    for name in data.facts:
        np.save(folder / f"fact-{name}.npy", data.facts[name].to_numpy())


def fresh(folder, count):
    """Load the columns and judge once; run as a process of its own."""
    start = time.perf_counter()
    folder = Path(folder)
    held = {
        n: np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("gross_m2", "parcel", "label", "area_m2", "states")
    }
    names = [f"z{k}" for k in range(1, 10, 2)]
    facts = {p.stem.removeprefix("fact-"): np.load(p, mmap_mode="r") for p in sorted(folder.glob("fact-*.npy"))}
    data = Evidence(
        parcel_ids=np.arange(len(held["gross_m2"])), zones={n: k for k, n in enumerate(names)},
        known=dict.fromkeys(names, ("ok", "", "complete")), facts=pd.DataFrame(facts, copy=False), **held,
    )  # fmt: skip
    counts = Board(data).answer(rules(int(count)), frozenset(), Minimum(100.0)).counts
    print(f"{time.perf_counter() - start:.3f} {sum(counts.values())}")


def main(parcels=1_000_000, count=40):
    board, chosen = Board(evidence(parcels, count)), rules(count)

    steps = itertools.count(1)  # a moved slider: no two settings are the same

    def again():
        more = 0.01 * next(steps)
        moved = tuple(r.model_copy(update={"threshold": r.threshold + more}) for r in chosen)
        return board.answer(moved, frozenset(), Minimum(100.0)).counts

    again()
    print(f"{parcels:,} parcels x {count} rules, judged again: {timed(again)}")
    answer = board.answer(chosen, frozenset(), Minimum(100.0))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verdicts.parquet"

        def write():
            table = pa.table({r.id: answer.judged.outcome[k] for k, r in enumerate(chosen)})
            pq.write_table(table, path, compression="lz4", use_dictionary=False)

        print(f"codes written: {timed(write, 3)}, {path.stat().st_size / 1e6:.1f} MB")
        save(board.data, Path(folder))
        call = [sys.executable, __file__, "--fresh", folder, str(count)]
        print(
            f"fresh process, start to exit: {timed(lambda: subprocess.run(call, check=True, capture_output=True), 5)}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fresh"]:
        fresh(*sys.argv[2:4])
    else:
        main(*map(int, sys.argv[1:3]))
