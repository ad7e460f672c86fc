"""The stage that ranks: built after the sites, kept while nothing it reads has changed."""

import json

import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.progress import silent
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import say

WEIGHT = "[ranking]\nweights = { slope = 5.0 }\n"


@pytest.fixture(scope="module")
def folder(run_district, tmp_path_factory):
    import shutil

    folder = tmp_path_factory.mktemp("rank") / "study"
    shutil.copytree(run_district, folder, symlinks=True)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(
        text + "\n[assembly]\narea_min_m2 = 500.0\nmin_width_m = 5.0\n", encoding="utf-8"
    )
    runs.update(folder, "rank", silent)
    return folder


def call(*words):
    done = CliRunner().invoke(luodi.cli, list(words))
    assert done.exit_code == 0, done.output
    return done.output


def test_every_site_is_ranked_and_every_criterion_scored(folder):
    results = open_results(folder)
    sites = results.table("sites")
    assert len(sites) > 0
    assert set(results.table("ranking")["site_id"]) == set(sites["site_id"])
    assert len(results.table("scores")) == len(sites) * len(results.criteria.criteria)
    assert results.manifest["criteria"]["id"] == "sites-default"


def test_another_weight_ranks_again_and_assembles_nothing(folder):
    study = folder / "study.toml"
    before = study.read_text(encoding="utf-8")
    study.write_text(before + WEIGHT, encoding="utf-8")
    try:
        assert runs.update(folder, "rank", silent).built == ("rank",)
        made = open_results(folder).criteria.weights
        assert made["slope"] == pytest.approx(5.0 / 5.88)
    finally:
        study.write_text(before, encoding="utf-8")
    assert runs.update(folder, "rank", silent).built == ()


def test_the_command_ranks_explains_and_tries_weights(folder):
    lines = [json.loads(x) for x in call("rank", str(folder), "--json", "--weights", "slope=5").splitlines()]
    told = lines[-1]
    assert told["event"] == "result"
    assert told["trial"] is True
    assert told["weights"]["slope"] == pytest.approx(5.0 / 5.88)
    run = open_results(folder).table("ranking")
    assert {r["site_id"] for r in told["ranking"]} == set(run["site_id"])
    site = run["site_id"].iloc[0]
    assert site in call("rank", str(folder), "--lang", "zh")
    assert say("rank.explain_points", "zh") in call("explain", str(folder), site, "--lang", "zh")
    assert "[" not in call("explain", str(folder), "p01", "--lang", "zh")[:40]


def test_a_wrong_weight_is_said_in_words(folder):
    done = CliRunner().invoke(luodi.cli, ["rank", str(folder), "--weights", "colour=1", "--lang", "en"])
    assert done.exit_code == 2
    assert "colour" in done.output
