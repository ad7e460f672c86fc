"""Criteria sets as files: found, checked, taken over by a study."""

import pytest

from geo.basis.errors import CallError, SpecError
from layers.study.registers.criteria import effective, named
from layers.text import sentences
from tests.geo.rank.making import criterion

SET = """
[set]
title = { zh = "本地", en = "Local" }
%s
[[criteria]]
id = "area"
title = { zh = "面积", en = "Area" }
fact = "net_m2"
value = { kind = "increasing", none_at = 0.0, full_at = 100.0 }
weight = 0.25
confidence = "local"
[[criteria]]
id = "tax"
title = { zh = "税收", en = "Tax" }
fact = "tax_wan_mu"
value = { kind = "increasing", none_at = 0.0, full_at = "%s" }
hard_min = "low"
weight = 0.75
figure = "standard-land-samples:beihai-tax"
"""


def write(folder, text):
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return "own.toml"


def refusal(folder, text):
    with pytest.raises(SpecError) as raised:
        named(write(folder, text), folder)
    assert all(line for line in sentences(raised.value, "zh"))
    return [r.code for r in raised.value.reasons]


def test_a_file_of_the_study_with_a_figure_of_a_standard(tmp_path):
    made = named(write(tmp_path, SET % ("", "low")), tmp_path)
    tax = made.criteria[1]
    assert (made.id, tax.value.full_at, tax.hard_min, tax.confidence) == ("own", 20.0, 20.0, "S")
    assert "2023GC07007" in tax.source.zh


def test_what_is_wrong_with_a_file_is_said(tmp_path):
    assert refusal(tmp_path, SET % ("", "high")) == ["criteria_figure_open"]
    assert refusal(tmp_path, (SET % ("", "low")).replace("0.75", "0.5")) == ["criteria_weights_do_not_sum"]
    assert refusal(tmp_path, (SET % ("", "low")).replace('"tax"', '"area"')) == ["criterion_id_repeats"]
    assert refusal(tmp_path, (SET % ("", "low")).replace("full_at = 100.0", "full_at = -1.0")) == [
        "value_bounds_reversed"
    ]
    assert refusal(tmp_path, (SET % ("", "low")).replace("[set]", "[sett]")) == ["data_section_missing"]
    assert refusal(tmp_path, SET % ('colour = "red"', "low")) == ["key_unknown"]
    with pytest.raises(SpecError) as raised:
        named("nowhere", tmp_path)
    assert raised.value.reasons[0].code == "criteria_set_missing"


def test_equal_weights_where_a_document_gives_none(tmp_path):
    text = (SET % ('weights = "equal"', "low")).replace("weight = 0.25\n", "").replace("weight = 0.75\n", "")
    assert list(named(write(tmp_path, text), tmp_path).weights.values()) == [0.5, 0.5]


def test_a_study_replaces_adds_and_reweighs():
    base = named("sites-default", None)
    own = [criterion("owners", weight=0.1), criterion("noise", weight=0.25)]
    made = effective(base, own, {"slope": 0.62})
    assert [c.id for c in made.criteria] == [*[c.id for c in base.criteria], "noise"]
    assert made.criteria[3].fact == "owners"
    assert sum(made.weights.values()) == pytest.approx(1.0)
    assert made.weights["slope"] == pytest.approx(0.62 / 1.75)
    assert effective(base) == base
    assert effective(base, weighting="entropy").weighting == "entropy"
    with pytest.raises(CallError):
        effective(base, changes={"nothing": 1.0})
