"""The first page of an empty folder: what the study is called, where it lies, its day and its rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.study import begin, catalog, packs
from layers.study.begin import FirstCrs
from layers.text import Language, both, say, sentences
from views.parts import acts, arrivals, frame, sources, state
from views.parts.markup import option, tag

FILES = "new-files"
USUAL = ("cn-national", "joint-review-cn")


def draw(folder: Path) -> None:
    """Draw the page."""
    language = state.language()
    st.html(tag("div", say("uinew.lead", language), cls="lu-lead"))
    st.html(tag("h4", say("uinew.files", language), cls="lh-h"))
    if (chosen := sources.choose(folder, "new", language)) is not None:
        state.note(FILES, str(chosen))
        state.note("new-crs", None)
    found = _crs(folder, language)
    _form(folder, found, language)


def _crs(folder: Path, language: Language) -> FirstCrs | None:
    """Return the system the files speak for, and say so; None while there are none."""
    told = state.noted(FILES)
    if told is None:
        return None
    found: FirstCrs | None = state.noted("new-crs")
    if found is None:
        try:
            with st.spinner(say("uinew.looking", language)):
                found = begin.crs_of(folder, [Path(told)])
        except LuodiError as problem:
            frame.trouble(sentences(problem, language), "uinew.no_crs")
            return None
        state.note("new-crs", found)
    st.html(tag("div", say("uinew.found", language, file=found.file, declared=found.declared, title=found.title,
                           crs=found.crs), cls="lu-note"))  # fmt: skip
    return found


def _form(folder: Path, found: FirstCrs | None, language: Language) -> None:
    titles = {name: both(packs.pack(name, packs.PACKS).title, language) for name in packs.shipped()}
    left, right = st.columns([1, 1], gap="medium")
    with left:
        name = st.text_input(say("uinew.name", language), value=folder.name, key="new-name", max_chars=80)
        crs = st.text_input(say("uinew.crs", language), value=found.crs if found else "", max_chars=200,
                            key=f"new-crs-{found.crs if found else ''}", placeholder="EPSG:4549",
                            help=say("uinew.crs_help", language))  # fmt: skip
    with right:
        day = st.date_input(say("uinew.day", language), value=date.today(), key="new-day",
                            help=say("uinew.day_help", language))  # fmt: skip
        rules = st.multiselect(say("uinew.packs", language), list(titles), default=list(USUAL), key="new-packs",
                               format_func=lambda n: option(titles[n]))  # fmt: skip
    st.html(tag("div", say("uinew.where", language, path=str(folder)), cls="lu-line"))
    ready = bool((name or "").strip() and (crs or "").strip() and rules)
    if st.button(say("uinew.create", language), type="primary", key="new-create", icon=":material/add:",
                 disabled=not (ready and acts.may("new"))):  # fmt: skip
        as_of = day if isinstance(day, date) else None
        made = acts.do("new", lambda: catalog.new(folder, crs=crs.strip(), name=name.strip(), as_of=as_of,
                                                  rules=tuple(rules)))  # fmt: skip
        if made is not None:
            _go_on(folder)
        st.rerun()
    if not ready:
        st.html(tag("div", say("uinew.missing", language), cls="lu-line"))


def _go_on(folder: Path) -> None:
    """Look through the files right away, on the page of data."""
    told = state.noted(FILES)
    if told is not None:
        arrivals.start(folder, Path(told))
        state.note(FILES, None)
    pages = state.noted("pages") or {}
    if "data" in pages:
        st.switch_page(pages["data"], query_params={"lang": state.language()})
