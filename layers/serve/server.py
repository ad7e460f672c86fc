"""Start the screen: one server process on this computer, nothing told to anybody outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from geo.basis.errors import BlockedError
from geo.basis.reason import reason
from layers.study.spec import FILE

ROOT = Path(__file__).resolve().parents[2]


def serve(study: Path, port: int, headless: bool) -> None:
    """Serve a study until stopped.

    Raises
    ------
    BlockedError
        The folder is not a study, or the port is in use.
    """
    if not (study / FILE).is_file():
        raise BlockedError(reason("not_a_study", path=str(study)))
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise BlockedError(reason("port_taken", port=port)) from None
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        f"--server.port={port}", "--server.address=127.0.0.1", f"--server.headless={str(headless).lower()}",
        "--browser.gatherUsageStats=false",
    ]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env=os.environ | {"LUODI_STUDY": str(study.resolve())}, check=False)
