"""Thirty-two hand-worked situations of the idle-land clock, each with the article of order 53 (53号令) it follows."""

from datetime import date

import pytest

from geo.idle.clock import clock
from geo.idle.terms import Span, Terms
from geo.screen.records import Event, Record, standing
from layers.study.registers.idle import limits

EVENTS = ("contract", "deliver_by", "delivered", "start_by", "started", "finish_by", "finished", "approved")
S24 = {"start_by": "2024-06-30"}
B = {"start_by": "2024-01-01", "started": "2024-01-01", "suspensions": (("2025-06-01", None),)}


def day(text):
    return date.fromisoformat(text) if text else None


def read(as_of, **given):
    given = {"contract": "2023-01-10", "cause": "owner", "price_wan": 1000.0} | given
    events = {n: Event("yes", day(given[n])) for n in EVENTS if given.get(n)}
    rest = {k: v for k, v in given.items() if k not in EVENTS}
    rest["suspensions"] = tuple(Span(day(a), day(b)) for a, b in rest.get("suspensions", ()))
    rest["extended_to"] = tuple(map(day, rest.get("extended_to", ())))
    rest["ruled"] = day(rest.get("ruled"))
    record = Record("G-1", "1", events, "")
    return clock(Terms("G-1", standing(record, day(as_of)), events, **rest), day(as_of), limits())


CASES = {
    # number: (article, day, facts, state, consequence, (fee proved, fee not excluded), contradictions)
    1: ("2(1)", "2025-06-29", S24, "warning_1y", "none", (0, 0), ()),
    2: ("2(1), 民法典 201/202", "2025-06-30", S24, "idle_1y", "fee", (200, 200), ()),
    3: ("14(1)", "2025-07-01", S24, "idle_1y", "fee", (200, 200), ()),
    4: ("14(2)", "2026-07-01", S24, "idle_2y", "takeback", (200, 200), ()),
    5: ("22", "2025-03-20", {"delivered": "2023-03-15"}, "idle_1y", "fee", (200, 200), ()),
    6: ("22", "2025-03-20", {}, "unknown", "open", (0, 200), ()),
    7: ("8(1)", "2025-10-01", {"start_by": "2024-09-30", "deliver_by": "2024-03-31", "delivered": "2024-09-29"},
        "idle_1y", "open", (0, 200), ("idle_delivered_late",)),
    8: ("8(1)", "2025-10-01", {"start_by": "2024-09-30", "deliver_by": "2024-03-31"}, "idle_1y", "open", (0, 200),
        ("idle_never_delivered",)),
    9: ("8(1)", "2025-12-01", S24 | {"deliver_by": "2023-12-31", "delivered": "2025-02-28", "cause": "unknown"},
        "government_caused", "none", (0, 0), ("idle_delivered_after_start",)),
    10: ("30", "2025-10-01", S24 | {"started": "2025-05-01", "permit": "none"}, "unknown", "open", (0, 200),
         ("idle_start_without_permit",)),
    11: ("2(1)", "2025-06-30", S24 | {"started": "2025-06-30"}, "in_build", "none", (0, 0), ()),
    12: ("2(1)", "2025-12-01", S24 | {"started": "2025-10-15"}, "in_build", "none", (0, 0), ()),
    13: ("2(2)", "2026-06-02", B | {"developed_share": 0.3, "invested_share": 0.6}, "may_be_recognised", "none",
         (0, 0), ()),
    14: ("2(2)", "2026-06-02", B | {"developed_share": 0.4, "invested_share": 0.2}, "may_be_recognised", "none",
         (0, 0), ()),
    15: ("2(2)", "2026-06-02", B | {"developed_share": 0.4, "invested_share": 0.3}, "suspended", "none", (0, 0), ()),
    16: ("2(2)", "2026-06-02", B | {"developed_share": 1 / 3, "invested_share": 0.25}, "suspended", "none", (0, 0), ()),
    17: ("2(2)", "2026-05-31", B | {"developed_share": 0.3, "invested_share": 0.6}, "warning_b", "none", (0, 0), ()),
    18: ("2(2)", "2026-06-02", B | {"developed_share": 0.3, "invested_share": 0.6,
                                    "suspensions": (("2025-06-01", "2026-03-01"),)}, "in_build", "none", (0, 0), ()),
    19: ("8(1)", "2026-06-02", B | {"developed_share": 0.3, "invested_share": 0.6, "cause": "government",
                                    "evidence": "会议纪要"}, "government_caused", "none", (0, 0), ()),
    20: ("12(1)", "2025-07-01", S24 | {"extended_to": ("2025-06-30",)}, "normal", "none", (0, 0), ()),
    21: ("12(1)", "2026-11-23", {"start_by": "2022-09-30", "extended_to": ("2026-10-31",), "cause": "government",
                                 "evidence": "补充协议"}, "normal", "none", (0, 0), ("idle_start_before_contract",)),
    22: ("房地产管理法 26", "2025-10-01", S24 | {"cause": "preliminary", "evidence": "考古勘探报告"},
         "preliminary_works", "none", (0, 0), ()),
    23: ("8(2)", "2025-10-01", S24 | {"cause": "force_majeure", "evidence": "应急局证明"}, "force_majeure", "none",
         (0, 0), ()),
    24: ("8", "2025-10-01", S24 | {"cause": "government"}, "idle_1y", "open", (0, 200), ()),
    25: ("9–11", "2025-10-01", S24 | {"ruling": "认字1号", "ruled": "2025-09-01"}, "idle_1y", "fee", (200, 200), ()),
    26: ("9–11", "2025-10-01", S24 | {"ruling": "认字1号", "ruled": "2025-03-01"}, "idle_1y", "fee", (200, 200),
         ("idle_ruling_too_early",)),
    27: ("民法典 202", "2025-02-28", {"start_by": "2024-02-29"}, "idle_1y", "fee", (200, 200), ()),
    28: ("2(1)", "2025-02-28", {"start_by": "2027-02-01"}, "normal", "none", (0, 0), ()),
    29: ("2(1)", "2026-02-28", {"start_by": "2024-02-01", "finished": "2025-06-01"}, "finished", "none", (0, 0), ()),
    30: ("9–11", "2026-12-01", S24, "idle_2y", "takeback", (200, 200), ()),
    31: ("14(1)", "2025-12-01", S24 | {"price_wan": None}, "idle_1y", "fee", (None, None), ()),
    32: ("14(1)", "2025-12-01", S24 | {"contract": None, "approved": "2023-01-01", "delivered": "2023-06-01"},
         "idle_1y", "fee", (200, 200), ()),
}  # fmt: skip


