"""Evaluation per mu of a study: the packs it names, and the annual sheets of its enterprises."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo.idle.mu import FACTS, MuPack
from layers import toml
from layers.sources.cells.quantity import number_of
from layers.study import sheets
from layers.study.packs import PACKS
from layers.study.registers import record_cells
from layers.study.spec import LayerSpec, Study

if TYPE_CHECKING:
    from layers.study.run.stage import Work

FOLDER = PACKS / "mu"
TEXTS = ("enterprise_id", "name", "asset_id")


def names() -> tuple[str, ...]:
    """Return the places whose evaluation is shipped."""
    return toml.names(FOLDER)


def pack(name: str, folder: Path) -> MuPack:
    """Read the evaluation of a place: a shipped one by its name, or a file of the study folder.

    Raises
    ------
    SpecError
        No such pack, or one that does not hold together.
    """
    return toml.pack(MuPack, name, FOLDER, folder)[1]


def packs(study: Study, folder: Path) -> tuple[MuPack, ...]:
    """Return the packs a study names (``mu`` in study.toml)."""
    return tuple(pack(name, folder) for name in study.mu)


def annual(spec: LayerSpec) -> bool:
    """Tell whether a layer of role ``signal`` is an annual sheet: its field is the year, not the month."""
    return spec.role == "signal" and "year" in spec.fields and "month" not in spec.fields


def firms(work: Work) -> pd.DataFrame:
    """Return the enterprises of all annual sheets; one told twice for a year counts once, by its first row."""
    study = work.plan.study
    parts = [_sheet(s, work) for s in study.layers if annual(s)] if study.mu else []
    found = [p for p in parts if len(p)]
    if not found:
        return pd.DataFrame()
    return pd.concat(found, ignore_index=True).drop_duplicates(["enterprise_id", "year"], ignore_index=True)


def _sheet(spec: LayerSpec, work: Work) -> pd.DataFrame:
    found = sheets.read(spec, work.plan.study, work.plan.folder)
    if found.state != "ok":
        return pd.DataFrame()
    columns: dict[str, object] = {n: found.column(n) for n in TEXTS}
    columns["scale"] = [record_cells.SCALES.get(t.strip().casefold(), "") for t in found.column("scale")]
    columns["year"] = [record_cells.year(t) for t in found.column("year")]
    for name in FACTS:
        cells = found.column(name) if found.has(name) else [""] * len(found.rows)
        values = [number_of(str(c), name, found.heading(name)) if c else None for c in cells]
        columns[name] = [v if v is not None else np.nan for v in values]
    made = pd.DataFrame(columns)
    certain = ~np.asarray(found.maybe, bool)
    return made[(made["enterprise_id"] != "") & (made["year"] > 0) & certain].reset_index(drop=True)
