"""Whatever leaves says which layers it rests on, with day and keeper; lists of projects and offers are maps too."""

import csv
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from layers.outputs import files, lists
from layers.outputs.form import FORMATS, marked
from layers.outputs.project import layer_lines
from layers.outputs.projected import Projection
from layers.study.run.released import open_results

LISTS = {
    "offers": ("offers",), "rating": ("rate",), "reserve": ("reserve",), "schedule": ("schedule",),
    "league": ("bulletin",), "parks": ("industries",), "chain": ("chainmap",), "argument": ("argue", "M2"),
    "handover": ("handover",),
}  # fmt: skip
MAPS = ("offers", "rating", "reserve", "schedule")


@pytest.fixture(scope="module")
def folder(own_month):
    return own_month


def asked(folder, name, path, language="zh"):
    command, *about = LISTS[name]
    where = [path] if command == "argue" else ["--out", path]
    done = CliRunner().invoke(luodi.cli, [command, str(folder), *about, *map(str, where), "--lang", language])
    assert done.exit_code == 0, done.output


def words(path):
    """Every text of a file: cells, paragraphs, fields."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return "\n".join(cell for row in csv.reader(stream) for cell in row)
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(c) for s in book for row in s.iter_rows(values_only=True) for c in row if c is not None)
    with zipfile.ZipFile(path) as archive:
        return archive.read("word/document.xml").decode()


def quick(names, *few):
    """What takes seconds belongs to the long suite."""
    return [n if n in few else pytest.param(n, marks=pytest.mark.long) for n in names]


@pytest.mark.parametrize("name", quick(LISTS, "rating", "reserve", "chain", "parks"))
def test_every_list_names_its_layers_with_day_and_keeper(folder, tmp_path, name):
    (told,) = layer_lines(open_results(folder), "zh")
    kinds = ("csv", "xlsx", "docx") if name == "offers" else ("csv", "xlsx")
    for kind in kinds:
        path = tmp_path / f"a.{kind}"
        asked(folder, name, path)
        assert told in words(path), kind


@pytest.mark.parametrize("name", quick(MAPS))
def test_a_list_of_projects_or_offers_is_a_map_too(folder, tmp_path, name):
    asked(folder, name, tmp_path / "a.csv", "en")
    listed = pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig")
    results = open_results(folder)
    ids = listed.iloc[:, 0].astype(str)
    if name == "offers":
        places = files.places_of(results, listed.iloc[:, 2].astype(str))
    else:
        places = files.places_of_projects(results, ids)
    for kind in ("gpkg", "geojson", "kml", "dxf", "shp.zip", "gdb.zip", "parquet", "html"):
        asked(folder, name, tmp_path / f"a.{kind}", "en")
    found = gpd.read_file(tmp_path / "a.gpkg")
    assert found.iloc[:, 0].astype(str).tolist() == ids.tolist()
    assert found.geometry.notna().tolist() == places.notna().tolist()
    assert found.geometry.area.sum() == pytest.approx(places.area.sum())


def test_the_reserve_library_is_a_map(folder, tmp_path):
    asked(folder, "reserve", tmp_path / "a.gdb.zip", "en")
    found = gpd.read_file(tmp_path / "a.gdb.zip")
    assert len(found) == 8
    assert found.geometry.isna().all(), "none of them is placed"


def test_the_notes_stand_once_and_with_an_empty_list_too(tmp_path):
    made = Projection(pd.DataFrame({"a": ["一", "二", "三"]}), {}, ("底数", "=说明"), "zh")
    assert marked(made)["notes"].tolist() == ["底数 / =说明", "底数", "底数"]
    nothing = Projection(made.frame[:0], {}, made.notes, "zh")
    lists.write(nothing, tmp_path / "a.csv", "list", tmp_path)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        (head,) = csv.reader(stream)
    assert head == ["a", "说明 / 底数 / =说明"]
    assert FORMATS["csv"].count(tmp_path / "a.csv", "list") == 0
