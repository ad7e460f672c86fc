"""From a problem to an answer with its proof: relaxation and greedy, groups before sites, annealing, neighbourhoods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from geo.basis.progress import Progress, silent
from geo.place import greedy, improve, relax, satisfy
from geo.place.anneal import anneal
from geo.place.coarse import Coarse, coarse, with_sites
from geo.place.problem import Ints, Problem
from geo.place.rows import rows, valid
from geo.place.satisfy import Effort

STAGE, STEPS = "place", 5


@dataclass(frozen=True)
class Work:
    """How much is done before the best answer so far counts; work, not time, so answers repeat.

    Parameters
    ----------
    gap : float
        Relative gap that is good enough.
    whole : float
        CP-SAT work on the whole problem when it is small, and on the coarse one.
    small : int
        Options up to which the whole problem is given to CP-SAT.
    moves : int
        Moves of each annealing.
    rounds, last : int
        Rounds of neighbourhoods of the coarse problem, and of the whole one (or of a small one);
        two are solved side by side in each.
    each : float
        CP-SAT work per neighbourhood.
    seed : int
    """

    gap: float = 0.0
    whole: float = 20.0
    small: int = 4_000
    moves: int = 300_000
    rounds: int = 40
    last: int = 8
    each: float = 0.6
    seed: int = 1


QUICK = Work(gap=0.01, whole=3.0, moves=150_000, rounds=4, last=0)
"""What a question on a page may take: seconds, also for hundreds of projects."""
THOROUGH = Work(gap=0.001, whole=8.0, moves=400_000, rounds=45, last=3)
"""What is worth a minute."""


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
        No assignment reaches more; -inf when it is proved that there is none.
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
        Told between the ways of searching; may raise `Cancelled`.

    Returns
    -------
    Solved
        Always with a bound. The same input gives the same answer on any computer.
    """
    work = work or Work()
    if problem.n_options == 0:
        none = np.full(problem.n_projects, -1, np.int64)
        return Solved(None, 0, -np.inf) if problem.must.any() else Solved(none, 0, 0.0)
    search = _Search(problem, work)
    small = problem.n_options <= work.small
    steps = (search.greedy, search.whole if small else search.coarse, search.annealed, search.relaxed, search.near)
    for k, step in enumerate(steps):
        progress(k, len(steps), STAGE)
        step()
        if search.bound == -np.inf:
            return Solved(None, 0, -np.inf)
        if search.gap <= work.gap:
            break
    progress(len(steps), len(steps), STAGE)
    return search.solved()


class _Search:
    """The best valid answer so far, the bound, and what each way reached."""

    def __init__(self, problem: Problem, work: Work):
        self.problem, self.work, self.bound = problem, work, np.inf
        self.chosen: Ints | None = None
        self.ways: list[tuple[str, int]] = []

    # --- ways ---------------------------------------------------------------------

    def greedy(self) -> None:
        """Take what is worth most, or most for what it draws."""
        self.offer("greedy", greedy.by_value(self.problem))
        self.offer("density", greedy.by_density(self.problem))

    def whole(self) -> None:
        """Give all of it to the relaxation and to CP-SAT."""
        self.relaxed()
        if self.bound == -np.inf or self.gap <= self.work.gap:
            return
        found = satisfy.search(self.problem, Effort(self.work.whole, 1, self.work.seed), self.chosen)
        self.bound = min(self.bound, found.bound)
        self.offer("whole", found.chosen)

    def relaxed(self) -> None:
        """Bound by the relaxation, and take options as it does; once."""
        if any(way == "relaxation" for way, _ in self.ways):
            return
        relaxed = relax.relax(rows(self.problem))
        self.bound = min(self.bound, relaxed.bound)
        if self.bound > -np.inf:
            self.offer("relaxation", greedy.by_relaxation(self.problem, relaxed))

    def coarse(self) -> None:
        """Decide parks first, then sites."""
        given = coarse(self.problem)
        small = _Search(given.problem, self.work)
        small.greedy()
        small.whole()
        if small.bound > -np.inf and small.gap > self.work.gap:
            small.annealed()
            small.near(self.work.rounds)
        self.bound = min(self.bound, small.bound)
        if small.chosen is not None:
            self._lift(given, small.chosen)

    def _lift(self, given: Coarse, items: Ints) -> None:
        effort = Effort(self.work.each, 1, self.work.seed)
        self.offer("parks", with_sites(self.problem, given, items, effort))

    def annealed(self) -> None:
        """Put one project in and let others go, many times."""
        if self.chosen is not None:
            self.offer("annealing", anneal(self.problem, self.chosen, self.work.moves, self.work.seed))

    def near(self, rounds: int | None = None) -> None:
        """Solve neighbourhoods of the answer."""
        rounds = self.work.last if rounds is None else rounds
        if self.chosen is None or not rounds:
            return
        effort = Effort(self.work.each, 1, self.work.seed)
        enough: Callable[[Ints], bool] = lambda c: self.gap_of(c) <= self.work.gap  # noqa: E731
        self.offer("neighbourhoods", improve.improve(self.problem, self.chosen, rounds, effort, enough))

    # --- the best so far ----------------------------------------------------------

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
