"""GeoPackage and FileGDB: tables with shapes; a GeoPackage brings the look QGIS opens it with."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio

from layers.outputs.form import NOTES, by_dimension, fields, marked, multi, writes
from layers.outputs.projected import Projection
from layers.outputs.qml import style

STYLES = "layer_styles"
"""The table in which QGIS looks for how a layer is drawn."""


def _gpkg_rows(path: Path, table: str) -> int:
    return _rows(path, table)


def _rows(path: Path, table: str) -> int:
    """Count the rows themselves, in every layer of a table; the count a file keeps is never believed."""
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    mine = [n for n in names if n == table or n in (f"{table}_line", f"{table}_point")]
    return sum(int(pyogrio.read_arrow(path, layer=n, read_geometry=False)[1].num_rows) for n in mine)


@writes("gpkg", "GeoPackage", "asked", count=_gpkg_rows)
def _write_gpkg(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    assert shapes is not None
    frame = fields(marked(made))
    notes = {"DESCRIPTION": "\n".join(made.notes)}
    options = {"DESCRIPTION": made.notes[0] if made.notes else table}
    whole = gpd.GeoDataFrame(frame, geometry=multi(shapes))
    for more, rows in by_dimension(shapes).items():
        pyogrio.write_dataframe(
            whole[rows], path, layer=f"{table}{more}", driver="GPKG", append=path.exists(), layer_metadata=notes,
            layer_options=options, promote_to_multi=None,
        )  # fmt: skip
    _styled(path, made, shapes, table)


def _styled(path: Path, made: Projection, shapes: gpd.GeoSeries, table: str) -> None:
    """Put the look beside the layers, as QGIS keeps it."""
    kinds = {"": "area", "_line": "line", "_point": "point"}
    dimension = {-1: "", 0: "point", 1: "line", 2: "area"}
    rows: list[dict[str, Any]] = []
    named = replace(made, frame=marked(made), headers=made.headers | {NOTES: made.notes_head})
    for more, mine in by_dimension(shapes).items():
        found = shapes[mine].geom_type.dropna()
        main = _kind(str(found.iloc[0])) if len(found) else dimension[2]
        drawn = style(named, kinds[more] if more else main)
        rows.append(
            {
                "f_table_catalog": "",
                "f_table_schema": "",
                "f_table_name": f"{table}{more}",
                "f_geometry_column": "geom",
                "styleName": table,
                "styleQML": drawn,
                "styleSLD": "",
                "useAsDefault": True,
                "description": "Luodi",
                "owner": "",
                "ui": "",
            }
        )
    pyogrio.write_dataframe(pd.DataFrame(rows), path, layer=STYLES, driver="GPKG", append=True)


def _kind(name: str) -> str:
    return next((kind for word, kind in (("Point", "point"), ("Line", "line")) if word in name), "area")


def _gdb_rows(path: Path, table: str) -> int:
    return _rows(path, table)


@writes("gdb.zip", "FileGDB", "asked", count=_gdb_rows)
def _write_gdb(path: Path, made: Projection, shapes: gpd.GeoSeries | None, table: str) -> None:
    """Write a file geodatabase (ArcGIS Pro 3 and later opens it too) and zip its folder."""
    assert shapes is not None
    whole = gpd.GeoDataFrame(fields(marked(made)), geometry=multi(shapes))
    with tempfile.TemporaryDirectory(dir=path.parent) as work:
        base = Path(work) / f"{table}.gdb"
        for more, rows in by_dimension(shapes).items():
            options = {"LAYER_ALIAS": f"{table}{more}"}
            pyogrio.write_dataframe(
                whole[rows], base, layer=f"{table}{more}", driver="OpenFileGDB", append=base.exists(),
                layer_options=options, geometry_type=None if shapes[rows].notna().any() else "MultiPolygon",
            )  # fmt: skip
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(base.iterdir()):
                archive.write(part, f"{base.name}/{part.name}")
