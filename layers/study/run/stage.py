"""What a stage is: what it reads and writes (`geo.study.run` says so), what can change it, how it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from geo import study as flow
from geo.basis.area import AreaBasis, around, basis
from geo.basis.inputs import Inputs
from geo.basis.progress import Progress
from geo.measure.every import Spread
from layers.study import load
from layers.study.run import store
from layers.study.run.plan import Plan

Tables = dict[str, pd.DataFrame]
STEPS = {step.name: step for step in flow.steps()}
"""Every stage of the flow, in its order."""
WRITER = {table: step.name for step in STEPS.values() for table in step.writes}


@dataclass(frozen=True)
class Opened:
    """The inputs of a study, read and placed once for all stages of a run."""

    plan: Plan
    progress: Progress

    @cached_property
    def inputs(self) -> Inputs:
        """Every input of the study."""
        return load.inputs(self.plan.study, self.plan.folder, self.progress)

    @cached_property
    def basis(self) -> AreaBasis:
        """The study's area basis."""
        study, parcels = self.plan.study, self.inputs.parcels
        return basis(study.area, study.crs, tuple(parcels.total_bounds) if len(parcels) else around(study.crs))


@dataclass(frozen=True)
class Work:
    """What a stage is built from: the plan, the inputs, and the tables it reads.

    Parameters
    ----------
    plan : Plan
    target : Path
        Folder of the run.
    progress : Progress
    land_id : str
        Name of what is known of the land, by which red line checks tell whether they still hold.
    opened : Opened
    reads : tuple of str
        What the flow says the stage reads; asking for anything else is a fault of the program.
    spread : Spread or None
        Who measures the parcels; it changes no value, so no key holds it.
    """

    plan: Plan
    target: Path
    progress: Progress
    land_id: str
    opened: Opened
    reads: tuple[str, ...]
    spread: Spread | None = None

    @property
    def inputs(self) -> Inputs:
        """Every input of the study."""
        self._may(flow.INPUTS)
        return self.opened.inputs

    @property
    def basis(self) -> AreaBasis:
        """The study's area basis."""
        self._may(flow.INPUTS)
        return self.opened.basis

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of a stage this one needs."""
        self._may(name)
        return store.read_table(self.target, name)

    def figures(self, name: str) -> pd.DataFrame:
        """Return a table of a stage this one needs without its shapes, which are not read."""
        self._may(name)
        return store.read_table(self.target, name, shapes=False)

    def has(self, name: str) -> bool:
        """Tell whether a table of a stage this one needs was written."""
        self._may(name)
        return store.has_table(self.target, name)

    def _may(self, name: str) -> None:
        if name not in self.reads:
            raise KeyError(f"a stage reads {name}, and geo.study.run does not say so: its key would lie")


@dataclass(frozen=True)
class Stage:
    """A step of the flow with what binds it to a study folder.

    Parameters
    ----------
    name : str
        Of the step, as `geo.study.run` names it: what it reads and writes stands there.
    slice : callable
        Its part of the study, as plain values: what can change the result beside code and needs.
    build : callable
        Makes the tables, long ones in parts. The code it can reach is part of the stage's key (`layers.basis.keys`).
    """

    name: str
    slice: Callable[[Plan], Any]
    build: Callable[[Work], Tables | Iterator[Tables]]

    @property
    def reads(self) -> tuple[str, ...]:
        """What it reads: tables, and ``inputs``."""
        return STEPS[self.name].reads

    @property
    def writes(self) -> tuple[str, ...]:
        """Tables it writes."""
        return tuple(t for t in STEPS[self.name].writes if t != flow.INPUTS)

    @property
    def needs(self) -> tuple[str, ...]:
        """Stages whose tables it reads."""
        wanted = {WRITER[name] for name in self.reads} - {self.name}
        return tuple(name for name in STEPS if name in wanted)
