"""Red line 红线核查: hand in a red line, and the answer for it on one screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.ask.redline import RedlineAnswer
from layers.serve.http.routes import study_folder
from layers.serve.pages import redlines
from layers.serve.pages.redline_map import redline_map
from layers.serve.pages.redlines import Kept
from layers.study.run import runs
from layers.study.run.released import open_results
from layers.study.run.results import Results
from layers.text import Language, say, sentences
from views.parts import frame, map, opening, redline_answer, redline_bar, redline_intake, state
from views.parts.markup import join, tag

NAME = "redline"
ICON = ":material/fact_check:"
STYLE = Path(__file__).parent / "parts" / "redline_style.css"
MAP_HEIGHT, BODY = 290, 520


def show() -> None:
    """Draw the page."""
    language, folder = state.language(), study_folder()
    st.html(STYLE)
    redline_intake.words_of_dropzone(language)
    if folder is None:
        frame.header(None, say("ui.title", language), language)
        frame.trouble([say("ui.no_study_text", language)], "ui.no_study")
        return
    try:
        plan = runs.plan(folder)
    except LuodiError as problem:
        frame.header(None, folder.name, language)
        frame.trouble(sentences(problem, language))
        return
    answer, problem = _asked_for(folder)
    # the same run as on every other page; what a check rests on stands with the check
    frame.header(_run(folder) or plan, plan.study.name, language)
    if problem is not None:
        frame.trouble(sentences(problem, language))
    redline_intake.watch(folder, language)
    kept = redlines.kept_checks(folder)
    if answer is None:
        _hand_in(folder, kept, language)
        return
    redline_intake.failed(folder, language)
    redline_bar.bar(folder, answer, kept, language)
    _answer(answer, language)


def _run(folder: Path) -> Results | None:
    """Return the newest run, None where there is none or it cannot be read."""
    try:
        return open_results(folder)
    except LuodiError:
        return None


def _asked_for(folder: Path) -> tuple[RedlineAnswer | None, LuodiError | None]:
    """Return the check the address names, or what is wrong with it."""
    chosen = state.selection()
    if chosen is None or chosen.kind != "check":
        return None, None
    try:
        return redlines.opened(folder, chosen.id), None
    except LuodiError as problem:
        return None, problem


def _hand_in(folder: Path, kept: list[Kept], language: Language) -> None:
    st.html(tag("div", tag("h2", say("uiredline.title_page", language)), tag("p", say("uiredline.intro", language)),
                cls="lr-intro"))  # fmt: skip
    redline_intake.failed(folder, language)
    with st.container(border=True, key="redline-form"):
        redline_intake.form(folder, language)
    with st.container(key="redline-kept"):
        st.html(tag("h4", say("uiredline.checks", language), cls="lr-h"))
        redline_bar.listing(kept, language)


def _answer(answer: RedlineAnswer, language: Language) -> None:
    """Draw headline, map and tables so that one screen of 1366 × 768 holds them."""
    st.html(redline_answer.headline(answer, language))
    redline_bar.told(answer, language)
    left, middle, right = st.columns([0.95, 1.08, 1.12], gap="small")
    # the map is drawn last: the numbers do not wait for it
    with middle, st.container(height=BODY, border=False, key="redline-middle"):
        st.html(join(redline_answer.uses(answer, language), redline_answer.quotas(answer, language),
                     redline_answer.intensity(answer, language), redline_answer.plan(answer, language)))  # fmt: skip
    with right, st.container(height=BODY, border=False, key="redline-right"):
        st.html(join(redline_answer.constraints(answer, language), redline_answer.unused(answer, language)))
    with left, st.container(key="redline-left"):
        drawn = redline_map(answer)
        with st.container(key="redline-mapbox"):
            map.draw_redline(drawn, f"redline-map-{hash(drawn.name)}", MAP_HEIGHT)
        st.html(join(redline_answer.legend(answer, language), redline_answer.ledger(answer, language)))
        # under the ledger: what the law will be next year must not push the numbers of today off the screen
        opening.law_bar(answer.check, language)
