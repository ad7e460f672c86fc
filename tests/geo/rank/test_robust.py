import numpy as np
import pytest

from geo.basis.errors import CallError
from geo.rank.robust import Draws, stability, tolerance
from geo.rank.scale import scaled
from geo.rank.score import places
from geo.rank.twins import twins
from tests.geo.rank.making import criterion, shares


@pytest.fixture
def random():
    """Numbers of the test's own: what one test draws must not depend on those before it."""
    return np.random.default_rng(7)


def plain(values, weights, draws):
    """Ranks of every weighting, one at a time, in plain double precision."""
    everyone = np.ones(len(values), bool)
    ranks = np.array([places(np.round(values @ w, 9), everyone) for w in draws.weightings(weights)])
    ranks.sort(axis=0)
    tail = int(np.floor((1 - draws.inner) / 2 * (len(ranks) - 1)))
    return ranks[tail], ranks[len(ranks) - 1 - tail], (ranks <= draws.top).mean(axis=0)


@pytest.mark.parametrize("kind", ["dirichlet", "each", "any"])
def test_intervals_are_those_of_ranking_one_weighting_at_a_time(kind, random):
    values = np.round(random.random((60, 5)), 2)
    values[10:13] = values[9]  # alike units share every rank
    weights = np.array([0.4, 0.3, 0.2, 0.1, 0.0])
    draws = Draws(count=203, kind=kind, top=5)
    got, (low, high, top) = stability(values, weights, draws), plain(values, weights, draws)
    assert np.abs(got.low - low).max() <= 1  # single precision may turn a near tie
    assert np.abs(got.high - high).max() <= 1
    assert np.abs(got.top_share - top).max() <= 0.01
    assert len(set(got.low[9:13])) == len(set(got.top_share[9:13])) == 1


def test_weightings_are_shares_around_the_given_and_the_same_every_time():
    weights = np.array([0.5, 0.3, 0.2, 0.0])
    for kind in ("dirichlet", "each", "any"):
        drawn = Draws(count=4000, kind=kind).weightings(weights)
        assert drawn.sum(axis=1) == pytest.approx(1.0)
        assert (drawn[:, 3] == 0.0).all()
        assert np.array_equal(drawn, Draws(count=4000, kind=kind).weightings(weights))
    drawn = Draws(count=4000).weightings(weights)
    assert drawn.mean(axis=0) == pytest.approx(weights, abs=0.01)
    assert drawn[:, 0].std() == pytest.approx(np.sqrt(0.5 * 0.5 / 51), rel=0.05)
    each = Draws(count=4000, kind="each", spread=0.3).weightings(np.array([0.5, 0.5]))
    assert each[:, 0].min() >= 0.7 / 2.0
    assert each[:, 0].max() <= 1.3 / 2.0


def test_a_site_best_in_everything_is_first_under_every_weighting(random):
    values = random.random((30, 4)) * 0.9
    values[4] = 1.0
    got = stability(values, np.full(4, 0.25), Draws(count=200, kind="any", top=1))
    assert (got.low[4], got.high[4], got.top_share[4]) == (1, 1, 1.0)
    assert got.top_share.sum() == pytest.approx(1.0)


def test_no_weightings_leave_the_rank_and_no_sites_leave_nothing():
    values = np.array([[0.2], [0.9], [0.5]])
    got = stability(values, np.array([1.0]), Draws(count=0))
    assert got.low.tolist() == got.high.tolist() == [3, 1, 2]
    assert len(stability(np.empty((0, 2)), np.array([0.5, 0.5]), Draws(count=5)).low) == 0


@pytest.mark.parametrize("wrong", [{"count": -1}, {"concentration": 0.0}, {"spread": 1.5}, {"top": 0}, {"inner": 0.0}])
def test_weightings_nobody_can_draw_are_refused(wrong):
    with pytest.raises(CallError):
        Draws(**wrong)


def moved(weights, k, to):
    out = weights * (1.0 - to) / (1.0 - weights[k])
    out[k] = to
    return out


@pytest.mark.parametrize("top", [1, 4])
def test_the_first_swap_is_where_it_says(top, random):
    values, weights = random.random((25, 4)), np.array([0.4, 0.3, 0.2, 0.1])
    ids = np.array([f"S{k:02}" for k in range(25)], object)
    found = tolerance(values, weights, ids, list("abcd"), top)

    def best(w):
        return ids[np.lexsort((ids.astype(str), -np.round(values @ w, 12)))[:top]].tolist()

    now = best(weights)
    for k, line in enumerate(found.itertuples()):
        for at, end, sign in ((line.weight_low, 0.0, -1.0), (line.weight_high, 1.0, 1.0)):
            last = end if np.isnan(at) else at - sign * 1e-6
            assert best(moved(weights, k, last)) == now
            assert best(moved(weights, k, weights[k] + 0.5 * (last - weights[k]))) == now
            if not np.isnan(at):
                assert best(moved(weights, k, at + sign * 1e-6)) != now
    assert found["weight_low"].notna().any()
    assert found["weight_high"].notna().any()


def test_a_swap_names_who_passes_whom():
    values = np.array([[1.0, 0.0], [0.0, 1.0]])
    ids = np.array(["A", "B"], object)
    line = tolerance(values, np.array([0.7, 0.3]), ids, ["a", "b"]).iloc[0]
    assert line["weight_low"] == pytest.approx(0.5)
    assert (line["passed_low"], line["passing_low"]) == ("A", "B")
    assert np.isnan(line["weight_high"])
    assert line["passing_high"] == ""
    alone = tolerance(values[:1], np.array([1.0, 0.0]), ids[:1], ["a", "b"])
    assert alone[["weight_low", "weight_high"]].isna().all(axis=None)


def test_twins_are_the_nearest_with_the_greatest_difference_first():
    criteria, units = shares(30, a=0.5, b=0.3, c=0.2, d=0.0)
    units.loc[7, list("abc")] = units.loc[3, list("abc")] + [0.0, 0.01, 0.0]
    found = scaled(units, criteria, "site_id")
    weights = {c.id: c.weight for c in criteria}
    got = twins(found, weights, "S003", 3)
    assert got["site_id"].iloc[0] == "S007"
    assert got["site_id"].nunique() == 3
    assert got["distance"].iloc[0] == pytest.approx(np.sqrt(0.3) * 0.01, abs=1e-6)
    assert got["distance"].is_monotonic_increasing
    for _, rows in got.groupby("site_id"):
        assert rows["gap"].is_monotonic_decreasing
    with pytest.raises(CallError):
        twins(found, weights, "nobody")


def test_unknown_is_never_alike_and_infeasible_is_never_a_twin():
    criteria = [criterion("a", weight=0.5), criterion("b", weight=0.5, hard_min=0.1)]
    units = shares(4, a=0.5, b=0.5)[1].assign(a=0.5, b=[0.5, np.nan, 0.4, 0.0])
    got = twins(scaled(units, criteria, "site_id"), {"a": 0.5, "b": 0.5}, "S000")
    assert got["site_id"].unique().tolist() == ["S002", "S001"]
    unknown = got[got["site_id"] == "S001"].set_index("criterion_id")
    assert unknown.loc["b", ["gap", "open"]].tolist() == [0.5, True]
    assert unknown.loc["b", ["value", "value_hi"]].tolist() == [0.5, 0.5]
    assert unknown.loc["b", ["twin_value", "twin_value_hi"]].isna().all()
    assert not unknown.loc["a", "open"]
