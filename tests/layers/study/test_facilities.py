"""Registers of facilities and county accounts under attack: what is not surely known never holds anything."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from geo.basis.layer import Layer
from layers.study import facilities, spec
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
    assert set(found.budgets["budget_id"]) == {"new_construction", "farmland_balance", "forest_quota", "energy"}
    assert found.budgets["limit"].isna().all()
    assert "register_silent" in codes(found)


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows, ids = [GOOD, with_(name="城西变", limit="40")], ("S-E", "S-W")
    first = opened(tmp_path / "a", rows, ids).facilities
    second = opened(tmp_path / "b", rows[::-1], ids[::-1]).facilities
    pd.testing.assert_frame_equal(first, second.iloc[::-1].reset_index(drop=True))
