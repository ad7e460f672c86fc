"""What a process measures that shares nothing with the one that starts it: it opens the study itself, the same one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from geo import study as flow
from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from geo.basis.reason import reason
from geo.measure import every
from layers.study.run import memos
from layers.study.run.keyed import plan
from layers.study.run.runner import Assignment
from layers.study.run.stage import Opened


def assignment_of(folder: Path, key: str) -> Callable[[], Assignment]:
    """Return who opens the land of a study where it is called.

    What is returned raises BlockedError where the folder holds another study there, or another program reads it.
    """
    return partial(_opened, str(folder.resolve()), key)


@lru_cache(maxsize=1)
def _opened(folder: str, key: str) -> Assignment:
    made = plan(Path(folder))
    if made.stage_keys["measure"] != key:
        raise BlockedError(reason("worker_reads_another_study", folder=folder))
    opened = Opened(made, silent)
    what = flow.with_ground(made.zones, made.rules, opened.inputs.layers)
    against = every.against(opened.inputs, what, made.distances, opened.basis, silent)
    return Assignment(opened.inputs.parcels, against, memos.opened(made.folder, memos.WIDTHS))
