"""The only starter of long work: commands run as child processes, watched by their JSON lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from geo.basis.errors import BlockedError
from geo.basis.reason import reason

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class JobState:
    """How far a job is. `messages` holds reasons as JSON, errors first told last; `result` what it handed back.

    `past` holds the stages behind it with the seconds they took; `since` is when the present one began.
    """

    done: bool = False
    ok: bool = False
    stage: str = ""
    done_steps: int = 0
    total_steps: int = 0
    messages: tuple[str, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    past: Mapping[str, float] = field(default_factory=dict)
    since: float = 0.0

    def left_s(self, now: float) -> float | None:
        """Return the seconds the present stage will still take at its pace so far; None while nobody can tell."""
        if self.done_steps <= 0 or self.total_steps <= self.done_steps or now - self.since < _TELLING_S:
            return None
        return (now - self.since) / self.done_steps * (self.total_steps - self.done_steps)


_TELLING_S = 3.0
"""A stage that has worked for less says nothing about its pace."""


@dataclass
class Job:
    """A running command; `poll` never waits."""

    process: subprocess.Popen[str]
    words: tuple[str, ...] = ()
    began: float = field(default_factory=time.monotonic)
    _state: JobState = field(default_factory=JobState)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def poll(self) -> JobState:
        """Return the state as told so far."""
        code = self.process.poll()
        if code is None:
            return self._state
        self._reader.join(timeout=5)
        return replace(self._state, done=True, ok=code == 0)

    def cancel(self) -> None:
        """Ask the command to stop; what it has not finished is thrown away."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            self._state = _after(self._state, told)


def _after(state: JobState, told: dict[str, object]) -> JobState:
    if told.get("event") == "progress":
        now = time.monotonic()
        if told["stage"] != state.stage:
            taken = {state.stage: now - state.since} if state.stage else {}
            state = replace(state, past={**state.past, **taken}, since=now)
        return replace(
            state,
            stage=str(told["stage"]),
            done_steps=int(str(told["done"])),
            total_steps=int(str(told["total"])),
        )
    if told.get("event") in ("error", "note"):
        return replace(state, messages=(*state.messages, json.dumps(told["reason"], ensure_ascii=False)))
    if told.get("event") == "result":
        return replace(state, result={k: v for k, v in told.items() if k != "event"})
    return state


def start(folder: Path, command: str = "run", *more: str) -> Job:
    """Start ``luodi <command> folder --json`` as a child process, with further words of the command.

    Options are given as ``--name=value``; a file whose name begins with ``-`` as a full path.
    """
    args = [sys.executable, str(ROOT / "luodi.py"), command, str(folder), "--json", *more]
    process = subprocess.Popen(
        args,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        start_new_session=True,
    )
    return Job(process, (command, *more))


_board: dict[tuple[str, str], Job] = {}
_guard = threading.Lock()


def begin(folder: Path, what: str, command: str, *more: str) -> Job:
    """Start a command under a name every page and every visitor finds again; one of a name runs at a time.

    The same wish again finds what runs already.

    Raises
    ------
    BlockedError
        Work of that name runs that was asked for in other words: this wish would fall silent.
    """
    with _guard:
        old = _board.get((str(folder), what))
        if old is not None and not old.poll().done:
            if old.words != (command, *more):
                raise BlockedError(reason("job_runs"))
            return old
        _board[str(folder), what] = made = start(folder, command, *more)
        return made


def known(folder: Path, what: str) -> Job | None:
    """Return the newest job of a name, running or ended, None where there is none or it was forgotten."""
    return _board.get((str(folder), what))


def names(text: str) -> bool:
    """Tell whether work that runs, or whose end has not been told, was given something of this name."""
    with _guard:
        return any(text in word for job in _board.values() for word in job.words)


def forget(folder: Path, what: str) -> None:
    """Take a job that has ended off the board: its end has been told. One that runs stays, or nobody could see it."""
    with _guard:
        job = _board.get((str(folder), what))
        if job is not None and job.poll().done:
            _board.pop((str(folder), what))


def stop(folder: Path, what: str) -> None:
    """Ask work nobody wants any more to stop, and take it off the board; only for work that changes nothing."""
    with _guard:
        job = _board.pop((str(folder), what), None)
        if job is not None:
            job.cancel()
