"""Rows of several kinds of shapes, and rows with arcs: one odd row costs that row and what the layer proves."""

import struct

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from geo.basis.errors import BlockedError
from layers.sources import gate
from layers.sources.redline import read as redline
from layers.text import sentence
from tests.cases import base
from tests.cases.base import X0, Y0

FIELD, FAR_LINE = base.box(0, 0, 100, 100), shapely.LineString([(X0 + 310, Y0 + 310), (X0 + 390, Y0 + 390)])
CENTRE = shapely.Point(X0 + 50, Y0 + 50)
ARCS = [(X0, Y0 + 50), (X0 + 50, Y0 + 100), (X0 + 100, Y0 + 50), (X0 + 50, Y0), (X0, Y0 + 50)]
ROUND = f"CURVEPOLYGON (CIRCULARSTRING ({', '.join(f'{x} {y}' for x, y in ARCS)}))"


def written(path, shapes):
    frame = gpd.GeoDataFrame({"MC": [str(k) for k in range(len(shapes))]}, geometry=shapes, crs=base.CRS)
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    elif path.suffix in (".csv", ".xlsx"):
        flat = pd.DataFrame(frame[["MC"]]).assign(WKT=frame.geometry.to_wkt())
        flat.to_csv(path, index=False) if path.suffix == ".csv" else flat.to_excel(path, index=False)
    else:
        (frame.to_crs(4326) if path.suffix == ".geojson" else frame).to_file(path)
    return path


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "parquet", "csv", "xlsx"])
def test_a_line_beside_the_area_of_a_row_takes_coverage_away(tmp_path, kind):
    """It was dropped as a note, and what lies on it or near it was clear."""
    folder = base.study(tmp_path / "study")
    file = written(tmp_path / f"a.{kind}", [shapely.GeometryCollection([FIELD, FAR_LINE, CENTRE])])
    given = {"crs": base.CRS} if kind in ("csv", "xlsx") else {}
    told = base.add(folder, file, **given)
    assert (told["geometry_parts_lost"], told["geometry_parts_dropped"]) == ("warn", "fixed")
    said = base.statuses(folder)
    assert said.pop("p00") == "excluded"
    assert set(said.values()) == {"unknown"}
    assert base.problems(folder)["geometry_parts_lost"] == "warn"


def test_it_counts_again_once_accepted_by_name(tmp_path):
    folder = base.study(tmp_path / "study")
    file = written(tmp_path / "a.gpkg", [shapely.GeometryCollection([FIELD, FAR_LINE])])
    assert base.add(folder, file, accept=("ignore-unread",))["coverage_accepted"] == "fixed"
    assert base.statuses(folder)["p15"] == "eligible"


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "csv"])
def test_a_label_point_within_its_area_takes_nothing_away(tmp_path, kind):
    collection = shapely.GeometryCollection([FIELD, CENTRE, FIELD.exterior])
    found = gate.open_vector(written(tmp_path / f"a.{kind}", [collection]), tmp_path / ".cache")
    assert [(f.code, f.severity) for f in found.findings] == [("geometry_parts_dropped", "fixed")]


def curve_wkb():
    """A round area as WKB, the way a database writes it."""
    arcs = struct.pack("<BII", 1, 8, len(ARCS)) + b"".join(struct.pack("<dd", *xy) for xy in ARCS)
    return struct.pack("<BII", 1, 10, 1) + arcs


def round_in_parquet(path):
    file = written(path, [FIELD, base.box(100, 0, 200, 100)])
    table = parquet.read_table(file)
    blobs = pa.array([curve_wkb(), table.column("geometry")[1].as_py()], pa.binary())
    changed = table.set_column(table.schema.get_field_index("geometry"), "geometry", blobs)
    parquet.write_table(changed.replace_schema_metadata(table.schema.metadata), file)
    return file


def in_a_table(path, text):
    frame = pd.DataFrame({"MC": ["a", "b"], "WKT": [text, shapely.to_wkt(base.box(100, 0, 200, 100))]})
    frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_excel(path, index=False)
    return path


CURVED = {
    "parquet": lambda p: round_in_parquet(p / "a.parquet"),
    "csv, WKT": lambda p: in_a_table(p / "a.csv", ROUND),
    "xlsx, WKT": lambda p: in_a_table(p / "a.xlsx", ROUND),
    "csv, WKB": lambda p: in_a_table(p / "a.csv", curve_wkb().hex().upper()),
    "csv, within a collection": lambda p: in_a_table(p / "a.csv", f"GEOMETRYCOLLECTION ({ROUND})"),
}


@pytest.mark.parametrize("name", CURVED)
def test_a_row_with_arcs_costs_that_row(tmp_path, name):
    """The whole file was refused, in English words of a library."""
    found = gate.open_vector(CURVED[name](tmp_path), tmp_path / ".cache")
    assert found.frame["MC"].iloc[0] in ("1", "b")
    (told,) = [f for f in found.findings if f.severity == "rejected"]
    assert told.code == "geometry_curve"
    assert "GeoPackage" in sentence(told.reason, "zh")
    assert (len(found.shapes), found.total) == (1, 2)


def test_a_pasted_outline_with_arcs_is_refused_by_its_name():
    with pytest.raises(BlockedError) as told:
        redline.read(ROUND, base.CRS, bounds=(X0 - 500, Y0 - 500, X0 + 500, Y0 + 500))
    (first,) = [r for r in told.value.reasons if r.code == "geometry_curve"]
    assert first.values["type"] == "CURVEPOLYGON"
