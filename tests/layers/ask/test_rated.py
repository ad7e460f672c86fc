"""Sets of a study's own: their items can be scored, are named by their criteria, and are offered on the page."""

import json
import shutil

import pytest
from typer.testing import CliRunner

import luodi
from geo.basis.errors import CallError, SpecError
from layers.ask import rated
from layers.serve.pages import drive
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from layers.words import rating

OWN = """
[set]
title = "本县评分"
unit = "project"

[[criteria]]
id = "safety"
title = "安全水平"
by = "people"
fact = "safety_rating"
weight = 0.4
value = { kind = "increasing", none_at = 0.0, full_at = 100.0 }
source = "本县"
confidence = "local"

[[criteria]]
id = "tax"
title = "税收"
fact = "tax_wan"
unit = "wan"
weight = 0.6
value = { kind = "increasing", none_at = 0.0, full_at = 1000.0 }
source = "本县"
confidence = "local"
"""
NAME = "inputs/ours.toml"


@pytest.fixture
def folder(month_end, tmp_path):
    made = tmp_path / "study"
    shutil.copytree(month_end, made, symlinks=True)
    (made / NAME).write_text(OWN, encoding="utf-8")
    return made


def test_what_a_set_of_the_study_asks_for_can_be_scored(folder, month_end):
    with pytest.raises(CallError):
        rated.give(open_results(month_end), "M1", "safety", 50.0, "王工", "现场检查")
    done = CliRunner().invoke(luodi.cli, ["score", str(folder), "M1", "safety", "50", "--person", "王工", "--why",
                                          "现场检查", "--lang", "zh"])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "安全水平" in done.output
    told = CliRunner().invoke(luodi.cli, ["rate", str(folder), "--set", NAME, "--json"])
    found = next(e for e in map(json.loads, told.stdout.splitlines()) if e["event"] == "result")
    scores = {r["project_id"]: r["score"] for r in found["ranking"]}
    assert scores["M1"] == pytest.approx(100 * (0.4 * 0.5 + 0.6 * 0.8))  # M1 pays 800 万元 of tax
    results = open_results(folder)
    assert "safety" not in [s.item for s in rated.rated(results, NAME).unused]
    assert [s.item for s in rated.rated(results).unused] == ["safety"]  # the seven standards do not ask for it
    assert "安全水平" in rating.scores(rated.rated(results), "zh")["item"].tolist()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_offers_it_by_its_title(folder, month_end, language):
    assert dict(drive.sets(open_results(folder), language))[NAME] == "本县评分"
    assert [n for n, _ in drive.sets(open_results(month_end), language)] == ["ankang", "lanzhou"]
    found = drive.rating_of(open_results(folder), NAME)
    assert drive.items(found, language) == (("safety", "安全水平"),)


def test_other_tables_of_the_study_are_no_sets_and_a_broken_one_says_so(folder):
    (folder / "inputs" / "no.toml").write_text("not toml = = 1", encoding="utf-8")
    assert [*rated.sets(folder)] == ["ankang", "lanzhou", NAME]
    (folder / NAME).write_text(OWN.replace("weight = 0.6", "weight = 0.7"), encoding="utf-8")
    with pytest.raises(SpecError):
        rated.sets(folder)
