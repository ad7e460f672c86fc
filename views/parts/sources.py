"""Where files come from: a folder of this computer, typed or picked, or what is dropped on the page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from geo.basis.errors import LuodiError
from layers.study import places
from layers.text import Language, say, sentences
from views.parts import acts, drop, frame, state
from views.parts.markup import label, tag


def choose(folder: Path, key: str, language: Language) -> Path | None:
    """Let the visitor name a folder or a file, or drop some; return it once, when it is there."""
    typed, dropped = st.columns([1, 1], gap="medium")
    with dropped:
        if acts.may("upload") and (made := drop.zone(folder, key, language)) is not None:
            return made
    with typed:
        return _typed(key, language) if acts.may("browse") else None


def _typed(key: str, language: Language) -> Path | None:
    turn = int(state.noted(f"turn-{key}") or 0)
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"path-{key}"):
        hint, at = say("uidata.path_hint", language), state.noted(f"at-{key}") or ""
        text = st.text_input(say("uidata.path", language), key=f"typed-{key}-{turn}", value=at, placeholder=hint)
        taken = st.button(say("uidata.take_path", language), key=f"take-path-{key}", icon=":material/folder_open:")
    _browse(key, turn, language)
    if not (taken and text):
        return None
    found = places.of_words(text)
    if found is None:
        frame.trouble([say("uidata.path_missing", language, path=text[:200])], "ui.not_done")
    return found


def _browse(key: str, turn: int, language: Language) -> None:
    """Show the folders in a folder; picking one goes there."""
    with st.expander(say("uidata.browse", language), icon=":material/folder:"):
        start = Path(state.noted(f"at-{key}") or Path.home())
        try:
            here = places.look(start)
        except LuodiError as problem:
            frame.trouble(sentences(problem, language), "ui.not_done")
            return
        st.html(tag("div", say("uidata.here", language, path=here.path, files=here.files), cls="lu-line"))

        def go(to: str) -> None:
            state.note(f"at-{key}", to)
            state.note(f"turn-{key}", turn + 1)

        with st.container(height=190, border=False, key=f"folders-{key}"):
            if here.above:
                st.button(say("uidata.up", language), key=f"up-{key}", on_click=go, args=(here.above,), type="tertiary",
                          icon=":material/arrow_upward:")  # fmt: skip
            for n, name in enumerate(here.folders):
                st.button(label(name), key=f"folder-{key}-{n}", on_click=go, args=(str(Path(here.path) / name),),
                          type="tertiary", icon=":material/folder:")  # fmt: skip
