"""Buildings as sites: the plant that takes 浙江雷气 and saves its 80.00 亩, the tower with three empty floors."""

import json

import numpy as np
import pytest
import shapely

from county.settings import part
from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.basis.progress import silent
from geo.idle import reuse, upstairs, vacancy
from layers.study.registers import buildings
from layers.study.run import runs
from layers.study.run.results import open_results
from tests.layers.study import pipeline

CRS = "EPSG:4549"
FIELDS = {"floors": "floors", "vacant_floors": "vacant_floors", "vacant_m2": "vacant_m2", "clear_height_m": "clear_m",
          "floor_load_kn_m2": "load_kn_m2", "crane_t": "crane_t", "power_kva": "power_kva", "grid_m": "grid_m",
          "lifts": "lifts", "fire_class": "fire_class", "exhaust": "exhaust"}  # fmt: skip


@pytest.fixture(scope="module")
def planted():
    """The planted buildings of the county, as their register gives them."""
    facts = part("facts")["buildings"]
    shapes = [shapely.box(500 * k, 0, 500 * k + f["size_m"][0], f["size_m"][1]) for k, f in enumerate(facts)]
    given = {ours: np.array([f.get(key, "") for f in facts], object) for ours, key in FIELDS.items()}
    ids = np.array([f["id"] for f in facts], object)
    layer = Layer("buildings", np.array(shapes, object), ids, np.zeros(len(ids), bool), attributes=given)
    return vacancy.building_sites(layer, AreaBasis("planar", CRS, CRS), CRS)


def test_vacant_floor_is_listed_with_what_is_known_of_it(planted):
    sites = planted.set_index("building_id")
    assert sites.index.tolist() == ["P-05", "T-01"]  # P-03's signs contradict each other; its register says full
    assert sites.loc["P-05", ["net_m2", "net_hi_m2", "rect_length_m", "rect_width_m"]].tolist() == [9600, 9600, 120, 80]
    assert sites.loc["T-01", ["net_m2", "floors", "vacant_floors"]].tolist() == [4500.0, 12.0, 3.0]


def test_the_plant_that_saves_eighty_mu(planted, tmp_path):
    demand = reuse.proved(pipeline.judged(pipeline.county(tmp_path))[1]["demand"])
    found = reuse.match(demand, planted).table().set_index(["project_id", "site_id"])
    assert found.index.tolist() == [("XM-03", "B-P-05")]  # nothing else is large enough for anybody
    row = found.iloc[0]
    assert (row["outcome"], row["floor_m2"], row["free_m2"]) == ("clear", 8000.0, 9600.0)
    assert round(row["land_saved_m2"] * 3 / 2000, 2) == 80.00
    assert json.loads(row["reason"])["code"] == "reuse_fits"


def test_upstairs_guides_come_from_the_standard_and_are_marked(planted):
    guides = {g.id: g for g in buildings.guides()}
    assert (guides["far"].low, guides["far"].high, guides["far"].unverified) == (2.0, 3.0, True)
    assert guides["storeys"].low == guides["storeys"].high == 5.0
    nothing = np.full(len(planted), np.nan)
    tower = upstairs.assess(planted, buildings.guides(), nothing, nothing).set_index("test")
    assert set(tower["building_id"]) == {"T-01"}
    assert tower.loc["storeys", "outcome"] == "clear"
    assert set(tower.index[tower["hard"]]) == {"far_limit", "fire_class"}
    assert tower.loc[~tower["hard"], "unverified"].all()


def test_a_study_without_buildings_has_empty_tables(own_district):
    runs.update(own_district, "reuse", silent)
    results = open_results(own_district)
    assert [len(results.table(name)) for name in ("building_sites", "upstairs", "reuse")] == [0, 0, 0]
