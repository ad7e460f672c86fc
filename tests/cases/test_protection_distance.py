"""A protection distance a project states, from the list to the answer: homes, schools, no data, none stated."""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pytest

from geo import study as flow
from geo.basis.progress import silent
from geo.place.fit import fits
from geo.place.worth import Objective
from geo.project.gate import Gates
from geo.rules.spec import merged
from layers.library import uses
from layers.study.packs import PACKS, pack
from layers.text import sentence
from tests.geo.measure.making import CRS, PLANAR, box, layer, parcels, world
from tests.geo.place.county import PROJECTS, SITES, County
from tests.geo.project import making


def judged(*layers, metres=500.0):
    """Judge the seven projects of the county; 丽人 states a distance, R1 lies 200 m from homes, ZX far away."""
    far = {name: 5_000.0 + 600 * k for k, name in enumerate(SITES)} | {"R1": 0.0}
    sites = parcels(*(box(east, 0, east + 100, 100) for east in far.values()), ids=far)
    sites = gpd.GeoDataFrame(sites.assign(park_id="", area_m2=10_000.0), crs=CRS)
    stated = {"safety_distance_m": metres}
    projects = making.projects(
        *({"project_id": p, "industry": v[0]} | (stated if p == "丽人" else {}) for p, v in PROJECTS.items())
    )
    rules = merged((pack("gates-cn", PACKS),), date(2026, 11, 23))
    asked = Gates(tuple(r for r in rules if r.limit_fact), uses=uses.table())
    found = flow.site_gates(world(sites, *layers), sites, projects, asked, PLANAR, silent)
    tables = replace(County().tables(), site_gates=found, measured=frozenset(far))
    return found, fits(tables, Objective()).set_index(["project_id", "site_id"])


def people(name, coverage="complete"):
    return layer(box(-300, 0, -200, 100), name=name, coverage=coverage)


def test_homes_two_hundred_metres_away_refuse_the_site_and_no_other():
    found, fit = judged(people("residential"), layer(box(90_000, 0, 90_100, 100), name="schools", coverage="complete"))
    row = fit.loc[("丽人", "R1")]
    assert row["feasible"] == "no"
    for language, law in (("zh", "GB/T 39499"), ("en", "GB/T 39499")):
        told = sentence(row["reason"], language)
        assert "200" in told
        assert law in told
    assert fit.loc[("丽人", "ZX"), "feasible"] == "yes"
    assert set(found["project_id"]) == {"丽人"}, "nobody else states a distance"


@pytest.mark.parametrize(("metres", "feasible"), [(200.0, "yes"), (250.0, "unknown"), (700.0, "no")])
def test_the_layout_decides_in_between(metres, feasible):
    near = (people("residential"), people("schools"))
    assert judged(*near, metres=metres)[1].loc[("丽人", "R1"), "feasible"] == feasible


def test_without_a_layer_it_is_open_for_whom_it_speaks_of():
    found, fit = judged()
    assert fit.loc[("丽人", "ZX"), "feasible"] == "unknown"
    assert set(found["gate_id"]) == {"protection-residential", "protection-schools"}
    assert judged(people("residential", "unknown"), people("schools"))[1].loc[("丽人", "ZX"), "feasible"] == "unknown"
