"""The Idle page without a browser: it draws, sets the day, writes results back, and says what is refused."""

from datetime import date

import pytest

from layers.study import field_checks
from layers.text import LANGUAGES, code, say
from tests.layers import idle_study
from tests.views import studies


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return idle_study.run(tmp_path_factory.mktemp("idle-page") / "study")


def opened(folder, monkeypatch, language="zh", asset=""):
    monkeypatch.setenv("LUODI_STUDY", str(folder))
    test = studies.open_page(studies.ROOT / "views" / "main.py", "idle")
    test.query_params["lang"] = language
    if asset:
        test.query_params["select"] = f"asset:{asset}"
    test.run()
    assert not test.exception
    return test


def words(test):
    return "\n".join(str(h.proto.body) for h in test.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_draws_in_both_languages(folder, monkeypatch, language):
    text = words(opened(folder, monkeypatch, language, "G-07"))
    assert code("clock", "idle_2y", language) in text
    assert "840.00" in text
    assert "[" + "uiidle." not in text


def test_the_day_is_set_by_the_slider_and_by_the_buttons(folder, monkeypatch):
    test = opened(folder, monkeypatch, "zh", "G-18")
    assert code("clock", "normal", "zh") in words(test)
    test.button(key="idle-on").click().run()
    assert test.session_state["idle-day"] == date(2026, 12, 15)
    assert code("clock", "warning_1y", "zh") in words(test)
    test.slider(key="idle-day").set_value(date(2027, 3, 15)).run()
    assert code("clock", "idle_1y", "zh") in words(test)
    test.button(key="idle-today").click().run()
    assert code("clock", "normal", "zh") in words(test)


def test_a_result_without_a_person_is_refused_in_words(folder, monkeypatch):
    test = opened(folder, monkeypatch, "zh", "T-01")
    test.text_area(key="idle-note-T-01").set_value("三层空置").run()
    test.button(key="idle-save").click().run()
    assert field_checks.current(folder) == {}
    assert say("ui.not_done", "zh") in words(test)
    test.text_input(key="idle-person-T-01").set_value("王工").run()
    test.selectbox(key="idle-found-T-01").set_value("part_vacant").run()
    test.button(key="idle-save").click().run()
    kept = field_checks.current(folder)["T-01"]
    assert (kept.found, kept.person, kept.note) == ("part_vacant", "王工", "三层空置")
    assert "三层空置" in words(test)
    test.button(key="idle-withdraw").click().run()
    assert field_checks.current(folder) == {}


def test_recovery_is_set_and_undone(folder, monkeypatch):
    test = opened(folder, monkeypatch, "zh", "G-07")
    test.text_input(key="idle-who-G-07").set_value("李工").run()
    test.button(key="idle-recovered").click().run()
    assert list(field_checks.recovered(folder)) == ["G-07"]
    assert say("ui.stale", "zh") in words(test)
    test.button(key="idle-undo").click().run()
    assert field_checks.recovered(folder) == {}
    assert say("ui.stale", "zh") not in words(test)


def test_an_asset_without_a_place_is_told_apart(folder, monkeypatch):
    assert code("located", "none", "zh") in words(opened(folder, monkeypatch, "zh", "QY9"))


def test_without_a_run_the_page_says_what_to_do(tmp_path, monkeypatch):
    folder = idle_study.write(tmp_path / "study")
    assert say("uiidle.no_run", "zh") in words(opened(folder, monkeypatch))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_study_with_nothing_to_judge_says_what_to_add_instead_of_an_empty_table(tmp_path, monkeypatch, language):
    folder = studies.run(studies.write(tmp_path / "study", 20), until="idle")
    test = opened(folder, monkeypatch, language)
    assert say("uiidle.none_text", language) in words(test)
    assert not test.dataframe
