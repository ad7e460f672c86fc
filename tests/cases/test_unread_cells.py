"""Cells nobody can read: `check`, `add`, the run and the page of data tell each of them, with row, column and text.

A register of every role, one row of which is right and one of which is not. What is told is held against what the
file holds, cell by cell, and the same words come from all four.
"""

import json

import geopandas as gpd
import pandas as pd
import pytest

from geo.basis.progress import silent
from layers.outputs import summary
from layers.serve.pages import data_desk
from layers.study import catalog, role_fields, spec, unread
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.unread import Cells
from layers.text import LANGUAGES, has, sentence
from layers.words import told
from tests.cases import base

RIGHT = {
    "supply": {"监管号": "A", "地块": "p00", "合同签订日期": "2020-01-05", "约定开工": "2020-06",
               "成交价款（万元）": "350", "供地面积": "0.9", "供应状态": "",
               "原因": "政府原因", "停工日期": "", "不计": "2021-01-01~2021-03-01"},
    "enterprise": {"企业编号": "E1", "企业名称": "甲", "行业代码": "C34", "登记状态": "存续"},
    "signal": {"企业编号": "E1", "月份": "2026-01", "用电量": "120", "税收（万元）": "3"},
    "budget": {"账户": "new_construction", "单位": "亩", "总量": "500", "预留": "0", "已使用": "10"},
    "earmark": {"账户编码": "new_construction", "预留名称": "医院", "数量": "20"},
    "quota_source": {"项目名称": "甲", "类型": "增减挂钩", "产出指标": "90", "阶段": "实施中",
                     "验收日期": "2027-03-31"},
    "investor": {"客商编号": "K1", "客商名称": "甲", "意向行业": "C34", "意向投资": "3亿元", "更新日期": "2026-11-02"},
    "talent": {"人才编号": "T1", "服务产业": "C34;C35", "更新日期": "2026-11-02"},
    "fund": {"基金编号": "F1", "基金规模（亿元）": "5", "可投余额": "8万元", "存续期至": "2030-12-31"},
    "zone": {"园区编码": "K1", "已建成城镇建设用地": "100", "已供应": "110"},
    "project": {"项目编号": "X1", "项目名称": "甲", "行业代码": "C34", "申请用地（亩）": "15"},
    "facility": {"设施编号": "S1", "资源": "power", "单位": "MVA", "能力上限": "50", "已用量": "10", "服务园区": "K1"},
    "building": {"建筑编号": "B1", "用途": "厂房", "层数": "2", "建筑面积": "4000", "空置面积": "0", "空置日期": ""},
    "plan": {"地块编号": "G1", "规划用途": "100102", "容积率下限": "1.0", "容积率上限": "2.0"},
    "park": {"园区编号": "K1", "园区名称": "东园", "准入产业": "C34;C35", "化工园区": "否"},
    "redevelopment": {"编号": "R1", "名称": "东村", "类型": "城中村", "阶段": "已批准", "户数": "9", "净地日期": ""},
}  # fmt: skip
WRONG = {
    "supply": {"监管号": "B", "地块": "p01", "合同签订日期": "去年", "约定开工": "待定期", "成交价款（万元）": "三百五",
               "供地面积": "近一顷", "供应状态": "好像已建", "原因": "说不清", "停工日期": "年初", "不计": "疫情期间"},
    "enterprise": {"企业编号": "E2", "行业代码": "造东西", "登记状态": "不好说"},
    "signal": {"企业编号": "E1", "月份": "二月份", "用电量": "不少", "税收（万元）": "三万"},
    "budget": {"账户": "海域", "总量": "约三百", "预留": "若干", "已使用": "-5"},
    "earmark": {"账户编码": "林地指标x", "数量": "若干"},
    "quota_source": {"类型": "其他类", "产出指标": "很多", "验收日期": "明年"},
    "investor": {"意向行业": "造东西", "意向投资": "好几亿", "更新日期": "去年"},
    "talent": {"服务产业": "造东西", "更新日期": "年初"},
    "fund": {"基金规模（亿元）": "五个多", "可投余额": "1-2亿元", "存续期至": "长期"},
    "zone": {"已建成城镇建设用地": "大部分", "已供应": "一百一"},
    "project": {"行业代码": "造东西", "申请用地（亩）": "15+5"},
    "facility": {"资源": "风力", "能力上限": "五十", "已用量": "十来"},
    "building": {"用途": "棚子？", "层数": "两三层", "建筑面积": "四千", "空置面积": "一半", "空置日期": "去年"},
    "plan": {"容积率下限": "一点零", "容积率上限": "2.0左右或更高"},
    "park": {"准入产业": "造东西;C35", "化工园区": "也许"},
    "redevelopment": {"类型": "别的", "阶段": "差不多", "户数": "几户", "净地日期": "快了"},
}  # fmt: skip
"""The cells of a second row that cannot be read; the others of it are as in the first."""
OTHER = {"redevelopment": {"编号": "R2"}, "quota_source": {"项目名称": "乙"}, "project": {"项目编号": "X2"},
         "facility": {"设施编号": "S2"}, "building": {"建筑编号": "B2"}, "plan": {"地块编号": "G2"},
         "investor": {"客商编号": "K2"}, "talent": {"人才编号": "T2"}, "fund": {"基金编号": "F2"},
         "park": {"园区编号": "K2"}, "zone": {"园区编号": "K2"}}  # fmt: skip
