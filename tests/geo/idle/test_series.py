"""Monthly readings against their own past, each case worked out by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.idle import series
from tests.geo.idle.test_signals import BOUNDS

AS_OF = date(2026, 11, 23)
MONTHS = pd.period_range("2024-11", "2026-10", freq="M")


def frame(values, signal="power", asset="A", firm="F", months=MONTHS):
    return pd.DataFrame({"asset_id": asset, "enterprise_id": firm, "signal": signal, "month": months.astype(str),
                         "value": np.asarray(values, float), "source": "file"})  # fmt: skip


def only(readings, as_of=AS_OF):
    found = series.read(readings, as_of, BOUNDS)
    assert len(found) == 1
    return found.iloc[0]


def level(*pieces):
    return np.concatenate([np.full(count, value) for count, value in pieces])


@pytest.mark.parametrize(
    ("values", "share", "says", "code"),
    [
        # six months at 18 % of the same months a year before
        (level((18, 100.0), (6, 18.0)), 0.18, "idle", "same_month"),
        (level((18, 100.0), (6, 20.0)), 0.20, "low", "same_month"),
        (level((18, 100.0), (6, 19.99)), 0.1999, "idle", "same_month"),
        (level((18, 100.0), (6, 59.9)), 0.599, "low", "same_month"),
        (level((18, 100.0), (6, 60.0)), 0.60, "active", "same_month"),
        (level((24, 100.0),), 1.0, "active", "same_month"),
        # low for three months only: not idle yet, and not active either
        (level((21, 100.0), (3, 10.0)), 0.55, "low", "same_month"),
        (level((20, 100.0), (1, 130.0), (3, 10.0)), 0.60, "low", "same_month"),
        # stopped 16 months ago: the baseline has seen the stop, the best year has not
        (level((8, 100.0), (16, 3.0)), 3.0 / ((8 * 100 + 4 * 3) / 12), "idle", "best_year"),
        # in use again after a year of rest
        (level((6, 5.0), (12, 5.0), (6, 100.0)), 20.0, "active", "same_month"),
        (level((24, 0.0),), np.nan, "idle", "zero"),
        (level((18, 0.0), (6, 50.0)), np.inf, "active", "same_month"),
        # a correction below zero is no negative use
        (level((18, 100.0), (6, -5.0)), 0.0, "idle", "same_month"),
    ],
)  # fmt: skip
def test_shares(values, share, says, code):
    found = only(frame(values))
    assert (found["says"], found["code"]) == (says, code)
    np.testing.assert_allclose(found["share"], share, rtol=1e-12)
    assert found["on"] == date(2026, 10, 31)


def test_a_season_is_not_a_stop():
    """A sugar mill: eight months of rest every year."""
    season = np.tile(level((4, 100.0), (8, 2.0)), 2)
    assert only(frame(season))["says"] == "active"


def test_zero_of_tax_says_nothing():
    assert (
        only(
            frame(
                level(
                    (24, 0.0),
                ),
                "tax",
            )
        )["says"]
        == "none"
    )
    assert (
        only(
            frame(
                level(
                    (24, 0.0),
                ),
                "staff",
            )
        )["says"]
        == "idle"
    )


@pytest.mark.parametrize("gone", [MONTHS[-1], MONTHS[-6], MONTHS[-13], MONTHS[-18]])
def test_a_missing_month_says_nothing(gone):
    readings = frame(level((18, 100.0), (6, 5.0)))
    other = frame(
        level(
            (24, 1.0),
        ),
        asset="B",
    )
    for missing in (readings[readings["month"] != str(gone)], readings.assign(
            value=readings["value"].where(readings["month"] != str(gone)))):  # fmt: skip
        found = series.read(pd.concat([missing, other]), AS_OF, BOUNDS).set_index("asset_id")
        assert (found.loc["A", "says"], found.loc["A", "code"]) == ("none", "gap")
        assert found.loc["B", "says"] == "active"


def test_months_after_the_day_are_not_read():
    readings = frame(level((18, 100.0), (6, 5.0)))
    assert only(readings, date(2026, 4, 30))["says"] == "active"
    assert only(readings, date(2026, 4, 30))["on"] == date(2026, 4, 30)
    # the month of the day itself has not ended
    assert only(readings, date(2026, 5, 30))["on"] == date(2026, 4, 30)
    assert only(readings, date(2026, 5, 31))["on"] == date(2026, 5, 31)


def test_old_readings_say_nothing():
    readings = frame(level((18, 100.0), (6, 5.0)))
    assert only(readings, date(2027, 4, 30))["says"] == "idle"
    stale = only(readings, date(2027, 5, 1))
    assert (stale["says"], stale["code"]) == ("none", "stale")


def test_firms_of_one_building_add_up():
    left, right = (
        frame(level((18, 90.0), (6, 0.0)), firm="F1"),
        frame(
            level(
                (24, 10.0),
            ),
            firm="F2",
        ),
    )
    found = only(pd.concat([left, right]))
    assert found["share"] == pytest.approx(0.1)
    # a firm that does not report a month leaves that month of the building open
    assert only(pd.concat([left, right[right["month"] != "2026-10"]]))["code"] == "gap"


def test_a_month_told_twice():
    readings = frame(level((18, 100.0), (6, 5.0)))
    assert only(pd.concat([readings, readings.tail(1)]))["says"] == "idle"
    assert only(pd.concat([readings, readings.tail(1).assign(value=70.0)]))["code"] == "gap"


def test_nothing_at_all():
    assert series.read(frame([], months=MONTHS[:0]), AS_OF, BOUNDS).empty
    assert only(frame([7.0], months=MONTHS[-1:]))["code"] == "gap"
