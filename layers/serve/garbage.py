"""Garbage is looked for among what is new: answers do not wait for a walk through everything the server holds.

Streamlit collects all garbage after every answer. With a county in memory that walk took 0.4 s of processor and two
thirds of what the server did at all. What survives a slow walk is set aside (`gc.freeze`); now and then everything is
walked again, so that nothing stays which only held itself.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

SLOW_S = 0.02
"""A full walk that takes longer leaves aside what it found alive."""
AGAIN_S = 600.0
"""After so long everything is walked once more."""


@dataclass
class Walks:
    """Told by the collector of every walk; `now` is a clock in seconds."""

    now: Callable[[], float] = time.perf_counter
    begun: float = 0.0
    whole: float = 0.0
    aside: bool = False

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        """Set aside what a slow full walk found alive, or take it back where that is long ago."""
        if info["generation"] < 2:
            return
        if phase == "start":
            self.begun = self.now()
            if self.aside and self.begun - self.whole > AGAIN_S:
                gc.unfreeze()
                self.aside = False
            if not self.aside:
                self.whole = self.begun
        elif self.now() - self.begun > SLOW_S:
            gc.freeze()
            self.aside = True


def watch() -> None:
    """Let the collector of this process set aside what is old."""
    if not any(isinstance(told, Walks) for told in gc.callbacks):
        gc.callbacks.append(Walks())