"""What tells the second row from the first."""
NAMES = {"budget": {}, "supply": {"parcel_id": "地块", "pauses": "不计"}}
SHAPED = ("facility", "building", "plan", "park", "redevelopment")


def file_of(role, place, kind=""):
    rows = [RIGHT[role], RIGHT[role] | OTHER.get(role, {}) | WRONG[role]]
    frame = pd.DataFrame(rows)
    if role not in SHAPED:
        path = place / f"list.{kind or 'csv'}"
        frame.to_csv(path, index=False) if path.suffix == ".csv" else frame.to_excel(path, index=False)
        return path
    shapes = [base.box(0, 0, 100, 100), base.box(100, 100, 200, 200)]
    path = place / f"list.{kind or 'gpkg'}"
    gpd.GeoDataFrame(frame, geometry=shapes, crs=base.CRS).to_file(path)
    return path


@pytest.fixture(scope="module", params=WRONG)
def added(request, tmp_path_factory):
    role, place = request.param, tmp_path_factory.mktemp(request.param)
    folder = base.study(place / "study")
    given = {"role": role, "id": "list", "fields": NAMES.get(role, {})}
    given |= {"land_use_scheme": "用地用海"} if role == "plan" else {}
    said = catalog.add(folder, file_of(role, place), given)
    return role, folder, said


def broken(role, findings, row=None):
    """Return the texts of the broken cells that nobody told."""
    told_ = [json.dumps(dict(f.reason.values), ensure_ascii=False, default=str) for f in findings]
    return [text for text in WRONG[role].values() if text not in ("A", "B", "p01", "E1", "E2")
            and not any(text in line for line in told_)]  # fmt: skip


def test_adding_the_file_tells_each_cell(added):
    role, _, said = added
    assert not broken(role, said)


def test_the_check_of_the_study_tells_each_cell_with_row_and_column(added):
    role, folder, _ = added
    found = [f for f in catalog.check(folder, silent) if f.reason.values.get("layer") == "list"]
    assert not broken(role, found)
    for one in found:
        if one.code in ("cell_unreadable", "cell_word_unknown"):
            values = one.reason.values
            assert values["column"] in RIGHT[role]
            assert values["text"] == WRONG[role][values["column"]]
            assert values["rows"] == ["2" if role in SHAPED else "3"]
            for language in LANGUAGES:
                assert values["text"] in sentence(one.reason, language)
    right = [v for v in RIGHT[role].values() if v and v not in WRONG[role].values() and len(v) > 3]
    lines = [sentence(f.reason, "zh") for f in found if "text" in f.reason.values]
    assert not [line for line in lines if any(f"“{v}”" in line for v in right)]


def test_the_page_of_data_tells_each_cell(added):
    role, folder, _ = added
    study = spec.read(folder)
    layer = next(s for s in data_desk.layers(folder, study, "zh") if s.spec.id == "list")
    lines = [text for _, text in data_desk.told(folder, study, layer, "zh")]
    lost = [t for t in WRONG[role].values() if t not in ("B", "p01", "E1", "E2") and not any(t in x for x in lines)]
    assert not lost


