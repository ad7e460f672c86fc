"""Crews by name: who measures the parcels of a study, as a command or a notebook asks for it."""

from __future__ import annotations

from pathlib import Path

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.study.run import cluster, processes
from layers.study.run.runner import KINDS, Runner
from layers.study.run.runs import Hire


def hiring(kind: str, workers: int = 0, scheduler: str = "") -> Hire | None:
    """Return who hires the crew of a kind.

    Parameters
    ----------
    kind : {"serial", "processes", "dask"}
    workers : int
        0: one per core.
    scheduler : str
        Address of a Dask scheduler; "": one of our own on this computer.

    Returns
    -------
    callable or None
        None: this process measures.

    Raises
    ------
    CallError
        Not a kind; options of another kind; Dask is not installed; a scheduler that is not safe.
    """
    if kind not in KINDS:
        raise CallError(reason("runner_unknown", given=kind, known=list(KINDS)))
    if workers < 0 or (scheduler and kind != "dask") or (workers and (kind == "serial" or scheduler)):
        raise CallError(reason("runner_options", runner=kind))
    if kind == "serial":
        return None
    if kind == "dask":
        cluster.ready(scheduler)

    def hire(folder: Path, key: str) -> Runner:
        if kind == "dask":
            return Runner(cluster.hire(workers, scheduler))
        return Runner(processes.hire(folder, key, workers))

    return hire
