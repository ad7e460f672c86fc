"""Writers of the plain formats. Each takes the projection, writes beside the target, checks, swaps."""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from geo.basis.errors import BlockedError, CallError
from geo.basis.reason import reason
from geo.basis.tables import TABLES
from layers.outputs import meeting, ranking_book, stage_book
from layers.outputs.project import Projection, projection, safe
from layers.outputs.target import replaced
from layers.outputs.workbook import write_xlsx
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
    kind = path.suffix.lower().lstrip(".")
    if kind not in WRITERS:
        raise CallError(reason("format_unknown", format=kind or path.name, known=sorted(WRITERS)))
    if not path.parent.is_dir():
        raise BlockedError(reason("folder_missing", path=str(path.parent)))
    results = leaving(results, table, kind)
    if layout:
        return _laid_out(results, path, table, language, keep, layout)
    if (table, kind) in BOOKS:
        return _book(results, path, BOOKS[table, kind], language, keep)
    made = projection(results, table, language)
    shapes = _shapes(results, table) if kind in WITH_SHAPES else None
    if kind in MAP_FORMATS and shapes is None:
        raise CallError(reason("table_without_shapes", table=table, format=kind))
    if keep is not None:
        made = Projection(made.frame[keep], made.headers, made.notes)
        shapes = None if shapes is None else shapes[keep]
    replaced(path, lambda part: WRITERS[kind](part, made, shapes, table), results.folder)
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
    if table in CUT_SHAPES and kind in WITH_SHAPES and touched(found):
        raise BlockedError(reason("land_reveals_sensitive", count=len(masks(found).layers)))
    return found


def _marked(made: Projection) -> pd.DataFrame:
    """Return the frame with the notes as a last column, so that no list travels without them."""
    return made.frame.assign(notes=" / ".join(made.notes))


def _write_csv(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = _marked(made)
    texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    frame = frame.assign(**{str(c): frame[c].map(safe) for c in texts})
    headers = [str(safe(made.headers.get(str(c), str(c)))) for c in frame]
    # the byte order mark lets spreadsheets read Chinese text
    frame.to_csv(path, index=False, header=headers, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL)


def _write_xlsx(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    write_xlsx(path, made, table)


def _write_gpkg(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = gpd.GeoDataFrame(_marked(made), geometry=_multi(shapes))
    notes = {"DESCRIPTION": "\n".join(made.notes)}
    pyogrio.write_dataframe(
        frame, path, layer=table, driver="GPKG", layer_metadata=notes, layer_options={"DESCRIPTION": made.notes[0]}
    )
    written = pyogrio.read_info(path, layer=table, force_feature_count=True)["features"]
    if written != len(frame):
        raise OSError(f"{written} of {len(frame)} rows")


def _write_geojson(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    """RFC 7946: WGS 84 longitude and latitude, seven decimals (a centimetre), right-hand rings."""
    assert shapes is not None
    turned = shapely.orient_polygons(shapes.to_crs(4326).to_numpy())
    geometry = shapely.to_geojson(shapely.set_precision(turned, 1e-7, mode="pointwise"))
    rows = json.loads(made.frame.to_json(orient="records", force_ascii=False, double_precision=4))
    features = [
        {"type": "Feature", "properties": row, "geometry": json.loads(shape)}
        for row, shape in zip(rows, geometry, strict=True)
    ]
    body = {"type": "FeatureCollection", "name": table, "notes": list(made.notes), "features": features}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


def _write_parquet(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = _marked(made)
    if shapes is None:
        frame.to_parquet(path, index=False)
    else:
        gpd.GeoDataFrame(frame, geometry=shapes).to_parquet(path, index=False)


def _multi(shapes: gpd.GeoSeries | None) -> gpd.GeoSeries:
    """Return all shapes as multipolygons: one geometry type per layer, as departments expect."""
    assert shapes is not None
    return gpd.GeoSeries(
        [shapely.multipolygons(shapely.get_parts(s)) if s.geom_type == "Polygon" else s for s in shapes],
        index=shapes.index,
        crs=shapes.crs,
    )


WRITERS: dict[str, Callable[[Path, Projection, gpd.GeoSeries | None, str], None]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "gpkg": _write_gpkg,
    "geojson": _write_geojson,
    "parquet": _write_parquet,
}
BOOKS: dict[tuple[str, str], Book] = {("ranking", "xlsx"): ranking_book.write}
"""Tables that have a workbook of their own."""
CUT_SHAPES = ("land", "sites", "ranking")
"""Tables whose shapes follow the outline of what was cut."""
MAP_FORMATS = ("gpkg", "geojson")
WITH_SHAPES = (*MAP_FORMATS, "parquet")
