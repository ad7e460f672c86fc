"""A file that is a layer already is named when it is added again: registers would count it twice."""

import pandas as pd
import pytest

from layers.study import catalog
from layers.text import sentence
from tests.cases import base

FARM = {"role": "constraint", "coverage": "complete"}
PROJECTS = {"role": "project"}


def shapes(kind):
    def write(path):
        frame = base.farm()
        frame.to_parquet(path) if kind == "parquet" else frame.to_file(path, encoding="utf-8")
        return path

    return write


def rows(path):
    frame = pd.DataFrame({"项目编号": ["X1"], "项目名称": ["甲"], "行业代码": ["C34"], "申请用地（亩）": [15]})
    frame.to_excel(path, index=False) if path.suffix == ".xlsx" else frame.to_csv(path, index=False)
    return path


FILES = {
    "a.gpkg": (shapes("gpkg"), FARM), "a.shp": (shapes("shp"), FARM), "a.parquet": (shapes("parquet"), FARM),
    "a.xlsx": (rows, PROJECTS), "a.csv": (rows, PROJECTS),
}  # fmt: skip


def told(found):
    return [f for f in found if f.code == "file_added_before"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base.study(tmp_path_factory.mktemp("twice") / "study", with_parcels=False)


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_again_is_named(folder, tmp_path, name):
    write, given = FILES[name]
    file, first = write(tmp_path / name), f"first_{name.partition('.')[2]}"
    assert told(catalog.add(folder, file, given | {"id": first})) == []
    again = file.rename(tmp_path / f"b.{name.partition('.')[2]}") if name != "a.shp" else file
    (one,) = told(catalog.checked(folder, again, given | {"id": "second"}))
    assert one.severity == "warn"
    assert all(first in sentence(one.reason, language) for language in ("zh", "en"))


def test_a_file_of_two_kinds_of_rows_and_another_file_are_not(tmp_path):
    """One delivery, read in two roles or by two filters, is used as it is meant."""
    folder = base.study(tmp_path / "study", with_parcels=False)
    file = shapes("gpkg")(tmp_path / "a.gpkg")
    catalog.add(folder, file, FARM | {"id": "one", "where": "MC = '甲'"})
    assert told(catalog.checked(folder, file, FARM | {"id": "two", "where": "MC = '乙'"})) == []
    assert told(catalog.checked(folder, file, {"role": "plan", "id": "two"})) == []
    base.farm(dx=1.0).to_file(tmp_path / "c.gpkg")
    assert told(catalog.checked(folder, tmp_path / "c.gpkg", FARM | {"id": "two"})) == []
