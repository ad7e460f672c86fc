"""Dossiers and forms on the page of outputs: which, about what, in which format."""

from __future__ import annotations

import functools
from datetime import date

import streamlit as st

from layers.outputs.office_forms import RIDGES
from layers.serve.pages import papers_desk
from layers.serve.pages.papers_desk import Asked, Paper
from layers.text import Language, say
from views.parts import acts, handed, state
from views.parts.markup import label, option, tag
from views.parts.opening import Opened

TYPED = ("any", "site")
"""What may be about a parcel too: there are too many to list, so its id can be typed."""


def draw(found: Opened, language: Language) -> None:
    """Draw the choice of a document, of what it is about, and a button for each format."""
    st.html(tag("h4", say("uioutputs.papers", language), cls="lh-h"))
    known = {p.id: p for p in papers_desk.papers(language)}
    with st.container(border=True, key="papers"):
        left, right = st.columns(2, gap="medium")
        with left:
            picked = st.selectbox(say("uioutputs.paper", language), list(known), key="paper",
                                  format_func=lambda p: option(known[p].title))  # fmt: skip
        paper = known[picked]
        with right:
            subject = _subject(found, paper, language)
        asked = _asked(found, paper, subject, language)
        st.html(tag("div", paper.note, cls="lu-line"))
        _buttons(found, paper, asked, language)


def _subject(found: Opened, paper: Paper, language: Language) -> str:
    """Choose what the document is about; what is selected on another page comes first."""
    names = papers_desk.subjects(found.folder, found.results, paper, language)
    chosen = state.selection()
    typed = paper.about in TYPED
    if chosen is not None and typed and chosen.id not in names and chosen.kind in ("parcel", "site", "project"):
        names = {chosen.id: chosen.id} | names
    first = list(names).index(chosen.id) if chosen is not None and chosen.id in names else 0
    title, hint = say("uioutputs.subject", language), say("uioutputs.type_id", language)
    if not names and not typed:
        st.selectbox(label(title), [], key=f"paper-about-{paper.id}", disabled=True,
                     placeholder=say(f"uioutputs.none_{paper.about}", language))  # fmt: skip
        return ""
    picked = st.selectbox(
        label(title), list(names), index=first if names else None, key=f"paper-about-{paper.id}",
        accept_new_options=typed, format_func=lambda s: option(names.get(s, s)), placeholder=hint,
        help=label(hint) if typed else None,
    )  # fmt: skip
    return str(picked or "")


def _asked(found: Opened, paper: Paper, subject: str, language: Language) -> Asked:
    """Ask for what the document leaves open: the day of an idle-land document, where field ridges are counted."""
    on, ridges = None, RIDGES[0]
    if paper.about == "idle" and found.study is not None:
        day = st.date_input(say("uioutputs.on", language), found.study.as_of, key="paper-day", format="YYYY-MM-DD")
        on = day if isinstance(day, date) and day != found.study.as_of else None
    if paper.id == "land-classes":
        ridges = st.segmented_control(
            say("uioutputs.ridges", language), RIDGES, default=RIDGES[0], required=True, key="paper-ridges",
            format_func=lambda r: say(f"uioutputs.ridges_{r}", language),
        )  # fmt: skip
    return Asked(paper.id, subject, on, str(ridges))


def _buttons(found: Opened, paper: Paper, asked: Asked, language: Language) -> None:
    why = papers_desk.shut(found.results, paper, language)
    if why:
        st.html(tag("div", why, cls="lu-note"))
    line, closed = repr(asked), bool(why) or not asked.subject or not acts.may("export")
    with st.container(horizontal=True, key="paper-kinds"):
        for kind in paper.kinds:
            work = functools.partial(papers_desk.made, found.folder, asked, kind, language)
            st.button(kind.upper(), key=f"paper-{kind}", disabled=closed,
                      on_click=functools.partial(handed.make, found, line, work, language))  # fmt: skip
        if not why:
            handed.offer(found, line, "paper", language)
