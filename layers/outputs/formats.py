"""The formats a table can be written in; a new one is a function here with `writes` above it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import shapely

from layers.outputs import boundary_txt, drawing, earth, geodatabases, offline, shapefiles  # noqa: F401 - each adds its formats
from layers.outputs.form import FORMATS, NOTES, Format, marked, writes
from layers.outputs.project import safe
from layers.outputs.projected import Projection
from layers.outputs.workbook import rows_of, write_xlsx

__all__ = ["FORMATS", "Format", "writes"]
ORDER = ("xlsx", "csv", "gpkg", "html", "shp.zip", "gdb.zip", "geojson", "kml", "dxf", "parquet", "txt")
"""In which the pages offer them."""


def _csv_rows(path: Path, table: str) -> int:
    with path.open(encoding=_encoding_of(path), newline="") as stream:
        return sum(1 for _ in csv.reader(stream)) - 1


def _encoding_of(path: Path) -> str:
    with path.open("rb") as stream:
        return "utf-8-sig" if stream.read(3) == b"\xef\xbb\xbf" else "gb18030"


@writes("xlsx", "Excel", count=rows_of, most=1_048_576)
def _write_xlsx(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    write_xlsx(path, made, table)


@writes("csv", "CSV", count=_csv_rows)
def _write_csv(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = marked(made)
    texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    frame = frame.assign(**{str(c): frame[c].map(safe) for c in texts})
    named = made.headers | {NOTES: made.notes_head}
    headers = [str(safe(named.get(str(c), str(c)))) for c in frame]
    if frame.empty:  # nothing was found, under these notes
        headers[-1] = str(safe(" / ".join((made.notes_head, *made.notes))))
    # the byte order mark lets spreadsheets read Chinese text
    wanted = "gb18030" if made.asked.get("encoding") == "gbk" else "utf-8-sig"
    frame.to_csv(path, index=False, header=headers, encoding=wanted, quoting=csv.QUOTE_MINIMAL)


def _features(path: Path, table: str) -> int:
    return len(json.loads(path.read_text(encoding="utf-8"))["features"])


@writes("geojson", "GeoJSON", "asked", count=_features)
def _write_geojson(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    """RFC 7946: WGS 84 longitude and latitude, seven decimals (a centimetre), right-hand rings."""
    assert shapes is not None
    turned = shapely.orient_polygons(shapes.to_crs(4326).to_numpy())
    geometry = shapely.to_geojson(shapely.set_precision(turned, 1e-7, mode="pointwise"))
    rows = json.loads(made.frame.to_json(orient="records", force_ascii=False, double_precision=4))
    features = [
        {"type": "Feature", "properties": row, "geometry": None if shape is None else json.loads(shape)}
        for row, shape in zip(rows, geometry, strict=True)
    ]
    body = {"type": "FeatureCollection", "name": table, "notes": list(made.notes), "features": features}
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")


@writes("parquet", "GeoParquet", "taken", count=lambda path, table: int(pq.read_metadata(path).num_rows))
def _write_parquet(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = marked(made)
    if shapes is None:
        frame.to_parquet(path, index=False)
    else:
        gpd.GeoDataFrame(frame, geometry=shapes).to_parquet(path, index=False)


for _ending in [*ORDER, *(e for e in FORMATS if e not in ORDER)]:  # one that is new comes last
    FORMATS[_ending] = FORMATS.pop(_ending)
