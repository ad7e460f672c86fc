"""Benchmark of placing: proven gaps on synthetic pipelines, land parts shared between sites.

    python benchmarks/place.py [county|parks|small|small-parks|all] [--seed 1] [--quick] [--against]

county  300 projects × 2,000 sites, 8 accounts of the whole county
parks   300 projects × 2,000 sites in 10 parks, 8 tight facility accounts in each
small   30 projects × 200 sites, 8 accounts

Printed per case: what each way of searching reached, the proven gap, and the time it took.
The figures are proofs, not estimates: `gap` is against the bound printed beside it.

With --against the search is held against itself without one of its ways, and against CP-SAT alone,
which gets the whole deterministic budget of the search or its processor time, whichever is more,
and a worker for each of the two sub-problems the search solves side by side.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.place import satisfy
from geo.place import solve as searching
from geo.place.anneal import anneal
from geo.place.improve import AT_ONCE
from geo.place.problem import Problem
from geo.place.satisfy import Effort
from geo.place.solve import QUICK, THOROUGH, solve

PARKS, ACCOUNTS = 10, 8


def pipeline(projects, sites, seed, by_park, tight=0.5):
    """Return a pipeline: parts in a row per park, sites of one to four of them, projects with eight needs."""
    rng = np.random.default_rng(seed)
    per_park = sites // PARKS
    parts_per_park = per_park // 2
    size = rng.integers(1_500, 8_000, (PARKS, parts_per_park))  # hundredths of a 亩
    first = rng.integers(0, parts_per_park - 4, (PARKS, per_park))
    length = rng.integers(1, 5, (PARKS, per_park))
    rows, columns, room = [], [], []
    for park in range(PARKS):
        for k in range(per_park):
            members = np.arange(first[park, k], first[park, k] + length[park, k])
            rows += (park * parts_per_park + members).tolist()
            columns += [park * per_park + k] * len(members)
            room.append(int(size[park, members].sum()))
    parts = sparse.csr_array((np.ones(len(rows), np.int64), (rows, columns)), (PARKS * parts_per_park, sites))
    room = np.array(room)
    land = np.clip(np.exp(rng.normal(9.0, 0.55, projects)), 2_000, 25_000).astype(int)
    worth = (land * rng.uniform(5, 25, projects) / 10).astype(int)
    needs = np.maximum(land[None, :] * rng.uniform(0.2, 1.8, (ACCOUNTS, projects)) / 10, 1).astype(int)
    admitted = np.stack([rng.permutation(PARKS)[:3] for _ in range(projects)])
    park_of = np.repeat(np.arange(PARKS), per_park)
    pairs = [
        (p, s) for p in range(projects)
        for s in np.flatnonzero(np.isin(park_of, admitted[p]) & (room >= land[p]) & (room * 0.35 <= land[p]))
    ]  # fmt: skip
    project, site = (np.array(c, np.int64) for c in zip(*pairs, strict=True))
    value = (worth[project] * rng.uniform(0.92, 1.0, len(project))).astype(np.int64)
    draws, free = _accounts(needs, project, park_of[site], by_park, tight)
    return Problem(project, site, value, rng.random(len(project)), land[project], projects, room, parts, draws, free,
                   np.zeros(projects, bool))  # fmt: skip


def _accounts(needs, project, park, by_park, tight):
    count = len(project)
    total = needs.sum(axis=1)
    rows, columns = np.repeat(np.arange(ACCOUNTS), count), np.tile(np.arange(count), ACCOUNTS)
    amounts = needs[:, project].ravel()
    if not by_park:
        return sparse.csr_array((amounts, (rows, columns)), (ACCOUNTS, count)), (total * tight).astype(np.int64)
    places = park[columns] * ACCOUNTS + rows
    free = np.tile((total * tight / PARKS).astype(np.int64), PARKS)
    return sparse.csr_array((amounts, (places, columns)), (PARKS * ACCOUNTS, count)), free


CASES = {
    "county": (300, 2_000, False), "parks": (300, 2_000, True), "small": (30, 200, False),
    "small-parks": (30, 200, True),
}  # fmt: skip


def main():
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("case", nargs="?", default="all", choices=["all", *CASES])
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--quick", action="store_true", help="The work a page does, instead of a thorough run.")
    words.add_argument("--against", action="store_true", help="Compare with fewer ways and with CP-SAT alone.")
    asked = words.parse_args()
    for name in CASES if asked.case == "all" else [asked.case]:
        projects, sites, by_park = CASES[name]
        case = pipeline(projects, sites, asked.seed, by_park)
        print(f"{name}: {projects} projects, {sites} sites, {case.n_options:,} options, {len(case.free)} accounts")
        work = QUICK if asked.quick else THOROUGH
        anneal(case, np.full(projects, -1, np.int64), 10)  # compiled once at installation, not by every question
        if asked.against:
            against(case, work)
            continue
        start, spent = time.perf_counter(), time.process_time()
        found = solve(case, work)
        seconds, processor = time.perf_counter() - start, time.process_time() - spent
        greedy = dict(found.ways)["greedy"]
        for way, value in found.ways:
            print(f"    {way:<16} {value:>12,}  {100 * (value / greedy - 1):+.2f} % of greedy")
        placed = int((found.chosen >= 0).sum())
        print(f"    bound {found.bound:,.0f}  gap {100 * found.gap:.3f} %  placed {placed}"
              f"  {seconds:.1f} s, processor {processor:.1f} s")  # fmt: skip


def against(case, work):
    """Print what the search reaches as it is, without each of its ways, and CP-SAT alone with as much work."""
    whole, budget, seconds = counted(case, work)
    bound = whole.bound
    line("all of it", whole.value, bound, budget, seconds)
    for way, hollow in HOLLOW.items():
        kept = {name: getattr(searching._Search, name) for name in hollow}
        for name, stand_in in hollow.items():
            setattr(searching._Search, name, stand_in)
        try:
            found, spent, took = counted(case, work)
        finally:
            for name, method in kept.items():
                setattr(searching._Search, name, method)
        line(f"without {way}", found.value, bound, spent, took)
    start = time.perf_counter()
    share = max(budget, seconds)
    alone = satisfy.search(case, Effort(share, AT_ONCE, work.seed))
    value = 0 if alone.chosen is None else case.total(alone.chosen)
    line("CP-SAT alone", value, bound, share, time.perf_counter() - start)
    print(f"    bound of CP-SAT alone {alone.bound:,.0f}, of the search {bound:,.0f}", flush=True)


def _nothing(self, *_):
    pass


def _rounds(self):
    """Leave the parks out and give their rounds to the whole problem."""
    self.relaxed()
    self.near(self.work.rounds)


HOLLOW = {
    "annealing": {"annealed": _nothing},
    "parks first": {"coarse": _rounds},
    "neighbourhoods": {"near": _nothing},
    "CP-SAT on the whole": {"whole": searching._Search.relaxed},
}


def counted(case, work):
    """Solve; return the answer, the CP-SAT work that was granted and the processor seconds it took."""
    granted, search = [], satisfy.search

    def counting(problem, effort, start=None):
        granted.append(effort.work)
        return search(problem, effort, start)

    satisfy.search = counting
    start = time.process_time()
    try:
        found = solve(case, work)
    finally:
        satisfy.search = search
    return found, sum(granted), time.process_time() - start


def line(words, value, bound, budget, seconds):
    gap = 100 * (1 - value / bound)
    print(f"    {words:<28} {value:>12,}  gap {gap:6.3f} %  granted {budget:5.1f}  {seconds:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