@pytest.mark.parametrize("number", CASES)
def test_the_thirty_two(number):
    _, as_of, facts, state, due, fees, against = CASES[number]
    found = read(as_of, **facts)
    assert (found.state, found.consequence, found.contradictions) == (state, due, against)
    assert (found.fee_wan, found.fee_hi_wan) == fees


def test_what_the_table_says_beside_the_state():
    assert read("2025-03-20", delivered="2023-03-15").dates.start_on == day("2024-03-15")
    assert read("2025-03-20").reason.values["fields"] == ["start_by", "delivered"]
    assert read("2025-07-01", **S24, extended_to=("2025-06-30",)).dates.one_year_on == day("2026-06-30")
    assert read("2026-11-23", start_by="2022-09-30", extended_to=("2026-10-31",)).dates.one_year_on == day("2027-10-31")
    named = read("2025-12-01", **CASES[9][2]).reason
    assert (named.code, named.values["handed_on"]) == ("idle_government_after_start", "2025-02-28")
    late = read("2026-07-01", **S24).reason
    assert late.values["due_on"] == "2025-06-30"
    assert [read(*a, **k).recognition for a, k in (
        (("2025-10-01",), CASES[25][2]), (("2025-10-01",), CASES[26][2]), (("2026-12-01",), S24))] == [
        "recognised", "premature", "none"]  # fmt: skip


# --- others of each kind -------------------------------------------------------------

LATE = {"start_by": "2024-09-30", "deliver_by": "2024-03-31"}


