"""A study folder read for running: settings, rules, and what its files hold, as stages see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from geo import study as flow
from geo.rank.spec import CriteriaSet
from geo.rules.spec import Rule
from geo.screen.setting import Setting
from geo.screen.status import Minimum
from layers.library import roles
from layers.library.roles import Role
from layers.study.edits import Edits
from layers.study.registers import criteria
from layers.study.spec import LayerSpec, Study


@dataclass(frozen=True)
class Plan:
    """What a stage may ask of a study.

    Parameters
    ----------
    folder : Path
    study : Study
    rules : tuple of Rule
        In the order of the packs.
    digests, reader_keys : dict of str
        Content of every input, and key of the code that reads it; "missing" and "" for one that is not there.
    edits : Edits
        What people decided beside the files.
    """

    folder: Path
    study: Study
    rules: tuple[Rule, ...]
    digests: dict[str, str]
    reader_keys: dict[str, str]
    edits: Edits = field(default_factory=Edits)

    @cached_property
    def setting(self) -> Setting:
        """What the core needs to know of the study."""
        return Setting(
            rules=self.rules,
            aside=frozenset(n.rule for n in self.study.not_examined),
            use_class=self.study.use_class,
            minimum=Minimum(self.study.screen.min_area_m2, self.study.screen.min_width_m),
            candidate=Minimum(self.study.screen.candidate_min_m2, self.study.screen.candidate_min_width_m),
        )

    @cached_property
    def criteria(self) -> CriteriaSet:
        """What sites are ranked by."""
        return criteria.of_study(self.study, self.folder)

    def sources(self, *roles: Role) -> list[Any]:
        """Return the layers of some roles and the contents of their files, as plain values for a stage's key."""
        specs = self.study.with_role(*roles)
        names = [n for s in specs for n in files(s)]
        told = [s.model_dump(mode="json", exclude={"origin"}) for s in specs]  # what a table held is in its copy
        return [told, {n: (self.digests[n], self.reader_keys[n]) for n in names}]

    @property
    def recovered(self) -> frozenset[str]:
        """Records of the supply register whose land is taken as recovered."""
        return frozenset(self.edits.of("recovered"))

    @cached_property
    def zones(self) -> tuple[Any, ...]:
        """Zones to measure: polygon layers of the study and what the rules ask for."""
        names = [s.id for s in self.study.with_role(*roles.measured("overlap"))]
        return flow.zones(self.rules, names)

    @cached_property
    def distances(self) -> tuple[str, ...]:
        """Layers to which distances are measured."""
        names = {s.id for s in self.study.with_role(*roles.measured("distance"))}
        return tuple(sorted(names | {r.layer for r in self.rules if r.test == "distance_m"}))


def files(layer: LayerSpec) -> tuple[str, ...]:
    """Return the names under which the digests of a layer's file, its parts and its coverage file stand."""
    cover = () if layer.coverage in ("complete", "unknown") else (f"coverage {layer.coverage}",)
    return (layer.id, *(f"{layer.id} {k}" for k in range(2, len(layer.parts) + 1)), *cover)
