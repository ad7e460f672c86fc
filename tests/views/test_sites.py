"""The Sites page without a browser: every state it can be in, in both languages."""

import re
import shutil

import pytest

from layers.study import spec
from layers.study.registers import criteria
from layers.study.run.results import open_results
from layers.text import LANGUAGES, say
from tests.views import studies

MAIN = studies.ROOT / "views" / "main.py"
UNTRANSLATED = re.compile(r"\[(ui|uisites|rank|reason|column|word|code)\.")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.sited(tmp_path_factory.mktemp("views") / "study", count=30)


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh", select=""):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "sites")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select
        return looked(page.run())

    return go


def looked(page):
    assert not page.exception
    assert not UNTRANSLATED.search(words(page))
    return page


def words(page):
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))


def turn(page, key, value):
    next(g for g in page.get("button_group") if g.key == key).set_value(value)
    return looked(page.run())


@pytest.mark.parametrize("language", LANGUAGES)
def test_sites_are_listed_best_first_and_one_is_explained(visit, study, language):
    ranking = open_results(study).table("ranking")
    page = visit(study, language)
    assert page.dataframe[0].value.iloc[:, 1].tolist() == ranking["site_id"].tolist()
    assert say("uisites.pick", language) in words(page)
    site = ranking["site_id"].iloc[1]
    page = visit(study, language, f"site:{site}")
    assert site in words(page)
    assert say("rank.explain_points", language) in words(page)
    assert f"{ranking['score'].iloc[1]:.2f}" in words(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_below_the_map(visit, study, language):
    page = visit(study, language)
    turn(page, "site-below", "compare")
    facts = page.dataframe[0].value
    assert len(facts.columns) == 3
    turn(page, "site-below", "stability")
    assert len(page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")) == 2
    turn(page, "site-below", "matrix")
    assert say("uisites.matrix_start", language) in [b.label for b in page.button]


def test_another_weight_turns_list_and_banner_and_goes_back(visit, study):
    page = visit(study)
    turn(page, "site-side", "weights")
    before = page.dataframe[0].value
    slider = next(s for s in page.slider if s.key.endswith("usable-area"))
    slider.set_value(50.0)
    looked(page.run())
    assert say("uisites.trial", "zh") in words(page)
    assert page.dataframe[0].value.iloc[:, 2].tolist() != before.iloc[:, 2].tolist()
    page.button(key="weights-back").click()
    looked(page.run())
    assert page.dataframe[0].value.iloc[:, 2].tolist() == before.iloc[:, 2].tolist()


def test_pairwise_weights_say_their_consistency_and_entropy_is_explained(visit, study):
    page = visit(study)
    turn(page, "site-below", "matrix")
    page.button(key="matrix-start").click()
    looked(page.run())
    assert "一致性比率" in words(page)
    turn(page, "site-side", "weights")
    way = next(g for g in page.get("button_group") if g.key.startswith("weight-way"))
    way.set_value("entropy")
    looked(page.run())
    assert say("uisites.explain_entropy", "zh") in words(page)


def test_a_study_that_has_no_sites_yet_offers_the_run(visit, tmp_path):
    page = visit(studies.run(studies.write(tmp_path / "study", count=20)))
    assert [b.key for b in page.button] == ["run"]


def test_stale_sites_stay_and_no_demand_is_asked_of_them(visit, study):
    settings = study / "study.toml"
    before = settings.read_text(encoding="utf-8")
    settings.write_text(before.replace("min_width_m = 20.0", "min_width_m = 25.0"), encoding="utf-8")
    try:
        page = visit(study)
        assert say("ui.stale", "zh") in words(page)
        turn(page, "site-below", "handover")
        assert [b.disabled for b in page.get("download_button")] == [True], "stale results never leave"
        turn(page, "site-side", "demand")
        assert page.button(key="demand-go").disabled
    finally:
        settings.write_text(before, encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_bounds_on_trial_move_the_scores_and_are_kept_as_a_set(visit, study, language, tmp_path):
    own = shutil.copytree(study, tmp_path / "own", symlinks=True)
    page = turn(visit(own, language), "site-below", "bounds")
    before = open_results(own)
    assert len(page.dataframe[0].value) == len(before.criteria.criteria)
    page.number_input(key="bound-0-usable-area-full_at").set_value(14_000.0)
    page = looked(page.run())
    assert say("uibounds.trial", language, count=1) in words(page)
    for key, text in (("name", "本县 2026"), ("person", "周工"), ("why", "会议纪要")):
        page.text_input(key=f"bounds-{key}").set_value(text)
    page = looked(page.run())
    page.button(key="bounds-keep").click()
    page = looked(page.run())
    assert say("uibounds.trial", language, count=1) not in words(page), "what is kept is no trial"
    kept = criteria.of_study(spec.read(own), own)
    assert next(c for c in kept.criteria if c.id == "usable-area").value.full_at == 14_000.0
    assert open_results(own).stale()


def test_bounds_that_are_reversed_are_told_and_nothing_is_ranked_by_them(visit, study):
    page = turn(visit(study, "zh"), "site-below", "bounds")
    page.number_input(key="bound-0-usable-area-full_at").set_value(1.0)
    page = looked(page.run())
    told = [line for line in words(page).splitlines() if "usable-area" in line and "lu-note" in line]
    assert told, "why the bounds cannot be used"
