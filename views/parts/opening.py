"""Opening a study for a page: header, what is wrong, what has to be run first."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.basis.errors import DamagedError, LuodiError
from layers.serve.http.routes import study_folder
from layers.study import packs, spec
from layers.study.run.released import open_results, refusal
from layers.study.run.results import Results
from layers.text import Language, say, sentence, sentences
from layers.words import law, once
from views.parts import frame, runner
from views.parts.markup import tag


def opened(table: str, language: Language) -> tuple[Results, bool] | None:
    """Return the newest run with a table, and whether it is stale; None when the page has said what is missing.

    Draws the header and the bar that offers or watches a run.
    """
    folder = study_folder()
    if folder is None:
        frame.header(None, say("ui.title", language), language)
        frame.trouble([say("ui.no_study_text", language)], "ui.no_study")
        return None
    results, problem = _read(folder)
    frame.header(results, results.study.name if results else _name(folder), language)
    late = dict(results.stale()) if results else {}
    if problem is not None:
        frame.trouble(sentences(problem, language))
    if results is None or not results.has(table):
        _first_run(folder, problem, language)
        return None
    runner.bar(folder, bool(late), language)
    law_bar(results, language, table)
    return None if refused(results, table, language) else (results, bool(late))


def refused(results: Results, table: str, language: Language) -> bool:
    """Say why a page stays empty: what it would list is nothing but what a use-only layer says."""
    why = refusal(results, table) or refusal(results, "parcels")
    if why:
        frame.trouble([sentence(why, language)])
    return why is not None


def law_bar(results: Results, language: Language, table: str = "") -> None:
    """Say on top of a page what of the law it rests on is out of force or will change, and which parcels overlap."""
    if not results.of_plots:
        for line in once.note(results, language):
            st.html(tag("details", tag("summary", say("note.stacks_bar", language)), tag("div", line), cls="lu-law"))
    found = law.notices(results, language, table)
    if not found:
        return
    warns = any(n.severity == "warn" for n in found)
    title = say("law.bar_warn" if warns else "law.bar", language, count=len(found))
    rows = (tag("div", sentence(n.reason, language), cls=f"lu-law-{n.severity}") for n in found)
    st.html(tag("details", tag("summary", title), *rows, cls=f"lu-law lu-law-{found[0].severity}", is_open=warns))


def _read(folder: Path) -> tuple[Results | None, LuodiError | None]:
    """Return the newest run and what is wrong with the study now; old results stay readable."""
    try:
        results = open_results(folder)
    except LuodiError as problem:
        return None, problem
    try:
        packs.effective_rules(spec.read(folder), folder)
    except LuodiError as problem:
        return results, problem
    return results, None


def _name(folder: Path) -> str:
    try:
        return spec.read(folder).name
    except LuodiError:
        return folder.name


def _first_run(folder: Path, problem: LuodiError | None, language: Language) -> None:
    """Say that there is nothing to look at yet, and offer to run."""
    if problem is not None and not (folder / spec.FILE).is_file():
        runner.bar(folder, False, language)
        return
    damaged = isinstance(problem, DamagedError)
    runner.first(folder, "" if damaged else say("ui.no_run_text", language), "ui.no_run", language)
