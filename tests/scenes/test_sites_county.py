"""The land of scene 2: the planted blocks come out of the assembly, with exactly their areas."""

import csv

import pytest

from geo.basis.units import MU_M2
from layers.study.run.results import open_results
from tests.scenes.shared import luodi, result

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def county(fresh_county):
    return fresh_county


@pytest.fixture(scope="module")
def planted(county):
    with (county / "truth" / "planted.csv").open(encoding="utf-8") as file:
        return {row["planted_id"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(("name", "park", "mu"), [("PK", "B1", 152.0), ("BN", "B4", 172.0), ("ZX", "D2", 212.0)])
def test_planted_blocks(county, planted, name, park, mu):
    results = open_results(county)
    members, sites = results.table("members"), results.table("sites").set_index("site_id")
    sets = members.groupby("site_id")["parcel_id"].agg(lambda ids: ";".join(sorted(ids)))
    site = sites.loc[sets.index[sets == planted[name]["parcel_ids"]][0]]
    assert (site["park_id"], site["outcome"], site["remnant_m2"]) == (park, "clear", 0)
    assert site["net_m2"] / MU_M2 == pytest.approx(mu, abs=0.05)
    assert site["quota_m2"] / MU_M2 == pytest.approx(0.0 if name == "BN" else mu, abs=0.05)


def test_land_of_holders_is_not_assembled(county, planted):
    results = open_results(county)
    used = set(results.table("members")["parcel_id"])
    for name in ("G-07", "G-11", "G-15", "G-18"):
        assert not used & set(planted[name]["parcel_ids"].split(";"))


def test_sites_cross_farm_roads_and_ditches_and_list_them(county):
    crossings = open_results(county).table("crossings")
    assert {"1006", "1107"} <= set(crossings["land_use"])
    assert (crossings["area_m2"] > 0).all()


def test_a_demand_stated_on_the_spot(county):
    found = result(luodi("assemble", county, "--area-min-mu", 60, "--area-max-mu", 80, "--rect", "150x80"))
    offers = found["offers"]
    assert [o["rank"] for o in offers] == list(range(1, len(offers) + 1))
    assert all(60 * MU_M2 - 0.1 <= o["land_m2"] <= 80 * MU_M2 + 0.1 for o in offers)
    assert all(s["rect_width_m"] >= 80 for s in found["sites"])


def test_a_demand_nobody_can_meet_is_told(county):
    luodi("assemble", county, "--area-min-mu", 5000, code=1)
    luodi("assemble", county, "--area-min-mu", 80, "--area-max-mu", 60, code=2)
