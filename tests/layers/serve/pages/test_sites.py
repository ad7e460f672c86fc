"""What the Sites page shows: colours, lists, charts, comparisons, and sites handed over for a demand."""

import dataclasses
import gzip
import io
import itertools

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image

from geo.basis.progress import silent
from geo.rank.ahp import compared
from layers.ask import assembly
from layers.ask.ranked import RankTrial
from layers.serve.draw.published import FACTS
from layers.serve.draw.site_picture import PICTURE, picture
from layers.serve.pages import site_frames, sites
from layers.serve.pages.site_board import SCORE_COLOURS
from layers.study.run.results import open_results
from layers.text import LANGUAGES
from tests.views import studies


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return open_results(studies.sited(tmp_path_factory.mktemp("sites") / "study", count=40))


@pytest.fixture(scope="module")
def shown(results):
    return sites.of_run(results)


@pytest.fixture(scope="module")
def made(shown):
    return shown.bench.answer()


def test_the_best_site_has_the_darkest_colour_and_other_weights_another_picture(shown, made):
    classes = shown.board._classes(made.ranking)
    best, last = made.ranking["site_id"].iloc[0], made.ranking["site_id"].iloc[-1]
    steps = dict(zip(shown.board.ids, (classes.astype(int) - 1) % len(SCORE_COLOURS), strict=True))
    assert steps[best] == len(SCORE_COLOURS) - 1
    assert steps[last] == 0
    trial = shown.bench.answer(RankTrial({"usable-area": 50.0}))
    assert shown.board.url(trial.ranking) != shown.board.url(made.ranking)
    assert shown.board.url(made.ranking) == shown.board.url(shown.bench.answer().ranking)


def test_a_card_tells_the_score_of_the_ranking_that_is_shown_in_the_language_of_the_page(shown, made):
    other = dataclasses.replace(made, ranking=made.ranking.assign(score=made.ranking["score"] + 0.5))
    assert (shown.board._classes(other.ranking) == shown.board._classes(made.ranking)).all(), "one colour for both"
    cards = {}
    for answer, language in ((made, "zh"), (made, "en"), (other, "zh"), (other, "en")):
        layer = shown.board.layer(
            answer.ranking, lambda k, a=answer, lang=language: sites.card(shown, a, k, lang), language
        )
        content = FACTS.tile(layer.cards.split("/")[2], 0)
        cards[language, answer is made] = gzip.decompress(content).decode()
    assert len(set(cards.values())) == 4


def test_a_site_that_breaks_a_limit_and_one_that_may_have_their_own_look(shown, made):
    ranking = made.ranking.copy()
    ranking.loc[0, "state"] = "unknown"
    ranking.loc[1, ["state", "score"]] = ["infeasible", np.nan]
    classes = dict(zip(shown.board.ids, shown.board._classes(ranking), strict=True))
    steps = len(SCORE_COLOURS)
    assert classes[ranking["site_id"][0]] == 2 * steps
    assert classes[ranking["site_id"][1]] == 2 * steps + 1


def test_a_click_finds_the_site_and_its_view(shown):
    sites_ = gpd.GeoDataFrame(shown.sites, crs=shown.results.study.crs)
    for site, point in zip(sites_["site_id"], sites_.geometry.representative_point().to_crs(4326), strict=True):
        hit = shown.board.at(point.x, point.y)
        assert hit is not None
        assert shown.site(hit)["geometry"].area <= shown.site(site)["geometry"].area + 1e-6
    assert shown.board.at(0.0, 0.0) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_list_facts_and_charts_are_in_words_and_rows_agree_with_the_ranking(shown, made, language):
    rows = sites.listing(shown, made, language)
    assert rows.iloc[:, 1].tolist() == made.ranking["site_id"].tolist()
    assert not any("[" in str(c) or "_" in str(c) for c in rows)
    some = made.ranking["site_id"].head(4).tolist()
    facts = sites.facts(shown, some, language)
    assert list(facts) == some
    assert facts.index.is_unique
    assert not any("_" in str(t) for t in facts.index)
    room = site_frames.weight_room(made, language)
    assert ((room["low"] <= room["weight"]) & (room["weight"] <= room["high"])).all()


def test_bars_add_up_to_the_scores(made):
    some = made.ranking["site_id"].head(3).tolist()
    frame = site_frames.points(made, some, "en")
    totals = frame.groupby("site")["points"].sum()
    high = made.ranking.set_index("site_id").loc[some, "score_high"]
    assert totals.loc[some].to_numpy() == pytest.approx(high.to_numpy(), abs=1e-5)
    spread = site_frames.rank_spread(made, 3)
    assert (spread["low"] <= spread["high"]).all()


def test_a_comparison_starts_from_the_weights_and_both_halves_agree():
    weights = {"a": 0.6, "b": 0.3, "c": 0.1}
    frame = site_frames.comparison(weights)
    assert frame.loc["a"].tolist() == ["1", "2", "6"]
    assert frame.loc["c"].tolist() == ["1/6", "1/3", "1"]
    assert compared("abc", site_frames.judgements(frame, list("abc"))).weights == pytest.approx(weights)
    # as the table tells it: below the diagonal, above it, and on it
    told = {2: {"甲": "1/9"}, 1: {"丙": "5", "乙": "7"}}
    after = site_frames.edited(frame, told, ["甲", "乙", "丙"])
    assert (after.loc["a", "c"], after.loc["c", "b"], after.loc["b", "b"]) == ("9", "1/5", "1")
    for i, j in itertools.product("abc", "abc"):
        assert site_frames.TIMES[after.loc[i, j]] * site_frames.TIMES[after.loc[j, i]] == pytest.approx(1.0)


def test_sites_of_a_demand_come_back_as_they_were_found(results):
    answer = assembly.ask(results, assembly.SiteDemand(area_min_mu=30, area_max_mu=200, keep=3), silent)
    shown = sites.of_demand(results, assembly.as_plain(answer.tables))
    found = answer.tables["sites"].set_index("site_id")
    back = shown.sites.set_index("site_id").loc[found.index]
    assert back["net_m2"].to_numpy() == pytest.approx(found["net_m2"].to_numpy())
    assert (back.geometry.hausdorff_distance(found.geometry, align=False) < 0.002).all()
    assert shown.offers is not None
    made = shown.bench.answer()
    assert set(made.ranking["site_id"]) == set(found.index)
    assert len(sites.listing(shown, made, "zh")) == len(found)
    assert sites.of_demand(results, assembly.as_plain(answer.tables)) is shown


def test_a_demand_inside_a_box_takes_only_land_whose_middle_lies_there(results):
    ground = gpd.GeoDataFrame(results.table("shape_ground"))
    middle = ground.geometry.representative_point().to_crs(4326)
    west, south, east, north = middle.total_bounds
    half = (west, south, (west + east) / 2, north)
    kept = assembly.fabric(results, half).nodes
    assert len(kept) == int((middle.x <= half[2]).sum())
    assert 0 < len(kept) < len(ground)


def test_a_site_has_a_picture_of_its_own(shown):
    drawn = [Image.open(io.BytesIO(picture(shown, s))) for s in shown.sites["site_id"].head(2)]
    assert [d.size for d in drawn] == [PICTURE, PICTURE]
    assert drawn[0].tobytes() != drawn[1].tobytes()
