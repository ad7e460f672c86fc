"""Supply status: the truth table, what a record proves, where records lie, what is drawn."""

import json
from dataclasses import replace
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.basis.area import basis
from geo.basis.layer import Layer
from geo.basis.reason import reason
from geo.basis.tables import settled as as_written
from geo.screen import supplied, supply
from geo.screen.planned import dominant, plots_on
from geo.screen.records import EVENTS, Event, Record, Standing, standing
from geo.screen.supplied import Register
from geo.screen.supply import Case, Finding, Meaning, PresentUse, derived, draws, settled
from layers.text import LANGUAGES, catalogue, sentence

CRS = "EPSG:4549"
TODAY = date(2026, 11, 23)
YES, NO, BLURRED = Event("yes"), Event(), Event("unreadable")


def on(year, month=6, day=1):
    return Event("yes", date(year, month, day))


def record(record_id="G-1", stated="", **events):
    shape = events.pop("shape", None)
    keys = {k: events.pop(k) for k in ("parcel_ids", "parcel_nos", "plot_ids", "unsure") if k in events}
    return Record(record_id, "1", events, stated, shape=shape, **keys)


# --- one record ------------------------------------------------------------------

STANDINGS = [
    (record(approved=on(2025)), "approved", "supply_by_approval"),
    (record(approved=YES), "approved", "supply_by_approval"),
    (record(approved=on(2022), contract=on(2023)), "supplied", "supply_by_contract"),
    (record(delivered=on(2023)), "supplied", "supply_by_contract"),
    (record(contract=on(2023), started=on(2024)), "started", "supply_by_start"),
    (record(contract=on(2020), started=on(2021), finished=on(2023)), "built", "supply_by_finish"),
    (record(finished=on(2023)), "built", "supply_by_finish"),
    # a day in the future is a plan
    (record(contract=on(2023), started=on(2027)), "supplied", "supply_by_contract"),
    (record(finished=on(2026, 11, 24)), "silent", "supply_record_silent"),
    (record(finished=on(2026, 11, 23)), "built", "supply_by_finish"),
    # what cannot be read could be more than what can
    (record(contract=on(2023), started=BLURRED), "doubt", "supply_record_unreadable"),
    (record(contract=on(2023), finished=BLURRED), "doubt", "supply_record_unreadable"),
    (record(contract=BLURRED, finished=on(2023)), "built", "supply_by_finish"),
    # days against their order
    (record(contract=on(2024), started=on(2023)), "doubt", "supply_dates_reversed"),
    (record(started=on(2024), finished=on(2023)), "doubt", "supply_dates_reversed"),
    (record(contract=on(2024), finished=on(2023)), "doubt", "supply_dates_reversed"),
    (record(contract=on(2023), started=on(2023), finished=on(2023)), "built", "supply_by_finish"),
    # the record's own word
    (record(), "silent", "supply_record_silent"),
    (record(stated="approved"), "approved", "supply_by_word"),
    (record(stated="unapproved"), "unapproved", "supply_by_word"),
    (record(stated="suspected_idle"), "supplied", "supply_by_word"),
    (record(stated="?"), "silent", "supply_record_word_unknown"),
    (record(stated="built", contract=on(2023)), "doubt", "supply_record_differs"),
    (record(stated="supplied", contract=on(2023), started=on(2024)), "started", "supply_by_start"),
    (record(stated="suspected_idle", contract=on(2023)), "supplied", "supply_by_contract"),
    (record(unsure=True, finished=on(2023)), "doubt", "supply_record_unsure"),
]


@pytest.mark.parametrize(("given_record", "stage", "code"), STANDINGS)
def test_what_a_record_proves(given_record, stage, code):
    found = standing(given_record, TODAY)
    assert (found.stage, found.reason.code) == (stage, code)


days = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2035, 1, 1)))
events = st.one_of(st.just(NO), st.just(BLURRED), days.map(lambda d: Event("yes", d)))


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(EVENTS, events)), st.sampled_from(EVENTS))
def test_blurring_an_event_never_proves_more(given_events, lost):
    """Making a cell unreadable leads to the same stage or to doubt, never to another stage."""
    before = standing(Record("x", events=given_events), TODAY).stage
    after = standing(Record("x", events=given_events | {lost: BLURRED}), TODAY).stage
    # dates against their order can no longer be seen once one of them is lost
    assert before == "doubt" or after in ("doubt", before)


@settings(deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(EVENTS, events)), st.integers(0, 4000))
def test_land_never_goes_back_as_time_passes(given_events, later):
    order = ("silent", "approved", "supplied", "started", "built")
    stages = [standing(Record("x", events=given_events), day).stage for day in (TODAY, TODAY + timedelta(later))]
    if "doubt" not in stages:
        assert order.index(stages[0]) <= order.index(stages[1])


# --- one parcel: the truth table -------------------------------------------------


def said(stage, record_id="G-1", when=None):
    return Standing(stage, reason("supply_by_word", record=record_id, stated="built"), when, record_id)


FIELD = Case(land_use="0101", scheme="三调", ground="open", register="ok", absence_known=True, covered_share=1.0)
PLANT = replace(FIELD, land_use="201A", ground="built")
BARE = replace(FIELD, land_use="1201", ground="vacant")
DARK = replace(FIELD, land_use="X", ground="unknown")
SURVEYED = date(2025, 12, 31)

TRUTH = [
    # record × present use
    (replace(PLANT, records=(said("built"),)), "built", None),
    (replace(FIELD, records=(said("built"),)), "unknown", "supply_contradiction"),
    (replace(BARE, records=(said("built"),)), "unknown", "supply_contradiction"),
    (replace(DARK, records=(said("built"),)), "built", None),
    (replace(FIELD, records=(said("built", when=date(2026, 3, 1)),), surveyed=SURVEYED), "built",
     "supply_built_after_survey"),
    (replace(FIELD, records=(said("built", when=date(2025, 12, 31)),), surveyed=SURVEYED), "unknown",
     "supply_contradiction"),
    (replace(FIELD, records=(said("supplied"),)), "supplied", None),
    (replace(BARE, records=(said("supplied"),)), "supplied", None),
    (replace(PLANT, records=(said("supplied"),)), "unknown", "supply_contradiction"),
    (replace(PLANT, records=(said("started"),)), "supplied", None),
    (replace(FIELD, records=(said("approved"),)), "approved", None),
    (replace(PLANT, records=(said("approved"),)), "unknown", "supply_contradiction"),
    (replace(FIELD, records=(said("unapproved"),)), "unapproved", None),
    (replace(FIELD, records=(said("doubt"),)), "unknown", None),
    (replace(FIELD, records=(said("silent"),)), "unknown", None),
    # several records
    (replace(BARE, records=(said("approved"), said("supplied"))), "supplied", None),
    (replace(BARE, records=(said("supplied"), said("started"))), "supplied", None),
    (replace(PLANT, records=(said("built"), said("supplied", "G-2"))), "unknown", "supply_records_differ"),
    (replace(PLANT, records=(said("built"), said("silent"))), "built", None),
    (replace(PLANT, records=(said("built"), said("doubt"))), "unknown", None),
    # a record of a part
    (replace(BARE, records=(said("supplied"),), covered_share=0.6), "unknown", "supply_record_partly"),
    (replace(BARE, records=(said("supplied"),), covered_share=0.9), "supplied", None),
    # no record
    (replace(FIELD, intent="construction"), "unapproved", "supply_planned_unapproved"),
    (replace(FIELD, intent="partly"), "unknown", "supply_plan_partly"),
    (replace(FIELD, intent="other"), "unknown", "supply_plan_other"),
    (replace(FIELD, intent="none"), "unknown", "supply_plan_none"),
    (replace(FIELD, intent="unknown"), "unknown", "supply_plan_unknown"),
    (replace(FIELD, intent="no_plan"), "unknown", "supply_plan_no_plan"),
    (replace(PLANT, intent="construction"), "unknown", "supply_built_without_record"),
    (replace(BARE, intent="construction"), "unknown", "supply_vacant_without_record"),
    (replace(DARK, intent="construction"), "unknown", "supply_use_unknown"),
    (replace(FIELD, intent="construction", absence_known=False), "unknown", "supply_register_open"),
    (replace(FIELD, intent="construction", register="none"), "unknown", "supply_register_none"),
    (replace(FIELD, intent="construction", register="missing"), "unknown", "supply_register_missing"),
    (replace(FIELD, intent="construction", register="failed"), "unknown", "supply_register_failed"),
    (replace(BARE, records=(said("supplied"),), register="stale"), "unknown", "supply_register_stale"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "status", "code"), TRUTH)
