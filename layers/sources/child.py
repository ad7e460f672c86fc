"""The child process in which files are parsed: ``python -m layers.sources.child JOB.json``.

It reads a job, writes Parquet, plain arrays and ``result.json`` into the job's folder
and exits. A crash, a kill or a loop in a parser therefore costs one file, not the app.
Pandas is kept out: pyogrio would load it (a second and a half) and nothing here needs it.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import layers  # noqa: F401 - sets the driver ban before GDAL is loaded
from geo.basis.errors import BlockedError
from geo.basis.reason import Reason, reason
from layers.basis import disk
from layers.sources import windows
from layers.sources.formats.drivers import OTHERS, drivers
from layers.sources.limits import Limits

__all__ = ["drivers", "main"]

#: how loaders, threads and C++ say that there is no memory
_NO_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread", "out of memory", "bad_alloc")


class _Without(MetaPathFinder):
    """Makes `import` of some packages fail as if they were not installed."""

    def __init__(self, names: tuple[str, ...]):
        self.names = names

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        """Raise for the packages left out; leave the others to the next finder."""
        if fullname in self.names:
            raise ModuleNotFoundError(f"{fullname} is left out of the parsing process", name=fullname)


def warm() -> None:
    """Import what most files need and keep out what none does: for a process that only forks parsers."""
    _keep_out()
    from layers.sources.formats import contents, tabular, vector  # noqa: F401


def main(job_file: str) -> int:
    """Do one job; whatever happens inside becomes reasons in ``result.json``, a full disk the exit code."""
    folder = Path(job_file).parent
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    limits = job["bounds"] = Limits(**job.pop("limits"))
    _restrict(limits)
    try:
        result = _done(job, folder, limits)
    except BlockedError as error:
        result = {"blocked": [r.to_json() for r in error.reasons]}
    except MemoryError:
        result = {"blocked": [_memory(job, limits).to_json()]}
    except Exception as error:  # a parser's own error: told in its words, not as a traceback
        if disk.is_full(error):
            return disk.NO_ROOM
        if _starved(error):
            return _answered(folder, {"blocked": [_memory(job, limits).to_json()]})
        detail = str(error).replace(str(folder), "").strip()[:300] or type(error).__name__
        result = {"blocked": [reason("file_unreadable", file=job["name"], detail=detail).to_json()]}
    return _answered(folder, result)


def _answered(folder: Path, result: dict[str, Any]) -> int:
    """Write the answer; return the exit code."""
    try:
        (folder / "result.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    except OSError:
        return disk.NO_ROOM
    return 0


def _starved(error: Exception) -> bool:
    """Whether a library says in its own words that it got no memory: the loader and threads have other errors."""
    text = str(error).lower()
    return getattr(error, "errno", None) == errno.ENOMEM or any(words in text for words in _NO_MEMORY)


def _end_with_the_parent() -> None:
    """End when the other side of standard input is closed: nobody waits for the result any more."""
    sys.stdin.read()
    os._exit(1)


def _memory(job: dict[str, Any], limits: Limits) -> Reason:
    return reason("file_needs_memory", file=job["name"], limit_gb=limits.memory_bytes / 1e9)


def _keep_out() -> None:
    """Let this process load no driver but ours, and nothing it can do without; a second time changes nothing."""
    if any(isinstance(finder, _Without) for finder in sys.meta_path):
        return
    os.environ["OGR_SKIP"] += "," + OTHERS
    os.environ["CPL_LOG"] = os.devnull
    sys.meta_path.insert(0, _Without(("pandas", "geopandas")))


def _restrict(limits: Limits) -> None:
    """Hold this process to memory and CPU, and let it load no driver but ours."""
    _keep_out()
    try:
        import resource
    except ImportError:  # Windows has no rlimits but jobs; the wall clock holds in any case
        windows.restrict(limits)
        return
    for what, bound in ((resource.RLIMIT_AS, limits.memory_bytes), (resource.RLIMIT_CPU, limits.cpu_seconds)):
        _, hard = resource.getrlimit(what)
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (allowed, allowed))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _done(job: dict[str, Any], folder: Path, limits: Limits) -> dict[str, Any]:
    from layers.sources.formats import contents

    os.chdir(folder)
    task = job["task"]
    if task == "database":
        from layers.sources import database

        return database.asked(job, folder)
    if task == "kinds":
        return {"kinds": [_kind(job | file, folder / str(k)) for k, file in enumerate(job["files"])]}
    try:
        inside = contents.of(Path(job["source"]), folder, job, limits)
    except contents.SeveralError as several:
        return {"layers": several.labels, "kind": "zip"}
    return {"kind": inside.kind} | _read(task, inside, job, folder)


def _kind(job: dict[str, Any], folder: Path) -> str:
    from layers.sources.formats import contents

    folder.mkdir()
    try:
        return contents.kind(Path(job["source"]), folder, job, job["bounds"])
    except BlockedError:
        return ""


def _read(task: str, inside: Any, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Hand a dataset to its reader; each is imported only when it is needed."""
    limits = job["bounds"]
    if task == "raster":
        from layers.sources.formats import raster

        return raster.parse(inside, folder, limits)
    if task == "imagery":
        from layers.sources.formats import imagery

        return imagery.parse(inside, folder, limits)
    if task == "table":
        from layers.sources.formats import tabular

        return tabular.parse(inside, job, folder)
    from layers.sources.formats import vector

    if task == "listing":
        return {"layers": vector.layers_of(inside)}
    return vector.parse(inside, job, folder, limits)


if __name__ == "__main__":
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    sys.exit(main(sys.argv[1]))
