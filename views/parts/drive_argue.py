"""The joint argument on the Drive page: a project by departments, what each still owes, and the form of its answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date

import streamlit as st

from geo.basis.errors import BlockedError, LuodiError
from layers.ask.argued import Argued
from layers.serve.pages import drive_argue as served
from layers.serve.pages.drive_argue import ArguePart
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import acts, frame, runner, state, tables
from views.parts.markup import label, option, tag

PANEL, TEXT_HEIGHT = 620, 120


def project(results: Results) -> str:
    """Return the project that is argued: the one that is selected, else the first of the list."""
    known, chosen = served.projects(results), state.selection()
    return chosen.id if chosen and chosen.kind == "project" and chosen.id in known else next(iter(known), "")


def draw(results: Results, language: Language) -> None:
    """Draw the argument of a project, or what is missing for it."""
    if not results.has("matches"):
        frame.trouble([say("uidrive.no_argue", language)], "uidrive.no_argue_title")
        runner.needed(results.folder, language)
        return
    asked = project(results)
    if not asked:
        return
    found = served.argued_of(results, asked)
    left, right = st.columns([2.2, 1], gap="small")
    with left:
        _pick(results, asked, language)
        (first, *rest), notes = served.head(found, language)
        st.html(tag("div", tag("div", first, cls="lu-empty-title"), *(tag("div", t, cls="lu-line") for t in rest)))
        for part in served.parts(found, language):
            _part(part, f"{asked}-{part.title}-{language}", language)
        st.html(tag("details", tag("summary", say("uidrive.definitions", language)),
                    *(tag("div", n, cls="lu-line") for n in notes), cls="lu-law"))  # fmt: skip
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        _form(results, found, language)


def _pick(results: Results, asked: str, language: Language) -> None:
    known = served.projects(results)
    with st.container(horizontal=True, vertical_alignment="bottom", key="arguebar"):
        st.selectbox(
            say("uidrive.argue_project", language), list(known), index=list(known).index(asked),
            format_func=lambda p: option(known[p]), key=f"argue-project-{asked}", label_visibility="collapsed",
            on_change=lambda: state.select("project", str(state.value_of(f"argue-project-{asked}"))),
        )  # fmt: skip
        st.download_button(
            say("uidrive.argue_word", language), key="argue-word", on_click="ignore", icon=":material/download:",
            data=functools.partial(served.document, results, asked, language),
            file_name=f"luodi-argument-{results.run_id}.docx", disabled="matches" in results.stale(),
        )  # fmt: skip


def _part(part: ArguePart, key: str, language: Language) -> None:
    with st.expander(label(part.title), expanded=False):
        tables.plain(part.lines, f"argue-lines-{key}")
        st.html(tag("div", tag("div", part.told), tag("div", part.waiting, cls="lu-line") if part.waiting else None))
        if not part.answers.empty:
            tables.plain(part.answers, f"argue-answers-{key}")
        if len(part.history) > len(part.answers):
            st.html(tag("div", say("uidrive.argue_history", language, count=len(part.history)), cls="lu-line"))
            tables.plain(part.history, f"argue-history-{key}")


def _form(results: Results, found: Argued, language: Language) -> None:
    """Draw the form that keeps an answer, the day a department was asked, or takes an answer back."""
    about, seen = served.subjects(found, language), _seen(results, found.project_id)
    st.html(tag("div", tag("b", say("uidrive.argue_form", language)),
                tag("div", say("uidrive.argue_form_help", language), cls="lu-line")))  # fmt: skip
    with st.form(f"answer-{found.project_id}-{seen}", border=False, enter_to_submit=False):
        subject = st.selectbox(say("uidrive.argue_question", language), list(about),
                               format_func=lambda a: option(about[a]))  # fmt: skip
        text = st.text_area(say("uidrive.argue_text", language), height=TEXT_HEIGHT)
        on = st.date_input(say("uidrive.argue_on", language), value=results.study.as_of, format="YYYY-MM-DD")
        who = (st.text_input(say("uidrive.argue_by", language)), st.text_input(say("uidrive.argue_ground", language)))
        with st.container(horizontal=True):
            given = st.form_submit_button(say("uidrive.argue_give", language), type="primary")
            sent = st.form_submit_button(say("uidrive.argue_send", language))
            back = st.form_submit_button(say("uidrive.argue_back", language))
    day = on if isinstance(on, date) else results.study.as_of
    if given:
        _keep(found, lambda: served.give(results, subject, (text, day), who, seen), language)
    elif sent:
        _keep(found, lambda: served.send(results, subject, day, who, seen), language)
    elif back:
        _keep(found, lambda: served.take_back(results, subject, who, seen), language)


def _seen(results: Results, asked: str) -> int:
    """Return the version the form was first drawn on: who was slower is told, not written over."""
    if state.noted(f"seen-answer-{asked}") is None:
        state.note(f"seen-answer-{asked}", served.version(results, asked))
    return int(state.noted(f"seen-answer-{asked}"))


def _keep(found: Argued, work: Callable[[], object], language: Language) -> None:
    """Write an answer down; one made on an older version is refused, and the form drawn on the newest."""

    def kept() -> None:
        try:
            work()
        except LuodiError as problem:
            if isinstance(problem, BlockedError):
                state.note(f"seen-answer-{found.project_id}", None)
            raise
        state.note(f"seen-answer-{found.project_id}", None)

    acts.again("decide", kept, say("uidrive.saved", language))
