"""Mapped columns beyond the declared ones that are numbers: how people write them, and what cannot be read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.sources.cells import quantity, recognise
from layers.sources.finding import Finding, finding

NAMED = 5
_KINDS = {"m": ("length", "m"), "m2": ("area", "m2"), "pct": ("percent", "%"), "kva": ("apparent", "kva"),
          "kw": ("real", "kw"), "m3d": ("flow", "m3/d"), "wan": ("money", "万元")}  # fmt: skip
"""Unit a name ends in: kind of quantity a cell is read as, and the unit of a cell that names none."""


def numbers(
    cells: pd.Series, name: str, rows: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.float64], list[Finding]]:
    """Return the figures of a column in the unit its name ends in, and what could not be read.

    Parameters
    ----------
    cells : Series
        As the file has them: figures, or texts (``4.5%``, ``30 米``, ``1,200``).
    name : str
        Ours. In a column of shares ``4.5%`` is 0.045; what is only about a figure, or a range, is none.
    rows : array of object
        Rows of the file.

    Returns
    -------
    float array, list of Finding
        NaN where a cell is empty or cannot be read; the latter is a finding.
    """
    found = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64).copy()
    texts = cells.astype("object").where(cells.notna(), "").astype(str).str.strip().to_numpy(object)
    odd = np.flatnonzero(np.isnan(found) & (texts != ""))
    read = {text: _one(text, name) for text in dict.fromkeys(texts[odd])}
    found[odd] = [read[text] for text in texts[odd]]
    lost = np.array([k for k in odd if np.isnan(found[k]) and texts[k].casefold() not in NOTHING], int)
    if not len(lost):
        return found, []
    told = {"field": str(cells.name), "count": len(lost), "rows": [str(r) for r in rows[lost[:NAMED]]]}
    return found, [finding("warn", "column_cells_unreadable", words=list(dict.fromkeys(texts[lost]))[:NAMED], **told)]


NOTHING = frozenset(("-", "--", "—", "/", "无", "nan", "null", "none", "<null>", "n/a"))
"""Texts for an empty cell."""


def _one(text: str, name: str) -> float:
    unit = name.rpartition("_")[2]
    if unit == "share":
        percent = quantity.read(text, "percent")
        return percent.low / 100 if _sure(percent) else _bare(text)
    if unit in _KINDS:
        kind, usual = _KINDS[unit]
        made = quantity.read(text, kind, usual)
        return made.low if _sure(made) else np.nan
    return _bare(text)


def _sure(made: quantity.Quantity) -> bool:
    return not made.problem and not made.about and made.low == made.high


def _bare(text: str) -> float:
    made = recognise.number(text)
    return made.value if made is not None and not made.unit and not made.about else np.nan
