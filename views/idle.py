"""Idle 闲置: land and buildings on a day, clock and money, contradictions first, results from the field."""

from __future__ import annotations

from datetime import date, timedelta

import streamlit as st

from geo.idle.mu import GRADES
from layers.serve.draw.idle_symbols import GROUPS
from layers.serve.pages import idle_desk
from layers.serve.pages.board import board
from layers.serve.pages.idle_desk import IdleView
from layers.study.run.results import Results
from layers.text import Language, code, say
from views.parts import idle_asset, map, opening, state
from views.parts.markup import label, tag

DAY, SHOWN = "idle-day", "idle-shown"
MU_YEAR, MU_SHOWN = "idle-mu-year", "idle-mu-shown"
QUIET = ("calm",)
Meant = tuple[tuple[str, ...], tuple[str, ...] | None]
"""Groups that are shown, and the assets the choice of grades leaves."""
HEIGHT = 548


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    idle_asset.style()
    language = state.language()
    on = _day_bar(results, language)
    desk = idle_desk.desk(results, on)
    shown = _legend(desk, language)
    only = _grades(desk, language)
    _follow_click(desk, shown, only)
    chosen = state.selection()
    asset = chosen.id if chosen and chosen.kind == "asset" and desk.has(chosen.id) else None
    left, middle, right = st.columns([1.6, 1.0, 1.06], gap="small")
    with left:
        _list(desk, (shown, only), asset, language)
    with middle, st.container(key="idle-mapbox"):
        _map(desk, (shown, only), asset)
    with right, st.container(height=HEIGHT, border=True, key="idle-asset"):
        if asset is None:
            idle_asset.empty(language)
        else:
            idle_asset.panel(desk, asset, language)


# --- the day ----------------------------------------------------------------------


def _day_bar(results: Results, language: Language) -> date:
    """Draw the date slider with the ways to the next change; return the day."""
    first, last = idle_desk.span(results)
    days = idle_desk.changes(results)
    if state.value_of(DAY) is None:
        state.put(DAY, min(max(state.day(results.study.as_of), first), last))
    now = state.value_of(DAY)
    before = max((d for d in days if d[0] < now), default=None)
    after = min((d for d in days if d[0] > now), default=None)
    with st.container(horizontal=True, vertical_alignment="center", key="idle-daybar"):
        st.html(tag("div", say("uiidle.day", language), cls="li-daylabel"))
        _jump("back", before, ":material/chevron_left:", language)
        with st.container(key="idle-slider"):
            st.slider(
                say("uiidle.day", language), first, last, key=DAY, format="YYYY-MM-DD", step=timedelta(days=1),
                label_visibility="collapsed",
            )  # fmt: skip
        _jump("on", after, ":material/chevron_right:", language)
        as_of = results.study.as_of
        st.button(
            say("uiidle.as_of", language, day=as_of.isoformat()), key="idle-today", disabled=now == as_of,
            on_click=state.put, args=(DAY, as_of),
        )  # fmt: skip
    state.keep_day(state.value_of(DAY), results.study.as_of)
    return state.value_of(DAY)  # type: ignore[no-any-return]


def _jump(way: str, change: tuple[date, tuple[str, ...]] | None, icon: str, language: Language) -> None:
    """Offer the nearest day on which a clock changes, named with the asset it belongs to."""
    day, assets = change or (None, ())
    shown = " ".join((day.isoformat(), *assets[:1], *(["…"] if len(assets) > 1 else []))) if day else "–"
    st.button(
        label(shown), key=f"idle-{way}", icon=icon, disabled=day is None, on_click=state.put, args=(DAY, day),
        help=label(say(f"uiidle.jump_{way}", language, assets=list(assets))),
        icon_position="left" if way == "back" else "right",
    )  # fmt: skip


# --- groups, list, map ------------------------------------------------------------


def _legend(desk: IdleView, language: Language) -> tuple[str, ...]:
    """Draw the legend, which is the filter too; return the groups that are shown."""
    present = [g for g in GROUPS if desk.counts[g]]

    def words(group: str) -> str:
        return f"{code('idlegroup', group, language)} {desk.counts[group]}"

    with st.container(horizontal=True, vertical_alignment="center", key="idle-legend"):
        picked = st.pills(
            say("ui.shown", language), present, selection_mode="multi", format_func=words, key=SHOWN,
            label_visibility="collapsed",
        )  # fmt: skip
        idle_asset.legend_style(present)
    return tuple(g for g in GROUPS if g in (picked or [p for p in present if p not in QUIET]))


def _grades(desk: IdleView, language: Language) -> tuple[str, ...] | None:
    """Draw the choice of a year and of grades of the evaluation per mu; return whose land is meant, None for all."""
    if not desk.years:
        return None
    with st.container(horizontal=True, vertical_alignment="center", key="idle-mu"):
        st.html(tag("div", say("uiidle.mu", language), cls="li-daylabel"))
        year = st.selectbox(
            say("uiidle.mu_year", language), desk.years, key=MU_YEAR, label_visibility="collapsed", width=110
        )
        found = desk.grades(year)
        count = {g: sum(v == g for v in found.values()) for g in (*GRADES, "")}
        picked = st.pills(
            say("uiidle.mu", language), [g for g, n in count.items() if n], selection_mode="multi", key=MU_SHOWN,
            format_func=lambda g: label(f"{idle_desk.grade_word(g, language)} {count[g]}"),
            label_visibility="collapsed",
        )  # fmt: skip
    return tuple(a for a, g in found.items() if g in picked) if picked else None


def _list(desk: IdleView, meant: Meant, asset: str | None, language: Language) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="idle-listbar"):
        text = st.text_input(
            say("uiidle.find", language), key="idle-find", placeholder=say("uiidle.find", language),
            label_visibility="collapsed", width=220,
        )  # fmt: skip
        st.html(tag("div", idle_desk.fees(desk, language), cls="lu-total"))
    ids = desk.ids(meant[0], text or "", meant[1])
    frame_ = idle_desk.listing(desk, ids, idle_desk.results_of(desk), language)
    idle_asset.pick(frame_, ids, asset, HEIGHT - 78, language)
    line = say("uiidle.rows", language, found=len(ids), total=sum(desk.counts.values()), unplaced=desk.unplaced)
    st.html(tag("div", line, cls="lu-line"))


def _map(desk: IdleView, meant: Meant, asset: str | None) -> None:
    if asset and (state.asked_to_move() or not state.noted("idle-aim")):
        state.note("idle-aim", asset)
        state.set_aim(desk.map.view_of(asset, idle_desk.MAP_PIXELS))
    drawn = board(desk.results)
    outline = desk.map.outline(asset) if asset else None
    map.draw_idle(drawn, desk.map.url(*meant), outline, desk.map.bounds or drawn.bounds, HEIGHT)


def _follow_click(desk: IdleView, shown: tuple[str, ...], only: tuple[str, ...] | None) -> None:
    click = state.new_click(map.IDLE)
    if click is None:
        return
    found = desk.map.at(*click, shown, only)
    if found is not None:
        state.select("asset", found)
        state.next_turn()


PAGE = opening.Page("idle", ":material/hourglass_empty:", draw, table="idle", styles=("idle",))
