"""The keys of a planned run: what every stage depends on, and the names of the run and of its land."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from layers.basis import keys
from layers.sources import gate, readers
from layers.study import edits, load, overrides, packs, spec
from layers.study.run import store
from layers.study.run.plan import Plan, files
from layers.study.spec import Study
from layers.study.stages import STAGES, Stage

BY_VALUE = frozenset({"layers.sources.readers:key", "layers.sources.readers:sniffing"})
"""Keys themselves: the code of a stage may ask for them, and they are known by value."""
LAND = ("load", "measure", "screen")
"""Stages a red line check rests on; projects and pins come after it and cannot make it stale."""


class RunPlan(Plan):
    """A plan with the key of every stage; stages themselves see the plan only, so that no key holds itself."""

    @cached_property
    def stage_keys(self) -> dict[str, str]:
        """Key of each stage: its slice of the study, the code its function can reach, the stages it needs."""
        out: dict[str, str] = {}
        for stage in STAGES:
            out[stage.name] = store.digest(stage.slice(self), code(stage), [out[n] for n in stage.needs])
        return out

    @property
    def run_id(self) -> str:
        """Short name of the run all keys together lead to."""
        return store.digest(self.stage_keys, self.study.name)[:12]

    @property
    def land_id(self) -> str:
        """Short name of what is known of the land: what a red line check rests on."""
        return store.digest([self.stage_keys[name] for name in LAND], self.study.name)[:12]


def plan(folder: Path) -> RunPlan:
    """Read a study folder and work out the keys of its stages.

    Raises
    ------
    BlockedError, SpecError
        Not a study, or settings and rule packs that do not hold together.
    """
    decided = edits.current(folder)
    study = overrides.laid_over(spec.read(folder), decided)
    rules = packs.effective_rules(study, folder)
    return RunPlan(folder, study, rules, _digests(folder, study), _readers(folder, study), decided)


def code(stage: Stage) -> str:
    """Return the key of a stage's code."""
    return keys.code(_root(stage), BY_VALUE)


def texts(stage: Stage) -> tuple[str, ...]:
    """Return the shipped files the code of a stage names."""
    return keys.named(_root(stage), BY_VALUE)


def _root(stage: Stage) -> tuple[str]:
    return (f"{stage.build.__module__}:{stage.build.__qualname__}",)


_seen: dict[tuple[str, int, int], str] = {}


def _digests(folder: Path, study: Study) -> dict[str, str]:
    """Return the content of every input and coverage file; one that is not there reads "missing"."""
    return {n: _input_digest(p) for n, p, _ in _inputs(folder, study)}


def _readers(folder: Path, study: Study) -> dict[str, str]:
    """Return the key of the code that reads each input and coverage file; "" for one that is not there."""
    files = _inputs(folder, study)
    there = [(n, p, inside) for n, p, inside in files if p.exists()]
    kinds = gate.kinds([(p, inside) for _, p, inside in there], folder / load.CACHE)
    known = {n: readers.key(kind) for (n, _, _), kind in zip(there, kinds, strict=True)}
    return {n: known.get(n, "") for n, _, _ in files}


def _inputs(folder: Path, study: Study) -> list[tuple[str, Path, str]]:
    """Return every file of the study: the name its digest stands under, where it lies, and what of it is wanted."""
    out = []
    for layer in study.layers:
        wanted = [(p.source, p.layer) for p in layer.parts] or [(layer.source, layer.layer)]
        wanted += [(layer.coverage, "")] if layer.coverage not in ("complete", "unknown") else []
        out += [(name, folder / p, inside) for name, (p, inside) in zip(files(layer), wanted, strict=True)]
    return out


def _input_digest(path: Path) -> str:
    if not path.exists():
        return "missing"
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    beside = path.is_dir() or path.suffix.lower() == ".shp"  # changes without the file itself changing
    if beside or key not in _seen:
        _seen[key] = gate.digest(path)
    return _seen[key]
