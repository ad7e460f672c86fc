"""What a stage of the flow is: the tables it writes, what can change them, and how they are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from geo.basis.area import AreaBasis, around, basis
from geo.basis.inputs import Inputs
from geo.basis.progress import Progress
from layers.study import load
from layers.study.run import store
from layers.study.run.plan import Plan

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Work:
    """What a stage is built from: the plan, the inputs once read, and the tables written before it.

    Parameters
    ----------
    plan : Plan
    target : Path
        Folder of the run.
    progress : Progress
    land_id : str
        Name of what is known of the land, by which red line checks tell whether they still hold.
    """

    plan: Plan
    target: Path
    progress: Progress
    land_id: str

    @cached_property
    def inputs(self) -> Inputs:
        """Every input of the study, read and placed once for all stages of a run."""
        return load.inputs(self.plan.study, self.plan.folder, self.progress)

    @cached_property
    def basis(self) -> AreaBasis:
        """The study's area basis."""
        study, parcels = self.plan.study, self.inputs.parcels
        return basis(study.area, study.crs, tuple(parcels.total_bounds) if len(parcels) else around(study.crs))

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of a stage this one needs."""
        return store.read_table(self.target, name)

    def has(self, name: str) -> bool:
        """Tell whether a table of a stage this one needs was written."""
        return store.has_table(self.target, name)


@dataclass(frozen=True)
class Stage:
    """A step of the flow.

    Parameters
    ----------
    name : str
    writes : tuple of str
        Tables it writes.
    slice : callable
        Its part of the study, as plain values: what can change the result beside code and needs.
    build : callable
        Makes the tables. The code it can reach is part of the stage's key (`layers.basis.keys`).
    needs : tuple of str
        Stages whose tables it reads.
    """

    name: str
    writes: tuple[str, ...]
    slice: Callable[[Plan], Any]
    build: Callable[[Work], Tables]
    needs: tuple[str, ...] = ()
