"""The Drive page without a browser: every view in both languages, and the forms that score and report."""

import re
import shutil

import pytest

from geo.basis.progress import silent
from layers.ask import answers, chained, library, rated, scheduled
from layers.serve.pages import chain_map, drive
from layers.study import catalog, edits, may
from layers.study.run import runs
from layers.study.run.results import open_results
from layers.text import LANGUAGES, code, say
from tests.languages import EACH
from tests.views import studies
from tests.views.test_projects import text

MAIN = studies.ROOT / "views" / "main.py"


@pytest.fixture
def visit(monkeypatch):
    def go(folder, language="zh", select="", view="rating", wish=""):
        monkeypatch.setenv("LUODI_STUDY", str(folder))
        page = studies.open_page(MAIN, "drive")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select if ":" in select else f"project:{select}"
        if wish:
            page.query_params["wish"] = wish
        page.run()
        if view != "rating":
            page.segmented_control(key="drive-view").set_value(view).run()
        assert not page.exception
        assert not re.search(r"\[(ui\w*|reason|rating\w*|reserve\w*|schedule\w*|league\w*|code)\.", text(page))
        return page

    return go


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_say_what_the_commands_say(visit, month_end, language):
    results = open_results(month_end)
    page = visit(month_end, language)
    shown = page.dataframe[0].value
    assert shown.iloc[:, 0].tolist() == ["M1", "M2", "M3", "M4", "M8", "M5", "M7", "M6"]
    assert shown[say("ratinglist.score", language)].iloc[0] == pytest.approx(520 / 7, abs=1e-6)
    people = shown.set_index(shown.columns[0])[say("ratinglist.by_people", language)]
    assert people.isna()[["M3", "M5", "M8"]].all(), "nobody scored them: that is no score of 0"
    reserve = visit(month_end, language, view="reserve").dataframe[0]
    assert '"width"' in reserve.proto.columns, "reasons are long: they get the room the short columns do not need"
    library = reserve.value
    assert library[say("ratinglist.state", language)].tolist().count(code("reservestate", "in", language)) == 3
    late = visit(month_end, language, view="schedule").dataframe[0].value
    assert late.iloc[:2, 0].tolist() == scheduled.scheduled(results).late == ["M2", "M3"]
    days = late[say("schedulelist.late_days", language)]
    assert days.tolist()[:2] == [11, 10]
    assert days.isna().sum() == 4, "what was never promised is not 0 days late"
    assert say("uidrive.no_offers", language) in text(visit(month_end, language, view="offers"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_and_the_wall_screen(visit, month_end, language):
    page = visit(month_end, language, view="league")
    order = page.dataframe[0].value
    assert order.iloc[:, :2].to_numpy().tolist()[:2] == [[1, "经信局"], [2, "应急局"]]
    assert say("leaguelist.completion", language) in page.dataframe[1].value, "not the name of a measure"
    page.segmented_control(key="drive-by").set_value("county").run()
    assert not page.exception
    assert set(page.dataframe[0].value.iloc[:, 1]) == {"东县", "西县"}
    wall = text(visit(month_end, language, view="wall"))
    assert "54.67" in wall
    assert say("uidrive.late_days", language, days=11) in wall


def test_a_project_shows_what_raises_it_and_its_steps(visit, month_end):
    words = text(visit(month_end, "zh", "M2"))
    assert "请人评“可持续评审”" in words
    page = visit(month_end, "zh", "M3", "schedule")
    assert "批复〔2026〕31号" in page.dataframe[1].value.to_string()


def test_scoring_and_reporting_need_a_person_and_count_at_once(visit, month_end, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(month_end, own, symlinks=True)
    page = visit(own, "zh", "M3")
    page.number_input[0].set_value(100.0)
    next(b for b in page.button if b.label == say("uidrive.give", "zh")).click()
    page.run()
    assert ("M3", "technology") not in {(s.project_id, s.item) for s in rated.given(own)}  # nobody's score
    assert say("ui.not_done", "zh") in text(page), "what is refused is said where every act says it"
    person, why = page.text_input[0], page.text_input[1]
    person.set_value("王工")
    why.set_value("评审会")
    next(b for b in page.button if b.label == say("uidrive.give", "zh")).click()
    page.run()
    assert not page.exception
    assert [s.points for s in rated.given(own) if s.project_id == "M3"] == [100.0]
    # technology: half of one seventh by people
    assert page.dataframe[0].value.iloc[2, 5] == pytest.approx(313 / 7, abs=1e-6)
    page = visit(own, "zh", "M2", "schedule")
    page.text_input[0].set_value("周")
    page.text_input[1].set_value("批复")
    next(b for b in page.button if b.label == say("uidrive.report", "zh")).click()
    page.run()
    assert not page.exception
    [said] = [e for e in edits.current(own).of("step").values() if e.value["project"] == "M2"]
    assert said.value == {"project": "M2", "step": "filing", "done_on": "2026-11-30"}


def test_who_may_not_decide_neither_scores_nor_reports(visit, month_end, tmp_path, monkeypatch):
    own = tmp_path / "own"
    shutil.copytree(month_end, own, symlinks=True)
    monkeypatch.setattr(may, "may", lambda person, action, folder: action == "see")
    before = edits.current(own)
    for select, view, button in (("M3", "rating", "give"), ("M2", "schedule", "report")):
        page = visit(own, "zh", select, view)
        page.text_input[0].set_value("王工")
        page.text_input[1].set_value("评审会")
        next(b for b in page.button if b.label == say(f"uidrive.{button}", "zh")).click()
        page.run()
        assert say("ui.not_done", "zh") in text(page)
    assert edits.current(own) == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_industries_and_the_form_that_decides(visit, month_end, tmp_path, language):
    assert say("uidrive.no_lists", language) in text(visit(month_end, language, view="lists"))
    own = tmp_path / "own"
    shutil.copytree(month_end, own, symlinks=True)
    runs.update(own, "parklists", silent)
    page = visit(own, language, view="lists")
    shown = page.dataframe[0].value
    textiles = shown[shown.iloc[:, 0].str.startswith("C17")]
    assert textiles.iloc[0, 1] == code("parkstate", "leads", language)
    page.selectbox(key="drive-list-park").set_value("P1").run()
    assert not page.exception
    form = [page.text_input[k] for k in range(4)]
    for field, value in zip(form, ("C17", "", "周", "会议"), strict=True):
        field.set_value(value)
    page.button[0].click().run()
    assert not page.exception
    assert edits.current(own).of("industry")["*/C17"].person == "周"
    again = visit(own, language, view="lists").dataframe[0].value
    assert again[again.iloc[:, 0].str.startswith("C17")].iloc[0, 1] == f"{code('parkstate', 'leads', language)} ▲"


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_departments_are_heard_and_nobody_writes_over_another(visit, month_end, tmp_path, language):
    assert say("uidrive.no_argue", language) in text(visit(month_end, language, view="argue"))
    own = tmp_path / "own"
    shutil.copytree(month_end, own, symlinks=True)
    runs.update(own, "place", silent)
    page = visit(own, language, "M2", "argue")
    assert say("answer.not_sent", language) in text(page)

    def fill(body):
        next(s for s in page.selectbox if s.label == say("uidrive.argue_question", language)).select_index(8)
        page.text_area[0].set_value(body)
        page.text_input[0].set_value("周")

    def press(name):
        next(b for b in page.button if b.label == say(f"uidrive.argue_{name}", language)).click().run()
        assert not page.exception

    fill("无意见")
    press("send")
    assert answers.of_project(own, "M2").asked_on("ecology") is not None
    fill("无意见 =1+1 {{7*7}}")
    press("give")
    [said] = answers.of_project(own, "M2").answers
    assert (said.about.department, said.person, said.standing) == ("ecology", "周", "stands")
    assert any("{{7*7}}" in f.value.to_string() for f in page.dataframe)
    answers.give(said.about, own, ("另一答复", said.on), ("李", ""), said.version)
    fill("又一答复")
    press("give")
    assert say("ui.not_done", language) in text(page)
    assert [a.text for a in answers.of_project(own, "M2").answers if a.standing == "stands"] == ["另一答复"]
    page.text_input[1].set_value("会议")
    fill("")
    press("back")
    assert [a.standing for a in answers.of_project(own, "M2").answers] == ["replaced", "withdrawn"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_libraries_are_searched_noted_and_linked(visit, month_end, tmp_path, language):
    own, given = tmp_path / "own", tmp_path / "investors.csv"
    shutil.copytree(month_end, own, symlinks=True)
    given.write_text("客商编号,客商名称,意向行业,联系电话\nK01,甲集团 <b>*,C17,13900001111\n", encoding="utf-8")
    assert say("uidrive.no_libraries", language) in text(visit(own, language, view="libraries"))
    catalog.add(own, given, {"role": "investor", "id": "investors"})
    runs.update(own, "libraries", silent)
    page = visit(own, language, view="libraries", select="entry:investor/K01")
    assert len(page.dataframe[0].value) == len(library.found(open_results(own)).entries)
    find = next(f for f in page.text_input if f.label == say("uidrive.library_find", language))
    find.set_value("甲集团 C17").run()
    assert page.dataframe[0].value.iloc[:, 1].tolist() == ["K01"]
    assert "13900001111" not in text(page)
    page.text_area[0].set_value("来访 13900001111")
    page.selectbox[1].set_value("project:M2")
    page.text_input[1].set_value("周")
    page.text_input[2].set_value("会议")
    for name in ("library_keep", "library_make_link"):
        next(b for b in page.button if b.label == say(f"uidrive.{name}", language)).click().run()
        assert not page.exception
    told = library.history(open_results(own), library.one(open_results(own), "investor", "K01"))
    assert [(e.what, e.text) for e in told] == [("note", "来访"), ("link", "project:M2")]
    assert "来访" in text(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chain_stands_on_the_map_too(visit, month_end, language):
    found = chained.chained(open_results(month_end))
    made = chain_map.scene(found, language)
    assert sorted(state for _, state in made.scene.dots) == ["strong", "strong", "weak"]  # C18, C18, C28
    assert len(made.legend) == 2 + bool(made.scene.calls)
    assert any("C17" in n for n in made.notes), "a link without a firm has no place, and that is said"
    page = visit(month_end, language, view="chain")
    page.segmented_control(key="drive-chain-drawn").set_value("map").run()
    assert not page.exception
    assert say("uidrive.no_map", language) in text(page), "a study whose land was not screened yet has no ground"
    page = visit(month_end, language, view="schedule")
    page.segmented_control(key="drive-drawn").set_value("late").run()
    assert not page.exception
    assert say("uidrive.no_map", language) in text(page)


@pytest.mark.parametrize("language", EACH)
def test_a_wish_finds_what_suits_and_says_why(visit, month_end, tmp_path, language):
    own = tmp_path / "own"
    shutil.copytree(month_end, own, symlinks=True)
    runs.update(own, "place", silent)
    runs.update(own, "parklists", silent)
    page = visit(own, language, view="offers")
    fields = {f.label: f for f in (*page.text_input, *page.number_input)}
    fields[say("uidrive.wish_industry", language)].set_value("C17")
    unit = "mu" if language == "zh" else "ha"
    fields[say(f"uidrive.wish_land_{unit}", language)].set_value(400.0 if language == "zh" else 400 / 15)
    fields[say("uidrive.wish_investment", language)].set_value(60_000.0)
    find = next(b for b in page.button if b.label == say("uidrive.wish_find", language))
    find.click().run()
    assert not page.exception
    told = next(h.proto.body for h in page.get("html") if "ld-wish" in h.proto.body and "<td>" in h.proto.body)
    assert told.count("150.00") == 1
    assert code("parkstate", "leads", language) in told
    kept = page.query_params["wish"]
    kept = kept if isinstance(kept, str) else kept[0]
    for wish, answers_ in ((kept, 1), ("land_m2=nan&park_id=%3Cb%3E", 0), ("by=tomorrow", 0)):
        again = visit(own, language, view="offers", wish=wish)  # after a reload, or sent to a colleague
        assert sum("ld-wish" in h.proto.body and "<td>" in h.proto.body for h in again.get("html")) == answers_
        industry = next(f for f in again.text_input if f.label == say("uidrive.wish_industry", language))
        assert industry.value == ("C17" if answers_ else "")
    next(f for f in page.text_input if f.label == say("uidrive.wish_industry", language)).set_value("太空 <b>")
    next(b for b in page.button if b.label == say("uidrive.wish_find", language)).click().run()
    assert not page.exception
    assert say("ui.not_done", language) in text(page)


def test_a_chain_without_gaps_says_so_in_words(visit, month_end, monkeypatch):
    def whole(found, language, view=drive.chain_view):
        picture, gaps = view(found, language)
        return picture, gaps.iloc[:0]

    monkeypatch.setattr(drive, "chain_view", whole)
    for language in LANGUAGES:
        page = visit(month_end, language, view="chain")
        assert say("uidrive.chain_no_gap", language) in text(page)
        assert not page.dataframe


@pytest.mark.parametrize("language", EACH)
def test_maps_that_lack_their_data_say_what_to_run(visit, month_end, language):
    page = visit(month_end, language, view="chain")
    for which in ("resource", "fund"):
        page.segmented_control(key="drive-map").set_value(which).run()
        assert not page.exception
        assert say(f"uidrive.no_{which}", language) in text(page)
