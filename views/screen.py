"""Screen 筛选: the map, why a parcel is what it is, what if the rules were others, and the candidate list."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from layers.outputs.files import candidates_file
from layers.outputs.formats import FORMATS
from layers.outputs.project import notes
from layers.serve.draw.styles import STATUSES
from layers.serve.pages import list_desk
from layers.serve.pages import trial as trials
from layers.serve.pages.board import Board, board
from layers.serve.pages.chosen import Chosen
from layers.serve.pages.trial import Trial
from layers.study.run.results import Results
from layers.text import Language, code, land_unit, say
from layers.words.explain import Explanation, explain
from layers.words.measures import measure_text
from views.parts import chosen, frame, funnel, map, opening, state, tables, why
from views.parts import trial as turned
from views.parts.markup import join, label, option, tag

PANEL = map.HEIGHT - 37


def draw(results: Results, late: bool) -> None:
    """Draw the page."""
    language, drawn = state.language(), board(results)
    missed = False if chosen.follow(results, drawn) else _follow_click(drawn)
    one, several = state.selection(), chosen.now()
    selected = one.id if one and one.kind == "parcel" and drawn.has(one.id) else None
    first, asked = state.first_visit(), state.asked_to_move()  # each tells once, whatever is selected
    if selected and (asked or first):
        state.set_aim(drawn.view_of(selected))
    trial = trials.trial(results, turned.now(results))
    with st.container(key="trialbox"):
        if trials.is_trial(trial.moved):
            turned.banner(trial, language)
    shown = _legend(trial, drawn, language)
    told = explain(results, selected, language) if selected is not None else None
    if chosen.lost():
        st.html(tag("div", say("uichosen.lost", language), cls="lu-note"))
    left, right = st.columns([2.3, 1], gap="small")
    with left, st.container(key="mapbox"):
        map.draw(drawn, _moving(drawn, trial, shown, told, several))
    _not_drawn(trial, told, language)
    with right:
        _panel(trial, drawn, told, Beside(several, missed, late), language)
    _below(trial, shown, selected, late)


@dataclass(frozen=True)
class Beside:
    """What the panel has to know besides: parcels chosen together, a click that met nothing, results that are old."""

    several: Chosen | None
    missed: bool
    late: bool


def _moving(
    drawn: Board, trial: Trial, shown: tuple[str, ...], told: Explanation | None, several: Chosen | None
) -> map.Moving:
    """Return what the map shows now: colours of the run or of the trial, what is selected, a cut."""
    found = trial.found if trials.is_trial(trial.moved) else None
    cut = why.shown_cut(told) if told is not None else None
    left = drawn.left_after(told.parcel_id, cut) if told is not None and cut is not None else None
    parcels = drawn.parcels(state.language(), shown, found)
    ids = (told.parcel_id,) if told is not None else several.ids[: chosen.MOST_OUTLINED] if several else ()
    legend = tuple(map.status_line(s, _counted(trial, s, state.language())) for s in shown)
    return map.Moving(parcels, ids, left, several.shape if several and told is None else None, legend)


def _not_drawn(trial: Trial, told: Explanation | None, language: Language) -> None:
    """Say what of a cut on the map has no line, since nobody knows what lies there."""
    cut = why.shown_cut(told) if told is not None else None
    if told is None or cut is None:
        return
    short = trial.desk.not_drawn_m2(told.parcel_id, cut)
    if short > NOTHING_M2:
        text = say("uitrial.not_drawn", language, area=measure_text(short, "m2", language))
        st.html(tag("div", text, cls="lu-note"))


NOTHING_M2 = 0.5
"""Less than this is rounding of drawn lines."""


def _panel(trial: Trial, drawn: Board, told: Explanation | None, beside: Beside, language: Language) -> None:
    """Draw the panel beside the map: why a parcel is what it is, or the settings under trial."""
    side = st.segmented_control(
        say("uitrial.side", language), ("why", "trial"), default="why", required=True, key="side",
        format_func=lambda s: say(f"uitrial.side_{s}", language), label_visibility="collapsed", width="stretch",
    )  # fmt: skip
    with st.container(height=PANEL, border=True, key="why"):
        if side == "trial":
            turned.panel(trial, told.parcel_id if told is not None else None, language)
        elif told is None and beside.several is not None:
            chosen.panel(trial.results, drawn, beside.several, beside.late, language)
        else:
            if told is not None and trials.is_trial(trial.moved):
                turned.one_parcel(trial, told.parcel_id, language)
            _why(told, beside.missed, language)
            if told is not None:
                chosen.near(trial.results, drawn, (told.parcel_id,), language)


def _follow_click(drawn: Board) -> bool:
    """Select what was clicked; return True when the click met no parcel."""
    picked = state.said("pick")
    if picked is not None and drawn.has(str(picked["id"])):
        chosen.forget()
        state.select("parcel", str(picked["id"]))
        state.next_turn()
    click = state.new_click()
    if click is None:
        return False
    found = drawn.at(*click)
    chosen.forget()
    if found is None:
        state.clear()
    else:
        state.select("parcel", found)
    state.next_turn()
    return found is None


def _why(told: Explanation | None, missed: bool, language: Language) -> None:
    if told is not None:
        why.panel(told, language)
    elif missed:
        why.nothing_here(language)
    else:
        why.empty(language)


def _legend(trial: Trial, drawn: Board, language: Language) -> tuple[str, ...]:
    """Draw the legend, which is the filter too; return the statuses that are shown."""
    unit_m2 = land_unit(language).m2

    def words(s: str) -> str:
        return _counted(trial, s, language)

    with st.container(horizontal=True, vertical_alignment="center", key="legend"):
        wanted = [s for s in state.asked("shown").split(",") if s in STATUSES]
        picked = st.pills(say("ui.shown", language), STATUSES, selection_mode="multi", format_func=words, key="shown",
                          default=wanted, on_change=_keep_shown,
                          label_visibility="collapsed")  # fmt: skip
        net, net_hi = trial.total["net_m2"] / unit_m2, trial.total["net_hi_m2"] / unit_m2
        st.html(tag("div", say("ui.net_total", language, net=net, net_hi=net_hi), cls="lu-total"))
        st.button(say("ui.whole", language), icon=":material/zoom_out_map:", type="tertiary", key="whole",
                  on_click=state.set_aim, args=(drawn.home,))  # fmt: skip
    return tuple(s for s in STATUSES if s in (picked or STATUSES))


def _counted(trial: Trial, status: str, language: Language) -> str:
    row = trial.by_status.loc[status]
    return say("ui.legend", language, status=code("status", status, language), parcels=int(row["parcels"]),
               area=row["gross_m2"] / land_unit(language).m2)  # fmt: skip


def _keep_shown() -> None:
    """Write the statuses that are shown into the address."""
    state.ask("shown", ",".join(s for s in STATUSES if s in (state.value_of("shown") or ())))


def _below(trial: Trial, shown: tuple[str, ...], selected: str | None, late: bool) -> None:
    """Draw what stands under the map: the list, or one of the tables about the rules."""
    language, active = state.language(), trials.is_trial(trial.moved)
    names = ("list", *(("compared",) if active else ()), *TABLES)
    name = st.segmented_control(
        say("uitrial.below", language), names, default="list", required=True, key="below",
        format_func=lambda n: say(f"uitrial.below_{n}", language), label_visibility="collapsed",
    )  # fmt: skip
    if name == "compared" and active:
        turned.compared(trial, selected, language)
    elif name == "ledger":
        _ledger(trial, language)
    elif name in TABLES:
        TABLES[name](trial, language)
    else:
        _list(trial, shown, selected, late)


def _ledger(trial: Trial, language: Language) -> None:
    parcels = trial.results.table("parcels")
    named = [c for c in ("park_id", "township") if (parcels[c].fillna("") != "").any()]
    by = st.segmented_control(
        say("uitrial.by", language), ("", *named), default="", required=True, key="ledger-by",
        format_func=lambda b: say(f"uitrial.by_{b or 'study'}", language), label_visibility="collapsed",
    )  # fmt: skip
    if by:
        tables.plain(funnel.ledger_by(trial, by, language), f"ledger-{by}-{language}")
    else:
        funnel.ledger(trial, language)


TABLES: dict[str, Callable[[Trial, Language], None]] = {
    "funnel": funnel.funnel, "ledger": _ledger, "binding": funnel.binding, "find": funnel.to_find_out,
}  # fmt: skip


def _arranged(trial: Trial, whole: pd.DataFrame, language: Language) -> str:
    """Let columns be chosen and the list be added up, kept in the address; return what it is added up by."""
    parcels = trial.results.table("parcels")
    named = ["", *(c for c in list_desk.BY if (parcels[c].fillna("") != "").any())]

    def keep() -> None:
        state.ask("cols", list_desk.asked(state.value_of("list-cols") or (), whole))
        state.ask("by", str(state.value_of("list-by") or ""))

    by = state.asked("by") if state.asked("by") in named else ""
    with st.popover(say("uilist.arrange", language), icon=":material/view_column:"):
        st.selectbox(say("uilist.by", language), named, index=named.index(by), key="list-by", on_change=keep,
                     format_func=lambda b: say(f"uitrial.by_{b or 'study'}", language))  # fmt: skip
        st.multiselect(say("uilist.columns", language), list(whole), key="list-cols", on_change=keep,
                       format_func=option, default=list_desk.columns(state.asked("cols"), whole))  # fmt: skip
    return by


def _keep_find() -> None:
    """Write what is looked for into the address."""
    state.ask("find", str(state.value_of("find") or "").strip()[:80])


def _list(trial: Trial, shown: tuple[str, ...], selected: str | None, late: bool) -> None:
    language, results = state.language(), trial.results
    with st.container(horizontal=True, vertical_alignment="center", key="listbar"):
        text = st.text_input(say("ui.find", language), key="find", placeholder=say("ui.find", language),
                             value=state.asked("find"), on_change=_keep_find,
                             label_visibility="collapsed", width=260)  # fmt: skip
        stamp = results.name()
        status = trial.found["status"]
        rows = list_desk.candidates_first(status, tables.matching(results, status, shown, text or ""))
        whole = tables.candidates(results, stamp, language)
        st.html(tag("div", tables.count_line(len(rows), len(whole), language), cls="lu-total"))
        chosen.by_list(results, board(results), language)
        _downloads(trial, late, language)
        by = _arranged(trial, whole, language)
    if by:
        tables.plain(list_desk.sums(trial, rows, by, language), f"sums-{by}-{language}")
    columns = list_desk.columns(state.asked("cols"), whole)
    whole = whole[columns]
    if trials.is_trial(trial.moved):
        whole = turned.beside_list(trial, whole, language)
    ids = results.table("candidates")["parcel_id"].to_numpy(object)[rows]
    key = f"list-{hash((stamp, language, shown, text, trial.key, tuple(columns)))}"
    tables.pick_row(whole.iloc[rows], ids, selected, key)
    frame.show(join(*(tag("div", line, cls="lu-note") for line in notes(results, language, layers=False)[1:])))


def _downloads(trial: Trial, late: bool, language: Language) -> None:
    """Offer the list as files; stale results never leave, nor do trials, nor parcels that are use-only."""
    results, active = trial.results, trials.is_trial(trial.moved)
    secret = any(s.use_only for s in results.study.with_role("parcels"))
    closed = late or active or secret
    tip = say(_tip(late, active, closed), language)
    first = list(FORMATS)[:FIRST]
    for kind in first:
        _button(results, kind, language, closed, tip)
    with st.popover(say("ui.more_formats", language), icon=":material/download:"):
        for kind in [k for k in FORMATS if k not in first]:
            _button(results, kind, language, closed, tip)


def _button(results: Results, kind: str, language: Language, closed: bool, tip: str) -> None:
    st.download_button(
        label(FORMATS[kind].title), data=functools.partial(_file, results, kind, language), key=f"download-{kind}",
        disabled=closed, file_name=f"luodi-candidates-{results.run_id}.{kind}", on_click="ignore", help=tip,
        icon=":material/download:",
    )  # fmt: skip


FIRST = 3
"""Formats with a button of their own; the others wait behind one."""


def _tip(late: bool, active: bool, closed: bool) -> str:
    if late:
        return "ui.stale_no_export"
    if active:
        return "uitrial.no_export"
    return "ui.use_only_no_export" if closed else "ui.download"


def _file(results: Results, kind: str, language: Language) -> bytes:
    return candidates_file(results, kind, language)[1]


PAGE = opening.Page("screen", ":material/filter_alt:", draw, table="candidates", styles=("trial",))
