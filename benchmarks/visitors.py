"""Ten people at once: each goes through the menu with pauses, and how long the server works for each click is timed.

    python benchmarks/visitors.py STUDY [visitors] [seconds] [--bare]

Starts the app on a free port for a study that has been run, opens every page once, then as many browser contexts as
there are visitors (10), each at its own pace: a page of the menu, a pause of 2 to 5 seconds, the next one, for so many
seconds (120).
Prints what went wrong (errors on a page, answers of 400 and more, pages that say an error), the median, the 95th
percentile and the most of the server's time per click in milliseconds (from the message that asks for a page to the one
that says it is drawn, as they pass through the socket: what the browsers of this machine take is not in it), and the
memory of the server at the start, after every half minute and at the end. The load of the machine stands beside it, and
the processor time the server took for an answer: that depends on the load little, the time until an answer a lot.

With ``--bare`` the visitors say what a browser says through the socket and draw nothing: ten browsers fill a small
machine by themselves, and then the time of the server is that of waiting for them. Every page is opened in a browser
once before, so that what is drawn for the first time is not timed.
"""

import asyncio
import os
import random
import shutil
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages import ARGS, load, served

VISITORS, SECONDS, THINK = 10, 120, (2.0, 5.0)
EVERY_S = 30
SETTLED = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'"""


def memory(server):
    """Return the memory of the server and of what it started, MB; where the system does not say, NaN."""
    try:
        status = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    except OSError:
        return float("nan")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def worked(server):
    """Return the processor time the server has taken, seconds; where the system does not say, NaN."""
    try:
        fields = Path(f"/proc/{server.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Socket:
    """What passes between one visitor and the server: when something was asked, when it was drawn."""

    def __init__(self):
        self.asked, self.taken, self.lost = None, [], []

    def watch(self, page):
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        def came(frame):
            if not isinstance(frame, bytes):
                return
            told = ForwardMsg.FromString(frame)
            if told.WhichOneof("type") == "script_finished" and self.asked is not None:
                self.taken.append((time.perf_counter() - self.asked) * 1000)
                self.asked = None

        def went(_):
            self.asked = time.perf_counter() if self.asked is None else self.asked

        def opened(socket):
            socket.on("framereceived", came)
            socket.on("framesent", went)

        page.on("websocket", opened)
        page.on("pageerror", lambda e: self.lost.append(f"page: {e}"))
        page.on("response", lambda r: self.lost.append(f"{r.status} {r.url}") if _failed(r) else None)


def _failed(response):
    return response.status >= 400 and not (response.status == 404 and "/_stcore/" in response.url)


async def visit(browser, url, until, number):
    """Walk through the menu until the time is over; return what was seen."""
    chance = random.Random(number)
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page, seen = await context.new_page(), Socket()
    seen.watch(page)
    await page.goto(f"{url}/?lang={chance.choice(['zh', 'en'])}")
    links = page.get_by_test_id("stTopNavLink")
    await links.first.wait_for(timeout=90_000)
    await page.wait_for_function(SETTLED, timeout=90_000)
    seen.taken.clear()
    count = await links.count()
    while time.perf_counter() < until:
        await asyncio.sleep(chance.uniform(*THINK))
        await links.nth(chance.randrange(count)).click()
        await page.wait_for_timeout(150)
        await page.wait_for_function(SETTLED, timeout=90_000)
        if await page.get_by_test_id("stException").count():
            seen.lost.append(f"an error on {page.url}")
    await context.close()
    return seen


async def said(socket, seen, page, words):
    """Ask for a page through a socket and read until it is drawn; return the pages the server tells of."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    asked, pages = BackMsg(), []
    asked.rerun_script.page_script_hash, asked.rerun_script.query_string = page, words
    begun = time.perf_counter()
    await socket.send(asked.SerializeToString())
    while True:
        told = ForwardMsg.FromString(await socket.recv())
        kind = told.WhichOneof("type")
        if kind == "navigation":
            pages = [p.page_script_hash for p in told.navigation.app_pages]
        elif kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
            seen.lost.append(f"an error: {told.delta.new_element.exception.message}")
        elif kind == "script_finished":
            seen.taken.append((time.perf_counter() - begun) * 1000)
            return pages


async def bare(url, until, number):
    """Walk through the menu as `visit` does, without a browser."""
    from websockets.asyncio.client import connect

    chance, seen = random.Random(number), Socket()
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with connect(address, origin=url, subprotocols=["streamlit"], max_size=None) as socket:
        words = f"lang={chance.choice(['zh', 'en'])}"
        pages = await said(socket, seen, "", words)
        seen.taken.clear()
        while time.perf_counter() < until:
            await asyncio.sleep(chance.uniform(*THINK))
            await said(socket, seen, chance.choice(pages), words)
    return seen


async def warm(browser, url):
    """Open every page of the menu once."""
    page = await browser.new_page()
    await page.goto(f"{url}/?lang=zh")
    links = page.get_by_test_id("stTopNavLink")
    await links.first.wait_for(timeout=90_000)
    for place in range(await links.count()):
        await links.nth(place).click()
        await page.wait_for_timeout(1500)
        await page.wait_for_function(SETTLED, timeout=90_000)
    await page.close()


async def watch(server, until):
    """Note the memory of the server now and then."""
    noted = [memory(server)]
    while time.perf_counter() < until:
        await asyncio.sleep(min(EVERY_S, max(until - time.perf_counter(), 0.1)))
        noted.append(memory(server))
    return noted


async def together(url, server, visitors, seconds, in_browsers):
    """Let all walk at once; return what each saw, the memory, and the processor time of the server."""
    from playwright.async_api import async_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        sys.exit("no Chromium on this computer")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=ARGS)
        await warm(browser, url)
        if not in_browsers:
            await browser.close()
        first, until = worked(server), time.perf_counter() + seconds
        walks = (visit(browser, url, until, k) if in_browsers else bare(url, until, k) for k in range(visitors))
        *seen, noted = await asyncio.gather(*walks, watch(server, until))
        spent = worked(server) - first
        if in_browsers:
            await browser.close()
    return seen, noted, spent


def main():
    words = [word for word in sys.argv[1:] if word != "--bare"]
    study = Path(words[0]).resolve()
    visitors = int(words[1]) if len(words) > 1 else VISITORS
    seconds = int(words[2]) if len(words) > 2 else SECONDS
    server, url = served(study)
    try:
        before = load()
        seen, noted, spent = asyncio.run(together(url, server, visitors, seconds, "--bare" not in sys.argv))
    finally:
        server.terminate()
        server.wait(20)
    taken = sorted(t for one in seen for t in one.taken)
    lost = [text for one in seen for text in one.lost]
    print(f"load {before} before, {load()} after; {visitors} visitors, {seconds} s, {len(taken)} answers")
    print(f"wrong: {len(lost)}", *lost[:10], sep="\n  ")
    if taken:
        at95 = taken[min(int(len(taken) * 0.95), len(taken) - 1)]
        print(f"server, ms: median {statistics.median(taken):.0f}, p95 {at95:.0f}, most {taken[-1]:.0f}")
        print(f"processor time of the server: {spent:.0f} s, {spent / len(taken):.2f} s an answer")
    print("memory of the server, MB:", *(f"{m:.0f}" for m in noted))


if __name__ == "__main__":
    main()
