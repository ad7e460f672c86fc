"""A list that is no table of a run (rules, findings, what can be handed over), written in every format.

The one simple way: put rows into a `Projection`, shapes beside them where they have a place, and call `write`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import geopandas as gpd

from geo.basis.errors import CallError
from geo.basis.reason import reason
from layers.outputs.files import dated, written
from layers.outputs.formats import FORMATS
from layers.outputs.projected import Projection
from layers.outputs.sheets import ListSheet, workbook
from layers.outputs.target import ending, replaced
from layers.study.run.results import Results

MAPS = tuple(FORMATS)
"""Formats a list whose rows have a place can be written in."""
KINDS = tuple(kind for kind, form in FORMATS.items() if form.shapes != "asked")
"""Formats a list without shapes can be written in."""
BOOK = ("xlsx", "csv")
"""Formats of a list that is a workbook of several sheets."""


def write(
    made: Projection,
    path: Path,
    name: str,
    of: Results | Path,
    shapes: gpd.GeoSeries | Callable[[], gpd.GeoSeries] | None = None,
) -> None:
    """Write a list in the format its ending names; see `layers.outputs.form` for what is counted afterwards.

    Parameters
    ----------
    made : Projection
        Rows in words, headers, notes, and how a map shows them.
    path : Path
        Its folder must exist; an older file is replaced in one step.
    name : str
        Of the sheet, the layer or the table.
    of : Results or Path
        The run it comes from; the folder of a study where it comes from none.
    shapes : GeoSeries, callable or None
        One a row, in the order of the rows, with its CRS; a row may have None. What returns them is called for a format
        that holds shapes alone. Without shapes a format of maps is refused.

    Raises
    ------
    CallError, BlockedError
        A format that is not known or asks for shapes, or a folder that is not there.
    """
    folder = of if isinstance(of, Path) else of.folder
    if not isinstance(of, Path):
        made = dated(made, of)
    form = FORMATS[ending(path, sorted(FORMATS))]
    if form.shapes == "asked" and shapes is None:
        raise CallError(reason("table_without_shapes", table=name, format=form.ending))
    if form.shapes == "none":
        shapes = None
    written(form, path, made, shapes() if callable(shapes) else shapes, name, folder)


def write_book(made: Projection, path: Path, name: str, folder: Path, pages: Callable[[], Iterable[ListSheet]]) -> None:
    """Write a list as CSV, or as XLSX a workbook of several sheets about it (`BOOK`); the rest as `write`."""
    if ending(path, BOOK) == "csv":
        write(made, path, name, folder)
    else:
        replaced(path, lambda part: part.write_bytes(workbook(pages())), folder)
