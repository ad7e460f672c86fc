"""Small files that would take the machine are refused from their heads; formulas without results are told."""

import io
import json
import time
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pytest
import shapely
from pyarrow import parquet

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.sources import gate
from layers.study import catalog
from tests.cases.base import codes, hostile


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def refused(file, cache, opener=gate.open_table):
    since = time.monotonic()
    with pytest.raises(BlockedError) as caught:
        opener(file, cache)
    assert time.monotonic() - since < 60
    return {r.code for r in caught.value.reasons}


def geoparquet(path, geometry, **columns):
    about = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB",
             "geometry_types": []}}}  # fmt: skip
    table = pa.table({"geometry": geometry} | columns).replace_schema_metadata({"geo": json.dumps(about)})
    parquet.write_table(table, path, compression="zstd", row_group_size=500_000)
    return path


def test_hostile_parquet(cache):
    assert refused(hostile("dictionary_bomb.parquet"), cache, gate.open_vector) == {"zip_bomb"}


def shared(value, count):
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([value]))


def test_one_shape_in_millions_of_rows(tmp_path, cache):
    file = geoparquet(tmp_path / "a.parquet", shared(shapely.to_wkb(shapely.box(0, 0, 1, 1)), 4_000_000))
    assert file.stat().st_size < 500_000
    assert refused(file, cache, gate.open_vector) == {"zip_bomb"}


def test_a_long_text_shared_by_many_rows(tmp_path, cache):
    """20,000 different points, and one text of 4 MB in each row: 80 GB once written out."""
    points = pa.array(shapely.to_wkb(shapely.points(np.random.default_rng(1).random((20_000, 2)))))
    file = geoparquet(tmp_path / "a.parquet", points, note=shared("长" * 1_400_000, 20_000))
    assert refused(file, cache, gate.open_vector) == {"file_too_large"}


@pytest.mark.long
def test_many_equal_attributes_are_no_bomb(tmp_path, cache):
    points = pa.array(shapely.to_wkb(shapely.points(np.random.default_rng(1).random((100_000, 2)))))
    file = geoparquet(tmp_path / "a.parquet", points, **{f"c{k}": shared("同一文字", 100_000) for k in range(30)})
    assert len(gate.open_vector(file, cache).frame) == 100_000


def test_hostile_sheet(cache):
    assert refused(hostile("sheet_to_XFD1048576.xlsx"), cache) == {"sheet_too_large"}


def book(path, change=None, **cells):
    made = openpyxl.Workbook()
    for row in (["编号", "名称", "面积"], ["A", "甲", 1], ["B", "乙", 2]):
        made.active.append(row)
    for place, value in cells.items():
        made.active[place] = value
    made.save(path)
    if change:
        change(path)
    return path


@pytest.mark.parametrize("place", ["XFD1", "A1048576", "ZZ90000"])
def test_a_stray_cell_far_out(tmp_path, cache, place):
    file = book(tmp_path / "a.xlsx", **{place: "x"})
    if place == "ZZ90000":
        assert refused(file, cache) == {"sheet_too_large"}
    else:
        assert len(gate.open_table(file, cache).frame) in (2, 3)


def test_a_sheet_packed_like_a_bomb(tmp_path, cache):
    def swell(path):
        body = io.BytesIO()
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as new:
            for item in old.infolist():
                data = old.read(item)
                new.writestr(item, data + b" " * 200_000_000 if "sheet1" in item.filename else data)
        path.write_bytes(body.getvalue())

    assert refused(book(tmp_path / "a.xlsx", swell), cache) == {"zip_bomb"}


def test_hostile_formula(cache):
    file = hostile("formula_without_value.xlsx")
    told = {f.code: f for f in gate.open_table(file, cache).findings}
    assert told["formula_not_calculated"].reason.values["rows"] == ["C2"]
    assert codes(catalog.check(file, silent))["formula_not_calculated"] == "warn"


@pytest.mark.parametrize("value", ["=SUM(C2:C3)", "=1+1", "=HYPERLINK(A2)"])
def test_formulas_written_by_a_program(tmp_path, cache, value):
    told = {f.code: f for f in gate.open_table(book(tmp_path / "a.xlsx", C4=value, A4="C"), cache).findings}
    assert told["formula_not_calculated"].reason.values["rows"] == ["C4"]


def test_a_formula_with_its_result_is_no_finding(tmp_path, cache):
    def calculated(path):
        body = io.BytesIO()
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(body, "w") as new:
            for item in old.infolist():
                data = old.read(item).replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>")
                data = (
                    data.replace(b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>")
                    .replace(b'<c r="B4"><f>2</f><v></v></c>', b'<c r="B4" t="str"><f>2</f><v></v></c>')
                    .replace(b'<c r="B4"><f>2</f><v/></c>', b'<c r="B4" t="str"><f>2</f><v></v></c>')
                )
                new.writestr(item, data)
        path.write_bytes(body.getvalue())

    found = gate.open_table(book(tmp_path / "a.xlsx", calculated, A4="C", C4="=1+1", B4="=2"), cache)
    assert found.findings == ()
    assert found.frame["面积"].tolist() == ["1", "2", "2"]


def test_no_memory_is_not_called_damage(tmp_path, cache, monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(gate, "LIMITS", replace(gate.LIMITS, memory_bytes=300_000_000))
    rows = [[f"{k}", "x" * 50, "y" * 50] for k in range(200_000)]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(["a,b,c", *(",".join(r) for r in rows)]), encoding="utf-8")
    assert refused(file, cache) <= {"file_needs_memory", "parse_gave_up"}
