"""What a visitor does: allowed or not, done, and told — whatever goes wrong, in words and with what stays done."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from geo.basis.errors import LuodiError
from geo.basis.reason import reason
from layers.serve.http.routes import study_folder
from layers.study import changes
from layers.study import may as rights
from layers.study.may import Action
from layers.text import say, sentence, sentences
from views.parts import frame, state
from views.parts.markup import label

T = TypeVar("T")
_TOLD, _DONE, _AGAIN = "act-told", "act-done", "act-again"


def may(action: Action) -> bool:
    """Tell whether the visitor may do something with the study that is open."""
    return rights.may(state.person(), action, study_folder())


def require(action: Action) -> None:
    """Refuse what the visitor may not do, as a problem the page tells in words."""
    rights.require(state.person(), action, study_folder())


def do(action: Action, work: Callable[[], T], done: str | Callable[[T], str] = "") -> T | None:
    """Do something and note how it went; the next drawing of the page tells it.

    Parameters
    ----------
    action : str
        What is asked of `may`.
    work : callable
        Does it; None comes back where it failed.
    done : str or callable
        What to say when it worked, "" for nothing; or what makes that of what was done.
    """
    state.note(_AGAIN, True)
    with changes.noting() as noted:
        try:
            require(action)
            made = work()
        except LuodiError as problem:
            state.note(_TOLD, sentences(LuodiError([*problem.reasons, *noted.values()]), state.language()))
            return None
        except Exception as problem:
            logging.getLogger(__name__).exception("an act failed")
            why = reason("page_failed", kind=type(problem).__name__, detail=str(problem)[:200])
            state.note(_TOLD, sentences(LuodiError([why, *noted.values()]), state.language()))
            return None
    said = [sentence(why, state.language()) for why in changes.brought_up(noted)]
    text = done(made) if callable(done) else done
    if text or said:
        state.note(_DONE, " ".join(filter(None, (text, *said))))
    return made


def again(action: Action, work: Callable[[], T], done: str | Callable[[T], str] = "") -> None:
    """Do something asked for in the middle of a drawing; the page is drawn again at once, and tells how it went."""
    do(action, work, done)
    redraw()


def tell() -> None:
    """Say once what the last act came to."""
    state.note(_AGAIN, None)
    if lines := state.noted(_TOLD):
        state.note(_TOLD, None)
        frame.trouble(lines, "ui.not_done")
    if text := state.noted(_DONE):
        state.note(_DONE, None)
        st.toast(label(text), icon=":material/check:")


def redraw() -> None:
    """Draw the whole page again after an act: a part of it alone would not say that results are stale now."""
    if state.noted(_AGAIN):
        state.note(_AGAIN, None)
        st.rerun()


def button(action: Action, text: str, key: str, work: Callable[[], object], **look: object) -> None:
    """Show a button that does something once it is pressed; one the visitor may not press cannot be pressed."""
    shut = bool(look.pop("disabled", False)) or not may(action)
    done = str(look.pop("done", ""))
    tip = label(say("ui.may_not", state.language())) if not may(action) else None
    st.button(label(text), key=key, disabled=shut, help=tip, on_click=lambda: do(action, work, done), **look)  # type: ignore[arg-type]
