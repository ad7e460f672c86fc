import pytest
from pydantic import ValidationError

from geo.rules.spec import Rule, RulePack, merged

BASE = {"id": "r", "layer": "farm", "test": "overlap_m2", "operator": "<=", "threshold": 0.0, "severity": "exclude",
        "confidence": "S"}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"fact": "slope_p90_pct"}, "rule_layer_or_fact"),
        ({"layer": ""}, "rule_layer_or_fact"),
        ({"test": "value"}, "rule_value_needs_fact"),
        ({"test": "distance_m", "buffer_m": 5}, "rule_buffer_needs_area"),
        ({"test": "distance_m", "where": {"grade": ["1"]}}, "rule_part_needs_area"),
        ({"test": "distance_m", "minus": ["b"]}, "rule_part_needs_area"),
        ({"buffer_m": 5, "widths": [{"m": 5}]}, "rule_widths_wrong"),
        ({"widths": [{"m": 5, "m_hi": 4}]}, "rule_widths_wrong"),
        ({"edge": {"m_hi": 4}}, "rule_edge_needs_widths"),
        ({"where": {"grade": []}}, "rule_class_not_plain"),
        ({"where": {"grade": ["a|b"]}}, "rule_class_not_plain"),
        ({"minus": ["not plain"]}, "name_not_plain"),
        ({"test": "overlap_share", "effect": "cut"}, "rule_cut_needs_area"),
        ({"layer": "a|b"}, "name_not_plain"),
        ({"colour": "red"}, "extra_forbidden"),
        ({"severity": "forbid"}, "literal_error"),
    ],
)
def test_contradictions_are_refused(change, code):
    with pytest.raises(ValidationError) as caught:
        Rule.model_validate(BASE | change)
    told = caught.value.errors()[0]
    assert code in (told["type"], str(told.get("ctx", {}).get("error")))


def test_a_later_pack_replaces_by_id_in_place_and_is_named():
    first = RulePack.model_validate({"id": "cn", "rules": [BASE, BASE | {"id": "s"}]})
    second = RulePack.model_validate({"id": "local", "rules": [BASE | {"threshold": 100.0}]})
    rules = merged((first, second))
    assert [(r.id, r.threshold, r.origin) for r in rules] == [("r", 100.0, "local"), ("s", 0.0, "cn")]
    third = RulePack.model_validate({"id": "park", "title": "Park", "rules": [BASE | {"threshold": 50.0}]})
    rule = merged((first, second, third))[0]
    assert (rule.threshold, rule.origin, rule.origin_title.en) == (50.0, "park", "Park")
    assert [(r.origin, r.threshold, r.replaced) for r in rule.replaced] == [("cn", 0.0, ()), ("local", 100.0, ())]


def test_rules_apply_by_use_and_never_by_industry_at_parcel_level():
    assert Rule.model_validate(BASE).applies("general")
    chemical = Rule.model_validate(BASE | {"use_classes": ["chemical"]})
    assert (chemical.applies("general"), chemical.applies("chemical")) == (False, True)
    assert not Rule.model_validate(BASE | {"industries": ["C26"]}).applies("chemical")
