"""What a red line leaves, in formats of maps: the shapes of the check, opened by another reader."""

import geopandas as gpd
import pytest

from geo.basis.errors import CallError
from layers.outputs import redline_files
from layers.study import checks


def test_what_is_left_of_a_red_line_leaves_as_a_map(joint_folder, tmp_path):
    answer = redline_files.answer_of(checks.open_check(joint_folder, "甲"))
    for kind in ("gpkg", "geojson", "kml", "dxf", "shp.zip", "gdb.zip", "parquet", "html", "csv"):
        redline_files.write(answer, tmp_path / f"a.{kind}", "zh")
        assert (tmp_path / f"a.{kind}").stat().st_size > 0
    found = gpd.read_file(tmp_path / "a.gpkg", layer="redline")
    assert len(found) == len(answer.land)
    assert found["net_m2"].sum() == pytest.approx(answer.land["net_m2"].sum())
    for ours, theirs in zip(answer.land.geometry, found.geometry, strict=True):
        assert ours.symmetric_difference(theirs).area < 1e-6
    with pytest.raises(CallError):
        redline_files.write(answer, tmp_path / "a.nothing", "zh")
