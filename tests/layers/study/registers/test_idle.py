"""The supply register, enterprises and readings as files bring them; the stage in a run; the list in words."""

import json
from datetime import date

import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError
from geo.basis.progress import silent
from geo.idle.terms import Span
from layers.outputs.project import projection
from layers.study import edits
from layers.study.registers import idle, idle_records
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import say, sentence
from layers.words import idle as words
from tests import district
from tests.geo.idle.test_clock import LIMITS
from tests.geo.idle.test_signals import BOUNDS

REGISTER = """
[[layers]]
id = "register"
role = "supply"
title = "台账"
source = "inputs/register.csv"
vintage = 2026-10-31
fields = { id = "编号", parcel_id = "地块", holder = "单位", contract = "合同", delivered = "交地", start_by = "约定", \
started = "动工", finished = "竣工", suspended = "中止", resumed = "复工", pauses = "不计", extended_to = "延期", \
developed_ha = "已开发", should_ha = "应开发", invest_wan = "总投资", invested_wan = "已投资", price_wan = "价款", \
cause = "原因", evidence = "材料", ruling = "认定", ruled = "认定日", permit = "许可" }
"""
HEAD = ("编号,地块,单位,合同,交地,约定,动工,竣工,中止,复工,不计,延期,"
        "已开发,应开发,总投资,已投资,价款,原因,材料,认定,认定日,许可")  # fmt: skip
FIRMS = """
[[layers]]
id = "firms"
role = "enterprise"
source = "inputs/firms.csv"
vintage = 2026-10-31
fields = { id = "企业", name = "名称", building_id = "房屋", registration = "登记" }

[[layers]]
id = "monthly"
role = "signal"
title = "月度"
source = "inputs/monthly.csv"
vintage = 2026-10-31
fields = { enterprise_id = "企业", month = "月份", power_kwh = "用电", water_m3 = "用水" }
"""
ORDER = HEAD.split(",")


def row(**cells):
    return ",".join(str(cells.get(name, "")) for name in ORDER)


