"""The formats a table can be written in; a new one is a function here with `writes` above it.

Every writer takes where to write, the projection (frame in the reader's words, headers, notes), the shapes in
the study CRS or None, and the name of the table. It must carry every row, and the notes: no list travels without them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from layers.outputs.project import Projection, safe
from layers.outputs.workbook import write_xlsx

Writer = Callable[[Path, Projection, gpd.GeoSeries | None, str], None]
Shapes = Literal["none", "taken", "asked"]


@dataclass(frozen=True)
class Format:
    """A format of files.

    Parameters
    ----------
    ending : str
        Of the file's name, without the dot; it names the format in `luodi export DIR OUT.ending`.
    title : str
        As a button names it, the same in both languages.
    shapes : {"none", "taken", "asked"}
        Whether shapes are left out, written where the table has some, or asked for: a table without is refused.
    write : callable
    """

    ending: str
    title: str
    shapes: Shapes
    write: Writer


FORMATS: dict[str, Format] = {}
"""By ending, in the order in which the pages offer them."""


def writes(ending: str, title: str, shapes: Shapes = "none") -> Callable[[Writer], Writer]:
    """Return what makes a function the writer of a format.

    Raises
    ------
    KeyError
        The ending has a writer already.
    """

    def keep(write: Writer) -> Writer:
        if ending in FORMATS:
            raise KeyError(f".{ending} has a writer already")
        FORMATS[ending] = Format(ending, title, shapes, write)
        return write

    return keep


@writes("xlsx", "Excel")
def _write_xlsx(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    write_xlsx(path, made, table)


@writes("csv", "CSV")
def _write_csv(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = _marked(made)
    texts = [c for c in frame if not pd.api.types.is_numeric_dtype(frame[c])]
    frame = frame.assign(**{str(c): frame[c].map(safe) for c in texts})
    headers = [str(safe(made.headers.get(str(c), str(c)))) for c in frame]
    # the byte order mark lets spreadsheets read Chinese text
    frame.to_csv(path, index=False, header=headers, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL)


@writes("gpkg", "GeoPackage", "asked")
def _write_gpkg(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = gpd.GeoDataFrame(_marked(made), geometry=_multi(shapes))
    notes = {"DESCRIPTION": "\n".join(made.notes)}
    pyogrio.write_dataframe(
        frame, path, layer=table, driver="GPKG", layer_metadata=notes, layer_options={"DESCRIPTION": made.notes[0]}
    )
    written = pyogrio.read_info(path, layer=table, force_feature_count=True)["features"]
    if written != len(frame):
        raise OSError(f"{written} of {len(frame)} rows")


@writes("geojson", "GeoJSON", "asked")
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


@writes("parquet", "Parquet", "taken")
def _write_parquet(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    frame = _marked(made)
    if shapes is None:
        frame.to_parquet(path, index=False)
    else:
        gpd.GeoDataFrame(frame, geometry=shapes).to_parquet(path, index=False)


def _marked(made: Projection) -> pd.DataFrame:
    """Return the frame with the notes as a last column, so that no list travels without them."""
    return made.frame.assign(notes=" / ".join(made.notes))


def _multi(shapes: gpd.GeoSeries | None) -> gpd.GeoSeries:
    """Return all shapes as multipolygons: one geometry type per layer, as departments expect."""
    assert shapes is not None
    return gpd.GeoSeries(
        [shapely.multipolygons(shapely.get_parts(s)) if s.geom_type == "Polygon" else s for s in shapes],
        index=shapes.index,
        crs=shapes.crs,
    )
