"""Versions of rules and the study day: the one in force judges, the others are listed, none falls silent."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from geo.rules.applied import not_applied
from geo.rules.judge import CLEAR, CONFLICT, UNKNOWN, Measured, judge
from geo.rules.spec import RulePack, merged
from geo.rules.verdicts import why

BASE = {"id": "farm", "layer": "farm", "test": "overlap_m2", "operator": "<=", "threshold": 0.0,
        "severity": "exclude", "effect": "cut", "confidence": "S"}  # fmt: skip
LAW = {"id": "law", "rules": [BASE | {"clause": "new", "in_force": "2026-08-15", "remedy": "both", "versions": [
    {"clause": "old", "in_force": "2018-01-01", "expires": "2026-08-14", "replaced_by": "new"}]}]}  # fmt: skip
DAY = date(2026, 11, 23)


def pack(**changes):
    return RulePack.model_validate(LAW | changes)


@pytest.mark.parametrize(
    ("day", "clause", "standing", "others"),
    [
        (date(2017, 12, 31), "old", "future", ["new"]),
        (date(2018, 1, 1), "old", "in_force", ["new"]),
        (date(2026, 8, 14), "old", "in_force", ["new"]),
        (date(2026, 8, 15), "new", "in_force", ["old"]),
        (date(2099, 1, 1), "new", "in_force", ["old"]),
    ],
)
def test_the_version_in_force_judges_and_the_others_are_kept(day, clause, standing, others):
    (rule,) = merged((pack(),), day)
    assert (rule.clause.en, rule.standing, [o.clause.en for o in rule.others]) == (clause, standing, others)
    assert rule.remedy.en == "both"


def test_two_versions_for_one_day_are_refused():
    with pytest.raises(ValidationError, match="rule_id_repeats"):
        pack(rules=[BASE | {"in_force": "2026-08-15"}, BASE | {"in_force": "2018-01-01", "expires": "2026-08-15"}])
    with pytest.raises(ValidationError, match="age_reversed"):
        pack(rules=[BASE | {"in_force": "2026-08-15", "expires": "2026-08-14"}])


def test_a_local_pack_out_of_force_does_not_take_the_place_of_the_law():
    local = RulePack.model_validate({"id": "city", "rules": [BASE | {"clause": "city", "expires": "2025-12-31"}]})
    (rule,) = merged((pack(), local), DAY)
    assert (rule.clause.en, [o.clause.en for o in rule.others]) == ("new", ["old", "city"])
    (earlier,) = merged((pack(), local), date(2025, 6, 1))
    assert (earlier.clause.en, [r.clause.en for r in earlier.replaced]) == ("city", ["old"])


@pytest.mark.parametrize("day", [date(2017, 1, 1), date(2027, 1, 1)])
def test_out_of_force_without_a_successor_it_is_judged_and_never_worse_than_unknown(day):
    alone = RulePack.model_validate({"id": "a", "rules": [BASE | {"in_force": "2018-01-01", "expires": "2026-08-14"}]})
    (rule,) = merged((alone,), day)
    assert rule.doubted
    assert rule.applies("general")
    lo = np.array([0.0, 10.0, 0.0])
    hi = np.array([0.0, 10.0, 10.0])
    read = Measured.interval(lo, hi, "maybe_features")
    made = judge((rule,), np.arange(3).astype(object), lambda _: read)
    assert made.outcome[0].tolist() == [CLEAR, UNKNOWN, UNKNOWN]
    assert why(rule, UNKNOWN, "").code == "rule_out_of_force"
    (now,) = merged((alone,), date(2020, 1, 1))
    assert judge((now,), np.arange(3).astype(object), lambda _: read).outcome[0].tolist() == [CLEAR, CONFLICT, UNKNOWN]


def test_another_id_takes_over_on_its_day_and_both_are_listed():
    rules = [BASE | {"id": "old", "expires": "2026-03-14", "successor": "new"},
             BASE | {"id": "new", "in_force": "2026-03-15"}]  # fmt: skip
    both = RulePack.model_validate({"id": "p", "rules": rules})
    for day, judges in ((date(2026, 3, 14), "old"), (date(2026, 3, 15), "new")):
        found = merged((both,), day)
        assert [r.id for r in found if r.applies("general")] == [judges]
        assert {n.rule.id for n in not_applied(found, "general")} == {"old", "new"} - {judges}
    # without the new one the old one goes on, in doubt
    (left,) = merged((RulePack.model_validate({"id": "p", "rules": rules[:1]}),), date(2026, 3, 15))
    assert left.applies("general")
    assert left.doubted


days = st.dates(date(2015, 1, 1), date(2030, 1, 1))
span = st.tuples(st.none() | days, st.none() | days).map(
    lambda ends: ends if None in ends else (min(ends), max(ends))  # type: ignore[type-var]
)


def made_of(spans):
    rules = []
    for k, (first, last, uses, industries) in enumerate(spans):
        rules.append(BASE | {"id": f"r{k % 4}", "in_force": first, "expires": last, "use_classes": uses,
                             "industries": industries, "successor": f"r{(k + 1) % 4}", "clause": str(k)})  # fmt: skip
    return rules


uses = st.lists(st.sampled_from(["general", "discharging", "chemical", "logistics"]), unique=True, max_size=2)
rows = st.lists(
    st.tuples(span, uses, st.sampled_from([[], ["C26"]])).map(lambda t: (*t[0], t[1], t[2])), min_size=1, max_size=8
)


@given(rows, rows, days, st.sampled_from(["general", "discharging", "chemical", "logistics"]))
def test_judged_and_listed_are_all_rules(first, second, day, use):
    """Every rule of every pack judges, was overridden by a rule that is named, or is listed with its reason."""
    packs = []
    for name, spans in (("cn", first), ("city", second)):
        kept = []
        for rule in made_of(spans):
            try:
                RulePack.model_validate({"id": name, "rules": [*kept, rule]})
            except ValidationError:
                continue
            kept.append(rule)
        packs.append(RulePack.model_validate({"id": name, "rules": kept}))
    rules = merged(tuple(packs), day)
    judged = [(r.origin, r.clause.en) for r in rules if r.applies(use)]
    listed = [(n.rule.origin, n.rule.clause.en) for n in not_applied(rules, use)]
    overridden = [(o.origin, o.clause.en) for r in rules for o in r.replaced]
    every = [(p.id, r.clause.en) for p in packs for r in p.rules]
    assert sorted([*judged, *listed, *overridden]) == sorted(every)
    assert all(n.why.code for n in not_applied(rules, use))


def test_changes_within_so_many_days():
    rule = merged((pack(rules=[BASE | {"announced": [{"on": "2027-01-01", "what": "law"}]}]),), DAY)[0]
    assert [a.on for a in rule.coming(DAY, 365)] == [date(2027, 1, 1)]
    assert rule.coming(DAY, 38) == ()
    assert len(rule.coming(DAY, 39)) == 1
    assert rule.coming(date(2027, 1, 1), 365) == ()
    assert rule.unlooked_days(DAY) is None
    seen = rule.model_copy(update={"checked_on": DAY - timedelta(days=366)})
    assert seen.unlooked_days(DAY) == 366
