"""What stands between a page and its reader: every problem in words, and what is damaged with the run that mends it."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from pathlib import Path

from geo.basis.errors import DamagedError, LuodiError
from geo.basis.reason import Reason, reason
from layers.basis import disk
from layers.serve.http.routes import study_folder
from layers.study import changes
from layers.text import sentences
from views.parts import frame, runner, state


def guarded(show: Callable[[], None]) -> Callable[[], None]:
    """Return the page with every problem said in words; what is damaged comes with the run that mends it."""

    @functools.wraps(show)
    def page() -> None:
        with changes.noting() as done:
            try:
                show()
            except LuodiError as problem:
                frame.trouble(sentences(problem, state.language()))
                if isinstance(problem, DamagedError):
                    _mend()
            except Exception as problem:
                logging.getLogger(__name__).exception("page failed")
                frame.trouble(sentences(LuodiError([_fault(problem), *done.values()]), state.language()))

    return page


def _fault(problem: Exception) -> Reason:
    if disk.is_full(problem):
        return disk.no_space(disk.place_of(problem, study_folder() or Path.cwd()))
    return reason("page_failed", kind=type(problem).__name__, detail=str(problem)[:200])


def _mend() -> None:
    """Offer the run that builds what is damaged again, unless the page offers or watches one already."""
    folder = study_folder()
    if folder is not None:
        runner.needed(folder, state.language())
