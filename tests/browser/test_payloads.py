"""Texts that try to be something else, through every page in Chromium: no dialog, no global, no error, all is shown."""

from urllib.parse import quote

import pytest

from layers.study.run.results import open_results
from tests import payloads
from tests.browser.steps import leaflet, open_layers, settled, until

pytestmark = pytest.mark.browser
MAPS = {"home": "", "screen": "parcel", "sites": "site", "place": "project", "idle": "asset", "redline": "check"}
BARE = {"projects": "project", "capacity": "", "redline": ""}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return payloads.run(tmp_path_factory.mktemp("payloads") / "study")


@pytest.fixture(scope="module")
def url(serve, study):
    return serve(study)


@pytest.fixture
def opened(page, url, study):
    """Open a page with one thing selected; fail on dialogs, globals and what was left where the server works."""
    page.on("dialog", lambda d: (page.said.append(f"dialog {d.message}"), d.dismiss()))
    asked = dict(payloads.ids(open_results(study)))

    def go(name, kind):
        chosen = f"&select={quote(f'{kind}:{asked[kind]}')}" if kind else ""
        page.goto(f"{url}/{name}?lang=zh{chosen}")
        until(page, lambda: payloads.MARK in page.get_by_test_id("stMain").inner_text(), True)
        settled(page)
        return page

    yield go
    for frame in page.frames:
        assert frame.evaluate("window.hit === undefined && document.querySelector('img[src=x]') === null")
        assert frame.evaluate("[...document.querySelectorAll('a[href]')].every(a => !a.href.startsWith('javascript'))")
        assert frame.evaluate("[...document.scripts].every(s => !s.textContent.startsWith('window.hit'))")
    assert not any((place / payloads.LEFT).exists() for place in (study, study.parent))


@pytest.mark.parametrize(("name", "kind"), MAPS.items())
def test_maps_show_names(opened, name, kind):
    page = opened(name, kind)
    leaflet(page)
    if name == "home":
        return  # its layers cannot be switched
    told = open_layers(page).inner_text()
    assert payloads.bad("永久基本农田").split("\x1b")[0] in told
    assert r"\x1b]0;hit\x07\x9b2J\u202egnp\u2066" in told


@pytest.mark.parametrize(("name", "kind"), BARE.items())
def test_pages_show_texts(opened, name, kind):
    page = opened(name, kind)
    text = page.get_by_test_id("stMain").inner_text()
    assert "{{cycler.__init__.__globals__.os.mkdir" in text
    if name == "capacity":  # the choice of a park is a label
        chosen = "".join(page.get_by_test_id("stButtonGroup").all_inner_texts()).replace("\u2060", "")
        assert "<img/src=x/onerror=window.hit=1>" in chosen
        assert r"\x1b[31m\u202e" in chosen
