"""Published optima of the OR-Library's gap1, reached by two solvers that know nothing of each other."""

from pathlib import Path

import numpy as np
import pytest

from geo.place import relax, satisfy
from geo.place.rows import rows
from geo.place.satisfy import Effort
from tests.geo.place import exact
from tests.geo.place.cases import problem

FILE = Path(__file__).parents[1] / "golden" / "orlib_gap1.txt"
PUBLISHED = [336, 327, 339, 341, 326]


def instances():
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    numbers = iter(int(word) for line in lines for word in line.split())
    for _ in range(5):
        agents, jobs = next(numbers), next(numbers)
        value, weight = ([[next(numbers) for _ in range(jobs)] for _ in range(agents)] for _ in range(2))
        capacity = [next(numbers) for _ in range(agents)]
        yield np.array(value), np.array(weight), capacity, next(numbers)


def as_placement(value, weight, capacity):
    """Jobs are projects that must be placed, agents are facilities; each pair has a site of its own."""
    agents, jobs = value.shape
    job, agent = np.tile(np.arange(jobs), agents), np.repeat(np.arange(agents), jobs)
    count = agents * jobs
    draws = np.where(np.arange(agents)[:, None] == agent[None, :], weight.ravel()[None, :], 0)
    ones = np.ones(count)
    return problem(job, np.arange(count), value.ravel(), ones, ones, np.eye(count), draws, capacity, must=[True] * jobs)


@pytest.mark.parametrize(("given", "published"), list(zip(instances(), PUBLISHED, strict=True)))
def test_published_optima(given, published):
    value, weight, capacity, stated = given
    assert stated == published
    case = as_placement(value, weight, capacity)
    assert relax.relax(rows(case)).bound >= published
    assert case.total(exact.branch(case).chosen) == published
    assert case.total(satisfy.search(case, Effort(20.0)).chosen) == published
