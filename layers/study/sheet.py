"""A plain table of a study (CSV, XLSX, XLS) as rows of text, with the layer's filter applied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.errors import LuodiError
from layers.sources import gate, preflight, where
from layers.sources.finding import Finding, finding
from layers.study import load
from layers.study.spec import LayerSpec


@dataclass(frozen=True)
class Rows:
    """Rows of a table as text.

    Parameters
    ----------
    frame : DataFrame of text
        "" for an empty cell.
    rows : int array
        Line on the sheet, from 1.
    maybe : bool array
        True where the filter reads an empty cell: the row may or may not belong.
    findings : tuple of Finding
    state : {"ok", "missing", "failed"}
    """

    frame: pd.DataFrame
    rows: npt.NDArray[np.int64]
    maybe: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...]
    state: str = "ok"


def filtered(spec: LayerSpec, frame: pd.DataFrame, rows: npt.NDArray[np.int64], notes: list[Finding]) -> Rows:
    """Apply the filter to a plain table: what it certainly leaves out is counted."""
    answers = np.full(len(frame), where.TRUE)
    if spec.where:
        answers = where.evaluate(where.parse(spec.where), frame.replace("", np.nan))
    keep = answers != where.FALSE
    if not keep.all():
        notes.append(finding("fixed", "rows_filtered", count=int((~keep).sum()), where=spec.where))
    maybe = (answers == where.UNKNOWN)[keep]
    return Rows(frame[keep].reset_index(drop=True), rows[keep], maybe, tuple(notes))


def opened(spec: LayerSpec, folder: Path) -> Rows:
    """Open the table of a layer; what cannot be read is a finding and a state, never an error.

    A mapped field that is not there fails the table: guessing another column would be
    worse than knowing nothing.
    """
    source = load.source_path(folder, spec)
    if not source.exists():
        return _without("missing", [finding("warn", "layer_file_missing", layer=spec.id, file=spec.source)])
    try:
        file = gate.open_table(source, folder / load.CACHE, sheet=spec.layer)
        notes = [*file.findings, *preflight.missing_fields(file.frame, dict(spec.fields))]
        found = filtered(spec, file.frame, file.rows, notes)
    except LuodiError as error:
        return _without("failed", [Finding("", r.code, "warn", "", r) for r in error.reasons])
    if any(f.severity == "block" for f in found.findings):
        return _without("failed", list(found.findings))
    if found.maybe.any():
        rows = found.rows[found.maybe]
        more = finding("warn", "rows_may_belong", count=len(rows), rows=rows[:5].tolist())
        return Rows(found.frame, found.rows, found.maybe, (*found.findings, more))
    return found


def _without(state: str, findings: list[Finding]) -> Rows:
    return Rows(pd.DataFrame(), np.empty(0, np.int64), np.empty(0, bool), tuple(findings), state)