def test_truth_table_of_what_is_derived(case, status, code):
    found = derived(case)
    assert found.status == status
    assert code is None or found.reason.code == code
    assert (found.status == "unknown") == (found.weight != "known")


def stated(case, code, text="源"):
    return replace(case, stated_text=text, stated=code)


STATED = [
    # stands where nothing speaks against it
    (stated(FIELD, "unapproved"), "unapproved", "supply_as_stated"),
    (stated(replace(PLANT, register="none"), "built"), "built", "supply_as_stated"),
    (stated(replace(FIELD, intent="construction"), "unapproved"), "unapproved", "supply_stated_confirmed"),
    (stated(replace(PLANT, records=(said("built"),)), "built"), "built", "supply_stated_confirmed"),
    # and does not where something does
    (stated(replace(BARE, records=(said("supplied"),)), "built"), "unknown", "supply_stated_differs"),
    (stated(replace(FIELD, intent="construction"), "approved"), "unknown", "supply_stated_differs"),
    (stated(replace(PLANT, records=(said("supplied"),)), "supplied"), "unknown", "supply_contradiction"),
    (stated(FIELD, "built"), "unknown", "supply_stated_against_use"),
    (stated(BARE, "built"), "unknown", "supply_stated_against_use"),
    (stated(PLANT, "supplied"), "unknown", "supply_stated_against_use"),
    (stated(PLANT, "unapproved"), "unknown", "supply_stated_against_use"),
    (stated(FIELD, "", "不详"), "unknown", "supply_stated_unknown_word"),
    # nothing is called idle without a record
    (stated(BARE, "suspected_idle"), "unknown", "supply_idle_without_record"),
    (stated(replace(BARE, records=(said("supplied"),)), "suspected_idle"), "suspected_idle", "supply_stated_confirmed"),
    (stated(replace(BARE, records=(said("approved"),)), "suspected_idle"), "unknown", "supply_stated_differs"),
]


@pytest.mark.parametrize(("case", "status", "code"), STATED)
def test_what_the_source_states_is_held_against_the_evidence(case, status, code):
    found = settled(case)
    assert (found.status, found.reason.code) == (status, code)


stages = st.sampled_from(["unapproved", "approved", "supplied", "started", "built", "silent", "doubt"])
cases = st.builds(
    Case,
    land_use=st.just("0101"), scheme=st.just("三调"),
    ground=st.sampled_from(["built", "vacant", "open", "unknown"]),
    stated_text=st.just(""),
    records=st.lists(stages.map(said), max_size=3).map(tuple),
    covered_share=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    absence_known=st.booleans(),
    register=st.sampled_from(["none", "ok", "missing", "failed", "stale"]),
    intent=st.sampled_from(["construction", "other", "none", "partly", "unknown", "no_plan"]),
    surveyed=st.sampled_from([None, SURVEYED]),
)  # fmt: skip


@settings(deadline=None)
@given(cases)
def test_losing_every_record_never_decides_what_was_unknown(case):
    """Where absence proves nothing, a parcel without its records is unknown, whatever it was."""
    without = replace(case, records=(), covered_share=0.0, absence_known=False)
    assert settled(without).status == "unknown"


