import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.tables import settled
from geo.rank.robust import Draws
from geo.rank.scale import scaled
from geo.rank.score import ranking, scores
from tests.geo.rank.making import criterion, shares

FEW = Draws(count=20, top=3)
UP = {"kind": "increasing", "none_at": 0.0, "full_at": 10.0}
DOWN = {"kind": "decreasing", "full_at": 0.0, "none_at": 10.0}


def ranked(criteria, units, draws=FEW):
    found = scaled(units, criteria, "site_id")
    return ranking(found, {c.id: c.weight for c in criteria}, draws).set_index("site_id")


def test_a_sum_by_hand():
    criteria = [criterion("a", UP, weight=0.6), criterion("b", DOWN, weight=0.4)]
    units = pd.DataFrame({"site_id": ["S1", "S2", "S3"], "a": [5.0, 10.0, np.nan], "b": [0.0, 10.0, 2.5]})
    got = ranked(criteria, units)
    assert got.loc["S1", ["score", "score_low", "score_high"]].tolist() == [70.0, 70.0, 70.0]
    assert got.loc["S2", "score"] == 60.0
    assert got.loc["S3", ["score", "score_low", "score_high"]].tolist() == [30.0, 30.0, 90.0]
    assert got["rank"].to_dict() == {"S1": 1.0, "S2": 2.0, "S3": 3.0}
    assert got.loc["S3", ["rank_best", "rank_worst"]].tolist() == [1.0, 3.0]
    assert got.loc["S1", ["rank_best", "rank_worst"]].tolist() == [1.0, 2.0]
    assert got.loc["S2", ["rank_best", "rank_worst"]].tolist() == [2.0, 3.0]


def test_points_of_a_site_add_up_to_its_score_and_both_tables_fit_their_schema():
    criteria, units = shares(40, a=0.5, b=0.3, c=0.2)
    units.loc[3, "b"] = np.nan
    found = scaled(units, criteria, "site_id")
    weights = {c.id: c.weight for c in criteria}
    rows, order = settled("scores", scores(found, weights)), settled("ranking", ranking(found, weights, FEW))
    summed = rows.groupby("site_id")[["points", "points_hi"]].sum().loc[order["site_id"]]
    assert order["rank"].is_monotonic_increasing
    assert summed["points"].to_numpy() == pytest.approx(order["score"].to_numpy(), abs=1e-6)
    assert summed["points_hi"].to_numpy() == pytest.approx(order["score_high"].to_numpy(), abs=1e-6)
    assert (rows["points"] - rows["weight"] * rows["scaled"] * 100).abs().max() < 1e-9
    assert len(rows) == 120


def test_a_broken_hard_limit_takes_a_site_out_with_its_reason():
    criteria = [criterion("a", UP, weight=0.5, hard_min=3.0), criterion("b", DOWN, weight=0.5, hard_max=8.0)]
    units = pd.DataFrame({"site_id": list("PQRS"), "a": [2.0, 3.0, np.nan, 9.0], "b": [1.0, 8.0, 1.0, 8.1]})
    got = ranked(criteria, units)
    assert got["state"].to_dict() == {"P": "infeasible", "Q": "feasible", "R": "unknown", "S": "infeasible"}
    assert got.loc[["P", "S"], ["score", "score_low", "score_high", "rank", "rank_low", "topsis"]].isna().all(axis=None)
    assert '"criteria": ["a"]' in got.loc["P", "reason"]
    assert '"criteria": ["b"]' in got.loc["S", "reason"]
    # what may break its limit has proved nothing there, and is ranked by the rest
    assert got.loc["R", "score"] == 45.0
    assert got.loc["R", "score_high"] == 95.0
    assert got.loc["Q", "rank"] == 2.0


def test_a_limit_from_memory_takes_nothing_out():
    remembered = [criterion("a", UP, weight=1.0, hard_min=3.0, confidence="M")]
    units = pd.DataFrame({"site_id": ["P", "Q"], "a": [2.0, 5.0]})
    got = ranked(remembered, units)
    assert got["state"].to_dict() == {"P": "unknown", "Q": "feasible"}
    assert got.loc["P", "score"] == 0.0
    checked = [criterion("a", UP, weight=1.0, hard_min=3.0, confidence="M", verified_by="周工")]
    assert ranked(checked, units).loc["P", "state"] == "infeasible"


def test_categories_score_and_exclude():
    table = {"kind": "categories", "shares": {"approved": 1.0, "unapproved": 0.2, "built": 0.0}}
    criteria = [criterion("supply", table, weight=1.0, hard_codes=["built"])]
    units = pd.DataFrame({"site_id": list("ABCD"), "supply": ["approved", "unapproved", "built", None]})
    got = ranked(criteria, units)
    assert got["state"].tolist() == ["feasible", "feasible", "unknown", "infeasible"]
    assert got["score"].tolist()[:3] == [100.0, 20.0, 0.0]


def test_a_column_that_is_not_there_scores_nothing_and_excludes_nothing():
    criteria = [criterion("a", UP, weight=0.5), criterion("gone", DOWN, weight=0.5, hard_max=1.0)]
    got = ranked(criteria, pd.DataFrame({"site_id": ["P"], "a": [10.0]}))
    assert got.loc["P", ["state", "score", "score_high"]].tolist() == ["unknown", 50.0, 100.0]


