"""What is said of parcels said of a site: each column by the aggregation its table declares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.basis.tables import TABLES

Floats = npt.NDArray[np.float64]


def column(values: Floats, weight: Floats, how: str) -> float:
    """Return one number of a site from those of its members.

    Parameters
    ----------
    values : float array
        One per member; NaN is not known.
    weight : float array
        Usable area of each member (for ``mean``), in the order of `values`.
    how : {"sum", "mean", "min", "max", "any"}

    Returns
    -------
    float
        A sum or mean with an unknown member is unknown (NaN). The least and the largest
        are of the members that have a value: a member without a limit adds none.
    """
    if how == "sum":
        return float(values.sum())
    if how == "mean":
        return float((values * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")
    known = values[~np.isnan(values)]
    if not known.size:
        return float("nan")
    return float({"min": known.min, "max": known.max, "any": known.max}[how]())


def declared(table: str, frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the number columns of a table that say how they become a site's, with how."""
    known = TABLES[table]
    names = [str(c) for c in frame if known.column(str(c)).kind in ("float", "int")]
    return [(n, known.column(n).agg) for n in names if known.column(n).agg not in ("none", "recompute")]


def words(values: npt.NDArray[np.object_]) -> str:
    """Return the distinct words of the members, joined by ``|``; a cell may hold several already."""
    found = {w for cell in values for w in str(cell).split("|")} - {"", "None", "nan"}
    return "|".join(sorted(found))


def common(values: npt.NDArray[np.object_], mixed: str = "mixed") -> str:
    """Return the word all members have, or that they differ."""
    found = sorted({str(v) for v in values})
    return found[0] if len(found) == 1 else mixed
