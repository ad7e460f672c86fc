"""From pieces to tables: blocks, demands, cuts, and a choice without overlap."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.assemble import choose, flow
from geo.assemble.sites import Around
from geo.assemble.spec import Budget, Classes, CutRule, Demand, Limits
from geo.basis.area import AreaBasis
from geo.basis.errors import Cancelled
from geo.basis.layer import Layer
from geo.basis.progress import silent
from geo.basis.tables import settled
from tests.geo.assemble.making import CRS, fabric, grid

BASIS = AreaBasis("planar", CRS, CRS)
RULE = CutRule(True, 3000, 20)
ROAD = shapely.box(500_200, 3_180_000, 500_206, 3_180_200)


def land(**columns):
    """Two by two squares of a hectare, a farm road, one square beyond it."""
    shapes = [*grid(2, 2), shapely.box(500_206, 3_180_000, 500_306, 3_180_100)]
    return fabric(shapes, [ROAD], **columns)


def around(made, buildings=None):
    ids = made.nodes["parcel_id"]
    parcels = pd.concat([made.nodes, made.patches], ignore_index=True)
    supply = pd.DataFrame(
        {"parcel_id": ids, "far_min": 1.0, "far_max": np.arange(len(ids)) + 2.0, "height_max_m": 24.0}
    )
    layers = (buildings,) if buildings is not None else ()
    return Around(
        parcels, supply, layers, (), {}, {}, (), BASIS, Classes(group=lambda scheme, code: "cultivated"), 3000
    )


def tables(made, demands=(), found=()):
    out = flow.assemble(made, list(demands), list(found), Budget(), around(made), silent)
    return {name: settled(name, frame) for name, frame in out.items()}


def test_a_block_crosses_the_road_and_says_so():
    made = land()
    found = flow.blocks(made, 20_000, Limits(min_width_m=50))
    assert found == [(0, 1, 2, 3, 4)]
    out = tables(made, found=found)
    site, crossing = out["sites"].iloc[0], out["crossings"].iloc[0]
    assert (site["net_m2"], site["net_hi_m2"]) == (pytest.approx(50_000), pytest.approx(50_000))
    assert site["gross_m2"] == pytest.approx(50_600, rel=1e-3)
    assert site["crossed_m2"] == pytest.approx(site["gross_m2"] - site["net_m2"])
    assert (crossing["parcel_id"], crossing["land_use"], crossing["diversion"]) == ("r00", "1006", "end")
    assert crossing["area_m2"] == pytest.approx(600, rel=0.01)
    assert crossing["width_m"] == pytest.approx(6.0)
    assert (site["parcels"], site["owners"], site["crossings"], site["remnant_m2"]) == (5, 1, 1, 0)
    assert (site["far_max"], site["far_min"], site["cultivated_m2"]) == (2.0, 1.0, pytest.approx(50_000))
    assert out["members"]["area_m2"].sum() == pytest.approx(50_000)


def test_a_demand_takes_the_square_and_the_order_says_why():
    out = tables(land(), [Demand("d", 40_000, 42_000, Limits(100, 190, 190), RULE, "compactness", 3)])
    best = out["offers"].iloc[0]
    assert (best["rank"], best["outcome"], best["exact"]) == (1, "clear", True)
    assert best["value"] == pytest.approx(np.pi / 4)
    assert best["land_m2"] == pytest.approx(40_000)
    site = out["sites"].set_index("site_id").loc[best["site_id"]]
    assert site["rect_width_m"] == pytest.approx(200, rel=5e-3)
    assert site["remnant_m2"] == 0  # the square beyond the road is large enough to use


def test_what_a_site_strands_is_its_remnant():
    made = land(net_hi_m2=[1e4, 1e4, 1e4, 1e4, 2e3], net_m2=[1e4, 1e4, 1e4, 1e4, 2e3])
    out = tables(made, [Demand("d", 40_000, 40_000, Limits(), RULE)])
    whole = out["offers"][out["offers"]["remnant_m2"] == 0].iloc[0]
    site = out["sites"].set_index("site_id").loc[whole["site_id"]]
    assert site["remnant_m2"] == pytest.approx(2000)
    assert whole["value"] == pytest.approx(2000)


def test_a_larger_set_is_cut_to_the_demand():
    out = tables(land(), [Demand("d", 34_000, 34_000, Limits(), RULE, keep=1)])
    offer = out["offers"].iloc[0]
    assert offer["land_m2"] == pytest.approx(34_000, abs=0.01)
    assert offer["remnant_m2"] == pytest.approx(6_000, abs=0.01)
    assert offer["lost_m2"] == pytest.approx(0, abs=0.01)
    assert shapely.from_wkt(offer["line"]).length == pytest.approx(200, abs=0.1)


def test_no_cut_where_cutting_is_not_allowed():
    asked = Demand("d", 34_000, 34_000, Limits(), CutRule(False))
    assert tables(land(), [asked])["offers"].empty


def test_what_rests_on_something_not_known_comes_after_what_is_proved():
    made = land(outcome=["clear", "clear", "clear", "clear", "unknown"])
    out = tables(made, [Demand("d", 20_000, 20_000, Limits(), RULE, keep=9)])
    outcomes = out["offers"]["outcome"].tolist()
    assert outcomes == sorted(outcomes)
    assert {"clear", "unknown"} == set(outcomes)
    proved = set(out["offers"].loc[out["offers"]["outcome"] == "clear", "site_id"])
    assert "p04" not in set(out["members"].loc[out["members"]["site_id"].isin(proved), "parcel_id"])
    assert set(out["sites"].loc[out["sites"]["site_id"].isin(proved), "outcome"]) == {"clear"}


def test_limits_on_holders_townships_and_tenure():
    made = land(owner=["甲", "甲", "乙", "乙", "丙"], tenure=["20", "20", "30", "30", "30"])
    one = tables(made, [Demand("d", 20_000, 20_000, Limits(max_owners=1), CutRule(False), keep=9)])
    assert sorted(map(tuple, one["members"].groupby("site_id")["parcel_id"].agg(list))) == [
        ("p00", "p01"),
        ("p02", "p03"),
    ]
    state = tables(made, [Demand("d", 20_000, 20_000, Limits(tenures=frozenset({"20"})), CutRule(False), keep=9)])
    assert state["members"]["parcel_id"].tolist() == ["p00", "p01"]


def test_buildings_are_to_be_cleared_or_not_known():
    made = land()
    hut = Layer("b", np.array([shapely.box(500_010, 3_180_010, 500_020, 3_180_030)], object), np.array(["h"], object),
                np.zeros(1, bool), coverage="complete")  # fmt: skip
    found = flow.assemble(made, [], [(0, 1)], Budget(), around(made, hut), silent)["sites"].iloc[0]
    assert (found["buildings"], found["buildings_m2"], found["buildings_hi_m2"]) == (1, 200.0, 200.0)
    assert np.isnan(tables(made, found=[(0, 1)])["sites"].iloc[0]["buildings_hi_m2"])


def test_ids_do_not_depend_on_the_order_of_pieces():
    shapes = grid(2, 1)
    one = tables(fabric(shapes), found=[(0, 1)])["sites"]
    turned = fabric(shapes[::-1], parcel_id=["p01", "p00"])
    assert tables(turned, found=[(0, 1)])["sites"]["site_id"].tolist() == one["site_id"].tolist()


def test_it_can_be_stopped():
    def stop(done, total, stage):
        raise Cancelled

    with pytest.raises(Cancelled):
        flow.offers(land(), [Demand("d", 1, 1e9)], Budget(), stop)


def test_a_choice_shares_no_land():
    made = land()
    out = tables(made, found=[(0, 1), (1, 3), (2, 3), (0,), (4,)])
    worth = dict(zip(out["sites"]["site_id"], out["sites"]["net_m2"], strict=True))
    best = choose.best(out["members"], worth)
    assert sum(worth[s] for s in best) == pytest.approx(50_000)
    land_of = out["members"][out["members"]["site_id"].isin(best)]
    assert not land_of.duplicated(["parcel_id", "part"]).any()
    assert len(choose.best(out["members"], worth, most=1)) == 1
    order = sorted(worth, key=lambda s: (-worth[s], s))
    chosen = choose.apart(out["members"], order)
    rows = out["members"][out["members"]["site_id"].isin(chosen)]
    assert not rows.duplicated(["parcel_id", "part"]).any()
    assert choose.apart(out["members"], order, most=1) == order[:1]


def test_a_large_fabric_is_searched_within_a_budget():
    made = fabric(grid(16, 16))
    asked = Demand("d", 90_000, 95_000, Limits(100, 250, 250), RULE, "compactness")
    found = flow.offers(made, [asked], Budget(), silent)
    assert not found[0].found.exact
    assert found[0].found.bound == 1.0
    assert found[0].value == pytest.approx(np.pi / 4)  # three by three
    again = flow.offers(fabric(grid(16, 16)), [asked], Budget(), silent)
    assert [o.members for o in again] == [o.members for o in found]
