"""Notes on columns: each kind is told with its rows, and what is as it should be is not told at all."""

import numpy as np
import pandas as pd

from layers.sources.checks import columns


def told(frame):
    return {f.code: f.reason.values["columns"] for f in columns.audit(frame) if f.severity == "note"}


def test_a_good_table_says_nothing():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({
        "BSM": [f"P{k}" for k in range(200)], "DLBM": ["0101", "0601"] * 100, "MJ": rng.uniform(500, 900, 200),
        "SL": [str(k % 7) for k in range(200)], "BG": rng.uniform(-30, 400, 200),
    })  # fmt: skip
    assert told(frame) == {}


def test_each_kind_is_told_with_its_rows():
    rng = np.random.default_rng(2)
    ids = [f"7-{k}" for k in range(200)]
    frame = pd.DataFrame({
        "ML": ["7-1", "7-1", None, *ids[3:]], "KIND": ["LineString"] * 200, "SEEN": [None] * 200,
        "PRICE": ["0.0000"] * 30 + [f"{v:.1f}" for v in rng.uniform(50, 900, 170)],
        "OWNER": [None] * 22 + ["甲"] * 100 + [" 乙"] * 78,
        "BFE": [-9999.0] * 40 + list(rng.uniform(1, 9, 160)), "DEPTH": [-9999.0] * 200,
        "far_min": [1.0] * 200, "far_max": [0.0] + [2.0] * 199,
        "容积率下限": ["1"] * 200, "容积率上限": ["2"] * 199 + [""],
    })  # fmt: skip
    assert told(frame) == {
        "columns_alike": ["KIND = LineString", "SEEN = –", "DEPTH = -9999.0", "far_min = 1.0", "容积率下限 = 1"],
        "columns_nearly": ["ML (1 + 1)"],
        "columns_blank": ["ML 1", "OWNER 22", "容积率上限 1"],
        "columns_zero": ["PRICE 30"],
        "columns_sentinel": ["BFE -9999 × 40", "DEPTH -9999 × 200"],
        "columns_spaces": ["OWNER 78"],
        "columns_reversed": ["far_max < far_min 1"],
    }


def test_codes_heights_and_short_tables_are_no_figures():
    codes = pd.DataFrame({"DM": ["0101", "0000"] * 50, "FLAG": ["0", "1"] * 50})
    assert "columns_zero" not in told(codes)
    heights = pd.DataFrame({"H": [-999.0, -1200.0, *np.linspace(-500, 800, 98)]})
    assert told(heights) == {}, "ground lies as low as that figure: it may be one"
    assert told(pd.DataFrame({"A": ["x"] * 4})) == {}


def test_many_columns_are_counted():
    frame = pd.DataFrame({f"C{k}": ["x"] * 30 for k in range(20)})
    assert told(frame)["columns_alike"][-1] == "… +8"
