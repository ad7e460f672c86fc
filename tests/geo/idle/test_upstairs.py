"""Industry upstairs: two hard tests decide, guide values are shown and decide nothing."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.basis.layer import Layer
from geo.basis.tables import settled
from geo.idle.upstairs import GUIDES, Guide, assess, ratios, verdicts

GUIDE = (Guide("storeys", 5, 5, True), Guide("grid-m", 8.4, 8.4, True), Guide("plate-m2", 1500, 2000, True),
         Guide("upper-height-m", 4.5, 4.5, True), Guide("ground-load", 12, 12, True),
         Guide("nobody", 1, 1, True))  # fmt: skip


def building(**more):
    base = {"building_id": "T", "floors": 6.0, "ground_height_m": np.nan, "clear_height_m": 4.6, "floor_load_kpa": 6.5,
            "grid_m": 8.4, "plate_m2": 1800.0, "fire_class": "丙"}  # fmt: skip
    return pd.DataFrame([base | more])


def asked(frame, far=1.8, limit=2.0):
    return assess(frame, GUIDE, np.full(len(frame), far), np.full(len(frame), limit))


def word(found, test):
    return found.set_index("test").loc[test, "outcome"]


def test_guides_are_reached_missed_or_open_and_marked():
    found = settled("upstairs", asked(building()))
    words = {t: word(found, t) for t in found["test"]}
    assert words["storeys"] == words["grid-m"] == words["upper-height-m"] == "clear"
    assert words["plate-m2"] == "unknown"  # places differ between 1,500 and 2,000
    assert words["ground-load"] == "unknown"  # the ground floor may bear more than the value stated
    assert "nobody" not in words
    soft = found[~found["hard"]]
    assert soft["unverified"].all()
    assert not found[found["hard"]]["unverified"].any()


@pytest.mark.parametrize(
    ("fire", "far", "limit", "expected"),
    [("丙", 1.8, 2.0, "clear"), ("丙", 2.0, 2.0, "clear"), ("丙", 2.1, 2.0, "conflict"), ("甲", 1.8, 2.0, "conflict"),
     ("乙", 1.8, 2.0, "conflict"), ("", 1.8, 2.0, "unknown"), ("丁", 1.8, np.nan, "unknown"),
     ("丁", np.nan, 2.0, "unknown"), ("", 2.1, 2.0, "conflict")],
)  # fmt: skip
def test_only_plot_ratio_and_fire_class_decide(fire, far, limit, expected):
    poor = building(fire_class=fire, floors=2.0, grid_m=5.0, plate_m2=300.0, clear_height_m=2.8, floor_load_kpa=2.0)
    told = verdicts(asked(poor, far, limit)).iloc[0]
    assert told["outcome"] == expected
    assert told["missed"] == 3  # storeys, grid, plate; a lower height or load than asked proves nothing


def test_one_storey_is_not_asked_and_an_unknown_number_of_storeys_is():
    assert asked(building(floors=1.0)).empty
    assert word(asked(building(floors=np.nan)), "storeys") == "unknown"


def test_every_guide_names_a_measured_column():
    assert set(GUIDES.values()) <= {*building().columns, "far"}


def test_plot_ratio_counts_every_building_on_the_plot():
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(200, 0, 210, 10)], object)
    every = Layer("b", shapes, np.array(["a", "b", "c"], object), np.zeros(3, bool),
                  attributes={"floor_area_m2": np.array([600.0, 400.0, 100.0])})  # fmt: skip
    plan = Layer("p", np.array([shapely.box(0, 0, 50, 20)], object), np.array(["1"], object), np.zeros(1, bool),
                 attributes={"far_max": np.array([2.0])})  # fmt: skip
    frame = gpd.GeoDataFrame({"building_id": ["a", "c"]}, geometry=shapes[[0, 2]])
    far, limit = ratios(frame, every, plan)
    assert far[0] == pytest.approx(1.0)
    assert limit[0] == 2.0
    assert np.isnan([far[1], limit[1]]).all()
    assert np.isnan(ratios(frame, every, None)[0]).all()
