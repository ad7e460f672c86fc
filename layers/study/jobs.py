"""The only starter of long work: commands run as child processes, watched by their JSON lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class JobState:
    """How far a job is. `messages` holds reasons as JSON, errors first told last; `result` what it handed back."""

    done: bool = False
    ok: bool = False
    stage: str = ""
    done_steps: int = 0
    total_steps: int = 0
    messages: tuple[str, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Job:
    """A running command; `poll` never waits."""

    process: subprocess.Popen[str]
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
    return Job(process)