@settings(deadline=None)
@given(cases, st.sampled_from(["ground", "plan", "register"]))
def test_losing_a_source_never_decides_what_was_only_missing(case, lost):
    """From a gap, losing more leads to a gap; it never leads to a status."""
    before = settled(case)
    less = {
        "ground": replace(case, ground="unknown", surveyed=None), "plan": replace(case, intent="no_plan"),
        "register": replace(case, register="missing", records=(), absence_known=False),
    }[lost]  # fmt: skip
    if before.weight == "lack":
        assert settled(less).status == "unknown"


@settings(deadline=None)
@given(cases)
def test_nothing_is_ever_derived_as_idle(case):
    assert settled(case).status in ("unapproved", "approved", "supplied", "built", "unknown")


@settings(deadline=None)
@given(cases, st.sampled_from(["unapproved", "approved", "supplied", "built", "suspected_idle", ""]))
def test_every_reason_has_its_sentence_with_all_values(case, code):
    found = settled(replace(case, stated_text="源", stated=code))
    for language in LANGUAGES:
        assert f"reason.{found.reason.code}" in catalogue(language)
        text = sentence(found.reason.to_json(), language)
        assert "{" not in text
        assert "–" not in text.replace("（–）", "").replace("(–)", "")


# --- what is drawn ---------------------------------------------------------------

PADDY, FOREST = PresentUse("open", True, True), PresentUse("open", True, False)
STOCK = PresentUse("built")


def finding(status, weight="known"):
    return Finding(status, reason("x"), weight)


@pytest.mark.parametrize(
    ("found", "use", "expected"),
    [
        (finding("unapproved"), PADDY, (100.0, 100.0)),
        (finding("unapproved"), FOREST, (100.0, 0.0)),
        (finding("unknown", "lack"), PADDY, (100.0, 100.0)),
        (finding("unknown", "lack"), STOCK, (0.0, 0.0)),
        (finding("unknown", "contested"), STOCK, (0.0, 0.0)),
        (finding("unknown", "contested"), PADDY, (np.nan, np.nan)),
        (finding("unknown", "contested"), FOREST, (np.nan, 0.0)),
        (finding("unapproved"), None, (np.nan, np.nan)),
        # the quota of approved land was drawn when it was approved
        (finding("approved"), PADDY, (0.0, 0.0)),
        (finding("supplied"), FOREST, (0.0, 0.0)),
    ],
)
def test_quota_and_farmland_balance(found, use, expected):
    np.testing.assert_equal(draws(found, use, 100.0), expected)


# --- where records lie -----------------------------------------------------------


def box(column, width=1.0):
    return shapely.box(100 * column, 0, 100 * (column + width), 100)


@pytest.fixture
def parcels():
    count = 5
    columns = {
        "parcel_id": [f"p{k}" for k in range(count)], "parcel_no": ["1", "2", "2", "4", "5"],
        "land_use": ["0101", "201A", "1201", "0101", "9999"], "land_use_scheme": "三调", "supply_status": "",
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=[box(k) for k in range(count)], crs=CRS)


PLANAR = basis("planar", CRS, (0, 0, 500, 100))


def linked(parcels, *records, plans=()):
    found = supplied.links(parcels, Register(records, "ok"), list(plans), PLANAR)
    pairs = [(int(p), int(r), by) for p, r, by in found.pairs[["parcel", "record", "by"]].itertuples(index=False)]
    return found, pairs


def test_records_are_matched_by_number_plot_and_ground(parcels):
    plan = Layer("plan", np.array([box(3)], object), np.array(["row"], object), np.zeros(1, bool),
                 attributes={"plot_id": np.array(["D-1"], object)})  # fmt: skip
    found, pairs = linked(
        parcels, record("A", parcel_ids=("p0",)), record("B", parcel_nos=("4", "5")), record("C", shape=box(1, 2)),
        record("D", plot_ids=("D-1",)), plans=[plan],
    )  # fmt: skip
    assert pairs == [(0, 0, "parcel_id"), (1, 2, "location"), (2, 2, "location"), (3, 1, "parcel_no"),
                     (3, 3, "location"), (4, 1, "parcel_no")]  # fmt: skip
    assert found.covered_share.tolist() == [1, 1, 1, 1, 1]
    assert not found.unmatched


