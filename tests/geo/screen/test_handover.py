"""Approvals that stand between a site and its handing over, and the days they leave."""

from datetime import date

import pytest

from geo.screen.handover import later, path
from layers.library import approvals

STEPS = [e.approval for e in approvals.table().approvals]
DAY = date(2026, 11, 23)
FIELD = {
    "tenure": "30", "supply_status": "unapproved", "unapproved_m2": 100.0, "supply_unknown_m2": 0.0, "quota_m2": 100.0,
    "quota_hi_m2": 100.0, "conditions": "", "unknowns": "",
}  # fmt: skip
READY = FIELD | {"tenure": "20", "supply_status": "approved", "unapproved_m2": 0.0, "quota_m2": 0.0, "quota_hi_m2": 0.0}


def test_collective_fields_need_scheme_conversion_taking_and_supply():
    found = path(FIELD, STEPS, DAY)
    assert found.needed == dict.fromkeys(("scheme", "conversion", "taking", "supply"), "yes")
    assert found.earliest == later(DAY, 2.0 + 4.0 + 1.5)  # scheme, then the longer of the two, then the sale
    assert found.latest == later(DAY, 6.0 + 9.0 + 3.0)


def test_approved_state_land_waits_for_its_sale_alone():
    found = path(READY, STEPS, DAY)
    assert found.needed == {"supply": "yes"}
    assert (found.earliest, found.latest) == (date(2027, 1, 7), date(2027, 2, 23))


def test_supplied_land_can_be_handed_over_today():
    found = path(READY | {"supply_status": "supplied"}, STEPS, DAY)
    assert (found.needed, found.earliest, found.latest) == ({}, DAY, DAY)


@pytest.mark.parametrize(("column", "needed"), [("conditions", "yes"), ("unknowns", "maybe")])
def test_a_rule_asks_for_its_approval_and_an_open_one_perhaps(column, needed):
    found = path(READY | {column: "mineral-overlay|other"}, STEPS, DAY)
    assert found.needed == {"minerals": needed, "supply": "yes"}
    assert found.latest > path(READY, STEPS, DAY).latest or needed == "maybe"
    if needed == "maybe":  # the earliest day counts only what is surely needed
        assert found.earliest == path(READY, STEPS, DAY).earliest


@pytest.mark.parametrize(
    "unsure", [{"tenure": ""}, {"supply_unknown_m2": 50.0, "unapproved_m2": 0.0}, {"supply_unknown_m2": None}]
)
def test_what_is_not_known_is_perhaps_needed_and_never_not(unsure):
    assert path(FIELD | unsure, STEPS, DAY).needed["taking"] in ("yes", "maybe")
    assert path(FIELD | {"quota_m2": 0.0, "quota_hi_m2": None}, STEPS, DAY).needed["conversion"] == "maybe"


def test_every_approval_comes_after_those_it_waits_for():
    seen = set()
    for step in STEPS:
        assert set(step.after) <= seen
        assert 0 < step.low_months <= step.high_months
        seen.add(step.id)
