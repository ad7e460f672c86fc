"""A row that adds up the others is no row: left out by name in every format, and held against the sum."""

import shutil

import geopandas as gpd
import pandas as pd
import pytest

from layers.sources import gate
from tests.cases import base

ROWS = pd.DataFrame({"BSM": ["a", "b", "c"], "MC": ["甲", "乙", "丙"], "MJ": [1.5, 2.0, 3.0]})
WORDS = (
    "合计",
    "合 计",
    "总计：",
    "全县合计",
    "合计（亩）",
    "合计：3宗",
    "本表合计",
    "小计",
    "Total",
    "Grand total",
    "Total (ha)",
)


def with_total(word, said=6.5, place="BSM"):
    row = {"BSM": "", "MC": "", "MJ": said} | {place: word}
    return pd.concat([ROWS, pd.DataFrame([row])], ignore_index=True)


def shapes(frame):
    cells = [base.box(100 * k, 0, 100 * k + 90, 90) for k in range(3)]
    return gpd.GeoDataFrame(frame, geometry=[*cells, None], crs=base.CRS)


def written(folder, kind, frame):
    path = folder / f"t.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "gbk.csv":
        frame.to_csv(path, index=False, encoding="gbk")
    elif kind == "xlsx":
        frame.to_excel(path, index=False)
    elif kind == "json":
        frame.to_json(path, orient="records", force_ascii=False)
    elif kind == "dbf":
        shapes(frame).to_file(folder / "s.shp", encoding="utf-8")
        shutil.copy(folder / "s.dbf", path)
    return path


def opened(folder, kind, frame):
    return gate.open_table(written(folder, kind, frame), folder / ".cache")


@pytest.mark.grid
@pytest.mark.parametrize("kind", ["csv", "gbk.csv", "xlsx", "json", "dbf"])
@pytest.mark.parametrize("place", ["BSM", "MC"])
def test_a_total_row_of_a_table_is_left_out_and_agrees(tmp_path, kind, place):
    made = opened(tmp_path, kind, with_total("合计", place=place))
    assert made.frame["BSM"].tolist() == ["a", "b", "c"]
    found = [f for f in made.findings if f.code.startswith("total")]
    assert [(f.code, f.severity) for f in found] == [("total_row", "fixed")]
    assert found[0].row == ("5" if kind in ("csv", "gbk.csv", "xlsx") else "4")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json", "dbf"])
def test_a_total_that_differs_is_told_with_both_sums(tmp_path, kind):
    made = opened(tmp_path, kind, with_total("合计", said=9.0))
    assert len(made.frame) == 3
    (found,) = [f for f in made.findings if f.code == "total_differs"]
    assert found.severity == "warn"
    assert found.reason.values["columns"] == ["MJ: 9 ≠ 6.5"]


@pytest.mark.parametrize("word", WORDS)
def test_totals_are_known_by_every_usual_name(tmp_path, word):
    assert len(opened(tmp_path, "csv", with_total(word)).frame) == 3


@pytest.mark.parametrize("word", ["合计有限公司", "Totalenergies", "累计公司", "Sumitomo", "总计划1", "T1"])
def test_names_that_only_begin_so_are_rows(tmp_path, word):
    assert len(opened(tmp_path, "csv", with_total(word)).frame) == 4


@pytest.mark.parametrize("kind", ["shp", "gpkg", "geojson"])
def test_a_total_row_without_shape_is_no_lost_row_of_a_layer(tmp_path, kind):
    shapes(with_total("合计")).to_file(tmp_path / f"s.{kind}")
    made = gate.open_vector(tmp_path / f"s.{kind}", tmp_path / ".cache")
    assert len(made.frame) == 3
    assert made.total == 3
    assert {f.code: f.severity for f in made.findings if f.code != "crs_declared"}.get("total_row") == "fixed"
    assert not [f for f in made.findings if f.severity in ("rejected", "block")]


@pytest.mark.parametrize("kind", ["shp", "gpkg"])
def test_a_layer_with_a_total_row_stays_complete(tmp_path, kind):
    study = base.study(tmp_path / "study")
    base.farm().assign(MJ=[1.0, 1.0]).to_file(tmp_path / "bare.gpkg")
    frame = gpd.read_file(tmp_path / "bare.gpkg")
    last = gpd.GeoDataFrame({"MC": ["合计"], "MJ": [2.0]}, geometry=[None], crs=base.CRS)
    pd.concat([frame, last], ignore_index=True).to_file(tmp_path / f"farm.{kind}", encoding="utf-8")
    base.add(study, tmp_path / f"farm.{kind}")
    found = base.statuses(study)
    assert (found["p00"], found["p05"]) == ("excluded", "eligible")


def test_a_row_called_total_that_has_ground_is_ground(tmp_path):
    frame = shapes(with_total("合计"))
    frame.loc[3, "geometry"] = base.box(500, 0, 590, 90)
    frame.to_file(tmp_path / "s.gpkg")
    assert len(gate.open_vector(tmp_path / "s.gpkg", tmp_path / ".cache").frame) == 4