def test_every_record_that_lies_nowhere_says_why(parcels):
    found, pairs = linked(
        parcels, record("A", parcel_nos=("2",)), record("B", parcel_ids=("lost",)), record("C"),
        record("D", shape=box(50)),
    )  # fmt: skip
    assert pairs == []
    assert found.unmatched == {
        0: "supply_number_repeats", 1: "supply_number_unknown", 2: "supply_record_without_place",
        3: "supply_record_elsewhere",
    }  # fmt: skip


def test_slivers_are_not_records_and_overlapping_records_count_once(parcels):
    _, pairs = linked(parcels, record("A", shape=box(0, 1.019)))
    assert pairs == [(0, 0, "location")]
    found, pairs = linked(parcels, record("A", shape=box(0, 0.6)), record("B", shape=box(0, 0.6)))
    assert pairs == [(0, 0, "location"), (0, 1, "location")]
    assert found.covered_share[0] == pytest.approx(0.6)


def test_number_and_shape_on_different_land_is_a_doubt(parcels):
    found, _ = linked(parcels, record("A", parcel_ids=("p0",), shape=box(3)))
    assert found.astray == {0}
    made = tables(parcels, record("A", parcel_ids=("p0",), shape=box(3), contract=on(2023)))
    codes = [json.loads(r)["code"] for r in made["supply"]["reason"]]
    assert codes[0] == codes[3] == "supply_record_astray"


def test_absence_is_known_only_where_the_register_is_complete(parcels):
    whole = Register((), "ok", True)
    assert supplied.within(parcels, whole, PLANAR).all()
    assert supplied.within(parcels, replace(whole, known=box(0, 2.5)), PLANAR).tolist() == [True, True, False, False,
                                                                                            False]  # fmt: skip
    assert not supplied.within(parcels, replace(whole, complete=False), PLANAR).any()
    assert not supplied.within(parcels, replace(whole, state="stale"), PLANAR).any()


# --- the plan --------------------------------------------------------------------


def plan_layer(*plots, maybe=None):
    shapes = np.array([p[0] for p in plots], object)
    use = np.array([p[1] for p in plots], object)
    far = np.array([p[2] for p in plots], float)
    return Layer("plan", shapes, np.arange(len(plots)).astype(str).astype(object),
                 np.zeros(len(plots), bool) if maybe is None else np.array(maybe), coverage="complete",
                 attributes={"use": use, "far_max": far, "far_min": np.zeros(len(plots))})  # fmt: skip


def is_construction(scheme, code):
    return {"100102": True, "01": False}.get(code)


def plan_of(parcels, *layers, complete=True):
    plots = plots_on(parcels, layers, {"plan": "用地用海"}, PLANAR)
    return dominant(plots, len(parcels), is_construction, complete)


def test_dominant_planned_use_by_area(parcels):
    plan = plan_layer((box(0), "100102", 2.5), (box(1, 0.3), "100102", 2.0), (box(1.3, 0.7), "01", 0), (box(3), "?", 1))
    found = plan_of(parcels, plan)
    assert found["plan_use"].tolist() == ["100102", "01", "", "?", ""]
    assert found["intent"].tolist() == ["construction", "partly", "none", "unknown", "none"]
    assert found["plan_share"].tolist() == pytest.approx([1, 0.7, 0, 1, 0])
    assert found["far_max"].iloc[0] == 2.5
    # 0 in a plan is no limit given
    assert np.isnan(found["far_max"].iloc[1])
    assert found["far_min"].isna().all()


