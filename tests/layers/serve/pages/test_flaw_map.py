"""Where a layer does not hold together, on the map of the page of data: marked, listed, gone to when picked."""

import geopandas as gpd
import pytest
import shapely

from layers.serve.pages import data_desk, flaw_map
from layers.study import catalog, spec
from layers.text import LANGUAGES, code
from tests.cases import base
from tests.layers.study.test_topology import study  # noqa: F401


def layer(folder, layer_id):
    told = spec.read(folder)
    return told, next(s for s in data_desk.layers(folder, told, "zh") if s.spec.id == layer_id)


def test_every_kind_is_drawn_listed_and_can_be_gone_to(study):  # noqa: F811
    told, parcels = layer(study, "parcels")
    assert flaw_map.has(parcels)
    found = flaw_map.flaws(study, told, parcels)
    assert found.counts == {"overlap": 1, "repeat": 1, "gap": 1}
    assert found.rows["kind"].tolist() == ["overlap", "repeat", "gap"]
    assert len(found.spots) == len(found.views) == 3
    drawn = gpd.GeoDataFrame.from_features(found.shapes["overlap"]["features"], crs=4326).to_crs(base.CRS)
    assert drawn.area.sum() == pytest.approx(300.0, abs=0.5)
    for (lat, lon), (at, over, zoom) in zip((s for s, _ in found.spots), found.views, strict=True):
        assert (lat, lon) == (at, over)
        assert 15 <= zoom <= 18, "a place of 100 m fills the map"
    spot = gpd.GeoSeries(shapely.points(*reversed(found.spots[0][0])), crs=4326).to_crs(base.CRS).iloc[0]
    assert drawn.buffer(0.1).contains(spot).any()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_and_colours_are_those_of_the_kinds(study, language):  # noqa: F811
    told, parcels = layer(study, "parcels")
    found = flaw_map.flaws(study, told, parcels)
    assert flaw_map.table(found, language).iloc[:, 0].tolist() == [
        code("flaw", k, language) for k in found.rows["kind"]
    ]
    lines = flaw_map.legend(found, language)
    assert [colour for colour, _ in lines] == [flaw_map.COLOURS[k] for k in ("overlap", "repeat", "gap")]
    assert all(code("flaw", k, language) in text for k, (_, text) in zip(found.counts, lines, strict=True))


def test_secret_layers_lines_and_tables_are_not_asked_and_a_good_one_has_none(study, tmp_path):  # noqa: F811
    assert not flaw_map.has(layer(study, "secret")[1])
    told, edge = layer(study, "edge")
    assert flaw_map.has(edge)
    assert flaw_map.flaws(study, told, edge) is None


def test_of_very_many_the_largest_of_each_kind_are_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(flaw_map, "MOST", 4)
    folder = base.study(tmp_path / "s", with_parcels=False)
    cells = [base.box(100 * c, 0, 100 * c + 101 + c / 10, 100) for c in range(9)] + [base.box(0, 200, 9, 209)] * 2
    frame = gpd.GeoDataFrame({"BSM": [f"p{k}" for k in range(len(cells))]}, geometry=cells, crs=base.CRS)
    frame.to_file(tmp_path / "p.gpkg")
    catalog.add(folder, tmp_path / "p.gpkg", {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}})
    found = flaw_map.flaws(folder, *layer(folder, "parcels"))
    assert found.counts == {"overlap": 8, "repeat": 1}
    assert found.rows["kind"].tolist() == ["overlap"] * 3 + ["repeat"]
    assert found.rows["area_m2"].iloc[:3].tolist() == pytest.approx([170.0, 160.0, 150.0], abs=0.01)


def test_fields_that_may_be_corrected_are_those_of_the_file(study):  # noqa: F811
    assert data_desk.fields(study, layer(study, "parcels")[1]) == {"BSM": "parcel_id", "DLBM": ""}


def test_what_a_domain_says_of_a_code_is_no_field_to_correct(tmp_path):
    folder = base.study(tmp_path / "s")
    base.farm().assign(QSXZ="10", QSXZ_值="国有").to_file(tmp_path / "f.gpkg")
    catalog.add(folder, tmp_path / "f.gpkg", {"role": "constraint", "id": "farm"})
    assert data_desk.fields(folder, layer(folder, "farm")[1]) == {"MC": "", "QSXZ": ""}
