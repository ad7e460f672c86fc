"""Scenarios 情景: decisions kept under a name and brought back."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from layers.study import edits
from layers.text import Language, say
from views.parts import acts, runner, state
from views.parts.markup import option, tag


def draw(folder: Path, language: Language) -> None:
    """Draw the scenarios of a study."""
    known = edits.scenarios(folder)
    with st.expander(say("uiscenario.title", language, count=len(known)), icon=":material/alt_route:"):
        left, right = st.columns(2, gap="medium")
        with left:
            _keep(folder, language)
        with right:
            _bring(folder, list(known), language)


def _keep(folder: Path, language: Language) -> None:
    name = st.text_input(say("uiscenario.name", language), key="scenario-name", max_chars=60) or ""
    person = runner.person(language, "scenario-person")
    acts.button("scenario", say("uiscenario.save", language), "scenario-save",
                lambda: edits.save_scenario(folder, name.strip(), person), disabled=not (name.strip() and person),
                done=say("uiscenario.saved", language, name=name.strip()))  # fmt: skip


def _bring(folder: Path, known: list[str], language: Language) -> None:
    if not known:
        st.html(tag("div", say("uiscenario.none", language), cls="lu-line"))
        return
    chosen = st.selectbox(say("uiscenario.pick", language), known, key="scenario-pick", format_func=option)
    acts.button("scenario", say("uiscenario.load", language), "scenario-load",
                lambda: edits.load_scenario(folder, chosen, state.person()), disabled=not chosen,
                done=say("uiscenario.loaded", language, name=chosen))  # fmt: skip
