"""Land Administration Law, art. 38: cultivated land approved for building and left unused, with every boundary day."""

from datetime import date

import numpy as np
import pytest

from geo.basis.reason import reason
from geo.idle.arable import ArableLimits, arable
from geo.idle.terms import Terms
from geo.screen.records import Event, Standing

LIMITS = ArableLimits(12, 12, 24)
APPROVED = date(2024, 2, 29)


def record(stage="approved", recovered=False, **days):
    events = {"approved": Event("yes", APPROVED)} | {k: Event("yes", v) for k, v in days.items()}
    return Terms(record="批-1", standing=Standing(stage, reason("test")), events=events, recovered=recovered)


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2025, 2, 27), "within_year"), (date(2025, 2, 28), "one_year"), (date(2026, 2, 27), "one_year"),
        (date(2026, 2, 28), "two_years"), (date(2030, 1, 1), "two_years"),
    ],
)  # fmt: skip
def test_the_days_count_from_the_approval(on, state):
    found = arable(record(), 0.4, on, LIMITS)
    assert (found.state, found.one_year_on, found.two_years_on) == (state, date(2025, 2, 28), date(2026, 2, 28))


@pytest.mark.parametrize("stage", ["supplied", "approved"])
def test_supplied_or_not_it_speaks_of_both(stage):
    assert arable(record(stage), 1.0, date(2026, 3, 1), LIMITS).state == "two_years"


@pytest.mark.parametrize(
    ("terms", "share"),
    [
        (record(), 0.0), (record(), 0.009), (record("started", started=date(2024, 6, 1)), 1.0),
        (record("built"), 1.0), (record(recovered=True), 1.0),
    ],
)  # fmt: skip
def test_it_does_not_speak_of_other_land(terms, share):
    assert arable(terms, share, date(2027, 1, 1), LIMITS).state == ""


def test_what_happens_later_has_not_happened():
    assert arable(record(started=date(2026, 6, 1)), 1.0, date(2026, 5, 31), LIMITS).state == "two_years"
    assert arable(record(), 1.0, date(2024, 2, 28), LIMITS).state == ""


def test_what_is_not_known_is_open_and_never_nothing():
    assert arable(record(), np.nan, date(2026, 3, 1), LIMITS).state == "unknown"
    undated = Terms(record="批-2", standing=Standing("approved", reason("test")), events={"approved": Event("yes")})
    assert arable(undated, 1.0, date(2026, 3, 1), LIMITS).state == "unknown"
