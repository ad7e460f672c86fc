"""What is said of a layer is written anew and nothing else is touched."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.basis.errors import CallError, SpecError
from layers.study import catalog, describe, places, spec, staged
from tests.layers.sources import make


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "study"
    catalog.new(folder, crs=make.GK)
    file = make.gpkg(tmp_path, make.squares(A=["1", "2", "3"]), "x", "x.gpkg")
    catalog.add(folder, file, {"role": "constraint", "id": "roads_x", "owner": "交通局"})
    path = folder / spec.FILE
    path.write_text("# 备注\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


def test_said_anew_taken_back_and_the_rest_stays(study):
    describe.describe(study, "roads_x", {"coverage": "complete", "title": "道路", "owner": ""})
    layer = spec.read(study).layer("roads_x")
    assert (layer.coverage, layer.title, layer.owner) == ("complete", "道路", "")
    assert (study / spec.FILE).read_text(encoding="utf-8").startswith("# 备注")


def test_papers_of_a_layer_and_what_is_restricted_stays_inside(study):
    said = {"provenance": "交函〔2026〕9号", "licence": "仅限本项目", "sensitivity": "internal"}
    describe.describe(study, "roads_x", said)
    layer = spec.read(study).layer("roads_x")
    assert {k: getattr(layer, k) for k in said} == said
    assert not layer.use_only
    describe.describe(study, "roads_x", {"sensitivity": "restricted"})
    assert spec.read(study).layer("roads_x").use_only, "restricted data takes part and never leaves"
    with pytest.raises(SpecError):
        describe.describe(study, "roads_x", {"sensitivity": "half"})


def test_a_polygon_file_as_coverage_moves_in(study, tmp_path, monkeypatch):
    area = tmp_path / "area.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.box(362e3, 3178e3, 363e3, 3179e3)], crs=make.GK).to_file(area)
    copied = []
    real = staged.shutil.copyfile
    monkeypatch.setattr(staged.shutil, "copyfile", lambda a, b: copied.append(Path(a).name) or real(a, b))
    describe.describe(study, "roads_x", {"coverage": str(area)})
    assert copied == ["area.gpkg"], "a file of gigabytes is copied once"
    assert (study / spec.read(study).layer("roads_x").coverage).is_file()


def test_what_cannot_be_said_is_refused(study):
    before = (study / spec.FILE).read_bytes()
    with pytest.raises(CallError):
        describe.describe(study, "roads_x", {"source": "elsewhere"})
    with pytest.raises(CallError):
        describe.describe(study, "nobody", {"title": "x"})
    with pytest.raises(SpecError):
        describe.describe(study, "roads_x", {"vintage": "yesterday"})
    assert (study / spec.FILE).read_bytes() == before


def test_folders_of_this_computer(study, tmp_path):
    here = places.look(tmp_path)
    assert here.folders == ("study",)
    assert here.files == 1
    assert places.of_words(f'"{study}"') == study.resolve()
    assert places.of_words("study") is None
