"""Rows of a table that a written condition picks; the grammar is `layers/sources/cells/where.py`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.project.uses import USES
from geo.screen import uses
from layers.sources.cells import where
from layers.study.run.results import Results


def by_use(results: Results, table: str) -> pd.DataFrame:
    """Return a table of a run; candidates with their status for every use (``status_chemical`` …), to be picked by."""
    frame = results.table(table)
    if table != "candidates" or not results.has("use_status"):
        return frame
    known = results.table("use_status")
    return frame.assign(**{f"status_{use}": uses.of(frame, known, use)["status"] for use in USES})


def rows_where(frame: pd.DataFrame, text: str) -> npt.NDArray[np.bool_]:
    """Return True for the rows the condition certainly holds for; a null never fulfils it.

    Raises
    ------
    CallError
        The condition cannot be read, or names a column the table has not.
    """
    return where.holds(text, frame)
