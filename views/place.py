"""Place 落位: who stands where, with bound and gap; what is missing; another site and its price; what if."""

from __future__ import annotations

import numpy as np
import streamlit as st

from layers.serve.pages import place_desk
from layers.serve.pages.board import board
from layers.serve.pages.place_desk import PlaceView
from layers.study.run.results import Results
from layers.text import Language, joined, say
from layers.words import place_lines as words
from views.parts import compared, map, opening, place_panel, scenarios, state
from views.parts.markup import join, label, tag

DAY, QUOTA = "place-day", "place-quota"
HEIGHT = 520


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    answer = st.container(key="place-answer")  # above the question, so that the page starts with it
    desk = _question(results, language)
    with answer:
        st.html(_headline(desk, language))
    chosen = state.selection()
    project = chosen.id if chosen and chosen.kind == "project" and chosen.id in desk.ids else None
    left, middle, right = st.columns([1.28, 1.62, 1.0], gap="small")
    with left:
        _list(desk, project, language)
        st.html(_accounts(desk, language))
    with right, st.container(height=HEIGHT, border=True, key="place-panel"):
        choice = place_panel.panel(desk, project, language) if project else place_panel.empty(language)
    with middle, st.container(key="place-mapbox"):
        drawn = board(results)
        map.draw_placing(drawn, desk.scene(project, choice), project, HEIGHT)
    scenarios.draw(results.folder, language)
    compared.draw(results.folder, language)


def _question(results: Results, language: Language) -> PlaceView:
    """Draw the controls of "what if" and return the answer to what they ask."""
    days = {d.on: d for d in place_desk.days(results)}
    with st.container(horizontal=True, vertical_alignment="center", key="place-bar"):
        st.html(tag("div", say("uiplace.what_if", language), cls="lp-label"))

        def named(on: object) -> str:
            names = days[on].names  # type: ignore[index]
            return label(f"{on} {joined(names, language)}") if names else say("uiplace.today", language, on=str(on))

        on = st.segmented_control(
            say("uiplace.day", language),
            list(days),
            required=True,
            key=DAY,
            default=state.day(results.study.as_of, days),
            format_func=named,
            label_visibility="collapsed",
        )
        st.html(tag("div", say("uiplace.quota", language), cls="lp-label"))
        quota = st.number_input(say("uiplace.quota", language), 0.0, None, 0.0, 5.0, format="%.2f", key=QUOTA,
                                label_visibility="collapsed", width=140)  # fmt: skip
        state.keep_day(on, results.study.as_of)
        asked = place_desk.asked(results, on, float(quota or 0.0))
        if not asked.nothing:
            st.html(tag("div", say("uiplace.scenario", language), cls="lp-scenario"))
    return place_desk.desk(results, asked)


def _headline(desk: PlaceView, language: Language) -> str:
    run = words.records(desk.found.table("placing"))[0]
    proved = say("uiplace.proved" if run["gap"] == 0 else "uiplace.gap", language, gap=run["gap"])
    return join(
        tag("div", tag("span", words.headline(desk.found, language)), tag("span", proved, cls="lp-proved"),
            tag("span", words.counts(desk.found, language), cls="lp-counts"), cls="lp-headline"),
    )  # fmt: skip


def _list(desk: PlaceView, project: str | None, language: Language) -> None:
    frame_ = desk.listing(language)
    key = f"place-list-{language}-{hash(repr(desk.found.asked))}-{state.turn()}"

    def picked() -> None:
        row = state.row_of(key)
        if row is None:
            state.clear()
        else:
            state.select("project", desk.ids[row])

    at = np.flatnonzero(np.array(desk.ids, object) == project)
    text = st.column_config.TextColumn
    columns = dict(zip(frame_.columns, (text(width=w) for w in (26, 124, 88, 206)), strict=True))
    st.dataframe(
        frame_, height=min(38 + 32 * len(frame_), 300), hide_index=True, key=key, on_select=picked,
        selection_mode="single-row", selection_default={"selection": {"rows": at[:1].tolist()}},
        column_config=columns, row_height=32,
    )  # fmt: skip


def _accounts(desk: PlaceView, language: Language) -> str:
    """Return the county's accounts as bars: set aside, drawn by this placing, left."""
    rows = []
    for account in place_desk.accounts(desk):
        parts = account["parts"]
        bars = [tag("i", cls=f"lp-{name}", style=f"width:{100 * share:.3f}%") for name, share in parts.items() if share]
        left = words.quantity(account["left"], account["budget_id"], account["unit"], language)
        drawn = words.quantity(account["drawn"], account["budget_id"], account["unit"], language)
        told = say("uiplace.left", language, left=left, drawn=drawn)
        name = words.account(desk.found, str(account["budget_id"]), language)
        rows.append(tag("div", tag("div", tag("b", name), tag("span", told), cls="lp-account-head"),
                        tag("div", *bars, cls="lp-account-bar"), cls="lp-account"))  # fmt: skip
    return tag("div", *rows, cls="lp-accounts")


PAGE = opening.Page("place", ":material/pin_drop:", draw, table="matches", styles=("place",))
