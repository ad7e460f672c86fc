"""Drive 推进: projects rated and scheduled, the reserve library; the forms by which people score and report."""

from __future__ import annotations

import functools
from collections.abc import Callable

import streamlit as st

from layers.ask.scheduled import Scheduled
from layers.serve.pages import drive as served
from layers.serve.pages import drive_argue as arguing
from layers.serve.pages import drive_library as holding
from layers.serve.pages import drive_lists as listing
from layers.serve.pages import drive_maps as maps
from layers.serve.pages import drive_offers as offering
from layers.serve.pages.board import board
from layers.serve.pages.drive import DriveTable
from layers.serve.pages.drive_map import WAYS, DriveScene
from layers.study.run.results import Results
from layers.text import Language, code, say
from views.parts import (
    drive_argue,
    drive_library,
    drive_lists,
    drive_maps,
    drive_offers,
    drive_panel,
    frame,
    map,
    opening,
    runner,
    state,
    tables,
)
from views.parts.markup import label, tag

PANEL, MAP_HEIGHT = 560, 420
PART = "part"
"""Key of the address: which view is open, so that it comes back after a reload."""


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    with st.container(horizontal=True, vertical_alignment="center", key="drivebar"):
        view = st.segmented_control(
            say("uidrive.views", language), list(VIEWS), default=_shown(), required=True, key="drive-view",
            format_func=lambda v: say(f"uidrive.view_{v}", language), label_visibility="collapsed",
            on_change=lambda: state.ask(PART, str(state.value_of("drive-view") or "")),
        )  # fmt: skip
        sets = dict(served.sets(results, language))
        name = st.segmented_control(
            say("uidrive.sets", language), list(sets), default="ankang", required=True, key="drive-set",
            format_func=lambda s: label(sets[s]), label_visibility="collapsed",
            disabled=view not in ("rating", "reserve"),
        )  # fmt: skip
        _download(results, view, name, late, language)
    VIEWS[view](results, name, language)


def _shown() -> str:
    """Return the view the address names, the first where it names none."""
    asked = state.asked(PART)
    return asked if asked in VIEWS else next(iter(VIEWS))


def _download(results: Results, view: str, name: str, late: bool, language: Language) -> None:
    if view == "chain" and not drive_maps.ready(results):
        return
    ready = {"offers": offering.placed, "argue": offering.placed, "lists": listing.drawn, "libraries": holding.read}
    if view in ready and not ready[view](results):
        return
    made: Callable[[], bytes] = functools.partial(served.rating_file, results, name, language)
    if view in ("league", "wall"):
        period, by = (state.value_of(f"drive-{k}") or first for k, first in (("period", "year"), ("by", "unit")))
        made = functools.partial(served.league_file, results, period, by, "xlsx", language)
    elif view == "chain":
        which = drive_maps.shown()
        made = functools.partial(maps.file if which != "chain" else _chain_file, results, which, language)
    elif view == "schedule":
        made = functools.partial(served.schedule_file, results, language)
    elif view == "lists":
        made = functools.partial(listing.workbook, results, language)
    elif view == "argue":
        made = functools.partial(arguing.workbook, results, drive_argue.project(results), language)
    elif view == "libraries":
        made = functools.partial(holding.workbook, results, language)
    elif view == "offers":
        made = functools.partial(offering.offers_file, results, "xlsx", language)
    st.download_button(
        say("uidrive.workbook", language), data=made, key=f"drive-file-{view}", disabled=late, on_click="ignore",
        file_name=f"luodi-{view}-{results.run_id}.xlsx", icon=":material/download:",
        help=say("ui.stale_no_export" if late else "uidrive.workbook_help", language),
    )  # fmt: skip


def _chain_file(results: Results, _: str, language: Language) -> bytes:
    return served.chain_file(results, language)


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
        drawn = st.segmented_control(
            say("uidrive.drawn", language), ("gantt", *WAYS), default="gantt", required=True, key="drive-drawn",
            format_func=lambda d: say(f"uidrive.drawn_{d}", language), label_visibility="collapsed",
        )  # fmt: skip
        if drawn in WAYS:
            _map(results, found, drawn, selected)
        else:
            st.image(served.charts(found, selected, language), width="stretch")
    with right, st.container(height=PANEL, border=True, key="drivepanel"):
        drive_panel.schedule(results, found, selected, language)


def _map(results: Results, found: Scheduled, way: str, selected: str | None) -> None:
    """Draw the projects where they stand, or would, coloured by lateness or by stage."""
    _drawn(results, lambda: served.on_map(found, way, selected, state.language()), selected)


