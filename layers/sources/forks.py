"""Files are parsed in forks of one warm process (`layers/sources/nursery.py`): this is the side that asks.

A delivery is a hundred files, and what a parser imports costs more than most of them. The warm
process imports it once, opens no file and holds nothing of one; every fork restricts itself
(`layers/sources/child.py`) before it reads a byte, and ends with its file. There are no forks on
Windows: each file has a process of its own there, and wherever the warm one cannot be had.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
TICK_S = 0.5
LENGTH = 8
"""Bytes of a number on the line: the process id of a parser first, its exit code last."""


class Warm:
    """The warm process of this program: started when the first file is read, ended with the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._env: Mapping[str, str] = {}
        self._orders: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, job_file: Path, env: Mapping[str, str], seconds: float, tick: Callable[[], None] = lambda: None
    ) -> int | None:
        """Do a job in a fork.

        Parameters
        ----------
        job_file : Path
            See `layers.sources.child.main`.
        env : mapping
            Environment of the parser; another one needs another warm process.
        seconds : float
            Wall clock; then the parser is killed.
        tick : callable
            Asked again and again while it works; what it raises kills the parser.

        Returns
        -------
        int or None
            Exit code, negative for a signal; None where no fork could be had: nothing has run then.

        Raises
        ------
        subprocess.TimeoutExpired
        """
        line = self._line(env)
        if line is None:
            return None
        with line:
            line.settimeout(seconds)
            pid = 0
            try:
                line.sendall(os.fsencode(job_file) + b"\0")
                pid = _number(line)
                _waited(line, seconds, tick)
                return _number(line)
            except TimeoutError:
                _killed(pid)
                raise subprocess.TimeoutExpired(str(job_file), seconds) from None
            except OSError:
                return -signal.SIGKILL if pid else None  # whoever takes the last memory: the warm process went too
            except BaseException:
                _killed(pid)
                raise

    def _line(self, env: Mapping[str, str]) -> socket.socket | None:
        """Return our end of a line to a new fork."""
        with self._lock:
            for _ in range(2):  # one that has died meanwhile is started once more
                if self._orders is None or self._env != env:
                    self._start(env)
                ours, theirs = socket.socketpair()
                try:
                    assert self._orders is not None
                    socket.send_fds(self._orders, [b"!"], [theirs.fileno()])
                    return ours
                except OSError:
                    ours.close()
                    self.end()
                finally:
                    theirs.close()
        return None

    def _start(self, env: Mapping[str, str]) -> None:
        self.end()
        self._orders, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "layers.sources.nursery", str(theirs.fileno())], cwd=ROOT, env=dict(env),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )  # fmt: skip
        self._env = dict(env)

    def end(self) -> None:
        """Let the warm process go."""
        if self._orders is not None:
            self._orders.close()
        if self._process is not None:
            self._process.wait()
        self._orders = self._process = None


def _waited(line: socket.socket, seconds: float, tick: Callable[[], None]) -> None:
    """Wait until the other side has something to say, and ask `tick` meanwhile."""
    end = time.monotonic() + seconds
    while not select.select([line], [], [], min(TICK_S, seconds))[0]:
        if time.monotonic() > end:
            raise TimeoutError
        tick()


def _killed(pid: int) -> None:
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _number(line: socket.socket) -> int:
    got = b""
    while len(got) < LENGTH:
        more = line.recv(LENGTH - len(got))
        if not more:
            raise ConnectionError("the other side of the line is gone")
        got += more
    return int.from_bytes(got, "little", signed=True)


WARM = Warm()
atexit.register(WARM.end)
