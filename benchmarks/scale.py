"""How every step grows with the number of parcels: a county drawn by chance, five layers, the national pack.

    python benchmarks/scale.py FOLDER 1000 10000 100000      # --density 0.2: fewer vertices; --docs: into the manual

Each step runs in a process of its own. What counts is its processor time (user and system, children included): wall
clock tells of the other work of a computer. The exponent of a step is log(cost ÷ cost) ÷ log(parcels ÷ parcels) of the
two largest counts; above `LIMIT` a step grows faster than its data, and the suite fails.
"""

from __future__ import annotations

import json
import math
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

LIMIT = 1.1
LAYERS = ("basic_farmland", "ecological_redline", "flood_zone", "mineral", "water_source_quasi")
STEPS = ("add", "load", "measure", "screen", "supply", "assemble", "again", "whole")
"""``again`` is a run of what is up to date; a step that reads layers reads them anew. ``whole`` is what a planner does:
load, measure and screen of a study without results in one process, layers read once, widths measured anew."""


def cost() -> float:
    """Return the processor seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def peak_mb() -> float:
    """Return the most memory this process or one of its children held."""
    return max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


# --- one step in its own process ------------------------------------------------------


def step(folder: Path, land: Path, count: int, name: str) -> None:
    """Do one step on one study and print what it took."""
    begun = time.perf_counter()
    if name == "add":
        add(folder, "parcels", land / f"parcels-{count}.parquet")
    else:
        from layers.basis import heap
        from layers.study.run import runs

        heap.give_back()
        if name == "whole":
            forget(folder)
        until = {"again": "assemble", "whole": "screen"}.get(name, name)
        runs.update(folder, until, lambda *_: None)
    told = {"cpu": cost(), "mb": peak_mb(), "wall": time.perf_counter() - begun, "load": os.getloadavg()[0]}
    print(json.dumps(told))


def forget(folder: Path) -> None:
    """Take the results of a study away, and what is kept of widths."""
    (folder / "results").unlink(missing_ok=True)
    shutil.rmtree(folder / "runs", ignore_errors=True)
    for kept in folder.rglob("widths-*.npz"):
        kept.unlink()


def add(folder: Path, role: str, file: Path, *more: str) -> None:
    """Add a file to the study as a planner does."""
    call = [sys.executable, "-m", "luodi", "add", str(folder), str(file), "--role", role, *more]
    subprocess.run(call, check=True, capture_output=True, cwd=ROOT)


def study(folder: Path, land: Path) -> None:
    """Make a study with its layers and without parcels."""
    made = ["--crs", "EPSG:4549", "--as-of", "2026-01-01", "--rules", "cn-national"]
    subprocess.run(
        [sys.executable, "-m", "luodi", "new", str(folder), *made], check=True, capture_output=True, cwd=ROOT
    )
    for name in LAYERS:
        add(folder, "constraint", land / f"{name}.parquet", "--id", name, "--coverage", "complete")


def measured(place: Path, count: int) -> dict[str, dict[str, float]]:
    """Run all steps on a study of so many parcels; what was measured before stands in a file and is not done again."""
    folder, kept = place / f"study-{count}", place / f"costs-{count}.json"
    out: dict[str, dict[str, float]] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if not folder.exists():
        study(folder, place / "land")
    for name in (n for n in STEPS if n not in out):
        call = [sys.executable, __file__, "--step", str(folder), str(place / "land"), str(count), name]
        done = subprocess.run(call, check=True, capture_output=True, text=True)
        out[name] = json.loads(done.stdout.splitlines()[-1])
        kept.write_text(json.dumps(out, indent=1), encoding="utf-8")
    return out


# --- the whole suite ---------------------------------------------------------------------


def exponents(found: dict[int, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Return the exponent of every step between the two largest counts."""
    less, more = sorted(found)[-2:]
    ratio = math.log(more / less)
    return {name: math.log(found[more][name]["cpu"] / found[less][name]["cpu"]) / ratio for name in found[more]}


def drawn(folder: Path, counts: list[int], density: float) -> None:
    """Draw the county in a process of its own: what it held at most is handed on to whatever its parent starts."""
    words = [str(folder), *map(str, counts), "--density", f"{density:g}"]
    subprocess.run([sys.executable, str(ROOT / "benchmarks" / "land.py"), *words], check=True, cwd=ROOT)


def suite(place: Path, counts: list[int], density: float = 1.0) -> dict[str, Any]:
    """Draw the county, run every step at every count, and return costs and exponents."""
    own = place / f"density-{density:g}"  # layers and costs of another density are another suite
    drawn(own / "land", counts, density)
    found = {count: measured(own, count) for count in counts}
    return {"counts": found, "exponents": exponents(found), "density": density, "date": time.strftime("%Y-%m-%d")}


def table(told: dict[str, Any], heads: tuple[str, str]) -> str:
    """Return the costs as a table of Markdown: processor seconds and memory at each count, and the exponent."""
    counts = sorted(told["counts"], key=int)
    first, last = heads
    lines = [
        f"| {first} | " + " | ".join(f"{int(c):,}" for c in counts) + f" | {last} |",
        "|---" * (len(counts) + 2) + "|",
    ]
    for name in told["exponents"]:
        cells = [f"{told['counts'][c][name]['cpu']:.1f} s, {told['counts'][c][name]['mb']:,.0f} MB" for c in counts]
        lines.append(f"| `{name}` | " + " | ".join(cells) + f" | {told['exponents'][name]:.2f} |")
    return "\n".join(lines)


HEADS = {"en": ("step", "exponent"), "zh": ("步骤", "增长指数")}
SAID = {
    "en": "Measured on {date} on two processors shared with other work (load {load:.0f} on average): processor seconds "
    "and the most memory held.",
    "zh": "测于 {date}，双核计算机，同时有其他任务（平均负载 {load:.0f}）：处理器秒数与最高内存。",
}


def printed(told: dict[str, Any]) -> None:
    """Write the table into the chapter of each language, between its marks."""
    every = [cell["load"] for of in told["counts"].values() for cell in of.values()]
    for language, heads in HEADS.items():
        path = ROOT / "docs" / language / "performance.md"
        said = SAID[language].format(date=told["date"], load=sum(every) / len(every))
        made = f"<!-- scale -->\n{said}\n\n{table(told, heads)}\n<!-- /scale -->"
        parts = re.split(r"<!-- scale -->.*?<!-- /scale -->", path.read_text(encoding="utf-8"), flags=re.S)
        path.write_text(made.join(parts), encoding="utf-8")


def asked(words: list[str]) -> tuple[Path, list[int], float]:
    """Return folder, counts and density of a call; what follows ``--density`` is no count."""
    at = words.index("--density") if "--density" in words else len(words)
    counts = [int(w) for k, w in enumerate(words[1:], 1) if w.isdecimal() and k != at + 1]
    return Path(words[0]), counts, float(words[at + 1]) if at < len(words) else 1.0


def main(words: list[str]) -> int:
    """Run the suite, print it, and fail where a step grows faster than its data."""
    folder, counts, density = asked(words)
    told = suite(folder, counts or [1000, 10_000, 100_000], density)
    print(table(told, HEADS["en"]))
    if "--docs" in words:
        printed(told)
    fast = {name: round(e, 2) for name, e in told["exponents"].items() if e > LIMIT}
    if fast:
        print(f"faster than the data: {fast}")
    return 1 if fast else 0


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        step(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        sys.exit(main(sys.argv[1:]))
