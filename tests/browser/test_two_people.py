"""Two people at once: a run of one changes nothing the other looks at, and a reload at any moment loses nothing."""

import pytest

from layers.study import local_rules
from layers.study.local_rules import RuleChanges
from layers.study.run.released import open_results
from layers.text import code, say
from tests.browser.steps import go, leaflet, press, settled, told_id, until
from tests.views import studies

pytestmark = [pytest.mark.browser, pytest.mark.long]
VIEW = "() => [window.luodi.map.getCenter().lat, window.luodi.map.getCenter().lng, window.luodi.map.getZoom()]"


@pytest.fixture
def study(tmp_path):
    return studies.run(studies.write(tmp_path / "study", count=150))


@pytest.fixture
def second(chromium, page):
    """Another browser: cookies, storage and window of its own; it is watched like the first."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="en-GB")
    other = context.new_page()
    other.set_default_timeout(90_000)
    other.on("pageerror", lambda e: page.said.append(str(e)))
    yield other
    context.close()


def looked_at(page):
    """What the first person has before him: what is selected, what is said of it, where the map is, which are shown."""
    leaflet(page)
    panel = page.locator(".st-key-why").first.inner_text()
    shown = page.locator(".st-key-shown button[aria-pressed='true'], .st-key-shown button[aria-checked='true']")
    return told_id(page), panel, [round(v, 4) for v in page.evaluate(VIEW)], shown.all_inner_texts()


def test_a_second_run_changes_nothing_of_the_first(page, second, serve, study):
    url, before = serve(study), open_results(study).run_id
    page.goto(f"{url}/screen?lang=zh&select=parcel:LEFT")
    until(page, lambda: told_id(page), "LEFT")
    leaflet(page)
    centre = page.evaluate(VIEW)
    go(page, centre[1] + 0.003, centre[0] + 0.002, 15)
    press(page, page.locator(".st-key-shown button", has_text=code("status", "excluded", "zh")))
    settled(page)
    first = looked_at(page)
    assert len(first[3]) == 1

    local_rules.keep(study, RuleChanges(rules={"flood": {"severity": "exclude"}}), "周工", "纪要")
    second.goto(f"{url}/rules")
    press(second, second.locator(".st-key-run button"))
    second.locator(".st-key-running").first.wait_for()
    assert say("ui.cancel", "en") in second.locator(".st-key-running").first.inner_text(), "in the words of his browser"
    assert looked_at(page) == first, "while the second runs"
    page.reload()
    assert looked_at(page) == first, "after a reload in the middle of it"
    second.context.close()  # a browser that is killed takes no run with it
    until(page, lambda: open_results(study).run_id != before, True)
    page.reload()
    page.locator(".st-key-running").first.wait_for(state="detached")
    after = looked_at(page)
    assert after[:1] + after[2:3] == first[:1] + first[2:3], "after the run"
    assert [s.split()[0] for s in after[3]] == [s.split()[0] for s in first[3]]
    assert after[3] != first[3], "what is shown is what the run came to"
    assert say("ui.run", "zh", run=open_results(study).run_id[:8]) in page.locator(".lu-header").first.inner_text()


def test_what_one_tries_the_other_does_not_see(page, second, serve, study):
    """A trial belongs to a visit; a selection belongs to an address."""
    url = serve(study)
    for who in (page, second):
        who.goto(f"{url}/screen?lang=zh&select=parcel:LEFT")
        until(who, lambda who=who: told_id(who), "LEFT")
    press(page, page.locator(".st-key-side").get_by_text(say("uitrial.side_trial", "zh"), exact=True))
    field = page.locator("[class*='-farm-threshold'] input").first
    field.wait_for()
    until(page, lambda: _tried(page, field), lambda there: there > 0)
    second.reload()
    until(second, lambda: told_id(second), "LEFT")
    assert second.locator(".st-key-trialbar").count() == 0


def _tried(page, field):
    """Type a limit; a page that was just drawn anew forgets what was half typed."""
    settled(page)
    if not page.locator(".st-key-trialbar").count():
        field.fill("99999")
        field.press("Enter")
        page.wait_for_timeout(2000)
        settled(page)
    return page.locator(".st-key-trialbar").count()
