"""The basemaps on the page of data (底图): which there are, whether they can be used; add, change, take out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from layers.serve.draw.mapped import Bounds
from layers.serve.pages import basemap_desk
from layers.sources import tile_service
from layers.study import basemaps, jobs
from layers.study.basemap_look import BasemapState
from layers.study.basemaps import Basemap
from layers.text import Language, say, sentence
from views.parts import acts, frame, runner, sources, state
from views.parts.markup import label, option, tag

ADD = "basemap"
SYSTEMS = ("cgcs2000", "wgs84", "gcj02", "bd09")
PLACES = ("file", "service")


def draw(folder: Path, home: Bounds | None, language: Language) -> None:
    """Draw the list of basemaps with what may be done about it."""
    found = basemap_desk.listed(folder, home, language)
    ended = _ended(folder, language)
    with st.expander(say("uibasemap.title", language, count=len(found.states)), icon=":material/map:",
                     expanded=ended or runner.running(folder, ADD)):  # fmt: skip
        st.html(tag("div", say("uibasemap.what", language), cls="lu-line"))
        if found.trouble:
            frame.trouble([found.trouble], "ui.not_done")
            return
        if found.states:
            _list(folder, found.states, language)
        else:
            st.html(tag("div", say("uibasemap.none", language), cls="lu-empty"))
        st.html(tag("h4", say("uibasemap.add", language), cls="lh-h"))
        _add(folder, language)


def _ended(folder: Path, language: Language) -> bool:
    """Tell how the last adding ended; True where there is something to see."""
    told = runner.work(folder, ADD, language)
    if told is None:
        return False
    if told.ok:
        jobs.forget(folder, ADD)
        st.toast(label(say("uibasemap.added", language, name=told.result.get("name", ""))), icon=":material/check:")
        for message in told.messages:
            st.toast(label(sentence(message, language)), icon=":material/info:", duration="long")
        return True
    runner.failed(told, language, "uibasemap.not_added")
    return True


def _list(folder: Path, found: tuple[BasemapState, ...], language: Language) -> None:
    rows = [_row(s, language) for s in found]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height=min(36 + 36 * len(rows), 240), row_height=36)
    names = {s.basemap.id: s.basemap.name for s in found}
    picked = st.selectbox(say("uibasemap.pick", language), list(names), key=f"basemap-pick-{hash(tuple(names))}",
                          format_func=lambda i: option(names[i]))  # fmt: skip
    one = next((s.basemap for s in found if s.basemap.id == picked), None)
    if one is not None:
        _change(folder, one, language)


def _row(one: BasemapState, language: Language) -> dict[str, str]:
    basemap = one.basemap
    source = tile_service.host_of(basemap.source) if basemap.kind == "tiles" else Path(basemap.source).name
    more = f" · {say('uibasemap.outside', language)}" if basemap.outside else ""
    cells = {
        "name": basemap.name, "kind": say(f"uibasemap.kind_{basemap.kind}", language), "source": source + more,
        "credit": basemap.attribution, "vintage": str(basemap.vintage or ""),
        "state": sentence(one.why, language) if one.why else say("uibasemap.fine", language),
    }  # fmt: skip
    return {say(f"uibasemap.col_{k}", language): v for k, v in cells.items()}


def _change(folder: Path, one: Basemap, language: Language) -> None:
    """Change what is said of a basemap, or take it out."""
    key = f"basemap-{one.id}-{hash(one.model_dump_json())}"
    given = _said(key, one, language)
    now = {k: getattr(one, k) for k in given}
    with st.container(horizontal=True, vertical_alignment="bottom", key="basemap-acts"):
        acts.button("basemap", say("uibasemap.keep", language), f"{key}-keep",
                    lambda: basemaps.keep(folder, {**one.model_dump(), **given}), disabled=given == now,
                    done=say("uibasemap.kept", language, name=one.name))  # fmt: skip
        acts.button("basemap", say("uibasemap.out", language), f"{key}-out", lambda: basemaps.drop(folder, one.id),
                    done=say("uibasemap.gone", language, name=one.name), icon=":material/delete:")  # fmt: skip


def _said(key: str, one: Basemap | None, language: Language) -> dict[str, Any]:
    """Ask for what no file says: attribution, day, opacity, whether it is shown and printed."""
    left, right = st.columns(2, gap="small")
    with left:
        credit = st.text_input(say("uibasemap.credit", language), value=one.attribution if one else "", max_chars=200,
                               key=f"{key}-credit")  # fmt: skip
        shown = st.checkbox(say("uibasemap.shown", language), value=one.shown if one else True, key=f"{key}-shown")
        leaves = st.checkbox(say("uibasemap.leaves", language), value=one.leaves if one else False, key=f"{key}-leaves")
    with right:
        day = st.date_input(say("uibasemap.vintage", language), value=one.vintage if one else None, key=f"{key}-day")
        share = st.slider(say("uibasemap.opacity", language), 10, 100, round(one.opacity * 100) if one else 100, 5,
                          key=f"{key}-opacity")  # fmt: skip
    return {"attribution": (credit or "").strip(), "vintage": day, "opacity": share / 100, "shown": shown,
            "leaves": leaves}  # fmt: skip


def _add(folder: Path, language: Language) -> None:
    """Ask for a new basemap; looking at it is work beside the app, as a file may be large and a service slow."""
    if runner.running(folder, ADD):
        return
    turn = int(state.noted("basemap-turn") or 0)
    place = st.radio(say("uibasemap.from", language), PLACES, horizontal=True, key=f"basemap-from-{turn}",
                     format_func=lambda p: say(f"uibasemap.from_{p}", language))  # fmt: skip
    left, right = st.columns(2, gap="small")
    with left:
        name = st.text_input(say("uibasemap.name", language), max_chars=80, key=f"basemap-name-{turn}") or ""
    with right:
        system = st.selectbox(say("uibasemap.system", language), SYSTEMS, key=f"basemap-system-{turn}",
                              format_func=lambda s: say(f"uibasemap.system_{s}", language))  # fmt: skip
    said = _said(f"basemap-new-{turn}", None, language)
    words = [f"--name={name.strip()}", f"--system={system}", f"--attribution={said['attribution']}",
             f"--opacity={said['opacity']}", *(["--shown"] if said["shown"] else []),
             *(["--leaves"] if said["leaves"] else []),
             *([f"--vintage={said['vintage'].isoformat()}"] if said["vintage"] else [])]  # fmt: skip
    if place == "service":
        _of_service(folder, name, words, turn, language)
    elif not name.strip():
        st.html(tag("div", say("uibasemap.name_first", language), cls="lu-line"))
    elif (chosen := sources.choose(folder, "basemap", language)) is not None:
        _begin(folder, chosen, words)


def _of_service(folder: Path, name: str, words: list[str], turn: int, language: Language) -> None:
    address = st.text_input(say("uibasemap.address", language), key=f"basemap-address-{turn}",
                            placeholder=say("uibasemap.address_hint", language), max_chars=2_000) or ""  # fmt: skip
    left, right = st.columns(2, gap="small", vertical_alignment="bottom")
    with left:
        zoom = st.number_input(say("uibasemap.zoom", language), 0, 22, 18, 1, key=f"basemap-zoom-{turn}")
    with right:
        outside = st.checkbox(say("uibasemap.may_outside", language), key=f"basemap-outside-{turn}")
    more = [f"--zoom={int(zoom)}", *(["--outside"] if outside else [])]
    if st.button(say("uibasemap.put", language), key=f"basemap-put-{turn}", icon=":material/add:",
                 disabled=not (name.strip() and address.strip() and acts.may("basemap"))):  # fmt: skip
        text = address.strip()
        _begin(folder, text if "://" in text else f"http://{text}", [*words, *more])


def _begin(folder: Path, source: Path | str, words: list[str]) -> None:
    acts.do("basemap", lambda: jobs.begin(folder, ADD, "basemap", *words, "--", str(source)))
    state.note("basemap-turn", int(state.noted("basemap-turn") or 0) + 1)
    st.rerun()
