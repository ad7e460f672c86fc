import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.rank.value import Categories, Decreasing, Increasing, Target, limits, of_codes, shares

UP = Increasing(none_at=10.0, full_at=20.0)
DOWN = Decreasing(full_at=10.0, none_at=20.0)
BAND = Target(none_below=0.0, full_from=10.0, full_to=20.0, none_above=40.0)
PAID = Increasing(none_at=0.0, full_at=24.097, cap=1.5)
INF = np.inf
finite = st.floats(-1e3, 1e3)


def at(value, low, high=None):
    high = low if high is None else high
    return tuple(float(s[0]) for s in shares(value.corners, np.array([low]), np.array([high])))


@pytest.mark.parametrize(
    ("value", "x", "share"),
    [
        (UP, 5, 0), (UP, 10, 0), (UP, 15, 0.5), (UP, 20, 1), (UP, 99, 1),
        (DOWN, 5, 1), (DOWN, 10, 1), (DOWN, 17.5, 0.25), (DOWN, 20, 0), (DOWN, 99, 0),
        (BAND, -1, 0), (BAND, 5, 0.5), (BAND, 10, 1), (BAND, 15, 1), (BAND, 30, 0.5), (BAND, 40, 0),
        (PAID, 24.097, 1), (PAID, 30.12125, 1.25), (PAID, 1e6, 1.5), (PAID, -3, 0),
    ],
)  # fmt: skip
def test_a_known_value_earns_one_share(value, x, share):
    assert at(value, x) == (pytest.approx(share), pytest.approx(share))


@pytest.mark.parametrize(
    ("value", "low", "high", "least", "most"),
    [
        (UP, -INF, INF, 0, 1), (DOWN, -INF, INF, 0, 1), (BAND, -INF, INF, 0, 1),
        (UP, 15, INF, 0.5, 1), (DOWN, -INF, 15, 0.5, 1), (BAND, 5, 30, 0.5, 1),
        (BAND, 5, 8, 0.5, 0.8), (BAND, -5, 50, 0, 1), (PAID, 24.097, INF, 1, 1.5),
    ],
)  # fmt: skip
def test_an_interval_has_proved_what_its_worst_value_earns(value, low, high, least, most):
    assert at(value, low, high) == (pytest.approx(least), pytest.approx(most))


@given(st.sampled_from([UP, DOWN, BAND, PAID]), finite, finite, st.floats(0, 1))
def test_every_value_inside_an_interval_earns_a_share_inside(value, a, b, part):
    low, high = min(a, b), max(a, b)
    least, most = at(value, low, high)
    inside = at(value, min(max(low + part * (high - low), low), high))[0]
    assert least - 1e-9 <= inside <= most + 1e-9


@given(st.sampled_from([UP, DOWN, BAND]), finite, finite, st.floats(0, 100), st.floats(0, 100))
def test_less_data_proves_no_more(value, a, b, left, right):
    low, high = min(a, b), max(a, b)
    known, wider = at(value, low, high), at(value, low - left, high + right)
    assert wider[0] <= known[0]
    assert wider[1] >= known[1]


def test_a_code_that_is_not_listed_may_be_any():
    table = {"approved": 1.0, "unapproved": 0.25}
    least, most = of_codes(table, np.array(["approved", "", "stray"], object))
    assert least.tolist() == [1.0, 0.25, 0.25]
    assert most.tolist() == [1.0, 1.0, 1.0]
    assert of_codes(table, np.array([], object))[0].shape == (0,)


def test_a_limit_is_kept_broken_or_open():
    low, high = np.array([5.0, 5.0, 1.0, 9.0, -INF]), np.array([5.0, 12.0, 2.0, 9.0, INF])
    broken, open_ = limits(low, high, 3.0, 9.0)
    assert broken.tolist() == [False, False, True, False, False]
    assert open_.tolist() == [False, True, False, False, True]
    assert not np.any(limits(low, high, None, None))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Increasing(none_at=2.0, full_at=2.0),
        lambda: Decreasing(full_at=3.0, none_at=2.0),
        lambda: Target(none_below=0.0, full_from=5.0, full_to=4.0, none_above=9.0),
        lambda: Increasing(none_at=0.0, full_at=1.0, cap=0.5),
        lambda: Categories(shares={}),
        lambda: Categories(shares={"a": 1.1}),
    ],
)
def test_bounds_that_make_no_function_are_refused(make):
    with pytest.raises(ValidationError):
        make()
