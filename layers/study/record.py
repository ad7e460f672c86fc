"""The decision record of a study: whether anything it rests on has changed since, and whether it can be made again.

`verified` reads and compares; `replayed` makes every table anew in a place of its own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.basis.errors import BlockedError
from geo.basis.progress import Progress, silent
from geo.basis.reason import reason
from geo.basis.tables import TABLES
from layers.basis import sealed
from layers.study import spec
from layers.study.run import manifest, runs, store
from layers.study.run.keyed import plan
from layers.study.run.stage import Stage
from layers.study.stages import STAGES

RECORD = "record.json"
"""The list of the files of a bundle with their sums, sealed like a manifest."""
LEFT_BEHIND = (".luodi", "runs", "results")
"""What is no part of a study's question; a replay makes it anew."""
State = Literal["same", "changed", "missing", "near", "new"]


@dataclass(frozen=True)
class Recorded:
    """One thing a record holds and what became of it.

    Parameters
    ----------
    kind : str
        "table", "input", "settings", "file".
    name : str
    state : str
        "same"; "changed", "missing", "new" break the record; "near": other bytes, the same values within one step
        of what is written.
    """

    kind: str
    name: str
    state: State

    @property
    def broken(self) -> bool:
        """True where the record does not hold any more."""
        return self.state not in ("same", "near")


def verified(folder: Path) -> list[Recorded]:
    """Hold everything a run rests on against what was recorded: tables, inputs, settings, files of a bundle.

    Raises
    ------
    BlockedError
        There is no run.
    DamagedError
        The manifest itself is not what was written.
    """
    run = _run(folder)
    body = manifest.read(run)
    out = [Recorded("table", n, _table(run, n, entry)) for n, entry in sorted(body["tables"].items())]
    now = plan(folder)
    told: dict[str, str] = body["inputs"]
    for name in sorted({*told, *now.digests}):
        out.append(Recorded("input", name, _state(told.get(name), now.digests.get(name))))
    kept = runs.header(now)
    for name in ("study", "rules", "criteria", "edits"):
        out.append(Recorded("settings", name, "same" if _plain(body.get(name)) == _plain(kept[name]) else "changed"))
    return [*out, *_files(folder)]


def _run(folder: Path) -> Path:
    spec.require(folder)
    run = runs.current(folder)
    if run is None:
        raise BlockedError(reason("no_run_yet", path=folder.name))
    return run


def _table(run: Path, name: str, entry: dict[str, Any]) -> State:
    if not store.has_table(run, name):
        return "missing"
    return "same" if store.is_whole(run, name, entry) else "changed"


def _state(told: str | None, found: str | None) -> State:
    if told is None:
        return "new"
    if found is None or (found == "missing" and told != "missing"):
        return "missing"
    return "same" if told == found else "changed"


def _plain(value: Any) -> str:
    return store.digest(value)


def _files(folder: Path) -> Iterator[Recorded]:
    """Hold the files of an unpacked bundle against its list."""
    told = sealed.read(folder / RECORD, strict=True) if (folder / RECORD).is_file() else {"files": {}}
    for name, sha in sorted(told["files"].items()):
        path = folder / name
        if not path.is_file():
            yield Recorded("file", name, "missing")
        else:
            yield Recorded("file", name, "same" if sealed.sha256(path) == sha else "changed")


# --- making it again -------------------------------------------------------------------


def replayed(folder: Path, progress: Progress = silent) -> list[Recorded]:
    """Make every table of the newest run again, in a folder of the system, and compare.

    On the same computer with the same libraries the bytes are equal; elsewhere values may differ in their last digit.
    """
    run = _run(folder)
    before = manifest.read(run)["tables"]
    wanted = [s for s in STAGES if set(s.writes) & set(before)]
    with tempfile.TemporaryDirectory(prefix="luodi-replay-") as work:
        place = Path(work) / "study"
        shutil.copytree(folder, place, ignore=_left_behind(folder), symlinks=False)
        for stage in _last(wanted):
            runs.update(place, stage.name, progress)
        again = _run(place)
        after = manifest.read(again)["tables"]
        return [Recorded("table", n, _compared(run, again, n, before[n], after.get(n))) for n in sorted(before)]


def _left_behind(folder: Path) -> Any:
    """Return what `copytree` leaves out: only what stands directly in the study folder."""

    def left(place: str, names: list[str]) -> set[str]:
        return {n for n in names if n in LEFT_BEHIND} if Path(place) == folder else set()

    return left


def _last(stages: list[Stage]) -> list[Stage]:
    """Return the stages that bring all others with them: those no other one of them needs."""
    needed = {r for s in stages for r in s.reads}
    return [s for s in stages if not set(s.writes) & needed] or stages


def _compared(run: Path, again: Path, name: str, before: dict[str, Any], after: dict[str, Any] | None) -> State:
    if after is None:
        return "missing"
    if before["sha256"] == after["sha256"]:
        return "same"
    return "near" if _near(store.read_table(run, name), store.read_table(again, name), name) else "changed"


def _near(one: pd.DataFrame, other: pd.DataFrame, name: str) -> bool:
    """Tell whether two tables say the same within one step of the last digit that is written."""
    if list(one) != list(other) or len(one) != len(other):
        return False
    return all(_column_near(one[c], other[c], name, str(c)) for c in one)


def _column_near(one: pd.Series, other: pd.Series, name: str, column: str) -> bool:
    if isinstance(one, gpd.GeoSeries):
        return bool(one.geom_equals_exact(gpd.GeoSeries(other), tolerance=1e-6).all())
    if one.dtype.kind != "f":
        return bool(one.astype(str).equals(other.astype(str)))
    decimals = TABLES[name].column(column).decimals if name in TABLES else None
    step = 10.0 ** -(9 if decimals is None else decimals)
    return bool(np.allclose(one.to_numpy(float), other.to_numpy(float), rtol=0.0, atol=1.01 * step, equal_nan=True))
