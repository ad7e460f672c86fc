"""From a problem to an answer with its proof: relaxation, greedy, then branching or a search of neighbourhoods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.basis.progress import Progress, silent
from geo.place import exact, greedy, improve, relax
from geo.place.problem import Ints, Problem
from geo.place.rows import rows, valid
from geo.place.satisfy import Effort

STAGE = "place"


@dataclass(frozen=True)
class Work:
    """How much is done before the best answer so far counts; work, not time, so answers repeat.

    Parameters
    ----------
    gap : float
        Relative gap that is good enough.
    nodes : int
        Nodes of branch and bound; 0 leaves it out.
    small : int
        Options up to which branching is tried before neighbourhoods.
    rounds : int
        Neighbourhoods solved.
    each : float
        CP-SAT work per neighbourhood.
    workers, seed : int
    """

    gap: float = 0.0
    nodes: int = 20_000
    small: int = 20_000
    rounds: int = 30
    each: float = 2.0
    workers: int = 1
    seed: int = 1


@dataclass(frozen=True)
class Solved:
    """An answer and how good it is proved to be.

    Parameters
    ----------
    chosen : int64 array or None
        Option per project, -1 for none; None when what must be placed cannot be.
    value : int
        Objective reached.
    bound : float
        No assignment reaches more.
    ways : tuple of (str, int)
        What each way of searching reached, in the order tried.
    """

    chosen: Ints | None
    value: int
    bound: float
    ways: tuple[tuple[str, int], ...] = ()

    @property
    def gap(self) -> float:
        """How far the answer may be from the best one, as a share of the bound; 0 is proved optimal."""
        room = self.bound - self.value
        return 0.0 if room < 1.0 else room / max(self.bound, 1.0)


def solve(problem: Problem, work: Work | None = None, progress: Progress = silent) -> Solved:
    """Assign projects to sites.

    Parameters
    ----------
    problem : Problem
    work : Work or None
        None takes the defaults.
    progress : Progress
        Told between the ways of searching.

    Returns
    -------
    Solved
        Always with a bound. The same input gives the same answer on any computer.
    """
    work = work or Work()
    system = rows(problem)
    progress(0, 3, STAGE)
    relaxed = relax.relax(system)
    if relaxed.bound == -np.inf:
        return Solved(None, 0, -np.inf)
    best = _Best(problem, relaxed.bound)
    best.offer("greedy", greedy.by_value(problem))
    best.offer("density", greedy.by_density(problem))
    best.offer("relaxation", greedy.by_relaxation(problem, relaxed))
    progress(1, 3, STAGE)
    if best.gap > work.gap and work.nodes and problem.n_options <= work.small:
        found = exact.branch(problem, work.nodes, work.gap, system)
        if found.impossible:
            return Solved(None, 0, -np.inf)
        best.bound = min(best.bound, found.bound)
        best.offer("branching", found.chosen)
    progress(2, 3, STAGE)
    if best.gap > work.gap and work.rounds and best.chosen is not None:
        effort = Effort(work.each, work.workers, work.seed)
        near = improve.improve(problem, best.chosen, work.rounds, effort, lambda c: best.gap_of(c) <= work.gap)
        best.offer("neighbourhoods", near)
    progress(3, 3, STAGE)
    return best.solved()


class _Best:
    """The best valid answer so far, the bound, and what each way reached."""

    def __init__(self, problem: Problem, bound: float):
        self.problem, self.bound = problem, bound
        self.chosen: Ints | None = None
        self.ways: list[tuple[str, int]] = []

    def offer(self, way: str, chosen: Ints | None) -> None:
        if chosen is None or not valid(self.problem, chosen):
            return
        self.ways.append((way, self.problem.total(chosen)))
        if self.chosen is None or self._worth(chosen) > self._worth(self.chosen):
            self.chosen = chosen

    def _worth(self, chosen: Ints) -> float:
        return float(self.problem.goal[chosen[chosen >= 0]].sum())

    @property
    def gap(self) -> float:
        return 1.0 if self.chosen is None else self.gap_of(self.chosen)

    def gap_of(self, chosen: Ints) -> float:
        return max(self.bound - self._worth(chosen) - 1e-6, 0.0) / max(self.bound, 1.0)

    def solved(self) -> Solved:
        if self.chosen is None:
            return Solved(None, 0, self.bound, tuple(self.ways))
        return Solved(self.chosen, self.problem.total(self.chosen), self.bound, tuple(self.ways))