@pytest.mark.brief("project", "facility")
def test_the_run_tells_each_cell(added):
    role, folder, _ = added
    report = runs.update(folder, "all", silent)
    results = open_results(folder)
    listed = "\n".join(told.found(results)["reason"])
    lines = "\n".join(x for x in summary.after_run(folder, report, "zh") if x.startswith("  list"))
    lost = [t for t in WRONG[role].values() if t not in ("B", "p01", "E1", "E2")]
    assert not [t for t in lost if t not in listed]
    assert not [t for t in lost if t not in lines]


@pytest.mark.parametrize("role", ["supply", "signal", "budget"])
def test_a_workbook_tells_the_same(tmp_path, role):
    folder = base.study(tmp_path / "study")
    given = {"role": role, "id": "list", "fields": NAMES.get(role, {})}
    assert not broken(role, catalog.add(folder, file_of(role, tmp_path, "xlsx"), given))


def test_a_list_of_accounts_in_which_no_column_names_them_is_asked_about(tmp_path):
    folder = base.study(tmp_path / "study")
    pd.DataFrame([{"甲": "new_construction", "单位": "亩", "总量": 500}]).to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(Exception, match="fields_needed") as stop:
        catalog.add(folder, tmp_path / "b.csv", {"role": "budget", "id": "b"})
    assert "甲" in str([dict(r.values) for r in stop.value.reasons])


def test_an_account_named_by_a_plain_heading_is_known(tmp_path):
    """账户 was no heading of ours, and 单位 was never taken: both had to be mapped by hand."""
    folder = base.study(tmp_path / "study")
    pd.DataFrame([{"账户": "new_construction", "单位": "亩", "总量": 500}]).to_csv(tmp_path / "b.csv", index=False)
    catalog.add(folder, tmp_path / "b.csv", {"role": "budget", "id": "b"})
    runs.update(folder, "place", silent)
    account = open_results(folder).table("accounts")
    assert account.set_index("account").loc["new_construction", "limit"] == 500


# --- the kinds themselves ---------------------------------------------------------

GOOD = {
    "number": ["3", "1,200.5", "约3", "３", "48亩"], "day": ["2024-06-01", "20240601"],
    "event": ["2024年6月", "未动工"],
    "document": ["浙土字〔2020〕12号", "2020-01-01"], "days": ["2024-01-01；2024-03-31"],
    "spans": ["2024-01-01~2024-03-31", "2025-02-01~"], "month": ["2024-06", "2024年6月", "202406"],
    "year": ["2024", "2024年"],
    "yes": ["是", "√", "否", "no"], "status": ["built"], "scale": ["规上"], "industry": ["C34", "3421"],
    "industries": ["C34；C35", "C26 C28"], "several:idle_causes": ["政府原因", "企业原因、规划修改"],
    "words:registration": ["存续"],
    "words:building_uses": ["厂房"], "words:renewal_kinds": ["城中村"], "words:renewal_stages": ["已批准"],
}  # fmt: skip


def kinds():
    return sorted({k for role in role_fields.known() for k in role_fields.cells(role).values()})


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_knows_right_from_wrong_and_says_what_to_write(kind):
    def lost(texts):
        return unread.told(Cells("area_ha", "栏", texts, range(2, 2 + len(texts))), kind)

    assert not lost([*GOOD[kind], "", "无", "—"])
    (one,) = lost(["说不清", GOOD[kind][0], "说不清"])
    assert one.reason.values["rows"] == ["2", "4"]
    assert one.code == "cell_word_unknown" or has(f"cellwanted.{kind}")


def test_every_field_that_is_read_as_a_number_or_a_day_is_looked_at():
    for role in ("supply", "signal", "building", "plan", "redevelopment"):
        ends = ("_wan", "_ha", "_mu", "_m2", "_kwh", "_tce", "_t", "_m3")
        named = [n for n in role_fields.names(role) if n.endswith(ends)]
        assert not [n for n in named if unread.kind_of(role, n) != "number"], role


