"""Every button of every page is pressed once, each on a fresh page: nothing fails, nothing is a key, all is told.

What stands behind a choice of views (a row of buttons) is pressed too. The study is the one in which every text tries
to be something else; after a press that changed it, it is put back as it was.
"""

import re
import shutil
import time
from urllib.parse import quote

import pytest

from layers.study.run.results import open_results
from layers.text import catalogue
from tests import payloads
from tests.browser.steps import settled

pytestmark = [pytest.mark.browser, pytest.mark.long]
PAGES = {
    "home": "", "data": "layer", "redline": "check", "screen": "parcel", "sites": "site", "projects": "project",
    "drive": "project", "place": "project", "capacity": "", "idle": "asset", "rules": "rule", "outputs": "site",
}  # fmt: skip
"""Page: what is selected on it, so that its panel has its buttons."""
KEY = re.compile(r"\[(" + "|".join(sorted({k.partition(".")[0] for k in catalogue("en")})) + r")\.\w+[ \]]")
LOST = "Traceback|Error:|KeyError|TypeError|ValueError|AttributeError"
FIND = """() => {
  const STREAMLITS = ['stHeader', 'stToolbar', 'stElementToolbar', 'stMainMenu', 'stToast'].map(
    n => `[data-testid="${n}"]`).join();
  const out = [], many = {};
  const told = e => {
    const keyed = e.closest('[class*="st-key-"]');
    const key = keyed ? [...keyed.classList].find(c => c.startsWith('st-key-')) : '';
    const name = (e.getAttribute('aria-label') || e.innerText || e.title || '').trim();
    const view = '[data-testid="stButtonGroup"], [data-testid="stPopover"], [role="tablist"]';
    const group = e.closest(view) && !key.includes('language') ? 'view' : 'act';
    const pressed = e.getAttribute('aria-pressed') === 'true' || e.getAttribute('aria-checked') === 'true' ||
      (e.dataset.testid || '').endsWith('Active');
    return {sign: `${group}|${key}|${name}`, group, pressed, e};
  };
  const visit = root => {
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) visit(e.shadowRoot);
      const box = e.tagName === 'BUTTON' ? e.getBoundingClientRect() : null;
      if (!box || !box.width || !box.height || e.disabled || !e.checkVisibility({opacityProperty: true})) continue;
      if (e.closest(STREAMLITS)) continue;
      const found = told(e);
      many[found.sign] = (many[found.sign] || 0) + 1;
      out.push({...found, sign: `${found.sign}|${many[found.sign]}`});
    }
  };
  visit(document.body);
  return out;
}"""
SIGNS = f"() => ({FIND})().map(({{sign, group, pressed}}) => ({{sign, group, pressed}}))"
ONE = f"sign => {{ const b = ({FIND})().find(b => b.sign === sign); return b ? b.e : null; }}"
FOLDED = """() => document.querySelectorAll('[data-testid="stExpander"] details:not([open]) > summary')
  .forEach(s => s.click())"""
MOST_S, THERE_S = 120, 15


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return payloads.run(tmp_path_factory.mktemp("buttons") / "study")


@pytest.fixture
def study(pristine, tmp_path):
    own = tmp_path / "study"
    shutil.copytree(pristine, own, symlinks=True)
    return own


def state_of(folder):
    """Return what tells one state of a study from another: every file but those that may be deleted."""
    return {str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime_ns) for p in sorted(folder.rglob("*"))
            if p.is_file() and ".luodi" not in p.parts}  # fmt: skip


def put_back(folder, pristine):
    """Bring a study back to what it was; what may be deleted at any time stays, a server may be writing it."""
    for place in folder.iterdir():
        if place.name != ".luodi":
            shutil.rmtree(place) if place.is_dir() and not place.is_symlink() else place.unlink()
    ours = shutil.ignore_patterns(".luodi")
    shutil.copytree(pristine, folder, symlinks=True, ignore=ours, dirs_exist_ok=True)


class Visitor:
    """Presses buttons on one page, each after opening the page anew."""

    def __init__(self, page, url, study, pristine):
        self.page, self.url, self.study, self.pristine = page, url, study, pristine
        self.before, self.wrong, self.count = state_of(study), [], 0

    def open(self, *path):
        """Open the page and press what leads to the button that is meant; return the buttons there are."""
        self.page.goto(self.url)
        self.page.get_by_test_id("stMain").first.wait_for()
        self.rest()
        self.unfold()
        for sign in path:
            self.press(sign)
            self.unfold()
        return self.page.evaluate(SIGNS)

    def unfold(self):
        """Open what is folded: what lies in it has buttons too."""
        self.page.evaluate(FOLDED)
        self.page.wait_for_timeout(200)
        settled(self.page)

    def rest(self):
        """Wait until nothing is drawn and no work runs any more."""
        settled(self.page)
        end = time.monotonic() + MOST_S
        while self.page.locator("[class*='st-key-cancel']").count() and time.monotonic() < end:
            self.page.wait_for_timeout(500)
        self.page.wait_for_timeout(300)
        settled(self.page)

    def press(self, sign):
        """Press one button; False where it is not there (it is a finding of its own)."""
        end = time.monotonic() + THERE_S
        while (button := self.page.evaluate_handle(ONE, sign).as_element()) is None:
            if time.monotonic() > end:
                return False
            self.page.wait_for_timeout(250)
            self.unfold()
        button.scroll_into_view_if_needed()
        button.click(timeout=20_000)
        self.page.wait_for_timeout(300)
        self.rest()
        return True

    def check(self, *path):
        """Note what is wrong after a press, and put the study back where it changed."""
        self.count += 1
        main = self.page.get_by_test_id("stMain").first.inner_text()
        lost = self.page.get_by_test_id("stException").count() or re.search(LOST, main)
        key = KEY.search(main)
        for name, found in (("lost", lost), ("key", key and key[0]), ("said", self.page.said),
                            ("failed", self.page.failed)):  # fmt: skip
            if found:
                self.wrong.append((name, path, str(found)[:300]))
        self.page.said.clear()
        self.page.failed.clear()
        if state_of(self.study) != self.before:
            self.page.goto("about:blank")
            put_back(self.study, self.pristine)
            self.before = state_of(self.study)

    def visit(self):
        """Press every button of the page, and every button each choice of a view brings."""
        first = self.open()
        known = {b["sign"] for b in first}
        for button in first:
            self.one(button["sign"])
            if button["group"] == "view" and not button["pressed"]:
                for more in [b["sign"] for b in self.open(button["sign"]) if b["sign"] not in known]:
                    self.one(button["sign"], more)

    def one(self, *path):
        *ways, last = path
        self.open(*ways)
        try:
            there = self.press(last)
        except Exception as problem:
            self.wrong.append(("not pressed", path, str(problem)[:300]))
            return
        if not there:
            self.wrong.append(("gone", path, ""))
        self.check(*path)


@pytest.mark.parametrize("name", PAGES)
def test_every_button_is_pressed(page, serve, study, pristine, name):
    asked = dict(payloads.ids(open_results(study))) | {
        "layer": "farm", "rule": next(iter(open_results(study).rules)).id,
    }  # fmt: skip
    chosen = f"&select={quote(f'{PAGES[name]}:{asked[PAGES[name]]}')}" if PAGES[name] else ""
    visitor = Visitor(page, f"{serve(study)}/{'' if name == 'home' else name}?lang=zh{chosen}", study, pristine)
    visitor.visit()
    print(f"{name}: {visitor.count} presses", *visitor.wrong, sep="\n  ")
    assert visitor.wrong == []
    assert visitor.count >= 3
