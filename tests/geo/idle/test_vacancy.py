"""How much floor stands empty: what the register says, what it does not say, and where it contradicts itself."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.basis.tables import settled
from geo.idle.vacancy import as_sites, building_sites, fire_class, rectangle, yes_no

CRS = "EPSG:4549"
BASIS = AreaBasis("planar", CRS, CRS)


def layer(shapes=None, **fields):
    count = len(next(iter(fields.values())))
    shapes = shapes or [shapely.box(200.0 * k, 0, 200.0 * k + 120, 80) for k in range(count)]
    arrays = {k: np.array(v, object if isinstance(v[0], str) else float) for k, v in fields.items()}
    return Layer("b", np.array(shapes, object), np.array([f"P{k}" for k in range(count)], object),
                 np.zeros(count, bool), attributes=arrays)  # fmt: skip


def test_what_the_register_says_is_taken_and_kept_with_its_attributes():
    made = building_sites(layer(
        vacant_m2=[9600.0], vacant_floors=["1"], floors=["1"], footprint_m2=[9600.0], floor_area_m2=[9600.0],
        clear_height_m=[10.5], floor_load_kn_m2=[20.0], crane_t=["10"], fire_class=["丙类"], exhaust=["有"],
        power_kva=[1250.0], name=["旧厂"], park_id=["D1"], vacant_since=["2025-09-30"],
    ), BASIS, CRS)  # fmt: skip
    row = settled("building_sites", made).iloc[0]
    assert (row["site_id"], row["net_m2"], row["net_hi_m2"]) == ("B-P0", 9600.0, 9600.0)
    assert (row["rect_length_m"], row["rect_width_m"]) == (120.0, 80.0)
    assert (row["floor_load_kpa"], row["crane_t"], row["fire_class"], row["exhaust"]) == (20.0, 10.0, "丙", "yes")
    assert np.isnan(row["grid_m"])  # not said: unknown, never nothing
    site = as_sites(made).iloc[0]
    assert (site["kind"], site["net_m2"], site["parcels"], site["min_width_m"]) == ("building", 9600.0, 0, 80.0)


def test_part_vacant_floors_count_by_the_plate():
    made = building_sites(layer(vacant_floors=["3"], floors=["12"], footprint_m2=[1500.0]), BASIS, CRS)
    assert made[["net_m2", "net_hi_m2", "floor_area_m2"]].to_numpy().tolist() == [[4500.0, 4500.0, 18000.0]]


def test_a_full_building_is_no_site_and_a_silent_one_is_an_interval():
    whole = [900.0, 1800.0, np.nan]
    made = building_sites(
        layer(vacant_m2=[0.0, np.nan, np.nan], floors=["1", "2", ""], floor_area_m2=whole), BASIS, CRS
    )
    assert made["building_id"].tolist() == ["P1", "P2"]
    assert made["net_m2"].tolist() == [0.0, 0.0]
    assert made["net_hi_m2"].iloc[0] == 1800.0
    assert np.isnan(made["net_hi_m2"].iloc[1])


def test_without_any_field_of_vacancy_nobody_looked():
    assert building_sites(layer(floors=["2"]), BASIS, CRS).empty
    assert building_sites(Layer("none", state="missing"), BASIS, CRS).empty


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"vacant_m2": [2000.0], "floor_area_m2": [1000.0]}, "vacancy_above_floor"),
     ({"vacant_m2": [0.0], "vacant_floors": ["2"], "floor_area_m2": [1000.0]}, "vacancy_contradicts"),
     ({"vacant_m2": [500.0], "vacant_floors": ["0"], "floor_area_m2": [1000.0]}, "vacancy_contradicts")],
)  # fmt: skip
def test_a_contradiction_is_told_and_stays_open(fields, code):
    row = building_sites(layer(**fields), BASIS, CRS).iloc[0]
    assert code in row["reason"]
    assert (row["net_m2"], row["net_hi_m2"]) == (0.0, 1000.0)


def test_words():
    assert [yes_no(w) for w in ("是", "有", "Yes", "否", "无", "", "约定")] == ["yes", "yes", "yes", "no", "no", "", ""]
    assert [fire_class(w) for w in ("丙", "丙类", "甲乙类", "", "C")] == ["丙", "丙", "", "", ""]


def test_the_rectangle_of_a_turned_hall_and_of_nothing():
    turned = shapely.transform(shapely.box(0, 0, 120, 80), lambda xy: xy @ np.array([[0.8, 0.6], [-0.6, 0.8]]))
    length, width = rectangle(np.array([turned, shapely.Point(1, 1), shapely.Polygon()], object))
    assert length[0] == pytest.approx(120.0)
    assert width[0] == pytest.approx(80.0)
    assert np.isnan(length[2])
    assert np.isnan(width[1])


def test_a_table_of_nothing_has_its_columns():
    made = building_sites(Layer("none", state="missing"), BASIS, CRS)
    assert isinstance(made, gpd.GeoDataFrame)
    assert settled("building_sites", made).empty
