"""Parcels as they stand for another use: only the rows that differ are kept, and put back they are all there."""

import pandas as pd

from geo.basis.progress import silent
from geo.project.uses import USES
from geo.screen import uses
from geo.screen.setting import Setting
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.study.select import by_use, rows_where


def test_uses_without_rules_of_their_own_are_not_judged_again(own_district):
    plan = runs.plan(own_district)
    assert uses.other_uses(plan.rules, "general") == ()


def test_a_rule_of_one_use_changes_the_status_for_that_use_alone(own_district):
    plan = runs.plan(own_district)
    rules = tuple(r.model_copy(update={"use_classes": ("chemical",)}) if r.id == "farm" else r for r in plan.rules)
    setting = Setting(rules, frozenset(), "general")
    assert uses.other_uses(rules, "general") == ("chemical",)
    own = pd.DataFrame(
        {"parcel_id": ["a", "b"], "status": ["eligible", "eligible"], "conflicts": "", "unknowns": "", "conditions": ""}
    )
    asked = []

    def judged(given):
        asked.append(given.use_class)
        return own.assign(status=["eligible", "excluded"], conflicts=["", "farm"])

    made = uses.table(own, setting, judged)
    assert asked == ["chemical"]
    row = {"parcel_id": "b", "use": "chemical", "status": "excluded"}
    assert made.to_dict("records") == [row | {"conflicts": "farm", "unknowns": "", "conditions": ""}]
    assert uses.of(own, made, "chemical")["status"].tolist() == ["eligible", "excluded"]
    assert uses.of(own, made, "general")["status"].tolist() == ["eligible", "eligible"]


def test_candidates_are_filtered_by_use(own_district):
    runs.update(own_district, "screen", silent)
    results = open_results(own_district)
    frame = by_use(results, "candidates")
    assert {f"status_{u}" for u in USES} <= set(frame)
    own = rows_where(frame, "status = eligible")
    assert rows_where(frame, "status_general = eligible").tolist() == own.tolist()
