import math
import re

import pytest

from geo.basis.errors import BlockedError
from geo.basis.progress import silent
from geo.rules.spec import Rule
from layers.outputs.page import explanation_text
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words.explain import explain, limit_text
from layers.words.measures import interval


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


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_recomputes_from_what_is_printed_beside_it(run_district, language):
    """The figures as a reader sees them, compared by hand, give the answer that stands there."""
    results = open_results(run_district)
    seen = set()
    for parcel in results.table("candidates")["parcel_id"]:
        for line in explain(results, parcel, language).rules:
            if not line.aside:
                assert recomputed(line.measured, line.limit) == line.outcome, (parcel, line)
                seen.add(line.outcome)
    assert seen == {"clear", "conflict", "unknown"}


@pytest.mark.parametrize(
    ("given", "low", "high", "printed", "answer"),
    [
        ({}, 1.004, 1.004, "1.004 m²", "conflict"),  # two decimals would read 1.00, which the tolerance allows
        ({}, 1.0, 1.0, "1.00 m²", "clear"),
        ({}, 0.0, 1.001, "1.001 m²", "unknown"),
        ({"test": "distance_m", "operator": ">=", "threshold": 200.0}, 199.97, 199.97, "199.97 m", "conflict"),
        ({"test": "distance_m", "operator": ">=", "threshold": 200.0}, 200.0, 310.0, "200.0 m … 310.0 m", "clear"),
        ({"test": "distance_m", "operator": ">=", "threshold": 12.25}, 12.25, 12.25, "12.25 m", "clear"),
        ({"test": "overlap_share", "threshold": 0.2}, 0.200001, 0.200001, "20.0001 %", "conflict"),
    ],
)
def test_a_value_close_to_its_limit_is_printed_with_the_decimals_that_tell(given, low, high, printed, answer):
    body = {"id": "r", "layer": "a", "test": "overlap_m2", "operator": "<=", "threshold": 0.0, "tolerance_m2": 1.0,
            "severity": "restrict", "confidence": "S"}  # fmt: skip
    rule = Rule.model_validate(body | given)
    told = interval(rule, low, high, "en")
    assert printed in told
    assert recomputed(told, limit_text(rule, "en")) == answer


def recomputed(measured, limit):
    """Compare printed figures: square metres stand in brackets beside hectares or 亩."""
    words = re.findall(r"\(([\d,.]+) m²\)", measured) or re.findall(r"([\d,.]+) (?:m|%|m²)(?:\b|$|\s)", measured)
    figures = [float(w.replace(",", "")) for w in words]
    if not figures:
        low, high = -math.inf, math.inf
    elif len(figures) == 2:
        low, high = figures
    else:
        low = -math.inf if re.search("at most|至多|不超过", measured) else figures[0]
        high = math.inf if re.search("at least|至少|不少于", measured) else figures[0]
    numbers = [float(w.replace(",", "")) for w in re.findall(r"[\d,]+\.\d+", limit)]
    threshold, tolerance = numbers[0], numbers[1] if len(numbers) > 1 else 0.0
    if limit.startswith("≤"):
        return "clear" if high <= threshold + tolerance else "conflict" if low > threshold + tolerance else "unknown"
    return "clear" if low >= threshold - tolerance else "conflict" if high < threshold - tolerance else "unknown"
