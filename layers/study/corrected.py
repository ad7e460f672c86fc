"""Corrections laid over the rows of a file (人工更正), before anything is read of them.

A correction holds for a value as the file has it: where a newer file says something else, or the record is gone,
it rests and is named. Nothing is corrected in silence.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.sources.checks.preflight import id_text
from layers.sources.finding import Finding, Severity, finding
from layers.study.correction import ROW, Correction
from layers.study.spec import LayerSpec

IDS = ("parcel_id", "id", "project_id")
"""Fields of ours by which a record is called."""
Rows = npt.NDArray[Any]


def laid(spec: LayerSpec, frame: pd.DataFrame, rows: Rows, empty: Any = np.nan) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows of a layer with its corrections, and what is to be said of each.

    Parameters
    ----------
    spec : LayerSpec
        Its ``corrected``; none leaves the rows as they are.
    frame : DataFrame
        Fields by their names in the file.
    rows : int array
        Row of the file.
    empty : object
        What stands in an empty cell.
    """
    if not spec.corrected:
        return frame, []
    places = [_place(spec, frame, rows, c) for c in spec.corrected]  # by the ids of the file, before any is corrected
    made, found = frame.copy(), []
    for one, place in zip(spec.corrected, places, strict=True):
        code, now = "override_lost", ""
        if place is not None:
            now = cell_text(frame[one.column].iloc[place])
            code = _standing(frame, one, now)
        if place is not None and code == "override_applied":
            _put(made, place, one, empty)
        row = "" if place is None else str(rows[place])
        values = {"record": one.record, "column": one.column, "value": one.value, "official": one.official,
                  "person": one.person, "ground": one.ground}  # fmt: skip
        severity: Severity = "fixed" if code == "override_applied" else "warn"
        found.append(
            finding(severity, code, row=row, **values, **({"now": now} if code == "override_overtaken" else {}))
        )
    return made, found


def positions(spec: LayerSpec, frame: pd.DataFrame, rows: Rows, record: str) -> list[int]:
    """Return where a record stands, by its id or its row; several where an id repeats."""
    if record.startswith(ROW):
        number = record.removeprefix(ROW)
        return [int(k) for k in np.flatnonzero(rows.astype(str) == number)]
    column = id_column(spec, frame)
    if not column:
        return []
    return [k for k, value in enumerate(frame[column]) if cell_text(value) == record]


def id_column(spec: LayerSpec, frame: pd.DataFrame) -> str:
    """Return the field that calls the records of a layer by name; "" without one."""
    named = (spec.fields[ours] for ours in IDS if spec.fields.get(ours))
    return next((c for c in named if c in frame), "")


def cell_text(value: Any) -> str:
    """Return a cell as it is corrected and compared: text, "" where it is empty."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return id_text(value)


def is_figure(frame: pd.DataFrame, column: str) -> bool:
    """Tell whether a field of a file holds figures."""
    return pd.api.types.is_float_dtype(frame[column])


def _place(spec: LayerSpec, frame: pd.DataFrame, rows: Rows, one: Correction) -> int | None:
    found = positions(spec, frame, rows, one.record) if one.column in frame else []
    return found[0] if len(found) == 1 else None


def _standing(frame: pd.DataFrame, one: Correction, now: str) -> str:
    """Return whether a correction holds; a field that has come to hold figures takes no word any more."""
    if now != one.official:
        return "override_overtaken"
    return "override_no_longer_figure" if is_figure(frame, one.column) and _figure(one) is None else "override_applied"


def _figure(one: Correction) -> float | None:
    """Return the corrected value as a figure, NaN where it is taken away, None where it is none."""
    try:
        value = float(one.value) if one.value else math.nan
    except ValueError:
        return None
    return value if not one.value or math.isfinite(value) else None


def _put(frame: pd.DataFrame, place: int, one: Correction, empty: Any) -> None:
    if is_figure(frame, one.column):
        value: Any = _figure(one)
    else:
        frame[one.column] = frame[one.column].astype(object)
        value = one.value or empty
    frame.iat[place, list(frame.columns).index(one.column)] = value
