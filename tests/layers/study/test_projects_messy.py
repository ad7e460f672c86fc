"""Project lists as offices keep them: every defect is read rightly, or listed and left unknown."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

from geo.basis.units import MU_M2
from layers.study.edits import Edit
from layers.study.registers.industry import industry_code
from layers.study.registers.project_cells import column_of
from layers.text import sentence
from tests.layers.study import pipeline

HEAD = [
    "序号",
    "项目编号",
    "项目名称",
    "行业",
    "总投资（亿元）",
    "用地（亩）",
    "用电（MVA）",
    "日用水（m³/d）",
    "阶段",
    "责任单位",
]
ROW = [1, "A-1", "甲", "C17", 3, 150, 2, 500, "签约", "招商局"]


def written(place, rows, merged=(), more="", sheet="表"):
    """Write rows of cells as a workbook with merged ranges, and the study around it."""
    made = pipeline.folder(place, pipeline.LAYER.format(id="projects", role="project", source="list.xlsx", more=more))
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merged:
        page.merge_cells(cells)
    book.save(made / "inputs" / "list.xlsx")
    return made


def read(place, rows, merged=(), more=""):
    found = pipeline.register(written(place, rows, merged, more))
    return found.projects, {f.code: f for _, f in found.findings}, [f for _, f in found.findings]


def one(place, **cells):
    """Read a list of one project with some cells changed."""
    row = [cells.get(name, value) for name, value in zip(HEAD, ROW, strict=True)]
    frame, codes, _ = read(place, [HEAD, row])
    return frame.iloc[0], codes


def test_01_title_rows_and_a_unit_line_above_the_header(tmp_path):
    head = ["项目编号", "项目名称", "总投资", "用地面积"]
    rows = [["2026年重点项目表"], ["填报单位：招商局", "", "", "单位：万元、亩"], head, ["A-1", "甲", 30000, 150]]
    frame, codes, _ = read(tmp_path, rows)
    assert frame.loc[0, "investment_total_wan"] == 30000
    assert frame.loc[0, "asked_m2"] == pytest.approx(150 * MU_M2)
    assert {"table_title", "table_units"} <= set(codes)


def test_02_two_units_of_one_kind_for_the_sheet_say_nothing_about_a_column(tmp_path):
    head = ["项目编号", "项目名称", "总投资", "用地面积"]
    rows = [["表"], ["单位：亿元、万元、亩"], head, ["A-1", "甲", 3, 150]]
    frame, codes, _ = read(tmp_path, rows)
    assert np.isnan(frame.loc[0, "investment_wan"])
    assert codes["project_unit_missing"].severity == "warn"
    assert frame.loc[0, "asked_m2"] == pytest.approx(150 * MU_M2)


def test_03_units_in_cells_win_over_the_heading(tmp_path):
    row, _ = one(tmp_path, **{"总投资（亿元）": "3.1亿元", "用地（亩）": "9.5公顷", "用电（MVA）": "2500kVA"})
    assert row["investment_total_wan"] == pytest.approx(31000)
    assert row["asked_m2"] == pytest.approx(95000)
    assert row["power_kva"] == 2500


def test_04_text_numbers_full_width_and_thousands(tmp_path):
    row, _ = one(tmp_path, **{"总投资（亿元）": "３．１", "用地（亩）": " 1,430 ", "日用水（m³/d）": "1 20"})
    assert row["investment_total_wan"] == pytest.approx(31000)
    assert row["asked_m2"] == pytest.approx(1430 * MU_M2)
    # a gap that does not part thousands is not understood: unknown, not 1
    assert np.isnan(row["water_m3d"])
    row, _ = one(tmp_path, **{"日用水（m³/d）": "1 200"})
    assert row["water_m3d"] == 1200.0


def test_05_total_row_is_no_project_and_is_checked(tmp_path):
    rows = [
        HEAD,
        ROW,
        [2, "A-2", "乙", "C34", 1, 50, 1, 100, "在谈", "乙局"],
        ["合计", "", "", "", 5, 200, "", "", "", ""],
    ]
    frame, codes, _ = read(tmp_path, rows)
    assert frame["project_id"].tolist() == ["A-1", "A-2"]
    assert codes["total_differs"].severity == "warn"  # 3 + 1 is not 5


def test_06_cells_merged_downwards_are_given_to_every_row(tmp_path):
    rows = [HEAD, ROW, [2, "A-2", "乙", "C34", 1, 50, 1, 100, "在谈", ""]]
    frame, codes, _ = read(tmp_path, rows, merged=["J2:J3"])
    assert frame["unit"].tolist() == ["招商局", "招商局"]
    assert codes["cells_merged_filled"].severity == "fixed"


def test_07_a_merged_number_is_one_number(tmp_path):
    rows = [HEAD, ROW, [2, "A-2", "乙", "C34", "", 50, 1, 100, "在谈", "乙局"]]
    frame, codes, _ = read(tmp_path, rows, merged=["E2:E3"])
    assert frame["investment_total_wan"].tolist()[0] == 30000
    assert np.isnan(frame["investment_total_wan"].tolist()[1])
    assert codes["cells_merged_number"].severity == "warn"


def test_08_a_header_over_two_rows(tmp_path):
    top = ["项目编号", "项目名称", "投资", "", "用地（亩）"]
    sub = ["", "", "总投资（亿元）", "其中固定资产投资（亿元）", ""]
    rows = [top, sub, ["A-1", "甲", 4, 3, 150]]
    frame, _, _ = read(tmp_path, rows, merged=["A1:A2", "B1:B2", "C1:D1", "E1:E2"])
    assert frame.loc[0, "investment_total_wan"] == 40000
    assert frame.loc[0, "investment_wan"] == 30000


def test_09_blank_cells_and_words_for_not_known_are_unknown_not_nought(tmp_path):
    row, _ = one(tmp_path, **{"总投资（亿元）": "待定", "用地（亩）": "", "用电（MVA）": "/", "行业": "—"})
    assert row[["investment_wan", "asked_m2", "power_kva"]].isna().all()
    assert row["industry"] == ""


def test_10_ranges_keep_both_ends(tmp_path):
    row, _ = one(tmp_path, **{"用地（亩）": "140～160", "用电（MVA）": "≥2"})
    assert (row["asked_m2"] / MU_M2, row["asked_hi_m2"] / MU_M2) == (pytest.approx(140), pytest.approx(160))
    assert row["power_kva"] == 2000
    assert np.isnan(row["power_hi_kva"])  # open above


def test_11_approximate_figures_are_taken_and_said(tmp_path):
    row, codes = one(tmp_path, **{"用地（亩）": "约150"})
    assert row["asked_m2"] == pytest.approx(150 * MU_M2)
    assert codes["project_cell_about"].row == "2"


def test_12_cells_that_cannot_be_read_are_listed_with_their_text(tmp_path):
    row, codes = one(
        tmp_path, **{"用电（MVA）": "较大", "总投资（亿元）": "5亿美元", "日用水（m³/d）": -3, "阶段": "快了"}
    )
    assert row[["power_kva", "investment_wan", "water_m3d"]].isna().all()
    assert row["stage"] == ""
    for code, text in (("project_cell_unreadable", "较大"), ("project_cell_unit_unknown", "美元"),
                       ("project_cell_negative", "-3"), ("project_cell_word_unknown", "快了")):  # fmt: skip
        assert text in sentence(codes[code].reason, "zh")


@pytest.mark.grid
@pytest.mark.parametrize("text", ["1e300", "99999999999999999999", "inf", "nan", "-5", "=1+1"])
@pytest.mark.parametrize(("column", "ours"), [("用地（亩）", "asked_m2"), ("用电（MVA）", "power_kva")])
def test_12_numbers_no_project_can_have_are_not_known(tmp_path, column, ours, text):
    row, _ = one(tmp_path, **{column: text})
    assert np.isnan(row[ours])


def test_13_a_column_without_any_unit_stays_unknown(tmp_path):
    head = [*HEAD[:4], "总投资", *HEAD[5:]]
    frame, codes, _ = read(tmp_path, [head, ROW])
    assert np.isnan(frame.loc[0, "investment_wan"])
    assert "总投资" in sentence(codes["project_unit_missing"].reason, "zh")


def test_14_fields_name_the_column_and_its_unit(tmp_path):
    head = [*HEAD[:4], "资金情况", *HEAD[5:]]
    frame, codes, _ = read(tmp_path, [head, ROW], more='fields = { investment_total_yi = "资金情况" }')
    assert frame.loc[0, "investment_total_wan"] == 30000
    assert "project_column_unknown" not in codes


def test_15_unknown_headings_are_listed(tmp_path):
    frame, codes, _ = read(tmp_path, [[*HEAD, "党建联络员"], [*ROW, "张三"]])
    assert len(frame) == 1
    assert "党建联络员" in sentence(codes["project_column_unknown"].reason, "zh")


def test_16_ids_that_repeat_or_are_missing(tmp_path):
    rows = [HEAD, ROW, [2, "A-1", "乙", *ROW[3:]], [1, *ROW[1:]], [4, "", "丙", *ROW[3:]], [5, "", "", *ROW[3:]]]
    frame, codes, found = read(tmp_path, rows)
    made = frame.loc[frame["name"] == "丙", "project_id"].iloc[0]
    assert frame["project_id"].tolist() == ["A-1", "A-1#2", made]
    assert codes["project_id_repeats"].row == "3"
    assert codes["project_repeated"].severity == "rejected"  # word for word the first row
    assert codes["project_unnamed"].row == "6"
    assert codes["project_id_made"].reason.values["project"] == made
    # rows in = projects + rows listed
    assert len(rows) - 1 == len(frame) + sum(f.severity == "rejected" for f in found)


def test_17_the_same_name_twice_is_said(tmp_path):
    _, codes, _ = read(tmp_path, [HEAD, ROW, [2, "A-2", "甲", "C34", 1, 50, 1, 100, "在谈", "乙局"]])
    assert codes["project_name_repeats"].reason.values["projects"] == ["A-1", "A-2"]


def test_18_industries_by_code_number_name_or_not_at_all(tmp_path):
    assert industry_code("C2614 有机化学原料制造") == "C2614"
    assert industry_code("2614") == "C2614"
    assert industry_code("化学原料和化学制品制造业") == "C26"
    assert industry_code("C99") == ""
    row, codes = one(tmp_path, **{"行业": "高端制造"})
    assert (row["industry"], row["industry_text"]) == ("", "高端制造")
    assert "高端制造" in sentence(codes["project_cell_industry_unknown"].reason, "zh")


def test_19_dates_in_many_forms_and_out_of_order(tmp_path):
    head = ["项目编号", "项目名称", "签约日期", "开工日期", "投产日期", "完成时限"]
    rows = [head, ["A-1", "甲", "2026年3月5日", "2026.02.01", 46000, "03/04/2026"]]
    frame, codes, _ = read(tmp_path, rows)
    row = frame.iloc[0]
    assert row["signed_on"] == pd.Timestamp("2026-03-05")
    assert row["producing_on"] == pd.Timestamp("2025-12-09")
    assert pd.isna(row["due"])
    assert codes["project_cell_date_ambiguous"].row == "2"
    assert codes["project_days_reversed"].severity == "warn"


def test_20_a_load_in_kw_is_kept_apart_from_kva(tmp_path):
    row, _ = one(tmp_path, **{"用电（MVA）": "1900kW"})
    assert np.isnan(row["power_kva"])
    assert row["power_kw"] == 1900


def test_21_hall_sizes_in_one_cell(tmp_path):
    rows = [["项目编号", "项目名称", "主厂房尺寸（长×宽×高）"], ["A-1", "甲", "60×120×9米"], ["A-2", "乙", "大"]]
    frame, codes, _ = read(tmp_path, rows)
    assert frame.loc[0, ["hall_length_m", "hall_width_m", "clear_height_m"]].tolist() == [120, 60, 9]
    assert codes["project_cell_unreadable"].row == "3"


def test_22_english_headings(tmp_path):
    head = [
        "Project no.",
        "Project name",
        "Industry code",
        "Total investment (million CNY)",
        "Land (ha)",
        "Power (kVA)",
    ]
    frame, _, _ = read(tmp_path, [head, ["A-1", "Alpha", "C34", 120, 5, 800]])
    row = frame.iloc[0]
    assert (row["investment_total_wan"], row["asked_m2"], row["power_kva"], row["name"]) == (12000, 50000, 800, "Alpha")


def test_23_funds_above_the_investment_are_doubted(tmp_path):
    rows = [["项目编号", "项目名称", "固定资产投资（万元）", "到位资金（亿元）"], ["A-1", "甲", 3000, 0.6]]
    _, codes, _ = read(tmp_path, rows)
    assert "project_paid_above" in codes


def test_24_a_list_without_names_blocks_itself_and_says_so(tmp_path):
    frame, codes, _ = read(tmp_path, [["投资（亿元）", "用地（亩）"], [3, 150]])
    assert frame.empty
    assert codes["project_name_missing"].severity == "block"


def test_25_a_file_that_is_not_there_is_a_finding(tmp_path):
    place = written(tmp_path, [HEAD, ROW])
    (place / "inputs" / "list.xlsx").unlink()
    found = pipeline.register(place)
    assert found.projects.empty
    assert [f.code for _, f in found.findings] == ["layer_file_missing"]


def test_26_restricted_class_counts_for_new_build_only(tmp_path):
    head = ["项目编号", "项目名称", "产业目录", "建设性质"]
    cases = [("限制类", "新建"), ("限制类", "技改"), ("限制类", ""), ("鼓励类", "")]
    rows = [head, *([f"A-{k}", f"项目{k}", *case] for k, case in enumerate(cases))]
    frame, _, _ = read(tmp_path, rows)
    column = "catalogue_new_build_class_code"
    assert frame[column].tolist() == [2, 1, 1, 0]
    assert frame[f"{column}_hi"].tolist() == [2, 1, 2, 0]


def test_27_edits_lie_over_the_list_with_the_official_value_beside(tmp_path):
    place = written(tmp_path, [HEAD, ROW])
    edit = Edit(
        3, "2026-11-23T09:00:00", "周工", "project", "A-1", {"asked_m2": 80000.0, "industry": "C34"}, "联审纪要"
    )
    lost = Edit(4, "2026-11-23T09:00:00", "周工", "project", "Z-9", {"asked_m2": 1.0}, "笔误")
    found = pipeline.register(place, {"A-1": edit, "Z-9": lost})
    row = found.projects.iloc[0]
    assert (row["asked_m2"], row["industry"]) == (80000.0, "C34")
    assert '"official": 100000.0' in row["edited"].replace("99999.99999999999", "100000.0")
    assert "周工" in row["edited"]
    assert "project_edit_lost" in {f.code for _, f in found.findings}


def test_every_heading_of_the_data_means_one_column():
    assert column_of("项目总投资额（亿元）").code == "investment_total_wan"
    assert column_of("拟用地面积(亩)").code == "asked_m2"
    assert column_of("年综合能耗\n（tce）").code == "energy_tce"
    assert column_of("领导关注度") is None


def test_control_indicators_are_read_with_and_without_their_sign(tmp_path):
    head = [
        "项目编号",
        "项目名称",
        "行业",
        "容积率",
        "建筑系数（%）",
        "行政办公及生活服务设施用地占比",
        "绿化率",
        "是否排气",
        "承重",
    ]
    rows = [
        head,
        ["A", "甲", "C17", 1.2, 45, "6.5%", "15%", "是", "1.5吨/平方米"],
        ["B", "乙", "C17", "0.6-0.8", 0.45, 0.12, 130, "否", ""],
        ["C", "丙", "C17", "", "", "不超过7%", "", "", ""],
    ]  # fmt: skip
    found = pipeline.register(written(tmp_path, rows)).projects.set_index("project_id")
    assert (found.loc["A", "far"], found.loc["A", "coefficient_pct"], found.loc["A", "office_land_pct"]) == (
        1.2,
        45,
        6.5,
    )
    assert (found.loc["A", "green_pct"], found.loc["A", "exhaust"]) == (15.0, "yes")
    assert found.loc["A", "floor_load_kpa"] == pytest.approx(14.715)
    assert (found.loc["B", "far"], found.loc["B", "far_hi"]) == (0.6, 0.8)
    assert (found.loc["B", "office_land_pct"], found.loc["B", "office_land_hi_pct"]) == (0.12, 12.0)
    assert np.isnan(found.loc["B", "green_pct"]), "130 % of a site is no green land"
    assert (found.loc["C", "office_land_pct"], found.loc["C", "office_land_hi_pct"]) == (0.0, 7.0)


OFFICE = ["项目名称", "总投资", "承诺开工日期", "计划开工时间", "开工日期", "责任领导", "阶段"]


def test_a_list_as_offices_keep_it_reads_rightly_or_is_listed(tmp_path):
    days = ["2026-03-01", "2026年3月1日", "2026.3.1", "2026/3/1", "26年春节后"]
    money = ["3亿元", "30000万元", "3", "3.0 亿", "约3亿元"]
    leaders = ["张三 13800001234", "李四（0570-4012345）", "王五：139-0000-1234、赵六 13900005678", "孙七", ""]
    stages = ["签约", "已签约未开工，等环评", "在建", "前期", "谈判中断"]
    rows = [
        [f"项目{k}", m, d, "", "", p, s]
        for k, (m, d, p, s) in enumerate(zip(money, days, leaders, stages, strict=True))
    ]
    frame, _, findings = read(tmp_path, [OFFICE, *rows])
    assert len(frame) == 5
    assert frame["leader"].tolist() == ["张三", "李四", "王五、赵六", "孙七", ""]
    assert (
        not frame.astype(str)
        .apply(lambda c: c.str.contains(r"\d{7,}", regex=True))
        .drop(columns="project_id")
        .any(axis=None)
    )
    assert [f.reason.values["row"] for f in findings if f.code == "project_phone_left_out"] == ["2", "3", "4"]
    assert frame["start_promised_on"].dt.strftime("%Y-%m-%d").tolist()[:4] == ["2026-03-01"] * 4
    assert pd.isna(frame["start_promised_on"].iloc[4])
    assert frame["started_on"].isna().all()  # a planned start is no actual one
    assert frame["investment_total_wan"].tolist()[:2] == [30_000.0, 30_000.0]
    assert np.isnan(frame["investment_total_wan"].iloc[2])
    # every cell that was not read stands among the findings, with its row
    said = {(str(f.reason.values.get("row", "")), f.code) for f in findings}
    assert ("6", "project_cell_unreadable") in said
    assert {"3", "6"} <= {row for row, code in said if code == "project_cell_word_unknown"}
    assert any(f.code == "project_unit_missing" for f in findings)
    for f in findings:
        assert "[" not in sentence(f.reason, "zh").replace("[]", "")


def test_headings_stages_and_shares_of_a_county_list_are_read_or_said(tmp_path):
    head = ["编号", "名称", "阶段", "包抓领导", "承诺开工", "承诺投产", "研发投入占比", "总投资（亿元）", "意向园区"]
    rows = [
        ["Q-1", "甲", "谈判", "王县长 微信13622223333", "2026.12.31", "2027年底", "0.5", "3.2", "城\u200b北园"],
        ["Q-2", "乙\u200b", "洽谈中", "李", "2027年2月", "46500", "4.5%", "1\u200b.1", ""],
        ["合计", "", "", "", "", "", "", "4.3", ""],
    ]
    frame, codes, _ = read(tmp_path, [head, *rows])
    assert frame["stage"].tolist() == ["talks", "talks"]
    assert frame["leader"].tolist() == ["王县长", "李"]
    assert [str(d.date()) for d in frame["start_promised_on"]] == [
        "2026-12-31",
        "2027-02-28",
    ]  # a month that is promised lasts to its end
    assert str(frame["production_promised_on"][1].date()) == "2027-04-23"
    assert frame["name"].tolist() == ["甲", "乙"]
    assert frame["wish"][0] == "城北园"
    assert frame["investment_total_wan"].tolist() == [32000, 11000]
    assert "project_column_unknown" not in codes
    assert "project_cell_about" not in codes
    assert sentence(codes["project_cell_either"].reason, "zh").startswith("第 2 行：“研发投入占比”填的“0.5”没有 %")
    assert codes["project_cell_unreadable"].reason.values["text"] == "2027年底"


def test_a_total_over_figures_in_two_units_is_not_held_against_their_sum(tmp_path):
    head = ["编号", "名称", "总投资（亿元）", "用工"]
    frame, codes, _ = read(tmp_path, [head, ["A", "甲", "3.2", "120人"], ["B", "乙", "6500万元", "30"],
                                      ["合计", "", "3.85", "140"]])  # fmt: skip
    assert frame["investment_total_wan"].tolist() == [32000, 6500]
    assert codes["total_differs"].reason.values["columns"] == ["用工: 140 ≠ 150"]
    _, codes, _ = read(tmp_path / "two", [head, ["A", "甲", "3.2", "120"], ["B", "乙", "6500万元", "30"],
                                          ["合计", "", "3.85", "150"]])  # fmt: skip
    assert codes["total_mixed"].reason.values["columns"] == ["总投资（亿元）"]
    assert "total_differs" not in codes
