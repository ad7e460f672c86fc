"""A study begins in a free folder; its coordinate system is the one its first files speak for."""

import geopandas as gpd
import pytest
import shapely

from geo.basis.errors import CallError
from layers.sources.checks.zone import zone_of
from layers.study import begin, catalog
from tests.layers.sources import make


def written(folder, crs, box, name="a.gpkg"):
    folder.mkdir(parents=True, exist_ok=True)
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(*box)], crs=crs).to_file(folder / name)
    return folder


@pytest.mark.parametrize(
    ("crs", "box", "wanted"),
    [
        ("EPSG:4549", (362_000, 3_178_000, 363_000, 3_179_000), "EPSG:4549"),
        ("EPSG:4490", (118.59, 28.7, 118.6, 28.71), "EPSG:4549"),
        ("EPSG:4490", (118.4, 28.7, 118.41, 28.71), "EPSG:4548"),
        ("EPSG:3857", (13_204_000, 3_345_000, 13_205_000, 3_346_000), "EPSG:4549"),
        ("EPSG:4326", (-71.1, 42.36, -71.09, 42.37), "EPSG:32619"),
    ],
)
def test_the_system_of_the_first_file_or_the_zone_it_lies_in(tmp_path, crs, box, wanted):
    found = begin.crs_of(tmp_path / "study", [written(tmp_path / "sent", crs, box)])
    assert found.crs == wanted
    assert (found.file, bool(found.title)) == ("a.gpkg", True)


def test_files_that_say_nothing_are_told(tmp_path):
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(CallError) as problem:
        begin.crs_of(tmp_path / "study", [tmp_path])
    assert problem.value.reasons[0].code == "begin_no_crs"


def test_numbers_that_can_only_be_degrees_name_the_system_that_suits_them(tmp_path):
    written(tmp_path / "sent", None, (-71.1, 42.36, -71.09, 42.37))
    with pytest.raises(CallError) as problem:
        begin.crs_of(tmp_path / "study", [tmp_path / "sent"])
    told = problem.value.reasons[0]
    assert (told.code, told.values["crs"], told.values["file"]) == ("begin_no_crs_degrees", "EPSG:32619", "a.gpkg")


@pytest.mark.parametrize(("lon", "wanted"), [(73.6, "EPSG:4534"), (118.6, "EPSG:4549"), (134.9, "EPSG:4554")])
def test_zones_of_china_follow_the_meridian(lon, wanted):
    assert zone_of(lon, 30.0) == wanted


def test_only_a_folder_without_anything_of_others_is_free(tmp_path):
    assert begin.is_free(tmp_path / "new")
    (tmp_path / ".luodi").mkdir()
    assert begin.is_free(tmp_path)
    (tmp_path / "letter.docx").write_bytes(b"x")
    assert not begin.is_free(tmp_path)
    catalog.new(tmp_path / "study", crs=make.GK)
    assert not begin.is_free(tmp_path / "study")
