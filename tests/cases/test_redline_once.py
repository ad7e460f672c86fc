"""Cases 06, 10, 12: ground that several plots, lines or hatches cover is counted once, everywhere."""

import geopandas as gpd
import pytest
import shapely

from geo.basis.progress import silent
from layers.ask.redline import RedlineAnswer
from layers.outputs import redline_files
from layers.sources.redline import read as redline
from layers.study import checks
from layers.study.checks import RedlineQuestion
from tests import district

X0, Y0 = district.X0, district.Y0
A, B, C = (shapely.box(X0 + west, Y0 + 25, X0 + west + 50, Y0 + 75) for west in (25, 50, 25))
"""B covers half of A, C is A once more: 3,750 m² of ground, not 7,500."""


def boundary_txt(path):
    lines = ["[属性描述]", "坐标系=2000国家大地坐标系", "[地块坐标]"]
    for name, shape in (("A", A), ("B", B), ("C", C)):
        lines.append(f"4,0.25,{name},, 面, , , ,@")
        lines += [f"J{k},1,{y:.3f},{x:.3f}" for k, (x, y) in enumerate(shape.exterior.coords[:-1], 1)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def pasted(path):
    rows = [f"{name},{k},{y:.3f},{x:.3f}" for name, shape in (("A", A), ("B", B), ("C", C))
            for k, (x, y) in enumerate(shape.exterior.coords[:-1], 1)]  # fmt: skip
    path.write_text("\n".join(["地块,点号,X,Y", *rows]), encoding="utf-8")
    return path


def geopackage(path):
    gpd.GeoDataFrame({"DKBH": ["A", "B", "C"]}, geometry=[A, B, C], crs=district.CRS).to_file(path)
    return path


@pytest.mark.parametrize("make", [boundary_txt, pasted, geopackage])
def test_plots_that_overlap_are_counted_once(own_district, tmp_path, make):
    path = tmp_path / ("a.gpkg" if make is geopackage else "a.txt")
    check = checks.check(own_district, make(path), RedlineQuestion(name="甲"), silent)
    answer = RedlineAnswer(check)
    assert answer.gross_m2 == pytest.approx(3750, abs=0.01)
    once = RedlineAnswer(checks.check(own_district, geopackage_of_union(tmp_path), RedlineQuestion(name="乙"), silent))
    plain, right = redline_files.as_plain(answer), redline_files.as_plain(once)
    for key in ("gross_m2", "net_m2", "constraints", "quota", "ledger"):
        assert plain[key] == approx(right[key]), key
    told = [f for f in check.head["findings"] if "overlap" in str(f["reason"])]
    assert len(told) == 3  # A and B, A and C, B and C
    assert list(answer.plots["parcel_id"]) == ["A", "B"]  # nothing is left of C


def geopackage_of_union(tmp_path):
    shape = shapely.union_all([A, B])
    gpd.GeoDataFrame({"DKBH": ["U"]}, geometry=[shape], crs=district.CRS).to_file(tmp_path / "u.gpkg")
    return tmp_path / "u.gpkg"


def approx(value):
    if isinstance(value, dict):
        return {k: approx(v) for k, v in value.items()}
    if isinstance(value, list):
        return [approx(v) for v in value]
    return pytest.approx(value, abs=0.02) if isinstance(value, float) else value


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp"])
def test_a_multipart_feature_is_one_plot(tmp_path, kind):
    """A hole within one feature is a hole; parts of one feature are one plot."""
    holed = A.difference(shapely.box(X0 + 35, Y0 + 35, X0 + 45, Y0 + 45))
    shape = shapely.MultiPolygon([holed, shapely.box(X0 + 90, Y0 + 25, X0 + 95, Y0 + 30)])
    path = tmp_path / f"a.{kind}"
    frame = gpd.GeoDataFrame({"DKBH": ["M"]}, geometry=[shape], crs=district.CRS)
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(path)
    (plot,) = redline.read(path, district.CRS).plots
    assert (plot.plot_id, plot.points) == ("M", 12)
    assert plot.shape.area == pytest.approx(2500 - 100 + 25, abs=0.1)


@pytest.mark.parametrize("kind", ["gpkg", "shp", "geojson"])
def test_what_a_row_says_of_its_plot_is_kept_and_held_against_it(tmp_path, kind):
    """Fields of submission layers (报批) are those of the boundary TXT, so they are written back into one."""
    said = {
        "DKBH": ["D7"],
        "DKMC": ["东区"],
        "DKMJ": ["0.2500"],
        "DKYT": ["工业用地"],
        "DLBM": ["0601"],
        "备注": ["一"],
    }
    frame = gpd.GeoDataFrame(said, geometry=[A], crs=district.CRS)
    path = tmp_path / f"a.{kind}"
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(path)
    line = redline.read(path, district.CRS)
    (plot,) = line.plots
    assert (plot.stated_ha, plot.name) == (0.25, "东区")
    assert dict(plot.attributes) == {"地块用途": "工业用地", "地类编码": "0601", "备注": "一"}
    assert not [f for f in line.findings if f.severity == "warn"]
    frame["DKMJ"] = ["0.3000"]
    (frame.to_crs(4326) if kind == "geojson" else frame).to_file(path)
    assert "redline_area_differs" in {f.code for f in redline.read(path, district.CRS).findings}
