"""A study from Python: the example of the manual runs as it stands, and what may not leave does not."""

import contextlib
import io
import re
from pathlib import Path

import geopandas as gpd
import pytest

import luodi
from geo.basis.errors import BlockedError
from geo.basis.progress import silent

ROOT = Path(__file__).resolve().parents[3]


def test_the_example_of_the_manual_runs(own_district, monkeypatch):
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "zh" / "python.md").read_text(encoding="utf-8"), re.S)
    monkeypatch.chdir(own_district.parent)
    own_district.rename(own_district.parent / "demo")
    said = io.StringIO()
    names: dict = {}
    with contextlib.redirect_stdout(said):
        exec(compile(code, "docs/zh/python.md", "exec"), names)  # our own manual, not a file of a user
    assert names["report"].run_id
    assert "candidates" in names["study"].tables
    for parcel_id in names["best"]["parcel_id"]:
        assert parcel_id in said.getvalue()
    assert re.search(r"[\u4e00-\u9fff]", said.getvalue())


def test_tables_and_why(run_district):
    study = luodi.open(run_district)
    assert study.run("screen", silent).built == ()
    land = study.table("land")
    assert isinstance(land, gpd.GeoDataFrame)
    assert land.crs == study.settings.crs
    first = str(study.table("candidates")["parcel_id"].iloc[0])
    assert study.explain(first)["parcel_id"] == first
    assert first in study.explained(first)


def test_what_is_no_study_and_what_is_not_there_is_said(tmp_path, run_district):
    with pytest.raises(BlockedError) as none:
        luodi.open(tmp_path)
    assert none.value.reasons[0].code == "not_a_study"
    with pytest.raises(BlockedError) as missing:
        luodi.open(run_district).explain("nobody")
    assert missing.value.reasons
