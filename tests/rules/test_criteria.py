"""Every shipped criteria set: it loads, says where it comes from, and scores as its document says."""

import re

import pandas as pd
import pytest

from geo.rank.robust import Draws
from geo.rank.scale import scaled
from geo.rank.score import ranking
from geo.rank.spec import CriteriaSet
from layers.library import standards
from layers.study.registers.criteria import FOLDER, named, names
from layers.text import number

CHINESE = re.compile(r"[\u4e00-\u9fff]")
EVERY = pytest.mark.parametrize("name", names())


def score(name, **facts):
    criteria = named(name, FOLDER)
    units = pd.DataFrame([{criteria.unit_id: "one"} | facts])
    found = scaled(units, criteria.criteria, criteria.unit_id)
    return ranking(found, criteria.weights, Draws(count=0), criteria.unit_id).iloc[0]


def test_the_sets_are_there():
    assert {"sites-default", "ankang", "lanzhou", "mu-large", "mu-small"} <= set(names())
    assert len([n for n in names() if n.startswith("standard-land-")]) == 5
    for name in ("ankang", "lanzhou"):
        made = named(name, FOLDER)
        heads = {c.group or c.id for c in made.criteria}
        assert len(heads) == 7
        # every one of the seven weighs the same, whatever its parts
        assert [sum(c.weight for c in made.criteria if (c.group or c.id) == h) for h in heads] == pytest.approx(
            [1 / 7] * 7
        )
        assert {c.by for c in made.criteria} == {"facts", "people"}


@EVERY
def test_a_set_speaks_both_languages_and_names_sources_and_units(name):
    made = named(name, FOLDER)
    texts = [made.title, made.document, made.note, *(t for c in made.criteria for t in (c.title, c.note))]
    for text in filter(None, texts):
        assert CHINESE.search(text.zh), text
        assert text.en, text
        assert not CHINESE.search(text.en.replace("亩", "")), text
    for criterion in made.criteria:
        assert criterion.source, criterion.id
        assert number(1.0, criterion.unit, "zh")
        if "起始值" in criterion.source.zh or "凭记忆" in criterion.source.zh:
            assert criterion.unverified, criterion.id
    assert sum(made.weights.values()) == pytest.approx(1.0, abs=1e-12)
    assert made.sample == (name != "sites-default")


@EVERY
def test_a_set_about_nothing_known_scores_nothing_and_excludes_nothing(name):
    made = score(name)
    assert made["score_low"] == 0.0
    assert made["state"] in ("feasible", "unknown")
    assert made["score_high"] >= 100.0


def test_enterprises_at_the_benchmark_score_full_points_and_more_up_to_the_cap():
    base = {"tax_wan_mu": 24.097, "added_value_wan_mu": 136.16, "added_value_wan_tce": 2.694,
            "added_value_wan_t": 4929.81, "added_value_wan_person": 18.14, "research_pct": 3.02}  # fmt: skip
    assert score("mu-large", **base)["score"] == pytest.approx(100.0)
    assert score("mu-large", **base | {"tax_wan_mu": 30.0})["score"] == pytest.approx(70 + 30.0 / 24.097 * 30, abs=1e-5)
    assert score("mu-large", **base | {"tax_wan_mu": 999.0})["score"] == pytest.approx(115.0)
    assert score("mu-small", tax_wan_mu=11.5932 / 2, tax_yuan_kwh=0.2352)["score"] == pytest.approx(75.0)


def test_points_and_benchmarks_are_those_of_the_standard():
    standard = standards.load("mu-evaluation")
    points = {e.id.removeprefix("points-"): e.figure.low for e in standard.of("points-large")}
    made = named("mu-large", FOLDER)
    assert {c.id: round(c.weight * 100, 9) for c in made.criteria} == points
    assert {c.id: c.value.full_at for c in made.criteria} == {
        e.id.removeprefix("benchmark-2022-"): e.figure.low for e in standard.of("benchmark-2022")
    }


def test_standard_land_is_kept_missed_or_open():
    kept = {"investment_wan_mu": 150.0, "tax_wan_mu": 8.0, "output_wan_mu": 350.0, "research_pct": 2.0}
    name = "standard-land-longchang-equipment"
    assert score(name, **kept)[["state", "score"]].tolist() == ["feasible", 100.0]
    assert score(name, **kept | {"tax_wan_mu": 7.99})["state"] == "infeasible"
    assert score(name, **kept | {"tax_wan_mu": None})["state"] == "unknown"


def test_a_set_whose_weights_are_wrong_is_refused():
    made = named("sites-default", FOLDER).model_dump(mode="json")
    made["criteria"][0]["weight"] += 0.01
    with pytest.raises(ValueError, match="criteria_weights_do_not_sum"):
        CriteriaSet.model_validate(made)


def test_the_readme_names_every_set():
    told = (standards.DATA / "README.md").read_text(encoding="utf-8")
    assert [n for n in names() if f"`{n}.toml`" not in told] == []
