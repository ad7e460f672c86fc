"""Which land may be assembled: the first reason counts, and what is not known stays and is marked."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.assemble.available import Sources, sort
from geo.assemble.spec import Available, Classes
from geo.basis.area import AreaBasis
from geo.basis.layer import Layer
from geo.basis.reason import Reason
from tests.geo.assemble.making import CRS

BASIS = AreaBasis("planar", CRS, CRS)
CLASSES = Classes(
    crossings={"三调": {"1006": 8.0}},
    barriers={"三调": ("1003",)},
    plan_uses={"用地用海": ("1001",)},
)
ROWS = [
    # land_use, status, supply, planned use of the square
    ("0101", "eligible", "unapproved", "100102"),
    ("1006", "eligible", "unknown", ""),
    ("1003", "eligible", "unapproved", "100102"),
    ("0101", "eligible", "supplied", "100102"),
    ("0101", "eligible", "unapproved", "0701"),
    ("0101", "unknown", "unapproved", "100102"),
    ("0101", "conditional", "unknown", "100102"),
    ("0101", "eligible", "approved", ""),
]
EXPECTED = ["clear", "no", "no", "no", "no", "unknown", "unknown", "unknown"]
CODES = ["assembly_available", "assembly_crossing_only", "assembly_barrier", "assembly_supply", "assembly_plan",
         "assembly_status_unknown", "assembly_supply_unknown", "assembly_plan_unknown"]  # fmt: skip


def sources(rows=ROWS, plots=None):
    shapes = [shapely.box(100 * k, 0, 100 * k + 100, 100) for k in range(len(rows))]
    ids = [f"p{k}" for k in range(len(rows))]
    parcels = gpd.GeoDataFrame(
        {"parcel_id": ids, "land_use": [r[0] for r in rows], "land_use_scheme": "三调", "township": "东镇",
         "park_id": "B1", "tenure": "30", "village": "甲村"}, geometry=shapes, crs=CRS,
    )  # fmt: skip
    candidates = pd.DataFrame(
        {"parcel_id": ids, "status": [r[1] for r in rows], "net_m2": 1e4, "net_hi_m2": 1e4, "conditions": "",
         "unknowns": "rule-a|rule-b"},
    )  # fmt: skip
    supply = pd.DataFrame(
        {"parcel_id": ids, "supply_status": [r[2] for r in rows], "new_construction_m2": 1e4, "balance_m2": np.nan}
    )
    land = gpd.GeoDataFrame({"parcel_id": ids, "part": 1, "net_m2": 1e4}, geometry=shapes, crs=CRS)
    uses = [(s, r[3]) for s, r in zip(shapes, rows, strict=True) if r[3]] if plots is None else plots
    plan = Layer(
        "plan", np.array([u[0] for u in uses], object), np.arange(len(uses)).astype(str).astype(object),
        np.zeros(len(uses), bool), coverage="complete", attributes={"use": np.array([u[1] for u in uses], object)},
    )  # fmt: skip
    return Sources(land, parcels, candidates, supply, (plan,), {"plan": "用地用海"})


def test_every_part_is_answered_for_with_its_reason():
    ground = sort(sources(), Available(), CLASSES, BASIS)
    assert ground.availability["outcome"].tolist() == EXPECTED
    assert [Reason.from_json(r).code for r in ground.availability["reason"]] == CODES
    assert len(ground.availability) == len(ROWS)
    assert ground.nodes["parcel_id"].tolist() == ["p0", "p5", "p6", "p7"]
    assert ground.patches["parcel_id"].tolist() == ["p1"]
    assert ground.nodes["quota_rate"].tolist() == [1.0] * 4
    assert ground.nodes["balance_rate"].isna().all()


def test_what_may_be_assembled_is_a_setting():
    ground = sort(sources(), Available(supply=frozenset({"supplied"})), CLASSES, BASIS)
    assert ground.nodes["parcel_id"].tolist() == ["p3"]
    ground = sort(sources(), Available(statuses=frozenset({"conditional"})), CLASSES, BASIS)
    assert ground.nodes["parcel_id"].tolist() == ["p6"]
    assert len(ground.patches) == 0


def test_ground_planned_for_another_use_is_cut_off():
    rows = [("0101", "eligible", "unapproved", "")]
    west, east = shapely.box(0, 0, 40, 100), shapely.box(60, 0, 100, 100)
    plots = [(west, "100102"), (shapely.box(40, 0, 60, 100), "1207"), (east, "100102")]
    ground = sort(sources(rows, plots), Available(), CLASSES, BASIS)
    assert ground.nodes["piece"].tolist() == [1, 2]
    assert ground.nodes["net_m2"].tolist() == pytest.approx([4000, 4000])
    assert set(ground.nodes["outcome"]) == {"clear"}


def test_without_a_plan_nothing_is_proved_and_nothing_lost():
    given = sources()
    ground = sort(Sources(given.land, given.parcels, given.candidates, given.supply), Available(), CLASSES, BASIS)
    assert set(ground.nodes["outcome"]) == {"unknown"}
    assert "p4" in set(ground.nodes["parcel_id"])  # what its plan says is not known any more


def test_an_unknown_cut_lowers_what_is_proved():
    given = sources()
    given.candidates.loc[0, "net_m2"] = 7e3
    ground = sort(given, Available(), CLASSES, BASIS)
    first = ground.nodes.iloc[0]
    assert (first["net_m2"], first["net_hi_m2"]) == (7e3, 1e4)


def test_owner_is_the_holder_else_the_village():
    given = sources()
    given.parcels["owner"] = ["某公司"] + [""] * 7
    owners = sort(given, Available(), CLASSES, BASIS).nodes["owner"].tolist()
    assert owners == ["某公司", "30|甲村", "30|甲村", "30|甲村"]
