"""The panel of one project on the Drive page: its criteria and scores, or its steps; the forms that add to them."""

from __future__ import annotations

from datetime import date

import streamlit as st

from layers.ask.rated import Rated
from layers.ask.scheduled import Scheduled
from layers.serve.pages import drive as served
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import acts, tables
from views.parts.markup import tag

LEAST, MOST = 0.0, 100.0


def rating(results: Results, found: Rated, project: str | None, language: Language) -> None:
    """Draw what a project's score is made of, what would raise it, and the form that scores."""
    if project is None:
        _pick(language)
        return
    lines, raises, scores = served.lines(found, project, language)
    st.html(tag("div", served.title(results, project, language), cls="lu-empty-title"))
    if raises:
        st.html(tag("div", tag("b", say("uidrive.raises", language)), *(tag("div", r, cls="lu-line") for r in raises)))
    tables.plain(lines, f"drive-lines-{project}-{language}")
    st.html(tag("b", say("uidrive.scores", language)))
    if scores.empty:
        st.html(tag("div", say("uidrive.no_scores", language), cls="lu-line"))
    else:
        tables.plain(scores, f"drive-scores-{project}-{language}")
    items = dict(served.items(found, language))
    with st.form(f"score-{project}", border=False, enter_to_submit=False):
        item = st.selectbox(say("uidrive.item", language), list(items), format_func=items.__getitem__)
        points = st.number_input(say("uidrive.points", language), LEAST, MOST, value=None, step=5.0)
        person, why = _who(language)
        sent = st.form_submit_button(say("uidrive.give", language), type="primary")
    if sent:
        given = float("nan") if points is None else float(points)
        acts.again("decide", lambda: served.score(results, project, item, given, person, why),
                   say("uidrive.saved", language))  # fmt: skip


def schedule(results: Results, found: Scheduled, project: str | None, language: Language) -> None:
    """Draw the steps of a project, and the form that reports one done."""
    if project is None:
        _pick(language)
        return
    st.html(tag("div", served.title(results, project, language), cls="lu-empty-title"))
    tables.plain(served.step_lines(found, project, language), f"drive-steps-{project}-{language}")
    steps = dict(served.steps(found, language))
    with st.form(f"step-{project}", border=False, enter_to_submit=False):
        step = st.selectbox(say("uidrive.step", language), list(steps), format_func=steps.__getitem__)
        on = st.date_input(say("uidrive.done_on", language), value=results.study.as_of)
        person, why = _who(language)
        sent = st.form_submit_button(say("uidrive.report", language), type="primary")
    if sent and isinstance(on, date):
        acts.again("decide", lambda: served.done(results, project, step, on, (person, why)),
                   say("uidrive.saved", language))  # fmt: skip


def _pick(language: Language) -> None:
    st.html(tag("div", tag("div", say("uiprojects.pick_title", language), cls="lu-empty-title"),
                tag("div", say("uidrive.pick_text", language)), cls="lu-empty"))  # fmt: skip


def _who(language: Language) -> tuple[str, str]:
    return (st.text_input(say("uiprojects.person", language)), st.text_input(say("uiprojects.why", language)))
