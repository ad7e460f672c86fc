"""The sign of imagery: open ground long after hand-over; everything else says nothing, and why."""

from datetime import date

import pandas as pd
import pytest

from geo.idle.seen import COLUMNS, Reading, signs

READING = Reading(wait_months=12, open_share=0.9, growth_share=0.1)
NO_CHANGES = pd.DataFrame({"unit_id": [], "to_layer": [], "built_change_share": []})


def said(since="2024-03-29", taken="2026-10-20", growth=None, **shares):
    row = {"unit_id": "G", "layer_id": "new", "taken_on": pd.Timestamp(taken), "green_share": 0.0, "bare_share": 0.0,
           "built_share": 0.0, "water_share": 0.0, "unknown_share": 0.0} | shares  # fmt: skip
    old = row | {"layer_id": "old", "taken_on": pd.Timestamp("2024-10-15"), "green_share": 0.0, "built_share": 1.0}
    changes = NO_CHANGES
    if growth is not None:
        changes = pd.DataFrame({"unit_id": ["G"], "to_layer": ["new"], "built_change_share": [growth]})
    plots = pd.DataFrame({"asset_id": ["G"], "since": [pd.Timestamp(since) if since else pd.NaT], "area_m2": [1000.0]})
    return signs(plots, pd.DataFrame([row, old]), changes, READING).iloc[0]


def test_open_ground_after_the_wait_says_idle_with_its_numbers():
    row = said(bare_share=0.7, green_share=0.25, unknown_share=0.05)
    assert (row["says"], row["code"], row["source"]) == ("idle", "imagery_open", "new")
    assert (row["value"], row["baseline"], row["share"]) == pytest.approx((950.0, 1000.0, 0.95))
    assert row["on"] == date(2026, 10, 20)
    assert list(row.index) == list(COLUMNS)


@pytest.mark.parametrize(
    ("given", "says", "code"),
    [
        ({"bare_share": 1.0, "since": "2025-10-20"}, "idle", "imagery_open"),
        ({"bare_share": 1.0, "since": "2025-10-21"}, "none", "imagery_early"),
        ({"bare_share": 1.0, "since": ""}, "none", "imagery_since_unknown"),
        ({"bare_share": 0.9}, "idle", "imagery_open"),
        ({"bare_share": 0.89, "built_share": 0.11}, "none", "imagery_built"),
        ({"bare_share": 0.5, "unknown_share": 0.5}, "none", "imagery_unsure"),
        ({"unknown_share": 1.0}, "none", "imagery_unseen"),
        ({"built_share": 1.0}, "none", "imagery_built"),  # a roof does not say that anybody works below it
        ({"built_share": 0.3, "bare_share": 0.7, "growth": 0.2}, "active", "imagery_building"),
        ({"bare_share": 1.0, "growth": 0.05}, "idle", "imagery_open"),
    ],
)
def test_what_is_said_and_why(given, says, code):
    row = said(**given)
    assert (row["says"], row["code"]) == (says, code)


def test_without_images_there_is_no_sign():
    plots = pd.DataFrame({"asset_id": ["G"], "since": [pd.NaT], "area_m2": [1.0]})
    none = pd.DataFrame({"unit_id": [], "taken_on": [], "layer_id": []})
    assert signs(plots, none, NO_CHANGES, READING).empty
