"""What a patient visitor does: waits for the state that is needed, never for a time that may be too short.

While Streamlit draws a page again the old element and the new one stand there together for a
moment, and what is read at once may still be the old one. So: look at `.first`, and read
until the page says what it should (`until`).
"""

import re
import time

WAIT_S = 90


def settled(page):
    """Wait until no script runs and nothing on the page is left over from the last drawing."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_function("() => !document.querySelector('[data-stale=\"true\"]')")


def until(page, read, wanted, seconds=WAIT_S):
    """Read until the page says what is wanted; fail with what it said last.

    `wanted` is a value, or a function that tells whether a reading will do. A page that is
    drawn while it is read may have no answer yet: that is a reading like any other.
    """
    fits = wanted if callable(wanted) else lambda found: found == wanted
    end = time.monotonic() + seconds
    found = _read(read)
    while not fits(found):
        if time.monotonic() > end:
            assert found == wanted, "the page never said so"
        page.wait_for_timeout(250)
        found = _read(read)
    return found


def _read(read):
    try:
        return read()
    except (AttributeError, StopIteration, TypeError) as half_drawn:
        return half_drawn


def gone(page, locator):
    """Wait until nothing of it is left, however many stood there."""
    until(page, locator.count, 0)


MAP = ".lm-root"
"""The map's element; it holds a shadow tree: locators look into it, `inner_text` of a page does not."""


def leaflet(page):
    """Wait until every tile the map asked for is on the screen; return what can be asked about it."""
    page.locator(MAP).first.wait_for()
    page.wait_for_function("() => window.luodi?.chart.root.isConnected && window.luodi.chart.ready")
    settled(page)
    return page


def open_layers(page):
    """Open the list of layers; return it."""
    page.locator(".lm-head").first.click()
    return page.locator(".lm-layers").first


def go(frame, lon, lat, zoom=18):
    """Move the map at once."""
    frame.evaluate("([lat, lon, z]) => window.luodi.map.setView([lat, lon], z, {animate: false})", [lat, lon, zoom])


def click_map(page, frame, lon, lat, answered):
    """Click a place of the map until the page has answered.

    The page may just be drawn again when the mouse comes down, and such a click is lost; a
    second one at the same place is the same question. A map that was made anew meanwhile shows
    its first view again, so a place that is out of sight is brought back first.
    """
    for _ in range(5):
        settled(page)
        if not frame.evaluate("at => window.luodi.map.getBounds().contains(at)", [lat, lon]):
            go(frame, lon, lat)
        spot = frame.evaluate("at => window.luodi.map.latLngToContainerPoint(at)", [lat, lon])
        box = page.locator(MAP).first.bounding_box()
        page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])
        end = time.monotonic() + WAIT_S / 5
        while time.monotonic() < end:
            if answered():
                return
            page.wait_for_timeout(250)
    raise AssertionError(f"no answer to a click at {lat}, {lon}")


def panel(page):
    """The panel beside the map."""
    return page.locator(".st-key-why").first


def told_id(page):
    """Parcel the panel speaks of, "" while there is none."""
    return next(iter(panel(page).locator(".lu-id").all_inner_texts()), "")


def without_icons(page):
    """Hide icons: they are ligatures, the name of a sign in a font, seen by nobody."""
    page.add_style_tag(content="[data-testid=stIconMaterial] { display: none !important; }")


def press(page, locator):
    """Press a button of the page once nothing moves under the mouse any more."""
    settled(page)
    locator.first.click()


def tile_keys(page):
    """Keys of the classes asked for so far, in the order they first came: the colours of what the map shows."""
    return list(dict.fromkeys(m.group(1) for u in page.asked if (m := re.search(r"/facts/(\w+)/0$", u))))
