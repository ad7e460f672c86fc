"""Runs: the only writer of results. Stale stages are rebuilt in order, like make.

A run folder is named by everything that can change it: settings, rules, contents of the
inputs and the code of the core. Tables are added to it whole; the manifest names those
that count, each with the sum of its bytes; the link ``results`` moves to it in one step at
the end. Killed at any moment, the results are the old ones or the new ones. A table is kept
or carried over only while it is what was written: what is damaged is built again, and said.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import shapely

from geo.basis.errors import BlockedError, DamagedError, LuodiError, rows_reason
from geo.basis.progress import Progress
from geo.basis.reason import Reason, reason
from layers.study import edits, formats, spec
from layers.study.changes import commit
from layers.study.lock import writing
from layers.study.run import manifest, store
from layers.study.run.keyed import RunPlan, plan
from layers.study.run.masks import Masks
from layers.study.run.runner import Runner
from layers.study.run.stage import Opened
from layers.study.stages import STAGES, TABLE_STAGE, Stage, Work, wanted

__all__ = ["TABLE_STAGE", "Report", "RunPlan", "current", "header", "plan", "stale", "update"]
EXPECTED = ("load", "measure", "screen")
"""Stages every run holds; a table of another that nobody has asked for yet is not built, which is not stale."""
WITHOUT_PARCELS = ("load", "idle", "inefficient", "zones")
"""Stages a study may ask for that has a supply register and no parcels."""
MEASURED = "measure"
"""The stage whose parcels a crew may measure."""
KEPT_RUNS = 3
Hire = Callable[[Path, str], Runner]
RESULTS = "results"
SETTINGS = ("study", "rules", "criteria", "not_applied", "inputs", "edits")
"""What a manifest says of the study; the rest of its head tells when and with what it was written."""


@dataclass(frozen=True)
class Report:
    """What a run did: stages built and stages found up to date, and what it found damaged."""

    run_id: str
    built: tuple[str, ...]
    kept: tuple[str, ...]
    notes: tuple[Reason, ...] = ()


def update(folder: Path, until: str, progress: Progress, hire: Hire | None = None) -> Report:
    """Bring every stage up to and including `until` up to date; what is damaged is built again.

    Parameters
    ----------
    folder : Path
    until : str
        A stage, or ``all``.
    progress : Progress
    hire : callable or None
        Returns the crew that measures the parcels of a study under the key of a stage; None: this process does.

    Raises
    ------
    LockedError
        Another process is writing this study.
    BlockedError
        Not a study, or an input cannot be used; the results stay as they were.
    """
    spec.require(folder)
    with writing(folder, f"run until {until}"):
        brought = formats.upgrade(folder / spec.FILE)
        made = plan(folder)
        if not made.study.with_role("parcels") and until not in WITHOUT_PARCELS:
            raise BlockedError(reason("parcels_not_declared"))
        hidden = Masks(made.study, made.rules)
        try:
            report = _Run(made, progress, hire(folder, made.stage_keys[MEASURED]) if hire else None).to(until)
        except LuodiError as problem:
            raise type(problem)([hidden.told(r) for r in problem.reasons]) from problem.__cause__
        return replace(report, notes=(*brought, *map(hidden.told, report.notes)))


def current(folder: Path) -> Path | None:
    """Return the run folder the results point to, or None before the first run.

    Raises
    ------
    DamagedError
        There are results, but they lead to no run of this study.
    """
    link = folder / RESULTS
    if not os.path.lexists(link):
        return None
    target = _pointed_to(link)
    if target is None or not (target / store.MANIFEST).is_file():
        raise DamagedError(reason("results_lost"))
    return target


def _pointed_to(link: Path) -> Path | None:
    """Follow the results, but only to a run of their own study; a copied study may hold the run itself."""
    try:
        if link.is_dir() and not link.is_symlink():
            return link.resolve()
        text = os.readlink(link) if link.is_symlink() else link.read_text(encoding="utf-8").strip()
        target = (link.parent / text).resolve(strict=True)
    except (OSError, ValueError, RuntimeError):  # leads nowhere, is no text, goes in a circle
        return None
    return target if target.parent == (link.parent / "runs").resolve() else None


@dataclass
class _Run:
    plan: RunPlan
    progress: Progress
    runner: Runner | None = None
    built: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    damaged: set[str] = field(default_factory=set)
    worn: dict[str, set[str]] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)
    incomplete: set[str] = field(default_factory=set)

    def to(self, until: str) -> Report:
        try:
            self._bring(until)
        except BaseException:
            if not self.tables and self.target.is_dir():  # nothing of it can be used: room for others
                shutil.rmtree(self.target, ignore_errors=True)
            raise
        self._settings_of_the_study()
        self.notes += _edits_gone(self.plan)
        before = _pointed_to(self.plan.folder / RESULTS)
        self.notes += _point(self.plan.folder, self.target)
        _prune(self.plan.folder, self.target, before)
        return Report(self.plan.run_id, tuple(self.built), tuple(self.kept), tuple(self.notes))

    def _bring(self, until: str) -> None:
        asked = wanted(until)
        for stage in asked:
            if self._at_hand(stage) or self._carried(stage):
                self.kept.append(stage.name)
            else:
                self._build(stage)
                self.built.append(stage.name)
        mended = self.damaged.copy()
        # what nobody asked for now but is up to date stays in the results
        others = [s for s in STAGES if s not in asked]
        lost = [s for s in others if not (self._at_hand(s) or self._carried(s))]
        self._tell(mended, self._left_out(lost))

    @cached_property
    def target(self) -> Path:
        return self.plan.folder / "runs" / self.plan.run_id

    @cached_property
    def opened(self) -> Opened:
        return Opened(self.plan, self.progress)

    @cached_property
    def body(self) -> dict[str, Any]:
        """The manifest as it is; one that is damaged names no table, so all of them are made again."""
        found = manifest.known(self.target)
        if not found["tables"] and ((self.target / store.MANIFEST).exists() or self._shown()):
            self.notes.append(reason("manifest_mended", run=self.plan.run_id))
        return found

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        return self.body["tables"]  # type: ignore[no-any-return]

    @cached_property
    def older(self) -> list[tuple[Path, dict[str, dict[str, Any]]]]:
        """Earlier runs, newest first, with their tables."""
        return [(p, manifest.known(p)["tables"]) for p in _runs(self.plan.folder) if p != self.target]

    def _of(self, stage: Stage, tables: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the tables a stage wrote under its present key; none when they are not all there."""
        key = self.plan.stage_keys[stage.name]
        found = {n: e for n, e in tables.items() if e.get("key") == key and not e.get("incomplete")}
        return found if set(stage.writes) <= set(found) else {}

    def _at_hand(self, stage: Stage) -> bool:
        mine = self._of(stage, self.tables)
        bad = _damaged(self.target, mine)
        self.damaged |= bad
        return bool(mine) and not bad

    def _carried(self, stage: Stage) -> bool:
        """Link the stage's tables from an earlier run that built them under the same key."""
        for older, tables in self.older:
            names = self._of(stage, tables)
            if bad := _damaged(older, names):
                self.worn.setdefault(older.name, set()).update(bad)
            elif names:
                self.target.mkdir(exist_ok=True)
                for name in names:
                    _link(older / f"{name}.parquet", self.target / f"{name}.parquet")
                self._record(names, stage.name)
                return True
        return False

    def _build(self, stage: Stage) -> None:
        self.progress(0, 1, stage.name)
        work = Work(self.plan, self.target, self.progress, self.plan.land_id, self.opened, stage.reads, self.runner)
        made = stage.build(work)
        self.target.mkdir(parents=True, exist_ok=True)
        written = store.write_tables(self.target, [made] if isinstance(made, dict) else made)
        mark = {"key": self.plan.stage_keys[stage.name], "stage": stage.name} | self._mark(stage)
        entries = {name: entry | mark for name, entry in written.items()}
        self._record(entries, stage.name)
        self.progress(1, 1, stage.name)

    def _mark(self, stage: Stage) -> dict[str, bool]:
        """Return what marks the tables of a stage that rest on parcels nobody could measure: never kept for long."""
        lost = self.runner.lost if self.runner else []
        if lost and stage.name == MEASURED:
            self.notes.append(rows_reason("parcels_not_measured", lost))
            self.incomplete.add(stage.name)
        elif self.incomplete & set(stage.needs):
            self.incomplete.add(stage.name)
        return {"incomplete": True} if stage.name in self.incomplete else {}

    def _record(self, entries: dict[str, Any], stage: str) -> None:
        self.fresh.append(stage)
        self._write(header(self.plan) | {"tables": self.tables | entries})

    def _write(self, body: dict[str, Any]) -> None:
        with commit("run", "did_stages_added" if self._shown() else "did_stages_kept", stages=list(self.fresh)):
            store.write_json(self.target, store.MANIFEST, body)
        self.body = body

    def _shown(self) -> bool:
        """Tell whether the results are this run already."""
        return _pointed_to(self.plan.folder / RESULTS) == self.target.resolve()

    def _left_out(self, stages: Iterable[Stage]) -> set[str]:
        """Take damaged tables nobody asked for out of the manifest: they are not built, and say so."""
        lost = {n for s in stages for n in self._of(s, self.tables)}
        if lost:
            self._write(self.body | {"tables": {n: e for n, e in self.tables.items() if n not in lost}})
        return lost & self.damaged

    def _tell(self, mended: set[str], left_out: set[str]) -> None:
        run = self.plan.run_id
        found = [("tables_mended", run, mended), ("tables_left_out", run, left_out)]
        found += [("older_tables_damaged", name, bad) for name, bad in self.worn.items()]
        self.notes += [reason(code, run=name, tables=sorted(bad)) for code, name, bad in found if bad]
        if self.damaged or self.worn:
            self._share()

    def _share(self) -> None:
        """Give earlier runs back what was made again for this one, where it is what they held."""
        for older, tables in self.older:
            same = [n for n, e in tables.items() if self.tables.get(n, {}).get("sha256") == e["sha256"]]
            for name in _damaged(older, {n: tables[n] for n in same}):
                _link(self.target / f"{name}.parquet", older / f"{name}.parquet")

    def _settings_of_the_study(self) -> None:
        """Write the settings again where a manifest of the same keys does not hold them as they are."""
        now = header(self.plan)
        other = [k for k in SETTINGS if _plain(self.body.get(k)) != _plain(now[k])]
        if self.tables and other:
            self._write(self.body | {k: now[k] for k in other})
            if other != ["edits"]:  # a decision that leaves the keys as they are (a score, a note) is no damage
                self.notes.append(reason("manifest_settings", run=self.plan.run_id))


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _damaged(run: Path, tables: dict[str, dict[str, Any]]) -> set[str]:
    return {n for n, entry in tables.items() if not store.is_whole(run, n, entry)}


