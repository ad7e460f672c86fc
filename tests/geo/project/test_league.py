"""Units against targets: edges of a period, stages without a day, what cannot be counted, ties, what moved."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geo.project import league
from geo.project.league import Measure, Span
from geo.project.stages import DAY_OF

MEASURES = (Measure("investment", "sum", 40.0, "investment_wan"), Measure("number", "number", 20.0, most=1.5),
            Measure("start", "rate", 10.0), Measure("funds", "rate", 10.0))  # fmt: skip
YEAR = league.span("year", date(2026, 11, 30))


def projects(*rows):
    blank = dict.fromkeys(DAY_OF.values(), pd.NaT) | {"stage": "", "unit": "甲", "investment_wan": np.nan,
                                                      "paid_wan": np.nan, "leader": "", "wish_park_id": ""}  # fmt: skip
    frame = pd.DataFrame([blank | {"project_id": f"P{k}"} | r for k, r in enumerate(rows)])
    return frame.assign(**{d: pd.to_datetime(frame[d]) for d in DAY_OF.values()})


def cell(found, measure, column, name="甲"):
    return found[(found["name"] == name) & (found["measure"] == measure)][column].iloc[0]


def test_periods():
    assert league.span("month", date(2026, 11, 30)) == Span(date(2026, 11, 1), date(2026, 11, 30), date(2026, 10, 31))
    assert league.span("quarter", date(2026, 11, 30)).first == date(2026, 10, 1)
    assert YEAR.first == date(2026, 1, 1)
    assert league.span("year", date(2026, 1, 15)).before == date(2025, 12, 31)


def test_the_first_and_the_last_day_count_and_what_has_no_day_is_told():
    listed = projects(
        {"signed_on": "2026-01-01", "investment_wan": 10.0}, {"signed_on": "2026-11-30", "investment_wan": 5.0},
        {"signed_on": "2025-12-31", "investment_wan": 100.0}, {"signed_on": "2026-12-01", "investment_wan": 100.0},
        {"stage": "signed", "investment_wan": 100.0}, {"signed_on": "2026-05-01"},
    )  # fmt: skip
    found = league.table(listed, "unit", YEAR, MEASURES, {"甲": {"investment": 30.0, "number": 2.0}})
    assert cell(found, "investment", "actual") == 15.0
    assert cell(found, "investment", "points") == 20.0
    assert cell(found, "investment", "unknown") == 2  # one without a day, one without the figure
    assert cell(found, "number", "actual") == 3.0
    assert cell(found, "number", "points") == 30.0  # three of two: paid up to one and a half
    assert league.undated(listed) == 1


def test_no_target_and_nothing_to_count_earn_nothing():
    found = league.table(projects({"signed_on": "2026-05-01"}), "unit", YEAR, MEASURES, {"乙": {"number": 1.0}})
    assert found["points"].sum() == 0.0
    assert np.isnan(cell(found, "number", "completion"))
    assert np.isnan(cell(found, "start", "completion"))
    assert cell(found, "number", "completion", "乙") == 0.0  # a unit of the targets without a project is listed


def test_rates_read_a_day():
    listed = projects({"stage": "started", "prepared_on": "2026-02-01", "started_on": "2026-11-05", "paid_wan": 3.0,
                       "investment_wan": 6.0}, {"stage": "preparing", "investment_wan": 6.0})  # fmt: skip
    now = league.table(listed, "unit", YEAR, MEASURES, {})
    assert (cell(now, "start", "part"), cell(now, "start", "whole")) == (1.0, 2.0)
    assert cell(now, "start", "points") == 5.0
    assert (cell(now, "funds", "actual"), cell(now, "funds", "unknown")) == (0.5, 1)
    then = league.table(listed, "unit", Span(YEAR.first, YEAR.before, YEAR.before), MEASURES, {})
    assert cell(then, "start", "part") == 0.0
    assert league.at(listed, date(2026, 10, 31)).tolist() == [3, 3]


def test_ties_share_a_place_and_what_has_no_unit_has_none():
    listed = projects(*({"unit": u, "signed_on": "2026-05-01"} for u in ("甲", "乙", "丙", "")))
    targets = {u: {"number": n} for u, n in (("甲", 1.0), ("乙", 1.0), ("丙", 2.0), ("", 1.0))}
    order = league.standing(league.table(listed, "unit", YEAR, MEASURES, targets)).set_index("name")["place"]
    assert order[["甲", "乙", "丙"]].tolist() == [1.0, 1.0, 3.0]
    assert np.isnan(order[""])


def test_moves_name_projects_and_points():
    listed = projects({"unit": "甲", "signed_on": "2026-05-01"}, {"unit": "乙", "signed_on": "2026-11-02"})
    targets = {"甲": {"number": 2.0}, "乙": {"number": 1.0}}
    now = league.table(listed, "unit", YEAR, MEASURES, targets)
    then = league.table(listed, "unit", Span(YEAR.first, YEAR.before, YEAR.before), MEASURES, targets)
    moved = {m.name: m for m in league.moves(listed, "unit", (YEAR.before, YEAR.last), (then, now))}
    assert (moved["乙"].place_before, moved["乙"].place) == (2.0, 1.0)
    assert moved["乙"].projects == (("P1", "unknown", "signed"),)
    assert dict(moved["乙"].measures) == pytest.approx({"number": 20.0})
    assert (moved["甲"].place_before, moved["甲"].place, moved["甲"].projects) == (1.0, 2.0, ())