def study(folder, rows, more="", **files):
    """Write the district with a register and other files; return its folder."""
    place = district.write(folder)
    (place / "inputs" / "register.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    for name, text in files.items():
        (place / "inputs" / f"{name}.csv").write_text(text, encoding="gb18030")
    text = (place / "study.toml").read_text(encoding="utf-8")
    (place / "study.toml").write_text(text + REGISTER + more, encoding="utf-8")
    return place


def run(place):
    runs.update(place, "idle", silent)
    return open_results(place)


def assets(results, on=None):
    return words.shown(results, on).assets.set_index("asset_id")


ROWS = (
    row(编号="G-1", 地块="p01", 单位="甲", 合同="2023-12-28", 约定="2024-09-30", 价款='"1,000"', 原因="企业原因"),
    row(编号="G-2", 地块="p02", 合同="2022/11/15", 约定="2023年6月30日", 动工="2023-07-01", 许可="1号",
        中止="2025-08-01", 已开发="4.2", 应开发="15", 总投资="20000", 已投资="5400"),
    row(编号="G-3", 合同="2024-02-29", 原因="天气"),
    row(编号="G-4", 地块="p99", 合同="待定"),
    row(编号="G-5", 地块="p05", 合同="2024-01-01", 约定="2025-01-01"),
    row(编号="G-6", 地块="p05", 合同="2024-01-01", 约定="2025-06-01"),
    row(编号="G-1", 地块="p07", 合同="2010-01-01", 约定="2010-06-01", 动工="2010-06-01", 竣工="2012-01-01"),
)  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return run(study(tmp_path_factory.mktemp("idle") / "study", ROWS))


def test_the_shipped_figures_are_those_of_the_golden_table():
    assert idle.limits() == LIMITS
    assert idle.bounds() == BOUNDS


def test_every_record_is_an_asset(results):
    found = assets(results)
    assert sorted(found.index) == ["G-1", "G-1#8", "G-2", "G-3", "G-4", "G-5", "G-6"]
    assert found["located"].to_dict() == {"G-1": "number", "G-1#8": "number", "G-2": "number", "G-3": "none",
                                          "G-4": "none", "G-5": "number", "G-6": "number"}  # fmt: skip
    assert found.loc["G-1", "parcel_ids"] == "p01"
    assert found.loc["G-1", "area_m2"] == pytest.approx(10_000)
    assert found.geometry.isna().sum() == 2


def test_clocks(results):
    found = assets(results)
    assert found["clock_state"].to_dict() == {
        "G-1": "idle_2y", "G-1#8": "finished", "G-2": "may_be_recognised", "G-3": "unknown", "G-4": "unknown",
        "G-5": "unknown", "G-6": "unknown",
    }  # fmt: skip
    assert found.loc["G-1", ["fee_wan", "fee_hi_wan", "consequence"]].tolist() == [200.0, 200.0, "takeback"]
    assert found.loc["G-3", "consequence"] == "open"
    assert pd.isna(found.loc["G-3", "one_year_on"])  # a contract alone starts no clock
    assert found.loc["G-3", "cause_word"] == "天气"


def test_a_month_is_read_as_its_last_day_and_said(tmp_path):
    """Nothing is due on a day that only may be the one agreed on; a day written for "none" starts no clock."""
    rows = (
        row(编号="G-1", 合同="2023-12-28", 交地="2024-01-01", 约定="2024年6月", 价款="1000", 原因="企业原因"),
        row(编号="G-2", 合同="2023-12-28", 交地="1900-01-01", 价款="1000", 原因="企业原因"),
        row(编号="G-3", 合同="2023-12-28", 交地="2024年", 价款="1000", 原因="企业原因"),
    )
    results = run(study(tmp_path / "study", rows))
    found = assets(results)
    assert [str(d)[:10] for d in found["start_on"]] == ["2024-06-30", "NaT", "2025-12-31"]
    assert found.loc["G-2", ["clock_state", "consequence"]].tolist() == ["unknown", "open"]
    problems = results.table("idle_problems").set_index("code")["reason"]
    assert json.loads(problems["idle_days_coarse"])["count"] == 2
    assert "月末" in sentence(problems["idle_days_coarse"], "zh")


def test_records_that_differ_on_the_same_land_are_listed_and_not_settled(results):
    found = assets(results)
    for asset in ("G-5", "G-6"):
        assert "idle_records_differ" in found.loc[asset, "contradictions"]
        assert json.loads(found.loc[asset, "reason"])["records"] == ["G-5", "G-6"]
    assert found.loc["G-5", "one_year_on"] < found.loc["G-6", "one_year_on"]


def test_another_day_opens_no_file(results, monkeypatch):
    monkeypatch.setattr("layers.sources.gate._parsed", None)
    found = assets(results, date(2025, 9, 29))
    assert found.loc["G-1", "clock_state"] == "warning_1y"
    assert assets(results, date(2025, 9, 30)).loc["G-1", "clock_state"] == "idle_1y"
    assert found.loc["G-2", "clock_state"] == "suspended"
    assert assets(results, date(2026, 11, 23)).drop(columns="geometry").equals(
        assets(results).drop(columns="geometry"))  # fmt: skip


def test_findings(results):
    listed = results.table("idle_problems")
    assert {"cell_word_unknown"} <= set(listed["code"])


def test_contradictions_come_first_in_the_list(results):
    order = words.shown(results).assets["asset_id"].tolist()
    assert set(order[:3]) == {"G-4", "G-5", "G-6"}
    assert order[3] == "G-1"
    assert order[-1] == "G-1#8"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_in_words(results, language):
    text = "\n".join(words.lines(words.shown(results), language))
    assert "[" not in text
    assert say("clock.idle_2y", language) in text
    assert say("recognition.none", language) in text
    for asset in assets(results).index:
        told = "\n".join(words.explained(words.shown(results), asset, language))
        assert "[" not in told, told
    with pytest.raises(BlockedError, match="asset_unknown"):
        list(words.explained(words.shown(results), "X-1", language))


def test_the_word_without_a_recognition():
    assert words.state_word("idle_2y", "none", "zh").startswith("疑似闲置")
    assert words.state_word("idle_2y", "incomplete", "zh").startswith("疑似闲置")
    assert words.state_word("idle_2y", "recognised", "zh").startswith("闲置土地（已认定）")
    assert words.state_word("normal", "recognised", "zh") == "期限内"


@pytest.mark.parametrize("table", ["idle", "idle_signals", "idle_records", "idle_readings", "idle_assets"])
def test_tables_leave_in_words(results, table):
    made = projection(results, table, "zh")
    assert len(made.frame) == len(results.table(table))
    assert not any(pd.api.types.is_datetime64_any_dtype(made.frame[c]) for c in made.frame)
    if table == "idle":
        told = made.frame.set_index("asset_id")
        assert told.loc["G-1", "clock_state"] == "疑似闲置：满两年未动工"
        assert told.loc["G-1", "two_years_on"] == "2026-09-30"


# --- cells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suspended", "resumed", "expected", "blurred"),
    [
        ("2025-08-01", "", (Span(date(2025, 8, 1)),), []),
        ("2024年1月5日", "2024-03-01", (Span(date(2024, 1, 5), date(2024, 2, 29)),), []),
        ("2024-01-05；2025-08-01", "2024-03-01",
         (Span(date(2024, 1, 5), date(2024, 2, 29)), Span(date(2025, 8, 1))), []),
        ("", "", (), []), ("无", "", (), []),
        ("已停工", "", (), ["suspended"]), ("2024年", "", (), ["suspended"]),
        # two suspensions and no way on between them
        ("2024-01-05;2025-08-01", "", (), ["suspended"]),
    ],
)  # fmt: skip
def test_suspensions_of_a_register(suspended, resumed, expected, blurred):
    said = []
    assert tuple(idle_records._suspensions(suspended, resumed, said)) == expected
    assert said == blurred