def header(plan: RunPlan) -> dict[str, Any]:
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
    store.swap(part, target)


def _point(folder: Path, target: Path) -> list[Reason]:
    """Move the link in one step; where links are not allowed a small text file stands in."""
    link, part = folder / RESULTS, folder / ".results.part"
    notes = _made_room(link)
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(Path("runs") / target.name, target_is_directory=True)
    except OSError:
        part.write_text(f"runs/{target.name}", encoding="utf-8")
    with commit("run", "did_results", run=target.name):
        os.replace(part, link)
    return notes


def _edits_gone(plan: RunPlan) -> list[Reason]:
    """Say that decisions the last results rest on are gone with their file; nobody starts anew unknowingly."""
    folder = plan.folder
    target = _pointed_to(folder / RESULTS)
    before = manifest.known(target).get("edits", {}) if target and not (folder / edits.FILE).exists() else {}
    count = sum(len(subjects) for subjects in before.values())
    return [reason("edits_gone", file=edits.FILE, count=count)] if count else []


def _made_room(link: Path) -> list[Reason]:
    """Say what the results were if they led to no run; a folder in their place is set aside, never deleted."""
    if not os.path.lexists(link):
        return []
    if link.is_dir() and not link.is_symlink():
        aside = next(p for k in range(1, 1000) if not os.path.lexists(p := link.with_name(f"{link.name}.old-{k}")))
        os.replace(link, aside)
        return [reason("results_set_aside", path=aside.name)]
    return [] if _pointed_to(link) else [reason("results_mended")]


