"""Sites 拼地选址: state a demand, watch sets appear, rank them by weights that can be defended, compare."""

from __future__ import annotations

import functools
from collections.abc import Callable

import streamlit as st

from layers.ask.ranked import Ranked
from layers.outputs import handover_list
from layers.serve.pages import sites as shelf
from layers.serve.pages.board import board
from layers.serve.pages.site_board import OUT, SCORE_COLOURS, score_range
from layers.serve.pages.sites import SiteView
from layers.study.names import slug
from layers.study.run.results import Results
from layers.text import Language, say
from views.parts import (
    frame,
    map,
    opening,
    site_bounds,
    site_charts,
    site_demand,
    site_panels,
    site_weights,
    state,
    tables,
)
from views.parts.markup import join, tag

PANEL = map.HEIGHT - 37
SIDES = ("why", "weights", "demand")
BELOW = ("list", "compare", "stability", "matrix", "bounds", "handover")


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    site_demand.watch(results.folder, results, language)
    site_demand.told(language)
    found = site_demand.found(results)
    shown = shelf.of_demand(results, found) if found else shelf.of_run(results)
    shown, wrong = site_bounds.laid(shown)
    asked, problem = site_weights.now(shown)
    made = shown.bench.answer(asked)
    if found:
        site_demand.banner(shown, language)
    site_weights.bar(results.folder, asked, language)
    site_bounds.bar(language)
    site_weights.trouble(wrong or problem, language)
    site_demand.aim(shown)
    selected = _selected(shown)
    _legend(made, language)
    left, right = st.columns([2.1, 1.05], gap="small")
    with left, st.container(key="mapbox"):
        card = functools.partial(shelf.card, shown, made, language=language)
        layer = shown.board.layer(made.ranking, card, language)
        preview = shown.board.preview(made, shown.bench.found, site_weights.sliders(made))
        map.draw_sites(board(results), shown.board, layer, selected, site_demand.outline(), preview)
    with right:
        _panel(shown, made, selected, late, language)
    _below(shown, made, selected, late, language)


def _selected(shown: SiteView) -> str | None:
    """Follow a click: a corner of the area while one is being drawn, a site otherwise."""
    click = state.new_click()
    if click is not None and not site_demand.click(click):
        hit = shown.board.at(*click)
        if hit is None:
            state.clear()
        else:
            state.select("site", hit)
        state.next_turn()
    chosen = state.selection()
    selected = chosen.id if chosen and chosen.kind == "site" and shown.board.has(chosen.id) else None
    if selected and state.asked_to_move():
        state.set_aim(shown.board.view_of(selected))
    return selected


def _legend(made: Ranked, language: Language) -> None:
    low, high = score_range(made.ranking)
    scale = tag("span", *(tag("i", style=f"background:{c};") for c in SCORE_COLOURS), cls="ls-scale")
    out = int((made.ranking["state"] == "infeasible").sum())
    rest = [tag("span", say("uisites.legend_unknown", language), cls="lu-total")]
    if out:
        rest.append(tag("span", tag("i", style=f"background:{OUT};", cls="ls-out"),
                        say("uisites.legend_out", language, count=out), cls="lu-total"))  # fmt: skip
    ends = (tag("span", f"{low:.1f}", cls="lu-total"), scale, tag("span", f"{high:.1f}", cls="lu-total"))
    title = say("uisites.legend", language, sites=len(made.ranking))
    st.html(tag("div", tag("span", title, cls="lu-total"), *ends, *rest, cls="ls-legend"))


def _panel(shown: SiteView, made: Ranked, selected: str | None, late: bool, language: Language) -> None:
    side = st.segmented_control(
        say("uisites.side", language), SIDES, default="why", required=True, key="site-side",
        format_func=lambda s: say(f"uisites.side_{s}", language), label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    if side != "demand":
        site_demand.stop_drawing()
    with st.container(height=PANEL, border=True, key="why"):
        if side == "weights":
            site_weights.panel(shown, made, site_weights.now(shown)[0], language)
        elif side == "demand":
            site_demand.panel(shown.results.folder, shown.results, late, language)
        else:
            site_panels.why(shown, made, selected, language)


def _below(shown: SiteView, made: Ranked, selected: str | None, late: bool, language: Language) -> None:
    name = st.segmented_control(
        say("uisites.below", language), BELOW, default="list", required=True, key="site-below",
        format_func=lambda n: say(f"uisites.below_{n}", language), label_visibility="collapsed",
    )  # fmt: skip
    draws: dict[str, Callable[[], None]] = {
        "compare": lambda: site_panels.compare(shown, made, selected, language),
        "stability": lambda: site_charts.stability(made, shown.results.study.ranking.top, language),
        "matrix": lambda: site_weights.matrix(shown, made, site_weights.now(shown)[0], language),
        "bounds": lambda: site_bounds.draw(shown, made, language),
        "handover": lambda: _handover(shown.results, late, language),
    }
    draws.get(str(name), lambda: _list(shown, made, selected, language))()


def _handover(results: Results, late: bool, language: Language) -> None:
    """Draw the sites of the run by the day they can be handed over, with what is open, and offer the list."""
    made = handover_list.projection(results, language)
    st.dataframe(made.frame.rename(columns=made.headers), hide_index=True, width="stretch", height=tables.HEIGHT)
    frame.show(join(*(tag("div", note, cls="lu-note") for note in made.notes)))
    name = f"{slug(results.study.name)}-{say('uisites.below_handover', language)}.csv"
    st.download_button(
        say("handover.download", language), functools.partial(handover_list.as_csv, results, language), name,
        "text/csv", disabled=late, help=say("ui.stale_no_export", language) if late else None, on_click="ignore",
    )  # fmt: skip


def _list(shown: SiteView, made: Ranked, selected: str | None, language: Language) -> None:
    rows = shelf.listing(shown, made, language)
    ids = made.ranking["site_id"].to_numpy(object)
    key = f"sites-{hash((tuple(ids), tuple(made.weights.values()), language))}"
    tables.pick_row(rows, ids, selected, key, kind="site")


PAGE = opening.Page("sites", ":material/join_inner:", draw, table="ranking", styles=("trial", "sites"))
