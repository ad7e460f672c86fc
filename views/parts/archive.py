"""The bundle on the page of outputs: what it holds, a button that writes it, the file to take away."""

from __future__ import annotations

import functools

import streamlit as st

from layers.serve.pages import bundle_desk
from layers.text import Language, say
from views.parts import acts, handed
from views.parts.markup import tag
from views.parts.opening import Opened

LINE = "bundle"


def draw(found: Opened, language: Language) -> None:
    """Draw what the bundle of the study holds and the button that writes it."""
    shown = bundle_desk.desk(found.folder, language)
    st.html(tag("h4", say("uibundle.title", language), cls="lh-h"))
    st.html(tag("div", say("uibundle.what", language), cls="lu-line"))
    for line in shown.lines:
        st.html(tag("div", line, cls="lu-line"))
    if shown.refused:
        st.html(tag("div", shown.refused, cls="lu-note"))
    study = found.study.name if found.study is not None else ""
    line = f"{LINE} {shown.lines!r}"  # made of other files, another bundle
    st.button(say("uibundle.write", language), key="make-bundle", icon=":material/archive:",
              disabled=bool(shown.refused) or not acts.may("export"),
              on_click=functools.partial(_make, found, line, study, language))  # fmt: skip
    handed.offer(found, line, LINE, language)


def _make(found: Opened, line: str, study: str, language: Language) -> None:
    handed.make(found, line, functools.partial(bundle_desk.made, found.folder, study), language)