def _drawn(results: Results, made: Callable[[], DriveScene], selected: str | None) -> None:
    """Draw a map over the land of the study, or what is missing for it."""
    if not results.has("candidates"):
        frame.trouble([say("uidrive.no_map", state.language())], "uidrive.no_map_title")
        runner.needed(results.folder, state.language())
        return
    shown = made()
    with st.container(key="drivemapbox"):
        map.draw_placing(board(results), shown.scene, selected, MAP_HEIGHT, shown.legend)
    st.html(tag("div", *(tag("div", n, cls="lu-line") for n in shown.notes)))


def _asked(language: Language) -> tuple[str, str]:
    """Draw the choices of period and grouping."""
    with st.container(horizontal=True, vertical_alignment="center", key="leaguebar"):
        period = st.segmented_control(
            say("uidrive.periods", language), served.PERIODS, default="year", required=True, key="drive-period",
            format_func=lambda p: say(f"uidrive.period_{p}", language), label_visibility="collapsed",
        )  # fmt: skip
        by = st.segmented_control(
            say("uidrive.groups", language), served.GROUPS, default="unit", required=True, key="drive-by",
            format_func=lambda b: code("leagueby", b, language), label_visibility="collapsed",
        )  # fmt: skip
    return str(period), str(by)


def _league(results: Results, _: str, language: Language) -> None:
    period, by = _asked(language)
    shown = served.league_view(served.league_of(results, period, by), language)
    st.html(tag("div", shown.title, cls="lu-empty-title"))
    left, right = st.columns([1.4, 1], gap="small")
    with left:
        tables.plain(shown.order, f"drive-order-{period}-{by}-{language}")
        st.html(tag("div", *(tag("div", m, cls="lu-line") for m in shown.moves)))
        st.download_button(
            say("uidrive.word", language), key="drive-word", on_click="ignore", icon=":material/download:",
            data=functools.partial(served.league_file, results, period, by, "docx", language),
            file_name=f"luodi-{period}-{results.run_id}.docx", disabled="projects" in results.stale(),
        )  # fmt: skip
    with right:
        tables.plain(shown.measures, f"drive-measures-{period}-{by}-{language}")
    st.html(tag("details", tag("summary", say("uidrive.definitions", language)),
                *(tag("div", n, cls="lu-line") for n in shown.notes), cls="lu-law"))  # fmt: skip


def _wall(results: Results, _: str, language: Language) -> None:
    period, by = _asked(language)
    shown = served.wall(results, period, by, language)
    boxes = [tag("div", tag("div", s, cls="lp-stage"), tag("div", n, cls="lp-count"), cls="lp-box")
             for s, n in shown.stages]  # fmt: skip
    order = [tag("tr", tag("td", place, cls="lw-place"), tag("td", name), tag("td", points, cls="lp-rate"),
                 tag("td", moved, cls="lu-small")) for place, name, points, moved in shown.places]  # fmt: skip
    late = [tag("div", tag("b", name), " ", tag("span", days, cls="lw-late"), tag("div", step, cls="lu-small"),
                cls="lp-finding") for name, days, step in shown.late]  # fmt: skip
    notes = [tag("div", n, cls="lu-small") for n in shown.notes]
    st.html(tag(
        "div", tag("div", shown.title, cls="lw-title"), tag("div", *boxes, cls="lp-board"),
        tag("div", tag("table", *order, cls="lp-rates"), tag("div", tag("b", shown.late_title), *notes, *late),
            cls="lw-halves"),
        cls="lw-wall",
    ))  # fmt: skip


def _chain(results: Results, _: str, language: Language) -> None:
    drive_maps.draw(results, functools.partial(_drawn, results), language)


def _lists(results: Results, _: str, language: Language) -> None:
    drive_lists.draw(results, language)


def _argue(results: Results, _: str, language: Language) -> None:
    drive_argue.draw(results, language)


def _libraries(results: Results, _: str, language: Language) -> None:
    drive_library.draw(results, language)


def _offers(results: Results, _: str, language: Language) -> None:
    drive_offers.draw(results, language)


VIEWS: dict[str, Callable[[Results, str, Language], None]] = {
    "rating": _rating, "reserve": _reserve, "schedule": _schedule, "league": _league, "wall": _wall,
    "chain": _chain, "lists": _lists, "argue": _argue, "offers": _offers,
    "libraries": _libraries,
}  # fmt: skip
PAGE = opening.Page("drive", ":material/speed:", draw, table="gate_results", rows="projects", styles=("project",))
