"""Buildings whose numbers stand twice, in one layer or in two, are two buildings."""

import numpy as np
import shapely

from geo.basis.area import basis
from geo.basis.layer import Layer
from geo.study import buildings
from layers.study import stock_ids


def layer(name: str, *ids: str) -> Layer:
    shapes = np.array([shapely.box(k * 50, 0, k * 50 + 40, 30) for k in range(len(ids))], object)
    told = {"floors": np.full(len(ids), 3.0), "vacant_floors": np.full(len(ids), 2.0),
            "floor_area_m2": np.full(len(ids), 3600.0)}  # fmt: skip
    none = np.zeros(len(ids), bool)
    return Layer(name, shapes, np.array(ids, object), none, None, None, "complete", "ok", "", told)


def test_numbers_that_stand_twice_are_told_apart_and_the_sites_have_keys():
    given = {"a": layer("a", "1", "2", "2"), "b": layer("b", "2", "3"), "c": layer("c", "1")}
    made, found = stock_ids.told_apart(given, ["a", "b"])
    assert [list(made[n].ids) for n in "abc"] == [["1", "2", "2#2"], ["2#3", "3"], ["1"]]
    assert [(n, f.code, f.reason.values["count"]) for n, f in found] == [
        ("a", "building_ids_repeat", 1), ("b", "building_ids_repeat", 1)]  # fmt: skip
    sites = buildings([made["a"], made["b"]], None, (), basis("planar", "EPSG:4549", (0, 0, 300, 40)))["building_sites"]
    assert len(sites) == 5
    assert sites["site_id"].is_unique


def test_numbers_that_stand_once_are_left_alone():
    given = {"a": layer("a", "1", "2")}
    made, found = stock_ids.told_apart(given, ["a"])
    assert made["a"] is given["a"]
    assert found == []
