"""Edits are only added, the newest counts, and a scenario brings a state back."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.basis.errors import BlockedError, CallError
from layers.study import edits


def pin(folder, subject="XM-01", site="S1", **more):
    return edits.record(folder, "pin", subject, {"site": site}, "周工", "联审会纪要", **more)


def test_a_study_without_edits_has_no_file(tmp_path):
    assert edits.current(tmp_path).plain() == {}
    assert edits.history(tmp_path) == ()
    assert not (tmp_path / edits.FILE).exists()


def test_the_newest_counts_and_the_history_keeps_all(tmp_path):
    pin(tmp_path)
    pin(tmp_path, site="S2")
    assert edits.current(tmp_path).plain("pin") == {"pin": {"XM-01": {"site": "S2"}}}
    assert [e.value["site"] for e in edits.history(tmp_path)] == ["S1", "S2"]
    assert edits.current(tmp_path).of("pin")["XM-01"].person == "周工"


def test_withdrawn_is_as_if_never_made(tmp_path):
    pin(tmp_path)
    edits.withdraw(tmp_path, "pin", "XM-01", "周工", "会议撤销")
    assert edits.current(tmp_path).plain() == {}
    assert [e.withdrawn for e in edits.history(tmp_path)] == [False, True]
    with pytest.raises(BlockedError, match="edit_nothing_to_withdraw"):
        edits.withdraw(tmp_path, "pin", "XM-01", "周工", "会议撤销")


@pytest.mark.parametrize(
    ("kind", "subject", "person", "why"),
    [
        ("wish", "XM-01", "周工", "x"),
        ("pin", " ", "周工", "x"),
        ("pin", "XM-01", "", "x"),
        ("pin", "XM-01", "周工", " "),
    ],
)
def test_an_edit_names_its_object_person_and_ground(tmp_path, kind, subject, person, why):
    with pytest.raises(CallError):
        edits.record(tmp_path, kind, subject, {}, person, why)
    assert edits.history(tmp_path) == ()


def test_who_was_slower_is_told(tmp_path):
    seen = pin(tmp_path).version
    pin(tmp_path, site="S2", after=seen)
    with pytest.raises(BlockedError, match="edit_overtaken"):
        pin(tmp_path, site="S3", after=seen)
    assert edits.current(tmp_path).values("pin")["XM-01"] == {"site": "S2"}


def test_many_writers_lose_nothing(tmp_path):
    pin(tmp_path, "first")

    def work(k):
        for j in range(25):
            pin(tmp_path, f"XM-{k}-{j}")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(edits.history(tmp_path)) == 101
    assert len(edits.current(tmp_path).of("pin")) == 101


STATES = st.dictionaries(
    st.sampled_from(["pin", "ban", "recovered"]),
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.fixed_dictionaries({"v": st.integers(0, 3)}), min_size=1),
)


def bring(folder, wanted):
    now = edits.current(folder).plain()
    for kind, subjects in now.items():
        for subject in subjects:
            if subject not in wanted.get(kind, {}):
                edits.withdraw(folder, kind, subject, "p", "r")
    for kind, subjects in wanted.items():
        for subject, value in subjects.items():
            edits.record(folder, kind, subject, value, "p", "r")


@given(before=STATES, after=STATES)
def test_loading_a_scenario_brings_its_state_back(tmp_path_factory, before, after):
    folder = tmp_path_factory.mktemp("scenario")
    bring(folder, before)
    edits.save_scenario(folder, "A", "周工")
    bring(folder, after)
    edits.load_scenario(folder, "A", "周工")
    assert edits.current(folder).plain() == before
    assert edits.load_scenario(folder, "A", "周工") == 0


def test_an_unknown_scenario_names_those_there_are(tmp_path):
    edits.save_scenario(tmp_path, "现状", "周工")
    with pytest.raises(BlockedError) as told:
        edits.load_scenario(tmp_path, "现壮", "周工")
    assert told.value.reasons[0].values["known"] == ["现状"]


def test_a_damaged_file_is_said(tmp_path):
    (tmp_path / edits.FILE).write_bytes(b"not a database at all, but long enough to be looked at" * 20)
    with pytest.raises(BlockedError, match="edits_unreadable"):
        edits.current(tmp_path)


def test_a_decision_that_stands_and_says_otherwise_is_told_not_replaced(tmp_path):
    first = pin(tmp_path, after=edits.UNSEEN)
    pin(tmp_path, after=edits.UNSEEN)  # the same again says nothing new
    with pytest.raises(BlockedError) as told:
        pin(tmp_path, site="S2", after=edits.UNSEEN)
    values = told.value.reasons[0].values
    assert (told.value.reasons[0].code, values["stands"], values["person"]) == ("edit_stands", ["S1"], "周工")
    assert values["version"] == first.version + 1 == edits.version(tmp_path, "pin", "XM-01")
    pin(tmp_path, site="S2", after=values["version"])
    assert edits.current(tmp_path).plain("pin") == {"pin": {"XM-01": {"site": "S2"}}}


def test_who_was_slower_sees_what_changed_also_when_taking_back(tmp_path):
    seen = pin(tmp_path).version
    edits.record(tmp_path, "pin", "XM-01", {"site": "S2"}, "李工", "改址会", after=seen)
    for late in (lambda: pin(tmp_path, site="S3", after=seen),
                 lambda: edits.withdraw(tmp_path, "pin", "XM-01", "周工", "撤销", seen)):  # fmt: skip
        with pytest.raises(BlockedError) as told:
            late()
        values = told.value.reasons[0].values
        assert (told.value.reasons[0].code, values["stands"], values["person"]) == ("edit_overtaken", ["S2"], "李工")
    edits.withdraw(tmp_path, "pin", "XM-01", "李工", "撤销")
    with pytest.raises(BlockedError, match="edit_taken_back"):
        pin(tmp_path, site="S3", after=seen)
    pin(tmp_path, site="S3", after=edits.UNSEEN)


@pytest.mark.parametrize("kind", ["ban", "recovered"])
def test_bans_and_recoveries_are_held_against_what_was_seen(tmp_path, kind):
    edits.record(tmp_path, kind, "X", {}, "周工", "会议", after=0)
    with pytest.raises(BlockedError, match="edit_overtaken"):
        edits.record(tmp_path, kind, "X", {}, "李工", "会议", after=0)
