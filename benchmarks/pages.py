"""Time what a visitor waits for: a click in the menu until the page has settled, and a click on a parcel.

    python benchmarks/pages.py STUDY [rounds]

Starts the app on a free port for a study that has been run, opens it in Chromium (1366 × 768) and visits every page of
the menu once; then goes through the menu round by round. Prints the median and the most of every page in
milliseconds, and of clicks on parcels of the Screen page until the panel speaks of another parcel. Settled: no
script runs, nothing of the last drawing is left, and every tile the map asked for is on the screen. The load of the
machine stands beside it: figures of a loaded machine say nothing about a quiet one.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.browser.steps import leaflet, settled

ROOT = Path(__file__).resolve().parents[1]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ROUNDS = 5
LIMIT_MS = 60_000
CLICK = """
({place, mapped, limit}) => new Promise((resolve, reject) => {
  const app = document.querySelector('[data-testid="stApp"]');
  const links = document.querySelectorAll('[data-testid="stTopNavLink"]');
  const from = performance.now();
  let ran = false;
  new MutationObserver(() => { ran = ran || app.dataset.testScriptState !== 'notRunning'; })
    .observe(app, {attributes: true});
  const look = () => {
    const taken = performance.now() - from;
    const drawn = ran && app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale="true"]');
    const chart = window.luodi && window.luodi.chart;
    if (drawn && (!mapped || (chart && chart.root.isConnected && chart.ready))) { resolve(taken); return; }
    if (taken > limit) { reject(new Error('not settled')); return; }
    requestAnimationFrame(look);
  };
  links[place].click();
  requestAnimationFrame(look);
})
"""


def load():
    """Return the load of the last minute; where the system does not say, "?"."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "?"


def served(study):
    """Start the app; return the process and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"],
        cwd=study.parent, env=os.environ | {"LUODI_STUDY": str(study)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1)
            return server, url
        except OSError:
            if server.poll() is not None:
                sys.exit("the server ended at once")
            time.sleep(0.2)
    server.terminate()
    sys.exit("the server did not start")


def visited(page, url):
    """Open every page once; return the names in the order of the menu, and whether each has a map."""
    page.goto(f"{url}/?lang=zh")
    page.get_by_test_id("stTopNavLink").first.wait_for()
    settled(page)
    names = page.get_by_test_id("stTopNavLink").all_inner_texts()
    mapped = []
    for place in range(len(names)):
        page.get_by_test_id("stTopNavLink").nth(place).click()
        page.wait_for_timeout(500)
        settled(page)
        page.wait_for_timeout(1500)
        mapped.append(page.locator(".lm-root").count() > 0)
    return [n.split("\n")[-1].strip() for n in names], mapped


def clicked(page, study, url, rounds):
    """Return milliseconds from a click on a parcel until the panel speaks of it, a parcel a round."""
    import pyproj

    from layers.study.run.results import open_results

    results = open_results(study)
    rows = results.table("parcels").sort_values("parcel_id")
    rows = rows.iloc[:: max(len(rows) // (rounds + 1), 1)].head(rounds + 1)
    turn = pyproj.Transformer.from_crs(results.study.crs, 4326, always_xy=True)
    taken = []
    for name, shape in zip(rows["parcel_id"], rows["geometry"], strict=True):
        lon, lat = turn.transform(*(shape.representative_point().coords[0]))
        page.goto(f"{url}/screen?lang=zh")
        leaflet(page)
        page.evaluate("at => window.luodi.map.setView(at, 18, {animate: false})", [lat, lon])
        page.wait_for_timeout(800)
        leaflet(page)
        spot = page.evaluate("at => window.luodi.map.latLngToContainerPoint(at)", [lat, lon])
        box = page.locator(".lm-root").first.bounding_box()
        begun = time.perf_counter()
        page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
        page.wait_for_function(
            "id => [...document.querySelectorAll('.st-key-why .lu-id')].some(e => e.textContent.includes(id))",
            arg=str(name), timeout=LIMIT_MS, polling="raf",
        )  # fmt: skip
        taken.append((time.perf_counter() - begun) * 1000)
    return taken[1:]


def told(name, taken):
    print(f"{name:12}{statistics.median(taken):8.0f}{max(taken):8.0f}", flush=True)


def main():
    from playwright.sync_api import sync_playwright

    study, rounds = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    chrome = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chrome is None:
        sys.exit("no Chromium on this computer")
    server, url = served(study)
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chrome, args=ARGS)
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            page.set_default_timeout(LIMIT_MS)
            names, mapped = visited(page, url)
            print(f"load {load()}, {os.cpu_count()} cores; median and most of {rounds}, ms", flush=True)
            taken = {n: [] for n in names}
            for _ in range(rounds):
                for place, name in enumerate(names):
                    asked = {"place": place, "mapped": mapped[place], "limit": LIMIT_MS}
                    taken[name].append(page.evaluate(CLICK, asked))
                    page.wait_for_timeout(300)
            for name in names:
                told(name, taken[name])
            told("parcel", clicked(page, study, url, rounds))
            print(f"load {load()}")
            browser.close()
    finally:
        server.terminate()
        server.wait(20)


if __name__ == "__main__":
    main()
