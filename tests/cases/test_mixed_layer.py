"""A layer of points and polygons mixed keeps its polygons; points that label them are no rows of their own."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from tests.cases import base
from tests.cases.base import add, box, problems, statuses
from tests.cases.drawings import drawing, polyline, text


@pytest.fixture
def folder(tmp_path):
    return base.study(tmp_path / "study")


def mixed(points, crs=base.CRS):
    labels = gpd.GeoDataFrame({"MC": "注记"}, geometry=points, crs=crs, index=range(len(points)))
    return pd.concat([base.farm(), labels], ignore_index=True)


INSIDE = [box(10 * k, 10, 10 * k + 2, 12).centroid for k in range(1, 10)]
OUTSIDE = [box(10 * k + 500, 10, 10 * k + 502, 12).centroid for k in range(1, 10)]


@pytest.mark.parametrize("kind", ["gpkg", "geojson"])
def test_more_labels_than_polygons(folder, tmp_path, kind):
    frame = mixed(INSIDE)
    file = tmp_path / f"a.{kind}"
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(file)
    assert add(folder, file)["label_points_aside"] == "fixed"
    found = statuses(folder)
    assert (found["p00"], found["p01"], found["p15"]) == ("excluded", "excluded", "eligible")


def test_points_elsewhere_are_listed_and_take_coverage_away(folder, tmp_path):
    mixed(OUTSIDE).to_file(tmp_path / "a.gpkg")
    add(folder, tmp_path / "a.gpkg")
    found = statuses(folder)
    assert (found["p00"], found["p01"], found["p15"]) == ("excluded", "excluded", "unknown")
    assert problems(folder)["not_a_polygon"] == "rejected"


def test_a_drawing_with_notes_on_its_outlines(folder, tmp_path):
    shapes = base.farm().geometry
    notes = [text(p.x, p.y, "基本农田", "农田") for p in INSIDE]
    path = drawing(tmp_path / "a.dxf", *[polyline(g.exterior.coords[:-1], "农田") for g in shapes], *notes)
    assert add(folder, path, crs=base.CRS)["label_points_aside"] == "fixed"
    assert statuses(folder)["p15"] == "eligible"


def test_a_layer_of_points_alone_stays_one(folder, tmp_path):
    gpd.GeoDataFrame(geometry=[*INSIDE, shapely.Point(0, 0)], crs=base.CRS).to_file(tmp_path / "a.gpkg")
    assert "label_points_aside" not in add(folder, tmp_path / "a.gpkg", coverage="unknown")
