"""What a check found, as a table people hand on (检查意见), with the call that accepts each proposal."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from layers.outputs import lists
from layers.outputs.projected import Projection
from layers.sources.finding import Finding
from layers.study import spec
from layers.text import Language, code, say, sentence

COLUMNS = ("layer", "severity", "row", "text", "code", "remedy")


def frame(found: Sequence[Finding], target: Path, language: Language) -> pd.DataFrame:
    """Return findings as rows, in their order: one for each.

    Parameters
    ----------
    found : sequence of Finding
    target : Path
        The study or the file that was checked.

    Returns
    -------
    DataFrame
        `COLUMNS` as texts; ``layer`` is the layer of a study or the name of the file, ``row`` "" where the whole
        layer is meant, ``remedy`` the command that accepts the proposal, "" where there is none.
    """
    of_study = (target / spec.FILE).is_file()
    rows = []
    for one in found:
        layer = str(one.reason.values.get("layer", "")) if of_study else target.name
        rows.append((layer, code("finding", one.severity, language), one.row, sentence(one.reason, language), one.code,
                     _remedy(one, layer, target) if one.proposal else ""))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _remedy(one: Finding, layer: str, target: Path) -> str:
    if (target / spec.FILE).is_file():
        return shlex.join(["luodi", "accept", str(target), layer, one.proposal])
    return f"--accept {one.proposal}"


def write(found: pd.DataFrame, path: Path, language: Language, folder: Path) -> None:
    """Write the table as CSV or XLSX.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    heads = {c: say(f"findingslist.{c}", language) for c in COLUMNS}
    made = Projection(found, heads, (say("findingslist.note", language, count=len(found)),))
    lists.write(made, path, "findings", folder)