def test_an_interval_column_is_read():
    units = pd.DataFrame({"site_id": ["P"], "slope_p90_pct": [2.0], "slope_p90_hi_pct": [6.0]})
    criteria = [criterion("slope", DOWN, fact="slope_p90_pct", weight=1.0)]
    assert ranked(criteria, units).loc["P", ["score_low", "score_high"]].tolist() == [40.0, 80.0]
    row = scores(scaled(units, criteria, "site_id"), {"slope": 1.0}).loc[0]
    assert [row["value"], row["value_hi"]] == [2.0, 6.0]


def test_equal_scores_share_a_rank_and_no_sites_make_no_rows():
    criteria = [criterion("a", UP, weight=1.0)]
    got = ranked(criteria, pd.DataFrame({"site_id": list("ABCD"), "a": [5.0, 9.0, 5.0, 1.0]}))
    assert got["rank"].to_dict() == {"B": 1.0, "A": 2.0, "C": 2.0, "D": 4.0}
    assert got.loc["A", ["rank_low", "rank_high"]].tolist() == [2.0, 2.0]
    none = pd.DataFrame({"site_id": pd.Series([], dtype=object), "a": pd.Series([], dtype=float)})
    assert len(settled("ranking", ranked(criteria, none).reset_index())) == 0
    assert len(settled("scores", scores(scaled(none, criteria, "site_id"), {"a": 1.0}))) == 0


@given(st.lists(st.tuples(*[st.floats(-1, 2)] * 3), min_size=1, max_size=12), st.integers(0, 11), st.integers(0, 2))
def test_taking_data_away_never_raises_a_score(rows, row, column):
    criteria = [criterion(n, weight=w, hard_min=h) for n, w, h in (("a", 0.5, None), ("b", 0.3, 0.1), ("c", 0.2, None))]
    units = pd.DataFrame(rows, columns=list("abc"))
    units.insert(0, "site_id", [f"S{k}" for k in range(len(units))])
    row = row % len(units)
    before = ranked(criteria, units).loc[f"S{row}"]
    units.loc[row, "abc"[column]] = np.nan
    after = ranked(criteria, units).loc[f"S{row}"]
    if before["state"] != "infeasible":
        assert after["score"] <= before["score"]
        assert after["score_high"] >= before["score_high"]
        assert after["state"] != "infeasible"
        assert (before["state"], after["state"]) != ("unknown", "feasible")


@given(st.lists(st.tuples(*[st.floats(-1, 2)] * 3), min_size=2, max_size=12))
def test_a_further_site_never_reorders_the_others(rows):
    criteria = [criterion(n, weight=w) for n, w in (("a", 0.5), ("b", 0.3), ("c", 0.2))]
    units = pd.DataFrame(rows, columns=list("abc"))
    units.insert(0, "site_id", [f"S{k}" for k in range(len(units))])
    whole, short = ranked(criteria, units), ranked(criteria, units.iloc[:-1])
    pd.testing.assert_frame_equal(whole.loc[short.index, ["score", "score_high"]], short[["score", "score_high"]])
    kept = [i for i in whole.index if i in short.index]
    assert whole.loc[kept, "topsis"].to_dict() == short["topsis"].to_dict()
    assert kept == short.index.tolist()


def test_projects_are_scored_by_the_same_core():
    criteria = [criterion("tax", {"kind": "increasing", "none_at": 0.0, "full_at": 24.097, "cap": 1.5}, weight=1.0)]
    units = pd.DataFrame({"project_id": ["XM-01", "XM-02"], "tax": [24.097, 100.0]})
    found = scaled(units, criteria, "project_id")
    got = ranking(found, {"tax": 1.0}, FEW, "project_id").set_index("project_id")
    assert got["score"].to_dict() == {"XM-02": 150.0, "XM-01": 100.0}
    assert list(scores(found, {"tax": 1.0}, "project_id")["project_id"]) == ["XM-01", "XM-02"]
    assert got["topsis"].max() == 1.0


def test_open_data_is_the_reason_only_where_a_figure_is_open():
    criteria = [criterion("a", UP, weight=0.5), criterion("b", UP, weight=0.5)]
    units = pd.DataFrame({"site_id": ["S1", "S2"], "a": [5.0, np.nan], "b": [5.0, 5.0]})
    got = ranked(criteria, units)
    assert "rank_data_open" not in got.loc["S1", "reason"]
    assert "rank_data_open" in got.loc["S2", "reason"]
    assert '"criteria": ["a"]' in got.loc["S2", "reason"]


def test_closeness_holds_what_may_earn_above_its_points_against_all_it_may_earn():
    criteria = [criterion("a", UP | {"cap": 2.0}, weight=0.5), criterion("b", UP, weight=0.5)]
    units = pd.DataFrame({"site_id": ["P", "Q"], "a": [20.0, 0.0], "b": [0.0, 10.0]})
    got = ranked(criteria, units)
    # P lacks b, whose whole is 0.5; Q lacks a, whose whole is twice its weight
    assert got["topsis"].to_dict() == pytest.approx({"P": 2 / 3, "Q": 1 / 3})