def test_an_area_in_mu_is_not_taken_for_hectares(tmp_path):
    """48 亩 in a column of hectares were 48 hectares, and so were bare figures under a heading in 亩."""
    folder = base.study(tmp_path / "study")
    rows = [{"监管号": "A", "面积": "48亩"}, {"监管号": "B", "面积": "3.2"}]
    pd.DataFrame(rows).to_csv(tmp_path / "s.csv", index=False)
    pd.DataFrame([{"监管号": "C", "供地面积（亩）": "48"}]).to_csv(tmp_path / "t.csv", index=False)
    catalog.add(folder, tmp_path / "s.csv", {"role": "supply", "id": "s"})
    catalog.add(folder, tmp_path / "t.csv", {"role": "supply", "id": "t", "fields": {"area_ha": "供地面积（亩）"}})
    runs.update(folder, "idle", silent)
    area = open_results(folder).table("idle_assets").set_index("asset_id")["area_m2"]
    assert area.round(6).to_dict() == {"A": 32_000.0, "B": 32_000.0, "C": 32_000.0}


def test_a_plot_ratio_nobody_wrote_is_no_fault(tmp_path):
    """A plan with an empty or unreadable ratio ended the run with a fault of its own."""
    folder = base.study(tmp_path / "study")
    parks = gpd.GeoDataFrame([{"园区编号": "K1"}], geometry=[base.box(0, 0, 400, 400)], crs=base.CRS)
    parks.to_file(tmp_path / "park.gpkg")
    catalog.add(folder, tmp_path / "park.gpkg", {"role": "park", "id": "park"})
    catalog.add(folder, file_of("plan", tmp_path), {"role": "plan", "id": "plan", "land_use_scheme": "用地用海"})
    pd.DataFrame([RIGHT["project"]]).to_csv(tmp_path / "p.csv", index=False)
    catalog.add(folder, tmp_path / "p.csv", {"role": "project", "id": "p"})
    runs.update(folder, "place", silent)
    assert len(open_results(folder).table("demand")) == 1


@pytest.mark.parametrize("text", ["0", "0亩", "0.00", "０"])
def test_nought_asked_for_is_nought_and_said(tmp_path, text):
    folder = base.study(tmp_path / "study")
    rows = [RIGHT["project"] | {"申请用地（亩）": text}, RIGHT["project"] | {"项目编号": "X2", "申请用地（亩）": ""}]
    pd.DataFrame(rows).to_csv(tmp_path / "p.csv", index=False)
    said = catalog.add(folder, tmp_path / "p.csv", {"role": "project", "id": "p"})
    zeros = [dict(f.reason.values) for f in said if f.code == "project_zero"]
    assert [(z["row"], z["column"]) for z in zeros] == [("2", "asked_m2")]
    runs.update(folder, "project", silent)
    asked = open_results(folder).table("projects").set_index("project_id")["asked_m2"]
    assert asked["X1"] == 0.0
    assert asked.isna()["X2"]


def test_a_coefficient_of_ridges_may_be_a_percent_and_one_that_is_no_share_is_told_by_check(tmp_path):
    """4.5% and 0.045 are one coefficient; 4.5 is none, and a check says so as the run does."""
    land = base.parcels()
    land["KCXS"] = ["0.045", "4.5%", "4.5", None, "45‰", "五成", *[""] * 10]
    land["TBMJ"] = 10_000.0
    land.to_file(tmp_path / "dltb.gpkg")
    folder = base.study(tmp_path / "study", with_parcels=False)
    fields = {"parcel_id": "BSM", "legal_m2": "TBMJ", "ridge_share": "KCXS"}
    catalog.add(folder, tmp_path / "dltb.gpkg", {"role": "parcels", "id": "parcels", "fields": fields})
    told = {f.code: f.reason.values for f in catalog.check(folder, silent)}
    assert told["ridges_unreadable"]["ids"] == ["p02"]
    assert told["cell_unreadable"]["text"] == "五成"
    runs.update(folder, "screen", silent)
    found = open_results(folder).table("parcels").set_index("parcel_id")["ridge_share"]
    assert found[["p00", "p01", "p04"]].tolist() == pytest.approx([0.045] * 3)
    assert found[["p03", "p05", "p06"]].isna().all()
