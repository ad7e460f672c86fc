"""Rows that only may belong to a layer (存疑行): the one door through which every role takes its rows.

A filter (``where``) answers yes, no or "cannot be said" for every row. A row it cannot answer
for is neither counted as a fact nor dropped in silence: the finding of its role says what it
does to the answers (``reason.may_belong_<role>``), and `Sifted.fields` says for each row which
fields leave it open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.library.roles import Role
from layers.sources.cells import where
from layers.sources.finding import Finding, finding
from layers.study.spec import LayerSpec

SEPARATOR = "|"
"""Between the fields of one row."""


@dataclass(frozen=True)
class Sifted:
    """The rows of a file after its filter.

    Parameters
    ----------
    keep : bool array
        One per row of the file: all but those the filter certainly leaves out.
    fields : array of str
        One per row kept: "" for a row that belongs, else the fields that leave it open.
    findings : tuple of Finding
    """

    keep: npt.NDArray[np.bool_]
    fields: npt.NDArray[np.object_]
    findings: tuple[Finding, ...] = ()


def sifted(spec: LayerSpec, frame: pd.DataFrame, rows: npt.NDArray[np.int64]) -> Sifted:
    """Apply the filter of a layer.

    Parameters
    ----------
    spec : LayerSpec
        Its ``where``; none keeps every row without a doubt.
    frame : DataFrame
        Fields by their names in the file; an empty cell is null.
    rows : int array
        Row of the file, for the findings.

    Raises
    ------
    SpecError
        The filter cannot be read, or names a field the file does not have.
    """
    if not spec.where:
        return Sifted(np.ones(len(rows), bool), np.full(len(rows), "", object))
    node = where.parse(spec.where)
    answers = where.evaluate(node, frame)
    keep = answers != where.FALSE
    fields = np.full(len(rows), "", object)
    maybe = answers == where.UNKNOWN
    fields[maybe] = [SEPARATOR.join(names) for names in where.undecided(node, frame[maybe])]
    found = []
    if not keep.all():
        found.append(finding("fixed", "rows_filtered", count=int((~keep).sum()), where=spec.where))
    if maybe.any():
        found.append(_told(spec.role, rows[maybe], fields[maybe]))
    return Sifted(keep, fields[keep], tuple(found))


def _told(role: Role, rows: npt.NDArray[np.int64], fields: npt.NDArray[np.object_]) -> Finding:
    named = sorted({name for cell in fields for name in str(cell).split(SEPARATOR)})
    return finding("warn", f"may_belong_{role}", count=len(rows), rows=rows[:5].tolist(), fields=named)
