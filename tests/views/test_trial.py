"""Trial settings and the tables about the rules, without a browser: what is shown is what the desk says."""

import re

import pytest

from geo.basis.units import HA_M2, MU_M2
from geo.screen.diff import Side, diff
from layers.ask.whatif import AS_RUN, ScreenTrial, desk
from layers.outputs.summary import by_status
from layers.serve.pages import trial as trials
from layers.study.run.results import open_results
from layers.text import LANGUAGES, catalogue, code, say
from layers.words.explain import marked_title
from tests.views import studies
from views.parts import funnel as drawn

MAIN = studies.ROOT / "views" / "main.py"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return studies.run(studies.write(tmp_path_factory.mktemp("trial") / "study", count=30))


@pytest.fixture(scope="module")
def results(study):
    return open_results(study)


@pytest.fixture
def visit(monkeypatch, study):
    def go(language="zh", select="", side="trial", below="list"):
        monkeypatch.setenv("LUODI_STUDY", str(study))
        page = studies.open_page(MAIN, "screen")
        page.query_params["lang"] = language
        if select:
            page.query_params["select"] = select
        page.session_state["side"] = side
        page.session_state["below"] = below
        return checked(page.run())

    return go


def checked(page):
    assert not page.exception
    assert "lu-trouble" not in words(page), text(page)
    assert not re.search(r"\[(ui|uitrial|reason|explain|column|word|code|change)\.", words(page))
    return page


def words(page):
    return "\n".join(h.proto.body for h in page.get("html") if not h.proto.body.lstrip().startswith(("<style", "/*")))


def text(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words(page)))


def legend(page):
    """What the buttons of the legend say."""
    return [o.content for o in next(g for g in page.get("button_group") if g.key == "shown").proto.options]


def legend_of(frame, language):
    size = MU_M2 if language == "zh" else HA_M2
    return [say("ui.legend", language, status=code("status", s, language), parcels=int(row["parcels"]),
                area=row["gross_m2"] / size) for s, row in frame.iterrows()]  # fmt: skip


def control(page, kind, tail):
    return next(w for w in getattr(page, kind) if str(w.key).endswith(tail))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_threshold_turns_legend_list_and_banner_and_back_restores(visit, results, language):
    page = visit(language)
    as_run = legend_of(by_status(results), language)
    assert legend(page) == as_run
    page.selectbox(key="trial-rule").set_value("red").run()
    checked(control(page, "selectbox", "red-severity").set_value("restrict").run())
    answer = desk(results).answer(ScreenTrial({"red": {"severity": "restrict"}}))
    assert answer.counts != desk(results).answer().counts
    trial = trials.trial(results, ScreenTrial({"red": {"severity": "restrict"}}))
    assert dict(trial.by_status["parcels"]) == answer.counts
    assert legend(page) == legend_of(trial.by_status, language) != as_run
    assert say("uitrial.unsaved", language) in text(page)
    assert list(page.dataframe[0].value.columns[1:2]) == [say("uitrial.col_status_b", language)]
    shown = page.dataframe[0].value[say("uitrial.col_status_b", language)].value_counts()
    assert dict(shown) == {code("status", s, language): n for s, n in answer.counts.items() if n}
    checked(page.button(key="trial-back").click().run())
    assert legend(page) == as_run
    assert say("uitrial.unsaved", language) not in text(page)
    assert control(page, "selectbox", "red-severity").value == "exclude"


def test_a_threshold_in_its_unit(visit, results):
    page = visit()
    page.selectbox(key="trial-rule").set_value("flood").run()
    checked(control(page, "number_input", "flood-threshold").set_value(50_000.0).run())
    answer = desk(results).answer(ScreenTrial({"flood": {"threshold": 50_000.0}}))
    trial = trials.trial(results, ScreenTrial({"flood": {"threshold": 50_000.0}}))
    assert legend(page) == legend_of(trial.by_status, "zh")
    assert dict(trial.by_status["parcels"]) == answer.counts != desk(results).answer().counts
    # set back by hand to what the run has, it is no trial any more
    checked(control(page, "number_input", "flood-threshold").set_value(0.0).run())
    assert say("uitrial.unsaved", "zh") not in text(page)


def test_a_rule_is_left_aside_and_examined_again(visit, results):
    page = visit()
    page.selectbox(key="trial-rule").set_value("river").run()
    checked(control(page, "toggle", "river-aside").set_value(True).run())
    aside = desk(results).setting.aside | {"river"}
    assert legend(page) == legend_of(trials.trial(results, ScreenTrial({}, aside)).by_status, "zh")
    # what the study leaves aside can be brought in: nobody has the layer, so nothing is certain
    page.selectbox(key="trial-rule").set_value("relics").run()
    checked(control(page, "toggle", "relics-aside").set_value(False).run())
    answer = desk(results).answer(ScreenTrial({}, frozenset({"river"})))
    assert answer.counts["eligible"] == answer.counts["conditional"] == 0
    assert legend(page) == legend_of(trials.trial(results, ScreenTrial({}, frozenset({"river"}))).by_status, "zh")


