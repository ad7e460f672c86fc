"""A JSON list of plain objects as a table: what interfaces and crawlers hand over."""

import json

import pytest

from geo.basis.errors import BlockedError
from layers.sources import gate

ROWS = [
    {"编号": "0012", "面积": 1.5, "份数": 3, "日期": "2018年12月31日 ", "计划": {"1": ["a", 2]}},
    {"编号": "2", "备注": None},
]


def write(folder, document, encoding="utf-8"):
    path = folder / "records.json"
    path.write_bytes(json.dumps(document, ensure_ascii=False).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_members_become_columns_of_text(tmp_path, encoding):
    found = gate.open_table(write(tmp_path, ROWS, encoding), tmp_path / "cache")
    assert list(found.frame.columns) == ["编号", "面积", "份数", "日期", "计划", "备注"]
    assert found.frame.iloc[0].tolist() == ["0012", "1.5", "3", "2018年12月31日", '{"1": ["a", 2]}', ""]
    assert found.frame.iloc[1].tolist() == ["2", "", "", "", "", ""]
    assert found.rows.tolist() == [1, 2]


def test_records_with_coordinates_are_shapes(tmp_path):
    found = gate.open_vector(write(tmp_path, [{"x": 500_000.0, "y": 3_180_000.0, "id": "a"}]), tmp_path / "cache")
    assert [(s.x, s.y) for s in found.shapes] == [(500_000.0, 3_180_000.0)]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ([1, 2], "geojson_not_object"), ([], "table_without_coordinates"), ([[]], "geojson_not_object"),
        # a list of features is broken GeoJSON, not a table
        ([{"type": "Feature", "geometry": None, "properties": {}}], "geojson_not_object"),
        ([{"coordinates": [1, 2]}], "geojson_not_object"),
        ([{"a": 1}], "table_without_coordinates"),
    ],
)  # fmt: skip
def test_other_lists_are_not_records(tmp_path, document, code):
    with pytest.raises(BlockedError) as error:
        gate.open_vector(write(tmp_path, document), tmp_path / "cache")
    assert [r.code for r in error.value.reasons] == [code]


def test_a_member_told_twice_blocks(tmp_path):
    path = tmp_path / "records.json"
    path.write_text('[{"a": 1, "a": 2}]', encoding="utf-8")
    with pytest.raises(BlockedError, match="json_member_twice"):
        gate.open_table(path, tmp_path / "cache")
