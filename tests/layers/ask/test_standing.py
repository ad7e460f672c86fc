"""Who stands where: with a condition as well, and on a red line; offers, schedule and argument know it alike."""

import pytest

from geo.basis.units import MU_M2
from layers.ask import argued, offering, scheduled, standing
from layers.study.run.results import open_results
from tests.counties import made

LIREN = "XM-01"


@pytest.fixture(scope="module")
def wednesday():
    return open_results(made("wednesday"))


def with_conditions(results, project):
    """Return the results with one project placed under a condition."""
    own = open_results(results.folder)
    matches = own.table("matches")
    assert matches.set_index("project_id")["status"][project] == "placed"
    own._tables["matches"] = matches.assign(
        status=matches["status"].mask(matches["project_id"] == project, "conditional")
    )
    return own


def test_a_red_line_is_the_site_of_its_project(wednesday):
    line = wednesday.table("check_sites").iloc[0]
    assert standing.standing(wednesday)[LIREN]["site_id"] == line["site_id"]
    found = argued.argued(wednesday, LIREN)
    assert found.site_id == line["site_id"]
    assert not [p for p in found.points if p.said == argued.NO_SITE]
    site = {p.item: p for p in found.points if p.kind == "site"}
    assert (site["net_m2"].low / MU_M2, site["net_m2"].state) == (pytest.approx(143.0, abs=0.005), "stated")
    assert (site["quota_m2"].low / MU_M2, site["quota_m2"].state) == (pytest.approx(65.0, abs=0.005), "stated")
    assert site["cultivated_m2"].state == "unknown"  # a red line does not say it; never nothing
    rules = {p.item for p in found.points if p.kind == "rule" and p.item}
    assert rules == {*filter(None, f"{line['unknowns']}|{line['conditions']}".split("|"))}
    assert "mineral-overlay" in rules


def test_a_schedule_waits_for_the_land_of_a_red_line(wednesday):
    ground = scheduled._grounds(wednesday)[LIREN]
    assert ground.quota[0] / MU_M2 == pytest.approx(65.0, abs=0.005)
    line = wednesday.table("check_sites")["site_id"].iloc[0]
    assert ground.earliest == standing.paths(wednesday)[1][line].earliest
    assert ground.earliest > wednesday.study.as_of
    # the conversion of 65 亩 is certain, not open
    steps = {x.step: x for x in scheduled.scheduled(wednesday).plans[LIREN].lines}
    assert steps["conversion"].needed == "yes"


def test_ground_under_a_red_line_is_offered_to_nobody(wednesday):
    parcels = standing.members(wednesday)
    line = wednesday.table("check_sites")["site_id"].iloc[0]
    under = set(parcels.loc[parcels["site_id"] == line, "parcel_id"])
    sharing = set(parcels.loc[parcels["parcel_id"].isin(under), "site_id"]) - {line}
    assert sharing  # there are sites of its ground
    found = offering.offering(wednesday)
    assert not sharing & set(found.found["subject"])
    held = {h.subject: (h.code, h.by) for h in found.held}
    assert {held[s] for s in sharing} == {("offer_placed", LIREN)}


@pytest.mark.parametrize("project", ["XM-02", "XM-03"])
def test_a_project_placed_under_a_condition_has_its_site(wednesday, project):
    own = with_conditions(wednesday, project)
    site = standing.standing(wednesday)[project]["site_id"]
    assert argued.argued(own, project).site_id == site
    assert scheduled._grounds(own) == scheduled._grounds(wednesday)
    assert offering.offering(own).held == offering.offering(wednesday).held
    assert [h.by for h in offering.offering(own).held if h.subject == site] == [project]
