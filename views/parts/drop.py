"""The drop zone: files and folders go to the disk as they come, through our own route (`layers.study.uploads`)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from layers.serve.http.parts import piece
from layers.study import uploads
from layers.text import Language, say
from views.parts import acts, state

WORDS = ("drop", "files", "folder", "stop", "sending", "sent", "failed", "stopped")


@st.cache_resource(show_spinner=False)
def _component() -> object:
    return st.components.v2.component("luodi_drop", html=piece("drop.html"), css=piece("drop.css"), js=piece("drop.js"))


def zone(folder: Path, key: str, language: Language) -> Path | None:
    """Show the zone; return the folder of the files once they are all there."""
    acts.require("upload")
    token = state.noted(f"batch-{key}")
    if token is None or uploads.batch(folder, token) is None:
        token = uploads.begin(folder)
        state.note(f"batch-{key}", token)
    words = {name: say(f"uidata.drop_{name}", language) for name in WORDS}
    made = _component()(  # type: ignore[operator]
        data={"token": token, "lang": language, "words": words}, key=f"drop-{key}", on_done_change=lambda: None
    )
    done = getattr(made, "done", None)
    if not done or done.get("token") != token:
        return None
    state.note(f"batch-{key}", None)
    return uploads.batch(folder, token)