@pytest.mark.parametrize(
    ("cell", "expected", "blurred"),
    [
        ("2024-01-01~2024-03-31", (Span(date(2024, 1, 1), date(2024, 3, 31)),), []),
        ("2024年1月1日至2024年3月31日", (Span(date(2024, 1, 1), date(2024, 3, 31)),), []),
        ("2024-01-01/2024-03-31；2025-02-01~", (Span(date(2024, 1, 1), date(2024, 3, 31)), Span(date(2025, 2, 1))), []),
        ("", (), []), ("三个月", (), ["pauses"]), ("2024-03-31~2024-01-01", (), ["pauses"]),
    ],
)  # fmt: skip
def test_time_that_does_not_count(cell, expected, blurred):
    said = []
    assert tuple(idle_records._pauses(cell, said)) == expected
    assert said == blurred


def test_investment_that_includes_the_land_is_freed_of_its_price(tmp_path):
    rows = [row(编号="G-1", 地块="p01", 合同="2022-01-01", 约定="2022-06-01", 动工="2022-06-01", 中止="2025-01-01",
                总投资="1000", 已投资="400", 价款="300"),
            row(编号="G-2", 地块="p02", 合同="2022-01-01", 约定="2022-06-01", 动工="2022-06-01", 中止="2025-01-01",
                总投资="1000", 已投资="400")]  # fmt: skip
    place = study(tmp_path / "study", rows)
    toml = (place / "study.toml").read_text(encoding="utf-8")
    toml = toml.replace("invest_wan", "invest_gross_wan").replace("invested_wan", "invested_gross_wan")
    (place / "study.toml").write_text(toml, encoding="utf-8")
    found = run(place).table("idle_records").set_index("asset_id")["invested_share"]
    # (400 - 300) / (1000 - 300) and not 40 %; without a price it is not known
    assert found["G-1"] == pytest.approx(1 / 7)
    assert pd.isna(found["G-2"])


# --- firms ------------------------------------------------------------------------

MONTHS = pd.period_range("2024-11", "2026-10", freq="M").astype(str)


def monthly(**levels):
    lines = [f"{firm},{m},{value[k]},{value[k]}" for firm, value in levels.items() for k, m in enumerate(MONTHS)]
    return "企业,月份,用电,用水\n" + "\n".join(lines) + "\n"


def test_firms_without_a_place_are_listed_with_what_their_readings_say(tmp_path):
    firms = "企业,名称,房屋,登记\nF1,停产公司,B-9,\nF2,在产公司,,存续\nF2,重复,,\n"
    idle_, busy, lost = [100] * 15 + [2] * 9, [100] * 24, [50] * 24
    text = monthly(F1=idle_, F2=busy, F9=lost) + "F1,2026-10,77,2\nF1,看不清,1,1\n"
    found = run(study(tmp_path / "study", (), FIRMS, firms=firms, monthly=text))
    listed = assets(found)
    assert sorted(listed.index) == ["F1", "F2", "F9"]
    assert set(listed["located"]) == {"none"}
    assert listed.loc["F2", "evidence_status"] == "in_use"
    # the last month of F1's power is told twice: it is not known, and one sign alone is no answer
    assert listed.loc["F1", ["evidence_status", "signals"]].tolist() == ["unknown", "water:idle"]
    assert {"idle_enterprise_repeats", "idle_enterprise_unknown", "idle_building_unknown", "idle_month_differs",
            "idle_month_unreadable"} <= set(found.table("idle_problems")["code"])  # fmt: skip


