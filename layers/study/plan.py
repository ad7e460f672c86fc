"""A study folder read for running: settings, rules, and the key of every stage."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from geo import study as flow
from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from layers.sources import gate
from layers.study import criteria, edits, spec, store
from layers.study.edits import Edits
from layers.study.spec import LayerSpec, Role, Study
from layers.study.stages import STAGES

ROOT = Path(__file__).resolve().parents[2]
LAND = ("load", "measure", "screen")
"""Stages a red line check rests on; projects and pins come after it and cannot make it stale."""


@dataclass(frozen=True)
class Plan:
    """A study folder read for running: settings, rules, and the key of every stage."""

    folder: Path
    study: Study
    rules: tuple[Rule, ...]
    digests: dict[str, str]
    edits: Edits = field(default_factory=Edits)

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
    def criteria(self) -> CriteriaSet:
        """What sites are ranked by."""
        return criteria.of_study(self.study, self.folder)

    @cached_property
    def keys(self) -> dict[str, str]:
        """Key of each stage: its slice of the study, its code, the stages it needs."""
        out: dict[str, str] = {}
        for stage in STAGES:
            out[stage.name] = store.digest(
                stage.slice(self), [_code_digest(p) for p in stage.code], [out[n] for n in stage.needs]
            )
        return out

    @property
    def run_id(self) -> str:
        """Short name of the run all keys together lead to."""
        return store.digest(self.keys, self.study.name)[:12]

    @property
    def land_id(self) -> str:
        """Short name of what is known of the land: what a red line check rests on."""
        return store.digest([self.keys[name] for name in LAND], self.study.name)[:12]

    def sources(self, *roles: Role) -> list[Any]:
        """Return the layers of some roles and the contents of their files, as plain values for a stage's key."""
        specs = self.study.with_role(*roles)
        return [[s.model_dump(mode="json") for s in specs], {n: self.digests[n] for s in specs for n in _files(s)}]

    @property
    def recovered(self) -> frozenset[str]:
        """Records of the supply register whose land is taken as recovered."""
        return frozenset(self.edits.of("recovered"))

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


def plan(folder: Path) -> Plan:
    """Read a study folder and work out the keys of its stages.

    Raises
    ------
    BlockedError, SpecError
        Not a study, or settings and rule packs that do not hold together.
    """
    study = spec.read(folder)
    rules = spec.effective_rules(study, folder)
    return Plan(folder, study, rules, _digests(folder, study), edits.current(folder))


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
    out: dict[str, str] = {}
    for layer in study.layers:
        source, *cover = _files(layer)
        out[source] = _input_digest(folder / layer.source)
        out |= {name: _input_digest(folder / layer.coverage) for name in cover}
    return out


def _files(layer: LayerSpec) -> tuple[str, ...]:
    """Return the names under which the digests of a layer's file and of its coverage file stand."""
    cover = () if layer.coverage in ("complete", "unknown") else (f"coverage {layer.coverage}",)
    return (layer.id, *cover)


def _input_digest(path: Path) -> str:
    if not path.exists():
        return "missing"
    stat = path.stat()
    key = (str(path), stat.st_mtime_ns, stat.st_size)
    beside = path.is_dir() or path.suffix.lower() == ".shp"  # changes without the file itself changing
    if beside or key not in _seen:
        _seen[key] = gate.digest(path)
    return _seen[key]
