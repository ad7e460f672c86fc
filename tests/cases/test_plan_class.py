"""Class of industry against the planned class of land (M1, M2, M3): from the list to the answer."""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest

from geo import study as flow
from geo.basis.progress import silent
from geo.project.gate import Gates
from geo.project.planclass import FACT, Plan, facts
from geo.rules.spec import merged
from layers.library import uses
from layers.library.plan_classes import classed
from layers.study.packs import PACKS, pack
from layers.text import sentence
from tests.geo.measure.making import CRS, PLANAR, box, layer, parcels, world
from tests.geo.project import making

GUIDE, FORMER = "用地用海", "控规旧分类"


@pytest.mark.parametrize(
    ("scheme", "code", "found"),
    [
        (GUIDE, "100101", (1.0, 1.0)), (GUIDE, "100102", (2.0, 2.0)), (GUIDE, "100103", (3.0, 3.0)),
        (GUIDE, "1001", (1.0, 3.0)), (GUIDE, "10010201", (2.0, 2.0)), (GUIDE, "070102", (0.0, 0.0)),
        (GUIDE, "110101", (0.0, 0.0)), (GUIDE, "9999", None), (GUIDE, "", None), ("", "100101", None),
        (FORMER, "M1", (1.0, 1.0)), (FORMER, "M3", (3.0, 3.0)), (FORMER, "W1", (0.0, 0.0)), (FORMER, "X", None),
    ],
)  # fmt: skip
def test_what_a_planned_use_is(scheme, code, found):
    assert classed(scheme, code) == found


def plan(*plots, scheme=GUIDE, maybe=None, **more):
    made = layer(*(shape for shape, _ in plots), name="plan", coverage="complete", **more)
    codes = np.array([code for _, code in plots], object)
    object.__setattr__(made, "attributes", {"use": codes})
    if maybe is not None:
        object.__setattr__(made, "maybe", np.array(maybe, bool))
    return Plan([made], {"plan": scheme}, classed)


def site(ids=("S",)):
    made = parcels(*(box(200 * k, 0, 200 * k + 100, 100) for k in range(len(ids))), ids=ids)
    return gpd.GeoDataFrame(made.assign(park_id="", area_m2=10_000.0), crs=CRS)


def known(plan_):
    row = facts(site(), plan_, PLANAR).iloc[0]
    return row[FACT], row[f"{FACT}_hi"]


WHOLE, LEFT, RIGHT = box(-10, -10, 110, 110), box(-10, -10, 50, 110), box(50, -10, 110, 110)


@pytest.mark.parametrize(
    ("plots", "found"),
    [
        ([(WHOLE, "100102")], (2.0, 2.0)),
        ([(LEFT, "100103"), (RIGHT, "100101")], (1.0, 1.0)),
        ([(LEFT, "100103"), (RIGHT, "070102")], (0.0, 0.0)),
        ([(LEFT, "100103"), (RIGHT, "1001")], (1.0, 3.0)),
        ([(LEFT, "100103"), (RIGHT, "nobody knows")], (0.0, 3.0)),
        ([(LEFT, "100103")], (0.0, 3.0)),
        ([(LEFT, "100101")], (0.0, 1.0)),
        ([(box(500, 0, 600, 100), "100102")], (0.0, 3.0)),
        ([(box(-10, -10, 109, 110), "100103"), (box(99, -10, 110, 110), "070102")], (3.0, 3.0)),
    ],
    ids=["one", "strictest", "housing in it", "class not given", "unknown code", "half covered, three",
         "half covered, one", "none near", "a sliver"],
)  # fmt: skip
def test_the_strictest_ground_binds_and_what_is_not_shown_is_open(plots, found):
    assert known(plan(*plots)) == found


def test_plots_that_only_may_belong_leave_it_open():
    low, high = known(plan((WHOLE, "100103"), (WHOLE, "100101"), maybe=[False, True]))
    assert (low, high) == (0.0, 3.0)


def test_a_study_without_a_plan_makes_no_fact():
    assert list(facts(site(), Plan((), {}, classed), PLANAR)) == ["parcel_id"]


def judged(stated, plan_, industry="C33"):
    projects = making.projects({"project_id": "P", "industry": industry, "industrial_class_code": stated})
    rules = merged((pack("gates-cn", PACKS),), date(2026, 11, 23))
    asked = Gates(tuple(r for r in rules if r.fact == FACT), uses=uses.table())
    sites = site()
    return flow.site_gates(world(sites), sites, projects, asked, PLANAR, silent, plan_).query("site_id == 'S'")


@pytest.mark.parametrize(
    ("stated", "code", "answer"),
    [(2.0, "100102", None), (1.0, "100103", None), (3.0, "100102", "conflict"), (1.0, "070102", "conflict"),
     (2.0, "1001", "unknown"), (1.0, "1001", None), (np.nan, "100101", None)],
)  # fmt: skip
def test_a_class_of_industry_on_a_class_of_land(stated, code, answer):
    found = judged(stated, plan((WHOLE, code)))
    assert found["outcome"].tolist() == ([answer] if answer else [])
    assert set(found["severity"]) <= {"restrict"}, "the pairing is from memory: it never refuses"
    for language in ("zh", "en"):
        for told in found["reason"]:
            assert "{" not in sentence(told, language)


def test_without_a_plan_it_is_open_and_says_so():
    found = judged(2.0, Plan((), {}, classed))
    assert found["outcome"].tolist() == ["unknown"]


def test_of_an_unknown_industry_it_is_never_a_conflict():
    assert judged(3.0, plan((WHOLE, "100101")), industry="")["outcome"].tolist() == ["unknown"]
