"""A study where the longitude runs over: its system is accepted, its parcels keep their ground."""

from datetime import date

import geopandas as gpd
import pytest
import shapely
from pyproj import Transformer

from geo.basis.errors import BlockedError, SpecError
from geo.basis.progress import silent
from layers.study import catalog
from layers.study.run import runs
from layers.study.run.results import open_results

FIJI = "EPSG:3460"


@pytest.mark.parametrize("crs", [FIJI, "EPSG:32760", "EPSG:32701"])
def test_a_system_of_true_lengths_is_accepted(tmp_path, crs):
    catalog.new(tmp_path / "study", crs=crs, name="斐济", as_of=date(2026, 11, 23))


def test_one_that_stretches_is_still_refused(tmp_path):
    with pytest.raises((SpecError, BlockedError)) as told:
        catalog.new(tmp_path / "study", crs="EPSG:3832", name="太平洋", as_of=date(2026, 11, 23))
    assert told.value.reasons[0].code == "study_crs_scale"


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_a_parcel_over_the_line_keeps_its_ground(tmp_path, kind):
    folder = tmp_path / "study"
    catalog.new(folder, crs=FIJI, name="斐济", as_of=date(2026, 11, 23))
    x, y = Transformer.from_crs(4326, FIJI, always_xy=True).transform(180.0, -16.8)
    around = gpd.GeoDataFrame({"BH": ["e"]}, geometry=[shapely.box(x - 2000, y - 2000, x + 2000, y + 2000)], crs=FIJI)
    around.to_file(tmp_path / "edge.gpkg")
    catalog.add(folder, tmp_path / "edge.gpkg", {"role": "boundary", "id": "edge"})
    boxes = [shapely.box(x - 100, y, x + 100, y + 100), shapely.box(x + 200, y, x + 300, y + 100)]
    parcels = gpd.GeoDataFrame({"BSM": ["a", "b"]}, geometry=boxes, crs=FIJI)
    (parcels.to_crs(4326) if kind == "geojson" else parcels).to_file(tmp_path / f"a.{kind}")
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}
    found = catalog.add(folder, tmp_path / f"a.{kind}", given)
    assert [f.code for f in found if f.severity != "fixed"] == []
    runs.update(folder, "screen", silent)
    gross = open_results(folder).table("candidates").set_index("parcel_id")["gross_m2"]
    true = shapely.area(parcels.to_crs("+proj=cea +lon_0=178.75 +ellps=WGS72").geometry.to_numpy())
    assert gross[["a", "b"]].tolist() == pytest.approx(true.tolist(), abs=0.3)
