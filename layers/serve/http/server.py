"""Start the screen: one server process on this computer, nothing told to anybody outside."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path
from types import FrameType

from geo.basis.errors import BlockedError, Cancelled
from geo.basis.reason import reason
from layers.study import begin
from layers.study.spec import FILE

ROOT = Path(__file__).resolve().parents[3]
WAIT_S = 60


def serve(study: Path, port: int, headless: bool) -> None:
    """Serve a study, or a folder in which one is to begin, until stopped.

    Raises
    ------
    BlockedError
        The folder is neither a study nor free for a new one, or the port is in use.
    """
    if not (study / FILE).is_file() and not begin.is_free(study):
        raise BlockedError(reason("not_a_study", path=str(study)))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise BlockedError(reason("port_taken", port=port)) from None
    # always headless: with a screen the server would first ask for an email address and wait
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        f"--server.port={port}", "--server.address=127.0.0.1", "--server.headless=true",
        "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    # a command counts a wish to stop until its next step; a server has no next step
    signal.signal(signal.SIGTERM, _stop)
    if not headless:
        threading.Thread(target=_open_browser, args=(port,), daemon=True).start()
    server = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"LUODI_STUDY": str(study.resolve())} | _encoding(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        server.wait()
    finally:
        server.terminate()
        server.wait()


def _encoding() -> dict[str, str]:
    """Return the console's own encoding, taught to write what it lacks as numbers: the server greets with signs."""
    given = os.environ.get("PYTHONIOENCODING", "").partition(":")[0]
    return {"PYTHONIOENCODING": f"{given}:backslashreplace"}


def _stop(number: int, frame: FrameType | None) -> None:
    raise Cancelled


def _open_browser(port: int) -> None:
    """Open the page once the server answers; a computer without a screen is left alone."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    for _ in range(WAIT_S * 4):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            webbrowser.open(f"http://localhost:{port}")
            return
        time.sleep(0.25)
