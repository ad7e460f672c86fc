"""A folder of files before there is a study: what each says, and what they say of each other."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from typer.testing import CliRunner

import luodi
from layers.study import audit
from layers.study.years import years
from layers.text import LANGUAGES
from tests.layers.sources import make

X, Y = make.X, make.Y


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty plots of a year, a register of them with areas in sq ft, two flood files that share shapes, rasters."""
    place = tmp_path_factory.mktemp("sent")
    ids = [f"7-{k}" for k in range(30)]
    plots = make.squares(30, side=50.0).drop(columns="BSM").assign(M_L=ids)
    make.gpkg(place, plots, "plots", "plots2014.gpkg")
    area = np.full(30, 2500 / 0.3048**2)
    area[:3] *= 2
    rows = pd.DataFrame({"ml": [*ids[:28], ids[5], "9-9"], "LandArea": [*area[:28], 0.0, 1.0], "Value": range(30)})
    rows.to_csv(place / "tax.csv", index=False)
    near = [shapely.box(X, Y + 500, X + 90, Y + 590), shapely.box(X, Y + 700, X + 90, Y + 790)]
    gpd.GeoDataFrame({"Z": ["AE", "AE"]}, geometry=near, crs=make.GK).to_file(place / "flood100.gpkg")
    far = [shapely.box(X + 500, Y + 500, X + 590, Y + 590)]
    gpd.GeoDataFrame({"Z": ["AE", "X"]}, geometry=[near[1], *far], crs=make.GK).to_crs(4326).to_file(
        place / "flood500.geojson"
    )
    gpd.GeoDataFrame({"Z": ["AE", "X"]}, geometry=[near[1].reverse(), *far], crs=make.GK).to_file(place / "f500.gpkg")
    for name, count in (("a.tif", 20), ("b.tif", 24)):
        of = {"driver": "GTiff", "width": count, "height": 10, "count": 1, "dtype": "uint8", "nodata": 255}
        with rasterio.open(place / name, "w", **of, crs=make.GK, transform=from_origin(X, Y, 30, 30)) as made:
            made.write((np.arange(10 * count).reshape(10, count) % 4).astype("uint8"), 1)
    (place / "readme.docx").write_bytes(b"PK")
    (place / "broken.geojson").write_text("{", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def found(folder):
    return audit.of_folder(folder)


def values(found, code):
    return [f.reason.values for f in found if f.code == code]


def test_a_column_is_held_against_the_register_it_belongs_to(found):
    (join,) = values(found, "folder_join")
    assert {k: join[k] for k in ("layer", "field", "other", "rows", "count", "several", "unused")} == {
        "layer": "plots2014.gpkg", "field": "M_L", "other": "tax.csv", "rows": 2, "count": 2, "several": 1, "unused": 1,
    }  # fmt: skip
    assert join["values"] == ["7-28", "7-29"]
    (area,) = values(found, "folder_join_area")
    assert (area["field"], area["unit"], area["count"], area["rows_all"]) == ("LandArea", "ft²", 3, 28)


def test_what_stands_in_two_files_is_told_once_with_its_ground(found):
    (shared,) = values(found, "folder_shapes_shared")
    assert {shared["layer"], shared["other"]} == {"f500.gpkg", "flood100.gpkg"}
    assert (shared["count"], round(shared["area_m2"])) == (1, 8100)


def test_the_folder_as_a_whole(found):
    assert values(found, "folder_systems")[0]["systems"][0].startswith(f"{make.GK} × 5")
    (years,) = values(found, "folder_years")
    assert years["files"] == ["plots2014.gpkg: 2014"]
    (grids,) = values(found, "folder_grids")
    assert [line.split(" (")[0] for line in grids["files"]] == ["a.tif 20 × 10 @ 30", "b.tif 24 × 10 @ 30"]
    assert [v["values"] for v in values(found, "raster_unnamed")] == [["0", "1", "2", "3"]] * 2
    assert all(f.reason.values.get("layer") is not None for f in found)
    blocking = {f.reason.values["layer"] for f in found if f.severity == "block"}
    assert blocking == {"broken.geojson"}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Natura2000", ()), ("natura_2000_2019", ("2019",)), ("beijing1954", ()), ("Beijing_1954_3_Degree", ()),
        ("地类图斑2023年", ("2023",)), ("DLTB2023", ("2023",)), ("plots2014", ("2014",)), ("CGCS2000 道路", ()),
        ("2000国家大地坐标系", ()), ("20231231", ("2023",)), ("202306报盘", ("2023",)), ("120001", ()), ("19541", ()),
        ("XIAN 1980", ()), ("2019-2021", ("2019", "2021")), ("西安1980地块1999", ("1999",)), ("GB20001", ()),
    ],
)  # fmt: skip
def test_a_number_that_is_part_of_a_name_is_no_year(name, found):
    assert years(name) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_by_command_each_line_names_its_file(folder, tmp_path, language):
    done = CliRunner().invoke(luodi.cli, ["check", str(folder), "--lang", language, "--out", str(tmp_path / "f.json")])
    assert done.exit_code == 1, done.output  # one file cannot be read
    assert "tax.csv" in done.output
    rows = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["findings"]
    assert {r["layer"] for r in rows} >= {"tax.csv", "plots2014.gpkg", folder.name}
    refused = CliRunner().invoke(luodi.cli, ["check", str(folder), "--crs", "EPSG:4490", "--lang", language])
    assert refused.exit_code == 2
