"""Every case of the shared folder by its name: the ground that is right, or a refusal that names what is wrong."""

from pathlib import Path

import pytest
import shapely

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.redline.read import read
from layers.study import inspection

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "cases"
STUDY, BOUNDS = "EPSG:4549", (490_000.0, 3_170_000.0, 510_000.0, 3_190_000.0)
GROUND = {
    "01-txt-lonlat-no-attributes/a.txt": 10_000.0,
    "02-txt-provincial-eleven-fields/a.txt": 10_000.0,
    "03-txt-sparse-header/a.txt": 10_000.0,
    "06-txt-overlapping-plots/a.txt": 15_000.0,
    "07-txt-ring-restart-multipart/a.txt": 16_289.0625,
    "08-xlsx-boundary-table/a_flat.xlsx": 10_000.0,
    "08-xlsx-boundary-table/b_interleaved.xlsx": 10_000.0,
    "08-xlsx-boundary-table/c_two_row_header.xlsx": 10_000.0,
    "09-dxf-closed-without-flag/a_first_point_repeated.dxf": 10_000.0,
    "09-dxf-closed-without-flag/b_gap_1mm.dxf": 10_000.0,
    "09-dxf-closed-without-flag/d_four_lines.dxf": 10_000.0,
    "11-dxf-arcs/a_bulge_last_segment.dxf": 17_853.98,
    "11-dxf-arcs/b_circle.dxf": 31_415.93,
    "12-dxf-block-and-hatch/a_block.dxf": 10_000.0,
}
REFUSED = {
    "02-txt-provincial-eleven-fields/b_line.txt": "redline_not_an_area",
    "04-txt-east-first-broken-closing/a.txt": "redline_closing_far",
    "05-txt-kind-line/a.txt": "redline_not_an_area",
    "09-dxf-closed-without-flag/c_gap_5m.dxf": "dxf_gap_open",
    "10-dxf-frame-and-redline/a.dxf": "dxf_several_layers",
}
ASKED = {
    "04-txt-east-first-broken-closing/b_no_closing.txt": "redline_axes_swapped",
    "11-dxf-arcs/c_millimetres.dxf": "dxf_unit_scaled",
}
"""Read as 10,000 m², and what was done to it is told or put up for confirmation."""


OTHERWISE = {"15": 20_000.0, "17": 27_500.0}
"""Layouts that hold more than the square, by number: two heads, several parts."""
LAYERS = [
    ("15-prj-variants/a.shp", 1, 10_000.0, {}),
    ("15-prj-variants/b.shp", 1, 10_000.0, {}),
    ("15-prj-variants/c.shp", 1, 10_000.0, {"crs_custom": "fixed"}),
    ("15-prj-variants/f.shp", 1, 10_000.0, {"crs_custom": "fixed"}),
    ("15-prj-variants/h.shp", 1, 10_000.0, {"crs_lost": "block"}),
    ("15-prj-variants/d.shp", 1, 0.0, {"axes_swapped": "block", "datum_treated_equal": "fixed"}),
    ("15-prj-variants/e.shp", 1, 0.0, {"datum_treated_equal": "fixed"}),
    ("15-prj-variants/g.shp", 1, 0.0, {}),
    ("16-dbf-null-numbers/DLTB.shp", 5, 50_000.0, {}),
    ("17-shp-m-z-null/a_m.shp", 2, 20_000.0, {}),
    ("17-shp-m-z-null/b_z.shp", 2, 20_000.0, {"geometry_flattened": "fixed"}),
    ("17-shp-m-z-null/c_null.shp", 2, 20_000.0, {"geometry_missing": "rejected", "rows_rejected": "warn"}),
    ("18-gpkg-curves/a.gpkg", 2, 17_853.98, {"geometry_linearised": "fixed"}),
    ("19-geojson-crs-member/a.geojson", 1, 10_000.0, {"geojson_crs_member": "fixed"}),
    ("19-geojson-crs-member/b.geojson", 1, 0.0, {"axes_swapped": "block", "geojson_crs_member": "fixed"}),
    ("19-geojson-crs-member/c.geojson", 1, 10_000.0, {"crs_degrees_expected": "block", "datum_treated_equal": "fixed"}),
    ("19-geojson-crs-member/d.geojson", 1, 10_000.0, {"geojson_crs_member": "fixed"}),
    ("25-assembly-hairline-gap-corner/parcels.gpkg", 4, 40_000.0, {"shapes_overlap": "warn"}),
    ("26-shp-alone-uppercase/A.SHP", 1, 10_000.0, {}),
    ("26-shp-alone-uppercase/b.shp", 1, 10_000.0,
     {"crs_missing": "block", "dbf_missing": "warn", "shx_missing": "fixed"}),
]  # fmt: skip
LAYOUTS = sorted(p.name for p in (CASES / "29-txt-layouts").glob("*.txt"))


