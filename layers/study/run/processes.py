"""A crew of processes of this computer: forks that share what was read, or newcomers that read it themselves."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from geo.basis.progress import silent
from layers.study.run.opened import assignment_of
from layers.study.run.runner import Assignment, Crew, Measured, Tile

TICK_S = 0.5
"""So long a wait may last before progress is told again, by which the user can stop the work."""


@dataclass
class _Worker:
    process: Any
    line: Connection
    tile: Tile | None = None


@dataclass
class Processes:
    """A crew of processes, one per core.

    Parameters
    ----------
    open_work : callable
        Called in each process: returns what it measures. Under a fork it hands over what is there already.
    workers : int
    context : multiprocessing context
    """

    open_work: Callable[[], Assignment]
    workers: int
    context: Any
    crew: list[_Worker] = field(default_factory=list)
    waiting: deque[Tile] = field(default_factory=deque)

    def give(self, tile: Tile) -> None:
        """Take a tile on."""
        self.waiting.append(tile)

    def next(self) -> tuple[Tile, Measured | None] | None:
        """Give out what waits, and return what comes back first; what a worker raised is raised here."""
        self._give_out()
        busy = [w for w in self.crew if w.tile is not None]
        ready = wait([w.line for w in busy], TICK_S)
        worker = next((w for w in busy if w.line in ready), None)
        if worker is None or worker.tile is None:
            return None
        tile, worker.tile = worker.tile, None
        try:
            answer = worker.line.recv()
        except (EOFError, OSError):
            self._home(worker)
            return tile, None
        if isinstance(answer, BaseException):
            raise answer
        return tile, answer

    def close(self) -> None:
        """Send everybody home, at work or not."""
        for worker in list(self.crew):
            self._home(worker)

    def _give_out(self) -> None:
        while self.waiting:
            free = next((w for w in self.crew if w.tile is None), None)
            if free is None:
                if len(self.crew) >= self.workers:
                    return
                free = self._hired()
            free.tile = self.waiting.popleft()
            try:
                free.line.send(free.tile)
            except OSError:  # died between two tiles: its line is at its end, which `next` sees
                return

    def _hired(self) -> _Worker:
        line, far = self.context.Pipe()
        others = [w.line for w in self.crew]
        process = self.context.Process(target=_work, args=(far, [*others, line], self.open_work), daemon=True)
        process.start()
        far.close()
        self.crew.append(_Worker(process, line))
        return self.crew[-1]

    def _home(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.join()
        worker.line.close()
        self.crew.remove(worker)


def _work(line: Connection, not_mine: list[Connection], open_work: Callable[[], Assignment]) -> None:
    """Measure tile after tile until nobody gives one any more."""
    for other in not_mine:
        other.close()  # held open here, nobody would see that its owner is gone
    land = None
    while True:
        try:
            tile = line.recv()
        except (EOFError, OSError):
            return
        try:
            land = land or open_work()
            answer: Any = land.measured(tile, silent)
        except Exception as problem:  # raised again by who gave out the tile
            answer = problem
        line.send(answer)


def hire(folder: Path, key: str, workers: int) -> Callable[[Assignment], Crew]:
    """Return who hires processes for the land of a study.

    Parameters
    ----------
    folder : Path
    key : str
        Of the stage: a process that reads the study itself must find the same.
    workers : int
        0: one per core.
    """

    def hired(land: Assignment) -> Crew:
        count = workers or os.cpu_count() or 1
        if "fork" in multiprocessing.get_all_start_methods():
            return Processes(lambda: land, count, multiprocessing.get_context("fork"))
        return Processes(assignment_of(folder, key), count, multiprocessing.get_context("spawn"))

    return hired
