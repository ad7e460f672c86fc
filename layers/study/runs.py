"""Runs: the only writer of results. Stale stages are rebuilt in order, like make.

A run folder is named by everything that can change it: settings, rules, contents of the
inputs and the code of the core. Tables are added to it whole; the manifest names those
that count; the link ``results`` moves to it in one step at the end. Killed at any
moment, the results are the old ones or the new ones.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import shapely

from geo.basis.progress import Progress
from layers.study import store
from layers.study.lock import writing
from layers.study.plan import Plan, plan
from layers.study.stages import STAGES, TABLE_STAGE, Stage, Work, wanted
from layers.study.stages.land import drawn

__all__ = ["TABLE_STAGE", "Plan", "Report", "current", "drawn", "header", "plan", "stale", "update"]
EXPECTED = ("load", "measure", "screen")
"""Stages every run holds; a table of another that nobody has asked for yet is not built, which is not stale."""
KEPT_RUNS = 3
RESULTS = "results"


@dataclass(frozen=True)
class Report:
    """What a run did: stages built and stages found up to date."""

    run_id: str
    built: tuple[str, ...]
    kept: tuple[str, ...]


def update(folder: Path, until: str, progress: Progress) -> Report:
    """Bring every stage up to and including `until` up to date.

    Raises
    ------
    LockedError
        Another process is writing this study.
    BlockedError
        An input cannot be used; the results stay as they were.
    """
    with writing(folder, f"run until {until}"):
        return _Run(plan(folder), progress).to(until)


def current(folder: Path) -> Path | None:
    """Return the run folder the results point to, or None before the first run."""
    link = folder / RESULTS
    target = link.resolve() if link.is_symlink() or link.is_dir() else None
    if target is None and link.is_file():
        target = folder / link.read_text(encoding="utf-8").strip()
    return target if target is not None and (target / store.MANIFEST).is_file() else None


@dataclass
class _Run:
    plan: Plan
    progress: Progress
    built: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def to(self, until: str) -> Report:
        for stage in wanted(until):
            if not (self._at_hand(stage) or self._carried(stage)):
                self._build(stage)
                self.built.append(stage.name)
            else:
                self.kept.append(stage.name)
        for stage in STAGES:  # what nobody asked for now but is up to date stays in the results
            _ = self._at_hand(stage) or self._carried(stage)
        _point(self.plan.folder, self.target)
        _prune(self.plan.folder, self.target)
        return Report(self.plan.run_id, tuple(self.built), tuple(self.kept))

    @cached_property
    def target(self) -> Path:
        return self.plan.folder / "runs" / self.plan.run_id

    @cached_property
    def work(self) -> Work:
        return Work(self.plan, self.target, self.progress)

    def _manifest(self) -> dict[str, Any]:
        return store.read_json(self.target / store.MANIFEST)

    def _at_hand(self, stage: Stage) -> bool:
        tables = self._manifest().get("tables", {})
        key = self.plan.keys[stage.name]
        return all(tables.get(t, {}).get("key") == key and self._file(t).is_file() for t in stage.writes)

    def _file(self, table: str) -> Path:
        return self.target / f"{table}.parquet"

    def _carried(self, stage: Stage) -> bool:
        """Link the stage's tables from an earlier run that built them under the same key."""
        key = self.plan.keys[stage.name]
        for older in _runs(self.plan.folder):
            manifest = store.read_json(older / store.MANIFEST)
            tables = manifest.get("tables", {})
            names = [n for n, entry in tables.items() if entry.get("key") == key]
            if older != self.target and set(stage.writes) <= set(names):
                self.target.mkdir(exist_ok=True)
                for name in names:
                    _link(older / f"{name}.parquet", self._file(name))
                self._record({n: tables[n] for n in names})
                return True
        return False

    def _build(self, stage: Stage) -> None:
        self.progress(0, 1, stage.name)
        tables = stage.build(self.work)
        self.target.mkdir(parents=True, exist_ok=True)
        key = self.plan.keys[stage.name]
        entries = {
            name: store.write_table(self.target, name, frame) | {"key": key, "stage": stage.name}
            for name, frame in tables.items()
        }
        self._record(entries)
        self.progress(1, 1, stage.name)

    def _record(self, entries: dict[str, Any]) -> None:
        manifest = self._manifest()
        tables = manifest.get("tables", {}) | entries
        store.write_json(self.target, store.MANIFEST, header(self.plan) | {"tables": tables})


def header(plan: Plan) -> dict[str, Any]:
    """Return what a manifest says of the study: settings, rules, inputs, versions."""
    study = plan.study
    return {
        "run_id": plan.run_id,
        "written": datetime.now().astimezone().isoformat(timespec="seconds"),
        "study": study.model_dump(mode="json", by_alias=True),
        "rules": [r.model_dump(mode="json") for r in plan.rules],
        "criteria": plan.criteria.model_dump(mode="json"),
        "not_applied": [r.id for r in plan.rules if not r.applies(study.use_class)],
        "inputs": plan.digests,
        "edits": plan.edits.plain(),
        "versions": _versions(),
    }


@cache
def _versions() -> dict[str, str]:
    names = ("luodi", "geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "exactextract", "numpy", "pandas")
    return {n: version(n) for n in names} | {"geos": ".".join(map(str, shapely.geos_version))}


def _runs(folder: Path) -> list[Path]:
    found = [p for p in (folder / "runs").glob("*") if (p / store.MANIFEST).is_file()]
    return sorted(found, key=lambda p: (p / store.MANIFEST).stat().st_mtime, reverse=True)


def _link(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(source, part)
    except OSError:
        shutil.copy2(source, part)
    os.replace(part, target)


def _point(folder: Path, target: Path) -> None:
    """Move the link in one step; where links are not allowed a small text file stands in."""
    part = folder / ".results.part"
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(Path("runs") / target.name, target_is_directory=True)
    except OSError:
        part.write_text(f"runs/{target.name}", encoding="utf-8")
    os.replace(part, folder / RESULTS)


def _prune(folder: Path, target: Path) -> None:
    whole = [p for p in _runs(folder) if p != target]
    broken = [p for p in (folder / "runs").glob("*") if p != target and p not in whole]
    for path in whole[KEPT_RUNS - 1 :] + broken:
        shutil.rmtree(path, ignore_errors=True)


def stale(folder: Path) -> dict[str, str]:
    """Return the tables of the results that no longer follow from the study, with the stage to rebuild."""
    run = current(folder)
    if run is None:
        return {}
    keys, tables = plan(folder).keys, store.read_json(run / store.MANIFEST)["tables"]
    # a table of a stage nobody has asked for yet is not built, which is not the same as stale
    built = {name: stage for name, stage in TABLE_STAGE.items() if name in tables or stage.name in EXPECTED}
    return {name: stage.name for name, stage in built.items() if tables.get(name, {}).get("key") != keys[stage.name]}