def case(name):
    path = CASES / name
    if not path.exists():
        pytest.skip(f"shared data is not here: cases/{name}")
    return path


def outline(tmp_path, name, **options):
    return read(case(name), STUDY, bounds=BOUNDS, cache=tmp_path / ".cache", **options)


def ground(line):
    return shapely.union_all([p.shape for p in line.plots]).area


@pytest.mark.parametrize("name", GROUND)
def test_a_red_line_covers_the_ground_it_should(tmp_path, name):
    assert ground(outline(tmp_path, name)) == pytest.approx(GROUND[name], rel=1e-4)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_told_is_refused_by_name(tmp_path, name):
    with pytest.raises(BlockedError) as told:
        outline(tmp_path, name)
    assert REFUSED[name] in {r.code for r in told.value.reasons}


@pytest.mark.parametrize("name", ASKED)
def test_what_was_done_to_it_is_told(tmp_path, name):
    line = outline(tmp_path, name)
    assert ground(line) == pytest.approx(10_000.0)
    assert ASKED[name] in {f.code for f in line.findings} | {c.code for c in line.confirmations}


def test_10_the_named_cad_layer_is_the_red_line(tmp_path):
    assert ground(outline(tmp_path, "10-dxf-frame-and-redline/a.dxf", layer="用地红线")) == pytest.approx(10_000.0)


@pytest.mark.parametrize("name", LAYOUTS)
def test_29_every_layout_is_the_square(tmp_path, name):
    line = outline(tmp_path, f"29-txt-layouts/{name}")
    assert ground(line) == pytest.approx(OTHERWISE.get(name[:2], 10_000.0), rel=1e-4)


@pytest.mark.parametrize(("name", "rows", "area", "codes"), LAYERS)
def test_a_layer_has_its_rows_its_ground_and_its_findings(tmp_path, name, rows, area, codes):
    cache = tmp_path / ".cache"
    told = inspection.report(case(name), study_crs=STUDY, cache=cache)
    found = {f.code: f.severity for f in told if f.severity != "note"}  # notes speak of columns
    opened = gate.open_vector(case(name), cache)
    assert len(opened.frame) == rows
    assert shapely.area(opened.shapes).sum() == pytest.approx(area, abs=1.0)
    assert found == codes


def test_13_simple_data_and_folders_are_offered_by_name(tmp_path):
    opened = gate.open_vector(case("13-kml-folders-extended-data/a_schema.kml"), tmp_path / ".cache")
    assert {"BSM", "DLBM"} <= set(opened.frame.columns)
    with pytest.raises(BlockedError) as told:
        gate.open_vector(case("13-kml-folders-extended-data/b_folders.kml"), tmp_path / ".cache")
    assert [r.code for r in told.value.reasons] == ["several_layers"]


def test_21_lost_digits_are_told(tmp_path):
    found = gate.open_table(case("21-csv-lost-digits/supply.csv"), tmp_path / ".cache").findings
    assert "digits_lost" in {f.code for f in found}