def test_other_packs_bring_their_rules_and_going_back_is_no_trial(visit, results):
    page = visit()
    packs = (*results.study.rules, "sample-municipal")
    box = next(b for b in page.multiselect if str(b.key).endswith("-packs"))
    assert box.value == list(results.study.rules)
    checked(box.set_value(list(packs)).run())
    trial = trials.trial(results, ScreenTrial({}, packs=packs))
    assert [r.id for r in trial.exchanged[0]] == ["slope-natural", "power-line-corridor"]
    assert legend(page) == legend_of(trial.by_status, "zh")
    # nobody has measured slopes or power lines here: an exclusion with no data leaves nothing certain
    assert trial.by_status["parcels"]["eligible"] == trial.by_status["parcels"]["conditional"] == 0
    assert "自然坡度" in text(page)
    assert say("uitrial.unsaved", "zh") in text(page)
    box = next(b for b in page.multiselect if str(b.key).endswith("-packs"))
    checked(box.set_value(list(results.study.rules)).run())
    assert say("uitrial.unsaved", "zh") not in text(page)
    assert legend(page) == legend_of(by_status(results), "zh")


def test_a_rule_moved_earlier_takes_its_ground_first(visit, results):
    page = visit()
    page.selectbox(key="trial-rule").set_value("river").run()
    checked(page.button(key="trial-earlier").click().run())
    checked(page.button(key="trial-earlier").click().run())
    first = trials.with_place(results, AS_RUN, "river", -2)
    assert first.order[0] == "river"
    trial = trials.trial(results, first)
    assert say("uitrial.unsaved", "zh") in text(page)
    assert say("uitrial.place", "zh", place=1, count=len(trial.setting.applicable)) in text(page)
    # the order moves ground between the lines of the ledger, never a status or what is left
    assert legend(page) == legend_of(by_status(results), "zh")
    run, moved = (desk(results).ledger(trial=t) for t in (AS_RUN, first))
    assert moved["left_m2"].iloc[-1] == pytest.approx(run["left_m2"].iloc[-1], abs=0.01)
    taken = [lines.set_index("rule_id")["taken_m2"] for lines in (run, moved)]
    assert moved["rule_id"].iloc[1] == "river"
    assert taken[1]["river"] >= taken[0]["river"]
    checked(page.button(key="trial-later").click().run())
    checked(page.button(key="trial-later").click().run())
    assert say("uitrial.unsaved", "zh") not in text(page)


def test_a_minimum_area_is_asked_in_the_unit_of_the_reader(visit, results):
    for language, size in (("zh", MU_M2), ("en", HA_M2)):
        page = visit(language)
        checked(control(page, "number_input", f"area-{language}").set_value(30.0).run())
        trial = trials.trial(results, ScreenTrial({}, min_area_m2=30.0 * size))
        assert legend(page) == legend_of(trial.by_status, language)
        small = trial.found.loc[trial.found["net_hi_m2"] > 0, "net_hi_m2"]
        assert small.min() >= 30.0 * size


@pytest.mark.grid
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("below", ["funnel", "ledger", "binding", "find"])
def test_tables_say_what_the_desk_says(visit, results, language, below):
    shown = text(visit(language, side="why", below=below))
    table = desk(results)
    figures = {
        "funnel": table.funnel()["left_m2"],
        "ledger": table.ledger()["left_m2"],
        "binding": table.binding()["taken_m2"],
        "find": table.to_find_out()["open_m2"],
    }[below]
    assert len(figures)
    for m2 in figures:
        assert drawn.area(m2, language) in shown
    if below == "funnel":
        for row in table.funnel().to_dict("records"):
            title = marked_title(results, results.rule(row["rule_id"]), language)
            severity = code("severity", results.rule(row["rule_id"]).binding, language)
            counts = " ".join(f"{row[o]:,}" for o in ("clear", "unknown", "conflict"))
            assert f"{title} {severity} {counts}" in shown
        assert say("uitrial.left_aside", language, rules=[getattr(results.rule("relics").title, language)]) in shown