@pytest.mark.parametrize(
    ("facts", "state", "due", "against"),
    [
        # the register names the government, the dates say so too: no document needed
        (LATE | {"cause": "government", "delivered": "2024-06-30"}, "government_caused", "none",
         ("idle_delivered_late",)),
        (LATE | {"cause": "government"}, "government_caused", "none", ("idle_never_delivered",)),
        # nobody is named: six months late but in time to start decides nothing
        (LATE | {"cause": "unknown", "delivered": "2024-06-30"}, "idle_1y", "open", ("idle_delivered_late",)),
        (LATE | {"cause": "unknown"}, "government_caused", "none", ("idle_never_delivered",)),
        # a register without a column of deliveries does not say that the land was never handed over
        (LATE | {"cause": "unknown", "deliveries_recorded": False}, "idle_1y", "open", ("idle_delivery_unrecorded",)),
        (LATE | {"deliveries_recorded": False}, "idle_1y", "open", ("idle_delivery_unrecorded",)),
        # on the agreed day, or a day before: in time
        (LATE | {"delivered": "2024-03-31"}, "idle_1y", "fee", ()),
        (LATE | {"delivered": "2024-04-01"}, "idle_1y", "open", ("idle_delivered_late",)),
        (S24 | {"cause": "preliminary"}, "idle_1y", "open", ()),
        # works under way: the late delivery is not asked about, a missing permit is
        (LATE | {"started": "2024-09-01"}, "in_build", "none", ()),
        (LATE | {"started": "2024-09-01", "delivered": "2024-03-01", "permit": "none"}, "unknown", "open",
         ("idle_start_without_permit",)),
        (LATE | {"started": "2024-09-01", "delivered": "2024-03-01", "permit": "yes"}, "in_build", "none", ()),
        (LATE | {"started": "2024-09-01", "finished": "2025-01-01", "permit": "none"}, "finished", "none", ()),
    ],
)  # fmt: skip
def test_delivery_cause_and_permit(facts, state, due, against):
    found = read("2025-10-01", **facts)
    assert (found.state, found.consequence, found.contradictions) == (state, due, against)


def test_a_start_without_a_permit_costs_nothing_before_the_year_is_full():
    found = read("2025-06-29", **S24, started="2025-05-01", permit="none")
    assert (found.state, found.consequence, found.fee_hi_wan) == ("unknown", "none", 0.0)


@pytest.mark.parametrize(("ruled", "said"), [("2025-06-29", "premature"), ("2025-06-30", "recognised")])
def test_a_recognition_on_the_first_day_it_can_have(ruled, said):
    assert read("2026-01-01", **S24, ruling="1号", ruled=ruled).recognition == said


@pytest.mark.parametrize(("ruled", "said"), [("2026-05-31", "premature"), ("2026-06-01", "recognised")])
def test_a_recognition_of_works_that_stand_still(ruled, said):
    found = read("2026-07-01", **(B | {"start_by": "2025-07-01"}), developed_share=0.1, ruling="1号", ruled=ruled)
    assert found.recognition == said


# --- every boundary day ---------------------------------------------------------------

NOT_STARTED = (("warning_1y_on", "normal", "warning_1y"), ("one_year_on", "warning_1y", "idle_1y"),
               ("warning_2y_on", "idle_1y", "warning_2y"), ("two_years_on", "warning_2y", "idle_2y"))  # fmt: skip


@pytest.mark.parametrize(
    "facts",
    [S24, {"start_by": "2024-02-29"}, {"start_by": "2023-02-28"}, {"start_by": "2024-12-31"},
     {"delivered": "2023-03-15"}, {"delivered": "2023-02-28"}, S24 | {"extended_to": ("2025-06-30",)}],
)  # fmt: skip
def test_the_state_changes_on_each_boundary_day_and_on_none_before(facts):
    dates = read("2024-01-01", **facts).dates
    for name, before, after in NOT_STARTED:
        on = getattr(dates, name)
        eve = date.fromordinal(on.toordinal() - 1).isoformat()
        assert (read(eve, **facts).state, read(on.isoformat(), **facts).state) == (before, after), name
    due = {d: read(d, **facts).consequence for d in map(date.isoformat, (dates.one_year_on, dates.two_years_on))}
    assert list(due.values()) == ["fee", "takeback"]


