"""A table without rows says so, whatever its format and role, and proves nothing until that is accepted by name."""

import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.sources import gate
from layers.study import catalog
from layers.study.registers import supply
from tests.cases import base

COLUMNS = ["BH", "DK", "HT"]
KINDS = ["csv", "gbk.csv", "xlsx", "json", "dbf"]


def empty(folder, kind):
    path = folder / f"t.{kind}"
    frame = pd.DataFrame({name: pd.Series(dtype=str) for name in COLUMNS})
    if kind == "json":
        path.write_text("[]", encoding="utf-8")
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "dbf":
        shapes = gpd.GeoDataFrame({name: ["a"] for name in COLUMNS}, geometry=[shapely.Point(0, 0)], crs=base.CRS)
        shapes.iloc[:0].to_file(folder / "s.shp", geometry_type="Point")
        shutil.copy(folder / "s.dbf", path)
    else:
        frame.to_csv(path, index=False, encoding="gbk")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base.study(tmp_path_factory.mktemp("empty") / "study")


@pytest.mark.parametrize("kind", KINDS)
def test_the_gate_says_it(tmp_path, kind):
    opened = gate.open_table(empty(tmp_path, kind), tmp_path / ".cache")
    assert (len(opened.rows), base.codes(opened.findings)) == (0, {"table_empty": "warn"})


@pytest.mark.grid
@pytest.mark.parametrize("role", ["supply", "project", "budget", "earmark", "link", "zone", "enterprise", "signal"])
@pytest.mark.parametrize("kind", ["csv", "xlsx", "dbf"])
def test_every_role_of_tables_says_it_and_takes_a_consent(folder, tmp_path, kind, role):
    file = empty(tmp_path, kind)
    told = base.codes(catalog.checked(folder, file, {"role": role, "id": "t"}))
    assert told.get("table_empty") == "warn"
    told = base.codes(catalog.checked(folder, file, {"role": role, "id": "t", "accept": ["empty-layer"]}))
    assert (told.get("table_empty"), told.get("coverage_accepted")) == (None, "fixed")


@pytest.mark.parametrize(("accept", "complete"), [([], False), (["empty-layer"], True)])
def test_a_register_without_records_proves_that_there_are_none_only_when_accepted(tmp_path, accept, complete):
    folder = base.study(tmp_path / "study", with_parcels=False, boundary=False)
    given = {"role": "supply", "id": "t", "coverage": "complete", "accept": accept,
             "fields": {"id": "BH", "parcel_id": "DK"}}  # fmt: skip
    catalog.add(folder, empty(tmp_path, "csv"), given)
    from layers.study import spec as specs

    study = specs.read(folder)
    (layer,) = study.with_role("supply")
    found = []
    register = supply._register(layer, study, folder, None, found, [])
    assert register.complete is complete
    assert [f.code for _, f in found] == (["coverage_accepted"] if accept else ["table_empty"])


def test_a_table_with_a_row_is_not_called_empty(tmp_path):
    (tmp_path / "a.csv").write_text("BH,DK\n1,2\n", encoding="utf-8")
    assert base.codes(gate.open_table(tmp_path / "a.csv", tmp_path / ".cache").findings) == {}
