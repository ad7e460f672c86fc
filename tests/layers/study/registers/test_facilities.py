"""Registers of facilities and county accounts under attack: what is not surely known never holds anything."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geo.basis.layer import Layer
from layers.library import resources as counted
from layers.study import spec
from layers.study.registers import facilities
from tests.layers.study.pipeline import LAYER, folder

COLUMNS = ("name", "resource", "unit", "limit", "used", "committed", "reserved", "serves", "in_service")
GOOD = ("城东变", "power", "MVA", "50", "31", "9", "2", "B3;B4", "2016-05-20")
LEDGER = 'fields = { budget_id = "账户", unit = "单位", limit = "总量", committed = "已用" }'
FACILITIES = LAYER.format(id="substations", role="facility", source="stations.gpkg", more="")
ACCOUNTS = LAYER.format(id="accounts", role="budget", source="accounts.csv", more=LEDGER)


def opened(place, rows=(GOOD,), ids=("S-E",), state="ok", ledger=None):
    """Read a register of stations, and a ledger when one is given (its text, "" for a file that is not there)."""
    made = folder(place, FACILITIES, *((ACCOUNTS,) if ledger is not None else ()))
    if ledger:
        (made / "inputs" / "accounts.csv").write_text(ledger, encoding="utf-8")
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    cells = {name: np.array(values, object) for name, values in zip(COLUMNS, columns, strict=True)}
    layer = Layer(
        "substations", ids=np.array(ids, object), maybe=np.zeros(len(ids), bool), state=state, attributes=cells
    )
    return facilities.read(spec.read(made), made, SimpleNamespace(layers={"substations": layer}), ("B3", "B4"))


def with_(**cells):
    return tuple(cells.get(name, value) for name, value in zip(COLUMNS, GOOD, strict=True))


def codes(found):
    return [f.code for _, f in found.findings]


def test_a_good_row_is_taken_as_it_is(tmp_path):
    found = opened(tmp_path)
    row = found.facilities.iloc[0]
    assert (row["limit"], row["used"], row["serves"]) == (50.0, 31.0, "B3|B4")
    assert codes(found) == []


@pytest.mark.parametrize("text", ["", "inf", "-inf", "nan", "1e999", "1e300", "-5", "约五十", "=SUM(A1)", "五十"])
@pytest.mark.parametrize("column", ["limit", "used", "committed", "reserved"])
def test_a_figure_that_is_no_amount_is_not_known(tmp_path, column, text):
    found = opened(tmp_path, [with_(**{column: text})])
    assert math.isnan(found.facilities[column].iloc[0])
    assert len(codes(found)) == 1


@pytest.mark.parametrize("text", ["", "2027-13-45", "明年底", "0000-00-00"])
def test_a_station_whose_day_is_not_known_holds_nothing_known(tmp_path, text):
    found = opened(tmp_path, [with_(in_service=text)])
    assert math.isnan(found.facilities["limit"].iloc[0])
    assert "facility_day_not_known" in codes(found)


def test_an_id_that_repeats_with_other_figures_is_not_known_whichever_comes_first(tmp_path):
    rows = [GOOD, with_(limit="500")]
    for k, order in enumerate((rows, rows[::-1])):
        found = opened(tmp_path / str(k), order, ("S-E", "S-E"))
        assert len(found.facilities) == 1
        assert math.isnan(found.facilities["limit"].iloc[0])
        assert codes(found) == ["counted_otherwise"]
    same = opened(tmp_path / "same", [GOOD, GOOD], ("S-E", "S-E"))
    assert same.facilities["limit"].tolist() == [50.0]
    assert codes(same) == ["counted_twice"]


@pytest.mark.parametrize("state", ["ok", "missing", "failed"])
def test_a_register_without_a_row_leaves_what_it_counts_unknown(tmp_path, state):
    found = opened(tmp_path, [], (), state).facilities
    assert {"power", "water", "sewage", "steam", "gas"} <= set(found["resource"])
    assert "energy" not in set(found["resource"])
    assert found["limit"].isna().all()
    assert set(found["serves"]) == {"B3|B4"}


@pytest.mark.parametrize("text", ["", "账户,单位,总量,已用\n", "别的,列\n1,2\n"])
def test_a_ledger_without_a_row_leaves_the_accounts_unknown(tmp_path, text):
    found = opened(tmp_path, ledger=text)
    assert set(found.budgets["budget_id"]) >= {"new_construction", "farmland_balance", "forest_quota", "energy", "cod"}
    assert found.budgets["limit"].isna().all()
    assert "register_silent" in codes(found)


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows, ids = [GOOD, with_(name="城西变", limit="40")], ("S-E", "S-W")
    first = opened(tmp_path / "a", rows, ids).facilities
    second = opened(tmp_path / "b", rows[::-1], ids[::-1]).facilities
    pd.testing.assert_frame_equal(first, second.iloc[::-1].reset_index(drop=True))


# --- units ------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "factor"), [
    ("MVA", 1.0), ("ＭＶＡ", 1.0), ("兆伏安", 1.0), ("kVA", 0.001), ("kva", 0.001), ("KVA", 0.001), ("千伏安", 0.001),
    ("万千伏安", 10.0), ("万kVA", 10.0), ("KW", 0.001), ("千瓦", 0.001), ("MW", 1.0), ("万千瓦", 10.0),
])  # fmt: skip
def test_power_in_any_unit_and_spelling_is_counted_in_mva(tmp_path, unit, factor):
    figures = {n: str(float(v) / factor) for n, v in zip(COLUMNS[3:7], GOOD[3:7], strict=True)}
    found = opened(tmp_path, [with_(unit=unit, **figures)])
    row = found.facilities.iloc[0]
    assert row[["limit", "used", "committed", "reserved"]].tolist() == pytest.approx([50.0, 31.0, 9.0, 2.0])
    assert (row["unit"], row["stated_unit"]) == ("MVA", "")
    real = counted.spelled(unit).endswith("w")  # kW is not kVA: converted at what promises least, and asked
    assert codes(found) == (["account_unit_near"] if real else [])


@pytest.mark.parametrize(("resource", "unit", "one"), [
    ("water", "㎥/d", 1.0), ("water", "m³/日", 1.0), ("water", "t/d", 1.0), ("water", "吨/日", 1.0),
    ("water", "方/天", 1.0),
    ("water", "万吨／日", 1e4), ("water", "万立方米/天", 1e4), ("water", "L/s", 86.4), ("water", "升/秒", 86.4),
    ("sewage", "m³/h", 24.0), ("sewage", "立方米/小时", 24.0), ("sewage", "万m3/d", 1e4), ("sewage", "立方米每日", 1.0),
    ("steam", "T/H", 1.0), ("steam", "吨/小时", 1.0), ("steam", "蒸吨/小时", 1.0), ("steam", "蒸吨", 1.0),
    ("gas", "Nm3/h", 24.0), ("gas", "万标方/日", 1e4), ("gas", "标准立方米/日", 1.0),
    ("new_construction", "公顷", 15.0), ("new_construction", "㎡", 0.0015), ("new_construction", "亩", 1.0),
    ("farmland_balance", "hm²", 15.0), ("forest_quota", "万亩", 1e4), ("energy", "万吨标准煤", 1e4),
    ("energy", "tce/a", 1.0),
])  # fmt: skip
def test_what_one_of_a_unit_is(resource, unit, one):
    assert counted.unit(resource, unit) == counted.Unit(counted.entry(resource).unit, pytest.approx(one))


@pytest.mark.parametrize(
    ("unit", "code"), [("度", "unknown"), ("MVA·h", "unknown"), ("", "missing"), ("MV", "unknown")]
)
def test_a_station_in_a_unit_nobody_declared_is_not_known_and_says_so(tmp_path, unit, code):
    found = opened(tmp_path, [with_(unit=unit), GOOD], ("S-X", "S-E"))
    lost, kept = (found.facilities.iloc[k] for k in (0, 1))
    assert (lost["unit"], lost["stated_unit"], math.isnan(lost["limit"])) == ("MVA", unit, True)
    assert (kept["limit"], kept["stated_unit"]) == (50.0, "")
    assert codes(found) == [f"account_unit_{code}"]


@pytest.mark.parametrize(("text", "mva"), [
    ("50", 50.0), ("1,200", 1200.0), ("５０", 50.0), ("50 MVA", 50.0), ("50000kVA", 50.0), ("5万kVA", 50.0),
])  # fmt: skip
def test_figures_are_read_as_everywhere_and_a_unit_beside_the_figure_wins(tmp_path, text, mva):
    found = opened(tmp_path, [with_(limit=text, used="0", committed="0", reserved="0")])
    assert found.facilities["limit"].tolist() == pytest.approx([mva])
    assert codes(found) == []


@pytest.mark.parametrize("text", ["约50", "50,0", "50 度"])
def test_a_figure_that_may_mean_another_amount_is_not_known(tmp_path, text):
    found = opened(tmp_path, [with_(limit=text)])
    assert math.isnan(found.facilities["limit"].iloc[0])
    assert len(codes(found)) == 1


def test_the_heading_may_name_the_unit(tmp_path):
    more = (
        'fields = { budget_id = "账户", limit = "总量（公顷）", committed = "已用（亩）", earmarked = "其中（预留）" }'
    )
    made = folder(tmp_path, LAYER.format(id="accounts", role="budget", source="accounts.csv", more=more))
    text = "账户,总量（公顷）,已用（亩）,其中（预留）\n新增指标,10,20,5\n"
    (made / "inputs" / "accounts.csv").write_text(text, encoding="utf-8")
    found = facilities.read(spec.read(made), made, SimpleNamespace(layers={}), ())
    row = found.budgets.iloc[0]
    assert math.isnan(row["limit"])  # one figure without a unit, and the account does not add up
    assert codes(found) == ["account_unit_missing"]
    (made / "inputs" / "accounts.csv").write_text(text.replace("（预留）", "（亩）"), encoding="utf-8")
    (made / "study.toml").write_text((made / "study.toml").read_text("utf-8").replace("（预留）", "（亩）"), "utf-8")
    row = facilities.read(spec.read(made), made, SimpleNamespace(layers={}), ()).budgets.iloc[0]
    assert row[["limit", "committed", "earmarked", "used"]].tolist() == [150.0, 20.0, 5.0, 0.0]


@pytest.mark.parametrize(
    ("unit", "limit", "asked"), [("kVA", "50", True), ("MVA", "50000", True), ("MVA", "50", False)]
)
def test_a_limit_no_station_has_is_asked_about(tmp_path, unit, limit, asked):
    found = opened(tmp_path, [with_(unit=unit, limit=limit, used="0", committed="0", reserved="0")])
    assert ("account_unit_doubtful" in codes(found)) is asked


def test_more_given_away_than_there_is_is_told(tmp_path):
    assert codes(opened(tmp_path, [with_(used="60")])) == ["account_overdrawn"]


def test_a_resource_nobody_declared_is_listed_and_told(tmp_path):
    found = opened(tmp_path, [with_(resource="氢", unit="t/d")])
    assert found.facilities["resource"].tolist() == ["氢"]
    assert codes(found) == ["resource_unknown"]


# --- earmarks ---------------------------------------------------------------------


def earmarked(place, text, fields='name = "项目", amount = "面积（亩）", budget_id = "账户"'):
    more = f"fields = {{ {fields} }}"
    made = folder(place, LAYER.format(id="marks", role="earmark", source="marks.csv", more=more), ACCOUNTS)
    ledger = "账户,单位,总量,已用\n新增指标,亩,5234,4110\n"
    (made / "inputs" / "accounts.csv").write_text(ledger, encoding="utf-8")
    (made / "inputs" / "marks.csv").write_text(text, encoding="utf-8")
    return facilities.read(spec.read(made), made, SimpleNamespace(layers={}), ())


def test_an_earmark_of_an_unknown_account_is_told_with_its_rows_and_lowers_no_quota(tmp_path):
    found = earmarked(
        tmp_path, "项目,面积（亩）,账户\n码头,40,海域使用指标\n安置房,60,新增指标\n航道,5,海域使用指标\n桥,7,\n"
    )
    assert found.earmarks["budget_id"].tolist() == ["海域使用指标", "new_construction", "海域使用指标", ""]
    told = {f.code: dict(f.reason.values) for layer, f in found.findings if layer == "marks"}
    assert told["earmark_account_unknown"]["rows"] == ["2", "4"]
    assert told["earmark_account_unknown"]["text"] == "海域使用指标"
    assert told["earmark_without_account"]["rows"] == ["5"]
    sums = next(f for _, f in found.findings if f.code == "earmarks_do_not_add_up")
    assert sums.reason.values["total"] == 60.0


def test_without_a_column_of_accounts_the_file_speaks_of_the_quota(tmp_path):
    found = earmarked(tmp_path, "项目,面积（亩）,账户\n码头,40,x\n", 'name = "项目", amount = "面积（亩）"')
    assert found.earmarks[["budget_id", "amount", "unit"]].values.tolist() == [["new_construction", 40.0, "亩"]]


def test_earmarks_in_hectares_are_counted_in_mu(tmp_path):
    found = earmarked(tmp_path, "项目,面积（公顷）,账户\n码头,4,新增指标\n",
                      'name = "项目", amount = "面积（公顷）", budget_id = "账户"')  # fmt: skip
    assert found.earmarks["amount"].tolist() == [60.0]


def test_rows_of_several_lists_of_earmarks_are_told_apart(tmp_path):
    """Two offices number their rows alike; both lists count."""
    more = 'fields = { name = "项目", amount = "面积（亩）", budget_id = "账户" }'
    layers = [LAYER.format(id=i, role="earmark", source=f"{i}.csv", more=more) for i in ("marks", "marks_2")]
    made = folder(tmp_path, *layers)
    for name, rows in (("marks", "码头,40,新增指标\n"), ("marks_2", "安置房,60,新增指标\n")):
        (made / "inputs" / f"{name}.csv").write_text("项目,面积（亩）,账户\n" + rows, encoding="utf-8")
    found = facilities.read(spec.read(made), made, SimpleNamespace(layers={}), ()).earmarks
    assert found[["row", "amount"]].values.tolist() == [["marks:2", 40.0], ["marks_2:2", 60.0]]
    assert not found.duplicated(["budget_id", "row"]).any()
