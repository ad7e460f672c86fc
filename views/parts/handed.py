"""A file this visit made: offered beside what made it, and only while it is what would be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from layers.serve.pages.outputs_desk import OutputFile
from layers.text import Language, say
from views.parts import acts, state
from views.parts.markup import label, tag
from views.parts.opening import Opened

MADE = "output-made"


@dataclass(frozen=True)
class MadeOutput:
    """A file, the line of the page it belongs to, and what it was made of."""

    line: str
    file: OutputFile
    of: tuple[str, ...]


def make(found: Opened, line: str, work: Callable[[], OutputFile], language: Language) -> None:
    """Make a file and keep it for this visit; what cannot leave is said."""
    made = acts.do("export", work)
    state.note(MADE, None if made is None else MadeOutput(line, made, _of(found, language)))


def offer(found: Opened, line: str, key: str, language: Language) -> None:
    """Offer the file that was made, where it belongs to this line; the button is ``get-KEY-ENDING``."""
    made = _made(found, language)
    if made is not None and made.line == line:
        st.download_button(label(made.file.name), data=made.file.content, file_name=made.file.name,
                           key=f"get-{key}-{made.file.name.partition('.')[2]}", icon=":material/download:",
                           type="primary", on_click="ignore")  # fmt: skip


def told(found: Opened, language: Language) -> None:
    """Say what the last file holds, so that whoever receives it can hold it against this."""
    made = _made(found, language)
    if made is None:
        return
    key = "made" if made.file.rows is not None else "made_paper"
    text = say(f"uioutputs.{key}", language, file=made.file.name, rows=made.file.rows or 0,
               size=len(made.file.content), sha=made.file.fingerprint)  # fmt: skip
    st.html(tag("div", text, cls="lu-good"))


def _made(found: Opened, language: Language) -> MadeOutput | None:
    made: MadeOutput | None = state.noted(MADE)
    return made if made is not None and made.of == _of(found, language) else None


def _of(found: Opened, language: Language) -> tuple[str, ...]:
    """Return what every output is made of: a file made of something else is not offered any more."""
    run = found.results.name() if found.results is not None else ""
    settings = found.study.model_dump_json() if found.study is not None else ""
    return str(found.folder), run, settings, language