def test_the_ledger_by_township_closes(results):
    for moved in (AS_RUN, ScreenTrial({"farm": {"severity": "restrict", "effect": "parcel"}})):
        trial = trials.trial(results, moved)
        wide = drawn.ledger_by(trial, "township", "zh")
        figures = wide.iloc[:, 1:]
        assert (figures.iloc[:, 0] - figures.iloc[:, 1:-1].sum(axis=1) - figures.iloc[:, -1]).abs().max() < 1e-4
        assert figures.iloc[-1, -1] * MU_M2 == pytest.approx(trial.total["net_m2"], abs=0.1)
        # townships that share ground count it each, the study once
        assert (figures.iloc[:-1].sum() >= figures.iloc[-1] - 1e-6).all()


def test_what_is_missing_everywhere_is_said_once(visit, results):
    trial = trials.trial(results, ScreenTrial({"mineral": {"severity": "restrict"}}))
    rows = trial.to_find_out.set_index("rule_id")
    assert rows.loc["mineral", "everywhere"]
    assert not rows.loc["river", "everywhere"]
    assert trial.notes_only == ()
    assert trials.trial(results).notes_only == ("mineral",)
    shown = text(visit("zh", side="why", below="find")).split(say("uitrial.find_note", "zh"))[1]
    assert shown.count("压覆矿产") == 1  # below the header, which names rules whose law nobody checked


def test_moved_parcels_are_those_of_the_comparison_of_runs(results):
    table = desk(results)
    moved = ScreenTrial({"red": {"severity": "restrict"}, "farm": {"severity": "restrict", "effect": "parcel"}})
    trial = trials.trial(results, moved)
    wanted = diff(Side(table.board.data, table.setting), Side(table.board.data, table.moved(moved)))
    assert len(wanted) > 2
    columns = ["parcel_id", "change", "status_a", "status_b"]
    assert trial.moves[columns].values.tolist() == wanted[columns].values.tolist()
    assert trial.moves["net_b_m2"].tolist() == pytest.approx(wanted["net_b_m2"].tolist())
    assert trials.trial(results).moves.empty


def test_equal_settings_are_no_trial(results):
    assert not trials.is_trial(trials.with_rule(results, AS_RUN, "farm", {"threshold": 0.0}))
    moved = trials.with_rule(results, AS_RUN, "farm", {"threshold": 5.0})
    assert trials.with_rule(results, moved, "farm", {"threshold": 0.0}) == AS_RUN
    assert trials.with_aside(results, AS_RUN, "relics", True) == AS_RUN
    assert trials.with_use(results, AS_RUN, "general") == AS_RUN
    assert trials.still_meant(results, ScreenTrial({"gone": {"threshold": 1.0}})) == AS_RUN


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_would_change_the_answer_and_the_cut_on_the_map(visit, results, language):
    from layers.words.explain import explain

    told = explain(results, "LEFT", language)
    assert [c.kind for c in told.levers] == ["cut"]
    page = visit(language, "parcel:LEFT", side="why")
    assert told.changes[0] in text(page)
    button = page.button(key="cut-LEFT-0")
    assert button.label == say("uitrial.draw_cut", language)
    page = checked(button.click().run())
    assert page.button(key="cut-LEFT-0").label == say("uitrial.hide_cut", language)


def test_both_languages_have_every_word():
    own = [{k for k in catalogue(language) if k.startswith("uitrial.")} for language in LANGUAGES]
    assert own[0] == own[1]


def test_slivers_are_remnants_in_a_trial_as_in_a_run(tmp_path):
    folder = studies.write(tmp_path / "study", count=30)
    path = folder / "study.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("[[not_examined]]", "[study.screen]\ncandidate_min_m2 = 12_000.0\n\n[[not_examined]]", 1),
        encoding="utf-8",
    )
    results = open_results(studies.run(folder))
    run = results.table("candidates")
    as_run = trials.trial(results)
    assert as_run.remnants.tolist() == run["remnant"].astype(str).tolist()
    assert dict(as_run.small[0]) == dict(as_run.small[1])
    assert as_run.small[0]["parcels"] > 0, "the study has slivers"
    # nothing cuts: every parcel is whole, and what is smaller than a candidate is a remnant all the same
    free = trials.trial(results, ScreenTrial({}, aside=frozenset(r.id for r in results.rules)))
    left = free.found["status"] != "excluded"
    small = free.found["net_hi_m2"] < free.setting.candidate.area_m2
    assert free.setting.candidate == as_run.setting.candidate
    assert (free.remnants[left & small] == "yes").all()
    assert (free.remnants[~left] == "").all()
    assert set(free.remnants[left & ~small]) <= {"no", "yes"}
    assert (left & ~small).any()
    # what a stricter trial excludes is no remnant any more
    strict = trials.trial(results, ScreenTrial({}, min_area_m2=1e9))
    assert set(strict.remnants) == {""}
