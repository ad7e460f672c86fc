"""The list for the joint review: its columns, its numbers, and nothing blank by silence."""

import openpyxl
import pytest

from geo.basis.errors import CallError
from geo.basis.progress import silent
from layers.outputs import meeting
from layers.outputs.files import export
from layers.study.run import runs
from layers.study.run.results import open_results, read_only
from tests import district

MU = 2000 / 3
HEADS = [
    "序号", "编号", "园区", "乡镇/村", "规划用途", "现状地类（亩）", "权属", "供应状态", "总面积（亩）",
    "扣除（按图层，亩）", "可用面积（亩）", "新增指标（亩）", "占补（亩）", "容积率上下限",
    "路/电/水/污/气（距离+余量）", "限制条件", "待核实", "适宜产业",
]  # fmt: skip


@pytest.fixture(scope="module")
def results(joint_folder):
    runs.update(joint_folder, "screen", silent)
    return open_results(joint_folder)


@pytest.fixture(scope="module")
def sheet(results, tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "a.xlsx"
    assert export(results, path, "candidates", "zh", layout="meeting") == 7
    return openpyxl.load_workbook(path).active


def rows(sheet):
    """Return notes, headings (main, second) and rows by (main, second) heading."""
    lines = [list(line) for line in sheet.iter_rows(values_only=True)]
    top = next(k for k, line in enumerate(lines) if line[0] == "序号")
    main, heads = "", []
    for head, sub in zip(lines[top], lines[top + 1], strict=True):
        main = head or main
        heads.append((main, sub or ""))
    body = [dict(zip(heads, line, strict=True)) for line in lines[top + 2 :]]
    beside = [line[0] for line in lines if isinstance(line[0], str)]
    return beside, heads, {line["编号", ""]: line for line in body if line["编号", ""]}


def test_columns_in_their_order(sheet):
    _, heads, _ = rows(sheet)
    assert list(dict.fromkeys(h for h, _ in heads)) == HEADS
    assert [s for h, s in heads if h.startswith("现状地类")] == ["耕地", "其他农用地", "建设用地", "未利用地"]
    assert [s for h, s in heads if h.startswith("路/")] == ["路（m）", "电", "水", "污", "气"]


def test_areas_are_those_of_the_tables(sheet, results):
    _, heads, found = rows(sheet)
    table = results.table("candidates").set_index("parcel_id")
    expected = {p for p, (status, _) in district.EXPECTED.items() if status != "excluded"}
    assert set(found) == expected
    cuts = [h for h in heads if h[0].startswith("扣除")]
    for parcel, row in found.items():
        assert row["总面积（亩）", ""] == pytest.approx(table.loc[parcel, "gross_m2"] / MU, abs=0.0051)
        assert row["可用面积（亩）", "已证实"] == pytest.approx(table.loc[parcel, "net_m2"] / MU, abs=0.0051)
        taken = sum(row[c] for c in cuts)
        assert row["总面积（亩）", ""] - taken == pytest.approx(row["可用面积（亩）", "至多"], abs=0.011)
        assert row["现状地类（亩）", "耕地"] == row["总面积（亩）", ""]
        assert row["新增指标（亩）", ""] == row["占补（亩）", ""] == row["可用面积（亩）", "已证实"]
    assert found["p01"]["扣除（按图层，亩）", "永久基本农田"] == pytest.approx(5000 / MU, abs=0.0051)


def test_nothing_is_blank(sheet):
    _, _, found = rows(sheet)
    assert [(p, h) for p, row in found.items() for h, cell in row.items() if cell in (None, "")] == []


def test_plan_utilities_and_industries(sheet):
    _, _, found = rows(sheet)
    inside, outside = found["p03"], found["p06"]
    assert inside["规划用途", ""].startswith("100102")
    assert (inside["容积率上下限", "下限"], inside["容积率上下限", "上限"]) == (1, 2)
    assert outside["规划用途", ""] == outside["容积率上下限", "上限"] == "无规划地块"
    # p03 ends 300 m east of the corner, the substation stands at 600 m; the nearer one serves another park
    assert inside["路/电/水/污/气（距离+余量）", "电"] == "城东变 300.0 m，余量 8 MVA（2026-10-31）"
    assert "余量未知" in inside["路/电/水/污/气（距离+余量）", "气"]
    assert inside["路/电/水/污/气（距离+余量）", "水"] == "未知/待核实"
    assert inside["路/电/水/污/气（距离+余量）", "路（m）"] == 30
    assert "C34" in inside["适宜产业", ""].split("；")[0]
    assert "C35" in inside["适宜产业", ""].split("；")[1]
    assert inside["园区", ""] == "K1 东园"
    assert inside["供应状态", ""] == "已批未供"
    assert inside["权属", ""] == "集体 30"


def test_conditions_and_unknowns(sheet):
    _, _, found = rows(sheet)
    assert found["p05"]["限制条件", ""] == "洪泛区"
    assert "洪泛区" in found["p07"]["待核实", ""] + found["p07"]["限制条件", ""]
    assert found["p03"]["待核实", ""] == found["p03"]["限制条件", ""] == "无"


def test_notes_stand_beside_the_rows(sheet):
    above, _, _ = rows(sheet)
    assert any("本轮未审查：压覆矿产" in line for line in above)
    assert "共 12 宗，其中不可用 5 宗未列入。" in above


def test_a_hostile_village_stays_text(sheet):
    cells = [c for line in sheet.iter_rows() for c in line]
    assert [c.value for c in cells if c.data_type == "f"] == []
    assert "=1+1 东村" in [c.value for c in cells]


def test_a_filter_is_kept_and_told(results, tmp_path):
    keep = (results.table("candidates")["parcel_id"] == "p09").to_numpy()
    assert export(results, tmp_path / "a.xlsx", "candidates", "zh", keep, layout="meeting") == 1
    above, _, found = rows(openpyxl.load_workbook(tmp_path / "a.xlsx").active)
    assert list(found) == ["p09"]
    assert "共 12 宗，按筛选条件未列入 11 宗。" in above


def test_without_the_files_beside_it_the_list_says_unknown(run_district):
    """The plain district has no plan, park, facility or tenure: every such cell says so."""
    made = meeting.columns(open_results(run_district), "zh")
    cells = {(c.head, c.sub): set(c.cells) for c in made}
    for head in (
        ("规划用途", ""),
        ("容积率上下限", "下限"),
        ("路/电/水/污/气（距离+余量）", "电"),
        ("适宜产业", ""),
        ("园区", ""),
    ):
        assert cells[head] == {"未知/待核实"}, head
    assert cells["权属", ""] == {"未知"}


@pytest.mark.parametrize(
    ("name", "table", "layout"),
    [("a.csv", "candidates", "meeting"), ("a.xlsx", "ledger", "meeting"), ("a.xlsx", "candidates", "poster")],
)
def test_other_layouts_are_refused(results, tmp_path, name, table, layout):
    with pytest.raises(CallError) as caught:
        export(results, tmp_path / name, table, "zh", layout=layout)
    assert caught.value.reasons[0].code == "layout_unknown"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_headings_are_words(results, language):
    assert not [c.head + c.sub for c in meeting.columns(results, language) if "_" in c.head + c.sub or "[" in c.head]


def test_the_list_needs_no_file_of_the_user(results):
    """Park names, planned use, FAR and facilities stand in tables of the run."""
    before = meeting.columns(results, "zh")
    inputs = results.folder / "inputs"
    away = inputs.rename(inputs.with_name("away"))
    try:
        assert meeting.columns(read_only(results.folder, results.run), "zh") == before
    finally:
        away.rename(inputs)
