"""Make the pictures of the docs anew: pages of a county that has been run, in Chromium at 1366 × 768.

    python benchmarks/pictures.py STUDY [OUT]

STUDY is a demonstration county with every stage run, the project of scene 2 on its accepted red line (the tests'
county "wednesday"); OUT is a folder, docs without one. Pictures keep 256 colours, rare ones too: they stay small.
"""

import shutil
import sys
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages import ARGS, ROOT, served
from layers.study.run.results import open_results
from layers.text import say
from tests.browser.steps import leaflet, press, settled

SIZE = {"width": 1366, "height": 768}


def _parcel(results):
    """Return a compact conditional parcel of which a part is taken: its panel has most to say."""
    found = results.table("candidates").set_index("parcel_id")
    shapes = results.table("parcels").set_index("parcel_id")["geometry"].reindex(found.index)
    solid = shapes.area / shapes.convex_hull.area > 0.9
    share = found["net_m2"] / found["gross_m2"]
    return str(found["net_m2"].where(solid & (found["status"] == "conditional") & share.between(0.25, 0.7)).idxmax())


def place(page, url, results):
    """Who stands where, and what the one that does not stand lacks."""
    page.goto(f"{url}/place?lang=zh&select=project:XM-05")
    page.locator(".lp-headline").first.wait_for()


def screen(page, url, results):
    """Parcels by status, and why one is what it is."""
    page.goto(f"{url}/screen?lang=zh&select=parcel:{_parcel(results)}")
    page.locator(".lu-why").first.wait_for()
    leaflet(page)
    press(page, page.locator("button", has_text=say("uitrial.draw_cut", "zh")).first)
    settled(page)


def screen_trial(page, url, results):
    """A rule left aside in a trial."""
    page.goto(f"{url}/screen?lang=zh")
    leaflet(page)
    press(page, page.locator(".st-key-side button").nth(1))
    settled(page)
    page.locator(".st-key-trial-rule input").first.click()
    page.get_by_role("option").first.click()
    settled(page)
    press(page, page.locator("[class*='-aside'] label").first)
    page.locator(".lu-trial-bar").first.wait_for()


def sites(page, url, results):
    """Sites for a demand of 100 to 150 mu with a hall, and why the best scores what it scores."""
    page.goto(f"{url}/sites?lang=zh")
    leaflet(page)
    press(page, page.locator(".st-key-site-side button").nth(2))
    settled(page)
    for name, value in (("area_min", "100"), ("area_max", "150"), ("rect_length", "150"), ("rect_width", "80")):
        field = page.locator(f".st-key-demand-{name} input").first
        field.fill(value)
        field.press("Tab")
        settled(page)
    press(page, page.locator(".st-key-demand-go button"))
    page.locator(".st-key-demandbar").first.wait_for(timeout=300_000)
    leaflet(page)
    press(page, page.locator(".st-key-site-side button").nth(0))
    settled(page)
    grid = page.locator(".stDataFrame").first.bounding_box()
    page.mouse.click(grid["x"] + 17, grid["y"] + 50)  # the box before the first row, which is drawn, no element
    page.locator(".lu-why-head").first.wait_for()
    settled(page)
    page.mouse.move(5, 400)


def home(page, url, results):
    """The county at first sight."""
    page.goto(f"{url}/?lang=zh")


def capacity(page, url, results):
    """What a park still carries."""
    page.goto(f"{url}/capacity?lang=zh")
    page.locator(".st-key-capacity-bars").first.wait_for()


PICTURES = {"home": home, "place": place, "screen": screen, "screen-trial": screen_trial, "sites": sites,
            "capacity": capacity}  # fmt: skip


def main(study, out):
    """Take every picture."""
    from playwright.sync_api import sync_playwright

    server, url = served(study)
    results = open_results(study)
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
            for name, walk in PICTURES.items():
                page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
                page.set_default_timeout(120_000)
                walk(page, url, results)
                leaflet(page)
                page.wait_for_timeout(1_500)
                path = out / f"{name}.png"
                page.screenshot(path=path)
                small = (
                    Image.open(path).convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
                )
                small.save(path, optimize=True)
                print(f"{path}: {path.stat().st_size // 1024} kB")
                page.context.close()
            browser.close()
    finally:
        server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs")
