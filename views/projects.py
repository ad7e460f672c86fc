"""Projects 项目: the pipeline by stage, what gates and demand say of each project, and the form that changes one."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from layers.ask.placement import PlaceQuestion
from layers.serve.pages import place_desk
from layers.serve.pages import projects as served
from layers.serve.pages.board import board
from layers.serve.pages.projects import Pipeline
from layers.study.run.results import Results
from layers.text import Language, code, number, say
from layers.words import project_card
from views.parts import map, opening, project_panel, state, tables
from views.parts.markup import Html, tag

PANEL, MAP_HEIGHT = 560, 420
SEEN = ("map",)


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    drawn = served.shown(results, language)
    chosen = state.selection()
    selected = chosen.id if chosen and chosen.kind == "project" and chosen.id in drawn.ids else None
    left, right = st.columns([1.9, 1], gap="small")
    with left:
        st.html(_board(drawn, language))
        _below(results, drawn, selected, late)
    with right:
        _panel(results.folder, results, selected, language)


def _board(drawn: Pipeline, language: Language) -> Html:
    """Draw the stages as a row of boxes, and how many projects pass the gates."""
    boxes = [
        tag("div", tag("div", box.title, cls="lp-stage"), tag("div", f"{box.count}", cls="lp-count"),
            tag("div", _yi(box.investment_yi, language), cls="lu-small"),
            cls="lp-box" if box.count else "lp-box lp-none")
        for box in drawn.boxes
    ]  # fmt: skip
    words = [say("uiprojects.result", language, word=code("gateresult", r, language), count=n)
             for r, n in drawn.counts.items()]  # fmt: skip
    chips = [project_panel.chip(r, w) for r, w in zip(drawn.counts, words, strict=True)]
    return tag("div", tag("div", *boxes, cls="lp-board"), tag("div", *chips, cls="lp-chips"))


def _yi(amount: float, language: Language) -> str:
    """Write an investment in 亿元; that of projects none of which states one is not known."""
    text = number(amount, "x", language)
    return text if math.isnan(amount) else say("uiprojects.yi", language, value=text)


def _below(results: Results, drawn: Pipeline, selected: str | None, late: bool) -> None:
    language = state.language()
    with st.container(horizontal=True, vertical_alignment="center", key="projectbar"):
        name = st.segmented_control(
            say("uiprojects.tables", language), ("list", *SEEN, *TABLES), default="list", required=True,
            key="project-table",
            format_func=lambda n: say(f"uiprojects.table_{n}", language), label_visibility="collapsed",
        )  # fmt: skip
        st.download_button(
            say("uiprojects.workbook", language), data=functools.partial(served.workbook, results, language),
            key="project-workbook", disabled=late, file_name=f"luodi-projects-{results.run_id}.xlsx",
            on_click="ignore", icon=":material/download:",
            help=say("ui.stale_no_export" if late else "uiprojects.workbook_help", language),
        )  # fmt: skip
    if name in TABLES:
        TABLES[name](drawn, language)
        return
    if name == "map":
        _map(results, selected)
        return
    stamp = f"{results.name()} {language}"
    tables.pick_row(drawn.listed, drawn.ids, selected, f"projects-{hash(stamp)}", kind="project")


def _map(results: Results, selected: str | None) -> None:
    """Draw where each project stands, or the site it comes nearest to; without a placing, say what is missing."""
    language = state.language()
    if not results.has("matches") or opening.refused(results, "matches", language):
        st.html(tag("div", say("uiprojects.map_none", language), cls="lu-empty"))
        return
    desk = place_desk.desk(results, PlaceQuestion())
    chosen = selected if selected in desk.ids else None
    with st.container(key="mapbox"):
        map.draw_placing(board(results), desk.scene(chosen, ""), chosen, MAP_HEIGHT)


def _plain(frame_name: str) -> Callable[[Pipeline, Language], None]:
    def draw(drawn: Pipeline, language: Language) -> None:
        tables.plain(getattr(drawn, frame_name), f"projects-{frame_name}-{language}")

    return draw


def _rates(drawn: Pipeline, language: Language) -> None:
    rows = [
        tag("tr", tag("td", tag("b", rate.title)), tag("td", rate.value, cls="lp-rate"), tag("td", rate.counted),
            tag("td", rate.definition, tag("div", rate.left_out, cls="lu-line") if rate.left_out else None))
        for rate in drawn.rates
    ]  # fmt: skip
    st.html(tag("table", *rows, cls="lp-rates"))


TABLES: dict[str, Callable[[Pipeline, Language], None]] = {
    "by_stage": _plain("by_stage"), "by_place": _plain("by_place"), "rates": _rates,
    "milestones": _plain("milestones"), "problems": _plain("problems"),
}  # fmt: skip


def _panel(folder: Path, results: Results, selected: str | None, language: Language) -> None:
    """Draw the card of the chosen project, or the form that changes it."""
    side = st.segmented_control(
        say("uiprojects.side", language), ("why", "edit"), default="why", required=True, key="project-side",
        format_func=lambda s: say(f"uiprojects.side_{s}", language), label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    with st.container(height=PANEL, border=True, key="why"):
        if selected is None:
            project_panel.empty(language)
        elif side == "edit":
            project_panel.form(folder, results, selected, language)
        else:
            project_panel.panel(project_card.card(results, selected, language), language)


PAGE = opening.Page("projects", ":material/work:", draw, table="gate_results", rows="projects", styles=("project",))
