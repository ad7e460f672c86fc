"""Rows of a table that a written condition picks; the grammar is `layers/sources/cells/where.py`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.sources.cells import where


def rows_where(frame: pd.DataFrame, text: str) -> npt.NDArray[np.bool_]:
    """Return True for the rows the condition certainly holds for; a null never fulfils it.

    Raises
    ------
    CallError
        The condition cannot be read, or names a column the table has not.
    """
    return where.holds(text, frame)
