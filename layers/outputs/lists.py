"""A list that is no table of a run (rules, findings, what can be handed over), written as people open it."""

from __future__ import annotations

from pathlib import Path

from layers.outputs.formats import FORMATS
from layers.outputs.project import Projection
from layers.outputs.target import ending, replaced

KINDS = ("csv", "xlsx")


def write(made: Projection, path: Path, name: str, folder: Path) -> None:
    """Write a list as CSV or XLSX; `name` is that of its sheet, `folder` the study it comes from.

    Raises
    ------
    CallError, BlockedError
        Another format, or a folder that is not there.
    """
    form = FORMATS[ending(path, KINDS)]
    replaced(path, lambda part: form.write(part, made, None, name), folder)
