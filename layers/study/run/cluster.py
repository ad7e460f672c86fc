"""A crew behind a Dask scheduler: workers of this computer, or of others that see the study in the same folder.

A scheduler runs whatever it is handed, so only two kinds are spoken to: one on this computer, or one whose workers and
clients show certificates (TLS, as Dask's own configuration names them).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.study.run import opened
from layers.study.run.runner import Assignment, Crew, Measured, Tile

OWN = ("127.0.0.1", "localhost", "::1")
"""Hosts a scheduler may have without certificates."""
TICK_S = "500ms"


@dataclass
class Cluster:
    """Workers of a scheduler.

    Parameters
    ----------
    client : distributed.Client
    cluster : distributed.LocalCluster or None
        Ours, to be closed with the client; None: one that somebody else runs.
    folder, key : str
        The study, as the workers see it, and the key of the stage they must find there.
    workers : int
    """

    client: Any
    cluster: Any
    folder: str
    key: str
    workers: int
    waiting: dict[Any, Tile] = field(default_factory=dict)

    def give(self, tile: Tile) -> None:
        """Hand a tile to the scheduler."""
        asked = (self.folder, self.key, tile.start, tile.stop)
        future = self.client.submit(opened.measured, *asked, pure=False, retries=0)
        self.waiting[future] = tile

    def next(self) -> tuple[Tile, Measured | None] | None:
        """Return a tile that came back; what a worker raised is raised here."""
        from dask.utils import parse_timedelta
        from distributed import KilledWorker, TimeoutError, wait

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


def hire(folder: Path, key: str, workers: int, scheduler: str = "") -> Callable[[Assignment], Crew]:
    """Return who asks a scheduler for workers.

    Parameters
    ----------
    folder : Path
        Workers on other computers must see it under the same name.
    key : str
    workers : int
        Of a cluster of our own; 0: one per core.
    scheduler : str
        Address of a scheduler; "": a cluster of our own on this computer, gone afterwards.

    Raises
    ------
    CallError
        The scheduler does not answer.
    """

    def hired(_: Assignment) -> Crew:
        import distributed

        if scheduler:
            client, own = _client(distributed, scheduler), None
            count = max(len(client.scheduler_info()["workers"]), 1)
        else:
            count = workers or os.cpu_count() or 1
            own = _own(distributed, count)
            client = distributed.Client(own)
        return Cluster(client, own, str(folder.resolve()), key, count)

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
