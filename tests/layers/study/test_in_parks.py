"""The park of a parcel by place: more than half of its ground, where the parcels do not state it themselves."""

import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.basis.layer import Layer
from geo.basis.progress import silent
from layers.study.in_parks import parks_of
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.counties import made


def layer(*parks, state="ok"):
    shapes, ids = np.array([p for _, p in parks], object), np.array([i for i, _ in parks], object)
    return Layer("parks", shapes, ids, np.zeros(len(parks), bool), state=state)


SQUARES = np.array([shapely.box(x, 0, x + 10, 10) for x in (0, 20, 40, 60)], object)
WEST, EAST = ("W", shapely.box(-5, -5, 24.9, 15)), ("E", shapely.box(34, -5, 45.1, 15))


@pytest.mark.parametrize(
    ("layers", "ids", "said"),
    [
        ([layer(WEST, EAST)], ["W", "", "E", ""], (2, 1)),  # 100 %, 49 %, 51 %, 0 %
        ([layer(WEST), layer(EAST)], ["W", "", "E", ""], (2, 1)),
        ([layer(("W", shapely.box(-5, 0, 3, 10)), ("W", shapely.box(3, 0, 6, 10)))], ["W", "", "", ""], (1, 0)),
        ([layer(WEST, state="failed")], ["", "", "", ""], None),
        ([], ["", "", "", ""], None),
    ],
)
def test_more_than_half_of_its_ground(layers, ids, said):
    found, told = parks_of(SQUARES, layers)
    assert found.tolist() == ids
    assert [(f.reason.values["count"], f.reason.values["cut"]) for f in told] == ([said] if said else [])


def test_sites_stand_in_the_park_their_parcels_lie_in(month_end, tmp_path):
    own = tmp_path / "study"
    shutil.copytree(month_end, own, symlinks=True)
    runs.update(own, "place", silent)
    results = open_results(own)
    assert set(results.table("parcels")["park_id"]) == {"P1"}
    assert set(results.table("sites")["park_id"]) == {"P1"}
    problems = results.table("problems")
    assert "parcels_in_parks" in set(problems["code"])


@pytest.mark.long
def test_the_county_stands_in_the_same_parks_by_place():
    results = open_results(made("run"))
    parcels = gpd.GeoDataFrame(results.table("parcels"))
    [spec] = results.study.with_role("park")
    parks = gpd.read_file(results.folder / spec.source, layer=spec.layer or None).to_crs(parcels.crs)
    ids = parks[spec.fields["park_id"]].astype(str)
    found, _ = parks_of(parcels.geometry.to_numpy(), [layer(*zip(ids, parks.geometry, strict=True))])
    stated = parcels["park_id"].fillna("").astype(str).to_numpy(object)
    assert (found == stated).mean() > 0.99