@pytest.mark.parametrize("stopped", ["2025-06-01", "2024-02-29", "2024-12-31"])
def test_works_that_stand_still_may_be_recognised_on_the_corresponding_day_and_not_before(stopped):
    facts = B | {"developed_share": 0.3, "invested_share": 0.6, "suspensions": ((stopped, None),)}
    on = read("2026-06-02", **facts).dates.recognisable_on
    eve = date.fromordinal(on.toordinal() - 1).isoformat()
    assert (read(eve, **facts).state, read(on.isoformat(), **facts).state) == ("warning_b", "may_be_recognised")
    assert read(on.isoformat(), **facts).consequence == "none"


# --- what a supplement settles, and what it cannot mean -------------------------------

ANEW = {"start_by": "2023-06-30", "deliver_by": "2023-03-01", "delivered": "2024-03-01", "extended_to": ("2024-09-30",)}


@pytest.mark.parametrize(
    ("facts", "state", "due", "against"),
    [
        # art. 12(1): a late delivery the supplement came after excuses no second year, and is not forgotten
        (ANEW | {"cause": "unknown"}, "idle_1y", "open", ("idle_delivered_late",)),
        (ANEW, "idle_1y", "open", ("idle_delivered_late",)),
        # handed over after the start of the supplement too
        (ANEW | {"delivered": "2024-12-01", "cause": "unknown"}, "government_caused", "none",
         ("idle_delivered_after_start",)),
        # the cause for which more time was given does not excuse that time for ever
        (ANEW | {"cause": "government", "evidence": "补充协议"}, "idle_1y", "open", ("idle_delivered_late",)),
        (S24 | {"extended_to": ("2024-09-30",), "cause": "force_majeure", "evidence": "证明"}, "idle_1y", "open", ()),
        # works begun and stopped: what stopped them is another matter than the start
        (B | {"extended_to": ("2024-06-30",), "suspensions": (("2024-08-01", None),), "developed_share": 0.3,
              "cause": "government", "evidence": "会议纪要"}, "government_caused", "none", ()),
        # a supplement that names an earlier start than the contract did is no extension
        (S24 | {"extended_to": ("2024-06-29",)}, "unknown", "open", ("idle_extension_backwards",)),
        (S24 | {"extended_to": ("2024-06-30",)}, "idle_1y", "fee", ()),
        # a delivery still to come, after works had to start
        (S24 | {"delivered": "2026-03-31"}, "idle_1y", "open", ("idle_owner_against_delivery",)),
        (S24 | {"delivered": "2026-03-31", "cause": "unknown"}, "government_caused", "none",
         ("idle_delivered_after_start",)),
        ({"start_by": "2026-01-31", "delivered": "2026-03-31"}, "normal", "none", ()),
    ],
)  # fmt: skip
def test_supplements_and_deliveries_to_come(facts, state, due, against):
    found = read("2025-12-01", **facts)
    assert (found.state, found.consequence, found.contradictions) == (state, due, against)


def test_a_supplement_before_the_agreed_start_makes_no_delivery_late():
    """The supplement contradicts the contract; the land was handed over in time for the start agreed there."""
    facts = {"start_by": "2024-09-30", "deliver_by": "2024-08-31", "extended_to": ("2024-05-31",)}
    found = read("2025-10-01", **facts, delivered="2024-08-01")
    assert found.contradictions == ("idle_extension_backwards",)


def test_a_holder_beside_another_cause_leaves_fee_and_takeback_open():
    found = read("2026-07-01", **S24, cause="several", evidence="会议纪要")
    assert (found.state, found.consequence) == ("idle_2y", "open")
    late = read("2025-10-01", **LATE, cause="several", delivered="2024-12-01")
    assert (late.state, late.consequence, late.contradictions) == (
        "idle_1y", "open", ("idle_owner_against_delivery",))  # fmt: skip
