"""Results from the field stand beside the official value, with person and day; nothing is ever overwritten."""

from datetime import date

import pytest

from geo.basis.errors import BlockedError, CallError
from layers.study import field_checks

DAY = date(2026, 11, 24)


def test_a_result_is_kept_with_person_and_day(tmp_path):
    made = field_checks.record(tmp_path, "P-03", "in_use", DAY, ("王工", "生产正常，光伏并网后计量点变更"), after=0)
    assert (made.found, made.on, made.person, made.version) == ("in_use", DAY, "王工", 1)
    assert field_checks.current(tmp_path)["P-03"] == made
    assert made.written[:4].isdigit()


def test_a_second_result_stands_beside_the_first(tmp_path):
    first = field_checks.record(tmp_path, "P-03", "in_use", DAY, ("王工", "生产正常"))
    second = field_checks.record(
        tmp_path, "P-03", "part_vacant", date(2026, 12, 1), ("李工", "东跨停产"), first.version
    )
    assert [c.found for c in field_checks.history(tmp_path, "P-03")] == ["part_vacant", "in_use"]
    assert field_checks.current(tmp_path)["P-03"].version == second.version


def test_who_has_not_seen_the_newest_result_is_refused(tmp_path):
    field_checks.record(tmp_path, "P-03", "in_use", DAY, ("王工", "生产正常"), after=0)
    with pytest.raises(BlockedError):
        field_checks.record(tmp_path, "P-03", "idle", DAY, ("李工", "停产"), after=0)


@pytest.mark.parametrize(("found", "person", "note"), [("sold", "王工", "x"), ("idle", "", "x"), ("idle", "王工", " ")])
def test_what_is_incomplete_is_refused(tmp_path, found, person, note):
    with pytest.raises(CallError):
        field_checks.record(tmp_path, "P-03", found, DAY, (person, note))
    assert field_checks.history(tmp_path, "P-03") == ()


def test_withdrawing_keeps_the_history(tmp_path):
    field_checks.record(tmp_path, "P-03", "in_use", DAY, ("王工", "生产正常"))
    field_checks.withdraw(tmp_path, "P-03", "王工", "看错厂房")
    assert field_checks.current(tmp_path) == {}
    assert [(c.withdrawn, c.found) for c in field_checks.history(tmp_path, "P-03")] == [
        (True, "in_use"),
        (False, "in_use"),
    ]
