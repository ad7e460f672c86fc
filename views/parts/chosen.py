"""Several parcels chosen together: by a box, an area, a line, a list of ids; their sum, file and red line."""

from __future__ import annotations

import functools

import streamlit as st

from geo.basis.errors import LuodiError
from layers.outputs.formats import FORMATS
from layers.serve.pages import chosen as served
from layers.serve.pages.board import Board
from layers.serve.pages.chosen import Chosen
from layers.study.run.results import Results
from layers.text import Language, code, land_unit, number, say, sentences
from views.parts import frame, redline_intake, state
from views.parts.markup import Html, join, label, tag

MOST_OUTLINED = 20_000
NEAR, NAMED = "chosen-near", "chosen-named"


def now() -> Chosen | None:
    """Return the choice the address names, None without one."""
    key = state.chosen()
    return served.kept(key) if key else None


def lost() -> bool:
    """Tell whether the address names a choice this server does not know any more."""
    return bool(state.chosen()) and now() is None


def follow(results: Results, board: Board) -> bool:
    """Take what was drawn on the map, and clicks that add to a choice; tell whether anything was."""
    drawn = state.said("box", "area", "line")
    if drawn is not None:
        _keep(results, served.in_shape(board, drawn["shape"], str(drawn["kind"])))
        return True
    click = state.more_click()
    if click is None:
        return False
    found, here, one = board.at(*click), now(), state.selection()
    ids = here.ids if here else (one.id,) if one and one.kind == "parcel" else ()
    if found is not None:
        _keep(results, served.with_one(board, ids, found))
    return True


def _keep(results: Results, chosen: Chosen) -> None:
    state.choose(served.keep(results, chosen))
    state.clear()
    state.next_turn()


def forget() -> None:
    """Choose nothing."""
    state.choose("")


def panel(results: Results, board: Board, chosen: Chosen, late: bool, language: Language) -> None:
    """Draw what the chosen parcels are together, and what can be done with them."""
    with st.container(horizontal=True, vertical_alignment="center", key="chosen-head"):
        st.html(tag("div", say("uichosen.title", language, parcels=len(chosen.ids)), cls="lu-empty-title"))
        st.button(say("uichosen.clear", language), key="chosen-clear", icon=":material/close:", on_click=forget,
                  type="tertiary")  # fmt: skip
    if chosen.missed:
        st.html(tag("div", say("uichosen.missed", language, ids=list(chosen.missed[:8]), count=len(chosen.missed)),
                    cls="lu-note"))  # fmt: skip
    if not chosen.ids:
        st.html(tag("div", say("uichosen.none", language), cls="lu-line"))
    else:
        frame.show(join(_sums(results, chosen, language), _uses(results, chosen, language)))
        _files(results, chosen, late, language)
    _redline(results, chosen, late, language)
    if chosen.ids:
        near(results, board, chosen.ids, language)


def _sums(results: Results, chosen: Chosen, language: Language) -> Html:
    unit = land_unit(language).word
    head = [tag("th", say(f"uichosen.{c}", language)) for c in ("status", "parcels", "gross", "net", "net_hi")]
    lines = []
    for status, row in served.sums(results, chosen.ids).iterrows():
        word = code("status", str(status), language) if status else say("uichosen.sum", language)
        areas = [number(float(row[c]), unit, language) for c in ("gross_m2", "net_m2", "net_hi_m2")]
        cells = [word, number(float(row["parcels"]), "n", language), *areas]
        lines.append(tag("tr", *(tag("td", c) for c in cells), cls="" if status else "lu-sum"))
    return tag("table", tag("tr", *head), *lines, cls="lu-ledger lu-chosen")


def _uses(results: Results, chosen: Chosen, language: Language) -> Html:
    unit = land_unit(language).word
    lines = [
        tag("tr", tag("td", name), tag("td", f"{say('uihome.count', language, parcels=count)} · "
                                       f"{number(area, unit, language)}"))
        for name, count, area in served.uses(results, chosen.ids, language)
    ]  # fmt: skip
    return join(tag("h4", say("uichosen.uses", language)), tag("table", *lines, cls="lu-facts"))


def _files(results: Results, chosen: Chosen, late: bool, language: Language) -> None:
    """Offer the list as files by the same doors as the whole list: neither stale nor use-only leaves."""
    closed = late or any(s.use_only for s in results.study.with_role("parcels"))
    tip = say("ui.stale_no_export" if late else "ui.use_only_no_export" if closed else "uichosen.file", language)
    with st.container(horizontal=True, key="chosen-files"):
        for kind, form in FORMATS.items():
            st.download_button(
                label(form.title), data=functools.partial(served.file, results, chosen.ids, kind, language),
                key=f"chosen-file-{kind}", disabled=closed, file_name=f"luodi-chosen-{results.run_id}.{kind}",
                on_click="ignore", help=tip,
            )  # fmt: skip


def _redline(results: Results, chosen: Chosen, late: bool, language: Language) -> None:
    """Hand the ground in as a red line; its answer opens on the page of red lines."""
    page = (state.noted("pages") or {}).get("redline")
    if not (chosen.ids or chosen.shape) or page is None:
        return
    pressed = st.button(
        say("uichosen.redline_area" if chosen.shape else "uichosen.redline", language), key="chosen-redline",
        icon=":material/fact_check:", disabled=redline_intake.busy(), width="stretch",
    )  # fmt: skip
    if not pressed:
        return
    name = say("uichosen.redline_name", language, key=state.chosen())
    try:
        path = served.as_redline(results, chosen, name)
    except LuodiError as problem:
        frame.trouble(sentences(problem, language))
        return
    redline_intake.start(results.folder, redline_intake.Wish(file=path, name=name, crs="EPSG:4326"))
    st.switch_page(page, query_params={"lang": language})


def near(results: Results, board: Board, ids: tuple[str, ...], language: Language) -> None:
    """Offer the parcels within a distance of those chosen."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="chosen-near-bar"):
        metres = st.number_input(say("uichosen.near", language), 0.0, 20_000.0, 500.0, 100.0, format="%g", key=NEAR,
                                 width=150)  # fmt: skip

        def go() -> None:
            _keep(results, served.near(board, ids, float(state.value_of(NEAR) or metres)))

        st.button(say("uichosen.near_go", language), key="chosen-near-go", icon=":material/radar:", on_click=go)


def by_list(results: Results, board: Board, language: Language) -> None:
    """Offer to choose parcels by a list of ids."""
    with st.popover(say("uichosen.by_list", language), icon=":material/checklist:"):
        st.text_area(say("uichosen.ids", language), key=NAMED, height=110)
        st.button(say("uichosen.choose", language), key="chosen-named-go",
                  on_click=lambda: _keep(results, served.named(board, str(state.value_of(NAMED) or ""))))  # fmt: skip
