"""Who measures a study (执行器): this process, several processes of this computer, or workers of a Dask scheduler.

Parcels are dealt out in tiles, by their place in the table and never by where they lie: what a parcel gets depends on
it and on the layers alone, so runners and tiles change no byte of the tables. A tile whose worker died is measured
again. One that kills its worker again and again is halved until a single parcel is left: that one is *lost*. It is
known to nobody from then on (unknown, never zero), the run says so, and its tables are made anew by the next run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import geopandas as gpd

from geo.basis.memo import Floats, Keys, Memo
from geo.basis.progress import Progress
from geo.measure import every
from geo.measure.every import Against, Part

KINDS = ("serial", "processes", "dask")
TRIES = 2
"""So often a tile is given out before it is taken to be what kills its workers."""
SHARES, LEAST, MOST = 4, 500, 50_000
"""Tiles per worker, so that all have something to do to the end; parcels of a tile."""
Asked = list[tuple[Keys, Floats]]


@dataclass(frozen=True, order=True)
class Tile:
    """Parcels from one place in the table up to another."""

    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def halves(self) -> tuple[Tile, Tile]:
        """Return the two halves."""
        middle = (self.start + self.stop) // 2
        return Tile(self.start, middle), Tile(middle, self.stop)


@dataclass(frozen=True)
class Measured:
    """A tile that was measured: its rows, and the widths that were asked for."""

    part: Part
    asked: Asked


@dataclass(frozen=True)
class Assignment:
    """What a worker measures: the parcels, what they are measured against, and the widths that are known."""

    parcels: gpd.GeoDataFrame
    against: Against
    memo: Memo

    def measured(self, tile: Tile, progress: Progress) -> Measured:
        """Measure the parcels of a tile."""
        memo = Memo(self.memo.keys, self.memo.values)
        part = every.part(self.parcels.iloc[tile.start : tile.stop], self.against, memo, progress)
        return Measured(part, memo.asked)


class Crew(Protocol):
    """Workers that measure tiles."""

    workers: int

    def give(self, tile: Tile) -> None:
        """Take a tile on; it is measured when a worker is free."""

    def next(self) -> tuple[Tile, Measured | None] | None:
        """Return a tile that is done, with None where its worker died; None: nothing yet."""

    def close(self) -> None:
        """Send everybody home, at work or not."""


Hire = Callable[[Assignment], Crew]


@dataclass
class Runner:
    """Deals parcels out to a crew.

    Parameters
    ----------
    hire : callable
        Returns the crew for some land.
    lost : list of str
        Parcels that nobody could measure, after `__call__`.
    """

    hire: Hire
    lost: list[str] = field(default_factory=list)

    def __call__(self, parcels: gpd.GeoDataFrame, land: Against, memo: Memo, progress: Progress) -> list[Part]:
        """Measure parcels (see `geo.measure.every.Spread`)."""
        self.lost.clear()
        crew = self.hire(Assignment(parcels, land, memo))
        try:
            dealt = _Dealt(crew, len(parcels), progress)
            done, lost = dealt.done()
        finally:
            crew.close()
        for tile in lost:
            mine = parcels.iloc[tile.start : tile.stop]
            self.lost += list(mine["parcel_id"].astype(str))
            done[tile] = Measured(every.unmeasured(mine, land), [])
        made = [done[tile] for tile in sorted(done)]
        memo.asked += [pair for one in made for pair in one.asked]
        return [one.part for one in made]


def tiles(count: int, workers: int) -> list[Tile]:
    """Deal so many parcels out; there is always a tile, be it of no parcel."""
    size = min(max(-(-count // (workers * SHARES)), LEAST), MOST)
    return [Tile(start, min(start + size, count)) for start in range(0, max(count, 1), size)]


@dataclass
class _Dealt:
    crew: Crew
    count: int
    progress: Progress

    def done(self) -> tuple[dict[Tile, Measured], list[Tile]]:
        """Return the tiles that were measured, and those of single parcels that nobody can measure."""
        done: dict[Tile, Measured] = {}
        lost: list[Tile] = []
        open_ = dict.fromkeys(tiles(self.count, self.crew.workers), TRIES)
        for tile in open_:
            self.crew.give(tile)
        while open_:
            self.progress(sum(map(len, done)), self.count, "tiles")
            found = self.crew.next()
            if found is None:
                continue
            tile, made = found
            tries = open_.pop(tile)
            if made is not None:
                done[tile] = made
            elif tries > 1 or len(tile) > 1:
                again = {tile: tries - 1} if tries > 1 else dict.fromkeys(tile.halves(), TRIES)
                open_ |= again
                for one in again:
                    self.crew.give(one)
            else:
                lost.append(tile)
        self.progress(self.count, self.count, "tiles")
        return done, lost
