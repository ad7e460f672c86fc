"""The server opens its sockets to its own pages only, ends when it is asked to, and takes its child along."""

import base64
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from layers.study import catalog

ROOT = Path(__file__).resolve().parents[4]


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
    except OSError:
        return False
    return True


def handshake(port, host, origin):
    """Return the status a browser's page of an origin gets when it asks for the socket of the pages."""
    key = base64.b64encode(bytes(16)).decode()
    asked = f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nOrigin: {origin}\r\n\r\n"  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(asked.encode())
        return int(line.recv(200).split()[1])


def test_a_wish_to_stop_ends_the_server(tmp_path):
    catalog.new(tmp_path / "study", crs="EPSG:4549", name="", as_of=None, area="ellipsoidal", rules=())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = [sys.executable, str(ROOT / "luodi.py"), "app", str(tmp_path / "study"), "--port", str(port), "--headless"]
    env = os.environ | {"PYTHONIOENCODING": "ascii"}
    running = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        for _ in range(600):
            if answers(port):
                break
            assert running.poll() is None, "the server ended at once"
            time.sleep(0.2)
        assert answers(port)
        for name in ("localhost", "127.0.0.1"):
            assert handshake(port, f"{name}:{port}", f"http://{name}:{port}") == 101
            for origin in (f"http://{name}:{port + 1}", f"http://{name}", "http://evil.example", "null"):
                assert handshake(port, f"{name}:{port}", origin) == 403
        assert handshake(port, f"evil.example:{port}", f"http://evil.example:{port}") == 403
        running.send_signal(signal.SIGTERM)
        running.wait(60)
        assert not answers(port)
    finally:
        running.kill()
