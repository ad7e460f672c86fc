"""CRS, axes and units are settled before shapes are judged: a wrong declaration is told as such, never as "no area"."""

import json

import geopandas as gpd
import pytest
import shapely

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.study import catalog
from tests.cases import base
from tests.cases.base import add, hostile, statuses
from tests.layers.sources import make


@pytest.fixture
def folder(tmp_path):
    return base.study(tmp_path / "study")


def blocks(folder, file, **given):
    """Return the proposals of what blocks; shapes are not blamed."""
    with pytest.raises(BlockedError) as caught:
        add(folder, file, **given)
    codes = {r.code for r in caught.value.reasons}
    assert not codes & {"geometry_no_area", "parcels_empty", "layer_nothing_left"}
    return {r.code: r.values.get("proposal", "") for r in caught.value.reasons}


def mends(folder, file, proposal):
    add(folder, file, accept=(proposal,))
    status = statuses(folder)
    assert (status["p00"], status["p01"], status["p15"]) == ("excluded", "excluded", "eligible")


def degrees(swap):
    frame = base.farm().to_crs(4490)
    return (
        frame.set_geometry(frame.geometry.map(lambda g: shapely.transform(g, lambda p: p[:, ::-1]))) if swap else frame
    )


def write(tmp_path, frame, kind, crs):
    frame = frame.set_crs(crs, allow_override=True)
    if kind == "csv":
        rows = [f'{k};"{g.wkt}"' for k, g in enumerate(frame.geometry)]
        (tmp_path / "data.csv").write_text("\n".join(["id;wkt", *rows]), encoding="utf-8")
        return tmp_path / "data.csv"
    file = tmp_path / f"data.{kind}"
    if kind == "geojson":
        body = json.loads(frame.to_json(drop_id=True))
        body["crs"] = {"type": "name", "properties": {"name": crs.replace("EPSG:", "urn:ogc:def:crs:EPSG::")}}
        file.write_text(json.dumps(body), encoding="utf-8")
    elif kind == "parquet":
        frame.to_parquet(file)
    else:
        frame.to_file(file)
    return file


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "parquet"])
def test_latitude_first_east_of_90(folder, tmp_path, kind):
    file = write(tmp_path, degrees(swap=True), kind, "EPSG:4490")
    assert blocks(folder, file) == {"axes_swapped": "swap-axes"}
    mends(folder, file, "swap-axes")


def test_latitude_first_in_a_table(folder, tmp_path):
    file = write(tmp_path, degrees(swap=True), "csv", "EPSG:4490")
    assert blocks(folder, file, crs="EPSG:4490") == {"axes_swapped": "swap-axes"}


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "parquet"])
def test_degrees_declared_as_metres(folder, tmp_path, kind):
    file = write(tmp_path, degrees(swap=False), kind, "EPSG:4549")
    assert blocks(folder, file) == {"crs_metres_expected": "crs:EPSG:4490"}
    mends(folder, file, "crs:EPSG:4490")


@pytest.mark.parametrize("kind", ["geojson", "gpkg", "shp", "parquet"])
def test_metres_declared_as_degrees(folder, tmp_path, kind):
    file = write(tmp_path, base.farm(), kind, "EPSG:4490")
    assert blocks(folder, file) == {"crs_degrees_expected": "crs:EPSG:4549"}
    mends(folder, file, "crs:EPSG:4549")


def test_swapped_metres(folder, tmp_path):
    frame = base.farm()
    frame = frame.set_geometry(frame.geometry.map(lambda g: shapely.transform(g, lambda p: p[:, ::-1])))
    file = write(tmp_path, frame, "gpkg", "EPSG:4549")
    assert blocks(folder, file) == {"axes_swapped": "swap-axes"}
    mends(folder, file, "swap-axes")


@pytest.mark.grid
@pytest.mark.parametrize("role", ["parcels", "boundary"])
@pytest.mark.parametrize("wrong", ["swap", "metres", "degrees"])
def test_parcels_and_boundary_are_told_the_same(tmp_path, role, wrong):
    folder = tmp_path / "study"
    catalog.new(folder, crs=base.CRS)
    frame = base.parcels().to_crs(4490)
    crs = {"swap": "EPSG:4490", "metres": "EPSG:4549", "degrees": "EPSG:4490"}[wrong]
    if wrong == "swap":
        frame = frame.set_geometry(frame.geometry.map(lambda g: shapely.transform(g, lambda p: p[:, ::-1])))
    elif wrong == "degrees":
        frame = base.parcels()
    file = write(tmp_path, frame, "gpkg", crs)
    given = {"role": role, "id": role} | ({"fields": {"parcel_id": "BSM"}} if role == "parcels" else {})
    expected = {"swap": "axes_swapped", "metres": "crs_metres_expected", "degrees": "crs_degrees_expected"}[wrong]
    assert base.codes(catalog.checked(folder, file, given)).get(expected) == "block"


def test_far_from_china_the_pole_tells(tmp_path):
    """Latitude first, longitude beyond 90: no place on Earth, whatever country."""
    shapes = [shapely.box(-33.9, 151.1, -33.8, 151.2)]
    file = write(tmp_path, gpd.GeoDataFrame(geometry=shapes), "gpkg", "EPSG:4326")
    assert base.codes(catalog.check(file, silent))["axes_swapped"] == "block"


def test_west_of_90_the_study_tells(tmp_path):
    """At 80° E both orders are places on Earth; only one of them is in the study."""
    folder = tmp_path / "study"
    catalog.new(folder, crs="EPSG:4536")
    home = gpd.GeoDataFrame({"BSM": ["a"]}, geometry=[shapely.box(80.9, 41.0, 81.1, 41.2)], crs=4490)
    given = {"role": "parcels", "id": "parcels", "fields": {"parcel_id": "BSM"}}
    catalog.add(folder, write(tmp_path, home, "gpkg", "EPSG:4490"), given)
    shape = gpd.GeoDataFrame(geometry=[shapely.box(41.05, 81.0, 41.1, 81.05)])
    found = catalog.checked(folder, write(tmp_path, shape, "shp", "EPSG:4490"), {"role": "constraint"})
    assert "swap-axes" in {f.proposal for f in found}


@pytest.mark.parametrize(
    ("name", "code", "proposal"),
    [
        ("swapped_polygon.geojson", "axes_swapped", "swap-axes"),
        ("degrees_labelled_metres_shp/data.shp", "crs_metres_expected", "crs:EPSG:4490"),
    ],
)
def test_hostile(folder, name, code, proposal):
    file = hostile(name)
    assert blocks(folder, file) == {code: proposal}
    assert base.codes(catalog.check(file, silent)) == {code: "block"}


def test_a_polygon_too_thin_to_have_an_area_is_still_left_out(folder, tmp_path):
    frame = base.farm()
    frame.loc[1, "geometry"] = shapely.Polygon(
        [(base.X0, base.Y0), (base.X0 + 1e-4, base.Y0), (base.X0, base.Y0 + 1e-4)]
    )
    found = add(folder, write(tmp_path, frame, "gpkg", base.CRS))
    assert found["geometry_no_area"] == "rejected"
    assert found["rows_rejected"] == "warn"


def test_the_real_wfs_case(tmp_path):
    path = make.real("cases/19-geojson-crs-member/b.geojson")
    assert base.codes(catalog.check(path, silent)) == {"axes_swapped": "block", "geojson_crs_member": "fixed"}
