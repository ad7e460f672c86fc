"""What a check found, as a table people hand on (检查意见), with the call that accepts each proposal."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from layers.outputs import lists
from layers.outputs.formats import FORMATS
from layers.outputs.projected import Projection
from layers.outputs.target import folder_there, replaced
from layers.sources.finding import Finding
from layers.study import spec
from layers.text import Language, code, say, sentence

JSON = "json"
SHAPES = tuple(kind for kind, form in FORMATS.items() if form.shapes == "asked")
"""Formats of maps."""
COLUMNS = ("layer", "severity", "row", "text", "code", "remedy")


def frame(found: Sequence[Finding], target: Path, language: Language) -> pd.DataFrame:
    """Return findings as rows, in their order: one for each.

    Parameters
    ----------
    found : sequence of Finding
    target : Path
        The study, the file, or the folder of files that was checked.

    Returns
    -------
    DataFrame
        `COLUMNS` as texts; ``layer`` is the layer of a study or the name of the file, ``row`` "" where the whole
        layer is meant, ``remedy`` the command that accepts the proposal, "" where there is none.
    """
    of_study = (target / spec.FILE).is_file()
    several = target.is_dir() and target.suffix.lower() != ".gdb"
    rows = []
    for one in found:
        layer = str(one.reason.values.get("layer", "")) if of_study or several else target.name
        layer = layer or target.name
        rows.append((layer, code("finding", one.severity, language), one.row, sentence(one.reason, language), one.code,
                     _remedy(one, layer, target) if one.proposal else ""))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def _remedy(one: Finding, layer: str, target: Path) -> str:
    if (target / spec.FILE).is_file():
        return shlex.join(["luodi", "accept", str(target), layer, one.proposal])
    return f"--accept {one.proposal}"


def of_shapes(path: Path) -> bool:
    """Tell whether a file is to hold shapes, by its ending."""
    return any(path.name.lower().endswith(f".{kind}") for kind in SHAPES)


def write(found: pd.DataFrame, path: Path, language: Language, folder: Path) -> None:
    """Write the table as JSON, or in a format of lists.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    heads = {c: say(f"findingslist.{c}", language) for c in COLUMNS}
    note = say("findingslist.note", language, count=len(found))
    if path.suffix.lower() == f".{JSON}":
        folder_there(path)
        replaced(path, lambda part: _write_json(part, found, note), folder)
        return
    lists.write(Projection(found, heads, (note,), language), path, "findings", folder)


def write_shapes(found: gpd.GeoDataFrame, path: Path, language: Language, folder: Path) -> None:
    """Write the flaws of a study's layers (`layers.study.topology.of_study`) as a layer for a map.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    plain = pd.DataFrame(found.drop(columns=["geometry"])).rename(columns={"layer_id": "layer"})
    plain["kind"] = [code("flaw", str(kind), language) for kind in plain["kind"]]
    heads = {str(c): say(f"findingslist.{c}", language) for c in plain}
    made = Projection(plain, heads, (say("findingslist.shapes", language, count=len(plain)),), language)
    lists.write(made, path, "topology", folder, found.geometry)


def _write_json(path: Path, found: pd.DataFrame, note: str) -> None:
    body = {"note": note, "findings": found.to_dict("records")}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
