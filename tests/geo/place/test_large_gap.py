"""Above 4,000 options parks come before sites, then annealing: held against CP-SAT alone and its bound."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from geo.place.rows import valid
from geo.place.satisfy import Effort, search
from geo.place.solve import Work, solve

ROOT = Path(__file__).resolve().parents[3]
spec = importlib.util.spec_from_file_location("benchmark_place", ROOT / "benchmarks" / "place.py")
benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)

ENOUGH = Work(gap=0.001, whole=4.0, moves=150_000, rounds=8, last=2)
MOST_GAP = {"county": 0.01, "parks": 0.12}
"""How far from the proved bound an answer may be, as a share.

With tight accounts in every park the bound of this little work is loose: answer 994,280, bound 1,101,845, and
CP-SAT alone reaches 958,207. More work (`benchmarks/place.py`) closes it.
"""


@pytest.mark.long
@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize(("kind", "by_park"), [("county", False), ("parks", True)])
def test_the_way_of_large_problems_is_no_worse_than_cp_sat_alone(kind, by_park, seed, record_property):
    case = benchmark.pipeline(120, 800, seed, by_park)
    assert case.n_options > Work().small, case.n_options
    ours = solve(case, ENOUGH)
    alone = search(case, Effort(20.0))
    assert valid(case, ours.chosen)
    value = int(case.total(alone.chosen)) if alone.chosen is not None else 0
    bound = min(ours.bound, alone.bound)
    record_property("gap", ours.gap)
    print(f"{kind} {seed}: {case.n_options:,} options, ours {ours.value:,} gap {ours.gap:.3%},"
          f" CP-SAT alone {value:,} bound {alone.bound:,.0f}")  # fmt: skip
    assert "parks" in dict(ours.ways)
    assert "annealing" in dict(ours.ways) or ours.gap <= ENOUGH.gap
    assert ours.value <= alone.bound + 1e-6
    assert value <= ours.bound + 1e-6
    assert ours.value >= value * (1 - 0.002)
    assert (bound - ours.value) / bound <= MOST_GAP[kind]
    assert np.array_equal(ours.chosen, solve(case, ENOUGH).chosen)