def test_a_plot_that_may_not_belong_and_a_plan_that_is_not_complete_prove_nothing(parcels):
    assert plan_of(parcels, plan_layer((box(0), "100102", 2.5), maybe=[True]))["intent"].iloc[0] == "none"
    assert set(plan_of(parcels, complete=False)["intent"]) == {"no_plan"}


# --- tables ----------------------------------------------------------------------

USES = {"0101": PADDY, "201A": STOCK, "1201": PresentUse("vacant")}


def tables(parcels, *records, complete=True, plan=()):
    meaning = Meaning(
        TODAY, SURVEYED, lambda scheme, code: USES.get(code), is_construction,
        {"已建": "built", "未报批": "unapproved"}.get, {"plan": "用地用海"},
    )  # fmt: skip
    candidates = pd.DataFrame({"parcel_id": parcels["parcel_id"][::-1], "net_m2": 6000.0})
    return supply.tables(parcels, candidates, list(plan), Register(records, "ok", complete), meaning, PLANAR)


def test_tables_have_a_row_per_parcel_and_a_row_per_record(parcels):
    made = tables(
        parcels, record("A", shape=box(1), contract=on(2015), finished=on(2018)),
        record("B", shape=box(2), contract=on(2024)), record("C"), plan=[plan_layer((box(0), "100102", 2.5))],
    )  # fmt: skip
    found = as_written("supply", made["supply"])
    assert found["parcel_id"].tolist() == parcels["parcel_id"].tolist()
    assert found["supply_status"].tolist() == ["unapproved", "built", "supplied", "unknown", "unknown"]
    np.testing.assert_equal(found["new_construction_m2"].tolist(), [6000.0, 0.0, 0.0, 6000.0, np.nan])
    np.testing.assert_equal(found["balance_m2"].tolist(), [6000.0, 0.0, 0.0, 6000.0, np.nan])
    listed = as_written("supply_records", made["supply_records"].assign(row=["1", "2", "3"]))
    assert listed["parcels"].tolist() == [1, 1, 0]
    assert listed["stage"].tolist() == ["built", "supplied", "silent"]


def test_without_parcels_plans_or_records_nothing_breaks(parcels):
    assert set(tables(parcels)["supply"]["supply_status"]) == {"unknown"}
    assert tables(parcels.iloc[:0])["supply"].empty


@settings(deadline=None, max_examples=20)
@given(st.sets(st.integers(0, 3)))
def test_removing_records_never_decides_a_parcel_that_was_unknown(kept):
    """With a register whose absence proves nothing; two records of one parcel never contradict each other here."""
    columns = {"parcel_id": ["p0", "p1", "p2", "p3"], "land_use": ["0101", "201A", "1201", "0101"],
               "land_use_scheme": "三调", "supply_status": ""}  # fmt: skip
    land = gpd.GeoDataFrame(columns, geometry=[box(k) for k in range(4)], crs=CRS)
    records = [
        record("A", shape=box(0), contract=on(2015), finished=on(2018)), record("B", shape=box(1), contract=on(2024)),
        record("C", shape=box(2), contract=on(2024)), record("D", shape=box(3, 0.5), approved=on(2024)),
    ]  # fmt: skip
    plan = [plan_layer((box(0, 4), "100102", 2.5))]
    before = tables(land, *records, complete=False, plan=plan)["supply"]["supply_status"]
    after = tables(land, *(records[k] for k in kept), complete=False, plan=plan)["supply"]["supply_status"]
    assert before.tolist() == ["unknown", "unknown", "supplied", "unknown"]
    assert (after[before == "unknown"] == "unknown").all()


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 2, 27), "supply_by_approval"), (date(2026, 2, 28), "supply_by_old_approval")]
)
def test_an_approval_without_supply_is_asked_about_after_two_years_and_stays_approved(day, code):
    found = standing(Record("批-1", "1", {"approved": Event("yes", date(2024, 2, 29))}), day)
    assert (found.stage, found.reason.code) == ("approved", code)
