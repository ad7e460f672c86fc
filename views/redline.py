"""Red line 红线核查: hand in a red line, and the answer for it on one screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.ask.redline import RedlineAnswer
from layers.serve.pages import redlines
from layers.serve.pages.redline_map import redline_map
from layers.serve.pages.redlines import Kept
from layers.text import Language, say, sentences
from views.parts import frame, map, opening, redline_answer, redline_bar, redline_intake, state
from views.parts.markup import join, tag
from views.parts.opening import Opened

MAP_HEIGHT, BODY = 290, 520


def draw(found: Opened) -> None:
    """Draw the page."""
    language, folder = state.language(), found.folder
    redline_intake.words_of_dropzone(language)
    if found.study is None:
        return
    answer, problem = _asked_for(folder)
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
        frame.show(join(redline_answer.uses(answer, language), redline_answer.quotas(answer, language),
                     redline_answer.intensity(answer, language), redline_answer.plan(answer, language)))  # fmt: skip
    with right, st.container(height=BODY, border=False, key="redline-right"):
        frame.show(join(redline_answer.constraints(answer, language), redline_answer.unused(answer, language)))
    with left, st.container(key="redline-left"):
        drawn = redline_map(answer)
        with st.container(key="redline-mapbox"):
            map.draw_redline(drawn, f"redline-map-{hash(drawn.name)}", MAP_HEIGHT)
        frame.show(join(redline_answer.legend(answer, language), redline_answer.ledger(answer, language)))
        # under the ledger: what the law will be next year must not push the numbers of today off the screen
        opening.notices(answer.check, language)


PAGE = opening.Page("redline", ":material/fact_check:", draw, styles=("redline",))
