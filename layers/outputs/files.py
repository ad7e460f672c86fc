"""Tables as files: what may leave is projected into words, written beside the target, checked, swapped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import TABLES
from layers.outputs import meeting, ranking_book, stage_book
from layers.outputs.form import Shapes
from layers.outputs.formats import FORMATS, Format
from layers.outputs.project import projection
from layers.outputs.projected import Projection
from layers.outputs.target import bytes_of, counted, ending, replaced
from layers.study.run.released import masks, refusal, released, touched
from layers.study.run.results import Results
from layers.text import Language

Book = Callable[[Results, Path, Language, np.ndarray | None], int]


def export(
    results: Results, path: Path, table: str, language: Language, keep: np.ndarray | None = None, layout: str = "",
    asked: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
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
    asked : mapping or None
        How the format is wanted: ``encoding`` (gbk, utf-8), ``txt`` (see `layers.outputs.txt_layouts.form`).

    Raises
    ------
    CallError
        Unknown table or format, a map file of a table without shapes, more rows than a file of that format holds.
    BlockedError
        The file cannot be written there.
    """
    _known(table)
    kind = ending(path, sorted(FORMATS))
    if layout:
        return _laid_out(leaving(results, table, kind), path, table, language, keep, layout)
    if (table, kind) in BOOKS:
        return _book(leaving(results, table, kind), path, BOOKS[table, kind], language, keep)
    form = FORMATS[kind]
    made, shapes = rows_out(results, table, language, keep, form.shapes)
    made = replace(made, asked=dict(made.asked) | dict(asked or {}))
    if form.shapes == "asked" and shapes is None:
        raise CallError(reason("table_without_shapes", table=table, format=kind))
    _fits(form, made, table)
    written(form, path, made, shapes, table, results.folder)
    return len(made.frame)


def rows_out(
    results: Results, table: str, language: Language, keep: np.ndarray | None = None, wanted: Shapes = "taken"
) -> tuple[Projection, gpd.GeoSeries | None]:
    """Return the rows of a table as they may leave, and their shapes where some are wanted and the table has them.

    Raises
    ------
    CallError
        Unknown table.
    BlockedError
        As `leaving`.
    """
    _known(table)
    results = _released(results, table, wanted)
    made = dated(projection(results, table, language), results)
    shapes = None if wanted == "none" else shapes_of(results, table)
    if keep is not None:
        made = replace(made, frame=made.frame[keep])
        shapes = None if shapes is None else shapes[keep]
    return made, shapes


def _known(table: str) -> None:
    if table not in TABLES:
        raise CallError(reason("table_unknown", table=table, known=sorted(TABLES)))


def dated(made: Projection, results: Results) -> Projection:
    """Return a projection that knows on which day its run was written: some formats have a place for it."""
    return replace(made, asked={"day": str(results.manifest.get("written", ""))[:10]} | dict(made.asked))


def _fits(form: Format, made: Projection, table: str) -> None:
    """Refuse what a file of a format cannot hold, before it is written."""
    room = None if form.most is None else form.most - len(made.notes) - 2
    if room is not None and len(made.frame) > room:
        others = [f.ending for f in FORMATS.values() if f.most is None and f.shapes != "asked"]
        raise CallError(
            reason("format_too_small", table=table, count=len(made.frame), format=form.ending, room=room, others=others)
        )


def written(form: Format, path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str, folder: Path) -> None:
    """Write beside the target, open again and count, swap."""

    def whole(part: Path) -> None:
        form.write(part, made, shapes, table)
        counted(part, len(made.frame), form.count, table)

    replaced(path, whole, folder)


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
    name = f"luodi-candidates-{results.run_id}.{kind}"
    return name, bytes_of(name, lambda path: export(results, path, "candidates", language))


def shapes_of(results: Results, table: str) -> gpd.GeoSeries | None:
    """Return the shapes of the rows of a table, None where its rows have no place; a row may have none.

    Land and sites that a use-only layer has cut come as the parcels they are made of, uncut.
    """
    if TABLES[table].geometry:
        frame = gpd.GeoDataFrame(results.table(table))
        return _uncut(results, table, frame, frame.geometry.reset_index(drop=True))
    if table == "projects" and results.has("matches"):
        return places_of_projects(results, results.table(table)["project_id"].astype(str))
    if table not in PLACES:
        return None
    column, where = PLACES[table]
    return _places(results, where, results.table(table)[column].astype(str).tolist())


