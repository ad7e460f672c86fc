"""Stages, sums and rates counted by hand."""

import numpy as np
import pandas as pd
import pytest

from geo.project import stages
from tests.geo.project import making


@pytest.fixture
def pipeline():
    return making.projects(
        {"stage": "talks", "investment_wan": 100.0, "paid_wan": 50.0, "wish_park_id": "A"},
        {"stage": "signed", "investment_wan": 200.0, "paid_wan": 50.0, "wish_park_id": "A"},
        {"stage": "signed", "investment_wan": np.nan, "paid_wan": 10.0, "wish_park_id": "B"},
        {"stage": "preparing", "investment_wan": 100.0, "paid_wan": 0.0, "wish_park_id": "B"},
        # the list says signed, the day says that building began: the later one counts
        {"stage": "signed", "started_on": "2026-05-01", "investment_wan": 300.0, "paid_wan": 150.0},
        {"stage": "producing", "investment_wan": 400.0, "paid_wan": 400.0},
        {"stage": "", "investment_wan": 50.0},
    )


def test_the_later_of_stage_and_day_counts(pipeline):
    assert stages.rank(pipeline).tolist() == [1, 2, 2, 3, 4, 6, -1]


def test_rates(pipeline):
    found = {r.name: r for r in stages.rates(pipeline)}
    assert (found["performance"].part, found["performance"].whole) == (2, 5)
    assert (found["start"].part, found["start"].whole) == (2, 3)
    assert (found["completion"].part, found["completion"].whole) == (1, 2)
    assert (found["production"].part, found["production"].whole) == (1, 1)
    # funds: of the five signed or further, four state both
    assert (found["funds"].part, found["funds"].whole) == (600.0, 1000.0)
    assert found["funds"].share == pytest.approx(0.6)
    assert (found["performance"].unknown, found["funds"].unknown) == (1, 2)


def test_nothing_to_count_is_no_rate():
    found = stages.rates(making.projects({"stage": "talks"}))
    assert all(np.isnan(r.share) for r in found)


def test_by_stage_keeps_every_stage_and_counts_the_unknown(pipeline):
    frame = stages.by_stage(pipeline).set_index("stage")
    assert frame["projects"].tolist() == [0, 1, 2, 1, 1, 0, 1, 1]
    assert frame.loc["signed", "investment_wan"] == 200.0
    assert frame.loc["signed", "unknown_investment"] == 1
    assert frame["projects"].sum() == len(pipeline)


def test_by_place(pipeline):
    frame = stages.by_place(pipeline).set_index("park_id")
    assert frame.loc["A", ["talks", "signed"]].tolist() == [1, 1]
    assert frame.loc["B", ["signed", "preparing"]].tolist() == [1, 1]
    assert frame.loc["", ["started", "producing", "unknown"]].tolist() == [1, 1, 1]
    assert frame["projects"].sum() == len(pipeline)


def test_milestones_most_overdue_first():
    frame = making.projects(
        {"next_milestone": "甲", "due": "2026-12-01"}, {"next_milestone": "乙", "due": "2026-11-01"},
        {"next_milestone": "丙"}, {},
    )  # fmt: skip
    found = stages.milestones(frame, pd.Timestamp("2026-11-23"))
    assert found["project_id"].tolist() == ["P1", "P0", "P2"]
    assert found["days"].tolist()[:2] == [-22, 8]
