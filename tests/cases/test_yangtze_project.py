"""A chemical project 386.56 m from the shoreline of the Yangtze: refused there by its own use, with the distance."""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pytest
import shapely

from geo import study as flow
from geo.basis.progress import silent
from geo.place.fit import fits
from geo.place.worth import Objective
from geo.project.gate import Gates
from geo.rules.spec import merged
from layers.library import uses
from layers.study.packs import PACKS, pack
from layers.text import sentence
from tests.geo.measure.making import CRS, PLANAR, X, Y, box, layer, parcels, world
from tests.geo.place.county import PROJECTS, SITES, County
from tests.geo.project import making

SHORE = shapely.LineString([(X - 386.56, Y - 5_000), (X - 386.56, Y + 5_000)])


def judged(packs, known=True):
    """Judge the seven projects of the county on its five sites; PK (普科's) stands 386.56 m east of the shoreline."""
    far = {name: 2_000.0 + 600 * k for k, name in enumerate(SITES)} | {"PK": 0.0}
    sites = parcels(*(box(east, 0, east + 300, 300) for east in far.values()), ids=far)
    sites = gpd.GeoDataFrame(sites.assign(park_id="", area_m2=90_000.0), crs=CRS)
    shore = layer(SHORE, name="yangtze_shoreline", coverage="complete" if known else "unknown")
    projects = making.projects(*({"project_id": p, "industry": v[0]} for p, v in PROJECTS.items()))
    rules = merged(tuple(pack(n, PACKS) for n in packs), date(2026, 11, 23))
    asked = Gates(tuple(r for r in rules if r.layer == "yangtze_shoreline"), uses=uses.table())
    found = flow.site_gates(world(sites, shore), sites, projects, asked, PLANAR, silent)
    tables = replace(County().tables(), site_gates=found, measured=frozenset(far))
    return found, fits(tables, Objective()).set_index(["project_id", "site_id"])


def test_the_project_is_refused_there_with_the_distance():
    found, fit = judged(("cn-national", "yangtze"))
    row = fit.loc[("普科", "PK")]
    assert row["feasible"] == "no"
    told = sentence(row["reason"], "zh")
    assert "386.6 m" in told
    assert "长江保护法 第二十六条" in told
    assert "386.6 m" in sentence(row["reason"], "en")
    refused = found[found["outcome"] == "conflict"]
    assert refused[["project_id", "site_id", "gate_id"]].to_numpy().tolist() == [["普科", "PK", "yangtze-chemical"]]


def test_projects_of_another_use_are_not_concerned():
    found, fit = judged(("cn-national", "yangtze"))
    assert set(found["project_id"]) == {"普科", "力胜"}  # 力胜 states no industry
    assert fit.loc[("丽人", "R1"), "feasible"] == "yes"
    open_ = found[(found["project_id"] == "力胜") & (found["site_id"] == "PK")]["outcome"]
    assert open_.tolist() == ["unknown"]


def test_without_the_pack_and_without_the_data():
    assert judged(("cn-national",))[1].loc[("普科", "PK"), "feasible"] == "yes"
    assert judged(("cn-national", "yangtze"), known=False)[1].loc[("普科", "PK"), "feasible"] != "yes"


def test_a_site_nobody_measured_is_unknown_where_the_rule_speaks():
    found, _ = judged(("cn-national", "yangtze"))
    tables = replace(County().tables(), site_gates=found, measured=frozenset(SITES) - {"R1", "PK"})
    fit = fits(tables, Objective()).set_index(["project_id", "site_id"])
    assert fit.loc[("普科", "PK"), "feasible"] == "no"  # what was found stays
    assert fit.loc[("丽人", "R1"), "feasible"] == "yes"  # no rule of shorelines speaks of textiles


@pytest.mark.parametrize(("metres", "feasible"), [(999.9, "no"), (1000.0, "yes")])
def test_the_limit_itself_is_outside(metres, feasible, monkeypatch):
    line = shapely.LineString([(X - metres, Y - 5_000), (X - metres, Y + 5_000)])
    monkeypatch.setattr("tests.cases.test_yangtze_project.SHORE", line)
    assert judged(("yangtze",))[1].loc[("普科", "PK"), "feasible"] == feasible
