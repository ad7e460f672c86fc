"""What a command really changed, so that "nothing was changed" is only said when it is true.

Every step that changes something people rely on stands in a `commit`: it happens whole, a
wish to stop waits until it has happened, and it is noted. Whoever speaks to the user listens.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from geo.basis.reason import Reason, reason

DECISIONS = "study.sqlite"
"""The file of decisions; what a run brings up it tells itself."""
_heard: ContextVar[dict[str, Reason] | None] = ContextVar("heard", default=None)


@contextmanager
def noting() -> Iterator[dict[str, Reason]]:
    """Listen to what is changed from here on, by what it is about; the newest of each counts."""
    done: dict[str, Reason] = {}
    token = _heard.set(done)
    try:
        yield done
    finally:
        _heard.reset(token)


@contextmanager
def commit(about: str, code: str, /, **values: Any) -> Iterator[None]:
    """Change something whole and note it; what raises has not happened and is not noted.

    Parameters
    ----------
    about : str
        A later change about the same takes the place of this one in what is told.
    code, values
        The reason that says what was done.
    """
    with _undisturbed():
        yield
        heard = _heard.get()
        if heard is not None:
            heard.pop(about, None)
            heard[about] = reason(code, **values)


def told(done: dict[str, Reason]) -> tuple[Reason, ...]:
    """Return what is to be said after a failure: what was changed before it, or that nothing was."""
    return tuple(done.values()) or (reason("nothing_changed"),)


def brought_up(done: dict[str, Reason]) -> tuple[Reason, ...]:
    """Return what is to be said after a success too: decisions brought to another format, which nobody asked for."""
    return tuple(why for about, why in done.items() if why.code == "did_upgrade" and about == DECISIONS)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl+C back until the step has been made and noted."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    held: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: held.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held and callable(before):
            before(held[0], None)
