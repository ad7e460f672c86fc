"""The five libraries on the Drive page: search, one entry with its links and history, and the form to note and link."""

from __future__ import annotations

import streamlit as st

from layers.serve.pages import drive_library as served
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import acts, frame, runner, state, tables
from views.parts.markup import label, option, tag

PANEL, HEIGHT, TEXT_HEIGHT = 620, 520, 90
ENTRY = "entry"


def draw(results: Results, language: Language) -> None:
    """Draw the libraries, or what is missing for them."""
    if not served.read(results):
        frame.trouble([say("uidrive.no_libraries", language)], "uidrive.no_libraries_title")
        runner.needed(results.folder, language)
        return
    left, right = st.columns([1.9, 1], gap="small")
    with left:
        shown = _list(results, language)
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        _entry(results, shown, language)


def _list(results: Results, language: Language) -> served.LibraryView:
    known = served.kinds(results, language)
    with st.container(horizontal=True, vertical_alignment="bottom", key="librarybar"):
        name = st.selectbox(say("uidrive.library", language), list(known), key="drive-library",
                            format_func=lambda n: option(known[n]), label_visibility="collapsed")  # fmt: skip
        text = st.text_input(
            say("uidrive.library_find", language), key="drive-library-find", max_chars=80,
            placeholder=say("uidrive.library_find", language), label_visibility="collapsed",
        )  # fmt: skip
    shown = served.view(results, str(name), text or "", language)
    first, *rest = shown.notes
    st.html(tag("details", tag("summary", first), *(tag("div", n, cls="lu-line") for n in rest), cls="lu-law"))
    if shown.frame.empty:
        st.html(tag("div", say("uidrive.library_none", language), cls="lu-empty"))
    else:
        key = f"drive-libraries-{name}-{hash(text)}-{language}"
        tables.pick_row(shown.frame, shown.ids, _chosen(shown), key, ENTRY, HEIGHT)
    _changes(results, str(name), language)
    return shown


def _changes(results: Results, name: str, language: Language) -> None:
    """Draw what newer files changed, where files were replaced."""
    lines, changed = served.changes(results, name, language)
    if not lines:
        return
    with st.expander(label(say("uidrive.library_changes", language, count=len(changed))), expanded=False):
        st.html(tag("div", *(tag("div", n, cls="lu-line") for n in lines)))
        if not changed.empty:
            tables.plain(changed, f"drive-library-changes-{name}-{language}")


def _chosen(shown: served.LibraryView) -> str | None:
    chosen = state.selection()
    return chosen.id if chosen and chosen.kind == ENTRY and chosen.id in shown.ids else None


def _entry(results: Results, shown: served.LibraryView, language: Language) -> None:
    chosen = _chosen(shown)
    if chosen is None:
        st.html(tag("div", say("uidrive.library_pick", language), cls="lu-empty"))
        return
    library, _, entry = chosen.partition("/")
    at = library, entry
    found = served.card(results, at, language)
    st.html(tag("div", found.title, cls="lu-empty-title"))
    for head, lines in (("library_links", found.links), ("library_history", found.events)):
        st.html(tag("div", tag("b", say(f"uidrive.{head}", language, count=len(lines))),
                    *(tag("div", t, cls="lu-line") for t in lines)))  # fmt: skip
    _form(results, at, language)


def _form(results: Results, at: tuple[str, str], language: Language) -> None:
    known = {"": say("uidrive.library_no_link", language)} | served.targets(results, language)
    with st.form(f"entry-{at}", border=False, enter_to_submit=False):
        text = st.text_area(say("uidrive.library_note", language), height=TEXT_HEIGHT)
        to = st.selectbox(say("uidrive.library_link", language), list(known), format_func=lambda t: option(known[t]))
        who = (st.text_input(say("uiprojects.person", language)), st.text_input(say("uiprojects.why", language)))
        with st.container(horizontal=True):
            noted = st.form_submit_button(say("uidrive.library_keep", language), type="primary")
            linked = st.form_submit_button(say("uidrive.library_make_link", language))
            off = st.form_submit_button(say("uidrive.library_unlink", language))
    saved = say("uidrive.saved", language)
    if noted:
        acts.again("decide", lambda: served.note(results, at, text or "", who), saved)
    elif linked:
        acts.again("decide", lambda: served.bind(results, at, str(to), who), saved)
    elif off:
        acts.again("decide", lambda: served.unbind(results, at, str(to), who), saved)
