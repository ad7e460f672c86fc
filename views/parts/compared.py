"""Two runs side by side: what differs and what did it, as lines, as a table, and on two maps that move together."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.serve.pages import run_desk
from layers.serve.pages.board import board
from layers.serve.pages.run_desk import Comparison, KeptRun
from layers.text import Language, say, sentences
from views.parts import acts, frame, map, state, tables
from views.parts.markup import option, tag

ASKED = "runs"
HEIGHT = 420


def draw(folder: Path, language: Language) -> None:
    """Draw the comparison of the runs of a study; the two that are compared stand in the address."""
    runs = {r.run_id: r for r in run_desk.runs(folder)}
    asked = tuple(r for r in state.asked(ASKED).split("..") if r in runs)
    with st.expander(
        say("uiscenario.compare_title", language, count=len(runs)),
        icon=":material/compare:",
        expanded=len(asked) == 2,
        key="scenario-runs",
    ):
        if len(runs) < 2:
            st.html(tag("div", say("uiscenario.one_run", language), cls="lu-line"))
            return
        _question(list(runs.values()), asked, language)
        if len(asked) < 2 or not acts.may("see"):
            return
        try:
            found = run_desk.compared(folder, *asked[:2], language)
        except LuodiError as problem:
            frame.trouble(sentences(problem, language))
            return
        _answer(found, {r: _name(runs[r], language) for r in asked}, asked, language)


def _name(run: KeptRun, language: Language) -> str:
    named = say("uiscenario.of_scenario", language, name=run.scenario) if run.scenario else ""
    return say("uiscenario.run", language, run=run.run_id[:8], at=run.at) + named


def _question(runs: list[KeptRun], asked: tuple[str, ...], language: Language) -> None:
    """Draw the two choices: at first the run before the newest, and the newest."""
    words = {r.run_id: option(_name(r, language)) for r in runs}
    ids = list(words)
    first = asked if len(asked) == 2 else (ids[1], ids[0])
    with st.container(horizontal=True, vertical_alignment="bottom", key="scenario-bar"):
        before = st.selectbox(say("uiscenario.before", language), ids, index=ids.index(first[0]), key="scenario-a",
                              format_func=words.__getitem__)  # fmt: skip
        after = st.selectbox(say("uiscenario.after", language), ids, index=ids.index(first[1]), key="scenario-b",
                             format_func=words.__getitem__)  # fmt: skip
        st.button(say("uiscenario.compare", language), key="scenario-compare", disabled=before == after,
                  on_click=lambda: state.ask(ASKED, f"{before}..{after}"))  # fmt: skip
        if asked:
            st.button(say("uiscenario.shut", language), key="scenario-shut", on_click=lambda: state.ask(ASKED, ""))


def _answer(found: Comparison, names: dict[str, str], asked: tuple[str, ...], language: Language) -> None:
    st.html(tag("ul", *(tag("li", line) for line in found.lines), cls="lu-list"))
    if found.before.has("parcels") and found.after.has("parcels"):
        st.html(tag("div", say("uiscenario.maps", language, count=len(found.parcels)), cls="lu-line"))
        for place, results, run in zip(st.columns(2, gap="small"), (found.before, found.after), asked, strict=True):
            with place, st.container(key=f"beside-{run}"):
                st.html(tag("div", names[run], cls="lu-side-name"))
                map.draw_beside(board(results), found.parcels, found.scene(results), f"compared-{run}", HEIGHT)
    if len(found.rows):
        tables.plain(found.rows, f"compared-{language}")
