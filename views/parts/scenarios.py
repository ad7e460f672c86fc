"""Scenarios 情景: decisions kept under a name and brought back, and two runs side by side with what did it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from layers.serve.pages import run_desk
from layers.study import edits
from layers.text import Language, say
from views.parts import acts, runner, state, tables
from views.parts.markup import option, tag


def draw(folder: Path, language: Language) -> None:
    """Draw the scenarios of a study and the comparison of its runs."""
    known = edits.scenarios(folder)
    with st.expander(say("uiscenario.title", language, count=len(known)), icon=":material/alt_route:"):
        left, right = st.columns([1, 1.6], gap="medium")
        with left:
            _keep(folder, language)
            _bring(folder, list(known), language)
        with right:
            _compare(folder, language)


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


def _compare(folder: Path, language: Language) -> None:
    """Show what differs between two runs, and whether data, rules, settings or decisions did it."""
    runs = run_desk.runs(folder)
    if len(runs) < 2:
        st.html(tag("div", say("uiscenario.one_run", language), cls="lu-line"))
        return
    words = {r.run_id: say("uiscenario.run", language, run=r.run_id[:8], at=r.at) for r in runs}
    one, two = st.columns(2, gap="small")
    ids = list(words)
    before = one.selectbox(say("uiscenario.before", language), ids, index=1, key="scenario-a", format_func=words.get)
    after = two.selectbox(say("uiscenario.after", language), ids, index=0, key="scenario-b", format_func=words.get)
    if st.button(say("uiscenario.compare", language), key="scenario-compare", disabled=before == after):
        state.note("compared", acts.do("see", lambda: run_desk.compared(folder, before, after, language)))
    found: tuple[list[str], pd.DataFrame] | None = state.noted("compared")
    if found is not None:
        st.html(tag("ul", *(tag("li", line) for line in found[0]), cls="lu-list"))
        if len(found[1]):
            tables.plain(found[1], f"compared-{language}")
