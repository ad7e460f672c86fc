"""A parsing process of its own, where there are no forks of a warm one (Windows): watched, and ended with the wait."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICK_S = 0.2
"""How often it is told how far the reading is."""


def run(job_file: Path, env: Mapping[str, str], wall_seconds: float, tick: Callable[[], None]) -> int:
    """Run the child; it holds the reading end of a pipe of ours, and ends when we are gone or wait no longer.

    Parameters
    ----------
    job_file : Path
    env : mapping
        Environment of the process.
    wall_seconds : float
        How long it may take.
    tick : callable
        Called while it runs; what it raises ends the process.

    Returns
    -------
    int
        Exit code.

    Raises
    ------
    subprocess.TimeoutExpired
        It took longer.
    """
    command = [sys.executable, "-m", "layers.sources.child", str(job_file)]
    nothing, until = subprocess.DEVNULL, time.monotonic() + wall_seconds
    ours, theirs = os.pipe()[::-1]
    try:
        with subprocess.Popen(command, cwd=ROOT, env=env, stdin=theirs, stdout=nothing, stderr=nothing) as process:
            try:
                while True:
                    with suppress(subprocess.TimeoutExpired):
                        return process.wait(TICK_S)
                    if time.monotonic() > until:
                        raise subprocess.TimeoutExpired(command, wall_seconds)
                    tick()
            finally:
                process.kill()
    finally:
        os.close(ours)
        os.close(theirs)
