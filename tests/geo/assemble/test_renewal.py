"""Land of urban renewal feeds sites by its stage and day; supplied again it is as all other land."""

from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geo.assemble.available import sort
from geo.assemble.sites import _renewed
from geo.assemble.spec import Available
from geo.basis.reason import Reason
from tests.geo.assemble.making import CRS
from tests.geo.assemble.test_available import BASIS, CLASSES, sources

BUILT = [("0702", "eligible", "built", "100102"), ("1003", "eligible", "unknown", "100102"),
         ("0702", "excluded", "built", "100102"), ("0702", "eligible", "built", "0701")]  # fmt: skip


def ground(stage, on="", share=1.0, rows=BUILT):
    given = sources(rows)
    shapes = [shapely.box(0, 0, 100 * len(rows) * share, 100)]
    land = gpd.GeoDataFrame({"site_id": ["R"], "stage": [stage], "ready_on": [on]}, geometry=shapes, crs=CRS)
    return sort(replace(given, renewal=land), Available(), CLASSES, BASIS)


def said(found):
    codes = [Reason.from_json(r).code for r in found.availability["reason"]]
    return list(zip(found.availability["outcome"], codes, strict=True))


def test_cleared_land_may_be_assembled_but_for_what_rules_and_plan_say():
    assert said(ground("cleared")) == [
        ("clear", "assembly_renewal_cleared"), ("clear", "assembly_renewal_cleared"), ("no", "assembly_status"),
        ("no", "assembly_plan"),
    ]  # fmt: skip


@pytest.mark.parametrize("stage", ["planned", "approved", "clearing", "unknown"])
def test_before_that_it_is_never_promised_and_its_day_is_told(stage):
    found = ground(stage, "2027-06-30")
    assert said(found)[0] == ("unknown", "assembly_renewal_on")
    assert '"on": "2027-06-30"' in found.availability["reason"][0]
    assert said(ground(stage))[0] == ("unknown", "assembly_renewal")
    assert found.nodes["renewal_stage"].tolist() == [stage, stage]


@pytest.mark.parametrize("stage", ["supplied", "rebuilt"])
def test_supplied_again_or_rebuilt_it_is_as_all_other(stage):
    assert said(ground(stage))[0] == ("no", "assembly_supply")


def test_a_parcel_that_is_renewal_land_only_in_part_keeps_its_own_answer():
    assert said(ground("cleared", share=0.8, rows=BUILT[:1]))[0] == ("no", "assembly_supply")


def test_a_site_says_the_least_advanced_stage_and_the_latest_day():
    nodes = ground("clearing", "2027-06-30").nodes
    nodes.loc[nodes.index[0], ["renewal_stage", "renewal_on", "renewal"]] = ["cleared", "2026-01-01", "Q"]
    assert _renewed(nodes) == {"renewal": "Q|R", "renewal_stage": "clearing", "renewal_on": "2027-06-30"}
    nodes.loc[nodes.index[0], "renewal_on"] = ""
    assert _renewed(nodes)["renewal_on"] == "", "one of them states no day"


FREE = [("1201", "eligible", "unapproved", "100102")]


@pytest.mark.parametrize(("stage", "outcome"), [("clearing", "unknown"), ("cleared", "clear"), ("unknown", "unknown")])
def test_a_parcel_partly_renewal_land_bears_its_mark_and_is_not_promised_before_that_is_clear(stage, outcome):
    whole = said(ground("rebuilt", rows=FREE))[0]
    assert whole == ("clear", "assembly_available"), "nothing else keeps it back"
    found = ground(stage, "2027-06-30", share=0.3, rows=FREE)
    assert said(found)[0][0] == outcome
    (node,) = found.nodes.to_dict("records")
    assert (node["renewal"], node["renewal_stage"], node["renewal_share"]) == ("R", stage, pytest.approx(0.3))
    assert _renewed(found.nodes)["renewal"] == "R", "a site on it says so"
    if outcome == "unknown":
        assert '"share": 0.3' in found.availability["reason"][0]


def test_a_sliver_of_renewal_land_is_how_edges_were_drawn():
    found = ground("clearing", share=0.001, rows=FREE)
    assert said(found)[0] == ("clear", "assembly_available")
    assert found.nodes["renewal"].tolist() == [""]