def test_a_firm_that_ended_is_a_sign_and_one_that_is_registered_is_none(tmp_path):
    firms = "企业,名称,房屋,登记\nF1,注销公司,,注销\nF2,存续公司,,存续\n"
    text = monthly(F1=[100] * 15 + [2] * 9, F2=[100] * 15 + [2] * 9)
    found = run(study(tmp_path / "study", (), FIRMS, firms=firms, monthly=text))
    said = found.table("idle_signals").query("signal == 'registration'")
    assert said["asset_id"].tolist() == ["F1"]
    assert set(assets(found)["evidence_status"]) == {"likely_idle"}


# --- the register as a whole ------------------------------------------------------


def test_a_column_of_starts_that_is_empty_on_every_row_proves_nothing(tmp_path):
    rows = [row(编号="G-1", 地块="p01", 合同="2020-01-01", 约定="2020-06-01", 原因="企业原因", 价款="100")]
    found = assets(run(study(tmp_path / "one", rows))).loc["G-1"]
    assert found["clock_state"] == "unknown"
    assert json.loads(found["reason"])["code"] == "idle_starts_not_recorded"
    assert str(found["two_years_on"].date()) == "2022-06-01"
    said = [row(编号="G-1", 地块="p01", 合同="2020-01-01", 约定="2020-06-01", 动工="未动工")]
    assert assets(run(study(tmp_path / "two", said))).loc["G-1", "clock_state"] == "idle_2y"


def test_a_register_out_of_date_shows_nothing_of_today(tmp_path):
    place = study(tmp_path / "study", ROWS)
    toml = (place / "study.toml").read_text(encoding="utf-8")
    old = toml.replace("vintage = 2026-10-31", "vintage = 2020-10-31\nstale_after_days = 90")
    (place / "study.toml").write_text(old, encoding="utf-8")
    found = assets(run(place))
    assert set(found["clock_state"]) == {"unknown"}


def test_a_study_without_registers(tmp_path):
    place = district.write(tmp_path / "study")
    found = run(place)
    assert found.table("idle").empty
    assert list(words.lines(words.shown(found), "en"))


# --- recovered --------------------------------------------------------------------


def test_recovered_land_is_stock_land_until_undone(tmp_path):
    place = study(tmp_path / "study", ROWS)
    before = run(place)
    supply = before.table("supply").set_index("parcel_id")
    words.recover(before, "G-1", "张三", "收回决定")
    after = run(place)
    land = after.table("supply").set_index("parcel_id").loc["p01"]
    assert (land["supply_status"], json.loads(land["reason"])["code"]) == ("approved", "supply_recovered")
    assert (land["new_construction_m2"], land["balance_m2"]) == (0.0, 0.0)
    back = assets(after).loc["G-1"]
    assert (back["clock_state"], back["consequence"], back["fee_hi_wan"]) == ("recovered", "none", 0.0)
    others = [p for p in supply.index if p != "p01"]
    pd.testing.assert_frame_equal(after.table("supply").set_index("parcel_id").loc[others], supply.loc[others])
    words.undo(after, "G-1", "张三", "改正")
    again = run(place)
    assert again.run_id == before.run_id
    pd.testing.assert_frame_equal(again.table("supply").set_index("parcel_id"), supply)
    assert len(edits.history(place)) == 2


def test_what_cannot_be_recovered(results):
    for asset in ("G-3", "X-1"):
        with pytest.raises(BlockedError, match="idle_not_recoverable"):
            words.recover(results, asset, "张三", "理由")
    with pytest.raises(CallError):
        words.recover(results, "G-2", "", "理由")


# --- what a register says beside itself ------------------------------------------------

LATE = {"合同": "2023-01-10", "约定": "2024-06-30"}


def told(results, code):
    """Return the finding of a code about the register."""
    found = pd.concat([results.table("idle_problems"), results.table("supply_problems")])
    rows = found[found["code"] == code]["reason"].map(json.loads)
    return rows.iloc[0] if len(rows) else {}


