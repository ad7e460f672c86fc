"""Tables as files: what may leave is projected into words, written beside the target, checked, swapped."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import TABLES
from layers.outputs import meeting, ranking_book, stage_book
from layers.outputs.formats import FORMATS
from layers.outputs.project import Projection, projection
from layers.outputs.target import ending, replaced
from layers.study.run.released import masks, refusal, released, touched
from layers.study.run.results import Results
from layers.text import Language

Book = Callable[[Results, Path, Language, np.ndarray | None], int]


def export(
    results: Results, path: Path, table: str, language: Language, keep: np.ndarray | None = None, layout: str = ""
) -> int:
    """Write one table to a file whose ending names the format; return the rows written.

    Parameters
    ----------
    results : Results
        Up to date (see `layers.study.run.results.require`).
    path : Path
        Its folder must exist; an older file is replaced in one step.
    table : str
        A declared table.
    language : {"en", "zh"}
        Of headers and words; field names of map files stay plain.
    keep : bool array or None
        Rows to write, in the order of the table.
    layout : {"", "meeting", "stages"}
        "meeting" writes the candidates as the list for the joint review, "stages" the projects as the
        month's workbook: list, by stage, by place, rates, milestones (XLSX only).

    Raises
    ------
    CallError
        Unknown table or format, or a map file of a table without shapes.
    BlockedError
        The file cannot be written there.
    """
    if table not in TABLES:
        raise CallError(reason("table_unknown", table=table, known=sorted(TABLES)))
    kind = ending(path, sorted(FORMATS))
    results = leaving(results, table, kind)
    if layout:
        return _laid_out(results, path, table, language, keep, layout)
    if (table, kind) in BOOKS:
        return _book(results, path, BOOKS[table, kind], language, keep)
    made = projection(results, table, language)
    form = FORMATS[kind]
    shapes = None if form.shapes == "none" else _shapes(results, table)
    if form.shapes == "asked" and shapes is None:
        raise CallError(reason("table_without_shapes", table=table, format=kind))
    if keep is not None:
        made = Projection(made.frame[keep], made.headers, made.notes)
        shapes = None if shapes is None else shapes[keep]
    replaced(path, lambda part: form.write(part, made, shapes, table), results.folder)
    return len(made.frame)


def _laid_out(
    results: Results, path: Path, table: str, language: Language, keep: np.ndarray | None, layout: str
) -> int:
    """Write a list in a layout of its own: the joint review's, or the month's of the pipeline; XLSX only."""
    if LAYOUTS.get(layout) != table or path.suffix.lower() != ".xlsx":
        raise CallError(reason("layout_unknown", layout=layout, known=list(LAYOUTS)))
    return _book(results, path, LAYOUT_BOOKS[layout], language, keep)


def _book(results: Results, path: Path, write: Book, language: Language, keep: np.ndarray | None) -> int:
    """Write a workbook of its own making; return its rows."""
    written: list[int] = []
    replaced(path, lambda part: written.append(write(results, part, language, keep)), results.folder)
    return written[0]


LAYOUTS = {meeting.LAYOUT: "candidates", stage_book.LAYOUT: "projects"}
"""Layout: the table it is a list of."""
LAYOUT_BOOKS: dict[str, Book] = {meeting.LAYOUT: meeting.write, stage_book.LAYOUT: stage_book.write}


def candidates_file(results: Results, kind: str, language: Language) -> tuple[str, bytes]:
    """Return name and content of the candidate list in one format, for a download."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"luodi-candidates-{results.run_id}.{kind}"
        export(results, path, "candidates", language)
        return path.name, path.read_bytes()


def _shapes(results: Results, table: str) -> gpd.GeoSeries | None:
    if TABLES[table].geometry:
        return gpd.GeoDataFrame(results.table(table)).geometry
    if table == "ranking":
        sites = gpd.GeoDataFrame(results.table("sites")).set_index("site_id").geometry
        return sites.loc[results.table("ranking")["site_id"]].reset_index(drop=True)
    if table != "candidates":
        return None
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry
    return parcels.loc[results.table("candidates")["parcel_id"]].reset_index(drop=True)


def leaving(results: Results, table: str, kind: str) -> Results:
    """Return the run as it may leave.

    Raises
    ------
    BlockedError
        The table is nothing but what a use-only layer says, or its shapes follow the outline of one.
    """
    found = released(results)
    if why := refusal(found, table):
        raise BlockedError(why)
    if table in CUT_SHAPES and FORMATS[kind].shapes != "none" and touched(found):
        raise BlockedError(reason("land_reveals_sensitive", count=len(masks(found).layers)))
    return found


BOOKS: dict[tuple[str, str], Book] = {("ranking", "xlsx"): ranking_book.write}
"""Tables that have a workbook of their own."""
CUT_SHAPES = ("land", "sites", "ranking")
"""Tables whose shapes follow the outline of what was cut."""
