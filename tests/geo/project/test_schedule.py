"""The backward schedule by hand: parallel steps, a holiday, a step not needed, late land; and no day nearer."""

from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.project import schedule
from geo.project.schedule import Known, Step, When
from layers.library import schedule as shipped

DAYS = shipped.days().calendar
TODAY = date(2026, 9, 21)  # a Monday; off 25 to 27 September and 1 to 7 October, Saturday 10 October is worked
STEPS = (
    Step("filing", 3),
    Step("eia", 5, after=("filing",)),
    Step("energy", 2, after=("filing",), when=When("energy_tce", 1000.0)),
    Step("supply", 10, "calendar", after=("filing",)),
    Step("permit", 2, after=("eia", "energy", "supply")),
    Step("start", 0, after=("permit",), milestone="start"),
    Step("works", 5, after=("start",), runs=True),
    Step("production", 0, after=("works",), milestone="production"),
)
PROMISED = {"start": date(2026, 10, 15)}


def planned(known, steps=STEPS, today=TODAY):
    made = schedule.plan(steps, known, today, DAYS)
    return made, {line.step: line for line in made.lines}


def test_on_from_today_and_back_from_the_promise():
    made, line = planned(Known(promised=PROMISED))
    # 21 22 23 | eia 24 28 29 30 and, after the holiday, 8 October | supply 24 September to 3 October
    assert line["filing"].earliest_end == date(2026, 9, 23)
    assert (line["eia"].earliest_start, line["eia"].earliest_end) == (date(2026, 9, 24), date(2026, 10, 8))
    assert line["supply"].earliest_end == date(2026, 10, 3)
    assert line["permit"].earliest_end == date(2026, 10, 10)  # 9 October and the Saturday that is worked
    assert made.forecast == line["start"].earliest_end == date(2026, 10, 10)
    assert (made.state, made.late_days, made.critical) == ("kept", 0, "filing")
    # back: permit 14, 15; eia 30 September, 8, 9, 10, 12, 13 → five of them from 8 to 13; filing before
    assert (line["permit"].latest_start, line["permit"].latest_end) == (date(2026, 10, 14), date(2026, 10, 15))
    assert (line["eia"].latest_start, line["eia"].latest_end) == (date(2026, 10, 8), date(2026, 10, 13))
    assert (line["supply"].latest_start, line["supply"].latest_end) == (date(2026, 10, 4), date(2026, 10, 13))
    assert (line["filing"].latest_start, line["filing"].latest_end) == (date(2026, 9, 28), date(2026, 9, 30))
    assert [x.step for x in made.lines if x.critical] == ["filing", "eia", "permit", "start"]


def test_late_by_the_days_after_the_promise_and_by_the_step_that_is_open():
    made, _ = planned(Known(promised={"start": date(2026, 9, 30)}, done={"filing": date(2026, 9, 18)}))
    # eia 21 22 23 24 28, supply 21 to 30, permit 8 and 9 October
    assert (made.state, made.forecast, made.late_days) == ("late", date(2026, 10, 9), 9)
    assert made.critical == "supply"


def test_a_step_that_is_not_needed_takes_no_day_and_one_that_may_be_counts():
    without, line = planned(Known(promised=PROMISED, needed={"eia": "no"}))
    assert line["eia"].needed == "no"
    assert line["eia"].days == 0
    # supply to 3 October is what is left: permit on 8 and 9
    assert without.forecast == date(2026, 10, 9)
    assert [x.step for x in without.lines if x.critical] == ["filing", "supply", "permit", "start"]
    with_, _ = planned(Known(promised=PROMISED, needed={"eia": "maybe"}))
    assert with_.forecast == date(2026, 10, 10)


def test_need_is_three_valued():
    energy = STEPS[2].when
    assert schedule.need(energy, {"energy_tce": (1000.0, 1000.0)}) == "yes"
    assert schedule.need(energy, {"energy_tce": (0.0, 999.0)}) == "no"
    assert schedule.need(energy, {"energy_tce": (500.0, 1500.0)}) == "maybe"
    assert schedule.need(energy, {"energy_tce": (np.nan, np.nan)}) == schedule.need(energy, {}) == "maybe"
    assert schedule.need(When(), {}) == "yes"


def test_land_that_can_be_handed_over_later_moves_all_that_rests_on_it():
    made, line = planned(Known(promised=PROMISED, not_before={"supply": date(2026, 11, 2)}))
    assert line["supply"].earliest_end == date(2026, 11, 2)
    assert made.forecast == date(2026, 11, 4)
    assert made.late_days == 20
    assert [x.step for x in made.lines if x.critical] == ["filing", "supply", "permit", "start"]


def test_works_run_from_their_start_and_are_not_over_before_today():
    started = Known(promised={"production": date(2026, 9, 25)}, done=dict.fromkeys(
        ("filing", "eia", "energy", "supply", "permit")) | {"start": date(2026, 9, 16)})  # fmt: skip
    made, line = planned(started)
    assert line["works"].earliest_end == date(2026, 9, 22)  # 17 18, the Sunday 20 that is worked, 21 22
    assert (made.state, made.forecast) == ("kept", date(2026, 9, 22))
    stale, _ = planned(replace(started, done=started.done | {"start": date(2026, 3, 2)}))
    assert stale.forecast == TODAY


def test_nothing_promised_and_all_done():
    assert planned(Known())[0].state == "unpromised"
    over = Known(done=dict.fromkeys(s.id for s in STEPS), promised=PROMISED)
    assert planned(over)[0].state == "done"


known = st.builds(
    Known,
    done=st.dictionaries(st.sampled_from(["filing", "eia"]), st.dates(date(2026, 8, 1), date(2026, 9, 20))),
    promised=st.fixed_dictionaries({}, optional={m: st.dates(date(2026, 9, 1), date(2027, 6, 1))
                                                 for m in ("start", "production")}),
    needed=st.dictionaries(st.sampled_from(["eia", "energy", "supply"]), st.sampled_from(["yes", "no", "maybe"])),
    not_before=st.dictionaries(st.just("supply"), st.dates(date(2026, 9, 1), date(2026, 12, 1))),
)  # fmt: skip


@given(known, st.sampled_from(STEPS), st.integers(1, 40))
def test_a_longer_step_never_brings_a_day_nearer(given_, step, more):
    _, before = planned(given_)
    _, after = planned(given_, tuple(replace(s, days=s.days + more) if s is step else s for s in STEPS))
    for name, line in before.items():
        now = after[name]
        if line.earliest_end is not None:
            assert now.earliest_end >= line.earliest_end, name
            assert now.earliest_start >= line.earliest_start, name
        if line.latest_end is not None:
            assert now.latest_start <= line.latest_start, name
            assert now.latest_end <= line.latest_end, name


@given(known)
def test_what_is_late_is_late_by_its_own_dates(given_):
    made, _ = planned(given_)
    if made.state in ("late", "kept"):
        assert made.late_days == max((made.forecast - made.promised).days, 0)
        chain = [x for x in made.lines if x.critical]
        assert chain[-1].earliest_end == made.forecast
        # earliest and latest days speak of one schedule: late exactly where an open step has no days to spare
        promised = [x.spare for x in made.lines if x.spare is not None]
        assert (made.state == "late") <= (min(promised) < 0)
