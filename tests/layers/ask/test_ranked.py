"""Ranking a run's sites: the run, a trial of weights, the words of both."""

import itertools
import math
import re

import pandas as pd
import pytest

from geo.basis.errors import BlockedError, CallError, SpecError
from layers.ask.ranked import RankTrial, bench, by_set, weights_of
from layers.outputs import rank_page
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words.explain_site import explain_site, of_trial


@pytest.fixture(scope="module")
def results(ranked_folder):
    return open_results(ranked_folder)


def test_the_bench_as_run_is_the_run(results):
    made = bench(results).answer()
    pd.testing.assert_frame_equal(made.ranking, results.table("ranking"), check_dtype=False)
    pd.testing.assert_frame_equal(
        made.scores.sort_values(["site_id", "criterion_id"], ignore_index=True)[["scaled", "points"]],
        results.table("scores")[["scaled", "points"]],
    )


def test_another_weight_gives_another_order_and_the_run_stays(results):
    desk = bench(results)
    trial = desk.answer(RankTrial({"slope": 5.0}))
    assert trial.weights["slope"] == pytest.approx(5.0 / 5.88)
    assert sum(trial.weights.values()) == pytest.approx(1.0)
    assert trial.ranking["site_id"].tolist() != desk.answer().ranking["site_id"].tolist()
    assert desk.answer().weights == results.criteria.weights


def test_weights_by_comparison_and_out_of_the_sites(results):
    desk = bench(results)
    names = list(results.criteria.weights)
    given = results.criteria.weights
    pairs = tuple((a, b, given[a] / given[b]) for a, b in itertools.combinations(names, 2))
    found = desk.answer(RankTrial(weighting="ahp", judgements=pairs))
    assert list(found.weights.values()) == pytest.approx(list(given.values()))
    assert found.comparison.consistent
    with pytest.raises(SpecError):
        desk.answer(RankTrial(weighting="ahp", judgements=pairs[:-1]))
    entropy = desk.answer(RankTrial(weighting="entropy"))
    assert sum(entropy.weights.values()) == pytest.approx(1.0)
    assert entropy.weights["supply"] == 0.0  # alike everywhere, so it tells nothing apart


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_explanation_recomputes_to_the_score(results, language):
    for site in results.table("ranking")["site_id"]:
        told = explain_site(results, site, language)
        assert sum(x.scaled * x.weight * 100 for x in told.lines) == pytest.approx(told.score, abs=1e-5)
        assert sum(x.points for x in told.lines) == pytest.approx(told.score, abs=1e-5)
        assert sum(x.points_hi for x in told.lines) == pytest.approx(told.score_high, abs=1e-5)
        text = "\n".join(rank_page.explanation_text(told, 10, language))
        assert "[rank." not in text
        assert f"{told.score:.2f}" in text
        assert len(told.twins) <= 3


def test_the_printed_points_add_up_to_the_printed_score(results):
    site = results.table("ranking")["site_id"].iloc[0]
    told = explain_site(results, site, "en")
    lines = [x for x in rank_page.explanation_text(told, 10, "en") if "→" in x]
    points = [float(re.search(r"= ([\d.]+)", line).group(1)) for line in lines]
    assert len(points) == len(results.criteria.criteria)
    assert sum(points) == pytest.approx(told.score, abs=0.01 * len(points))


def test_a_trial_is_explained_with_its_own_weights(results):
    desk = bench(results)
    trial = desk.answer(RankTrial({"slope": 1.0, "usable-area": 0.0}))
    site = trial.ranking["site_id"].iloc[0]
    told = of_trial(desk, trial, site, "zh")
    assert told.score == trial.ranking["score"].iloc[0]
    assert {x.criterion_id: x.weight for x in told.lines}["usable-area"] == 0.0


def test_a_site_nobody_knows(results):
    some = results.table("ranking")["site_id"].iloc[0]
    with pytest.raises(BlockedError) as raised:
        explain_site(results, f"{some}x")
    assert raised.value.reasons[0].code == "site_unknown_near"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_says_score_interval_rank_interval_and_how_far_it_holds(results, language):
    desk = bench(results)
    for trial in (RankTrial(), RankTrial({"slope": 0.9}), RankTrial(weighting="entropy")):
        made = desk.answer(trial)
        text = "\n".join(rank_page.ranking_text(results, made, language, 3))
        assert "[rank." not in text
        assert "[reason." not in text
        best = made.ranking.iloc[0]
        assert best["site_id"] in text
        assert f"{best['score']:.2f}" in text
    pairs = tuple((a, b, 9.0 if k % 2 else 1 / 9) for k, (a, b) in
                  enumerate(itertools.combinations(results.criteria.weights, 2)))  # fmt: skip
    text = "\n".join(
        rank_page.ranking_text(results, desk.answer(RankTrial(weighting="ahp", judgements=pairs)), language)
    )
    assert "1/9" in text or " 9" in text


def test_plain_values_hold_no_nan(results):
    told = rank_page.as_plain(bench(results).answer())
    values = [v for row in [*told["ranking"], *told["tolerance"]] for v in row.values()]
    assert not any(isinstance(v, float) and math.isnan(v) for v in values)


def test_weights_as_a_command_gives_them(tmp_path):
    file = tmp_path / "weights.toml"
    file.write_text("slope = 0.3\nowners = 1\n", encoding="utf-8")
    assert weights_of([str(file), "owners=0.2"]) == {"slope": 0.3, "owners": 0.2}
    assert weights_of([]) == {}
    for wrong in ("slope", "slope=much"):
        with pytest.raises(CallError):
            weights_of([wrong])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_set_for_projects_ranks_projects(results, language, monkeypatch):
    projects = pd.DataFrame({"project_id": ["XM-1", "XM-2", "XM-3"], "name": ["甲", "乙", "丙"], "asked_m2": 66_666.7,
                             "investment_wan": [20_000.0, 9_000.0, None], "tax_wan_mu": [9.0, 9.0, 9.0]})  # fmt: skip
    monkeypatch.setitem(results._tables, "projects", projects)
    made = by_set(results, "standard-land-longchang-glass").answer()
    states = made.ranking.set_index("project_id")["state"].to_dict()
    assert states == {"XM-1": "unknown", "XM-2": "infeasible", "XM-3": "unknown"}  # output is not known
    text = "\n".join(rank_page.ranking_text(results, made, language))
    assert "甲" in text
    assert "[rank." not in text
    assert "[reason." not in text
    with pytest.raises(SpecError):
        by_set(results, "nothing")
