"""The server ends when it is asked to, and takes its child along."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from layers.study import catalog

ROOT = Path(__file__).resolve().parents[3]


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
    except OSError:
        return False
    return True


def test_a_wish_to_stop_ends_the_server(tmp_path):
    catalog.new(tmp_path / "study", crs="EPSG:4549", name="", as_of=None, area="ellipsoidal", rules=())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = [sys.executable, str(ROOT / "luodi.py"), "app", str(tmp_path / "study"), "--port", str(port), "--headless"]
    running = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if answers(port):
                break
            assert running.poll() is None, "the server ended at once"
            time.sleep(0.2)
        assert answers(port)
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        assert not answers(port)
    finally:
        running.kill()