def test_edges_of_cells(tmp_path):
    rows = [
        row(编号="G-1", 地块="p01", **LATE, 价款="0", 原因="企业原因"),
        row(编号="G-2", 地块="p02", **LATE, 价款="1000", 原因="企业自身原因、规划修改"),
        row(编号="G-3", 地块="p03", **LATE, 价款="1000", 原因="政府原因（规划调整）", 材料="会议纪要"),
        row(编号="G-4", 地块="p04", **LATE, 价款="1000", 原因="企业原因", 动工="2027-03-01"),
        row(编号="G-5", 地块="p05", **LATE, 价款="1000", 原因="资金不足/天气"),
        row(编号="G-6", 地块="p06", **LATE, 价款="1000", 原因="企业原因", 认定="认字1号", 认定日="2027-01-05"),
    ]  # fmt: skip
    results = run(study(tmp_path / "study", rows))
    found = assets(results)
    assert (found.loc["G-1", "clock_state"], found.loc["G-1", "consequence"]) == ("idle_2y", "takeback")
    assert found.loc["G-1", ["fee_wan", "fee_hi_wan"]].isna().all()
    assert told(results, "idle_price_zero")["rows"] == ["2"]
    assert found.loc[["G-2", "G-5"], "cause"].tolist() == ["several", "several"]
    assert found.loc["G-2", "cause_word"] == "企业自身原因、规划修改"
    assert found.loc["G-2", ["consequence", "fee_wan", "fee_hi_wan"]].tolist() == ["open", 0.0, 200.0]
    assert told(results, "idle_causes_several")["rows"] == ["3", "6"]
    assert told(results, "cell_word_unknown")["text"] == "资金不足/天气"
    assert (found.loc["G-3", "cause"], found.loc["G-3", "clock_state"]) == ("government", "government_caused")
    assert found.loc["G-4", "clock_state"] == "idle_2y"
    assert found.loc["G-6", "recognition"] == "none"
    events = [json.loads(r) for r in pd.concat([results.table("idle_problems"), results.table("supply_problems")])
              .query("code == 'supply_days_to_come'")["reason"]]  # fmt: skip
    assert sorted({(e["fields"][0], e["rows"][0]) for e in events}) == [("ruled", "7"), ("started", "5")]
    for code in ("idle_price_zero", "idle_causes_several", "supply_days_to_come"):
        for language in ("zh", "en"):
            assert "[" not in say(f"reason.{code}", language, count=1, rows=["2"], fields=["started"], as_of="2026")


def test_a_total_of_which_nobody_says_whether_the_price_is_in_it_is_a_bound(tmp_path):
    built = {"合同": "2022-01-01", "约定": "2022-06-01", "动工": "2022-06-01", "许可": "1号", "中止": "2025-01-01",
             "已开发": "5", "应开发": "10"}  # fmt: skip
    rows = [
        row(编号="G-1", 地块="p01", **built, 总投资="1000", 已投资="400", 价款="300"),  # 14.3 or 40 %
        row(编号="G-2", 地块="p02", **built, 总投资="1000", 已投资="200"),  # 20 % at most
        row(编号="G-3", 地块="p03", **built, 总投资="1000", 已投资="800", 价款="300"),  # 71.4 or 80 %
        row(编号="G-4", 地块="p04", **built, 总投资="1000", 已投资="800"),  # 0 to 80 %
    ]
    place = study(tmp_path / "study", rows)
    toml = (place / "study.toml").read_text(encoding="utf-8")
    toml = toml.replace("invest_wan", "invest_total_wan").replace("invested_wan", "invested_total_wan")
    (place / "study.toml").write_text(toml, encoding="utf-8")
    results = run(place)
    records = results.table("idle_records").set_index("asset_id")
    shares = records[["invested_share", "invested_hi_share"]].to_numpy(float)
    assert shares == pytest.approx(pd.DataFrame([(1 / 7, 0.4), (0, 0.2), (5 / 7, 0.8), (0, 0.8)]).to_numpy())
    states = assets(results)["clock_state"].to_dict()
    assert states == {"G-1": "unknown", "G-2": "may_be_recognised", "G-3": "suspended", "G-4": "unknown"}
    reason = sentence(assets(results).loc["G-1", "reason"], "zh")
    assert "14.29 % – 40.00 %" in reason
