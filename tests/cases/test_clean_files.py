"""Good files of every format and role stay clean: nothing blocks, and no warning anybody would call false."""

import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_bounds

from layers.study import catalog
from tests.cases import base
from tests.cases.drawings import drawing, polyline

NOTES = {"datum_treated_equal", "geojson_crs_member", "fields_taken", "geometry_flattened", "encoding_found",
         "dxf_closed_lines", "raster_projected"}  # fmt: skip
"""What may be said of a good file, as a note."""
FARM = {"role": "constraint", "id": "farm", "coverage": "complete"}
POINTS = {"role": "facility", "id": "fac"}
PARCELS = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base.study(tmp_path_factory.mktemp("clean") / "study")


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    return base.study(tmp_path_factory.mktemp("bare") / "study", with_parcels=False)


def placed(path, frame, crs=base.CRS, **options):
    frame.to_crs(crs).to_file(path, **options)
    return path


def zipped(path, frame):
    frame.to_file(path.with_suffix(".shp"), encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in path.parent.glob(f"{path.stem}.*"):
            if part != path:
                archive.write(part, f"农田{part.suffix}")
    return path


BESIDE = ("农田.sbn", "农田.sbx", "农田.shp.xml", "农田.qmd", "农田.qml", "农田.lyr", "__MACOSX/._农田.shp",
          ".DS_Store", "Thumbs.db", "desktop.ini")  # fmt: skip


def delivered(path, frame):
    """A zip as offices send it: with what ArcGIS, QGIS and the systems of the computers write beside the data."""
    with zipfile.ZipFile(zipped(path, frame), "a") as archive:
        for name in BESIDE:
            archive.writestr(name, b"x")
    return path


def parquet(path, frame, crs):
    frame.to_crs(crs).to_parquet(path)
    return path


def table(path, frame, **options):
    flat = pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt())
    flat.to_excel(path, index=False) if path.suffix == ".xlsx" else flat.to_csv(path, index=False, **options)
    return path


def points(path, x, y, names=("经度", "纬度")):
    frame = pd.DataFrame(
        {
            "BH": ["a", "b"],
            names[0]: [x, x],
            names[1]: [y, y],
            "resource": "power",
            "limit": 50,
            "unit": "MVA",
            "serves": "K1",
        }
    )
    frame.to_excel(path, index=False) if path.suffix == ".xlsx" else frame.to_csv(path, index=False)
    return path


def outlines(path, frame):
    return drawing(path, *[polyline(list(g.exterior.coords)[:-1], "界线") for g in frame.geometry])


