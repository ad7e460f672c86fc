"""Ids and names of files that are no names somewhere: devices, ways out, case alone, forms of a letter, 300 letters."""

import os
import unicodedata
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import SpecError
from geo.basis.progress import silent
from geo.basis.reason import Reason
from layers.study import catalog, checks, names, spec, uploads
from layers.study.checks import RedlineQuestion
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words import told
from tests.cases import base

NFC = "é田"
NFD = unicodedata.normalize("NFD", NFC)
IDS = ["A", "a", "CON", "nul", "..", "x/y", "L" * 300, "-", "-rf", NFC, NFD, "=1+1", "A B", "图斑", "'q\"", "A\u200b"]
FORMATS = ("csv", "xlsx", "gpkg", "shp.zip", "geojson", "kml", "parquet", "html", "dxf")


def call(*words):
    done = CliRunner().invoke(luodi.cli, [*map(str, words)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert "Traceback" not in done.output
    return done


@pytest.fixture(scope="module")
def studied(tmp_path_factory):
    place = tmp_path_factory.mktemp("ids")
    folder = base.study(place / "study", with_parcels=False)
    file = place / "-rf\n'\".gpkg"
    base.parcels().assign(BSM=IDS).to_file(place / "x.gpkg", layer="x")
    (place / "x.gpkg").rename(file)
    found = catalog.add(folder, file, {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    base.farm().to_file(place / "farm.gpkg")
    base.add(folder, place / "farm.gpkg")
    runs.update(folder, "screen", silent)
    return folder, found


def test_every_id_stays_as_it_is(studied):
    folder, _ = studied
    assert sorted(open_results(folder).table("candidates")["parcel_id"]) == sorted(IDS)


def test_ids_a_reader_takes_for_one_are_named(studied):
    _, found = studied
    (one,) = (f for f in found if f.code == "ids_alike")
    assert one.reason.values["count"] == 2
    shown = " ".join(one.reason.values["ids"])
    assert "A / a / A\\u200b" in shown
    assert "e\\u0301" in shown


def test_plain_ids_are_no_finding(tmp_path):
    folder = base.study(tmp_path / "study", with_parcels=False)
    base.parcels().to_file(tmp_path / "p.gpkg")
    found = catalog.add(folder, tmp_path / "p.gpkg", {"role": "parcels", "fields": {"parcel_id": "BSM"}})
    assert not [f for f in found if f.code == "ids_alike"]


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_of_them_is_one_file_with_every_row(studied, tmp_path, kind, monkeypatch):
    folder, _ = studied
    monkeypatch.chdir(tmp_path)
    assert call("export", folder, f"out.{kind}").exit_code == 0
    assert os.listdir(tmp_path) == [f"out.{kind}"]
    if kind in ("gpkg", "geojson", "shp.zip"):
        back = gpd.read_file(f"zip://{tmp_path}/out.{kind}" if "zip" in kind else tmp_path / f"out.{kind}")
        assert len(back) == len(IDS)
    if kind == "shp.zip":
        assert not [n for n in zipfile.ZipFile(tmp_path / "out.shp.zip").namelist() if "/" in n or ".." in n]


@pytest.mark.parametrize("parcel", ["CON", "..", "x/y", "L" * 300, "-", NFD])
def test_a_document_of_one_of_them(studied, tmp_path, parcel, monkeypatch):
    folder, _ = studied
    monkeypatch.chdir(tmp_path)
    assert call("report", folder, "--", parcel, "r.docx").exit_code == 0
    assert os.listdir(tmp_path) == ["r.docx"]


@pytest.mark.parametrize("name", ["CON", "nul", "..", "../../x", "a/b", "长" * 300, "-", "-rf", "x\ny", NFD, ""])
def test_a_name_we_make_is_a_name_everywhere(name):
    for made in (names.slug(name), uploads.safe(name or "x")[-1] if name.strip("./") else "x"):
        assert made.split(".")[0].lower() not in names.DEVICES
        assert len(f"{made}.docx".encode()) < 255
        assert made == unicodedata.normalize("NFC", made)
        assert not set(made) & set('/\\<>:"|?*\n'), made
        assert made.strip("."), made


@pytest.mark.parametrize("name", ["CON", "aux", "..", "a/b", "长" * 300])
def test_a_check_of_a_red_line_lies_in_its_folder_whatever_it_is_called(studied, tmp_path, name):
    folder, _ = studied
    base.farm().to_file(tmp_path / "line.gpkg")
    made = checks.check(folder, tmp_path / "line.gpkg", RedlineQuestion(name=name), silent)
    assert made.run.parent == folder / checks.FOLDER
    assert made.run.name.lower() not in names.DEVICES
    assert made.head["name"] == name


def test_checks_whose_names_differ_in_case_alone_are_two_folders_everywhere(studied, tmp_path):
    folder, _ = studied
    base.farm().to_file(tmp_path / "one.gpkg")
    base.farm(dx=5).to_file(tmp_path / "two.gpkg")
    one = checks.check(folder, tmp_path / "one.gpkg", RedlineQuestion(name="Site"), silent)
    two = checks.check(folder, tmp_path / "two.gpkg", RedlineQuestion(name="SITE"), silent)
    assert one.run.name.lower() != two.run.name.lower()


def test_layers_and_files_that_differ_in_case_alone_are_kept_apart(tmp_path):
    folder = base.study(tmp_path / "study")
    for name in ("Road.gpkg", "ROAD.gpkg"):
        (tmp_path / name[:4]).mkdir()
        base.farm().to_file(tmp_path / name[:4] / name)
    catalog.add(folder, tmp_path / "Road" / "Road.gpkg", {"role": "constraint", "id": "Road"})
    with pytest.raises(SpecError, match="layer_id_taken"):
        catalog.add(folder, tmp_path / "ROAD" / "ROAD.gpkg", {"role": "constraint", "id": "road"})
    catalog.add(folder, tmp_path / "ROAD" / "ROAD.gpkg", {"role": "constraint"})
    study = spec.read(folder)
    assert len({s.id.lower() for s in study.layers}) == len(study.layers)
    assert len({s.source.lower() for s in study.layers}) == len(study.layers)


def test_a_register_that_names_a_parcel_in_another_form_of_its_letters_is_told(tmp_path):
    folder = base.study(tmp_path / "study", with_parcels=False)
    base.parcels().assign(BSM=[NFD, *IDS[:9], *"bcdefg"]).to_file(tmp_path / "p.gpkg", layer="x")
    catalog.add(folder, tmp_path / "p.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    rows = [{"监管号": "G1", "地块": NFC, "合同签订日期": "2020-01-01"}]
    pd.DataFrame(rows).to_csv(tmp_path / "s.csv", index=False)
    catalog.add(folder, tmp_path / "s.csv", {"role": "supply", "id": "s", "fields": {"parcel_id": "地块"}})
    runs.update(folder, "idle", silent)
    found = told.found(open_results(folder))
    (one,) = (Reason.from_json(r) for r in found[found["code"] == "supply_unplaced"]["reason"])
    assert (one.values["why"], one.values["rows"]) == ("supply_number_unknown", ["2 G1"])