def _prune(folder: Path, target: Path, before: Path | None) -> None:
    """Let old runs go; the one people saw until now stays, however old it is: what they took back leads to it again."""
    seen = before.name if before is not None else ""
    whole = sorted((p for p in _runs(folder) if p != target), key=lambda p: p.name != seen)
    broken = [p for p in (folder / "runs").glob("*") if p != target and p not in whole]
    for path in whole[KEPT_RUNS - 1 :] + broken:
        shutil.rmtree(path, ignore_errors=True)


def had(folder: Path, table: str) -> bool:
    """Tell whether a kept run holds a table, be it out of date: what is gone from the newest was made before."""
    return any(table in manifest.known(p)["tables"] for p in _runs(folder))


def stale(folder: Path) -> dict[str, str]:
    """Return the tables of the results that no longer follow from the study, with the stage to rebuild."""
    run = current(folder)
    if run is None:
        return {}
    keys, tables = plan(folder).stage_keys, manifest.read(run)["tables"]
    # a table of a stage nobody has asked for yet is not built, which is not the same as stale
    built = {name: stage for name, stage in TABLE_STAGE.items() if name in tables or stage.name in EXPECTED}
    found = {name: tables.get(name, {}) for name in built}
    old = {
        name for name, entry in found.items() if entry.get("key") != keys[built[name].name] or entry.get("incomplete")
    }
    return {name: stage.name for name, stage in built.items() if name in old}
