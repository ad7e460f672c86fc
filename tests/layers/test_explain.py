import pytest

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from layers.explain import explain
from layers.outputs.page import explanation_text
from layers.study import runs
from layers.study.results import open_results


def test_failures_first_with_value_limit_clause_and_vintage(run_district):
    found = explain(open_results(run_district), "p01", "zh")
    assert (found.status_word, found.net_m2) == ("有条件可用", 5000.0)
    first = found.rules[0]
    assert (first.title, first.outcome_word, first.clause, first.vintage) == (
        "永久基本农田",
        "压占",
        "条 farm",
        "2025-12-31",
    )
    assert "7.50 亩" in first.measured
    assert first.limit.startswith("≤ 0.00 m²")
    assert [r.rule_id for r in found.rules][-1] == "mineral"
    assert "张三" in found.rules[-1].aside


def test_a_rule_names_its_pack_and_what_it_took_the_place_of(own_district):
    body = '[pack]\nid = "city"\ntitle = { zh = "市级规则", en = "City rules" }\n[[rules]]\nid = "flood"\n'
    body += 'title = { zh = "洪泛区", en = "Flood" }\nlayer = "flood"\ntest = "overlap_m2"\noperator = "<="\n'
    body += 'threshold = 500.0\nseverity = "procedure"\nconfidence = "local"\n'
    (own_district / "inputs" / "city.toml").write_text(body, encoding="utf-8")
    path = own_district / "study.toml"
    text = path.read_text(encoding="utf-8")
    more = text.replace('["inputs/rules.toml"]', '["inputs/rules.toml", "inputs/city.toml"]')
    path.write_text(more, encoding="utf-8")
    runs.update(own_district, "screen", silent)
    found = {r.rule_id: r for r in explain(open_results(own_district), "p05", "en").rules}
    assert found["farm"].origin == "rule pack: district"
    assert found["flood"].origin == (
        "rule pack: City rules, in place of district (≤ 0.00 m² (tolerance 1.00 m²), restricts)"
    )
    lines = "\n".join(explanation_text(explain(open_results(own_district), "p05", "zh"), "zh"))
    assert "规则来自：市级规则，替代 district（≤ 0.00 m²" in lines


def test_ledger_lines_add_up(run_district):
    found = explain(open_results(run_district), "p01", "en")
    assert [round(line.left_m2) for line in found.ledger] == [10000, 5000]
    assert [round(line.taken_m2) for line in found.ledger] == [0, 5000]


def test_unknown_says_why(run_district):
    found = explain(open_results(run_district), "p07", "en")
    flood = next(r for r in found.rules if r.rule_id == "flood")
    assert flood.outcome_word == "To be verified"
    assert "may or may not count" in flood.why
    assert "…" in flood.measured


def test_an_unknown_parcel_names_close_ones(run_district):
    with pytest.raises(BlockedError) as caught:
        explain(open_results(run_district), "p1", "en")
    assert "p01" in caught.value.reasons[0].values["near"] or "p11" in caught.value.reasons[0].values["near"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_parcel_reads_without_gaps(run_district, language):
    results = open_results(run_district)
    for parcel in results.table("candidates")["parcel_id"]:
        text = "\n".join(explanation_text(explain(results, parcel, language), language))
        assert "[" not in text
        assert "–" not in text
