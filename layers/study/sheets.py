"""Files of records (registers, project lists, accounts, readings): rows of text, with shapes where they have any."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.basis.errors import LuodiError
from geo.basis.layer import State
from layers.sources import gate
from layers.sources.cells import quantity, recognise
from layers.sources.checks import preflight
from layers.sources.finding import Finding, finding
from layers.study import corrected, coverage, doubt, load, role_fields, unread
from layers.study.coverage import Seen
from layers.study.placed import placed
from layers.study.spec import LayerSpec, Study

_SPLIT = re.compile(r"[、，,;；/\s]+(?![^(（]*[)）])")
TABLES = (".csv", ".txt", ".xlsx", ".xls", ".dbf")


def _none() -> npt.NDArray[np.object_]:
    return np.empty(0, object)


@dataclass(frozen=True)
class RecordSheet:
    """One file of records.

    Parameters
    ----------
    spec : LayerSpec
    frame : DataFrame
        Fields by their names in the file; use `column`.
    rows : int array
        Row of the file.
    shapes : array of shapely geometries or None
        Study CRS.
    doubt : array of str
        Fields that leave it open whether the row belongs, "" where it does (`layers.study.doubt`).
    findings : tuple of Finding
        Rows in = rows out + rows listed here.
    state : {"ok", "missing", "failed", "stale"}
        A stale file has its rows, and nothing may be concluded from them.
    """

    spec: LayerSpec
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    shapes: npt.NDArray[np.object_] = field(default_factory=_none)
    doubt: npt.NDArray[np.object_] = field(default_factory=_none)
    findings: tuple[Finding, ...] = ()
    state: State = "ok"

    @property
    def maybe(self) -> npt.NDArray[np.bool_]:
        """True where a row only may belong."""
        return np.array([bool(fields) for fields in self.doubt], bool)

    @property
    def placed(self) -> bool:
        """True when every row has a place."""
        return len(self.shapes) > 0 and not shapely.is_missing(self.shapes).any()

    @property
    def seen(self) -> Seen:
        """What is known of the file, for telling what its silence proves."""
        lost = sum(f.severity == "rejected" for f in self.findings)
        names = self.rows.astype(str).astype(object)
        return Seen(self.shapes, names, len(self.rows) + lost, lost, self.findings)

    def has(self, ours: str) -> bool:
        """Tell whether the file has a field we know by this name."""
        return self.spec.fields.get(ours, "") in self.frame

    @property
    def units(self) -> tuple[str, ...]:
        """Units a line above the table gives columns that name none themselves."""
        said = [str(f.reason.values["text"]) for f in self.findings if f.code == "table_units"]
        return tuple(u for text in said for u in _SPLIT.split(text) if u)

    def heading(self, ours: str) -> str:
        """Return the heading of a field by our name, with the unit a line above gives it; "" where it is not mapped."""
        own = str(self.spec.fields.get(ours, ""))
        return quantity.with_unit(own, ours, self.units) if own else ""

    def column(self, ours: str) -> list[str]:
        """Return a field by our name as stripped text, "" where it is empty or not mapped."""
        if not self.has(ours):
            return [""] * len(self.rows)
        values = self.frame[self.spec.fields[ours]].astype("object")
        return ["" if pd.isna(v) else recognise.visible(str(v)).strip() for v in values]


def read(spec: LayerSpec, study: Study, folder: Path) -> RecordSheet:
    """Open one file of records; whatever is wrong with it is a finding, and the state says what it is good for."""
    source = load.source_path(folder, spec)
    if not source.exists():
        return RecordSheet(
            spec, findings=(finding("warn", "layer_file_missing", layer=spec.id, file=spec.source),), state="missing"
        )
    try:
        sheet = _opened(spec, source, study, folder)
    except LuodiError as error:
        return RecordSheet(
            spec, findings=tuple(Finding("", r.code, "warn", "", r) for r in error.reasons), state="failed"
        )
    if any(f.severity == "block" for f in sheet.findings):
        return RecordSheet(spec, findings=sheet.findings, state="failed")
    if (old := _outdated(spec, study)) is not None:
        return RecordSheet(spec, sheet.frame, sheet.rows, sheet.shapes, sheet.doubt, (*sheet.findings, old), "stale")
    return sheet


def _outdated(spec: LayerSpec, study: Study) -> Finding | None:
    """Return what is to be said of a register older than it may be; a register without a date is."""
    if spec.stale_after_days is None:
        return None
    if spec.vintage is None:
        return finding("warn", "layer_undated", days=None, limit=spec.stale_after_days)
    if spec.vintage + timedelta(days=spec.stale_after_days) >= study.as_of:
        return None
    return finding("warn", "layer_outdated", days=(study.as_of - spec.vintage).days, limit=spec.stale_after_days)


def _opened(spec: LayerSpec, source: Path, study: Study, folder: Path) -> RecordSheet:
    if source.suffix.lower() in TABLES:
        file = gate.open_table(source, folder / load.CACHE, sheet=spec.layer)
        return _filtered(spec, file.frame, file.rows, list(file.findings))
    try:
        vector = gate.open_vector(source, folder / load.CACHE, layer=spec.layer, crs=spec.crs, encoding=spec.encoding)
    except LuodiError as error:
        if not any(r.code == "table_without_coordinates" for r in error.reasons):
            raise
        plain = gate.open_table(source, folder / load.CACHE, sheet=spec.layer)
        return _filtered(spec, plain.frame, plain.rows, list(plain.findings))
    item = placed(vector, spec, study.crs)
    fields = item.doubt if len(item.doubt) else np.full(len(item.rows), "", object)
    return RecordSheet(spec, item.frame, item.rows, item.shapes, fields, tuple(item.findings))


def _filtered(spec: LayerSpec, frame: pd.DataFrame, rows: npt.NDArray[np.int64], notes: list[Finding]) -> RecordSheet:
    """Apply the filter to a plain table: what it certainly leaves out is counted."""
    frame, told = corrected.laid(spec, frame, rows, "")
    notes += [*told, *preflight.missing_fields(frame, dict(spec.fields))]
    found = doubt.sifted(spec, frame.replace("", np.nan), rows)
    keep, shapes = found.keep, np.full(int(found.keep.sum()), None, object)
    kept, lines = frame[keep].reset_index(drop=True), rows[keep]
    told = [*role_fields.lacking(spec.role, spec.fields, kept.columns), *unread.findings(spec, kept, lines)]
    findings = tuple(coverage.of_table([*notes, *found.findings, *told], spec.accept))
    return RecordSheet(spec, kept, lines, shapes, found.fields, findings)
