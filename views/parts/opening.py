"""The frame of every page: header, what is wrong, what has to be run first, notices in one line; then the page."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.serve.http.routes import study_folder
from layers.study import begin, packs, spec
from layers.study.run.released import open_results, refusal
from layers.study.run.results import Results
from layers.study.spec import Study
from layers.text import Language, has, say, sentence, sentences
from layers.words import corrections, law, once
from views.parts import acts, frame, guard, runner, start, state
from views.parts.markup import Html, tag

STYLES = Path(__file__).parent


@dataclass(frozen=True)
class Opened:
    """A study somebody opened a page of.

    Parameters
    ----------
    folder : Path
    results : Results or None
        The newest run, None before the first one and when it cannot be read.
    study : Study or None
        The settings as they are now, None when they, or the rules they name, cannot be read.
    damaged : bool
        Something is wrong with the study; the page has said what.
    """

    folder: Path
    results: Results | None
    study: Study | None
    damaged: bool


@dataclass(frozen=True)
class Page:
    """A page of the menu; its words are ``ui.page_NAME`` and those under ``[uiNAME]``.

    Parameters
    ----------
    name : str
        Last part of the address.
    icon : str
    draw : callable
        Draws the page below the frame. With a `table`: called with the run that holds it, and whether
        it is stale; a click on the page reruns this and nothing else. Without: called with what was opened.
    table : str
        What the page shows. Before a run has come so far the page offers one (``no_run``), and
        says so where there is not a row of it (``none_text``).
    rows : str
        Table whose rows are meant where `table` is made from it.
    styles : tuple of str
        Style sheets beside this file, without their ending.
    """

    name: str
    icon: str
    draw: Callable[[Results, bool], None] | Callable[[Opened], None]
    table: str = ""
    rows: str = ""
    styles: tuple[str, ...] = ()

    def show(self) -> None:
        """Draw frame and page."""
        language, folder = state.language(), study_folder()
        for style in self.styles:
            st.html(STYLES / f"{style}_style.css")
        if folder is None:
            frame.header(None, None, say("ui.title", language), language)
            frame.trouble([say("ui.no_study_text", language)], "ui.no_study")
            return
        acts.require("see")
        if begin.is_free(folder):
            frame.header(None, None, say("uinew.title", language), language)
            acts.tell()
            start.draw(folder)
            return
        found = _opened(folder, language)
        acts.tell()
        if not self.table:
            self.draw(found)  # type: ignore[call-arg, arg-type]
            return
        if found.results is None and without_parcels(found, language):
            return
        if found.results is None or not found.results.has(self.table):
            runner.first(folder, "" if found.damaged else self._word("no_run", language), "ui.no_run", language)
            return
        late = self.table in found.results.stale()
        runner.bar(folder, late, language)
        notices(found.results, language, self.table)
        if not refused(found.results, self.rows or self.table, language) and not self._empty(found.results, language):
            st.fragment(guard.guarded(functools.partial(self._part, found.results, late)))()

    def _part(self, results: Results, late: bool) -> None:
        """Draw the page below the frame; a click on it runs this alone."""
        acts.redraw()
        self.draw(results, late)  # type: ignore[call-arg, arg-type]

    def _word(self, name: str, language: Language) -> str:
        own = f"ui{self.name}.{name}"
        return say(own if has(own) else f"ui.{name}_text", language)

    def _empty(self, results: Results, language: Language) -> bool:
        """Say that there is not a row to show, on pages that have words for it."""
        if not has(f"ui{self.name}.none_text") or not results.table(self.rows or self.table).empty:
            return False
        frame.trouble([say(f"ui{self.name}.none_text", language)], f"ui{self.name}.none")
        to_data(language)
        return True


def without_parcels(found: Opened, language: Language) -> bool:
    """Say that nothing can run without a layer of parcels, with the way to add one."""
    if found.study is None or found.study.with_role("parcels"):
        return False
    frame.trouble([say("ui.no_parcels_text", language)], "ui.no_run")
    to_data(language)
    return True


def to_data(language: Language) -> None:
    """Offer the way to the page on which data are added."""
    page = (state.noted("pages") or {}).get("data")
    if page is not None:
        with st.container(key="to-data"):
            st.page_link(page, label=say("ui.to_data", language), icon=":material/database:",
                         query_params={"lang": language})  # fmt: skip


def _opened(folder: Path, language: Language) -> Opened:
    """Read what there is, draw the header and say what is wrong; old results stay readable."""
    results, study, problems = None, None, []
    try:
        results = open_results(folder)
    except LuodiError as problem:
        problems.append(problem)
    try:
        read = spec.read(folder)
        packs.effective_rules(read, folder)
        study = read
    except LuodiError as problem:
        problems.append(problem)
    frame.header(results, study, folder.name, language)
    for problem in problems:
        frame.trouble(sentences(problem, language))
    return Opened(folder, results, study, bool(problems))


def refused(results: Results, table: str, language: Language) -> bool:
    """Say why a page stays empty: what it would list is nothing but what a use-only layer says."""
    why = refusal(results, table) or refusal(results, "parcels")
    if why:
        frame.trouble([sentence(why, language)])
    return why is not None


def notices(results: Results, language: Language, table: str = "") -> None:
    """Say in one line, which opens, what of the law has changed or will, and which parcels overlap."""
    found = law.notices(results, language, table)
    told = [(n.severity, sentence(n.reason, language)) for n in found]
    overlaps = [] if results.of_plots else once.note(results, language)
    corrected = corrections.lines(results, language)
    told += [("note", line) for line in overlaps]
    told += [("note", say("correction.note", language, line=line)) for line in corrected]
    if told:
        rows = [tag("div", line, cls=f"lu-law-{severity}") for severity, line in told]
        grave = "warn" if any(severity == "warn" for severity, _ in told) else "note"
        st.html(tag("details", _summary(len(found), grave, bool(overlaps), len(corrected), language), *rows,
                    cls=f"lu-law lu-law-{grave}"))  # fmt: skip


def _summary(laws: int, grave: str, overlap: bool, corrected: int, language: Language) -> Html:
    parts = [say("law.bar_warn" if grave == "warn" else "law.bar", language, count=laws)] if laws else []
    parts += [say("note.stacks_bar", language)] if overlap else []
    parts += [say("correction.bar", language, count=corrected)] if corrected else []
    return tag("summary", " · ".join(parts))
