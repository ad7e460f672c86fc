"""Drive 推进: projects rated and scheduled, the reserve library; the forms by which people score and report."""

from __future__ import annotations

import functools
from collections.abc import Callable

import streamlit as st

from layers.serve.pages import drive as served
from layers.serve.pages.drive import DriveTable
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import drive_panel, opening, state, tables
from views.parts.markup import label, tag

PANEL = 560
SETS = {"ankang": "set_ankang", "lanzhou": "set_lanzhou"}


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    if told := state.noted("drive-saved"):
        st.toast(label(told), icon=":material/check:")
        state.note("drive-saved", None)
    with st.container(horizontal=True, vertical_alignment="center", key="drivebar"):
        view = st.segmented_control(
            say("uidrive.views", language), list(VIEWS), default="rating", required=True, key="drive-view",
            format_func=lambda v: say(f"uidrive.view_{v}", language), label_visibility="collapsed",
        )  # fmt: skip
        name = st.segmented_control(
            say("uidrive.sets", language), list(SETS), default="ankang", required=True, key="drive-set",
            format_func=lambda s: say(f"uidrive.{SETS[s]}", language), label_visibility="collapsed",
            disabled=view == "schedule",
        )  # fmt: skip
        _download(results, view, name, late, language)
    VIEWS[view](results, name, language)


def _download(results: Results, view: str, name: str, late: bool, language: Language) -> None:
    made: Callable[[], bytes] = functools.partial(served.rating_file, results, name, language)
    if view == "schedule":
        made = functools.partial(served.schedule_file, results, language)
    st.download_button(
        say("uidrive.workbook", language), data=made, key=f"drive-file-{view}", disabled=late, on_click="ignore",
        file_name=f"luodi-{view}-{results.run_id}.xlsx", icon=":material/download:",
        help=say("ui.stale_no_export" if late else "uidrive.workbook_help", language),
    )  # fmt: skip


def _selected(shown: DriveTable) -> str | None:
    chosen = state.selection()
    return chosen.id if chosen and chosen.kind == "project" and chosen.id in shown.ids else None


def _list(results: Results, shown: DriveTable, key: str, language: Language) -> str | None:
    """Draw a list with what is said over it; return the project that is chosen."""
    selected = _selected(shown)
    first, *rest = shown.notes
    st.html(tag("details", tag("summary", first), *(tag("div", n, cls="lu-line") for n in rest), cls="lu-law"))
    tables.pick_row(shown.frame, shown.ids, selected, f"drive-{key}-{hash(f'{results.name()} {language}')}", "project")
    return selected


def _rating(results: Results, name: str, language: Language) -> None:
    found = served.rating_of(results, name)
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        selected = _list(results, served.ranking_table(found, language), f"rating-{name}", language)
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        drive_panel.rating(results, found, selected, language)


def _reserve(results: Results, name: str, language: Language) -> None:
    found = served.rating_of(results, name)
    _list(results, served.reserve_table(found, language), f"reserve-{name}", language)


def _schedule(results: Results, _: str, language: Language) -> None:
    found = served.schedule_of(results)
    left, right = st.columns([1.7, 1], gap="small")
    with left:
        shown = served.schedule_table(found, language)
        selected = _list(results, shown, "schedule", language)
        st.image(served.charts(found, selected, language), width="stretch")
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        drive_panel.schedule(results, found, selected, language)


VIEWS: dict[str, Callable[[Results, str, Language], None]] = {
    "rating": _rating, "reserve": _reserve, "schedule": _schedule,
}  # fmt: skip
PAGE = opening.Page("drive", ":material/speed:", draw, table="gate_results", rows="projects", styles=("project",))
