"""A real server and a real Chromium; a request to anywhere else fails the test."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.counties import copied
from tests.views import studies

ROOT = Path(__file__).resolve().parents[2]
WAIT_MS = 90_000  # a run that shares its computer with others is slow, not wrong
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def serve():
    """Start `app.py` for a study on a free port, from a folder that is not the project's."""
    started = []

    def start(study):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
        server = subprocess.Popen(
            command, cwd=Path(study).parent, env=os.environ | {"LUODI_STUDY": str(study)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        started.append(server)
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
                return url
            except OSError:
                assert server.poll() is None, "the server ended at once"
                time.sleep(0.2)
        raise AssertionError("the server did not start")

    yield start
    for server in started:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    """The small study, run to the end of screening; shared, so treat it as read-only."""
    return studies.run(studies.write(tmp_path_factory.mktemp("small") / "study", count=150))


@pytest.fixture(scope="session")
def small_url(serve, small):
    return serve(small)


@pytest.fixture(scope="session")
def county(tmp_path_factory):
    """A county of its own with every stage run, shared by walks that leave it as they found it, or add to it."""
    return copied("run", tmp_path_factory.mktemp("county") / "county")


@pytest.fixture(scope="session")
def county_url(serve, county):
    return serve(county)


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=WAIT_MS)
    path = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if path is None:
        pytest.fail("no Chromium on this computer: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


def _failed(response):
    """Opened at the address of a page, Streamlit first asks below it for the server, then at the root."""
    return response.status >= 400 and not (response.status == 404 and "/_stcore/" in response.url)


@pytest.fixture
def page(chromium):
    """A page of 1366 × 768 that remembers what it asked for, what failed and what was said."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.asked, page.failed, page.said = [], [], []
    page.on("request", lambda q: page.asked.append(q.url))
    page.on("response", lambda r: page.failed.append((r.status, r.url)) if _failed(r) else None)
    page.on("pageerror", lambda e: page.said.append(str(e)))
    page.on("websocket", lambda w: page.asked.append(w.url.replace("ws", "http", 1)))
    yield page
    outside = [u for u in page.asked if u.startswith("http") and "//127.0.0.1:" not in u]
    context.close()
    assert outside == []
    assert page.failed == []
    assert page.said == []