LON, LAT = shapely.get_coordinates(
    gpd.GeoSeries([shapely.Point(base.X0 + 50, base.Y0 + 50)], crs=base.CRS).to_crs(4490).to_numpy()
)[0]
LAYERS = {
    "gpkg": lambda p, f: placed(p / "a.gpkg", f),
    "gpkg with zone": lambda p, f: placed(p / "a.gpkg", f, "EPSG:4528"),
    "gpkg of the next zone": lambda p, f: placed(p / "a.gpkg", f, "EPSG:4548"),
    "gpkg cgcs degrees": lambda p, f: placed(p / "a.gpkg", f, "EPSG:4490"),
    "gpkg wgs": lambda p, f: placed(p / "a.gpkg", f, "EPSG:4326"),
    "gpkg utm": lambda p, f: placed(p / "a.gpkg", f, "EPSG:32650"),
    "gpkg web mercator": lambda p, f: placed(p / "a.gpkg", f, "EPSG:3857"),
    "shp utf-8": lambda p, f: placed(p / "a.shp", f, encoding="utf-8"),
    "shp gbk": lambda p, f: placed(p / "a.shp", f, encoding="gbk"),
    "shp zipped": lambda p, f: zipped(p / "a.zip", f),
    "shp delivered": lambda p, f: delivered(p / "a.zip", f),
    "gdb": lambda p, f: placed(p / "a.gdb", f, driver="OpenFileGDB", layer="a"),
    "geojson": lambda p, f: placed(p / "a.geojson", f, "EPSG:4326"),
    "geojson with crs": lambda p, f: placed(p / "a.geojson", f, driver="GeoJSON"),
    "kml": lambda p, f: placed(p / "a.kml", f.rename(columns={"MC": "Name"}), "EPSG:4326", driver="LIBKML"),
    "parquet": lambda p, f: parquet(p / "a.parquet", f, base.CRS),
    "parquet wgs": lambda p, f: parquet(p / "a.parquet", f, "EPSG:4326"),
    "csv": lambda p, f: table(p / "a.csv", f),
    "csv semicolon": lambda p, f: table(p / "a.csv", f, sep=";"),
    "tsv": lambda p, f: table(p / "a.tsv", f, sep="\t"),
    "csv gbk": lambda p, f: table(p / "a.csv", f, encoding="gb18030"),
    "csv bom": lambda p, f: table(p / "a.csv", f, encoding="utf-8-sig"),
    "xlsx": lambda p, f: table(p / "a.xlsx", f),
    "dxf": lambda p, f: outlines(p / "a.dxf", f),
}
NO_CRS = ("csv", "tsv", "xlsx", "dxf")
PLACES = {
    "csv degrees": lambda p: (points(p / "p.csv", LON, LAT), "EPSG:4490"),
    "xlsx degrees": lambda p: (points(p / "p.xlsx", LON, LAT), "EPSG:4490"),
    "csv metres": lambda p: (points(p / "p.csv", base.X0, base.Y0, ("横坐标", "纵坐标")), base.CRS),
}
SLOPE = (np.add.outer(np.arange(40), np.arange(40)) * 0.3).astype("float32")
CLASSES = np.where(np.add.outer(np.arange(40), np.arange(40)) % 2, 1, 2).astype("uint8")
RASTERS = {
    **{f"dem {crs}": (SLOPE + 100, crs, None, {"kind": "dem", "vertical_unit": "m"})
       for crs in (4549, 4490, 4326, 4548, 32650, 3857)},
    "classes": (CLASSES, 4549, None, {"kind": "classes"}),
    "classes with no data": (CLASSES, 4549, 255, {"kind": "classes"}),
    "classes in degrees": (CLASSES, 4326, 255, {"kind": "classes"}),
    "slope": (SLOPE, 4549, None, {"kind": "slope", "vertical_unit": "pct"}),
    "index": (SLOPE / 100, 4549, -9999, {"kind": "index"}),
}  # fmt: skip


def clean(study, file, given):
    told = base.codes(catalog.checked(study, file, given))
    assert {code: how for code, how in told.items() if how != "fixed" or code not in NOTES} == {}


@pytest.mark.parametrize("name", LAYERS)
def test_a_good_layer(folder, tmp_path, name):
    given = FARM | ({"crs": base.CRS} if name.split()[0] in NO_CRS else {})
    clean(folder, LAYERS[name](tmp_path, base.farm()), given)


@pytest.mark.parametrize("name", ["gpkg", "shp utf-8", "geojson", "csv", "xlsx"])
def test_good_parcels(bare, tmp_path, name):
    given = PARCELS | ({"crs": base.CRS} if name in NO_CRS else {})
    clean(bare, LAYERS[name](tmp_path, base.parcels()), given)


@pytest.mark.parametrize("name", PLACES)
def test_good_points(folder, tmp_path, name):
    file, crs = PLACES[name](tmp_path)
    clean(folder, file, POINTS | {"crs": crs})


@pytest.mark.parametrize("name", RASTERS)
def test_a_good_raster(folder, tmp_path, name):
    values, crs, nodata, given = RASTERS[name]
    west, south, east, north = gpd.GeoSeries([base.box(-200, -200, 600, 600)], crs=base.CRS).to_crs(crs).total_bounds
    rows, columns = values.shape
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", width=columns, height=rows, count=1, nodata=nodata,
                       dtype=values.dtype, crs=f"EPSG:{crs}",
                       transform=from_bounds(west, south, east, north, columns, rows)) as made:  # fmt: skip
        made.write(values, 1)
    clean(folder, tmp_path / "a.tif", {"role": "raster", "id": "r"} | given)
