"""A study that loads the national pack alone: the zones of the boundary are judged, and what nothing reads is told."""

from datetime import date

import geopandas as gpd
import pytest

from geo.basis.progress import silent
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.words import law
from tests.cases.base import CRS, box, parcels


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    base = tmp_path_factory.mktemp("national")
    folder = base / "study"
    catalog.new(folder, crs=CRS, name="国", as_of=date(2026, 11, 23), rules=("cn-national",))
    parcels().to_file(base / "parcels.gpkg")
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}, "vintage": "2024-12-31"}
    catalog.add(folder, base / "parcels.gpkg", given)
    shapes = [box(0, 0, 100, 400), box(100, 0, 200, 400), box(200, 0, 400, 400)]
    zones = gpd.GeoDataFrame({"GHFQMC": ["特别用途区", "弹性发展区", "集中建设区"]}, geometry=shapes, crs=CRS)
    zones.to_file(base / "zones.shp", encoding="utf-8")
    own = {"role": "constraint", "coverage": "complete"}
    catalog.add(folder, base / "zones.shp", own | {"id": "development_boundary", "vintage": "2024-12-31"})
    park = gpd.GeoDataFrame({"control_zone": ["core"]}, geometry=[box(0, 0, 50, 50)], crs=CRS)
    park.to_file(base / "park.gpkg")
    catalog.add(folder, base / "park.gpkg", own | {"id": "national_park"})
    runs.update(folder, "screen", silent)
    return open_results(folder)


def test_the_zones_of_the_boundary_are_judged(results):
    rows = results.table("verdicts").set_index(["parcel_id", "rule_id"])["outcome"].astype(str)
    assert rows["p00", "development-boundary-special"] == "conflict"
    assert rows["p01", "development-boundary-flexible"] == "conflict"
    assert rows["p03", "development-boundary-special"] == rows["p03", "development-boundary-flexible"] == "clear"
    found = results.table("candidates").set_index("parcel_id")
    assert "development-boundary-special" in found.loc["p00", "conditions"]
    assert found.loc["p00", "status"] != "eligible"


def test_a_layer_no_rule_reads_is_named_with_the_pack_that_would(results):
    told = {n.reason.code: n for n in law.notices(results, "zh", "candidates")}
    note = told["law_layers_unread"]
    assert note.severity == "note"
    assert "national_park" in str(note.reason.values["items"])
    assert "联审图层规则" in str(note.reason.values["items"])
    # the boundary is as old and nothing is said of it: only present use is surveyed every year
    assert str(told["law_layers_old"].reason.values["items"]).count("2024-12-31") == 1
