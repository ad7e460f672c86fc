"""A crew behind a Dask scheduler: workers of this computer, or of others.

The land is sent once and stays with the workers, a tile comes with its parcels: nobody but who deals opens the study.

A scheduler runs whatever it is handed, so only two kinds are spoken to: one on this computer, or one whose workers and
clients show certificates (TLS, as Dask's own configuration names them).
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

import geopandas as gpd

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from geo.basis.reason import reason
from layers.basis import keys
from layers.study.run.runner import Assignment, Crew, Measured, Tile

OWN = ("127.0.0.1", "localhost", "::1")
"""Hosts a scheduler may have without certificates."""
TICK_S = "500ms"
AHEAD = 2
"""Tiles per worker that are with the scheduler: one at work, one that need not be waited for."""
LOST = ("error", "cancelled", "lost")
"""States of something sent that no worker has any more."""


@dataclass
class Cluster:
    """Workers of a scheduler.

    Parameters
    ----------
    client : distributed.Client
    cluster : distributed.LocalCluster or None
        Ours, to be closed with the client; None: one that somebody else runs.
    workers : int
    assigned : Assignment
    """

    client: Any
    cluster: Any
    workers: int
    assigned: Assignment
    queue: deque[Tile] = field(default_factory=deque)
    waiting: dict[Any, Tile] = field(default_factory=dict)
    sent: Any = None

    def land(self) -> Any:
        """Return what the parcels are measured against, with the workers; sent again where it died with one of them."""
        if self.sent is None or self.sent.status in LOST:
            self.sent = self.client.submit(
                _held, replace(self.assigned, parcels=self.assigned.parcels.iloc[:0]), pure=False
            )
        return self.sent

    def give(self, tile: Tile) -> None:
        """Take a tile on; a few per worker are with the scheduler at a time, for it keeps what it is handed."""
        self.queue.append(tile)

    def _send(self) -> None:
        while self.queue and len(self.waiting) < AHEAD * self.workers:
            tile = self.queue.popleft()
            parcels = self.assigned.parcels.iloc[tile.start : tile.stop]
            future = self.client.submit(measured, self.land(), parcels, program(), pure=False, retries=0)
            self.waiting[future] = tile

    def next(self) -> tuple[Tile, Measured | None] | None:
        """Return a tile that came back; what a worker raised is raised here."""
        from dask.utils import parse_timedelta
        from distributed import KilledWorker, TimeoutError, wait

        self._send()
        try:
            done = wait(list(self.waiting), timeout=parse_timedelta(TICK_S), return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return None
        future = next(iter(done))
        tile = self.waiting.pop(future)
        try:
            return tile, future.result()
        except KilledWorker:
            return tile, None
        finally:
            future.release()

    def close(self) -> None:
        """Take back what was not measured, and close what is ours."""
        for future in self.waiting:
            future.cancel()
        self.client.close()
        if self.cluster is not None:
            self.cluster.close()


def _held(land: Assignment) -> Assignment:
    return land


def program() -> str:
    """Return a short name of the code that measures and of the libraries it computes with."""
    return keys.code(("geo.measure.every:part",))[:16]


def measured(land: Assignment, parcels: gpd.GeoDataFrame, by: str) -> Measured:
    """Measure parcels where this is called.

    Raises
    ------
    BlockedError
        Another version of Luodi, or of a library it computes with, would measure here.
    """
    if by != program():
        raise BlockedError(reason("worker_is_another_program"))
    return replace(land, parcels=parcels).measured(Tile(0, len(parcels)), silent)


def hire(workers: int, scheduler: str = "") -> Callable[[Assignment], Crew]:
    """Return who asks a scheduler for workers.

    Parameters
    ----------
    workers : int
        Of a cluster of our own; 0: one per core.
    scheduler : str
        Address of a scheduler; "": a cluster of our own on this computer, gone afterwards.

    Raises
    ------
    CallError
        The scheduler does not answer.
    """

    def hired(land: Assignment) -> Crew:
        import distributed

        if scheduler:
            client, own = _client(distributed, scheduler), None
            count = max(len(client.scheduler_info()["workers"]), 1)
        else:
            count = workers or os.cpu_count() or 1
            own = _own(distributed, count)
            client = distributed.Client(own)
        return Cluster(client, own, count, land)

    return hired


def ready(scheduler: str) -> None:
    """Make sure, before anything is read, that there is Dask and that a scheduler is safe.

    Raises
    ------
    CallError
        Dask is not installed; the scheduler is neither on this computer nor behind certificates.
    """
    parts = urlsplit(scheduler if "://" in scheduler else f"tcp://{scheduler or OWN[0]}")
    if parts.scheme != "tls" and parts.hostname not in OWN:
        raise CallError(reason("scheduler_not_safe", scheduler=scheduler))
    if find_spec("distributed") is None:
        raise CallError(reason("dask_not_installed"))


def _own(distributed: Any, count: int) -> Any:
    import dask

    # a tile is given out again by ourselves, and halved; the scheduler need not try by itself
    dask.config.set({"distributed.scheduler.allowed-failures": 0})
    return distributed.LocalCluster(
        n_workers=count, threads_per_worker=1, host=OWN[0], dashboard_address=None, silence_logs=True
    )


def _client(distributed: Any, scheduler: str) -> Any:
    try:
        return distributed.Client(scheduler, timeout="10s", security=distributed.Security())
    except (OSError, ValueError) as problem:
        raise CallError(reason("scheduler_does_not_answer", scheduler=scheduler)) from problem
