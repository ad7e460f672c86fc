"""The idle-land clock against a truth table worked out by hand: every boundary day, leap years, pauses, OR and AND."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.reason import reason
from geo.idle.clock import IDLE, clock
from geo.idle.terms import Limits, Span, Terms, anniversary, below, moved
from geo.screen.records import Event, Record, standing

LIMITS = Limits(
    fee_months=12, takeback_months=24, suspended_months=12, developed_share=1 / 3, invested_share=0.25, fee_share=0.2,
    warning_days=90, after_delivery_months=12,
)  # fmt: skip
DAYS = ("contract", "deliver_by", "delivered", "start_by", "started", "finish_by", "finished", "approved")


def day(text):
    return date.fromisoformat(text) if text else None


def terms(as_of, **given):
    """A record from ISO texts; "?" is a cell nobody can read. Supplied on 2023-12-28 unless said otherwise."""
    given = {"contract": "2023-12-28", "cause": "owner", "price_wan": 1000.0} | given
    events = {n: Event("unreadable") if given[n] == "?" else Event("yes", day(given[n])) for n in DAYS if given.get(n)}
    rest = {k: v for k, v in given.items() if k not in (*DAYS, "stated")}
    record = Record("G-1", "1", events, given.get("stated", ""))
    return Terms("G-1", standing(record, day(as_of)), events, **rest)


def read(as_of, **given):
    return clock(terms(as_of, **given), day(as_of), LIMITS)


def spans(*pairs):
    return tuple(Span(day(a), day(b)) for a, b in pairs)


# --- anniversaries ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-09-30", 12, "2025-09-30"), ("2024-09-30", 24, "2026-09-30"),
        ("2024-02-29", 12, "2025-02-28"), ("2024-02-29", 24, "2026-02-28"), ("2024-02-29", 48, "2028-02-29"),
        ("2023-02-28", 12, "2024-02-28"), ("2023-03-01", 12, "2024-03-01"), ("2026-02-28", 24, "2028-02-28"),
        ("2024-12-31", 2, "2025-02-28"), ("2023-12-31", 2, "2024-02-29"), ("2024-08-31", 6, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"), ("2024-12-01", 1, "2025-01-01"),
    ],
)  # fmt: skip
def test_the_corresponding_day(start, months, expected):
    assert anniversary(day(start), months) == day(expected)


@pytest.mark.parametrize(
    ("pauses", "one", "two"),
    [
        ((), "2025-09-30", "2026-09-30"),
        ((("2025-01-01", "2025-01-31"),), "2025-10-31", "2026-10-31"),
        # before the agreed start nothing runs, so nothing stops
        ((("2024-08-01", "2024-08-31"),), "2025-09-30", "2026-09-30"),
        # of a pause across the agreed start the eleven days from the 30th on count
        ((("2024-09-01", "2024-10-10"),), "2025-10-11", "2026-10-11"),
        # after the first limit it moves the second one only
        ((("2025-12-01", "2025-12-31"),), "2025-09-30", "2026-10-31"),
        # a pause that begins on the limit came too late for it
        ((("2025-09-30", "2025-10-09"),), "2025-09-30", "2026-10-10"),
        ((("2025-09-29", "2025-10-09"),), "2025-10-11", "2026-10-11"),
        # a pause that an earlier one moved into the year
        ((("2025-09-01", "2025-09-30"), ("2025-10-15", "2025-10-20")), "2025-11-05", "2026-11-05"),
        # two that overlap: 40 days, not 57
        ((("2025-01-01", "2025-01-31"), ("2025-01-15", "2025-02-09")), "2025-11-09", "2026-11-09"),
        ((("2025-01-15", "2025-02-09"), ("2025-01-01", "2025-01-31")), "2025-11-09", "2026-11-09"),
        # one inside another
        ((("2025-01-01", "2025-01-31"), ("2025-01-10", "2025-01-12")), "2025-10-31", "2026-10-31"),
        ((("2025-03-01", None),), None, None),
        ((("2025-12-01", None),), "2025-09-30", None),
        ((("2025-05-05", "2025-05-05"),), "2025-10-01", "2026-10-01"),
    ],
)  # fmt: skip
def test_time_that_does_not_count(pauses, one, two):
    stretches = spans(*pauses)
    assert moved(day("2024-09-30"), 12, stretches) == day(one)
    assert moved(day("2024-09-30"), 24, stretches) == day(two)


# --- test A: not started ----------------------------------------------------------

A = [
    # agreed 2024-09-30: year 2025-09-30, warned 90 days before on 2025-07-02; years 2026-09-30, warned on 2026-07-02
    ("2024-01-01", "normal", None, "warning_1y", "2025-07-02", "none", 0.0),
    ("2024-09-30", "normal", None, "warning_1y", "2025-07-02", "none", 0.0),
    ("2025-07-01", "normal", None, "warning_1y", "2025-07-02", "none", 0.0),
    ("2025-07-02", "warning_1y", "2025-07-02", "idle_1y", "2025-09-30", "none", 0.0),
    ("2025-09-29", "warning_1y", "2025-07-02", "idle_1y", "2025-09-30", "none", 0.0),
    ("2025-09-30", "idle_1y", "2025-09-30", "warning_2y", "2026-07-02", "fee", 200.0),
    ("2026-07-01", "idle_1y", "2025-09-30", "warning_2y", "2026-07-02", "fee", 200.0),
    ("2026-07-02", "warning_2y", "2026-07-02", "idle_2y", "2026-09-30", "fee", 200.0),
    ("2026-09-29", "warning_2y", "2026-07-02", "idle_2y", "2026-09-30", "fee", 200.0),
    ("2026-09-30", "idle_2y", "2026-09-30", "", None, "takeback", 200.0),
    ("2031-01-01", "idle_2y", "2026-09-30", "", None, "takeback", 200.0),
]


@pytest.mark.parametrize(("as_of", "state", "since", "following", "following_on", "due", "fee"), A)
def test_not_started(as_of, state, since, following, following_on, due, fee):
    found = read(as_of, start_by="2024-09-30")
    assert (found.state, found.since) == (state, day(since))
    assert (found.next_state, found.next_from) == (following, day(following_on))
    assert (found.consequence, found.fee_wan, found.fee_hi_wan) == (due, fee, fee)
    assert found.recognition == "none"
    assert found.contradictions == ()


FROM_CONTRACT = ("none", None, None, None, None, None)
LEAP = ("2025-02-28", "2025-11-30", "2026-02-28", "2026-11-30", "2027-02-28")


def dates_of(as_of="2024-03-01", **given):
    d = read(as_of, **given).dates
    shown = (d.start_on, d.warning_1y_on, d.one_year_on, d.warning_2y_on, d.two_years_on)
    return d.basis, *(x.isoformat() if x else None for x in shown)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"start_by": "2024-02-29"}, ("agreed", "2024-02-29", "2024-11-30", "2025-02-28", "2025-11-30", "2026-02-28")),
        ({"start_by": "2023-03-01"}, ("agreed", "2023-03-01", "2023-12-02", "2024-03-01", "2024-12-01", "2025-03-01")),
        ({"start_by": "2023-02-28"}, ("agreed", "2023-02-28", "2023-11-30", "2024-02-28", "2024-11-30", "2025-02-28")),
        # nothing agreed: a year after delivery; a contract alone starts no clock (53号令 22)
        ({"delivered": "2024-02-29"}, ("delivery", *LEAP)),
        ({}, FROM_CONTRACT),
        ({"contract": "2024-02-29"}, FROM_CONTRACT),
        ({"start_by": "2024-09-30", "delivered": "2024-01-15"},
         ("agreed", "2024-09-30", "2025-07-02", "2025-09-30", "2026-07-02", "2026-09-30")),
        # a delivery that lies in the future has not happened
        ({"delivered": "2024-05-01"}, FROM_CONTRACT),
        # delivery agreed is not delivery
        ({"deliver_by": "2024-02-01"}, FROM_CONTRACT),
        # an extension wins over the agreed day; of several the latest
        ({"start_by": "2024-09-30", "extended_to": (date(2025, 3, 31),)},
         ("extended", "2025-03-31", "2025-12-31", "2026-03-31", "2026-12-31", "2027-03-31")),
        ({"start_by": "2024-09-30", "extended_to": (date(2025, 3, 31), date(2024, 12, 31))},
         ("extended", "2025-03-31", "2025-12-31", "2026-03-31", "2026-12-31", "2027-03-31")),
        # what cannot be read is not the same as nothing agreed
        ({"start_by": "?", "delivered": "2024-01-15"}, ("none", None, None, None, None, None)),
        ({"delivered": "?"}, ("none", None, None, None, None, None)),
    ],
)  # fmt: skip
def test_the_days(given, expected):
    assert dates_of(**given) == expected


def test_g18_of_the_county():
    given = {"contract": "2025-01-20", "deliver_by": "2025-03-31", "delivered": "2025-03-15", "finish_by": "2027-09-15",
             "cause": "unknown", "price_wan": 2240.0}  # fmt: skip
    states = {d: read(d, **given).state for d in ("2026-11-23", "2026-12-14", "2026-12-15", "2027-03-14", "2027-03-15")}
    assert list(states.values()) == ["normal", "normal", "warning_1y", "warning_1y", "idle_1y"]
    later = read("2027-03-15", **given)
    # the cause is not known: nothing is due yet, 448 is not excluded
    assert (later.consequence, later.fee_wan, later.fee_hi_wan) == ("open", 0.0, 448.0)


def test_a_fee_that_rests_on_memory_is_open_whatever_the_cause():
    assert read("2026-03-01", delivered="2024-01-15").consequence == "fee"
    memory = replace(LIMITS, unverified=frozenset({"after_delivery_months"}))
    assert clock(terms("2026-03-01", delivered="2024-01-15"), day("2026-03-01"), memory).consequence == "open"


@pytest.mark.parametrize(
    ("given", "state", "due", "fees", "against"),
    [
        ({"cause": "owner"}, "idle_1y", "fee", (200.0, 200.0), ()),
        ({"cause": "owner", "price_wan": None}, "idle_1y", "fee", (None, None), ()),
        ({"cause": "unknown"}, "idle_1y", "open", (0.0, 200.0), ()),
        # claimed and not proved
        ({"cause": "government"}, "idle_1y", "open", (0.0, 200.0), ()),
        ({"cause": "government", "delivered": "2024-03-29"}, "idle_1y", "open", (0.0, 200.0), ()),
        ({"cause": "force_majeure"}, "idle_1y", "open", (0.0, 200.0), ()),
        # proved by a document, or by a delivery after the agreed start
        ({"cause": "government", "evidence": "移交书"}, "government_caused", "none", (0.0, 0.0), ()),
        ({"cause": "government", "delivered": "2025-02-28"}, "government_caused", "none", (0.0, 0.0), ()),
        ({"cause": "government", "delivered": "2024-10-01"}, "government_caused", "none", (0.0, 0.0), ()),
        ({"cause": "government", "delivered": "2024-09-30"}, "idle_1y", "open", (0.0, 200.0), ()),
        ({"cause": "force_majeure", "evidence": "通报"}, "force_majeure", "none", (0.0, 0.0), ()),
        # the holder's cause and a delivery that came too late contradict each other
        ({"cause": "owner", "delivered": "2025-02-28"}, "idle_1y", "open", (0.0, 200.0),
         ("idle_owner_against_delivery",)),
    ],
)  # fmt: skip
def test_the_cause(given, state, due, fees, against):
    found = read("2025-10-01", start_by="2024-09-30", **given)
    assert (found.state, found.consequence, found.contradictions) == (state, due, against)
    assert (found.fee_wan, found.fee_hi_wan) == fees


def test_the_governments_cause_has_no_second_year():
    given = {"start_by": "2024-06-30", "delivered": "2025-02-28", "cause": "government", "evidence": "移交书"}
    for as_of in ("2025-06-30", "2026-06-30", "2030-01-01"):
        found = read(as_of, **given)
        assert (found.state, found.since, found.next_state) == ("government_caused", day("2025-06-30"), "")
    assert read("2025-06-29", **given).state == "warning_1y"


@pytest.mark.parametrize(
    ("pauses", "as_of", "state", "since", "following"),
    [
        (spans(("2025-03-01", None)), "2025-02-28", "normal", None, "warning_1y"),
        (spans(("2025-03-01", None)), "2025-12-01", "paused", "2025-03-01", ""),
        (spans(("2025-12-01", None)), "2026-12-01", "idle_1y", "2025-09-30", ""),
        (spans(("2025-01-01", "2025-01-31")), "2025-10-30", "warning_1y", "2025-08-02", "idle_1y"),
        (spans(("2025-01-01", "2025-01-31")), "2025-10-31", "idle_1y", "2025-10-31", "warning_2y"),
    ],
)
def test_the_clock_with_pauses(pauses, as_of, state, since, following):
    found = read(as_of, start_by="2024-09-30", pauses=pauses)
    assert (found.state, found.since, found.next_state) == (state, day(since), following)


# --- test B: started, suspended ---------------------------------------------------

THIRD = 5.0 / 15.0
SHARES = [
    # developed, invested: (share condition, state one day before the year, state on the day)
    (0.28, 0.27, True), (0.50, 0.20, True), (0.28, 0.20, True), (0.28, None, True), (None, 0.20, True),
    (0.50, 0.30, False), (THIRD, 0.25, False), (1.4 / 4.2, 0.25, False), (0.6667, 0.2500000001, False),
    (0.3333, 0.25, True), (THIRD, 0.2499, True),
    (0.50, None, None), (None, 0.30, None), (None, None, None),
]  # fmt: skip
BY_CONDITION = {
    True: [("suspended", "2026-05-02"), ("warning_b", "2026-05-03"), ("warning_b", "2026-07-31"),
           ("may_be_recognised", "2026-08-01"), ("may_be_recognised", "2030-01-01")],
    False: [("suspended", "2026-05-03"), ("suspended", "2026-08-01"), ("suspended", "2030-01-01")],
    None: [("suspended", "2026-07-31"), ("unknown", "2026-08-01"), ("unknown", "2030-01-01")],
}  # fmt: skip
BUILD = {"start_by": "2023-12-30", "started": "2024-01-10", "finish_by": "2025-12-31"}


@pytest.mark.parametrize(("developed", "invested", "condition"), SHARES)
def test_or_inside_and_with_the_suspension(developed, invested, condition):
    given = BUILD | {"developed_share": developed, "invested_share": invested, "price_wan": 4725.0}
    given["suspensions"] = spans(("2025-08-01", None))
    assert below(terms("2026-01-01", **given), LIMITS) is condition
    for state, as_of in BY_CONDITION[condition]:
        found = read(as_of, **given)
        assert found.state == state, as_of
        # neither fee nor take-back, whatever the answer
        assert (found.consequence, found.fee_wan, found.fee_hi_wan) == ("none", 0.0, 0.0)
    recognisable = read("2026-01-01", **given).dates.recognisable_on
    assert recognisable == (None if condition is False else day("2026-08-01"))


@pytest.mark.parametrize(
    ("suspensions", "as_of", "state", "since"),
    [
        ((), "2026-08-01", "in_build", "2024-01-10"),
        ((("2025-08-01", None),), "2025-07-31", "in_build", "2024-01-10"),
        ((("2025-08-01", None),), "2025-08-01", "suspended", "2025-08-01"),
        # works went on: the suspension is over, however long it was
        ((("2024-03-01", "2025-06-30"),), "2025-07-01", "in_build", "2024-01-10"),
        ((("2024-03-01", "2025-06-30"),), "2025-06-30", "may_be_recognised", "2025-03-01"),
        # two suspensions do not add up to a year
        ((("2024-02-01", "2024-12-31"), ("2025-02-01", None)), "2025-12-01", "warning_b", "2025-11-03"),
        ((("2024-02-01", "2024-12-31"), ("2025-02-01", None)), "2026-01-31", "warning_b", "2025-11-03"),
        ((("2024-02-01", "2024-12-31"), ("2025-02-01", None)), "2026-02-01", "may_be_recognised", "2026-02-01"),
        ((("2024-02-29", None),), "2025-02-27", "warning_b", "2024-11-30"),
        ((("2024-02-29", None),), "2025-02-28", "may_be_recognised", "2025-02-28"),
    ],
)  # fmt: skip
def test_suspensions(suspensions, as_of, state, since):
    found = read(as_of, **BUILD, developed_share=0.1, invested_share=0.1, suspensions=spans(*suspensions))
    assert (found.state, found.since) == (state, day(since))


def test_a_suspension_for_the_governments_cause():
    given = BUILD | {"developed_share": 0.1, "suspensions": spans(("2025-08-01", None)), "evidence": "通知"}
    assert read("2026-08-01", **given, cause="government").state == "government_caused"
    assert read("2026-08-01", **given, cause="owner").state == "may_be_recognised"


def test_a_start_ends_test_a_for_good():
    given = {"start_by": "2024-09-30", "started": "2026-10-05"}
    assert [read(d, **given).state for d in ("2026-10-04", "2026-10-05", "2030-01-01")] == [
        "idle_2y",
        "in_build",
        "in_build",
    ]
    assert read("2026-10-05", **given).consequence == "none"


def test_completion():
    given = BUILD | {"finished": "2025-11-30"}
    assert [read(d, **given).state for d in ("2025-11-29", "2025-11-30")] == ["in_build", "finished"]
    assert read("2026-01-01", contract="", stated="built").state == "finished"
    assert read("2026-01-01", **BUILD).reason.code == "idle_in_build_late"
    assert read("2025-12-31", **BUILD).reason.code == "idle_in_build"


# --- recognition ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "as_of", "recognition", "against"),
    [
        ({}, "2026-10-01", "none", ()),
        ({"ruling": "闲认〔2026〕1号", "ruled": date(2026, 10, 20)}, "2026-10-20", "recognised", ()),
        ({"ruling": "闲认〔2026〕1号", "ruled": date(2026, 10, 20)}, "2026-10-19", "none", ()),
        ({"ruling": "闲认〔2026〕1号"}, "2026-10-01", "incomplete", ("idle_ruling_incomplete",)),
        ({"ruled": date(2026, 9, 1)}, "2026-10-01", "incomplete", ("idle_ruling_incomplete",)),
        ({"ruling": "1号", "ruled": date(2025, 1, 1)}, "2025-02-01", "premature", ("idle_ruling_too_early",)),
        (
            {"ruling": "1号", "ruled": date(2025, 10, 1), "started": "2025-10-10"},
            "2025-11-01",
            "recognised",
            ("idle_ruling_against_clock",),
        ),
    ],
)
def test_recognition_takes_a_number_and_a_day(given, as_of, recognition, against):
    found = read(as_of, start_by="2024-09-30", **given)
    assert (found.recognition, found.contradictions) == (recognition, against)


# --- what leaves it open ----------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "state", "code"),
    [
        ({"contract": ""}, "unknown", "idle_no_day"),
        ({"contract": "", "approved": "2025-08-12"}, "not_supplied", "idle_not_supplied"),
        ({"contract": "2027-01-01", "start_by": "2027-06-01"}, "not_supplied", "idle_not_supplied"),
        ({"start_by": "?"}, "unknown", "idle_field_unreadable"),
        ({"delivered": "?"}, "unknown", "idle_field_unreadable"),
        ({"start_by": "2024-09-30", "unreadable": ("pauses",)}, "unknown", "idle_field_unreadable"),
        ({"start_by": "2024-09-30", "unreadable": ("extended_to",)}, "unknown", "idle_field_unreadable"),
        (BUILD | {"unreadable": ("suspended",)}, "unknown", "idle_field_unreadable"),
        ({"start_by": "2024-09-30", "started": "?"}, "unknown", "supply_record_unreadable"),
        ({"start_by": "2024-09-30", "starts_recorded": False}, "unknown", "idle_starts_not_recorded"),
        ({"start_by": "2024-09-30", "developed_share": 0.1}, "unknown", "idle_record_against_itself"),
        ({"start_by": "2024-09-30", "suspensions": spans(("2025-01-01", None))}, "unknown",
         "idle_record_against_itself"),
        (BUILD | {"suspensions": spans(("2024-01-01", None))}, "unknown", "idle_record_against_itself"),
        ({"start_by": "2024-09-30", "stated": "built"}, "unknown", "supply_record_differs"),
        ({"start_by": "2024-09-30", "started": "2023-01-01"}, "unknown", "supply_dates_reversed"),
        # named, and the dates still stand
        ({"start_by": "2023-09-30"}, "idle_2y", "idle_idle_2y"),
        ({"start_by": "2024-09-30", "extended_to": (date(2025, 10, 2),)}, "warning_1y", "idle_warning_1y"),
    ],
)  # fmt: skip
def test_what_the_record_leaves_open(given, state, code):
    found = read("2026-10-01", **given)
    assert (found.state, found.reason.code) == (state, code)
    assert (state == "unknown") == (found.since is None and found.next_from is None and state != "not_supplied")


def test_dates_stand_even_where_the_state_is_open():
    found = read("2026-10-01", start_by="2024-09-30", starts_recorded=False)
    assert found.dates.two_years_on == day("2026-09-30")
    assert (found.consequence, found.fee_wan, found.fee_hi_wan) == ("open", 0.0, 200.0)
    early = read("2025-09-29", start_by="2024-09-30", starts_recorded=False)
    assert (early.consequence, early.fee_hi_wan) == ("none", 0.0)


def test_agreements_that_look_wrong_are_named():
    assert read("2024-03-01", start_by="2023-09-30").contradictions == ("idle_start_before_contract",)
    # the year runs from the day the supplement names, however far it lies (53号令 12)
    assert read("2024-03-01", start_by="2024-09-30", extended_to=(date(2028, 10, 1),)).contradictions == ()


# --- properties -------------------------------------------------------------------

MOMENTS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(start=MOMENTS, as_of=MOMENTS)
def test_the_state_follows_from_the_dates(start, as_of):
    record = {"contract": "2010-01-01", "start_by": start.isoformat()}
    found = read(as_of.isoformat(), **record)
    d = found.dates
    assert d.start_on < d.warning_1y_on < d.one_year_on <= d.warning_2y_on < d.two_years_on
    assert (found.state in IDLE) == (as_of >= d.one_year_on)
    assert (found.consequence == "takeback") == (as_of >= d.two_years_on)
    if found.next_from:
        assert as_of < found.next_from
        assert read(found.next_from.isoformat(), **record).state == found.next_state
        before = found.next_from - timedelta(days=1)
        assert read(before.isoformat(), **record).state == found.state


@given(
    as_of=MOMENTS, developed=st.none() | st.floats(0, 1), invested=st.none() | st.floats(0, 1), since=MOMENTS,
    lost=st.sampled_from(["developed_share", "invested_share", "cause", "evidence", "price_wan"]),
)  # fmt: skip
def test_losing_data_never_makes_a_fee_or_a_recognition(as_of, developed, invested, since, lost):
    full = {"contract": "2010-01-01", "start_by": "2014-01-01", "started": "2014-06-01", "evidence": "书",
            "developed_share": developed, "invested_share": invested, "suspensions": (Span(since),)}  # fmt: skip
    gone = full | {lost: {"cause": "unknown", "evidence": ""}.get(lost)}
    before, after = (read(as_of.isoformat(), **g) for g in (full, gone))
    assert after.consequence == before.consequence == "none"
    assert after.state in (
        before.state,
        "unknown",
        "suspended",
        "warning_b" if before.state == "warning_b" else "unknown",
    )


def test_a_reason_is_a_code_with_numbers():
    assert read("2026-08-01", **BUILD, developed_share=0.28, invested_share=0.27,
                suspensions=spans(("2025-08-01", None))).reason == reason(
        "idle_may_be_recognised", record="G-1", cause="owner", evidence="–", developed=0.28, invested=0.27,
        on="2025-08-01", due="2026-08-01")  # fmt: skip


# --- what a mutation run found nobody held ------------------------------------------


def test_what_is_built_without_a_day_is_finished_since_nobody_knows_when():
    found = read("2026-01-01", contract="", stated="built")
    assert (found.state, found.since, found.next_state) == ("finished", None, "")


def test_of_several_pauses_and_suspensions_that_last_the_earliest_counts():
    paused = read("2025-12-01", start_by="2024-09-30", pauses=spans(("2025-05-01", None), ("2025-03-01", None)))
    assert (paused.state, paused.since) == ("paused", day("2025-03-01"))
    both = spans(("2025-06-01", None), ("2025-03-01", None))
    stopped = read("2025-12-01", **BUILD, developed_share=0.1, invested_share=0.1, suspensions=both)
    assert stopped.reason.values["on"] == "2025-03-01"


def test_a_pause_counts_from_its_first_day():
    pause = spans(("2025-03-01", None))
    assert read("2025-02-28", start_by="2024-09-30", pauses=pause).dates.one_year_on == day("2025-09-30")
    assert read("2025-03-01", start_by="2024-09-30", pauses=pause).dates.one_year_on is None


def test_where_the_state_is_open_nothing_is_due_before_the_year_is_full():
    given = {"start_by": "2024-09-30", "starts_recorded": False}
    due = [read(d, **given).consequence for d in ("2025-09-29", "2025-09-30")]
    assert due == ["none", "open"]


def test_the_reason_names_the_day_the_fee_became_due_only_after_two_years():
    assert read("2026-09-30", start_by="2024-09-30").reason.values["due_on"] == "2025-09-30"
    assert "due_on" not in read("2026-09-29", start_by="2024-09-30").reason.values


def test_a_stop_that_is_excused_is_told_as_a_stop():
    given = BUILD | {"developed_share": 0.1, "suspensions": spans(("2025-08-01", None)), "evidence": "通知"}
    found = read("2026-08-01", **given, cause="government")
    assert (found.state, found.reason.code) == ("government_caused", "idle_stopped_exempt")
