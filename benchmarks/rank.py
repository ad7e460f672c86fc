"""Rank many sites under many weightings.

    python benchmarks/rank.py [sites] [criteria] [weightings]

Prints seconds (minimum, median of the runs) and the peak memory of a fresh process: what
Python with numpy and pandas holds before, and after the work. Also the whole answer of the
bench (scores, ranking, tolerance tables) for the same sites.
"""

import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from geo.rank.robust import Draws, stability, tolerance

RUNS = 7


def held():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(what, work):
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    print(f"{what:44} min {min(seconds):.3f} s, median {statistics.median(seconds):.3f} s")


def main(sites=10_000, criteria=20, weightings=1_000):
    random = np.random.default_rng(1)
    shares, weights = random.random((sites, criteria)), random.dirichlet(np.ones(criteria))
    before = held()
    draws = Draws(count=weightings)
    timed(f"{sites} sites x {criteria} x {weightings} weightings", lambda: stability(shares, weights, draws))
    print(f"{'peak memory of the process':44} {held():.0f} MB, of which {before:.0f} MB before the work")
    ids = np.array([f"S{k:06}" for k in range(sites)], object)
    names = [f"c{k}" for k in range(criteria)]
    timed("tolerance of every weight, first place", lambda: tolerance(shares, weights, ids, names))
    timed("tolerance of every weight, first ten places", lambda: tolerance(shares, weights, ids, names, 10))
    whole(shares, weights, ids, names, draws)


def whole(shares, weights, ids, names, draws):
    import pandas as pd

    from geo.rank import answer
    from geo.rank.scale import scaled
    from geo.rank.spec import Criterion

    value = {"kind": "increasing", "none_at": 0.0, "full_at": 1.0}
    made = [Criterion(id=n, title=n, fact=n, value=value, weight=0.0, confidence="S") for n in names]
    units = pd.DataFrame({"site_id": ids} | dict(zip(names, shares.T, strict=True)))
    given = dict(zip(names, weights, strict=True))
    timed("all tables, from the facts", lambda: answer.tables(scaled(units, made, "site_id"), given, draws))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
