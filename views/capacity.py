"""Capacity 承载: what each park can still hold, which resource binds, what a new substation would change."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from layers.ask.placement import PlaceQuestion
from layers.serve.pages import capacity_desk, place_desk
from layers.serve.pages.board import board
from layers.serve.pages.capacity_desk import Bar
from layers.serve.pages.park_board import ParkBoard, park_board
from layers.serve.pages.place_desk import PlaceView
from layers.study.run.results import Results
from layers.text import Language, joined, say
from views.parts import map, opening, state
from views.parts.markup import Html, join, label, tag

DAY, PARK = "capacity-day", "capacity-park"
BODY, MAP_HEIGHT = 540, 250
REGISTERS = ("budget", "facility", "earmark")


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language = state.language()
    desk = _day(results, language)
    names = capacity_desk.parks(desk.found)
    drawn = park_board(results)
    _follow_click(drawn, names)
    park = st.pills(
        say("uicapacity.park", language), list(names), default=next(iter(names)), required=True, key=PARK,
        format_func=lambda p: label(f"{p} {names[p]}"), label_visibility="collapsed",
    )  # fmt: skip
    left, right = st.columns([1.45, 1.0], gap="small")
    with left, st.container(height=BODY, border=True, key="capacity-bars"):
        st.html(_park(desk, str(park), language))
    with right, st.container(height=BODY, border=True, key="capacity-right"):
        if drawn is not None:
            with st.container(key="capacity-mapbox"):
                map.draw_parks(board(results), drawn, drawn.layer(desk.found, language), str(park), MAP_HEIGHT)
        st.html(tag("h4", say("uicapacity.overview", language)))
        st.html(_overview(capacity_desk.overview(desk.found, language)))
        st.html(_zone(results, str(park), language))
    _registers(results, language)


def _registers(results: Results, language: Language) -> None:
    """Lead to the registers these figures come from: there a record is corrected, with its history."""
    page = (state.noted("pages") or {}).get("data")
    specs = [s for s in results.study.with_role(*REGISTERS) if not s.use_only]
    if page is None or not specs:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="capacity-registers"):
        st.html(tag("div", say("uicapacity.registers", language), cls="lp-label"))
        for spec in specs:
            st.page_link(page, label=label(spec.title or spec.id), icon=":material/edit_note:",
                         query_params={"lang": language, "select": f"layer:{spec.id}"})  # fmt: skip


def _follow_click(drawn: ParkBoard | None, names: Mapping[str, str]) -> None:
    """Show the park that was clicked."""
    click = state.new_click(map.PARKS)
    found = drawn.at(*click) if drawn is not None and click is not None else None
    if found in names:
        state.put(PARK, found)


def _day(results: Results, language: Language) -> PlaceView:
    """Draw the choice of day and return the answer of that day."""
    days = {d.on: d for d in place_desk.days(results)}

    def named(on: object) -> str:
        names = days[on].names  # type: ignore[index]
        return label(f"{on} {joined(names, language)}") if names else say("uiplace.today", language, on=str(on))

    with st.container(horizontal=True, vertical_alignment="center", key="capacity-bar"):
        st.html(tag("div", say("uicapacity.day", language), cls="lp-label"))
        on = st.segmented_control(
            say("uiplace.day", language), list(days), required=True, key=DAY, format_func=named,
            default=state.day(results.study.as_of, days), label_visibility="collapsed",
        )  # fmt: skip
        state.keep_day(on, results.study.as_of)
        scenario = on != results.study.as_of
        if scenario:
            st.html(tag("div", say("uiplace.scenario", language), cls="lp-scenario"))
    return place_desk.desk(results, PlaceQuestion(on) if scenario else PlaceQuestion())


def _park(desk: PlaceView, park: str, language: Language) -> Html:
    """Return the bars of a park under what binds it."""
    told = [tag("div", line) for line in capacity_desk.binds(desk.found, park, language)]
    rows = [_bar(bar, language) for bar in capacity_desk.bars(desk.found, park, language)]
    return join(tag("div", *told, cls="lc-binds"), _legend(language), *rows)


def _overview(rows: pd.DataFrame) -> Html:
    """Return what binds each park; a table whose words may break is read without moving it."""
    head = tag("tr", *(tag("th", str(c)) for c in rows))
    lines = [tag("tr", *(tag("td", str(cell)) for cell in row)) for row in rows.itertuples(index=False)]
    return tag("table", head, *lines, cls="lc-overview")


def _legend(language: Language) -> Html:
    keys = [tag("span", tag("i", cls=f"lc-{p}"), say(f"uicapacity.part_{p}", language))
            for p in (*capacity_desk.PARTS, "free", "unknown")]  # fmt: skip
    return tag("div", *keys, cls="lc-legend")


def _bar(bar: Bar, language: Language) -> Html:
    mark = tag("span", say("uicapacity.binding", language), cls="lc-mark") if bar.binding else None
    carries = say("uicapacity.carries", language, supports=bar.supports) if bar.supports else ""
    head = tag("div", tag("b", bar.title), mark, tag("span", bar.left, cls="lc-left"),
               tag("span", carries, cls="lc-supports"), cls="lc-head")  # fmt: skip
    parts = [tag("i", cls=f"lc-{p}", style=f"width:{100 * min(max(s, 0.0), 1.0):.3f}%") for p, s in bar.shares.items()]
    rail = tag("div", *parts, cls="lc-rail" if bar.known else "lc-rail lc-open")
    later = tag("div", bar.later, cls="lc-later") if bar.later else None
    return tag("div", head, rail, tag("div", bar.told, cls="lc-told"), later,
               cls="lc-row lc-row-binding" if bar.binding else "lc-row")  # fmt: skip


def _zone(results: Results, park: str, language: Language) -> Html:
    """Return the evaluation of a park: nested score, potentials, what it rests on."""
    title = tag("h4", say("uicapacity.zone", language))
    if not capacity_desk.evaluated(results, park):
        return join(title, tag("div", say("uicapacity.zone_none", language), cls="lu-line"))
    head = tag(
        "tr", *(tag("th", say(f"uicapacity.zone_{n}", language)) for n in ("node", "weight", "score", "value", "ideal"))
    )
    rows = [
        tag("tr", tag("td", line.title, style=f"padding-left:{0.9 * line.depth}rem"), tag("td", line.weight),
            tag("td", line.score), tag("td", line.value), tag("td", line.ideal), cls=f"lc-depth-{min(line.depth, 2)}")
        for line in capacity_desk.scores(results, park, language)
    ]  # fmt: skip
    land = [
        tag("tr", tag("td", name), tag("td", amount))
        for name, amount in capacity_desk.potentials(results, park, language)
    ]
    return join(
        title, tag("table", head, *rows, cls="lc-zone"), tag("h4", say("uicapacity.potentials", language)),
        tag("table", *land, cls="lu-facts"), tag("div", say("uicapacity.overlap", language), cls="lu-line"),
        tag("div", capacity_desk.zone_note(results, language), cls="lu-line"),
    )  # fmt: skip


PAGE = opening.Page("capacity", ":material/battery_charging_full:", draw, table="capacity", styles=("capacity",))
