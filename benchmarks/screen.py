"""Judge a million parcels by forty rules again, columns in memory.

    python benchmarks/screen.py [parcels] [rules]

Prints seconds (minimum, median of the runs) for judging with status and counts, for
writing the codes to disk, and for a fresh process that loads the columns and judges once.
"""

import dataclasses
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.rules.evidence import Evidence
from geo.rules.terms import Limit
from geo.screen.status import Minimum
from geo.screen.whatif import Board

# rule packs, tables and files are needed where the columns come from, not where they are judged


def rules(count):
    from geo.rules.spec import Rule

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
        facts=facts,
    )  # fmt: skip


def timed(work, runs=7):
    """Time a call; CPU seconds (user + system, children too) tell what a busy computer hides."""
    seconds, spent = [], []
    for _ in range(runs):
        start, before = time.perf_counter(), cpu()
        work()
        seconds.append(time.perf_counter() - start)
        spent.append(cpu() - before)
    return f"min {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s (CPU min {min(spent):.3f} s)"


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def save(data, chosen, folder):
    """Keep the columns as plain arrays, one file each, and the limits of the rules beside them."""
    for name in ("gross_m2", "parcel", "label", "area_m2", "states"):
        np.save(folder / f"{name}.npy", getattr(data, name))
    for name, column in data.facts.items():
        np.save(folder / f"fact-{name}.npy", column)
    (folder / "limits.json").write_text(json.dumps([dataclasses.asdict(r.limit) for r in chosen]), encoding="utf-8")


def fresh(folder):
    """Load the columns and judge once; run as a process of its own."""
    folder = Path(folder)
    held = {
        n: np.load(folder / f"{n}.npy", mmap_mode="r") for n in ("gross_m2", "parcel", "label", "area_m2", "states")
    }
    names = [f"z{k}" for k in range(1, 10, 2)]
    facts = {p.stem.removeprefix("fact-"): np.load(p, mmap_mode="r") for p in sorted(folder.glob("fact-*.npy"))}
    data = Evidence(
        parcel_ids=np.arange(len(held["gross_m2"])), zones={n: k for k, n in enumerate(names)},
        known=dict.fromkeys(names, ("ok", "", "complete")), facts=facts, **held,
    )  # fmt: skip
    limits = [Limit(**body) for body in json.loads((folder / "limits.json").read_text(encoding="utf-8"))]
    counts = Board(data).answer(limits, frozenset(), Minimum(100.0)).counts
    print(json.dumps(counts))


def main(parcels=1_000_000, count=40):
    import pyarrow as pa
    import pyarrow.parquet as pq

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
        save(board.data, chosen, Path(folder))
        call = [sys.executable, __file__, "--fresh", folder]
        told = subprocess.run(call, check=True, capture_output=True, text=True).stdout
        assert json.loads(told) == answer.counts, "the fresh process judges otherwise"
        print(
            f"fresh process, start to exit: {timed(lambda: subprocess.run(call, check=True, capture_output=True), 7)}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fresh"]:
        fresh(sys.argv[2])
    else:
        main(*map(int, sys.argv[1:3]))
