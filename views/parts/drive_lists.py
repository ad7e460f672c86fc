"""The lists of industries on the Drive page: the matrix of all parks or the lines of one, and the form to decide."""

from __future__ import annotations

import streamlit as st

from layers.serve.pages import drive_lists as served
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import acts, frame, runner, tables
from views.parts.markup import option, tag

PANEL = 560


def draw(results: Results, language: Language) -> None:
    """Draw the lists, or what is missing for them."""
    if not served.drawn(results):
        frame.trouble([say("uidrive.no_lists", language)], "uidrive.no_lists_title")
        runner.needed(results.folder, language)
        return
    named = served.parks(results, language)
    if len(named) == 1:
        st.html(tag("div", say("uidrive.list_none", language), cls="lu-empty"))
        return
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        park = st.selectbox(say("uidrive.list_park", language), list(named), key="drive-list-park",
                            format_func=lambda p: option(named[p]), label_visibility="collapsed")  # fmt: skip
        (first, *rest), shown = served.shown(results, str(park), language)
        st.html(tag("details", tag("summary", first), *(tag("div", n, cls="lu-line") for n in rest), cls="lu-law"))
        tables.plain(shown, f"drive-lists-{park}-{language}")
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        _form(results, named, language)


def _form(results: Results, named: dict[str, str], language: Language) -> None:
    said = served.lists_said(language)
    with st.form("industry", border=False, enter_to_submit=False):
        park = st.selectbox(say("uidrive.list_park", language), list(named), format_func=lambda p: option(named[p]))
        code = st.text_input(say("uidrive.list_industry", language))
        which = st.selectbox(say("uidrive.list_said", language), list(said), format_func=said.__getitem__)
        condition = st.text_input(say("uidrive.list_condition", language))
        who = (st.text_input(say("uiprojects.person", language)), st.text_input(say("uiprojects.why", language)))
        with st.container(horizontal=True):
            put = st.form_submit_button(say("uidrive.list_put", language), type="primary")
            off = st.form_submit_button(say("uidrive.list_off", language))
    if put:
        acts.again("decide", lambda: served.put(results, (park, code), (which, condition), who),
                   say("uidrive.saved", language))  # fmt: skip
    elif off:
        acts.again("decide", lambda: served.take_off(results, (park, code), who), say("uidrive.saved", language))
