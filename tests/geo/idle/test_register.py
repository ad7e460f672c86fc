"""Records as a table and back: nothing a clock needs is lost, so another day opens no file."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.idle.register import doubled, event_of, event_text, spans_of, spans_text, terms_of
from geo.idle.terms import Span
from geo.screen.records import NOTHING, Event, Record, distinct

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))
EVENTS = st.one_of(st.just(NOTHING), st.just(Event("unreadable")), st.just(Event("yes")),
                   DAYS.map(lambda d: Event("yes", d)))  # fmt: skip


@given(EVENTS)
def test_an_event_comes_back(event):
    assert event_of(event_text(event)) == event


@given(st.lists(st.builds(Span, DAYS, st.none() | DAYS), max_size=4))
def test_spans_come_back(spans):
    assert spans_of(spans_text(spans)) == tuple(spans)


ROW = {
    "asset_id": "G-1", "layer_id": "r", "row": "3", "record_id": "G-1", "stated": "", "unsure": False, "doubt": "",
    "approved": "", "contract": "2023-12-28", "deliver_by": "", "delivered": "", "start_by": "2024-09-30",
    "started": "", "finish_by": "", "finished": "", "extended_to": "", "suspensions": "", "pauses": "",
    "developed_share": float("nan"), "invested_share": 0.5, "cause": "owner", "evidence": "", "ruling": "", "ruled": "",
    "price_wan": 100.0, "starts_recorded": True, "permit": "", "permits_recorded": False,
    "deliveries_recorded": True, "recovered": False, "unreadable": "",
}  # fmt: skip


def test_terms_of_a_row():
    found = terms_of(ROW, date(2026, 1, 1))
    assert (found.record, found.cause, found.price_wan) == ("G-1", "owner", 100.0)
    assert (found.developed_share, found.invested_share) == (None, 0.5)
    assert found.standing.stage == "supplied"
    # the standing is that of the day
    assert terms_of(ROW, date(2023, 1, 1)).standing.stage == "silent"
    late = terms_of(ROW | {"started": "2025-01-01", "extended_to": "2025-03-01|2025-06-01"}, date(2026, 1, 1))
    assert late.standing.stage == "started"
    assert late.extended_to == (date(2025, 3, 1), date(2025, 6, 1))


def test_a_doubt_stays_whatever_the_day():
    doubt = '{"code": "supply_record_astray", "record": "G-1"}'
    assert terms_of(ROW | {"doubt": doubt}, date(2026, 1, 1)).standing.stage == "doubt"


@pytest.mark.parametrize(
    ("parcels", "change", "expected"),
    [
        ({"A": "p1|p2", "B": "p2"}, {"start_by": "2025-01-01"}, {"A", "B"}),
        ({"A": "p1|p2", "B": "p2"}, {}, set()),
        ({"A": "p1", "B": "p2"}, {"start_by": "2025-01-01"}, set()),
        ({"A": "", "B": ""}, {"start_by": "2025-01-01"}, set()),
        # another price is no other clock
        ({"A": "p1", "B": "p1"}, {"price_wan": 5.0}, set()),
    ],
)
def test_records_that_differ_on_the_same_land(parcels, change, expected):
    rows = [ROW | {"asset_id": "A"}, ROW | {"asset_id": "B"} | change]
    assert set(doubled(pd.DataFrame(rows), parcels)) == expected


def test_a_repeated_number_is_told_by_its_row():
    records = [Record("G-1", "2"), Record("G-2", "3"), Record("G-1", "4"), Record("", "5")]
    assert distinct(records) == ["G-1", "G-2", "G-1#4", "#5"]
