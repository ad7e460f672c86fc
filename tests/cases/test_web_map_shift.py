"""Case 9: data drawn on a web map (GCJ-02, BD-09) are told by the parcels they lie beside, and are never moved."""

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from geo.basis import webmaps
from layers.study import catalog, load, spec
from layers.text import LANGUAGES, sentence
from tests.cases import base
from tests.geo.measure.test_drift import fabric

PLACE = np.array([[116.404, 39.915]])


def test_the_functions_are_the_published_ones():
    assert webmaps.gcj02(PLACE)[0] == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    twice = webmaps.bd09(webmaps.found_again("GCJ-02", PLACE))[0]
    assert twice == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-7)


@pytest.mark.parametrize("name", webmaps.MAPS)
def test_a_place_is_found_again(name):
    places = np.array([[lon, lat] for lon in (75.0, 104.9, 121.3) for lat in (18.5, 35.1, 53.0)])
    assert webmaps.found_again(name, webmaps.MAPS[name](places)) == pytest.approx(places, abs=1e-9)


def shown(shapes, name):
    """Return shapes in the system of the tests as a web map shows them."""
    there = pyproj.Transformer.from_crs(base.CRS, "EPSG:4490", always_xy=True)

    def drawn(xy):
        places = webmaps.MAPS[name](np.column_stack(there.transform(xy[:, 0], xy[:, 1])))
        return np.column_stack(there.transform(places[:, 0], places[:, 1], direction="INVERSE"))

    return shapely.transform(shapes, drawn)


def added(place, parcels, layer, crs=base.CRS):
    folder = place / "study"
    catalog.new(folder, crs=base.CRS)
    frame = gpd.GeoDataFrame({"BSM": [str(k) for k in range(len(parcels))]}, geometry=parcels, crs=base.CRS)
    frame.to_file(place / "parcels.gpkg")
    catalog.add(folder, place / "parcels.gpkg", {"role": "parcels", "id": "p", "fields": {"parcel_id": "BSM"}})
    gpd.GeoDataFrame(geometry=layer, crs=base.CRS).to_crs(crs).to_file(place / "layer.gpkg")
    return folder, catalog.add(folder, place / "layer.gpkg", {"role": "constraint", "id": "farm"})


LAND = shapely.transform(fabric(1), lambda xy: xy + np.array([base.X0, base.Y0]))


@pytest.mark.parametrize(("name", "crs"), [("GCJ-02", base.CRS), ("BD-09", base.CRS), ("GCJ-02", "EPSG:4326")])
def test_a_layer_of_a_web_map_is_told_and_stays_where_it_is(tmp_path, name, crs):
    layer = shown(LAND[::4], name)
    folder, found = added(tmp_path, LAND, layer, crs)
    (one,) = (f for f in found if f.code in ("layer_of_web_map", "parcels_of_web_map", "layer_drifted"))
    assert (one.code, one.severity, one.proposal) == ("layer_of_web_map", "warn", "")
    assert one.reason.values["map"] == name
    far = np.median(shapely.distance(shapely.centroid(layer), shapely.centroid(LAND[::4])))
    assert one.reason.values["distance_m"] == pytest.approx(far, abs=0.5)
    assert far > 300
    assert all(name in sentence(one.reason, language) for language in LANGUAGES)
    item = load.open_layer(spec.read(folder).layer("farm"), spec.read(folder), folder)
    assert max(shapely.distance(shapely.centroid(item.shapes), shapely.centroid(layer))) < 0.01


def test_parcels_of_a_web_map_are_told_by_a_layer_that_is_right(tmp_path):
    _, found = added(tmp_path, shown(LAND, "GCJ-02"), LAND[::4])
    assert [f.code for f in found if "web_map" in f.code] == ["parcels_of_web_map"]


def test_a_layer_in_its_place_and_one_that_follows_nothing_say_nothing(tmp_path):
    other = shapely.transform(fabric(2, 60), lambda xy: xy + np.array([base.X0, base.Y0]))
    for number, layer in enumerate((LAND[::4], other, LAND[:7])):
        (tmp_path / str(number)).mkdir()
        _, found = added(tmp_path / str(number), LAND, layer)
        assert not [f for f in found if "web_map" in f.code]