def places_of(results: Results, ids: Iterable[str]) -> gpd.GeoSeries:
    """Return the shapes of sites, sites of buildings and red lines by their ids, None where there is none such.

    Raises
    ------
    BlockedError
        They would show parcels that are use-only.
    """
    results = released(results)
    if why := refusal(results, "sites"):
        raise BlockedError(why)
    return _places(results, GROUNDS, ids)


def places_of_projects(results: Results, projects: Iterable[str]) -> gpd.GeoSeries:
    """Return where projects are placed, None for one that is not (its nearest miss is no place of it)."""
    where: dict[str, str] = {}
    if results.has("matches"):
        found = results.table("matches")
        mine = found[found["status"].isin(("placed", "conditional"))]
        where = dict(zip(mine["project_id"].astype(str), mine["site_id"].astype(str), strict=True))
    return places_of(results, [where.get(p, "") for p in projects])


def _places(results: Results, where: tuple[str, ...], ids: Iterable[str]) -> gpd.GeoSeries:
    """Look shapes up by id in tables that have some."""
    known: dict[str, object] = {}
    for name in where:
        if results.has(name) and not (name in BY_CHECK and touched(results)):
            frame = gpd.GeoDataFrame(results.table(name))
            shapes = _uncut(results, name, frame, frame.geometry.reset_index(drop=True))
            known |= dict(zip(frame[TABLES[name].key[0]].astype(str), shapes, strict=True))
    return gpd.GeoSeries([known.get(one) for one in ids], crs=results.study.crs)


def _uncut(results: Results, table: str, frame: gpd.GeoDataFrame, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Put the whole parcels in the place of shapes that are withheld, because their edge is that of a secret layer."""
    held = touched(results)
    if not held or table not in ("land", "sites"):
        return shapes
    parcels = gpd.GeoDataFrame(results.table("parcels")).set_index("parcel_id").geometry
    if table == "land":
        whole = [parcels[p] if p in held else s for p, s in zip(frame["parcel_id"], shapes, strict=True)]
        return gpd.GeoSeries(whole, crs=shapes.crs)
    members = results.table("members").groupby("site_id")["parcel_id"].agg(lambda m: sorted(set(m)))
    made = [
        parcels.loc[members[site]].union_all() if held & set(members.get(site, ())) else shape
        for site, shape in zip(frame["site_id"], shapes, strict=True)
    ]
    return gpd.GeoSeries(made, crs=shapes.crs)


BY_CHECK = ("check_sites",)
"""Tables of what a red line leaves: their cuts are kept as they are, so with a use-only layer they stay inside."""
GROUNDS = ("sites", "building_sites", "check_sites")
"""Tables of what a project can stand on."""
PLACES: dict[str, tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys(("candidates", "supply", "facts", "use_status"), ("parcel_id", ("parcels",))),
    **dict.fromkeys(("ranking", "offers", "matches"), ("site_id", GROUNDS)),
    **dict.fromkeys(("idle_assets", "idle_records", "inefficient"), ("asset_id", ("idle",))),
}
"""Tables whose rows have their place in another one: by which column, and where it is looked for."""


def leaving(results: Results, table: str, kind: str) -> Results:
    """Return the run as it may leave.

    Raises
    ------
    BlockedError
        The table is nothing but what a use-only layer says, or its shapes follow the outline of one.
    """
    return _released(results, table, FORMATS[kind].shapes)


def _released(results: Results, table: str, wanted: Shapes) -> Results:
    found = released(results)
    if why := refusal(found, table):
        raise BlockedError(why)
    if table in BY_CHECK and wanted != "none" and touched(found):
        raise BlockedError(reason("land_reveals_sensitive", count=len(masks(found).layers)))
    return found


BOOKS: dict[tuple[str, str], Book] = {("ranking", "xlsx"): ranking_book.write}
"""Tables that have a workbook of their own."""
