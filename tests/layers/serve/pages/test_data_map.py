"""The catalogue on a map: extents are those of the files, before any run, and what is said to be whole is drawn."""

import geopandas as gpd
import pytest
import shapely

from layers.serve.pages import data_desk, data_map
from layers.study import spec
from tests.views import studies


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study nobody has run yet."""
    return studies.write(tmp_path_factory.mktemp("catalogue") / "study", count=5)


def drawn(folder):
    told = spec.read(folder)
    layers = data_desk.layers(folder, told, "zh")
    return told, {s.spec.id: s for s in layers}, data_map.catalogue(told, layers)


def box(geojson):
    return gpd.GeoDataFrame.from_features(geojson["features"], crs=4326).to_crs(studies.CRS).total_bounds


def test_every_layer_lies_where_its_file_lies(study):
    told, layers, found = drawn(study)
    assert set(found.boxes) == {s.id for s in told.layers}
    for layer in told.layers:
        asked = gpd.read_file(study / layer.source).total_bounds
        assert layers[layer.id].lies == pytest.approx(asked, abs=1e-6)
        assert box(found.boxes[layer.id]) == pytest.approx(asked, abs=0.5)
    assert found.plane is not None
    (south, west), (north, east) = found.home
    assert west < east
    assert south < north


def test_where_a_layer_is_whole_is_the_area_it_names_or_the_boundary(study):
    told, layers, _ = drawn(study)
    known = gpd.read_file(study / "inputs" / "known.gpkg").geometry.union_all()
    for layer, wanted in (("river_management", known), ("flood_zone", studies.layers()["boundary"][1][0])):
        area = data_map.covered(study, told, layers[layer])
        assert box(area) == pytest.approx(shapely.bounds(wanted), abs=0.5)
    assert data_map.covered(study, told, layers["roads"]) is None, "nobody said that it is whole"


def test_of_a_use_only_layer_no_place_is_told(study, tmp_path):
    told = spec.read(study)
    kept = told.model_copy(update={"layers": tuple(
        s.model_copy(update={"use_only": s.id == "basic_farmland"}) for s in told.layers)})  # fmt: skip
    layers = data_desk.layers(study, kept, "zh")
    assert next(s for s in layers if s.spec.id == "basic_farmland").lies is None
    assert "basic_farmland" not in data_map.catalogue(kept, layers).boxes


def test_a_study_without_a_place_has_no_map(study):
    told = spec.read(study)
    assert data_map.catalogue(told, ()) is None
