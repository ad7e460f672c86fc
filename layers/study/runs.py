"""Runs: the only writer of results. Stale stages are rebuilt in order, like make.

A run folder is named by everything that can change it: settings, rules, contents of the
inputs and the code of the core. Tables are added to it whole; the manifest names those
that count; the link ``results`` moves to it in one step at the end. Killed at any
moment, the results are the old ones or the new ones.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geo import study as flow
from geo.basis.area import AreaBasis, basis, statutory_m2
from geo.basis.inputs import Inputs
from geo.basis.progress import Progress
from geo.measure.every import area_shapes
from geo.rules.spec import Rule
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from layers.sources import gate
from layers.study import load, spec, store, supply
from layers.study.lock import writing
from layers.study.spec import Study

ROOT = Path(__file__).resolve().parents[2]
KEPT_RUNS = 3
RESULTS = "results"


@dataclass(frozen=True)
class Stage:
    """A step of the flow: the tables it writes, the code its result depends on."""

    name: str
    writes: tuple[str, ...]
    code: tuple[str, ...]
    needs: tuple[str, ...] = ()


STAGES = (
    Stage("load", ("parcels", "problems"), ("geo/basis", "layers/sources", "layers/study/load.py")),
    Stage("measure", ("zones", "overlaps", "overlap_classes", "pieces", "facts"), ("geo/measure",), ("load",)),
    Stage(
        name="screen",
        writes=("verdicts", "candidates", "ledger", "land"),
        code=("geo/rules", "geo/screen", "geo/study.py"),
        needs=("measure",),
    ),
    Stage(
        name="supply",
        writes=("supply", "supply_records", "supply_problems"),
        code=("layers/study/supply.py", *(f"data/codes/{n}.toml" for n in supply.CODE_LISTS)),
        needs=("screen",),
    ),
)
TABLE_STAGE = {table: stage for stage in STAGES for table in stage.writes}


@dataclass(frozen=True)
class Plan:
    """A study folder read for running: settings, rules, and the key of every stage."""

    folder: Path
    study: Study
    rules: tuple[Rule, ...]
    digests: dict[str, str]

    @cached_property
    def setting(self) -> Setting:
        """What the core needs to know of the study."""
        return Setting(
            rules=self.rules,
            aside=frozenset(n.rule for n in self.study.not_examined),
            use_class=self.study.use_class,
            minimum=Minimum(self.study.screen.min_area_m2, self.study.screen.min_width_m),
        )

    @cached_property
    def keys(self) -> dict[str, str]:
        """Key of each stage: its slice of the study, its code, the stages it needs."""
        out: dict[str, str] = {}
        for stage in STAGES:
            out[stage.name] = store.digest(
                self._slice(stage.name), [_code_digest(p) for p in stage.code], [out[n] for n in stage.needs]
            )
        return out

    @property
    def run_id(self) -> str:
        """Short name of the run all keys together lead to."""
        return store.digest(self.keys, self.study.name)[:12]

    def _slice(self, stage: str) -> Any:
        study = self.study
        if stage == "load":
            layers = [s.model_dump(mode="json") for s in study.layers]
            return [study.crs, study.area, study.as_of.isoformat(), layers, self.digests]
        if stage == "measure":
            return [[z.zone_id for z in self.zones], self.distances]
        if stage == "supply":
            return [study.as_of.isoformat()]
        rules = [r.model_dump(mode="json") for r in self.rules]
        aside = [n.model_dump() for n in study.not_examined]
        return [rules, aside, study.use_class, study.screen.model_dump()]

    @cached_property
    def zones(self) -> tuple[Any, ...]:
        """Zones to measure: polygon layers of the study and what the rules ask for."""
        names = [s.id for s in self.study.with_role("constraint", "plan", "park", "redline")]
        return flow.zones(self.rules, names)

    @cached_property
    def distances(self) -> tuple[str, ...]:
        """Layers to which distances are measured."""
        names = {s.id for s in self.study.with_role("network", "facility", "building")}
        return tuple(sorted(names | {r.layer for r in self.rules if r.test == "distance_m"}))


@dataclass(frozen=True)
class Report:
    """What a run did: stages built and stages found up to date."""

    run_id: str
    built: tuple[str, ...]
    kept: tuple[str, ...]


def plan(folder: Path) -> Plan:
    """Read a study folder and work out the keys of its stages.

    Raises
    ------
    BlockedError, SpecError
        Not a study, or settings and rule packs that do not hold together.
    """
    study = spec.read(folder)
    rules = spec.effective_rules(study, folder)
    return Plan(folder, study, rules, _digests(folder, study))


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
        wanted = plan(folder)
        return _Run(wanted, progress).to(until)


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
        for stage in STAGES:
            if not (self._at_hand(stage) or self._carried(stage)):
                self._build(stage)
                self.built.append(stage.name)
            else:
                self.kept.append(stage.name)
            if stage.name == until:
                break
        _point(self.plan.folder, self.target)
        _prune(self.plan.folder, self.target)
        return Report(self.plan.run_id, tuple(self.built), tuple(self.kept))

    @cached_property
    def target(self) -> Path:
        return self.plan.folder / "runs" / self.plan.run_id

    @cached_property
    def inputs(self) -> Inputs:
        return load.inputs(self.plan.study, self.plan.folder, self.progress)

    @cached_property
    def basis(self) -> AreaBasis:
        return basis(self.plan.study.area, self.plan.study.crs, tuple(self.inputs.parcels.total_bounds))

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
        build: Callable[[], dict[str, pd.DataFrame]] = getattr(self, f"_stage_{stage.name}")
        self.progress(0, 1, stage.name)
        tables = build()
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

    def _stage_load(self) -> dict[str, pd.DataFrame]:
        crs, layers = self.plan.study.crs, self.inputs.layers
        shapes = {f"shape_{name}": drawn(layer, crs) for name, layer in layers.items()}
        shapes |= load.outline(self.plan.study, self.inputs)
        return {"parcels": self._parcels(), "problems": self.inputs.problems} | shapes

    def _parcels(self) -> pd.DataFrame:
        parcels = self.inputs.parcels.copy()
        shapes = parcels.geometry.to_numpy()
        parcels["area_m2"] = self.basis.areas(area_shapes(shapes, self.basis))
        parcels["area_statutory_m2"] = statutory_m2(shapes, self.plan.study.crs)
        return parcels

    def _stage_measure(self) -> dict[str, pd.DataFrame]:
        what = flow.with_ground(self.plan.zones, self.plan.rules, self.inputs.layers)
        return flow.measure(self.inputs, what, self.plan.distances, self.basis, self.progress)

    def _stage_screen(self) -> dict[str, pd.DataFrame]:
        names = ("parcels", "zones", "pieces", "facts")
        tables = {name: store.read_table(self.target, name) for name in names}
        return flow.screen_and_cut(self.inputs, tables, self.plan.setting, self.basis, self.progress)

    def _stage_supply(self) -> dict[str, pd.DataFrame]:
        tables = {name: store.read_table(self.target, name) for name in ("parcels", "candidates")}
        opened = supply.read(self.plan.study, self.plan.folder, self.inputs.boundary)
        known = supply.meaning(self.plan.study, self.inputs)
        made = flow.supply(self.inputs, tables, opened.register, known, self.basis)
        return made | {"supply_problems": load.problems(opened.findings)}


def drawn(layer: Any, crs: str) -> pd.DataFrame:
    """Return the shapes of a layer as they were used, for the map."""
    frame = pd.DataFrame({"id": layer.ids, "maybe": layer.maybe})
    return gpd.GeoDataFrame(frame, geometry=layer.shapes, crs=crs)


def header(plan: Plan) -> dict[str, Any]:
    """Return what a manifest says of the study: settings, rules, inputs, versions."""
    study = plan.study
    return {
        "run_id": plan.run_id,
        "written": datetime.now().astimezone().isoformat(timespec="seconds"),
        "study": study.model_dump(mode="json", by_alias=True),
        "rules": [r.model_dump(mode="json") for r in plan.rules],
        "not_applied": [r.id for r in plan.rules if not r.applies(study.use_class)],
        "inputs": plan.digests,
        "versions": _versions(),
    }


@cache
def _versions() -> dict[str, str]:
    names = ("luodi", "geopandas", "shapely", "pyproj", "pyogrio", "rasterio", "exactextract", "numpy", "pandas")
    return {n: version(n) for n in names} | {"geos": ".".join(map(str, shapely.geos_version))}


@cache
def _code_digest(place: str) -> str:
    path = ROOT / place
    total = hashlib.sha256()
    for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
        total.update(file.relative_to(ROOT).as_posix().encode())
        total.update(file.read_bytes())
    return total.hexdigest()


_seen: dict[tuple[str, int, int], str] = {}


def _digests(folder: Path, study: Study) -> dict[str, str]:
    """Return the content of every input and coverage file; one that is not there reads "missing"."""
    out = {s.id: _input_digest(folder / s.source) for s in study.layers}
    covers = {s.coverage for s in study.layers} - {"complete", "unknown"}
    return out | {f"coverage {name}": _input_digest(folder / name) for name in sorted(covers)}


def _input_digest(path: Path) -> str:
    if not path.exists():
        return "missing"
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    beside = path.is_dir() or path.suffix.lower() == ".shp"  # changes without the file itself changing
    if beside or key not in _seen:
        _seen[key] = gate.digest(path)
    return _seen[key]


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
    built = {name: stage for name, stage in TABLE_STAGE.items() if name in tables or stage.name != "supply"}
    return {name: stage.name for name, stage in built.items() if tables.get(name, {}).get("key") != keys[stage.name]}
