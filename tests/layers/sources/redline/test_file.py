"""Red lines in map files and drawings, through the gate."""

import geopandas as gpd
import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources.redline import read as redline
from tests.layers.sources.redline_samples import BOUNDS, STUDY, asked, found, words

SQUARE = shapely.box(500_000, 3_180_000, 500_100, 3_180_100)


def read(path, **options):
    return redline.read(path, STUDY, bounds=BOUNDS, **options)


def refused(path, **options):
    with pytest.raises(BlockedError) as error:
        read(path, **options)
    return {r.code: r for r in error.value.reasons}


def written(path, shapes, crs, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path)
    return path


def dxf(path, *outlines, closed=True, swap=False):
    """A small drawing of lightweight polylines, as a CAD program writes them."""
    out = ["0", "SECTION", "2", "ENTITIES"]
    for outline in outlines:
        out += ["0", "LWPOLYLINE", "8", "红线", "90", str(len(outline)), "70", "1" if closed else "0"]
        for x, y in outline:
            out += ["10", str(y if swap else x), "20", str(x if swap else y)]
    path.write_text("\n".join([*out, "0", "ENDSEC", "0", "EOF"]) + "\n", encoding="utf-8")
    return path


def corners(shape=SQUARE):
    return list(shape.exterior.coords)[:-1]


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson"])
def test_map_files(name, tmp_path):
    crs = "EPSG:4326" if name.endswith("json") else STUDY
    shapes = gpd.GeoSeries([SQUARE], crs=STUDY).to_crs(crs)
    line = read(written(tmp_path / name, shapes, crs, DKBH=["D7"], DKMC=["东区"]))
    (plot,) = line.plots
    assert (line.source, plot.plot_id, plot.name, plot.points) == ("vector", "D7", "东区", 4)
    assert plot.shape.symmetric_difference(SQUARE).area < 0.1
    if crs == STUDY:
        assert plot.shape.equals(SQUARE)
    else:
        words(asked(line)["redline_wgs84_taken"])


def test_a_neighbouring_zone_is_carried_over(tmp_path):
    shapes = gpd.GeoSeries([SQUARE], crs=STUDY).to_crs("EPSG:4548")
    line = read(written(tmp_path / "a.gpkg", shapes, "EPSG:4548"))
    assert line.crs == "EPSG:4548"
    assert line.plots[0].shape.symmetric_difference(SQUARE).area < 0.01
    assert "redline_far_from_meridian" in found(line)


@pytest.mark.parametrize("swap", [False, True])
def test_a_drawing_has_no_system_and_is_recognised(tmp_path, swap):
    line = read(dxf(tmp_path / "a.dxf", corners(), swap=swap))
    assert line.plots[0].shape.equals(SQUARE)
    assert line.axes == ("xy_north_first" if swap else "east_first")
    assert "redline_zone_from_study" in asked(line)
    assert ("redline_axes_xy_north_first" in asked(line)) == swap


def test_open_lines_of_a_drawing(tmp_path):
    assert "redline_no_areas" in refused(dxf(tmp_path / "a.dxf", corners(), closed=False))
    words(refused(dxf(tmp_path / "a.dxf", corners(), closed=False))["redline_no_areas"])


def test_kml(tmp_path):
    place = gpd.GeoSeries([SQUARE], crs=STUDY).to_crs(4326)[0]
    ring = " ".join(f"{x:.9f},{y:.9f},0" for x, y in place.exterior.coords)
    (tmp_path / "a.kml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
        f"<name>红线</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing>"
        "</outerBoundaryIs></Polygon></Placemark></Document></kml>",
        encoding="utf-8",
    )
    line = read(tmp_path / "a.kml")
    assert line.plots[0].name == "红线"
    assert line.plots[0].shape.symmetric_difference(SQUARE).area < 0.1


def test_old_datums_in_the_file_are_refused(tmp_path):
    path = written(tmp_path / "a.gpkg", [SQUARE], "EPSG:2437")  # Beijing 1954 / 3-degree Gauss-Kruger CM 120E
    words(refused(path)["redline_old_datum"])


def test_a_row_that_cannot_be_used_stops_the_red_line(tmp_path):
    path = written(tmp_path / "a.gpkg", [SQUARE, None], STUDY)
    reasons = refused(path)
    assert reasons["redline_row_unusable"].values["line"] == "2"
    words(reasons["redline_row_unusable"])


def test_points_beside_areas_are_left_aside_and_said(tmp_path):
    path = written(tmp_path / "a.gpkg", [SQUARE, shapely.Point(500_050, 3_180_050)], STUDY)
    assert found(read(path))["redline_others_aside"].row == "2"


def test_a_map_far_away_is_refused(tmp_path):
    path = written(tmp_path / "a.gpkg", [shapely.affinity.translate(SQUARE, 0, 500_000)], STUDY)
    words(refused(path)["redline_declared_away_open"])


def test_a_map_layer_is_not_a_red_line(tmp_path, monkeypatch):
    monkeypatch.setattr(redline.redline_file, "MAX_PLOTS", 1)
    path = written(tmp_path / "a.gpkg", [SQUARE, shapely.affinity.translate(SQUARE, 200)], STUDY)
    assert set(refused(path)) == {"redline_too_many"}
