"""Field ridges: what a survey states of them, in which of three ways, and what it leaves of cultivated ground."""

import numpy as np
import pandas as pd
import pytest

from geo.measure import ridges


def parcels(**columns):
    return pd.DataFrame(columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"ridge_share": [0.045], "legal_m2": [np.nan]},
        {"ridge_m2": [45.0], "legal_m2": [1000.0]},
        {"own_class_m2": [955.0], "legal_m2": [1000.0]},
        {"ridge_share": ["0.0450"], "legal_m2": [1000.0]},
        {"ridge_share": [4.5], "ridge_m2": [45.0], "legal_m2": [1000.0]},  # no share of a parcel: left aside
    ],
)
def test_each_of_three_columns_states_the_share(columns):
    assert ridges.shares(parcels(**columns))[0] == pytest.approx(0.045)


def test_what_nothing_states_is_not_nought():
    found = ridges.shares(parcels(legal_m2=[1000.0, 1000.0], ridge_share=[np.nan, 0.0]))
    assert np.isnan(found[0])
    assert found[1] == 0.0
    assert np.isnan(ridges.shares(parcels(legal_m2=[1000.0]))[0])
    assert ridges.net(np.array([100.0]), np.array([np.nan])) == [100.0]


def test_columns_that_contradict_each_other_deduct_the_least_and_are_told():
    frame = parcels(ridge_share=[0.1, 0.045], ridge_m2=[45.0, 45.0], legal_m2=[1000.0, 1000.0])
    assert ridges.shares(frame).tolist() == pytest.approx([0.045, 0.045])
    assert ridges.contradicting(frame).tolist() == [True, False]


@pytest.mark.parametrize("value", [1.0, 4.5, -0.1, 1e9])
def test_what_is_no_share_is_told_and_not_used(value):
    frame = parcels(ridge_share=[value], legal_m2=[1000.0])
    assert np.isnan(ridges.shares(frame)[0])
    assert ridges.unreadable(frame).tolist() == [True]


def test_ridges_become_rows_of_their_own_and_the_areas_still_add_up():
    frame = pd.DataFrame(
        {
            "unit_id": "u",
            "land_use": ["0101", "0101", "0103", "0301", ""],
            "land_use_scheme": ["三调"] * 4 + [""],
            "ridge_share": ["0.045", "0.1", "", "0.045", ""],
            "ridge_use": ["1203", "1203", "1203", "1203", ""],
            "area_m2": [1000.0, 100.0, 50.0, 70.0, 5.0],
        }
    )
    made = ridges.apart(frame, lambda scheme, code: code.startswith("01"))
    area = made.set_index("land_use")["area_m2"].to_dict()
    assert area == {"": 5.0, "0101": 1045.0, "0103": 50.0, "0301": 70.0, "1203": 55.0}
    assert made.set_index("land_use")["gross_m2"].to_dict()["0101"] == 1100.0
    assert made["ridges_open_m2"].sum() == 50.0
    assert made["area_m2"].sum() == pytest.approx(frame["area_m2"].sum())
    assert made["gross_m2"].sum() == pytest.approx(frame["area_m2"].sum())
